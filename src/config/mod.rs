//! The configuration: its typed value and schema, TOML files with positions of errors, edits that keep
//! comments, and the presets.

mod apply;
mod blocks;
mod check;
mod diagnostic;
mod document;
mod edit;
mod explain;
mod key;
mod kind;
mod legal;
mod load;
mod paths;
mod positions;
mod read;
mod sections;
mod tree;
mod values;

pub use check::{ID, ONE_LINE, nearest, schema, schema_of};
pub use diagnostic::{Diagnostic, Diagnostics, Place, Problem, Problems};
pub use document::Document;
pub use edit::{Edit, Value};
pub use explain::{Explanation, Key, key_info, keys};
pub use key::{KeyPath, Step};
pub use kind::BlockKind;
pub use legal::{KeyInfo, Legal, Range};
pub use load::{DEFAULT_CONFIG, Opened, PRESETS, load, open, preset, text_of};
pub use paths::{BUNDLED, absolute, folder_of, from_home};
pub use read::{ConfigFile, Parsed, overrides};
pub use sections::{
    AUTO_EPOCHS, Activation, After, Augment, Auto, Background, Block, ClassWeights, Config, Data, Epochs, Export, Head,
    Hidden, Input, MAX_CLASSES, Mean, Model, NumClasses, Optimizer, Padding, PerChannel, Plan, Pool, Precision, Resize,
    Schedule, Select, SqueezeExcite, Std, Stem, Target, Train, Units,
};
pub use values::Values;

#[cfg(test)]
mod tests;
