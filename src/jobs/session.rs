//! A session: the configuration, classes, graph, images, weights and run of one network, each loaded once.

use super::cache::ImageCache;
use super::changed::{Changed, without_training_images};
use super::deployment::{self, Deployment, Int8Evaluation};
use super::images::{Classes, ClassesUnknown, DatasetError, class_labels, load_dataset};
use super::place::{Held, Place};
use super::training::Training;
use super::weights::{ReadWeightsError, Trained, read_weights};
use crate::config::{self, ConfigFile, Diagnostics, Edit};
use crate::data::{Dataset, Images, Progress};
use crate::files::RealDisk;
use crate::graph::Graph;
use crate::quant::{Deployed, QuantError};
use crate::runs::{Evaluation, Run, RunError};
use crate::train::{Control, Governor};
use std::path::PathBuf;
use std::sync::Arc;

/// The folders that a front end writes into. Relative paths are relative to the working directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// The folder of run folders.
    pub runs: PathBuf,
    /// The folder of exported sketches.
    pub exports: PathBuf,
}

impl Default for Folders {
    fn default() -> Self {
        Self { runs: "runs".into(), exports: "ArduinoCode".into() }
    }
}

/// A network with its loaded images, weights and run.
#[derive(Debug, Clone)]
pub struct Session {
    /// The configuration.
    pub spec: ConfigFile,
    /// The classes, in the order of the outputs.
    pub labels: Vec<String>,
    /// The graph.
    pub graph: Graph,
    run: Option<Run>,
    /// A file of weights, used instead of those of the run.
    weights_file: Option<PathBuf>,
    /// Whether the images must have the classes in `labels`, on which the weights were trained.
    has_trained_labels: bool,
    dataset: Option<Arc<Dataset>>,
    trained: Option<Arc<Trained>>,
    deployed: Option<Arc<Deployed>>,
}

/// A session cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] Diagnostics),
    /// `num_classes` is "auto", and the classes of the data set are unknown.
    #[error("{}", .0.0)]
    Classes(ClassesUnknown),
    /// A file of the run cannot be read.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl Session {
    /// A session on `spec` with the classes `labels`.
    ///
    /// # Errors
    /// The configuration does not describe a network.
    pub fn new(spec: ConfigFile, labels: Vec<String>) -> Result<Self, Diagnostics> {
        let graph = Graph::of_file(&spec, labels.len())?;
        Ok(Self {
            spec,
            labels,
            graph,
            run: None,
            weights_file: None,
            has_trained_labels: false,
            dataset: None,
            trained: None,
            deployed: None,
        })
    }

    /// A session on an untrained network, with the classes of its images.
    ///
    /// # Errors
    /// The configuration does not describe a network, or the classes are unknown.
    pub fn untrained(spec: ConfigFile) -> Result<Self, SessionError> {
        let labels = class_labels(&spec).map_err(SessionError::Classes)?;
        Ok(Self::new(spec, labels)?)
    }

    /// A session on `run`, with the run's own configuration and classes; `overrides` change the
    /// configuration. A run that ended before its classes were written has those of its images.
    ///
    /// # Errors
    /// A file of the run cannot be read, or its configuration does not describe a network.
    pub fn of_run(run: Run, overrides: &[Edit]) -> Result<Self, SessionError> {
        let spec = config::load(&run.file(Run::CONFIG), overrides)?;
        let mut session =
            if run.file(Run::LABELS).exists() { Self::new(spec, run.labels()?)? } else { Self::untrained(spec)? };
        session.has_trained_labels = true;
        session.run = Some(run);
        Ok(session)
    }

    /// The same session with another configuration of the same network, with other export settings.
    #[must_use]
    pub fn with_spec(&self, spec: ConfigFile) -> Self {
        Self { spec, deployed: None, ..self.clone() }
    }

    /// The run of the weights, or the run to be resumed.
    #[must_use]
    pub const fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    /// Sets the run of the weights; `weights_file` is used instead of its weights.
    pub fn set_source(&mut self, run: Option<Run>, weights_file: Option<PathBuf>) {
        (self.run, self.weights_file) = (run, weights_file);
    }

    /// Takes the run out, to resume its training.
    pub const fn take_run(&mut self) -> Option<Run> {
        self.run.take()
    }

    /// The run whose weights [`trained`](Self::trained) has read; `None` if they were not read, or come from
    /// another file.
    #[must_use]
    pub fn run_of_weights(&self) -> Option<&Run> {
        let is_of_run = self.trained.is_some() && self.weights_file.is_none();
        self.run.as_ref().filter(|_| is_of_run)
    }

    /// Uses the weights that training has written to `run` from here on.
    pub fn set_trained(&mut self, run: Run, trained: Option<Trained>) {
        self.run = Some(run);
        self.trained = trained.map(Arc::new);
        self.deployed = None;
    }

    /// The weights, read once: those of the file that was set, else the run's best, else its last. `None`
    /// if there is neither file nor run.
    ///
    /// # Errors
    /// The file cannot be read, or is of another network.
    pub fn trained(&mut self) -> Result<Option<Arc<Trained>>, ReadWeightsError> {
        if self.trained.is_none() {
            let of_run = || self.run.as_ref().map(Run::weights);
            let Some(path) = self.weights_file.clone().or_else(of_run) else { return Ok(None) };
            self.trained = Some(Arc::new(read_weights(&path, &self.graph)?));
        }
        Ok(self.trained.clone())
    }

    /// Whether the weights were read.
    #[must_use]
    pub const fn has_weights(&self) -> bool {
        self.trained.is_some()
    }

    /// The quantised network, if [`deployed`](Self::deployed) was called.
    #[must_use]
    pub fn quantised(&self) -> Option<Arc<Deployed>> {
        self.deployed.clone()
    }

    /// The images, if they are loaded.
    #[must_use]
    pub fn dataset(&self) -> Option<Arc<Dataset>> {
        self.dataset.clone()
    }

    /// Loads the images, at most `limit` of each split, on the rayon pool of the caller; without `limit`, adds them to
    /// `cache`. Their classes must be those that the weights were trained on, if these are loaded.
    ///
    /// # Errors
    /// As [`load_dataset`].
    pub fn load_images(
        &mut self,
        limit: Option<usize>,
        cache: Option<&ImageCache>,
        progress: &dyn Progress,
    ) -> Result<Arc<Dataset>, DatasetError> {
        let classes = if self.has_trained_labels || self.trained.is_some() {
            Classes::Named(&self.labels)
        } else {
            Classes::Count(self.labels.len())
        };
        let dataset = load_dataset(&self.spec, classes, limit, progress)?;
        if let (Some(cache), None) = (cache, limit) {
            cache.put(&self.spec, dataset.clone());
        }
        self.labels.clone_from(&dataset.labels);
        self.dataset = Some(dataset.clone());
        Ok(dataset)
    }

    /// Removes validation and test images on which the weights were trained, and returns the changes; `None` if
    /// the images are those of the run, or the weights belong to no run.
    ///
    /// # Errors
    /// A file of the run cannot be read.
    pub fn leave_out_training_images(&mut self) -> Result<Option<Changed>, RunError> {
        let (Some(run), Some(dataset)) = (self.run_of_weights(), &self.dataset) else { return Ok(None) };
        let (dataset, changed) = without_training_images(run, dataset.clone())?;
        self.dataset = Some(dataset);
        Ok(changed)
    }

    /// The trained network with its images, for exports; `None` before weights and images are loaded.
    #[must_use]
    pub fn deployment(&self) -> Option<Deployment> {
        self.deployment_on(self.dataset()?)
    }

    /// The quantised network, calibrated once on the training images of `dataset`. Takes seconds and cannot be
    /// stopped. `None` before the weights are loaded.
    ///
    /// # Errors
    /// As [`Deployment::quantise`].
    pub fn deployed(&mut self, dataset: Arc<Dataset>) -> Result<Option<Arc<Deployed>>, QuantError> {
        if self.deployed.is_none() {
            let Some(deployment) = self.deployment_on(dataset) else { return Ok(None) };
            self.deployed = Some(Arc::new(deployment.quantise()?));
        }
        Ok(self.deployed.clone())
    }

    fn deployment_on(&self, dataset: Arc<Dataset>) -> Option<Deployment> {
        let Self { spec, graph, labels, trained, .. } = self;
        let trained = trained.clone()?;
        Some(Deployment { spec: spec.clone(), graph: graph.clone(), labels: labels.clone(), trained, dataset })
    }

    /// Evaluates the float network `trained` on `images`; `None` if `control` is stopped first.
    #[must_use]
    pub fn evaluate(&self, trained: &Trained, images: &Images, control: &Control) -> Option<Evaluation> {
        deployment::evaluate(&self.graph, trained, &self.labels, images, control)
    }

    /// Evaluates the int8 network `deployed` on `images` and compares it with the float network `trained`; `None` if
    /// `control` is stopped first.
    #[must_use]
    pub fn evaluate_int8(
        &self,
        trained: &Trained,
        deployed: &Deployed,
        images: &Images,
        control: &Control,
    ) -> Option<Int8Evaluation> {
        deployment::evaluate_int8(&self.graph, trained, &self.labels, deployed, images, control)
    }

    /// A training of this network on `dataset` in the folder `held`, from random weights, without a teacher,
    /// on the real disk.
    #[must_use]
    pub fn training(&self, dataset: Arc<Dataset>, held: Held, threads: usize, governor: Governor) -> Training {
        Training {
            spec: self.spec.clone(),
            graph: self.graph.clone(),
            dataset,
            place: Place::Held(held),
            weights: None,
            teacher: None,
            threads,
            governor,
            disk: Arc::new(RealDisk),
        }
    }
}
