//! Names of files and folders: splits of a data set, and labels before a dot.

/// A split of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Split {
    Train,
    Validation,
    Test,
}

impl Split {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// The split that a folder named `name` contains, ignoring case and words without a meaning of their own: `Train`,
    /// `seg_train`, `training_set`, `TestImages`.
    pub fn named(name: &str) -> Option<Self> {
        let (split, rest) = Self::within(name)?;
        rest.iter().all(|word| BESIDE.contains(&word.as_str())).then_some(split)
    }

    /// The split that one word of `name` stands for, and the other words, for example of `asl_alphabet_train`.
    pub fn within(name: &str) -> Option<(Self, Vec<String>)> {
        let mut rest = words(name);
        let places: Vec<(usize, Self)> =
            rest.iter().enumerate().filter_map(|(at, word)| Some((at, Self::of_word(word)?))).collect();
        let [(at, split)] = places[..] else { return None };
        rest.remove(at);
        Some((split, rest))
    }

    fn of_word(word: &str) -> Option<Self> {
        match word {
            "train" | "training" | "trainset" | "trainingset" => Some(Self::Train),
            "validation" | "val" | "valid" | "dev" | "eval" | "valset" | "validationset" => Some(Self::Validation),
            "test" | "testing" | "testset" => Some(Self::Test),
            _ => None,
        }
    }

    /// Its name in messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Train => "training",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// Words next to a split that do not change its meaning.
const BESIDE: [&str; 14] = [
    "seg", "set", "sets", "data", "dataset", "image", "images", "img", "imgs", "picture", "pictures", "photo",
    "photos", "split",
];

/// The words of a name in lower case: `turnLeft`, `turn_left` and `Turn left` have the same words; numbers are
/// separate words.
#[must_use]
pub fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut last = ' ';
    for letter in name.chars() {
        let begins = (letter.is_uppercase() && last.is_lowercase())
            || (letter.is_numeric() && last.is_alphabetic())
            || (letter.is_alphabetic() && last.is_numeric());
        if !letter.is_alphanumeric() || begins {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(letter.to_lowercase()));
        }
        last = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The label in a file name such as `cat.12.jpg`: the text before the first of at least two dots, unless it is a
/// number.
pub(crate) fn label(file: &str) -> Option<&str> {
    let (label, rest) = file.split_once('.')?;
    (rest.contains('.') && label.chars().any(char::is_alphabetic)).then_some(label)
}

/// `bytes` as text: UTF-8, or else Latin-1, so that different names stay different.
pub(crate) fn readable(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(|&byte| char::from(byte)).collect(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_many_names_in_any_case() {
        for (name, split) in [("Training", Split::Train), ("SEG_TEST", Split::Test), ("Dev", Split::Validation)] {
            assert_eq!(Split::named(name), Some(split));
        }
        for name in ["training_set", "Train-Images", "TrainingData", "train set", "Train ", "TRAIN"] {
            assert_eq!(Split::named(name), Some(Split::Train), "{name}");
        }
        for name in ["trains", "test_tube", "training shoes", "train_test", "images", "", "contest"] {
            assert_eq!(Split::named(name), None, "{name}");
        }
        assert_eq!(Split::within("asl_alphabet_train"), Some((Split::Train, vec!["asl".into(), "alphabet".into()])));
    }

    #[test]
    fn names_that_are_not_utf_8_stay_different() {
        assert_eq!(readable("Löwe".as_bytes()), "Löwe");
        assert_eq!([readable(b"L\xf6we"), readable(b"L\xfcwe")], ["Löwe", "Lüwe"]);
    }

    #[test]
    fn a_label_stands_before_the_first_of_two_dots() {
        assert_eq!(label("cat.12.jpg"), Some("cat"));
        assert_eq!(label("dog.1.jpg.2x.ingestion-3.jpg"), Some("dog"));
        assert_eq!([label("12.3.jpg"), label("cat.jpg"), label("cat")], [None; 3]);
    }
}
