//! The presets and what they take.

use super::design::UNKNOWN_CLASSES;
use crate::config::{ConfigFile, PRESETS, Precision};
use crate::graph::Graph;
use crate::plan::Estimate;
use std::sync::OnceLock;

/// A preset to begin a network with.
#[derive(Debug)]
pub struct Preset {
    /// Its name.
    pub name: &'static str,
    /// A line that describes it: its first comment.
    pub about: &'static str,
    /// Its costs in int8, with ten classes if it leaves their number to the data.
    pub estimate: Estimate,
}

/// All presets, smallest first; they are estimated once.
pub fn all() -> &'static [Preset] {
    static KNOWN: OnceLock<Vec<Preset>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut presets: Vec<Preset> = PRESETS.iter().filter_map(|(name, text)| of(name, text)).collect();
        presets.sort_by_key(|preset| preset.estimate.params);
        presets
    })
}

fn of(name: &'static str, text: &'static str) -> Option<Preset> {
    let file = ConfigFile::parse(name, text, &[]).ok()?;
    let graph = Graph::of_file(&file, UNKNOWN_CLASSES).ok()?;
    let estimate = Estimate::of(&graph, Precision::Int8, file.config.export.plan);
    let about = text.lines().next().unwrap_or_default().trim_start_matches("# ");
    Some(Preset { name, about, estimate })
}
