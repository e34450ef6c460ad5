//! What the names of folders and files say: parts of a data set, and labels before a dot.

/// A part of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Split {
    Train,
    Validation,
    Test,
}

impl Split {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// The part that a folder called `name` holds, in any case.
    pub fn named(name: &str) -> Option<Self> {
        match &name.to_ascii_lowercase()[..] {
            "train" | "training" | "seg_train" => Some(Self::Train),
            "validation" | "val" | "valid" | "dev" | "eval" => Some(Self::Validation),
            "test" | "testing" | "seg_test" => Some(Self::Test),
            _ => None,
        }
    }

    /// What it is called in messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Train => "training",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// The label in a file name such as `cat.12.jpg`: what stands before the first dot, where a second
/// one follows and it is not a number.
pub(super) fn label(file: &str) -> Option<&str> {
    let (label, rest) = file.split_once('.')?;
    (rest.contains('.') && label.chars().any(char::is_alphabetic)).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_many_names_in_any_case() {
        for (name, split) in [("Training", Split::Train), ("SEG_TEST", Split::Test), ("Dev", Split::Validation)] {
            assert_eq!(Split::named(name), Some(split));
        }
        assert_eq!(Split::named("trains"), None);
    }

    #[test]
    fn a_label_stands_before_the_first_of_two_dots() {
        assert_eq!(label("cat.12.jpg"), Some("cat"));
        assert_eq!(label("dog.1.jpg.2x.ingestion-3.jpg"), Some("dog"));
        assert_eq!([label("12.3.jpg"), label("cat.jpg"), label("cat")], [None; 3]);
    }
}
