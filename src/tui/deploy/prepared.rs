//! The export of a trained network in float and int8, before it is written.

use crate::config::{self, Config, ConfigFile, Edit, Precision};
use crate::jobs::Export;
use crate::quant::Comparison;
use crate::train::EpochMetrics;
use std::path::{Path, PathBuf};

/// The settings of a configuration that determine the exported files, except the precision.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportSettings(Config);

impl ExportSettings {
    /// Returns the export settings of `spec`.
    #[must_use]
    pub fn of(spec: &ConfigFile) -> Self {
        let Config { model, stem, blocks, head, target, export, .. } = &spec.config;
        let export = config::Export { precision: Precision::Float, ..export.clone() };
        let parts = Config {
            model: model.clone(),
            stem: stem.clone(),
            blocks: blocks.clone(),
            head: head.clone(),
            target: target.clone(),
            export,
            ..Config::default()
        };
        Self(parts)
    }

    /// These settings for `board`.
    #[must_use]
    pub fn on(mut self, board: &str) -> Self {
        board.clone_into(&mut self.0.target.board);
        self
    }

    /// The ID of the board; empty if there is none.
    #[must_use]
    pub fn board(&self) -> &str {
        &self.0.target.board
    }

    /// The name of the network.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.model.name
    }

    /// Returns the edits that give the configuration of a run, `trained`, these export settings.
    #[must_use]
    pub fn overrides(&self, trained: &ConfigFile) -> Vec<Edit> {
        let (now, then) = (&self.0.export, &trained.config.export);
        let mut overrides = Vec::new();
        if now.class_name != then.class_name {
            overrides.push(Edit::set("export.class_name", now.class_name.as_str()));
        }
        if now.plan != then.plan {
            overrides.push(Edit::set("export.plan", now.plan.word()));
        }
        if now.samples != then.samples {
            overrides.push(Edit::set("export.samples", i64::from(now.samples)));
        }
        if self.0.target.board != trained.config.target.board {
            overrides.push(Edit::set("target.board", self.0.target.board.as_str()));
        }
        overrides
    }
}

/// The export in one precision.
#[derive(Debug, Clone)]
pub struct Build {
    /// The contents of the files.
    pub export: Export,
    /// The number of lines of the header.
    pub lines: usize,
}

/// The export of a trained network in float and int8, with their comparison.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The run of the weights.
    pub run: PathBuf,
    /// Whether the user chose the run, so that it is exported with its own configuration.
    pub is_chosen: bool,
    /// The hash of the weights.
    pub hash: String,
    /// The metrics of the epoch of the weights.
    pub metrics: Option<EpochMetrics>,
    /// The export settings.
    pub settings: ExportSettings,
    /// The overrides with which the command line writes the same files.
    pub overrides: Vec<Edit>,
    /// The export in single precision.
    pub float: Build,
    /// The export in 8-bit integers.
    pub int8: Build,
    /// The comparison of both on the same images.
    pub comparison: Comparison,
}

impl Prepared {
    /// The export in `precision`.
    #[must_use]
    pub const fn build(&self, precision: Precision) -> &Build {
        match precision {
            Precision::Float => &self.float,
            Precision::Int8 => &self.int8,
        }
    }

    /// Returns the command line that writes the same files.
    #[must_use]
    pub fn command(&self, precision: Precision) -> String {
        command(&self.run, precision, &self.overrides)
    }
}

/// The command line that exports `run` in `precision`, with `overrides` of its configuration.
#[must_use]
pub fn command(run: &Path, precision: Precision, overrides: &[Edit]) -> String {
    let run = crate::escape::shell(&run.to_string_lossy());
    let mut command = format!("micromobilenet --run {run} --precision {} --export", precision.word());
    for set in overrides {
        command += " --set ";
        command += &crate::escape::shell(&set.to_string());
    }
    command
}
