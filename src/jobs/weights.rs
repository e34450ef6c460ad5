//! The weights of a run, and the run that has them.

use crate::config::{self, ConfigFile, NumClasses};
use crate::files::{FileError, read_limited};
use crate::graph::{Graph, Weights, WeightsError, metadata};
use crate::runs::{self, Run, RunError, RunInfo, Status};
use crate::text;
use crate::train::{EpochMetrics, Identity};
use std::path::{Path, PathBuf};

/// The largest file of weights, in bytes.
const MAX_BYTES: u64 = 2_000_000_000;

/// Weights and what is known of them.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The weights.
    pub weights: Weights,
    /// [`text::fnv1a_hex`] of the file.
    pub hash: String,
    /// Whether the file was written by another program.
    pub is_foreign: bool,
    /// The figures of the epoch they come from, where the file says.
    pub metrics: Option<EpochMetrics>,
}

/// Why weights cannot be had from a file. The message names files as they are called: it is to be
/// escaped by whoever shows it.
#[derive(Debug, thiserror::Error)]
pub enum ReadWeightsError {
    /// The file system refused, or the file is larger than any weights.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file does not hold what the network wants.
    #[error("{}: {source}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: WeightsError,
    },
}

/// Reads weights for `graph` from the safetensors file `path`.
///
/// # Errors
/// Where it cannot be read, is damaged, or is of another network.
pub fn read_weights(path: &Path, graph: &Graph) -> Result<Trained, ReadWeightsError> {
    let bytes = read_limited(path, MAX_BYTES)?;
    let weights = Weights::from_safetensors(&bytes, graph)
        .map_err(|source| ReadWeightsError::Content { path: path.to_owned(), source })?;
    let about = metadata(&bytes);
    let metrics = about.get("metrics").and_then(|text| serde_json::from_str(text).ok());
    Ok(Trained { weights, hash: text::fnv1a_hex(&bytes), is_foreign: about.is_empty(), metrics })
}

/// The newest run in the folder `root`, of `model` where that is given; with `trained`, only one
/// that has done an epoch. Damaged runs are passed over. `None` where there is none, or no `root`.
///
/// # Errors
/// Where `root` is there and cannot be read, or the run is gone meanwhile.
pub fn latest_run(root: &Path, model: Option<&str>, trained: bool) -> Result<Option<Run>, RunError> {
    if !root.is_dir() {
        return Ok(None);
    }
    let fits = |info: &RunInfo| model.is_none_or(|model| model == info.name) && (!trained || info.epochs_done > 0);
    let all = runs::list(root)?;
    let found = all.iter().find(|run| run.info.as_ref().is_ok_and(fits));
    found.map(|found| Run::open(&found.path)).transpose()
}

/// The newest run of `model` in the folder `root` that could go on: it was stopped, killed, or failed
/// before its last epoch, and nobody is at work on it.
///
/// # Errors
/// Where `root` is there and cannot be read, or the run is gone meanwhile.
pub fn unfinished_run(root: &Path, model: &str) -> Result<Option<Run>, RunError> {
    let could_go_on = |info: &RunInfo| {
        info.name == model && matches!(info.status, Status::Stopped | Status::Interrupted | Status::Failed)
    };
    let all = runs::list(root)?;
    let found = all.iter().find(|run| run.info.as_ref().is_ok_and(could_go_on));
    found.map(|found| Run::open(&found.path)).transpose()
}

/// The newest run in the folder `root` that has weights for the network of `config`: one of the same
/// name and architecture that has done an epoch and is not at work. Whatever else of its
/// configuration may differ.
///
/// # Errors
/// Where `root` is there and cannot be read, or the run is gone meanwhile.
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

/// What weights have to fit; `None` where the network does not hold together.
fn architecture(spec: &ConfigFile, classes: usize) -> Option<String> {
    let graph = Graph::of_file(spec, classes).ok()?;
    Some(Identity::of(spec, &graph, "").architecture)
}
