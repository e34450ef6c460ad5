//! Weights in the order the kernels read them in, as literals with names.
//!
//! Maps have the channels of a pixel side by side, as camera images do, so weights follow suit:
//! convolutions OHWI, depthwise HWC. The factor that makes a number of a camera byte goes into
//! the weights of the convolution that reads the image.

use super::literal;
use super::symbols::Scope;
use super::{CodegenError, Model};
use crate::graph::{Kind, Norm, Op, Pixels, Source, Weights};

/// An array of weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Its name in C++.
    pub symbol: String,
    /// Its values as literals.
    pub literals: Vec<String>,
}

/// The names and weights of one operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The name of its function.
    pub function: String,
    /// Its weights: first the weight, then the bias where there is one; squeeze-and-excitation
    /// has the pair twice.
    pub arrays: Vec<Array>,
}

/// Names and weights of every operation of `model`.
///
/// # Errors
/// A weight that is no finite number; batch norm that is not folded; an operation other than a
/// convolution that reads the image.
pub fn layers(model: &Model<'_>, scope: &mut Scope) -> Result<Vec<Layer>, CodegenError> {
    let graph = model.graph;
    let layer = |op: &Op| {
        let pixels = op.inputs.contains(&Source::Image).then_some(&graph.pixels);
        let function = scope.claim(&op.name);
        let arrays = ordered(op, pixels, model.weights)?
            .into_iter()
            .map(|(part, values)| {
                let symbol = scope.claim(&format!("{}.{part}", op.name));
                let literals = values.into_iter().map(|value| {
                    let name = || format!("{}.{part}", op.name);
                    literal::float(value).ok_or_else(|| CodegenError::NotFinite { name: name(), value })
                });
                Ok(Array { symbol, literals: literals.collect::<Result<_, _>>()? })
            })
            .collect::<Result<_, CodegenError>>()?;
        Ok(Layer { function, arrays })
    };
    graph.ops.iter().map(layer).collect()
}

/// The weights of `op` in the order they are deployed in.
fn ordered(op: &Op, pixels: Option<&Pixels>, weights: &Weights) -> Result<Vec<(&'static str, Vec<f32>)>, CodegenError> {
    let values = |part: &str| weights.values(&format!("{}.{part}", op.name));
    let unsupported = || CodegenError::Unsupported(op.name.clone());
    let channels = op.input.channels;
    let (weight, norm) = match op.kind {
        Kind::Conv(conv) => {
            let taps = conv.window.kernel.pow(2);
            (channels_last(values("weight"), channels, taps, pixels), conv.norm)
        }
        _ if pixels.is_some() => return Err(unsupported()),
        // One "filter" of C channels: C × taps becomes taps × C.
        Kind::Depthwise(depthwise) => {
            (channels_last(values("weight"), channels, depthwise.window.kernel.pow(2), None), depthwise.norm)
        }
        Kind::SqueezeExcite(_) => {
            let parts = ["reduce.weight", "reduce.bias", "expand.weight", "expand.bias"];
            return Ok(parts.map(|part| (part, values(part).to_vec())).into());
        }
        Kind::Dense(_) => return Ok(["weight", "bias"].map(|part| (part, values(part).to_vec())).into()),
        Kind::Add(_) | Kind::GlobalPool(_) => return Ok(Vec::new()),
    };
    let mut arrays = vec![("weight", weight)];
    match norm {
        Norm::None => {}
        Norm::Bias => arrays.push(("bias", values("bias").to_vec())),
        Norm::Batch { .. } => return Err(unsupported()),
    }
    Ok(arrays)
}

/// Filter by filter, channels × taps as taps × channels, scaled for camera bytes where `pixels`
/// are read.
fn channels_last(weight: &[f32], channels: usize, taps: usize, pixels: Option<&Pixels>) -> Vec<f32> {
    let scaled = |value: f32, channel: usize| match pixels {
        Some(pixels) => (f64::from(value) * f64::from(pixels.scale[channel])) as f32,
        None => value,
    };
    weight
        .chunks(channels * taps)
        .flat_map(|filter| (0..taps).flat_map(move |tap| (0..channels).map(move |c| scaled(filter[c * taps + tap], c))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_turned_channels_last_and_scaled() {
        let weight: Vec<f32> = (0..8).map(|i| i as f32).collect();
        assert_eq!(channels_last(&weight, 2, 2, None), [0.0, 2.0, 1.0, 3.0, 4.0, 6.0, 5.0, 7.0]);
        let pixels = Pixels { mean: vec![0, 0], scale: vec![1.0, 10.0] };
        assert_eq!(channels_last(&weight[..4], 2, 2, Some(&pixels)), [0.0, 20.0, 1.0, 30.0]);
    }
}
