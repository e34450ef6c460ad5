//! Quantisation-aware training (QAT): the last epochs train with weights and feature maps rounded as in the
//! deployed int8 network (Jacob et al. 2018, arXiv 1712.05877).
//!
//! Weights are rounded to the scale they have after folding batch norm. Scales and ranges are those of
//! [`Deployed`], from calibration and including equalised channels. A feature map is rounded to nearest (halves up)
//! when it is read; gradients pass through rounding unchanged (straight-through estimator).

use super::grid::Grid;
use super::layer;
use crate::data::Images;
use crate::graph::{FilterLayer, Graph, Op, Source, Weights};
use crate::quant::{self, CALIBRATION_IMAGES, Calibration, Deployed, Filters, Part, QuantError, Settings, fold};

/// The quantisation grid of every operation of `graph` with its current `weights`, calibrated on a sample of
/// `images`.
///
/// # Errors
/// Same as [`Deployed::of`]: if the weights cannot be quantised.
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
            // Equalisation scales the input of a depthwise filter, not its output.
            (shares, if layer.is_depthwise { vec![1.0; layer.outputs] } else { larger })
        }
        _ => (Vec::new(), vec![1.0; op.output.channels]),
    };
    let step = |factor: &f64| (integers.quantum.scale / factor) as f32;
    Grid { weights, inputs, means: Vec::new(), steps: factors.iter().map(step).collect() }
}

/// The equalisation factor of each filter, from the weights `before` and `after`.
fn growth(layer: &FilterLayer, [before, after]: [&[f32]; 2]) -> Vec<f64> {
    let size = |weights: &[f32]| -> Vec<f64> {
        let filters = weights.chunks_exact(layer.fan_in());
        filters.map(|filter| filter.iter().map(|weight| f64::from(weight.abs())).sum()).collect()
    };
    let ratio = |(before, after): (&f64, &f64)| if *before > 0.0 { after / before } else { 1.0 };
    size(before).iter().zip(&size(after)).map(ratio).collect()
}

/// The scale of each filter as a fraction of its largest weight; `inputs` has the factor of the weights of each
/// input.
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
