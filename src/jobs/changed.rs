//! Images that have changed since a run was trained on them.

use crate::data::{Dataset, Images};
use crate::runs::{Run, RunError, TrainingImageHashes};
use std::fmt;
use std::sync::Arc;

/// Changes of a run's images since its training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// Number of validation images removed because the run was trained on them.
    pub validation: usize,
    /// Number of remaining validation images.
    pub left: usize,
    /// Number of test images removed because the run was trained on them.
    pub test: usize,
    /// Whether the run has a list of its training images; without one, no image is removed.
    pub is_known: bool,
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { validation, left, test, is_known } = self;
        f.write_str("the images, or how they are split, have changed since the run was trained")?;
        if validation + test > 0 {
            write!(
                f,
                "; {validation} validation and {test} test images that it was trained on are left out, {left} validation images remain"
            )?;
        }
        if !is_known {
            f.write_str(
                "; the run has no list of its training images: some of them may be among the validation images",
            )?;
        }
        Ok(())
    }
}

/// Removes the training images of `run` from the validation and test images of `dataset`. The second value is
/// `None` if the data set is that of the run.
///
/// # Errors
/// A file of the run cannot be read.
pub fn without_training_images(run: &Run, dataset: Arc<Dataset>) -> Result<(Arc<Dataset>, Option<Changed>), RunError> {
    if run.info()?.data.fingerprint == dataset.fingerprint {
        return Ok((dataset, None));
    }
    let mut changed = Changed { validation: 0, left: dataset.validation.len(), test: 0, is_known: true };
    let Some(trained) = TrainingImageHashes::read(run)? else {
        return Ok((dataset, Some(Changed { is_known: false, ..changed })));
    };
    let others = |images: &Images| Some(trained.others(images)).filter(|others| others.len() < images.len());
    let validation = others(&dataset.validation);
    let test = dataset.test.as_ref().and_then(others);
    if validation.is_none() && test.is_none() {
        return Ok((dataset, Some(changed)));
    }
    let mut dataset = Arc::unwrap_or_clone(dataset);
    if let Some(places) = validation {
        changed.validation = dataset.validation.len() - places.len();
        changed.left = places.len();
        dataset.validation = dataset.validation.pick(&places);
    }
    if let (Some(places), Some(test)) = (test, &mut dataset.test) {
        changed.test = test.len() - places.len();
        *test = test.pick(&places);
    }
    Ok((Arc::new(dataset), Some(changed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::DataCheck;
    use crate::runs::{DataInfo, RunInfo};

    fn images(contents: &[u8]) -> Images {
        let names = contents.iter().map(ToString::to_string).collect();
        let contents: Vec<_> = contents.iter().map(|&byte| [byte; 32]).collect();
        Images { labels: vec![0; contents.len()], names, contents, ..Images::default() }
    }

    #[test]
    fn an_image_that_was_trained_on_is_never_one_that_is_held_out() {
        let folder = tempfile::tempdir().unwrap();
        let run = Run::create_at(&folder.path().join("run"), false).unwrap();
        let data = DataInfo { fingerprint: "then".into(), ..DataInfo::default() };
        run.save(&RunInfo { data, ..RunInfo::default() }).unwrap();
        let now = |fingerprint: &str| {
            Arc::new(Dataset {
                labels: vec!["a".into()],
                train: images(&[1]),
                validation: images(&[2, 3, 4]),
                test: Some(images(&[5, 6])),
                fingerprint: fingerprint.into(),
                check: DataCheck::default(),
                source: "photos".into(),
            })
        };
        let same = now("then");
        assert_eq!(without_training_images(&run, same.clone()).unwrap(), (same, None));
        let (all, changed) = without_training_images(&run, now("now")).unwrap();
        assert_eq!(*all, *now("now"));
        assert!(changed.unwrap().to_string().ends_with("some of them may be among the validation images"));
        TrainingImageHashes::of(&images(&[3, 5, 9])).write(&run).unwrap();
        let (rest, changed) = without_training_images(&run, now("now")).unwrap();
        assert_eq!((&rest.validation, rest.test.as_ref().unwrap()), (&images(&[2, 4]), &images(&[6])));
        assert_eq!(
            changed.unwrap().to_string(),
            "the images, or how they are split, have changed since the run was trained; 1 validation and 1 test \
             images that it was trained on are left out, 2 validation images remain"
        );
    }
}
