//! Batches: order, augmentation and mixup of images, and target probabilities.

use super::lanes::{LaneMap, Pool};
use super::profile::{Work, span};
use crate::config::{ClassWeights, Config, Train};
use crate::data::{Augmenter, Images};
use crate::graph::{Graph, Pixels, Shape};
use crate::random::{Purpose, Stream};
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};

/// Assembles the batches of every epoch.
pub struct Batches {
    images: usize,
    batch: usize,
    seed: u32,
    dropout: f32,
    mixup: f32,
    augmenter: Augmenter,
    /// Buffers for batches.
    pool: Pool,
    pixels: Pixels,
    input: Shape,
    /// The augmented images of a batch.
    changed: Mutex<Vec<u8>>,
}

impl Batches {
    /// Batches of `images` for the network of `graph`, with the settings of `config`.
    pub fn new(images: &Images, config: &Config, graph: &Graph) -> Self {
        let (train, seed) = (&config.train, config.train.seed);
        Self {
            images: images.len(),
            batch: train.batch_size as usize,
            seed,
            dropout: config.head.dropout as f32,
            mixup: config.augment.mixup as f32,
            augmenter: Augmenter::new(&config.augment, config.model.input, seed),
            pool: Pool::default(),
            pixels: graph.pixels.clone(),
            input: graph.input,
            changed: Mutex::default(),
        }
    }

    /// Number of batches per epoch; the last may be smaller.
    pub fn count(&self) -> usize {
        self.images.div_ceil(self.batch)
    }

    /// Number of images in the first `batches` batches.
    pub(crate) fn images_until(&self, batches: usize) -> usize {
        (batches * self.batch).min(self.images)
    }

    /// The shuffled order of the images in `epoch`.
    pub fn order(&self, epoch: u32) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.images as u32).collect();
        Stream::new(self.seed, Purpose::Order, epoch, 0).shuffle(&mut order);
        order
    }

    /// The images of batch `batch` in `order`, by index.
    pub fn places<'a>(&self, order: &'a [u32], batch: usize) -> &'a [u32] {
        &order[batch * self.batch..self.images_until(batch + 1)]
    }

    /// The augmented and normalised images of batch `batch` in `order`, in lanes.
    pub(crate) fn assemble(&self, images: &Images, epoch: u32, order: &[u32], batch: usize) -> LaneMap {
        let _work = span(Work::Batches);
        let places = self.places(order, batch);
        let mut map = self.pool.map(self.input, places.len());
        if self.augmenter.is_identity() && self.mixup == 0.0 {
            let bytes: Vec<&[u8]> = places.iter().map(|place| images.image(*place as usize)).collect();
            map.fill(&bytes, &self.pixels);
            return map;
        }
        let size = images.image_bytes();
        // After a panic elsewhere, the buffer is overwritten anyway.
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        changed.resize(places.len() * size, 0);
        changed.par_chunks_exact_mut(size).zip(places).for_each(|(changed, place)| {
            let _work = span(Work::Batches);
            self.augmenter.apply(epoch, u64::from(*place), images.image(*place as usize), changed);
        });
        if let Some(shares) = self.shares(epoch, batch, places.len()) {
            mix(&mut changed, size, &shares, |a, b, share| {
                let share = (share * 256.0).round() as u32;
                ((u32::from(a) * (256 - share) + u32::from(b) * share + 128) >> 8) as u8
            });
        }
        let bytes: Vec<&[u8]> = changed.chunks_exact(size).collect();
        map.fill(&bytes, &self.pixels);
        map
    }

    /// Mixup weights: the fraction of the next image that is mixed into each of the `images` images of a batch (of
    /// the first image into the last). `None` without mixup.
    pub fn shares(&self, epoch: u32, batch: usize, images: usize) -> Option<Vec<f32>> {
        if self.mixup == 0.0 {
            return None;
        }
        let mut stream = Stream::new(self.seed, Purpose::Mixup, epoch, batch as u64);
        Some((0..images).map(|_| stream.uniform() * self.mixup).collect())
    }

    /// The dropout factor of each of `features` features of each of `images` images: 0 with the probability p of
    /// dropout, otherwise 1 / (1 − p). `None` without dropout.
    pub fn dropout(&self, epoch: u32, batch: usize, images: usize, features: usize) -> Option<Vec<f32>> {
        if self.dropout == 0.0 {
            return None;
        }
        let mut stream = Stream::new(self.seed, Purpose::Dropout, epoch, batch as u64);
        let kept = 1.0 / (1.0 - self.dropout);
        Some((0..images * features).map(|_| if stream.uniform() < self.dropout { 0.0 } else { kept }).collect())
    }
}

/// Mixes each row of `values` (`length` values each) with the next row, the last with the first; `both` combines
/// two values.
fn mix<T: Copy>(values: &mut [T], length: usize, shares: &[f32], both: impl Fn(T, T, f32) -> T) {
    let first = values[..length].to_vec();
    for (row, share) in shares.iter().enumerate() {
        let (own, behind) = values[row * length..].split_at_mut(length);
        let behind = behind.get(..length).unwrap_or(&first);
        own.iter_mut().zip(behind).for_each(|(own, other)| *own = both(*own, *other, *share));
    }
}

/// Target probabilities, with label smoothing and class weights.
pub struct Targets {
    smoothing: f32,
    /// Weight of each class; the mean over the images is 1.
    weights: Vec<f32>,
}

impl Targets {
    /// The targets for `images` of `classes` classes, with the settings of `train`.
    pub fn new(train: &Train, images: &Images, classes: usize) -> Self {
        let weight = |count: usize| images.len() as f32 / (classes * count.max(1)) as f32;
        let weights = match train.class_weights {
            ClassWeights::None => vec![1.0; classes],
            ClassWeights::Balanced => images.counts(classes).into_iter().map(weight).collect(),
        };
        Self { smoothing: train.label_smoothing as f32, weights }
    }

    /// One row of target probabilities per label, multiplied by the weight of its class over the mean weight of the
    /// batch, so that the mean cross-entropy is the weighted mean, as in PyTorch. `shares` are the mixup weights,
    /// if any.
    pub fn rows(&self, labels: &[usize], shares: Option<&[f32]>) -> Vec<f32> {
        let classes = self.weights.len();
        let mean = labels.iter().map(|label| self.weights[*label]).sum::<f32>() / labels.len() as f32;
        let spread = self.smoothing / classes as f32;
        let row = |label: &usize| {
            let (label, weight) = (*label, self.weights[*label] / mean);
            (0..classes).map(move |class| weight * (spread + if class == label { 1.0 - self.smoothing } else { 0.0 }))
        };
        let mut rows: Vec<f32> = labels.iter().flat_map(row).collect();
        if let Some(shares) = shares {
            mix(&mut rows, classes, shares, |own, other, share| own + (other - own) * share);
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ConfigFile;

    fn images(labels: &[u16]) -> Images {
        Images {
            height: 1,
            width: 1,
            channels: 1,
            pixels: vec![0; labels.len()],
            labels: labels.to_vec(),
            names: Vec::new(),
            contents: Vec::new(),
        }
    }

    fn batches(count: usize) -> Batches {
        let mut config = Config::default();
        config.head.dropout = 0.25;
        let spec = ConfigFile::parse("t", "[stem]\nfilters = 3\n", &[]).unwrap();
        Batches::new(&images(&vec![0; count]), &config, &Graph::of_file(&spec, 1).unwrap())
    }

    #[test]
    fn an_epoch_shows_every_image_once_and_in_an_order_of_its_own() {
        let batches = batches(70);
        let order = batches.order(0);
        let mut shown: Vec<u32> =
            (0..batches.count()).flat_map(|batch| batches.places(&order, batch).to_vec()).collect();
        assert_eq!(batches.count(), 3);
        assert_eq!(shown, order);
        shown.sort_unstable();
        assert_eq!(shown, (0..70).collect::<Vec<_>>());
        assert_ne!(order, batches.order(1));
        assert_eq!(order, self::batches(70).order(0));
    }

    #[test]
    fn dropout_keeps_the_mean() {
        let keep = batches(1).dropout(0, 0, 100, 100).unwrap();
        let mean = keep.iter().sum::<f32>() / 10_000.0;
        assert!((mean - 1.0).abs() < 0.02, "{mean}");
        assert!(keep.iter().all(|factor| *factor == 0.0 || (*factor - 4.0 / 3.0).abs() < 1e-6));
    }

    #[test]
    fn images_and_their_classes_are_mixed_alike() {
        let mut config = Config::default();
        config.augment.mixup = 0.5;
        let spec = ConfigFile::parse("t", "[stem]\nfilters = 3\n", &[]).unwrap();
        let three = Images { pixels: vec![0, 100, 200], ..images(&[0, 1, 2]) };
        let batches = Batches::new(&three, &config, &Graph::of_file(&spec, 3).unwrap());
        let shares = batches.shares(4, 0, 3).unwrap();
        assert!(shares.iter().all(|share| (0.0..0.5).contains(share)) && shares[0] != shares[1], "{shares:?}");
        assert_ne!(Some(&shares), batches.shares(4, 1, 3).as_ref());
        let mut bytes = [0_u8, 100, 200];
        mix(&mut bytes, 1, &[0.25, 0.5, 0.5], |a, b, share| {
            ((1.0 - share) * f32::from(a) + share * f32::from(b)) as u8
        });
        assert_eq!(bytes, [25, 150, 100], "the last gets of the first as it was");
        let rows = Targets::new(&Train::default(), &three, 3).rows(&[0, 1, 2], Some(&[0.25, 0.5, 0.5]));
        let plain = Train::default().label_smoothing;
        assert_eq!(plain, 0.0);
        assert_eq!(rows, [0.75, 0.25, 0.0, 0.0, 0.5, 0.5, 0.5, 0.0, 0.5]);
    }

    #[test]
    fn targets_are_smoothed_and_rare_classes_count_more() {
        let train = Train { label_smoothing: 0.3, ..Train::default() };
        let rows = Targets::new(&train, &images(&[0, 1, 2]), 3).rows(&[1], None);
        assert!(rows.iter().zip([0.1, 0.8, 0.1]).all(|(a, b)| (a - b).abs() < 1e-6), "{rows:?}");
        let train = Train { class_weights: ClassWeights::Balanced, ..Train::default() };
        let targets = Targets::new(&train, &images(&[0, 0, 0, 1]), 2);
        let rows = targets.rows(&[0, 1], None);
        assert!((rows[3] / rows[0] - 3.0).abs() < 1e-6, "{rows:?}");
        assert!((rows.iter().sum::<f32>() - 2.0).abs() < 1e-6, "{rows:?}");
    }
}
