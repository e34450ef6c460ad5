//! Training for integers: the last epochs see weights and maps as the deployed bytes will hold them
//! (Jacob et al. 2018, arXiv 1712.05877).
//!
//! Weights are rounded to the steps they have once batch norm is folded away. Steps and ranges are
//! those of [`Deployed`]: what calibration finds, equalised channels included. A map is rounded as it
//! is read, to nearest and halves up, as the contract does; gradients pass as if nothing was rounded.

use super::grid::Grid;
use super::layer;
use crate::data::Images;
use crate::graph::{FilterLayer, Graph, Op, Source, Weights};
use crate::quant::{self, CALIBRATION_IMAGES, Calibration, Deployed, Filters, Part, QuantError, Settings, fold};

/// The grids of every operation of `graph`, whose `weights` were trained so far, calibrated on
/// some of `images`.
///
/// # Errors
/// As [`Deployed::of`]: weights that cannot be made into integers.
pub fn grids(graph: &Graph, weights: &Weights, images: &Images) -> Result<Vec<Grid>, QuantError> {
    let deployed = Deployed::of(graph, weights, images, Settings::default())?;
    let (folded_graph, folded) = fold(graph, weights);
    let seen = Calibration::of(&folded_graph, &folded, images, CALIBRATION_IMAGES);
    let ops = graph.ops.iter().zip(&deployed.quantised.ops);
    let made = ops.map(|(op, integers)| {
        let means = seen.means(&op.inputs[0], Part::Output).into_iter().enumerate();
        let means = means.map(|(channel, mean)| match op.inputs[0] {
            Source::Image => {
                ((mean - f64::from(graph.pixels.mean[channel])) * f64::from(graph.pixels.scale[channel])) as f32
            }
            Source::Op(_) => mean as f32,
        });
        Grid { means: means.collect(), ..grid(graph, op, integers, &folded, &deployed.weights) }
    });
    Ok(made.collect())
}

fn grid(graph: &Graph, op: &Op, integers: &quant::Op, folded: &Weights, equal: &Weights) -> Grid {
    let from_image = op.inputs.first() == Some(&Source::Image);
    let inputs = if from_image { graph.pixels.scale.clone() } else { vec![1.0] };
    let is_head = op.id.0 + 1 == graph.ops.len();
    if is_head || !layer::of(&op.kind).is_rounded() {
        return Grid::default();
    }
    let (weights, factors) = match (op.layer(), integers.kind.filters()) {
        (Some(layer), Some(filters)) => {
            let weights = [folded, equal].map(|weights| weights.weight(op, &layer));
            let larger = growth(&layer, weights);
            let shares = shares(&layer, filters, weights[0], &larger, &inputs);
            // What a depthwise filter reads was made larger, not what it makes.
            (shares, if layer.is_depthwise { vec![1.0; layer.outputs] } else { larger })
        }
        _ => (Vec::new(), vec![1.0; op.output.channels]),
    };
    let step = |factor: &f64| (integers.quantum.scale / factor) as f32;
    Grid { weights, inputs, means: Vec::new(), steps: factors.iter().map(step).collect() }
}

/// How much larger equalising made each filter: `before` and `after` it.
fn growth(layer: &FilterLayer, [before, after]: [&[f32]; 2]) -> Vec<f64> {
    let size = |weights: &[f32]| -> Vec<f64> {
        let filters = weights.chunks_exact(layer.fan_in());
        filters.map(|filter| filter.iter().map(|weight| f64::from(weight.abs())).sum()).collect()
    };
    let ratio = |(before, after): (&f64, &f64)| if *before > 0.0 { after / before } else { 1.0 };
    size(before).iter().zip(&size(after)).map(ratio).collect()
}

/// The step of each filter as a share of its largest weight; `inputs` is what weights to each input are
/// multiplied by.
fn shares(layer: &FilterLayer, filters: &Filters, weights: &[f32], larger: &[f64], inputs: &[f32]) -> Vec<f32> {
    let largest = weights.chunks_exact(layer.fan_in()).map(|filter| {
        let input = |at: usize| inputs[at / layer.taps % inputs.len()];
        f64::from(filter.iter().enumerate().map(|(at, weight)| weight.abs() * input(at)).fold(0.0, f32::max))
    });
    let share = |((largest, scale), larger): ((f64, &f64), &f64)| {
        if largest > 0.0 { (scale / larger / largest) as f32 } else { 0.0 }
    };
    largest.zip(&filters.scales).zip(larger).map(share).collect()
}
