//! The columns of the list of runs, and their order.

use super::row::{Costs, Row, RunContents};
use crate::runs::Status;
use crate::text::{percent, thousands};
use std::cmp::Ordering;

/// A column of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Column {
    Number,
    Name,
    #[default]
    Age,
    Status,
    Epochs,
    Best,
    Last,
    Int8,
    Ram,
    Flash,
    Macs,
    Params,
    Classes,
    Data,
}

impl Column {
    /// All columns, in display order. At a width that is too small for all, the last before the data are left out.
    pub const ALL: [Self; 14] = [
        Self::Number,
        Self::Name,
        Self::Age,
        Self::Status,
        Self::Epochs,
        Self::Best,
        Self::Last,
        Self::Int8,
        Self::Ram,
        Self::Flash,
        Self::Macs,
        Self::Params,
        Self::Classes,
        Self::Data,
    ];

    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Number => "#",
            Self::Name => "name",
            Self::Age => "age",
            Self::Status => "status",
            Self::Epochs => "epochs",
            Self::Best => "best",
            Self::Last => "last",
            Self::Int8 => "int8",
            Self::Ram => "RAM B",
            Self::Flash => "flash B",
            Self::Macs => "MACs",
            Self::Params => "params",
            Self::Classes => "classes",
            Self::Data => "data",
        }
    }

    /// Its width in characters; the data column takes the remaining room too.
    pub const fn width(self) -> usize {
        match self {
            Self::Number => 3,
            Self::Age | Self::Epochs => 6,
            Self::Data => 12,
            Self::Name => 10,
            Self::Status | Self::Classes => 8,
            Self::Best | Self::Last | Self::Int8 | Self::Ram | Self::Flash => 7,
            Self::Macs | Self::Params => 9,
        }
    }

    /// Whether it contains numbers, which are right-aligned.
    pub const fn is_number(self) -> bool {
        !matches!(self, Self::Name | Self::Status | Self::Data)
    }

    /// The next column; the first after the last.
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|column| *column == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }

    /// The text of `row` in this column; empty if the run cannot be read.
    pub fn text(self, row: &Row) -> String {
        match self {
            Self::Number => return row.number.to_string(),
            Self::Age => return row.age(),
            _ => {}
        }
        let Ok(known) = &row.found else { return String::new() };
        let info = &known.info;
        let cost = |of: fn(&Costs) -> u64| match known.costs.as_ref().map(of) {
            None => "–".to_owned(),
            Some(count @ 0..1_000_000) => thousands(count),
            Some(count) => format!("{:.1} M", count as f64 / 1e6),
        };
        match self {
            Self::Name => info.name.clone(),
            Self::Number | Self::Age => String::new(),
            Self::Status => match info.status {
                Status::Interrupted => "cut off".to_owned(),
                status => status.name().to_owned(),
            },
            Self::Epochs => info.epochs_done.to_string(),
            Self::Best => percent(known.best()),
            Self::Last => percent(info.last.map(|last| last.val_accuracy)),
            Self::Int8 => percent(known.int8),
            Self::Macs => cost(|costs| costs.macs),
            Self::Flash => cost(|costs| costs.flash_bytes),
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
        if self == Self::Number {
            return a.number.cmp(&b.number);
        }
        let (Ok(a), Ok(b)) = (&a.found, &b.found) else {
            return if self == Self::Age { newer } else { a.found.is_err().cmp(&b.found.is_err()).then(newer) };
        };
        let higher = |of: fn(&RunContents) -> Option<f64>| {
            of(b).unwrap_or(f64::NEG_INFINITY).total_cmp(&of(a).unwrap_or(f64::NEG_INFINITY))
        };
        let lower =
            |of: fn(&Costs) -> u64| a.costs.as_ref().map_or(u64::MAX, of).cmp(&b.costs.as_ref().map_or(u64::MAX, of));
        let order = match self {
            Self::Name => a.info.name.to_lowercase().cmp(&b.info.name.to_lowercase()),
            Self::Number | Self::Age => Ordering::Equal,
            Self::Status => a.info.status.name().cmp(b.info.status.name()),
            Self::Epochs => b.info.epochs_done.cmp(&a.info.epochs_done),
            Self::Best => higher(RunContents::best),
            Self::Last => {
                higher(|known| known.info.last.map(|last| last.val_accuracy).filter(|share| share.is_finite()))
            }
            Self::Int8 => higher(|known| known.int8),
            Self::Flash => lower(|costs| costs.flash_bytes),
            Self::Macs => lower(|costs| costs.macs),
            Self::Ram => lower(|costs| costs.ram_bytes),
            Self::Params => lower(|costs| costs.params),
            Self::Classes => a.info.classes.cmp(&b.info.classes),
            Self::Data => a.info.data.source.cmp(&b.info.data.source),
        };
        order.then(newer)
    }
}
