//! MicroMobileNet workbench: design, train and export MobileNet-like networks for boards with a
//! few kilobytes of memory.
//!
//! A value's way through the house: a configuration ([`config`]) becomes operations with shapes,
//! and those are what is planned, trained, quantised and written as C++. A module uses only those
//! listed before it.

pub mod contract;

pub mod escape;
pub mod files;
pub mod random;
pub mod sensors;
pub mod text;

pub mod config;

pub mod graph;

pub mod plan;

pub mod data;

pub mod quant;

pub mod train;

pub mod codegen;

pub mod runs;

pub mod jobs;

pub mod headless;

pub mod tui;

pub mod cli;
