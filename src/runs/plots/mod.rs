//! Plots as SVG, drawn with plotters: they need no font, display or system library.
//!
//! The colours are those of Okabe and Ito, which colour-blind people can distinguish. Names pass through
//! `Canvas::text`, which removes control characters; plotters escapes markup.

mod canvas;
mod confusion;
mod curves;
mod mistakes;
pub mod scale;

pub use confusion::confusion_svg;
pub use curves::{history_svg, overlay_svg};
pub use mistakes::mistakes_svg;

#[cfg(test)]
mod tests;
