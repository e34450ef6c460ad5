//! A trained network made ready for boards, in both arithmetics.

use crate::config::{self, Config, ConfigFile, Edit, Precision};
use crate::jobs::Export;
use crate::quant::Comparison;
use crate::train::EpochMetrics;
use std::path::PathBuf;

/// What of a configuration decides about its headers, the arithmetic left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted(Config);

impl Wanted {
    /// That of `config`.
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

    /// The edits after which the configuration of a run, `trained`, exports the same.
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

/// The network in one arithmetic.
#[derive(Debug, Clone)]
pub struct Build {
    /// Its files.
    pub export: Export,
    /// Lines of its header.
    pub lines: usize,
}

/// A trained network made ready for boards.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The run that its weights are from.
    pub run: PathBuf,
    /// The hash of the weights.
    pub hash: String,
    /// The figures of the epoch that they are from.
    pub metrics: Option<EpochMetrics>,
    /// What it was made for.
    pub wanted: Wanted,
    /// The edits that the command line needs in order to write the same files.
    pub overrides: Vec<Edit>,
    /// In single precision.
    pub float: Build,
    /// In 8-bit integers.
    pub int8: Build,
    /// Both on the same images.
    pub comparison: Comparison,
}

impl Prepared {
    /// The network in `precision`.
    #[must_use]
    pub const fn build(&self, precision: Precision) -> &Build {
        match precision {
            Precision::Float => &self.float,
            Precision::Int8 => &self.int8,
        }
    }

    /// The command line that writes the same files.
    #[must_use]
    pub fn command(&self, precision: Precision) -> String {
        let mut command =
            format!("micromobilenet --run {} --precision {} --export", self.shell_run(), precision.word());
        for set in &self.overrides {
            command += " --set ";
            command += &crate::escape::shell(&set.to_string());
        }
        command
    }

    /// The command line that compares both.
    #[must_use]
    pub fn comparison_command(&self) -> String {
        format!("micromobilenet --run {} --precision int8 --evaluate", self.shell_run())
    }

    fn shell_run(&self) -> String {
        crate::escape::shell(&self.run.to_string_lossy())
    }
}
