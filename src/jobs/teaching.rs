//! The teacher of knowledge distillation.

use super::weights::{ReadWeightsError, read_weights};
use crate::config::{self, Diagnostics};
use crate::files::{FileError, make_folder};
use crate::graph::{Graph, WeightsError};
use crate::runs::{Run, RunError};
use crate::train::Teacher;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file of the teacher's weights, beside its configuration.
const WEIGHTS: &str = "weights.safetensors";

/// A teacher, and the configuration it was trained with.
#[derive(Debug, Clone)]
pub struct Teaching {
    /// The network.
    pub teacher: Arc<Teacher>,
    config: String,
}

/// A run cannot be used as a teacher.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TeachingError {
    /// The teacher's folder cannot be read, or the student's cannot be written.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The teacher's configuration is not valid.
    #[error(transparent)]
    Config(#[from] Diagnostics),
    /// The teacher's weights cannot be read.
    #[error(transparent)]
    Weights(#[from] ReadWeightsError),
    /// A file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The copy of the teacher's weights cannot be written.
    #[error(transparent)]
    Format(#[from] WeightsError),
    /// The classes or the input of the teacher differ from the student's.
    #[error("{}: this network cannot be the teacher: {reason}", run.display())]
    Differs {
        /// The teacher's run.
        run: PathBuf,
        /// The reason.
        reason: String,
    },
}

impl Teaching {
    /// The best weights of `run`, for the network of `student`, whose classes are `labels`.
    ///
    /// # Errors
    /// The run cannot be read, has no weights yet, or has another input or other classes.
    pub fn of_run(run: &Run, student: &Graph, labels: &[String]) -> Result<Self, TeachingError> {
        let differs = |reason| TeachingError::Differs { run: run.path().to_owned(), reason };
        let own = run.labels()?;
        if own != labels {
            return Err(differs(format!("its classes are {}, not {}", own.join(", "), labels.join(", "))));
        }
        let teaching = Self::read(&run.file(Run::CONFIG), &run.weights(), own.len(), differs)?;
        match teaching.teacher.obstacle(student) {
            Some(reason) => Err(differs(reason)),
            None => Ok(teaching),
        }
    }

    /// The copy of the teacher in the run of a student; `None` if it has no teacher.
    ///
    /// # Errors
    /// The copy cannot be read.
    pub(crate) fn of_student(run: &Run) -> Result<Option<Self>, TeachingError> {
        let folder = run.file(Run::TEACHER);
        if !folder.exists() {
            return Ok(None);
        }
        let differs = |reason| TeachingError::Differs { run: folder.clone(), reason };
        let classes = run.labels()?.len();
        Self::read(&folder.join(Run::CONFIG), &folder.join(WEIGHTS), classes, differs).map(Some)
    }

    fn read(
        config: &Path,
        weights: &Path,
        classes: usize,
        differs: impl Fn(String) -> TeachingError,
    ) -> Result<Self, TeachingError> {
        let spec = config::load(config, &[])?;
        let graph = Graph::of_file(&spec, classes).map_err(|error| differs(error.to_string()))?;
        let weights = read_weights(weights, &graph)?.weights;
        Ok(Self { teacher: Arc::new(Teacher { graph, weights }), config: spec.text })
    }

    /// Copies the teacher into the run of its student, which can then be resumed without the teacher's run.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn keep(&self, run: &Run) -> Result<(), TeachingError> {
        make_folder(&run.file(Run::TEACHER))?;
        run.write(&format!("{}/{}", Run::TEACHER, Run::CONFIG), &self.config)?;
        let bytes = self.teacher.weights.to_safetensors(&BTreeMap::new())?;
        crate::files::write_atomic(&run.file(Run::TEACHER).join(WEIGHTS), &bytes)?;
        Ok(())
    }
}
