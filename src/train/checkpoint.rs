//! The state of a training in one file, so that it is whole or not there.
//!
//! `last.safetensors` holds, under their own names, the weights to deploy; under `train/…` the
//! weights being trained where those differ (a moving average is kept); under `optimizer/…` the
//! optimiser's state; under `steps/…` those of the integers it learns to be; and as metadata the rest. Random numbers need no state of their own: they
//! follow from seed, epoch and place ([`crate::random`]), and so does the order of images.

use super::grid::{self, Grid};
use super::job::TrainError;
use super::observer::EpochMetrics;
use crate::config::{Config, ConfigFile};
use crate::files::{self, Disk};
use crate::graph::{Graph, Tensor, Weights, WeightsError, metadata};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The file of the state after the last epoch or batch.
pub const LAST: &str = "last.safetensors";
/// The file of the weights with the best validation accuracy.
pub const BEST: &str = "best.safetensors";
/// The largest checkpoint that is read, in bytes.
const MAX_BYTES: u64 = 2_000_000_000;

/// How far a training is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Epochs that are done.
    pub epoch: u32,
    /// Batches of the next epoch that are done.
    pub batch: usize,
    /// Sum of the loss over the images of those batches.
    pub loss_sum: f64,
    /// Images of those batches answered right.
    pub correct: usize,
    /// Seconds spent on those batches.
    pub seconds: f64,
    /// Steps of the optimiser.
    pub steps: u32,
    /// The learning rate of the last step.
    pub lr: f64,
    /// Figures of the epochs that are done.
    pub history: Vec<EpochMetrics>,
}

/// What a training must not change under a resume.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// The architecture, as TOML.
    pub architecture: String,
    /// The kind of optimiser, whose state is saved.
    pub optimizer: crate::config::Optimizer,
    /// Whether a moving average is kept.
    pub average: bool,
    /// Images of a batch: half an epoch can go on only in the same batches.
    pub batch_size: u32,
    /// The seed.
    pub seed: u32,
    /// The images.
    pub fingerprint: String,
}

impl Identity {
    /// Of `config` trained on images with `fingerprint`.
    #[must_use]
    pub fn of(spec: &ConfigFile, graph: &Graph, fingerprint: &str) -> Self {
        let Config { model, stem, blocks, head, train, data, .. } = &spec.config;
        let mut model = model.clone();
        model.num_classes = crate::config::NumClasses::Count(graph.classes as u32);
        // Only what changes the network's answers: the rest of the data section may change.
        let pixels = crate::config::Data { mean: data.mean.clone(), std: data.std.clone(), ..Default::default() };
        let part = Config {
            model,
            stem: stem.clone(),
            blocks: blocks.clone(),
            head: head.clone(),
            data: pixels,
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

    /// Why a state of `self` cannot go on as `now`.
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

/// Whether two architectures, as TOML, are the same: a key that only the later one has is at its default.
fn is_same_architecture(then: &str, now: &str) -> bool {
    then == now || matches!((Config::from_toml(then), Config::from_toml(now)), (Ok(then), Ok(now)) if then == now)
}

/// A training's whole state.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// What it is the state of.
    pub identity: Identity,
    /// How far it is.
    pub progress: Progress,
    /// The weights being trained.
    pub weights: Weights,
    /// Their moving average, where one is kept.
    pub average: Option<Weights>,
    /// The optimiser's state, parameter by parameter.
    pub optimizer: Vec<Vec<f32>>,
    /// The steps of the integers that the network learns to be; empty where it does not yet.
    pub grids: Vec<Grid>,
}

impl Checkpoint {
    /// The weights to evaluate and deploy.
    #[must_use]
    pub fn deployed(&self) -> &Weights {
        self.average.as_ref().unwrap_or(&self.weights)
    }

    /// Writes the state as `last.safetensors` in `folder`; before it, where `best` says so, the
    /// weights as `best.safetensors`. A crash in between leaves a best that the next run of the
    /// same epoch writes again.
    ///
    /// # Errors
    /// Where a file cannot be written; what was there before is then intact.
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

    /// Reads the state in `folder`, to go on with it as `now` in `graph`.
    ///
    /// # Errors
    /// Where there is none or it is damaged, and where the architecture, the images or what the
    /// state depends on have changed, with the difference.
    pub fn open(folder: &Path, graph: &Graph, now: &Identity) -> Result<Self, TrainError> {
        let path = folder.join(LAST);
        let bytes = files::read_limited(&path, MAX_BYTES)?;
        let wrong = |source| TrainError::Weights { path: path.display().to_string(), source };
        let about = metadata(&bytes);
        let broken = || wrong(WeightsError::Format("it holds weights, but no state to go on from".into()));
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
