//! The runs of the list.

use crate::config::Config;
use crate::runs::RunInfo;
use crate::train::EpochMetrics;
use jiff::Zoned;
use std::path::PathBuf;
use std::sync::Arc;

/// A run in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its folder.
    pub path: PathBuf,
    /// The name of the folder, escaped for the terminal.
    pub folder: String,
    /// Its number: 1 is the oldest run.
    pub number: usize,
    /// The start time, in the time zone that it is shown in.
    pub started: Zoned,
    /// Seconds since the start, when the list was read.
    pub age: i64,
    /// Its contents, or an error message if `run.json` cannot be read.
    pub found: Result<RunContents, String>,
}

/// The contents of a run folder.
#[derive(Debug, Clone, PartialEq)]
pub struct RunContents {
    /// The contents of `run.json`.
    pub info: RunInfo,
    /// The epochs in `metrics.csv`.
    pub history: Vec<EpochMetrics>,
    /// The text of `config.toml`.
    pub config: String,
    /// The configuration, if it is valid.
    pub parsed: Option<Arc<Config>>,
    /// The costs of its network, if its configuration is valid.
    pub costs: Option<Costs>,
    /// The accuracy of the int8 network, if it was evaluated on images of the run.
    pub int8: Option<f64>,
    /// The recalls of the classes, if they were evaluated on images of the run.
    pub recall: Option<Recall>,
    /// The error of another file, if one cannot be read.
    pub fault: Option<String>,
}

/// The recalls of classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Recall {
    /// Split and precision of the evaluation.
    pub on: String,
    /// The classes with their recalls, from 0 to 1.
    pub classes: Vec<(String, Option<f64>)>,
}

/// The costs of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Costs {
    /// Multiply-accumulate operations per image.
    pub macs: u64,
    /// Bytes of RAM, for the precision and plan of its configuration.
    pub ram_bytes: u64,
    /// Bytes of flash on a Cortex-M4F, for the same.
    pub flash_bytes: u64,
    /// Number of trainable parameters.
    pub params: u64,
}

impl RunContents {
    /// The best validation accuracy, or the last if no epoch was recorded as best.
    pub fn best(&self) -> Option<f64> {
        let reached = self.info.best.or(self.info.last);
        reached.map(|reached| reached.val_accuracy).filter(|share| share.is_finite())
    }
}

impl RunContents {
    /// Seconds of training.
    pub fn seconds(&self) -> f64 {
        self.history.iter().map(|row| row.seconds).filter(|seconds| seconds.is_finite()).sum()
    }
}

impl Row {
    /// The age in its largest unit: `5 min`, `3 h`, `12 d`.
    pub fn age(&self) -> String {
        match self.age {
            seconds if seconds < 60 => format!("{} s", seconds.max(0)),
            seconds if seconds < 3600 => format!("{} min", seconds / 60),
            seconds if seconds < 86_400 => format!("{} h", seconds / 3600),
            seconds if seconds < 1000 * 86_400 => format!("{} d", seconds / 86_400),
            seconds => format!("{} y", seconds / (365 * 86_400)),
        }
    }

    /// Whether the folder, name, status or source of images contain each of `words`, which are in lower case.
    pub fn has(&self, words: &str) -> bool {
        let mut text = self.folder.to_lowercase();
        if let Ok(known) = &self.found {
            for part in [&known.info.name, known.info.status.name(), &known.info.data.source] {
                text.push(' ');
                text += &part.to_lowercase();
            }
        }
        words.split_whitespace().all(|word| text.contains(word))
    }
}
