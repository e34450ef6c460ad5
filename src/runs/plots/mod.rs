//! Plots as SVG, drawn with plotters: they need no font, no display and no system library.
//!
//! Colours are Okabe and Ito's, told apart by colour-blind people too. Every name from outside
//! goes through `Canvas::text`, which leaves no control character in it; plotters escapes the
//! markup.

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
