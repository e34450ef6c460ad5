//! The skip of a bottleneck, and global pooling.

use super::{each_plane, map_units};
use crate::graph::Shape;
use crate::spec::Pool;
use crate::train::kernels::elementwise::{AddTo, Largest, Total};
use crate::train::lanes::LaneMap;
use crate::train::simd::{LANES, Lane, run};

/// The sum of two maps.
pub fn add(a: &LaneMap, b: &LaneMap) -> LaneMap {
    let mut out = a.pool().map(a.shape, a.images);
    out.values.copy_from_slice(&a.values);
    add_to(&mut out, b);
    out
}

/// `sum += term`
pub fn add_to(sum: &mut LaneMap, term: &LaneMap) {
    let pixels = sum.shape.pixels();
    let values = &term.values;
    each_plane(sum, 2, |unit, sum| run(AddTo { term: &values[unit * pixels..][..pixels], sum }));
}

/// One value a channel.
pub fn global_pool(pool: Pool, input: &LaneMap) -> LaneMap {
    let (pixels, channels) = (input.shape.pixels(), input.shape.channels);
    let values = &input.values;
    let lanes = map_units(input.blocks() * channels, pixels, |unit| {
        let plane = &values[unit * pixels..][..pixels];
        match pool {
            Pool::Max => run(Largest(plane)),
            Pool::Avg => Lane(run(Total(plane)).0.map(|sum| sum / pixels as f32)),
        }
    });
    let mut out = input.pool().map(Shape::new(channels, 1, 1), input.images);
    out.values.copy_from_slice(&lanes);
    out
}

/// The gradient of the pooled map: spread evenly, or to the first of the largest values.
pub fn global_pool_input(pool: Pool, input: &LaneMap, output: &LaneMap, gradient: &LaneMap) -> LaneMap {
    let pixels = input.shape.pixels();
    let mut out = input.pool().map(input.shape, input.images);
    let (x, y, g) = (&input.values, &output.values, &gradient.values);
    each_plane(&mut out, 4, |unit, below| match pool {
        Pool::Avg => below.fill(Lane(g[unit].0.map(|gradient| gradient / pixels as f32))),
        Pool::Max => {
            below.fill(Lane::ZERO);
            let plane = &x[unit * pixels..][..pixels];
            for image in 0..LANES {
                let first = plane.iter().position(|lane| lane.0[image] == y[unit].0[image]);
                if let Some(at) = first {
                    below[at].0[image] = g[unit].0[image];
                }
            }
        }
    });
    out
}
