//! Cache of the data set loaded last, shared by all jobs.

use crate::config::{ConfigFile, Data, Input, Resize};
use crate::data::Dataset;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The settings that determine the images of a configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct ImagesKey {
    /// The `[data]` section, with default mean and standard deviation, which do not change the images.
    data: Data,
    input: Input,
}

impl ImagesKey {
    /// Returns the key of `spec`.
    #[must_use]
    pub fn of(spec: &ConfigFile) -> Self {
        let Data { mean, std, .. } = Data::default();
        Self { data: Data { mean, std, ..spec.config.data.clone() }, input: spec.config.model.input }
    }

    /// Returns the source.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.data.source
    }

    /// Returns the size of the images.
    #[must_use]
    pub const fn input(&self) -> Input {
        self.input
    }

    /// Returns the resizing of images of another aspect ratio.
    #[must_use]
    pub const fn resize(&self) -> Resize {
        self.data.resize
    }
}

/// The images and their key; `None` before images are loaded.
type Held = Option<(ImagesKey, Arc<Dataset>)>;

/// The data set loaded last. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct ImageCache(Arc<Mutex<Held>>);

impl ImageCache {
    /// Returns the whole data set of `spec`, if it was loaded last.
    #[must_use]
    pub fn get(&self, spec: &ConfigFile) -> Option<Arc<Dataset>> {
        let key = ImagesKey::of(spec);
        self.held().as_ref().filter(|(held, _)| *held == key).map(|(_, dataset)| dataset.clone())
    }

    /// Replaces the cached data set by `dataset`, the whole data set of `spec`.
    pub fn put(&self, spec: &ConfigFile, dataset: Arc<Dataset>) {
        *self.held() = Some((ImagesKey::of(spec), dataset));
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::DataCheck;

    #[test]
    fn images_are_those_of_their_source_and_input() {
        let spec = |overrides: &[&str]| {
            let edits = crate::config::overrides(overrides).unwrap();
            ConfigFile::parse("micro.toml", crate::config::PRESETS[2].1, &edits).unwrap()
        };
        let dataset = Arc::new(Dataset {
            labels: Vec::new(),
            train: crate::data::Images::default(),
            validation: crate::data::Images::default(),
            test: None,
            fingerprint: String::new(),
            check: DataCheck::default(),
            source: String::new(),
        });
        let images = ImageCache::default();
        assert!(images.get(&spec(&[])).is_none());
        images.put(&spec(&[]), dataset);
        let other = images.clone();
        assert!(other.get(&spec(&["train.epochs=3", "data.mean=0.5", "stem.filters=8"])).is_some());
        for change in [
            "data.source=photos",
            "data.split_seed=7",
            "data.test_split=0.1",
            "data.resize=pad",
            "data.background=black",
            "model.input.height=48",
        ] {
            assert!(other.get(&spec(&[change])).is_none(), "{change}");
        }
    }
}
