//! The program as a person or a script meets it: every test runs the real binary.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "in tests they are assertions")]

#[path = "../support/mod.rs"]
mod support;

mod bad_config;
mod boards;
mod calls;
mod check;
mod checkpoint;
mod distill;
mod estimate;
mod evaluate_predict;
mod export;
mod failing;
mod formats;
mod full_output;
mod held_out;
mod hostile;
mod int8;
mod interrupt;
mod layouts;
#[cfg(target_os = "linux")]
mod memory;
mod paths;
mod recipe;
mod refusals;
mod resume;
mod scene;
mod seeds;
mod selection;
mod temperature;
mod training;
mod watch;
