//! Checkpoint: the complete state of a training in one file, written atomically.
//!
//! `last.safetensors` contains the weights to deploy under their own names; under `train/…` the trained weights if
//! those differ (with a moving average); under `optimizer/…` the optimiser state; under `steps/…` the grids of
//! quantisation-aware training; and the rest as metadata. Random numbers and the order of images need no state:
//! they follow from seed, epoch and index ([`crate::random`]).

use super::grid::{self, Grid};
use super::job::TrainError;
use super::observer::EpochMetrics;
use crate::config::{Config, ConfigFile};
use crate::files::{self, Disk};
use crate::graph::{Graph, Tensor, Weights, WeightsError, metadata};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// File name of the state after the last epoch or batch.
pub const LAST: &str = "last.safetensors";
/// File name of the weights with the best validation accuracy.
pub const BEST: &str = "best.safetensors";
/// Maximum size of a checkpoint in bytes.
const MAX_BYTES: u64 = 2_000_000_000;

/// Progress of a training.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Completed epochs.
    pub epoch: u32,
    /// Completed batches of the current epoch.
    pub batch: usize,
    /// Sum of the loss over the images of those batches.
    pub loss_sum: f64,
    /// Number of correct predictions in those batches.
    pub correct: usize,
    /// Seconds spent on those batches.
    pub seconds: f64,
    /// Completed optimiser steps.
    pub steps: u32,
    /// The learning rate of the last step.
    pub lr: f64,
    /// Metrics of the completed epochs.
    pub history: Vec<EpochMetrics>,
}

/// Properties that must not change when a training is resumed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// The architecture, as TOML.
    pub architecture: String,
    /// The optimiser, whose state is saved.
    pub optimizer: crate::config::Optimizer,
    /// Whether a moving average (EMA) is used.
    pub average: bool,
    /// Batch size: a partial epoch can only be resumed with the same batches.
    pub batch_size: u32,
    /// The seed.
    pub seed: u32,
    /// Fingerprint of the images.
    pub fingerprint: String,
}

impl Identity {
    /// The identity of a training of `spec` on images with `fingerprint`.
    #[must_use]
    pub fn of(spec: &ConfigFile, graph: &Graph, fingerprint: &str) -> Self {
        let Config { model, stem, blocks, head, train, data, .. } = &spec.config;
        let mut model = model.clone();
        model.num_classes = crate::config::NumClasses::Count(graph.classes as u32);
        // Only the settings that change the network's outputs; the rest of the data section may change.
        let pixels = crate::config::Data { mean: data.mean.clone(), std: data.std.clone(), ..Default::default() };
        // Stored states have these settings too, which change no network, and must stay as they were.
        let export = crate::config::Export { precision: crate::config::Precision::Float, ..Default::default() };
        let part = Config {
            model,
            stem: stem.clone(),
            blocks: blocks.clone(),
            head: head.clone(),
            data: pixels,
            export,
            ..Config::default()
        };
        Self {
            architecture: toml::to_string(&part).unwrap_or_default(),
            optimizer: train.optimizer,
            average: train.ema > 0.0,
            batch_size: train.batch_size,
            seed: train.seed,
            fingerprint: fingerprint.to_owned(),
        }
    }

    /// The reason why a state of `self` cannot be resumed as `now`.
    fn obstacle(&self, now: &Self) -> Option<String> {
        if !is_same_architecture(&self.architecture, &now.architecture) {
            let diff = similar::TextDiff::from_lines(&self.architecture, &now.architecture);
            let changes: String = diff.unified_diff().context_radius(3).to_string();
            return Some(format!("the architecture has changed since (- then, + now):\n{}", changes.trim_end()));
        }
        let changed = |what: &str| Some(format!("{what}; start a new run for it"));
        if self.fingerprint != now.fingerprint {
            return changed("the images (or their split) have changed since");
        }
        if self.optimizer != now.optimizer {
            return changed("train.optimizer has changed since");
        }
        if self.average != now.average {
            return changed("train.ema was switched on or off since");
        }
        if self.batch_size != now.batch_size {
            return changed(&format!("train.batch_size was {}", self.batch_size));
        }
        (self.seed != now.seed).then(|| format!("train.seed was {}; start a new run for it", self.seed))
    }
}

/// Whether two architectures (TOML) are equal; a key that is only in the later one must have its default.
fn is_same_architecture(then: &str, now: &str) -> bool {
    then == now || matches!((Config::from_toml(then), Config::from_toml(now)), (Ok(then), Ok(now)) if then == now)
}

/// The complete state of a training.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// The training that it belongs to.
    pub identity: Identity,
    /// Its progress.
    pub progress: Progress,
    /// The trained weights.
    pub weights: Weights,
    /// Their moving average, if there is one.
    pub average: Option<Weights>,
    /// The optimiser's state, parameter by parameter.
    pub optimizer: Vec<Vec<f32>>,
    /// The grids of quantisation-aware training; empty before it starts.
    pub grids: Vec<Grid>,
}

impl Checkpoint {
    /// The weights to evaluate and deploy.
    #[must_use]
    pub fn deployed(&self) -> &Weights {
        self.average.as_ref().unwrap_or(&self.weights)
    }

    /// Writes the state as `last.safetensors` in `folder`; if `best`, writes the weights as `best.safetensors`
    /// first. If the program crashes in between, the resumed epoch writes them again.
    ///
    /// # Errors
    /// If a file cannot be written; its previous version is then intact.
    pub fn save(&self, disk: &dyn Disk, folder: &Path, best: bool) -> Result<(), TrainError> {
        let format = |source| TrainError::Weights { path: folder.display().to_string(), source };
        let json = |error: serde_json::Error| format(WeightsError::Format(error.to_string()));
        if best {
            let metrics = self.progress.history.last().map(serde_json::to_string).transpose().map_err(json)?;
            let about = metrics.map(|metrics| ("metrics".to_owned(), metrics)).into_iter().collect();
            let bytes = self.deployed().to_safetensors(&about).map_err(format)?;
            files::write_atomic_on(disk, &folder.join(BEST), &bytes)?;
        }
        let mut tensors = self.deployed().clone();
        if self.average.is_some() {
            for (name, tensor) in self.weights.iter() {
                tensors.insert(format!("train/{name}"), tensor.clone());
            }
        }
        for (index, values) in self.optimizer.iter().enumerate() {
            let tensor = Tensor { shape: vec![values.len()], values: values.clone() };
            tensors.insert(format!("optimizer/{index:05}"), tensor);
        }
        grid::to_tensors(&self.grids, &mut tensors);
        let about = BTreeMap::from([
            ("identity".to_owned(), serde_json::to_string(&self.identity).map_err(json)?),
            ("progress".to_owned(), serde_json::to_string(&self.progress).map_err(json)?),
        ]);
        let bytes = tensors.to_safetensors(&about).map_err(format)?;
        Ok(files::write_atomic_on(disk, &folder.join(LAST), &bytes)?)
    }

    /// Reads the state in `folder` to resume it as `now` with `graph`.
    ///
    /// # Errors
    /// If there is none or it is damaged, or if the architecture, the images or another required property has
    /// changed; the message shows the difference.
    pub fn open(folder: &Path, graph: &Graph, now: &Identity) -> Result<Self, TrainError> {
        let path = folder.join(LAST);
        let bytes = files::read_limited(&path, MAX_BYTES)?;
        let wrong = |source| TrainError::Weights { path: path.display().to_string(), source };
        let about = metadata(&bytes);
        let broken = || wrong(WeightsError::Format("it contains weights, but no training state to resume".into()));
        let identity: Identity =
            about.get("identity").and_then(|text| serde_json::from_str(text).ok()).ok_or_else(broken)?;
        if let Some(obstacle) = identity.obstacle(now) {
            return Err(TrainError::Changed(obstacle));
        }
        let progress: Progress =
            about.get("progress").and_then(|text| serde_json::from_str(text).ok()).ok_or_else(broken)?;
        let deployed = Weights::from_safetensors(&bytes, graph).map_err(wrong)?;
        let extra = Weights::with_prefix(&bytes, "optimizer/").map_err(wrong)?;
        let optimizer = extra.iter().map(|(_, tensor)| tensor.values.clone()).collect();
        let (weights, average) = if identity.average {
            let mut weights = Weights::default();
            for (name, tensor) in Weights::with_prefix(&bytes, "train/").map_err(wrong)?.iter() {
                weights.insert(name.trim_start_matches("train/").to_owned(), tensor.clone());
            }
            if weights.iter().map(|(name, _)| name).ne(deployed.iter().map(|(name, _)| name)) {
                return Err(broken());
            }
            (weights, Some(deployed))
        } else {
            (deployed, None)
        };
        let grids = grid::from_bytes(&bytes, graph).map_err(wrong)?;
        Ok(Self { identity, progress, weights, average, optimizer, grids })
    }
}
