//! Calibration: collects the range of values of each feature map on sample images.

use super::float::{self, Part};
use super::histogram::Histogram;
use crate::data::Images;
use crate::graph::{Graph, OpId, Source, Weights};
use rayon::prelude::*;

/// Number of training images used for calibration.
pub const IMAGES: usize = 256;
/// Images per thread and task; results are merged in order, so that they do not depend on the number of threads.
const CHUNK: usize = 16;

/// Statistics of each channel of a feature map.
#[derive(Debug, Clone, PartialEq)]
struct ChannelStatistics {
    sums: Vec<f64>,
    /// Minimum and maximum of each channel; both include 0.
    extremes: Vec<(f64, f64)>,
    pixels: u64,
}

impl ChannelStatistics {
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

    /// The mean of each channel; 0 if no values were added.
    fn means(&self) -> Vec<f64> {
        self.sums.iter().map(|sum| sum / self.pixels.max(1) as f64).collect()
    }
}

/// Statistics of one part of an operation.
#[derive(Debug, Clone, PartialEq)]
struct PartStatistics {
    histogram: Histogram,
    channels: ChannelStatistics,
}

/// Statistics of the image and of every part of every operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Statistics of the image bytes.
    image: ChannelStatistics,
    /// Statistics of output, mean, hidden layer and sigmoid argument of each operation.
    seen: Vec<[PartStatistics; 4]>,
}

impl Calibration {
    /// Empty statistics for `graph`.
    #[must_use]
    pub fn new(graph: &Graph) -> Self {
        let seen =
            |channels| PartStatistics { histogram: Histogram::default(), channels: ChannelStatistics::new(channels) };
        let op = |op: &crate::graph::Op| {
            let channels = op.output.channels;
            // With several filter layers, the first computes the hidden units.
            let hidden = op.filters().first().map_or(1, |layer| layer.outputs);
            [channels, channels, hidden, channels].map(seen)
        };
        Self { image: ChannelStatistics::new(graph.input.channels), seen: graph.ops.iter().map(op).collect() }
    }

    /// Calibrates the folded `graph` on at most `limit` evenly spaced images of `images`, on the caller's rayon
    /// pool.
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

    /// Adds the bytes of an image.
    pub(crate) fn add_image(&mut self, bytes: &[u8]) {
        self.image.add(bytes.iter().copied().map(f64::from));
    }

    /// Adds values of a part of an operation, channels interleaved.
    pub fn add(&mut self, op: OpId, part: Part, values: &[f32]) {
        let seen = &mut self.seen[op.0][part as usize];
        seen.histogram.add(values);
        seen.channels.add(values.iter().copied().map(f64::from));
    }

    /// Adds the statistics of `other`, for the same network.
    pub fn merge(&mut self, other: &Self) {
        self.image.merge(&other.image);
        for (seen, other) in self.seen.iter_mut().flatten().zip(other.seen.iter().flatten()) {
            seen.histogram.merge(&other.histogram);
            seen.channels.merge(&other.channels);
        }
    }

    /// The histogram of a part of an operation.
    #[must_use]
    pub(crate) fn histogram(&self, op: OpId, part: Part) -> &Histogram {
        &self.seen[op.0][part as usize].histogram
    }

    /// The mean of each channel of a part of `source`; for the image, of its bytes.
    #[must_use]
    pub fn means(&self, source: &Source, part: Part) -> Vec<f64> {
        match source {
            Source::Image => self.image.means(),
            Source::Op(OpId(index)) => self.seen[*index][part as usize].channels.means(),
        }
    }

    /// Minimum and maximum of each output channel of an operation; both include 0.
    #[must_use]
    pub fn extremes(&self, op: OpId) -> &[(f64, f64)] {
        &self.seen[op.0][Part::Output as usize].channels.extremes
    }
}
