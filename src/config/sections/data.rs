//! Images: `[data]`, `[augment]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[data]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Data {
    /// A bundled name, a folder of pictures (one sub-folder per class, or a table of labels), or a folder or file of IDX, CIFAR or npz data.
    pub source: String,
    /// Share of the images held out for validation; ignored by a source that has its own split.
    #[schemars(extend("exclusiveMinimum" = 0.0), range(max = 0.9))]
    pub validation_split: f64,
    /// Share of the images set apart for the end, which neither training nor the choice of an epoch sees; 0 sets
    /// none apart. Ignored by a source that has its own test images.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub test_split: f64,
    /// Seed of the split, apart from the training seed.
    pub split_seed: u32,
    /// What happens to an image of another shape than the input.
    pub resize: Resize,
    /// Color behind the transparent pixels of an image.
    pub background: Background,
    /// The network sees (pixel/255 − mean) / std; rounded to a multiple of 1/255. One number or one per channel.
    pub mean: PerChannel<Mean>,
    /// See mean.
    pub std: PerChannel<Std>,
}

impl Default for Data {
    fn default() -> Self {
        Self {
            source: "fashion-mnist".into(),
            validation_split: 0.2,
            test_split: 0.0,
            split_seed: 0,
            resize: Resize::Crop,
            background: Background::White,
            mean: PerChannel::One(Mean(0.0)),
            std: PerChannel::One(Std(1.0)),
        }
    }
}

/// What happens to an image of another shape than the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Resize {
    /// Stretched: the whole image, its proportions changed.
    Fit,
    /// The largest centred part with the input's proportions.
    #[default]
    Crop,
    /// The whole image, its proportions kept, black bars beside it.
    Pad,
}

/// Color behind the transparent pixels of an image. Bars of `resize = "pad"` are black with either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Background {
    /// As on paper: drawings made on a transparent canvas are dark on light.
    #[default]
    White,
    /// As a screen that is off.
    Black,
}

/// A mean of pixel values, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Mean(#[schemars(range(min = 0.0, max = 1.0))] pub f64);

/// A standard deviation of pixel values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Std(#[schemars(range(min = 0.001, max = 100.0))] pub f64);

/// One value for all channels, or one for each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum PerChannel<T> {
    /// The same for every channel.
    One(T),
    /// One for each channel.
    Each(#[schemars(length(min = 1, max = 3))] Vec<T>),
}

impl<T: Copy> PerChannel<T> {
    /// The value of each of `channels` channels; `None` where their number differs.
    #[must_use]
    pub fn each(&self, channels: usize) -> Option<Vec<T>> {
        match self {
            Self::One(value) => Some(vec![*value; channels]),
            Self::Each(values) => (values.len() == channels).then(|| values.clone()),
        }
    }
}

/// `[augment]`: each is drawn anew for every image of every epoch, uniformly from −x to x.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Augment {
    /// Mirrors half of the images, left to right.
    pub flip: bool,
    /// Largest shift, as a share of the side.
    #[schemars(range(min = 0.0, max = 0.5))]
    pub shift: f64,
    /// Largest rotation, in degrees.
    #[schemars(range(min = 0.0, max = 180.0))]
    pub rotate: f64,
    /// Largest change of scale: 0.2 is 0.8 to 1.2 times.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub zoom: f64,
    /// Largest change of brightness, as a share of white.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub brightness: f64,
    /// Largest change of contrast: 0.2 is 0.8 to 1.2 times.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub contrast: f64,
    /// Standard deviation of noise, as a share of white.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub noise: f64,
    /// Largest share of another image, and of its class, that is mixed into an image (mixup, arXiv 1710.09412).
    #[schemars(range(min = 0.0, max = 0.5))]
    pub mixup: f64,
}
