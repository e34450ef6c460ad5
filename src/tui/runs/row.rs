//! The rows and columns of the list of runs, and their order.

use crate::runs::{RunInfo, Status};
use crate::text::percent;
use crate::text::thousands;
use crate::train::EpochMetrics;
use jiff::Zoned;
use std::cmp::Ordering;
use std::path::PathBuf;

/// A run in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its folder.
    pub path: PathBuf,
    /// The name of the folder, escaped for the terminal.
    pub folder: String,
    /// The start time, in the time zone that it is shown in.
    pub started: Zoned,
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
    /// The costs of its network, if its configuration is valid.
    pub costs: Option<Costs>,
    /// The error of another file, if one cannot be read.
    pub fault: Option<String>,
}

/// The costs of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Costs {
    /// Multiply-accumulate operations per image.
    pub macs: u64,
    /// Bytes of RAM, for the precision and plan of its configuration.
    pub ram_bytes: u64,
    /// Number of trainable parameters.
    pub params: u64,
}

/// A column of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Column {
    Name,
    #[default]
    Started,
    Status,
    Epochs,
    Best,
    Last,
    Macs,
    Ram,
    Params,
    Classes,
    Data,
}

impl Column {
    /// All columns, in display order.
    pub const ALL: [Self; 11] = [
        Self::Name,
        Self::Started,
        Self::Status,
        Self::Epochs,
        Self::Best,
        Self::Last,
        Self::Macs,
        Self::Ram,
        Self::Classes,
        Self::Params,
        Self::Data,
    ];

    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Started => "started",
            Self::Status => "status",
            Self::Epochs => "epochs",
            Self::Best => "best",
            Self::Last => "last",
            Self::Macs => "MACs",
            Self::Ram => "RAM B",
            Self::Params => "params",
            Self::Classes => "classes",
            Self::Data => "data",
        }
    }

    /// Its width in characters; the data column takes the remaining room too.
    pub const fn width(self) -> usize {
        match self {
            Self::Name | Self::Data => 12,
            Self::Started => 11,
            Self::Status | Self::Ram | Self::Classes => 8,
            Self::Epochs | Self::Best | Self::Last => 7,
            Self::Macs | Self::Params => 9,
        }
    }

    /// Whether it contains numbers, which are right-aligned.
    pub const fn is_number(self) -> bool {
        !matches!(self, Self::Name | Self::Started | Self::Status | Self::Data)
    }

    /// The next column; the first after the last.
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|column| *column == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }

    /// The text of `row` in this column; empty if the run cannot be read.
    pub fn text(self, row: &Row) -> String {
        if self == Self::Started {
            return row.started.strftime("%m-%d %H:%M").to_string();
        }
        let Ok(known) = &row.found else { return String::new() };
        let info = &known.info;
        let cost = |of: fn(&Costs) -> u64| match known.costs.as_ref().map(of) {
            None => "–".to_owned(),
            Some(count @ 0..10_000_000) => thousands(count),
            Some(count) => format!("{:.1} M", count as f64 / 1e6),
        };
        match self {
            Self::Name => info.name.clone(),
            Self::Started => String::new(),
            Self::Status => match info.status {
                Status::Interrupted => "cut off".to_owned(),
                status => status.name().to_owned(),
            },
            Self::Epochs => info.epochs_done.to_string(),
            Self::Best => percent(known.best()),
            Self::Last => percent(info.last.map(|last| last.val_accuracy)),
            Self::Macs => cost(|costs| costs.macs),
            Self::Ram => cost(|costs| costs.ram_bytes),
            Self::Params => cost(|costs| costs.params),
            Self::Classes => info.classes.to_string(),
            Self::Data => info.data.source.clone(),
        }
    }

    /// The order of two rows: higher accuracy, more epochs, newer, smaller or alphabetically earlier first. Runs
    /// that cannot be read come last, except by start time.
    pub fn order(self, a: &Row, b: &Row) -> Ordering {
        let newer = b.started.cmp(&a.started).then_with(|| b.path.cmp(&a.path));
        let (Ok(a), Ok(b)) = (&a.found, &b.found) else {
            return if self == Self::Started { newer } else { a.found.is_err().cmp(&b.found.is_err()).then(newer) };
        };
        let higher = |of: fn(&RunContents) -> Option<f64>| {
            of(b).unwrap_or(f64::NEG_INFINITY).total_cmp(&of(a).unwrap_or(f64::NEG_INFINITY))
        };
        let lower =
            |of: fn(&Costs) -> u64| a.costs.as_ref().map_or(u64::MAX, of).cmp(&b.costs.as_ref().map_or(u64::MAX, of));
        let order = match self {
            Self::Name => a.info.name.to_lowercase().cmp(&b.info.name.to_lowercase()),
            Self::Started => Ordering::Equal,
            Self::Status => a.info.status.name().cmp(b.info.status.name()),
            Self::Epochs => b.info.epochs_done.cmp(&a.info.epochs_done),
            Self::Best => higher(RunContents::best),
            Self::Last => {
                higher(|known| known.info.last.map(|last| last.val_accuracy).filter(|share| share.is_finite()))
            }
            Self::Macs => lower(|costs| costs.macs),
            Self::Ram => lower(|costs| costs.ram_bytes),
            Self::Params => lower(|costs| costs.params),
            Self::Classes => a.info.classes.cmp(&b.info.classes),
            Self::Data => a.info.data.source.cmp(&b.info.data.source),
        };
        order.then(newer)
    }
}

impl RunContents {
    /// The best validation accuracy, or the last if no epoch was recorded as best.
    pub fn best(&self) -> Option<f64> {
        let reached = self.info.best.or(self.info.last);
        reached.map(|reached| reached.val_accuracy).filter(|share| share.is_finite())
    }
}

impl Row {
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
