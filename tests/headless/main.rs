//! The program as a person or a script meets it: every test runs the real binary.

#[path = "../support/mod.rs"]
mod support;

mod bad_config;
mod calls;
mod checkpoint;
mod estimate;
mod evaluate_predict;
mod export;
mod failing;
mod hostile;
mod interrupt;
mod resume;
mod scene;
mod training;
