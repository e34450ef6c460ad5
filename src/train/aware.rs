//! Training for integers: the last epochs see weights and maps as the deployed bytes will hold them
//! (Jacob et al. 2018, arXiv 1712.05877).
//!
//! Weights are rounded to the steps they have once batch norm is folded away. Steps and ranges are
//! those of [`Deployed`]: what calibration finds, equalised channels included. A map is rounded as it
//! is read, to nearest and halves up, as the contract does; gradients pass as if nothing was rounded.

use crate::data::Images;
use crate::graph::{Graph, Kind, Norm, Op, Source, Tensor, Weights, WeightsError};
use crate::quant::{
    self, CALIBRATION_IMAGES, Calibration, Deployed, Filters, Part, QuantError, Settings, fold, rounded,
};

/// Where steps stand in a checkpoint.
const PREFIX: &str = "steps/";

/// The steps of an operation's weights and of what it makes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grid {
    /// A step of each output channel's weights, as a share of the largest of them; empty where the
    /// operation has no weights that a step could be given. A share, as the largest weight goes on
    /// growing: steps that stay as they are would clip it, and it would grow behind the clip.
    pub weights: Vec<f32>,
    /// What the weights to each input are multiplied by before.
    pub inputs: Vec<f32>,
    /// The mean of each channel of the input.
    pub means: Vec<f32>,
    /// A step of each channel of the output; empty where it is not rounded. Values beyond what bytes
    /// span now are not clipped: calibration will make room for them, and a network that learned
    /// with a clip would lean on it.
    pub steps: Vec<f32>,
}

impl Grid {
    /// The step of channel `channel` of the output; 0 where it is not rounded.
    pub fn step(&self, channel: usize) -> f32 {
        self.steps.get(channel).copied().unwrap_or(0.0)
    }

    /// The weights `values[0]` of `op` as integers will have them, and what is added to each output
    /// channel, behind the norm, because of what they lose; `values` are in the order of
    /// [`Op::params`]. Empty where the operation has no weights to round.
    pub fn rounded(&self, op: &Op, values: &[Vec<f32>]) -> (Vec<f32>, Vec<f32>) {
        let (norm, taps) = match &op.kind {
            Kind::Conv(conv) => (conv.norm, conv.window.kernel.pow(2)),
            Kind::Depthwise(depthwise) => (depthwise.norm, depthwise.window.kernel.pow(2)),
            _ => return (Vec::new(), Vec::new()),
        };
        let is_depthwise = matches!(op.kind, Kind::Depthwise(_));
        let each = values[0].len() / self.weights.len().max(1);
        let (mut weights, mut lost) = (Vec::with_capacity(values[0].len()), Vec::with_capacity(self.weights.len()));
        for (channel, (filter, step)) in values[0].chunks_exact(each.max(1)).zip(&self.weights).enumerate() {
            let factor = match norm {
                Norm::Batch { epsilon } => {
                    f64::from(values[1][channel]) / (f64::from(values[4][channel]) + epsilon).sqrt()
                }
                Norm::None | Norm::Bias => 1.0,
            };
            let input_of = |at: usize| f64::from(self.inputs[at / taps % self.inputs.len()]);
            let seen = filter.iter().enumerate().map(|(at, weight)| (f64::from(*weight) * factor * input_of(at)).abs());
            let step = f64::from(*step) * seen.fold(0.0, f64::max);
            let mut loss = 0.0;
            for (i, plane) in filter.chunks_exact(taps).enumerate() {
                let step = step / (factor * input_of(i * taps));
                // A channel that batch norm has silenced has no steps.
                let plane_of = |weight: &f32| f64::from(*weight) / step;
                if plane.iter().all(|weight| plane_of(weight).is_finite()) {
                    let exact: Vec<f64> = plane.iter().map(plane_of).collect();
                    let mean = self.means[if is_depthwise { channel } else { i }];
                    for (weight, byte) in plane.iter().zip(rounded(&exact, 1.0)) {
                        let near = (f64::from(byte) * step) as f32;
                        loss += f64::from(weight - near) * factor * f64::from(mean);
                        weights.push(near);
                    }
                } else {
                    weights.extend(plane);
                }
            }
            lost.push(loss as f32);
        }
        (weights, lost)
    }
}

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
    let name = format!("{}.weight", op.name);
    // How much larger equalising made each filter.
    let larger = |filters: &Filters| -> Vec<f64> {
        let size = |weights: &Weights| -> Vec<f64> {
            let values = weights.values(&name);
            let filters = values.chunks_exact(values.len() / filters.scales.len());
            filters.map(|filter| filter.iter().map(|weight| f64::from(weight.abs())).sum()).collect()
        };
        let ratio = |(before, after): (&f64, &f64)| if *before > 0.0 { after / before } else { 1.0 };
        size(folded).iter().zip(&size(equal)).map(ratio).collect()
    };
    let from_image = op.inputs.first() == Some(&Source::Image);
    let inputs = if from_image { graph.pixels.scale.clone() } else { vec![1.0] };
    let shares = |filters: &Filters, larger: &[f64], taps: usize| -> Vec<f32> {
        let values = folded.values(&name);
        let largest = values.chunks_exact(values.len() / larger.len()).map(|filter| {
            let seen = filter.iter().enumerate().map(|(at, weight)| weight.abs() * inputs[at / taps % inputs.len()]);
            f64::from(seen.fold(0.0, f32::max))
        });
        let share = |((largest, scale), larger): ((f64, &f64), &f64)| {
            if largest > 0.0 { (scale / larger / largest) as f32 } else { 0.0 }
        };
        largest.zip(&filters.scales).zip(larger).map(share).collect()
    };
    let (weights, factors) = match (&op.kind, &integers.kind) {
        (Kind::Conv(conv), quant::Kind::Conv { filters, .. }) => {
            let larger = larger(filters);
            (shares(filters, &larger, conv.window.kernel.pow(2)), larger)
        }
        // What a depthwise filter reads was made larger, not what it makes.
        (Kind::Depthwise(depthwise), quant::Kind::Depthwise { filters, .. }) => {
            let taps = depthwise.window.kernel.pow(2);
            (shares(filters, &larger(filters), taps), vec![1.0; filters.scales.len()])
        }
        (Kind::Add(_) | Kind::SqueezeExcite(_), _) => (Vec::new(), vec![1.0; op.output.channels]),
        _ => return Grid::default(),
    };
    let quantum = integers.quantum;
    Grid {
        weights,
        inputs,
        means: Vec::new(),
        steps: factors.iter().map(|factor| (quantum.scale / factor) as f32).collect(),
    }
}

/// Grids as tensors of a checkpoint.
pub fn to_tensors(grids: &[Grid], tensors: &mut Weights) {
    for (index, grid) in grids.iter().enumerate() {
        let parts = [&grid.weights, &grid.inputs, &grid.means, &grid.steps];
        for (part, values) in parts.into_iter().enumerate() {
            let tensor = Tensor { shape: vec![values.len()], values: values.clone() };
            tensors.insert(format!("{PREFIX}{index:05}/{part}"), tensor);
        }
    }
}

/// The grids in a checkpoint's bytes; empty where it has none.
///
/// # Errors
/// Where the bytes are damaged.
pub fn from_bytes(bytes: &[u8], graph: &Graph) -> Result<Vec<Grid>, WeightsError> {
    let tensors = Weights::with_prefix(bytes, PREFIX)?;
    if tensors.iter().next().is_none() {
        return Ok(Vec::new());
    }
    let damaged = || WeightsError::Format("the steps of a training for integers are not whole".into());
    let part = |index: usize, part: usize| -> Result<Vec<f32>, WeightsError> {
        let tensor = tensors.get(&format!("{PREFIX}{index:05}/{part}")).ok_or_else(damaged)?;
        Ok(tensor.values.clone())
    };
    let grid = |(index, op): (usize, &Op)| {
        let grid =
            Grid { weights: part(index, 0)?, inputs: part(index, 1)?, means: part(index, 2)?, steps: part(index, 3)? };
        let channels = op.output.channels;
        let fits = |values: &[f32]| values.is_empty() || values.len() == channels;
        let is_whole = [&grid.weights, &grid.steps].into_iter().all(|values| fits(values))
            && (grid.weights.is_empty() || (!grid.inputs.is_empty() && grid.means.len() == op.input.channels));
        if is_whole { Ok(grid) } else { Err(damaged()) }
    };
    graph.ops.iter().enumerate().map(grid).collect()
}
