//! The images of a configuration and their classes.

use crate::config::{Config, ConfigFile, Diagnostics, KeyPath, NumClasses};
use crate::data::{self, DataError, Dataset};
use crate::train::{Control, Observer};
use std::sync::{Arc, Mutex, PoisonError};

/// Converts `error`; if there is no such data set, it is placed at `data.source` of `spec`.
fn placed(spec: &ConfigFile, error: DataError) -> DatasetError {
    match error {
        DataError::Unknown { .. } => DatasetError::Config(spec.diagnose_source(error.to_string())),
        other => other.into(),
    }
}

/// `num_classes` is "auto", and the classes of the data set are unknown.
#[derive(Debug, thiserror::Error)]
#[error("num_classes is \"auto\", but the classes cannot be read: {0}")]
pub struct ClassesUnknown(pub DataError);

impl ClassesUnknown {
    /// The error of the data set, for an action that needs its images.
    #[must_use]
    pub fn of_data(self, spec: &ConfigFile) -> DatasetError {
        placed(spec, self.0)
    }

    /// The error at `model.num_classes` in `spec`, with `help`.
    #[must_use]
    pub fn diagnostics(&self, spec: &ConfigFile, help: &str) -> Diagnostics {
        let key = KeyPath::of("model.num_classes");
        Diagnostics(vec![spec.diagnose(&key, self.to_string(), Some(help.to_owned()))])
    }
}

/// The class names of a network of `spec`, in the order of its outputs: those of the data set, or "class 0",
/// "class 1"… if `num_classes` is another number than the data set's. No image is decoded.
///
/// # Errors
/// `num_classes` is "auto", and the classes cannot be read.
pub fn class_labels(spec: &ConfigFile) -> Result<Vec<String>, ClassesUnknown> {
    let config = &spec.config;
    match (config.model.num_classes, data::class_names(&config.data.source)) {
        (NumClasses::Auto(_), labels) => labels.map_err(ClassesUnknown),
        (NumClasses::Count(count), Ok(labels)) if labels.len() == count as usize => Ok(labels),
        (NumClasses::Count(count), _) => Ok((0..count).map(|class| format!("class {class}")).collect()),
    }
}

/// The classes that the images of a network must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Classes<'a> {
    /// A number of classes, with any names, for a network without weights.
    Count(usize),
    /// These names in this order, on which the weights were trained.
    Named(&'a [String]),
}

/// Images cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// Loading failed or was cancelled.
    #[error(transparent)]
    Data(#[from] DataError),
    /// There is no such data set, or its number of classes is not that of the network's outputs.
    #[error(transparent)]
    Config(Diagnostics),
    /// The classes are not those of training.
    #[error("the classes differ: trained on {}; {from} has {}", trained.join(", "), found.join(", "))]
    Labels {
        /// The classes of training.
        trained: Vec<String>,
        /// The classes of the data set.
        found: Vec<String>,
        /// The data set, as the configuration names it.
        from: String,
    },
}

/// Loads the images of `spec`, on the rayon pool of the caller; with `limit`, at most that many of
/// each split (see [`data::load`]).
///
/// # Errors
/// As [`data::load`]; the classes are not `classes`. A wrong number is placed in the configuration.
pub fn load_dataset(
    spec: &ConfigFile,
    classes: Classes<'_>,
    limit: Option<usize>,
    progress: &dyn data::Progress,
) -> Result<Arc<Dataset>, DatasetError> {
    let source = &spec.config.data.source;
    // The classes are checked before any image is decoded.
    let labels = data::class_names(source).map_err(|error| placed(spec, error))?;
    fits(spec, classes, &labels)?;
    let dataset =
        data::load(&spec.config.data, spec.config.model.input, limit, progress).map_err(|error| placed(spec, error))?;
    fits(spec, classes, &dataset.labels)?;
    Ok(Arc::new(dataset))
}

/// Loads all labelled images of the source of `spec`, of every split, for a network with the classes `labels`, and
/// the findings about them. Classes are matched by name; the source may have fewer.
///
/// # Errors
/// As [`data::load_all`].
pub fn load_all(
    spec: &ConfigFile,
    labels: &[String],
    progress: &dyn data::Progress,
) -> Result<(data::Images, data::DataCheck), DatasetError> {
    let Config { data, model, .. } = &spec.config;
    data::load_all(data, model.input, labels, progress).map_err(|error| placed(spec, error))
}

/// Checks that images of the classes `labels` fit the network.
fn fits(spec: &ConfigFile, classes: Classes<'_>, labels: &[String]) -> Result<(), DatasetError> {
    let source = &spec.config.data.source;
    let is_auto = matches!(spec.config.model.num_classes, NumClasses::Auto(_));
    let count = match classes {
        // If `num_classes` is "auto", the images are wrong, not the number in the configuration.
        Classes::Named(trained) if trained.len() == labels.len() || is_auto => {
            if trained == labels {
                return Ok(());
            }
            let (trained, found) = (trained.to_vec(), labels.to_vec());
            return Err(DatasetError::Labels { trained, found, from: source.clone() });
        }
        Classes::Named(trained) => trained.len(),
        Classes::Count(count) => count,
    };
    if labels.len() == count {
        return Ok(());
    }
    let message = format!("the network has {count} classes, but {source} has {}: {}", labels.len(), labels.join(", "));
    let help = (!is_auto).then(|| "use num_classes = \"auto\"".to_owned());
    let diagnostic = spec.diagnose(&KeyPath::of("model.num_classes"), message, help);
    Err(DatasetError::Config(Diagnostics(vec![diagnostic])))
}

/// Passes the progress of decoding on many threads to [`Observer::decoded`].
pub struct Decoding<'a> {
    observer: Mutex<(&'a mut dyn Observer, usize)>,
    control: &'a Control,
}

impl<'a> Decoding<'a> {
    /// Reports to `observer`, with `done` rising monotonically; a stop of `control` cancels loading.
    pub fn new(observer: &'a mut dyn Observer, control: &'a Control) -> Self {
        Self { observer: Mutex::new((observer, 0)), control }
    }
}

impl data::Progress for Decoding<'_> {
    fn decoded(&self, done: usize, total: usize) {
        let mut guard = self.observer.lock().unwrap_or_else(PoisonError::into_inner);
        let (observer, shown) = &mut *guard;
        // Calls from several threads may arrive out of order.
        if done > *shown || done == total {
            *shown = done;
            observer.decoded(done, total);
        }
    }

    fn cancelled(&self) -> bool {
        self.control.is_stopped()
    }
}
