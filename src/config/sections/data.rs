//! Images: `[data]`, `[augment]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[data]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Data {
    /// A bundled name, a folder of pictures (one sub-folder per class, or a table of labels), or a folder or file of
    /// IDX, CIFAR or npz data.
    ///
    /// Cost: none on the board; its images at the size of the input are in memory while training.
    pub source: String,
    /// Fraction of the images held out for validation; ignored if the source has a split of its own.
    ///
    /// Cost: these images are not learned from; the fewer they are, the less certain is the accuracy: 842 leave a
    /// standard error of 1.7 points.
    #[schemars(extend("exclusiveMinimum" = 0.0), range(max = 0.9))]
    pub validation_split: f64,
    /// Fraction of the images held out for a final test, unseen by training and by the selection of an epoch. Ignored
    /// if the source has test images of its own.
    ///
    /// Cost: these images are neither learned from nor used to choose the epoch.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub test_split: f64,
    /// Seed of the split; the training seed is train.seed.
    ///
    /// Cost: nothing; accuracies of different splits cannot be compared.
    pub split_seed: u32,
    /// Resizing of an image whose aspect ratio differs from the input's.
    ///
    /// Cost: nothing on the board; the camera's image has to be cut or padded in the same way.
    pub resize: Resize,
    /// Color behind the transparent pixels of an image.
    ///
    /// Cost: nothing.
    pub background: Background,
    /// Mean in the normalisation (pixel/255 − mean) / std, rounded to a multiple of 1/255. One number, or one per
    /// channel.
    ///
    /// Cost: no weights; a float header subtracts it from every pixel.
    pub mean: PerChannel<Mean>,
    /// Standard deviation in the normalisation (pixel/255 − mean) / std. One number, or one per channel.
    ///
    /// Cost: nothing on the board, where it is part of the first weights.
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

/// Resizing of an image whose aspect ratio differs from the input's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[non_exhaustive]
pub enum Resize {
    /// Stretches the whole image to the input size.
    Fit,
    /// Crops the largest centred part with the input's aspect ratio.
    #[default]
    Crop,
    /// Fits the whole image in, with black bars.
    Pad,
}

/// Color behind the transparent pixels of an image. Bars of `resize = "pad"` are black with either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[non_exhaustive]
pub enum Background {
    /// White, as paper.
    #[default]
    White,
    /// Black.
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
    /// One value for every channel.
    One(T),
    /// One value per channel.
    Each(#[schemars(length(min = 1, max = 3))] Vec<T>),
}

impl<T: Copy> PerChannel<T> {
    /// The values of `channels` channels; `None` if there is another number of values.
    #[must_use]
    pub fn each(&self, channels: usize) -> Option<Vec<T>> {
        match self {
            Self::One(value) => Some(vec![*value; channels]),
            Self::Each(values) => (values.len() == channels).then(|| values.clone()),
        }
    }
}

/// `[augment]`: drawn for every image in every epoch, uniformly from −x to x.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Augment {
    /// Random horizontal flip, with probability 0.5.
    ///
    /// Cost: nothing on the board; all augmentation of the presets takes 4 % of the training time at most.
    ///
    /// Measured: micro on photographs of flowers, 120 epochs, three seeds: 57.2 % with it, 56.7 % without, which is not
    /// significant. Wrong for classes that a mirror confuses, such as arrows.
    pub flip: bool,
    /// Largest shift, as a fraction of the image size.
    ///
    /// Cost: training time, a few per cent.
    ///
    /// Measured: micro on photographs of flowers, 120 epochs, three seeds: 57.2 % with 0.1, 51.7 % without.
    #[schemars(range(min = 0.0, max = 0.5))]
    pub shift: f64,
    /// Largest rotation, in degrees.
    ///
    /// Cost: training time, a few per cent.
    ///
    /// Measured: micro on photographs of flowers, 120 epochs, three seeds: 57.8 % with 10 degrees and zoom 0.1, 57.2 %
    /// without both, which is not significant.
    #[schemars(range(min = 0.0, max = 180.0))]
    pub rotate: f64,
    /// Largest change of scale: 0.2 scales by 0.8 to 1.2.
    ///
    /// Cost: training time, a few per cent.
    ///
    /// Measured: micro on photographs of flowers, 120 epochs, three seeds: 57.8 % with 0.1 and rotation by 10 degrees,
    /// 57.2 % without both, which is not significant.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub zoom: f64,
    /// Largest change of brightness, as a fraction of white.
    ///
    /// Cost: training time, a few per cent.
    ///
    /// Measured: micro on photographs of flowers, 120 epochs, three seeds: 56.4 % with 0.1, 57.2 % without, which is
    /// not significant.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub brightness: f64,
    /// Largest change of contrast: 0.2 scales by 0.8 to 1.2.
    ///
    /// Cost: training time, a few per cent.
    ///
    /// Measured: micro on photographs of flowers, 150 epochs, one seed: 59.0 % with 0.1, 60.1 % without; differences
    /// below two points say little.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub contrast: f64,
    /// Standard deviation of Gaussian noise, as a fraction of white.
    ///
    /// Cost: training time, a few per cent.
    ///
    /// Measured: 68,703 parameters on RGB photographs of flowers, 100 epochs: 71.4 % with 0.05, 73.6 % without,
    /// one seed each.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub noise: f64,
    /// Largest weight of the second image in mixup; 0: none.
    ///
    /// Cost: nothing on the board; the network needs more epochs.
    ///
    /// Measured: micro on photographs of flowers, 400 epochs, three seeds: 62.9 % with 0.1, 61.0 % without; after 120
    /// epochs there is no difference.
    ///
    /// Each training image is a mean of two images, and so is its target.
    ///
    /// Paper: Zhang et al. 2018, mixup, arXiv:1710.09412
    #[schemars(range(min = 0.0, max = 0.5))]
    pub mixup: f64,
}
