//! Maps as convolutions wrote them with what is done as they are read, and gradients of them.

use super::units::{each_plane, map_planes};
use crate::train::kernels::elementwise::{ActivationBackward, AddTo, Apply};
use crate::train::kernels::rows::NormAct;
use crate::train::lanes::LaneMap;
use crate::train::simd::{Lane, run};

/// A map and how its channels are read. Norm and activation are never written out: whoever reads
/// the map applies them.
#[derive(Debug)]
pub struct Activations {
    /// What was written.
    pub map: LaneMap,
    /// How each channel is read.
    pub reads: Vec<NormAct>,
    /// The mean of each channel over the batch; 0 where there is no norm.
    pub means: Vec<f32>,
}

impl Activations {
    /// A map that is read as it is.
    pub fn plain(map: LaneMap) -> Self {
        let channels = map.shape.channels;
        Self { map, reads: vec![NormAct::PLAIN; channels], means: vec![0.0; channels] }
    }

    /// Plane `unit`, counted through all blocks.
    pub fn plane(&self, unit: usize) -> &[Lane] {
        let pixels = self.map.shape.pixels();
        &self.map.values[unit * pixels..][..pixels]
    }

    /// How plane `unit` is read.
    pub fn read(&self, unit: usize) -> NormAct {
        self.reads[unit % self.reads.len()]
    }

    /// The values as they are read, in a map of their own.
    pub fn written_out(&self) -> LaneMap {
        let mut out = self.map.pool().map(self.map.shape, self.map.images);
        each_plane(&mut out, 2, |unit, output| {
            run(Apply { input: self.plane(unit), read: self.read(unit), output });
        });
        out
    }

    /// What `gradient`, that of the values as they are read, is before norm and activation.
    pub fn gate(&self, mut gradient: LaneMap) -> Flow {
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

/// The gradient of [`Activations`], behind the norm and before the activation.
#[derive(Debug)]
pub struct Flow {
    /// The gradient.
    pub map: LaneMap,
    /// Σg and Σg·(value − mean) of each channel.
    pub sums: Vec<(f64, f64)>,
}

impl Flow {
    /// Adds the gradient that came another way.
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

/// Sums over the units of each channel, in their order: a plane is so many `bands`, and a block so
/// many channels.
pub fn per_channel(units: impl Iterator<Item = (f64, f64)>, bands: usize, channels: usize) -> Vec<(f64, f64)> {
    let mut sums = vec![(0.0, 0.0); channels];
    for (unit, (first, second)) in units.enumerate() {
        let sums = &mut sums[unit / bands % channels];
        *sums = (sums.0 + first, sums.1 + second);
    }
    sums
}
