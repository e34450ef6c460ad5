//! Feature maps with a pending norm and activation, and their gradients.

use super::units::{each_plane, map_planes};
use crate::train::kernels::elementwise::{ActivationBackward, AddTo, Apply};
use crate::train::kernels::rows::NormAct;
use crate::train::lanes::LaneMap;
use crate::train::simd::{Lane, run};

/// A feature map and the norm and activation of its channels, which are never written to memory: every reader
/// applies them when loading.
#[derive(Debug)]
pub struct Activations {
    /// The stored values.
    pub map: LaneMap,
    /// Norm and activation of each channel, applied on load.
    pub reads: Vec<NormAct>,
    /// The batch mean of each channel; 0 without a norm.
    pub means: Vec<f32>,
}

impl Activations {
    /// A feature map without norm and activation.
    pub fn plain(map: LaneMap) -> Self {
        let channels = map.shape.channels;
        Self { map, reads: vec![NormAct::PLAIN; channels], means: vec![0.0; channels] }
    }

    /// Whether no norm or activation is applied on load.
    pub fn is_plain(&self) -> bool {
        self.reads.iter().all(|read| *read == NormAct::PLAIN)
    }

    /// The values after norm and activation, `[image][channel, row, column]`.
    pub fn to_rows(&self) -> Vec<f32> {
        if self.is_plain() { self.map.to_rows() } else { self.written_out().to_rows() }
    }

    /// Plane `unit`, numbered over all blocks.
    pub fn plane(&self, unit: usize) -> &[Lane] {
        let pixels = self.map.shape.pixels();
        &self.map.values[unit * pixels..][..pixels]
    }

    /// Norm and activation of plane `unit`.
    pub fn read(&self, unit: usize) -> NormAct {
        self.reads[unit % self.reads.len()]
    }

    /// The values with norm and activation applied, as a new feature map.
    pub fn written_out(&self) -> LaneMap {
        let mut out = self.map.pool().map(self.map.shape, self.map.images);
        each_plane(&mut out, 2, |unit, output| {
            run(Apply { input: self.plane(unit), read: self.read(unit), output });
        });
        out
    }

    /// Backward pass of the activation: converts `gradient` from after to before it.
    pub fn activation_backward(&self, mut gradient: LaneMap) -> Flow {
        let channels = self.reads.len();
        let units = map_planes(&mut gradient, 3, |unit, gradient| {
            run(ActivationBackward {
                input: self.plane(unit),
                read: self.read(unit),
                mean: self.means[unit % channels],
                gradient,
            })
        });
        Flow { map: gradient, sums: per_channel(units.into_iter(), 1, channels) }
    }
}

/// The gradient of [`Activations`], after the norm and before the activation.
#[derive(Debug)]
pub struct Flow {
    /// The gradient.
    pub map: LaneMap,
    /// Σg and Σg·(value − mean) of each channel.
    pub sums: Vec<(f64, f64)>,
}

impl Flow {
    /// Adds the gradient of another path.
    pub fn join(&mut self, other: &Self) {
        let pixels = other.map.shape.pixels();
        each_plane(&mut self.map, 2, |unit, sum| {
            run(AddTo { term: &other.map.values[unit * pixels..][..pixels], read: NormAct::PLAIN, sum });
        });
        for (sums, other) in self.sums.iter_mut().zip(&other.sums) {
            *sums = (sums.0 + other.0, sums.1 + other.1);
        }
    }
}

/// Sums over the units of each channel, in their order; a plane has `bands` units and a block `channels` planes.
pub fn per_channel(units: impl Iterator<Item = (f64, f64)>, bands: usize, channels: usize) -> Vec<(f64, f64)> {
    let mut sums = vec![(0.0, 0.0); channels];
    for (unit, (first, second)) in units.enumerate() {
        let sums = &mut sums[unit / bands % channels];
        *sums = (sums.0 + first, sums.1 + second);
    }
    sums
}
