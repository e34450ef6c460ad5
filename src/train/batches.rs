//! Which images make a batch, how they are changed, and what is expected of them.

use super::lanes::{LaneMap, Pool};
use super::profile::{Work, span};
use crate::data::{Augmenter, Images};
use crate::graph::{Graph, Pixels, Shape};
use crate::random::{Purpose, Stream};
use crate::spec::{ClassWeights, Config, Train};
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};

/// The batches of every epoch.
pub struct Batches {
    images: usize,
    batch: usize,
    seed: u32,
    dropout: f32,
    augmenter: Augmenter,
    /// Buffers for maps, and what the network sees in them.
    pool: Pool,
    pixels: Pixels,
    input: Shape,
    /// The changed images of a batch.
    changed: Mutex<Vec<u8>>,
}

impl Batches {
    /// Over `images`, for the network of `graph`, as `config` asks for.
    pub fn new(images: &Images, config: &Config, graph: &Graph) -> Self {
        let (train, seed) = (&config.train, config.train.seed);
        Self {
            images: images.len(),
            batch: train.batch_size as usize,
            seed,
            dropout: config.head.dropout as f32,
            augmenter: Augmenter::new(&config.augment, config.model.input, seed),
            pool: Pool::default(),
            pixels: graph.pixels.clone(),
            input: graph.input,
            changed: Mutex::default(),
        }
    }

    /// Batches of one epoch; the last may be smaller.
    pub fn count(&self) -> usize {
        self.images.div_ceil(self.batch)
    }

    /// Images in the first `batches` batches.
    pub fn images_until(&self, batches: usize) -> usize {
        (batches * self.batch).min(self.images)
    }

    /// The order of the images in `epoch`.
    pub fn order(&self, epoch: u32) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.images as u32).collect();
        Stream::new(self.seed, Purpose::Order, epoch, 0).shuffle(&mut order);
        order
    }

    /// The images of batch `batch` in `order`.
    pub fn places<'a>(&self, order: &'a [u32], batch: usize) -> &'a [u32] {
        &order[batch * self.batch..self.images_until(batch + 1)]
    }

    /// The images at `places`, changed at random, in lanes.
    pub fn assemble(&self, images: &Images, epoch: u32, places: &[u32]) -> LaneMap {
        let _work = span(Work::Batches);
        let mut map = self.pool.map(self.input, places.len());
        if self.augmenter.is_identity() {
            let bytes: Vec<&[u8]> = places.iter().map(|place| images.image(*place as usize)).collect();
            map.fill(&bytes, &self.pixels);
            return map;
        }
        let size = images.image_bytes();
        // A panic elsewhere leaves a buffer that is written over.
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        changed.resize(places.len() * size, 0);
        changed.par_chunks_exact_mut(size).zip(places).for_each(|(changed, place)| {
            let _work = span(Work::Batches);
            self.augmenter.apply(epoch, u64::from(*place), images.image(*place as usize), changed);
        });
        let bytes: Vec<&[u8]> = changed.chunks_exact(size).collect();
        map.fill(&bytes, &self.pixels);
        map
    }

    /// A factor for each of `features` features of each of `images` images: 0 with the probability
    /// of dropout, else 1 / (1 − it). `None` without dropout.
    pub fn dropout(&self, epoch: u32, batch: usize, images: usize, features: usize) -> Option<Vec<f32>> {
        if self.dropout == 0.0 {
            return None;
        }
        let mut stream = Stream::new(self.seed, Purpose::Dropout, epoch, batch as u64);
        let kept = 1.0 / (1.0 - self.dropout);
        Some((0..images * features).map(|_| if stream.uniform() < self.dropout { 0.0 } else { kept }).collect())
    }
}

/// What is expected of each class: label smoothing and class weights.
pub struct Targets {
    smoothing: f32,
    /// How much each class counts; 1 on the average image.
    weights: Vec<f32>,
}

impl Targets {
    /// As `train` asks for, on `images` of `classes` classes.
    pub fn new(train: &Train, images: &Images, classes: usize) -> Self {
        let weight = |count: usize| images.len() as f32 / (classes * count.max(1)) as f32;
        let weights = match train.class_weights {
            ClassWeights::None => vec![1.0; classes],
            ClassWeights::Balanced => images.counts(classes).into_iter().map(weight).collect(),
        };
        Self { smoothing: train.label_smoothing as f32, weights }
    }

    /// A row of target probabilities for each label, times its class's weight over the mean weight
    /// of the batch: the mean of their cross-entropies is the weighted mean, as in PyTorch.
    pub fn rows(&self, labels: &[usize]) -> Vec<f32> {
        let classes = self.weights.len();
        let mean = labels.iter().map(|label| self.weights[*label]).sum::<f32>() / labels.len() as f32;
        let spread = self.smoothing / classes as f32;
        let row = |label: &usize| {
            let (label, weight) = (*label, self.weights[*label] / mean);
            (0..classes).map(move |class| weight * (spread + if class == label { 1.0 - self.smoothing } else { 0.0 }))
        };
        labels.iter().flat_map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;

    fn images(labels: &[u16]) -> Images {
        Images {
            height: 1,
            width: 1,
            channels: 1,
            pixels: vec![0; labels.len()],
            labels: labels.to_vec(),
            names: Vec::new(),
        }
    }

    fn batches(count: usize) -> Batches {
        let mut config = Config::default();
        config.head.dropout = 0.25;
        let spec = Spec::parse("t", "[stem]\nfilters = 3\n", &[]).unwrap();
        Batches::new(&images(&vec![0; count]), &config, &Graph::build(&spec, 1).unwrap())
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
    fn targets_are_smoothed_and_rare_classes_count_more() {
        let train = Train { label_smoothing: 0.3, ..Train::default() };
        let rows = Targets::new(&train, &images(&[0, 1, 2]), 3).rows(&[1]);
        assert!(rows.iter().zip([0.1, 0.8, 0.1]).all(|(a, b)| (a - b).abs() < 1e-6), "{rows:?}");
        let train = Train { class_weights: ClassWeights::Balanced, ..Train::default() };
        let targets = Targets::new(&train, &images(&[0, 0, 0, 1]), 2);
        let rows = targets.rows(&[0, 1]);
        assert!((rows[3] / rows[0] - 3.0).abs() < 1e-6, "{rows:?}");
        assert!((rows.iter().sum::<f32>() - 2.0).abs() < 1e-6, "{rows:?}");
    }
}
