//! Widgets that several screens use.

pub mod arena;
pub mod bar;
pub mod console;
pub mod curves;
pub mod frame;
pub mod picture;
pub mod selection;
pub mod series;
pub mod syntax;
