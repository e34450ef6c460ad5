//! The kinds of block.

use super::sections::Block;

/// The kinds of block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlockKind {
    /// Depthwise convolution, then pointwise.
    Separable,
    /// Expand, depthwise and project convolutions.
    Bottleneck,
    /// A standard convolution.
    Conv,
}

impl BlockKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Separable, Self::Bottleneck, Self::Conv];

    /// The value of `type` in the file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Separable => "separable",
            Self::Bottleneck => "bottleneck",
            Self::Conv => "conv",
        }
    }

    /// The kind with this value of `type`.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Layers of other frameworks that no configuration can describe, by the beginnings of their names in lower case.
const FOREIGN: [(&str, &str); 11] = [
    ("shuffle", "channel shuffle"),
    ("channelshuffle", "channel shuffle"),
    ("concat", "concatenation"),
    ("attention", "attention"),
    ("selfattention", "attention"),
    ("multiheadattention", "attention"),
    ("transformer", "attention"),
    ("lstm", "recurrence"),
    ("gru", "recurrence"),
    ("rnn", "recurrence"),
    ("recurren", "recurrence"),
];

/// The layer that `name` means, if no configuration can describe it.
pub(super) fn foreign(name: &str) -> Option<&'static str> {
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    FOREIGN.iter().find(|(begin, _)| plain.starts_with(begin)).map(|(_, layer)| *layer)
}

impl From<&Block> for BlockKind {
    fn from(block: &Block) -> Self {
        match block {
            Block::Separable { .. } => Self::Separable,
            Block::Bottleneck { .. } => Self::Bottleneck,
            Block::Conv { .. } => Self::Conv,
        }
    }
}
