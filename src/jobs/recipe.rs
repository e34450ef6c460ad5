//! Warnings about a training configuration that does not suit its images, and about weights that do not suit the
//! configuration.

use super::classes;
use crate::config::ConfigFile;
use crate::data::Dataset;
use crate::escape;
use crate::graph::Weights;

/// The minimum number of validation images without a warning: with fewer, accuracy is coarse.
const FEW_IMAGES: usize = 50;
/// A variance below this multiple of epsilon makes the scale of a channel depend on epsilon by more than 5 %.
const MIN_MULTIPLE: f64 = 20.0;
/// The largest variance of a constant channel.
const DEAD: f32 = 1e-10;
/// The largest rotation, in degrees, that keeps the direction of an arrow.
const MAX_ROTATION: f64 = 60.0;
/// The maximum number of names in a warning.
const MAX_NAMES: usize = 6;

/// Returns warnings about training settings of `spec` that do not suit `dataset`, one sentence each, with names
/// escaped for terminals.
#[must_use]
pub fn warnings(spec: &ConfigFile, dataset: &Dataset) -> Vec<String> {
    let mut found = Vec::new();
    let augment = &spec.config.augment;
    if augment.flip {
        found.extend(flipped(&dataset.labels));
    }
    if augment.rotate > MAX_ROTATION {
        let [sideways, upright] = [classes::mirrored(&dataset.labels), classes::turning(&dataset.labels)];
        let all = [sideways, upright].concat();
        if !all.is_empty() {
            found.push(format!(
                "augment.rotate = {} turns images, and the classes {} are directions: one becomes the other; use 30 or less",
                augment.rotate,
                named(&all)
            ));
        }
    }
    let validation = dataset.validation.len();
    if validation < FEW_IMAGES {
        found.push(format!(
            "{validation} validation image{}, fewer than {FEW_IMAGES}: one image is {:.1} points of validation accuracy; \
             add images or set a larger data.validation_split",
            if validation == 1 { "" } else { "s" },
            100.0 / validation.max(1) as f64
        ));
    }
    found
}

/// The warning about horizontal flips for the classes `labels`.
fn flipped(labels: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let sideways = classes::mirrored(labels);
    if !sideways.is_empty() {
        found.push(format!(
            "augment.flip mirrors images left to right, and the classes {} are each other's mirror images: set augment.flip = false",
            named(&sideways)
        ));
    }
    let upright = classes::turning(labels);
    if sideways.is_empty() && !upright.is_empty() {
        found.push(format!(
            "augment.flip mirrors images left to right, and the classes {} are directions: set augment.flip = false unless \
             a mirror image is of the same class",
            named(&upright)
        ));
    }
    for (what, names) in [("digits", classes::digits(labels)), ("letters", classes::letters(labels))] {
        // A single digit or letter is no hint.
        if names.len() > 1 {
            found.push(format!(
                "augment.flip mirrors images left to right, and the classes {} are {what}, whose mirror images are of another \
                 class or of none: set augment.flip = false",
                named(&names)
            ));
        }
    }
    found
}

/// Joins names: `a, b and 3 more`.
fn named<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<String> = names.iter().take(MAX_NAMES).map(|name| escape::terminal(name.as_ref())).collect();
    match names.len().saturating_sub(MAX_NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The warning about layers whose running variances in foreign `weights` are so small that the `epsilon` of batch
/// norm matters; `None` if there is no such layer.
#[must_use]
pub fn epsilon_warning(weights: &Weights, epsilon: f64) -> Option<String> {
    let mut layers = Vec::new();
    for (name, tensor) in weights.iter() {
        let Some(layer) = name.strip_suffix(".running_var") else { continue };
        // Constant channels have no variance and need no scale.
        let alive = tensor.values.iter().filter(|value| **value > DEAD);
        let least = alive.fold(f32::INFINITY, |least, value| least.min(*value));
        if f64::from(least) < MIN_MULTIPLE * epsilon {
            layers.push(format!("{layer} ({least:.1e})"));
        }
    }
    (!layers.is_empty()).then(|| {
        format!(
            "the smallest running variances are not far above model.batch_norm_epsilon = {epsilon}, which changes the outputs of \
             these layers: {}; set it to that of the training (PyTorch: 1e-5, Keras: 1e-3)",
            named(&layers)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{DataCheck, Images};
    use crate::graph::Tensor;

    fn dataset(labels: &[&str], validation: usize) -> Dataset {
        Dataset {
            labels: labels.iter().map(ToString::to_string).collect(),
            train: Images::default(),
            validation: Images { labels: vec![0; validation], ..Images::default() },
            test: None,
            fingerprint: String::new(),
            check: DataCheck::default(),
            source: String::new(),
        }
    }

    fn of(set: &str, labels: &[&str]) -> Vec<String> {
        let spec = ConfigFile::parse("a.toml", "", &crate::config::overrides(&[set]).unwrap()).unwrap();
        warnings(&spec, &dataset(labels, 50))
    }

    #[test]
    fn a_flip_is_named_with_the_classes_that_it_changes() {
        let flip = |labels: &[&str]| of("augment.flip=true", labels);
        for (labels, expected) in [
            (&["arrow-left", "arrow-right", "stop"][..], "the classes arrow-left, arrow-right are each other's"),
            (&["turnLeft", "TurnRight"], "the classes turnLeft, TurnRight are each other's"),
            (&["Rechts", "Links"], "Rechts, Links"),
            (&["up", "down", "none"], "the classes up, down are directions"),
            (&["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], "0, 1, 2, 3, 4, 5 and 4 more are digits"),
            (&["one", "two", "cat"], "the classes one, two are digits"),
            (&["A", "b", "rest"], "the classes A, b are letters"),
            (&["leftturn", "rightturn", "ahead"], "the classes leftturn, rightturn are each other's"),
            (&["sign1 left", "Sign1Right"], "the classes sign1 left, Sign1Right are each other's"),
            (&["haut", "bas"], "the classes haut, bas are directions"),
            (&["thumbsup", "thumbsdown"], "the classes thumbsup, thumbsdown are directions"),
            (&["digit_0", "digit_1", "none"], "the classes digit_0, digit_1 are digits"),
            (&["digit0", "num1"], "the classes digit0, num1 are digits"),
            (&["0-zero", "1-one"], "the classes 0-zero, 1-one are digits"),
            (&["A_upper", "B_upper", "lowercase-c"], "the classes A_upper, B_upper, lowercase-c are letters"),
            (&["\u{1b}left", "\u{1b}right"], "\\u{1b}left"),
        ] {
            let found = flip(labels);
            assert!(found.len() == 1 && found[0].contains(expected), "{labels:?}: {found:?}");
            assert!(found[0].contains("augment.flip = false"), "{found:?}");
            assert!(of("augment.flip=false", labels).is_empty());
        }
        for labels in [
            &["cat", "dog"][..],
            &["left over", "rest"],
            &["class 0", "class 1"],
            &["a", "bee"],
            &["12", "13"],
            &["copyright", "leftovers", "basil", "hautes"],
            &["copyright", "left"],
            &["stop", "sbottomx", "upset", "countdown"],
            &["0-one", "1-two"],
            &["digit", "number", "letter", "upper"],
            &["A_B_upper", "C_D_upper"],
            &["mp3", "mp4"],
            &["vitamin_a", "vitamin_b"],
            &["case a", "case b"],
            &["beast", "least", "forest"],
        ] {
            assert_eq!(flip(labels), <[String; 0]>::default(), "{labels:?}");
        }
    }

    #[test]
    fn a_large_rotation_is_named_with_the_directions_that_it_changes() {
        assert!(of("augment.rotate=180", &["up", "down"])[0].contains("augment.rotate = 180"));
        assert!(
            of("augment.rotate=180", &["cat", "dog"]).is_empty() && of("augment.rotate=20", &["up", "down"]).is_empty()
        );
    }

    #[test]
    fn few_validation_images_are_counted() {
        let spec = ConfigFile::parse("a.toml", "", &[]).unwrap();
        let found = warnings(&spec, &dataset(&["a", "b"], 30));
        assert!(found[0].starts_with("30 validation images, fewer than 50: one image is 3.3 points"), "{found:?}");
        assert!(warnings(&spec, &dataset(&["a", "b"], 50)).is_empty());
    }

    #[test]
    fn layers_are_named_whose_variances_are_near_epsilon() {
        let mut weights = Weights::default();
        let mut add = |name: &str, values: &[f32]| {
            weights.insert(name.into(), Tensor { shape: vec![values.len()], values: values.to_vec() });
        };
        add("stem.bn.running_var", &[0.5, 3e-4]);
        add("block0.depthwise.bn.running_var", &[0.5, 0.0]);
        add("block0.pointwise.bn.running_mean", &[1e-4]);
        let found = epsilon_warning(&weights, 1e-3).unwrap();
        assert!(found.contains("layers: stem.bn (3.0e-4); set it"), "{found}");
        assert_eq!(epsilon_warning(&weights, 1e-5), None);
    }
}
