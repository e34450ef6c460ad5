//! Addition of skip connections, and global pooling.

use super::activations::{Activations, Flow};
use super::pass::{Backward, Differentiable, Forward, Gradients, Pass};
use super::units::{each_plane, map_units, with_scratch};
use crate::config::Pool;
use crate::graph::{Add as AddOp, GlobalPool, Shape};
use crate::train::kernels::elementwise::{AddTo, Apply, Largest, Total};
use crate::train::lanes::LaneMap;
use crate::train::profile::Layer as Family;
use crate::train::simd::{LANES, Lane, run};
use crate::train::values::Values;
use std::sync::Arc;

impl Differentiable for AddOp {
    fn family(&self) -> Family {
        Family::Add
    }

    fn forward(&self, pass: Pass<'_>) -> Forward {
        let skip = pass.skip.unwrap_or(pass.input);
        let saved = Terms(pass.input.clone(), skip.clone());
        Forward { output: pass.plain(add(pass.input, skip)), backward: Box::new(saved), running: None }
    }
}

/// Both inputs of an addition.
struct Terms(Arc<Activations>, Arc<Activations>);

impl Backward for Terms {
    fn run(self: Box<Self>, flow: Flow, _values: &Values, _wanted: bool) -> Gradients {
        let mut copy = flow.map.pool().map(flow.map.shape, flow.map.images);
        copy.values.copy_from_slice(&flow.map.values);
        Gradients {
            skip: Some(self.1.activation_backward(copy)),
            ..Gradients::of_input(self.0.activation_backward(flow.map))
        }
    }
}

impl Differentiable for GlobalPool {
    fn family(&self) -> Family {
        Family::Pool
    }

    fn forward(&self, pass: Pass<'_>) -> Forward {
        let output = pass.plain(global_pool(self.pool, pass.input));
        let saved = Pooled { pool: self.pool, input: pass.input.clone(), output: output.clone() };
        Forward { output, backward: Box::new(saved), running: None }
    }

    /// Not rounded: its input is rounded, and the maximum of rounded values is one of them.
    fn is_rounded(&self) -> bool {
        false
    }
}

/// The input and output of global pooling.
struct Pooled {
    pool: Pool,
    input: Arc<Activations>,
    output: Arc<Activations>,
}

impl Backward for Pooled {
    fn run(self: Box<Self>, flow: Flow, _values: &Values, _wanted: bool) -> Gradients {
        Gradients::of_input(global_pool_input(self.pool, &self.input, &self.output.map, &flow.map))
    }
}

/// The sum of two feature maps.
fn add(a: &Activations, b: &Activations) -> LaneMap {
    let mut out = a.written_out();
    each_plane(&mut out, 2, |unit, sum| run(AddTo { term: b.plane(unit), read: b.read(unit), sum }));
    out
}

/// One value per channel.
fn global_pool(pool: Pool, input: &Activations) -> LaneMap {
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

/// The gradient of the pooled feature map: distributed evenly, or assigned to the first maximum.
fn global_pool_input(pool: Pool, input: &Activations, output: &LaneMap, gradient: &LaneMap) -> Flow {
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
    input.activation_backward(out)
}
