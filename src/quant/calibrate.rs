//! What values each map takes on images.

use super::float::{self, Part};
use super::histogram::Histogram;
use crate::data::Images;
use crate::graph::{Graph, OpId, Source, Weights};
use rayon::prelude::*;

/// Training images that show the ranges well enough.
pub const IMAGES: usize = 256;
/// Images that one thread watches at a time; merging goes in order, so that threads do not matter.
const CHUNK: usize = 16;

/// What was seen of each channel of something.
#[derive(Debug, Clone, PartialEq)]
struct Channels {
    sums: Vec<f64>,
    /// The least and the largest value, 0 among them.
    extremes: Vec<(f64, f64)>,
    pixels: u64,
}

impl Channels {
    fn new(channels: usize) -> Self {
        Self { sums: vec![0.0; channels], extremes: vec![(0.0, 0.0); channels], pixels: 0 }
    }

    fn add(&mut self, values: impl ExactSizeIterator<Item = f64>) {
        let channels = self.sums.len();
        self.pixels += (values.len() / channels) as u64;
        for (at, value) in values.enumerate() {
            self.sums[at % channels] += value;
            let (least, largest) = &mut self.extremes[at % channels];
            *least = least.min(value);
            *largest = largest.max(value);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.pixels += other.pixels;
        for (sum, other) in self.sums.iter_mut().zip(&other.sums) {
            *sum += other;
        }
        for ((least, largest), other) in self.extremes.iter_mut().zip(&other.extremes) {
            *least = least.min(other.0);
            *largest = largest.max(other.1);
        }
    }

    /// 0 where nothing was added.
    fn means(&self) -> Vec<f64> {
        self.sums.iter().map(|sum| sum / self.pixels.max(1) as f64).collect()
    }
}

/// The values of a part of an operation.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    histogram: Histogram,
    channels: Channels,
}

/// The values seen of the image and of every part of every operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Bytes.
    image: Channels,
    /// Output, mean, hidden layer and arguments of each operation.
    seen: Vec<[Seen; 4]>,
}

impl Calibration {
    /// Nothing seen of `graph`.
    #[must_use]
    pub fn new(graph: &Graph) -> Self {
        let seen = |channels| Seen { histogram: Histogram::default(), channels: Channels::new(channels) };
        let op = |op: &crate::graph::Op| {
            let channels = op.output.channels;
            // Of several layers of filters, the first makes the hidden units.
            let hidden = op.filters().first().map_or(1, |layer| layer.outputs);
            [channels, channels, hidden, channels].map(seen)
        };
        Self { image: Channels::new(graph.input.channels), seen: graph.ops.iter().map(op).collect() }
    }

    /// What at most `limit` of `images`, evenly spread, make of the folded `graph`, on the rayon
    /// pool of the caller.
    #[must_use]
    pub fn of(graph: &Graph, weights: &Weights, images: &Images, limit: usize) -> Self {
        let places = images.spread(limit);
        let watch = |places: &[usize]| {
            let mut seen = Self::new(graph);
            for place in places {
                let image = images.image(*place);
                seen.add_image(image);
                float::forward(graph, weights, image, &mut |op, part, values| seen.add(op, part, values));
            }
            seen
        };
        let parts: Vec<Self> = places.par_chunks(CHUNK).map(watch).collect();
        let mut whole = Self::new(graph);
        for part in &parts {
            whole.merge(part);
        }
        whole
    }

    /// Takes note of an image's bytes.
    pub(crate) fn add_image(&mut self, bytes: &[u8]) {
        self.image.add(bytes.iter().copied().map(f64::from));
    }

    /// Takes note of values, the channels of a pixel side by side.
    pub fn add(&mut self, op: OpId, part: Part, values: &[f32]) {
        let seen = &mut self.seen[op.0][part as usize];
        seen.histogram.add(values);
        seen.channels.add(values.iter().copied().map(f64::from));
    }

    /// Takes note of what `other`, of the same network, has seen.
    pub fn merge(&mut self, other: &Self) {
        self.image.merge(&other.image);
        for (seen, other) in self.seen.iter_mut().flatten().zip(other.seen.iter().flatten()) {
            seen.histogram.merge(&other.histogram);
            seen.channels.merge(&other.channels);
        }
    }

    /// The values seen.
    #[must_use]
    pub(crate) fn histogram(&self, op: OpId, part: Part) -> &Histogram {
        &self.seen[op.0][part as usize].histogram
    }

    /// The mean of each channel; of the image's bytes, where that is the source.
    #[must_use]
    pub fn means(&self, source: &Source, part: Part) -> Vec<f64> {
        match source {
            Source::Image => self.image.means(),
            Source::Op(OpId(index)) => self.seen[*index][part as usize].channels.means(),
        }
    }

    /// The least and the largest value of each channel of what an operation makes, 0 among them.
    #[must_use]
    pub fn extremes(&self, op: OpId) -> &[(f64, f64)] {
        &self.seen[op.0][Part::Output as usize].channels.extremes
    }
}
