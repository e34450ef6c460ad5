//! Weights of runs, and the search for a run with weights.

use crate::config::{self, ConfigFile, NumClasses};
use crate::files::{FileError, read_limited};
use crate::graph::{Graph, Weights, WeightsError, metadata};
use crate::runs::{self, Run, RunError, RunInfo, Status};
use crate::text;
use crate::train::{EpochMetrics, Identity};
use std::path::{Path, PathBuf};

/// The largest file of weights, in bytes.
const MAX_BYTES: u64 = 2_000_000_000;

/// Weights and their origin.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The weights.
    pub weights: Weights,
    /// [`text::fnv1a_hex`] of the file.
    pub hash: String,
    /// Whether the file was written by another program.
    pub is_foreign: bool,
    /// The metrics of their epoch, if the file has them.
    pub metrics: Option<EpochMetrics>,
}

/// Weights cannot be read from a file. The message has the raw path: escape it for display.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadWeightsError {
    /// The file cannot be read, or is too large.
    #[error(transparent)]
    File(#[from] FileError),
    /// The tensors of the file do not match the network.
    #[error("{}: {source}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// The error.
        source: WeightsError,
    },
}

/// Reads weights for `graph` from the safetensors file `path`.
///
/// # Errors
/// The file cannot be read, is damaged, or is of another network.
pub fn read_weights(path: &Path, graph: &Graph) -> Result<Trained, ReadWeightsError> {
    let bytes = read_limited(path, MAX_BYTES)?;
    let weights = Weights::from_safetensors(&bytes, graph)
        .map_err(|source| ReadWeightsError::Content { path: path.to_owned(), source })?;
    let about = metadata(&bytes);
    let metrics = about.get("metrics").and_then(|text| serde_json::from_str(text).ok());
    Ok(Trained { weights, hash: text::fnv1a_hex(&bytes), is_foreign: about.is_empty(), metrics })
}

/// The newest run in the folder `root`, of `model` if it is given; with `trained`, only a run with at least one
/// epoch. Damaged runs are skipped. `None` if there is no such run, or no `root`.
///
/// # Errors
/// `root` exists and cannot be read, or the run was deleted meanwhile.
pub fn latest_run(root: &Path, model: Option<&str>, trained: bool) -> Result<Option<Run>, RunError> {
    if !root.is_dir() {
        return Ok(None);
    }
    let fits = |info: &RunInfo| model.is_none_or(|model| model == info.name) && (!trained || info.epochs_done > 0);
    let all = runs::list(root)?;
    let found = all.iter().find(|run| run.info.as_ref().is_ok_and(fits));
    found.map(|found| Run::open(&found.path)).transpose()
}

/// The newest run of `model` in the folder `root` that can be resumed: stopped, killed, or failed before its
/// last epoch, and not running.
///
/// # Errors
/// `root` exists and cannot be read, or the run was deleted meanwhile.
pub fn unfinished_run(root: &Path, model: &str) -> Result<Option<Run>, RunError> {
    let is_resumable = |info: &RunInfo| {
        info.name == model && matches!(info.status, Status::Stopped | Status::Interrupted | Status::Failed)
    };
    let all = runs::list(root)?;
    let found = all.iter().find(|run| run.info.as_ref().is_ok_and(is_resumable));
    found.map(|found| Run::open(&found.path)).transpose()
}

/// The newest run in the folder `root` with weights for the network of `spec`: the same name and architecture,
/// at least one epoch, and not running. The rest of its configuration may differ.
///
/// # Errors
/// `root` exists and cannot be read, or the run was deleted meanwhile.
pub fn trained_run(root: &Path, spec: &ConfigFile) -> Result<Option<Run>, RunError> {
    let wanted = &spec.config.model;
    let fits = |run: &&runs::RunSummary| {
        let Ok(info) = &run.info else { return false };
        let is_trained = info.name == wanted.name && info.epochs_done > 0 && info.status != Status::Running;
        let has_classes = match wanted.num_classes {
            NumClasses::Auto(_) => true,
            NumClasses::Count(count) => count as usize == info.classes,
        };
        let config = run.path.join(Run::CONFIG);
        is_trained
            && has_classes
            && config::load(&config, &[])
                .is_ok_and(|trained| architecture(&trained, info.classes) == architecture(spec, info.classes))
    };
    let all = runs::list(root)?;
    all.iter().find(fits).map(|found| Run::open(&found.path)).transpose()
}

/// The architecture that weights must fit; `None` if the configuration does not describe a network.
fn architecture(spec: &ConfigFile, classes: usize) -> Option<String> {
    let graph = Graph::of_file(spec, classes).ok()?;
    Some(Identity::of(spec, &graph, "").architecture)
}
