//! Converts a folded float network to int8, with the ranges of its feature maps.

use super::calibrate::Calibration;
use super::filters::{Layer, Overflow};
use super::float::Part;
use super::histogram::{Histogram, RangeRule};
use super::network::{Filters, Kind, Op, QuantParams, Quantised, Rounding, SqueezeExcite};
use crate::config::Pool;
use crate::contract::{FRACTION_BITS, GATE_ONE, Mean, Multiply, ONE, Single, Sum, sigmoid_table};
use crate::graph::{self, Conv, Depthwise, FilterLayer, Graph, Norm, OpId, Source, Weights};

/// Number of steps between the lowest and the highest byte.
const STEPS: f64 = 255.0;
/// Limit of sigmoid arguments: beyond ±8 the sigmoid is within 1/2048 of 0 or 1.
const SIGMOID_REACH: f64 = 8.0;

/// Settings of quantisation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The requantisation arithmetic.
    pub rounding: Rounding,
    /// The rule that selects the range of each feature map.
    pub range: RangeRule,
}

impl Default for Settings {
    fn default() -> Self {
        Self { rounding: Rounding::Single, range: RangeRule::Mse }
    }
}

/// The reason why a network cannot be quantised.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum QuantError {
    /// Calibration had no images.
    #[error("no images to calibrate the range of `{0}`")]
    Unseen(String),
    /// A feature map or weight has a value that is not finite.
    #[error("`{0}` has values that are not finite; this network cannot be quantised")]
    NotFinite(String),
    /// An average over too many pixels for 32 bits.
    #[error("`{name}` averages {pixels} pixels; at most {} can be summed in 32 bits", Mean::MAX_VALUES)]
    TooManyPixels {
        /// The operation.
        name: String,
        /// Pixels of its input.
        pixels: usize,
    },
    /// The graph still has batch normalisation.
    #[error("the batch normalisation of `{0}` is not folded")]
    NotFolded(String),
}

enum Failure {
    Final(QuantError),
    /// The scale of the sigmoid's table is too fine.
    Sigmoid,
}

impl From<QuantError> for Failure {
    fn from(error: QuantError) -> Self {
        Self::Final(error)
    }
}

impl Quantised {
    /// Quantises the folded `graph` with `weights`, with the ranges of `calibration`.
    ///
    /// # Errors
    /// If calibration had no images, a value is not finite, or a feature map is too large.
    pub fn of(
        graph: &Graph,
        weights: &Weights,
        calibration: &Calibration,
        settings: Settings,
    ) -> Result<Self, QuantError> {
        let mut sigmoid_scale = sigmoid_scale(graph, calibration, settings.range);
        loop {
            let mut builder = Builder { graph, weights, calibration, settings, sigmoid_scale, ops: Vec::new() };
            match builder.build() {
                Ok(()) => {
                    let Builder { ops, .. } = builder;
                    let (rounding, sigmoid) = (settings.rounding, sigmoid_table(sigmoid_scale));
                    return Ok(Self { rounding, input: graph.input, ops, sigmoid_scale, sigmoid });
                }
                Err(Failure::Sigmoid) => sigmoid_scale *= 2.0,
                Err(Failure::Final(error)) => return Err(error),
            }
        }
    }
}

/// The scale of the sigmoid table, which all squeeze-and-excitation operations share: the widest arguments fit, up
/// to the saturation of the sigmoid.
fn sigmoid_scale(graph: &Graph, calibration: &Calibration, rule: RangeRule) -> f64 {
    let arguments = graph.ops.iter().map(|op| calibration.histogram(op.id, Part::Argument));
    let reach = |seen: &Histogram| {
        let (low, high) = seen.range(rule);
        high.max(-low)
    };
    let reach = arguments.filter(|seen| !seen.is_empty()).map(reach).fold(0.0, f64::max);
    if reach > 0.0 { reach.min(SIGMOID_REACH) / 127.0 } else { SIGMOID_REACH / 128.0 }
}

struct Builder<'a> {
    graph: &'a Graph,
    weights: &'a Weights,
    calibration: &'a Calibration,
    settings: Settings,
    sigmoid_scale: f64,
    ops: Vec<Op>,
}

/// Quantisation parameters that span `low` to `high`, which must include 0, with a scale of at least `least`.
fn spanning((low, high): (f64, f64), least: f64) -> QuantParams {
    let span = high - low;
    let scale = if span > 0.0 { span / STEPS } else { 1.0 / STEPS }.max(least).max(f64::from(f32::MIN_POSITIVE));
    with_scale(low, scale)
}

/// Quantisation parameters with this scale whose lowest byte represents `low`.
fn with_scale(low: f64, scale: f64) -> QuantParams {
    QuantParams { scale, zero: (-128.0 - low / scale).round().clamp(-128.0, 127.0) as i8 }
}

impl Builder<'_> {
    fn build(&mut self) -> Result<(), Failure> {
        for op in &self.graph.ops {
            for param in op.params() {
                if self.weights.values(&param.name).iter().any(|value| !value.is_finite()) {
                    return Err(QuantError::NotFinite(param.name).into());
                }
            }
            let (kind, quantum) = self.op(op)?;
            let zeros = self.zeros(&op.inputs[0], op.input.channels);
            let (name, inputs) = (op.name.clone(), op.inputs.clone());
            self.ops.push(Op { name, kind, inputs, zeros, input: op.input, output: op.output, quantum });
        }
        Ok(())
    }

    fn op(&self, op: &graph::Op) -> Result<(Kind, QuantParams), Failure> {
        let range = self.range(op, Part::Output)?;
        let input = self.quantum(&op.inputs[0]);
        Ok(match op.kind {
            graph::Kind::Conv(Conv { window, .. }) => {
                let (filters, quantum) = self.filters(op, range)?;
                (Kind::Conv { window, filters }, quantum)
            }
            graph::Kind::Depthwise(Depthwise { window, .. }) => {
                let (filters, quantum) = self.filters(op, range)?;
                (Kind::Depthwise { window, filters }, quantum)
            }
            graph::Kind::Dense(_) => {
                let (filters, quantum) = self.filters(op, range)?;
                (Kind::Dense { filters }, quantum)
            }
            graph::Kind::GlobalPool(pool) if pool.pool == Pool::Max => (Kind::MaxPool, input),
            graph::Kind::GlobalPool(_) => {
                let (mean, quantum) = mean(op, range, input)?;
                (Kind::AvgPool(mean), quantum)
            }
            graph::Kind::Add(_) => {
                let scales = [input.scale, self.quantum(&op.inputs[1]).scale];
                // The multiplier is at most 65,535 / 65,536.
                let quantum = spanning(range, scales[0].max(scales[1]) * (1.0 + 2.0 / f64::from(ONE)));
                let ratios = scales.map(|scale| scale / quantum.scale);
                let sum = Sum::new(ratios, quantum.zero).ok_or_else(|| QuantError::NotFinite(op.name.clone()))?;
                (Kind::Add(sum), quantum)
            }
            graph::Kind::SqueezeExcite(_) => {
                let (multiply, quantum) = product(range, input);
                (Kind::SqueezeExcite(Box::new(self.squeeze_excite(op, input, multiply)?)), quantum)
            }
        })
    }

    /// The quantised filters of `op` and the quantisation parameters of its output, which spans `range`.
    fn filters(&self, op: &graph::Op, range: (f64, f64)) -> Result<(Filters, QuantParams), QuantError> {
        let mut quantum = spanning(range, 0.0);
        let not_folded = || QuantError::NotFolded(op.name.clone());
        let layer = op.layer().ok_or_else(not_folded)?;
        let taps = layer.taps;
        let bias = match op.norm() {
            Norm::None => vec![0.0; layer.outputs],
            Norm::Bias => wide(self.weights.bias(op, &layer)),
            Norm::Batch { .. } => return Err(not_folded()),
        };
        let mut weights = wide(self.weights.weight(op, &layer));
        let source = &op.inputs[0];
        let mut zeros = vec![self.quantum(source).zero];
        if *source == Source::Image {
            let channels = op.input.channels;
            // Steps of the image are bytes: the normalisation's scale is multiplied into the weights.
            for (at, weight) in weights.iter_mut().enumerate() {
                *weight *= f64::from(self.graph.pixels.scale[at / taps % channels]);
            }
            zeros = (0..channels).flat_map(|c| vec![self.image_zero(c); taps]).collect();
        }
        let input_scale = self.quantum(source).scale;
        // In steps from the zero point, which is the mean byte for the image.
        let channel_mean = |(channel, mean): (usize, f64)| match source {
            Source::Image => mean - f64::from(self.graph.pixels.mean[channel]),
            Source::Op(_) => mean / input_scale,
        };
        let means = self.calibration.means(source, Part::Output).into_iter().enumerate().map(channel_mean);
        let means: Vec<f64> = means.flat_map(|mean| std::iter::repeat_n(mean, taps)).collect();
        let layer = Layer { weights: &weights, bias: &bias, input_scale, zeros: &zeros, means: &means, taps };
        Ok((layer.coarsened(self.settings.rounding, &mut quantum), quantum))
    }

    fn squeeze_excite(&self, op: &graph::Op, input: QuantParams, multiply: Multiply) -> Result<SqueezeExcite, Failure> {
        let rounding = self.settings.rounding;
        let (mean, mean_quantum) = mean(op, self.range(op, Part::Mean)?, input)?;
        let mut hidden_quantum = spanning(self.range(op, Part::Hidden)?, 0.0);
        let dense = |layer: &FilterLayer| (wide(self.weights.weight(op, layer)), wide(self.weights.bias(op, layer)));
        let [reduce, expand] = [0, 1].map(|at| op.filters().get(at).map(dense).unwrap_or_default());
        let means = |part, scale: f64| -> Vec<f64> {
            let means = self.calibration.means(&Source::Op(op.id), part);
            means.into_iter().map(|mean| mean / scale).collect()
        };
        let (weights, bias) = reduce;
        let layer = Layer {
            weights: &weights,
            bias: &bias,
            input_scale: mean_quantum.scale,
            zeros: &[mean_quantum.zero],
            means: &means(Part::Mean, mean_quantum.scale),
            taps: 1,
        };
        let reduce = layer.coarsened(rounding, &mut hidden_quantum);
        let (weights, bias) = expand;
        let layer = Layer {
            weights: &weights,
            bias: &bias,
            input_scale: hidden_quantum.scale,
            zeros: &[hidden_quantum.zero],
            means: &means(Part::Hidden, hidden_quantum.scale),
            taps: 1,
        };
        let arguments = QuantParams { scale: self.sigmoid_scale, zero: 0 };
        let expand = layer.filters(rounding, arguments).map_err(|Overflow| Failure::Sigmoid)?;
        Ok(SqueezeExcite { mean, mean_quantum, reduce, hidden_quantum, expand, multiply })
    }

    fn range(&self, op: &graph::Op, part: Part) -> Result<(f64, f64), QuantError> {
        let seen = self.calibration.histogram(op.id, part);
        if seen.is_empty() {
            return Err(QuantError::Unseen(op.name.clone()));
        }
        if !seen.is_finite() {
            return Err(QuantError::NotFinite(op.name.clone()));
        }
        Ok(seen.range(self.settings.range))
    }

    /// Quantisation parameters of `source`; for the image, scale 1.
    fn quantum(&self, source: &Source) -> QuantParams {
        match source {
            Source::Image => QuantParams { scale: 1.0, zero: self.image_zero(0) },
            Source::Op(OpId(index)) => self.ops[*index].quantum,
        }
    }

    /// The zero point of a channel of the image.
    fn image_zero(&self, channel: usize) -> i8 {
        (self.graph.pixels.mean[channel] ^ 0x80).cast_signed()
    }

    fn zeros(&self, source: &Source, channels: usize) -> Vec<i8> {
        match source {
            Source::Image => (0..channels).map(|channel| self.image_zero(channel)).collect(),
            Source::Op(_) => vec![self.quantum(source).zero; channels],
        }
    }
}

/// Converts values to f64.
fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

/// Multiplication by gates: the multiplier is exact, and the output scale follows from it.
fn product(range: (f64, f64), input: QuantParams) -> (Multiply, QuantParams) {
    let wanted = spanning(range, 0.0);
    let unit = input.scale / GATE_ONE;
    let multiplier = (unit / wanted.scale * f64::from(ONE)).floor().clamp(1.0, f64::from(Multiply::MAX_MULTIPLIER));
    let quantum = with_scale(range.0, unit * f64::from(ONE) / multiplier);
    (Multiply::new(multiplier as u16, quantum.zero), quantum)
}

/// Average of each channel: its multiplier is exact, and the output scale follows from it.
fn mean(op: &graph::Op, range: (f64, f64), input: QuantParams) -> Result<(Mean, QuantParams), QuantError> {
    let pixels = op.input.pixels();
    if pixels > Mean::MAX_VALUES {
        return Err(QuantError::TooManyPixels { name: op.name.clone(), pixels });
    }
    let shift = Mean::shift_for(pixels);
    let unit = input.scale * f64::from(1 << shift) / pixels as f64;
    // Coarse enough that the output fits 16 bits before saturation.
    let wanted = spanning(range, input.scale / 64.0);
    let multiplier = (unit / wanted.scale * f64::from(ONE)).floor().clamp(1.0, f64::from(u16::MAX));
    let quantum = with_scale(range.0, unit * f64::from(ONE) / multiplier);
    let offset = (i32::from(quantum.zero) * ONE) + ONE / 2;
    Ok((Mean { shift, single: Single { multiplier: multiplier as u16, offset, shift: FRACTION_BITS } }, quantum))
}
