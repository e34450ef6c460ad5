//! MicroMobileNet designs, trains and exports MobileNet-like networks for microcontrollers with a few
//! kilobytes of memory. The program `micromobilenet` is a terminal workbench and a command line; this
//! library is everything below them.
//!
//! A [`config::Config`] describes a network. [`graph::Graph`] gives it shapes, [`plan::Estimate`] its
//! costs, `train` weights, [`quant`] 8-bit integers, and [`codegen`] writes a C++11 header without
//! dependencies.
//!
//! ```
//! use micromobilenet::config::{BlockKind, Config, Edit, Plan, Precision};
//! use micromobilenet::graph::Graph;
//! use micromobilenet::plan::{Boards, Estimate};
//!
//! let mut config = Config::default();
//! config.model.input.height = 48;
//! config.model.input.width = 48;
//! for (at, filters) in [12, 24].into_iter().enumerate() {
//!     config.apply(&Edit::AddBlock { at, kind: BlockKind::Separable, filters })?;
//!     config.apply(&Edit::set(&format!("blocks.{at}.stride"), 2))?;
//! }
//! let graph = Graph::build(&config, 5)?;
//! let estimate = Estimate::of(&graph, Precision::Int8, Plan::Smallest);
//! println!("{} parameters, {} MACs, {} bytes of RAM", estimate.params, estimate.macs, estimate.ram_bytes);
//! for board in &Boards::built_in()?.0 {
//!     println!("{}: {}", board.id, if board.verdict(&estimate).fits { "fits" } else { "does not fit" });
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `examples/` in the repository has a page each for an estimate, a training and an export.
//!
//! # Features
//!
//! All are on by default. Without any, the library reads configurations and images, plans, quantises and
//! writes C++.
//!
//! - `train`: training with dfdx, run folders, reports: `train`, `runs`, `jobs`.
//! - `cli`: the command line and the program: `headless`, `cli`.
//! - `tui`: the workbench in a terminal: `tui`.
//!
//! A module uses only those listed before it. Types of other crates are part of the interface in three places: the
//! JSON schema (`serde_json::Value`), the time of a run (`jiff`), and the workbench (`ratatui`, `crossterm`).

pub mod contract;

pub mod escape;
pub mod files;
pub mod format;
pub mod random;
#[cfg(feature = "train")]
pub mod sensors;
pub mod text;

pub mod config;

pub mod graph;

pub mod plan;

pub mod data;

pub mod quant;

#[cfg(feature = "train")]
pub mod train;

pub mod codegen;

#[cfg(feature = "train")]
pub mod runs;

#[cfg(feature = "train")]
pub mod jobs;

#[cfg(feature = "cli")]
pub mod headless;

#[cfg(feature = "tui")]
pub mod tui;

#[cfg(feature = "cli")]
pub mod cli;
