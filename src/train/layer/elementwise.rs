//! The skip of a bottleneck, and global pooling.

use super::activations::{Activations, Flow};
use super::units::{each_plane, map_units, with_scratch};
use crate::config::Pool;
use crate::graph::Shape;
use crate::train::kernels::elementwise::{AddTo, Apply, Largest, Total};
use crate::train::lanes::LaneMap;
use crate::train::simd::{LANES, Lane, run};

/// The sum of two maps.
pub fn add(a: &Activations, b: &Activations) -> LaneMap {
    let mut out = a.written_out();
    each_plane(&mut out, 2, |unit, sum| run(AddTo { term: b.plane(unit), read: b.read(unit), sum }));
    out
}

/// One value a channel.
pub fn global_pool(pool: Pool, input: &Activations) -> LaneMap {
    let (pixels, channels) = (input.map.shape.pixels(), input.map.shape.channels);
    let lanes = map_units(input.map.blocks() * channels, pixels, |unit| {
        let (plane, read) = (input.plane(unit), input.read(unit));
        match pool {
            Pool::Max => run(Largest(plane, read)),
            Pool::Avg => Lane(run(Total(plane, read)).0.map(|sum| sum / pixels as f32)),
        }
    });
    let mut out = input.map.pool().map(Shape::new(channels, 1, 1), input.map.images);
    out.values.copy_from_slice(&lanes);
    out
}

/// The gradient of the pooled map: spread evenly, or to the first of the largest values.
pub fn global_pool_input(pool: Pool, input: &Activations, output: &LaneMap, gradient: &LaneMap) -> Flow {
    let pixels = input.map.shape.pixels();
    let mut out = input.map.pool().map(input.map.shape, input.map.images);
    let (y, g) = (&output.values, &gradient.values);
    each_plane(&mut out, 4, |unit, below| match pool {
        Pool::Avg => below.fill(Lane(g[unit].0.map(|gradient| gradient / pixels as f32))),
        Pool::Max => with_scratch(pixels, |plane| {
            run(Apply { input: input.plane(unit), read: input.read(unit), output: plane });
            below.fill(Lane::ZERO);
            for image in 0..LANES {
                let first = plane.iter().position(|lane| lane.0[image] == y[unit].0[image]);
                if let Some(at) = first {
                    below[at].0[image] = g[unit].0[image];
                }
            }
        }),
    });
    input.gate(out)
}
