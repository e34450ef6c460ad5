//! Weights and constants of an int8 network.
//!
//! Generated code stores activations with 128 added, so that saturation at 0 is ReLU, and folds zero
//! points into the offset of each channel: `sat((sum · multiplier + offset) >> shift)` over the
//! stored bytes. Depthwise weights are signed and in kernel order. The weights of filters that read all
//! channels have 128 added, are ordered by row, column and channel, and are stored in pairs of filters, four of one
//! and four of the other, padded to whole quads and pairs.

use super::tables::{Array, Gates, Mean, OpConstants, Tables, by_pixels};
use super::{CodegenError, literal};
use crate::contract::FRACTION_BITS;
use crate::graph::Graph;
use crate::plan::{image_zeros, reads_one_plane};
use crate::quant::{Filters, Kind, Op, Quantised, Requantise};

/// The tables of `network`, the quantised `graph`.
///
/// # Errors
/// A network with the double rounding of TensorFlow Lite, which generated code does not support.
pub fn tables(graph: &Graph, network: &Quantised) -> Result<Tables, CodegenError> {
    let mut builder = Builder::default();
    let mut tables = Tables::default();
    for (index, (planned, op)) in graph.ops.iter().zip(&network.ops).enumerate() {
        let mut numbers =
            OpConstants { constants: builder.offsets.len(), zero: unsigned(op.zeros[0]), ..OpConstants::default() };
        match &op.kind {
            Kind::Conv { filters, .. } | Kind::Depthwise { filters, .. } | Kind::Dense { filters } => {
                let Some(layer) = planned.layer() else { continue };
                if reads_one_plane(&layer) {
                    numbers = builder.depthwise(op, filters)?;
                } else {
                    let zeros: Vec<u8> = op.zeros.iter().map(|zero| unsigned(*zero)).collect();
                    let (filters, zeros) = &gathered(filters, &zeros, layer.taps);
                    numbers = OpConstants { zero: numbers.zero, ..builder.interleaved(&op.name, filters, zeros)? };
                }
                if index + 1 == network.ops.len() {
                    tables.head = numbers;
                    continue;
                }
            }
            Kind::MaxPool => continue,
            Kind::AvgPool(mean) => {
                let zeros = (op.input.pixels() * usize::from(numbers.zero)) as u32;
                tables.mean = Some(Mean { constants: numbers.constants, shift: mean.shift, zeros });
                builder.constant(mean.single.multiplier, mean.single.offset, FRACTION_BITS);
                continue;
            }
            Kind::Add(sum) => {
                numbers.other_zero = op.inputs.get(1).map_or(0, |source| unsigned(network.zero(source)));
                builder.constant(sum.multipliers[0], sum.offset, FRACTION_BITS);
                builder.constant(sum.multipliers[1], 0, FRACTION_BITS);
            }
            Kind::SqueezeExcite(se) => {
                builder.constant(se.multiply.multiplier, se.multiply.offset, FRACTION_BITS);
                let mean = builder.offsets.len();
                builder.constant(se.mean.single.multiplier, se.mean.single.offset, FRACTION_BITS);
                let zeros = |zero: i8, count: usize| vec![unsigned(zero); count];
                let hidden = se.reduce.requantise.len();
                let channels = op.input.channels;
                numbers.weights = tables.gates.len();
                tables.gates.push(Gates {
                    reduce: builder.interleaved(&op.name, &se.reduce, &zeros(se.mean_quantum.zero, channels))?,
                    expand: builder.interleaved(&op.name, &se.expand, &zeros(se.hidden_quantum.zero, hidden))?,
                    hidden,
                    mean,
                    mean_shift: se.mean.shift,
                });
            }
        }
        tables.steps.push(numbers);
    }
    tables.score_scale = literal::float(network.scores().scale as f32).unwrap_or_default();
    tables.arrays = arrays(graph, network, &builder, !tables.gates.is_empty());
    Ok(tables)
}

/// The `filters` in the order of [`by_pixels`], and the zero point of each input, given that of each channel.
fn gathered(filters: &Filters, zeros: &[u8], taps: usize) -> (Filters, Vec<u8>) {
    (Filters { weights: by_pixels(&filters.weights, zeros.len(), taps), ..filters.clone() }, zeros.repeat(taps))
}

/// The arrays of weights, constants, and tables for sigmoid and image padding.
fn arrays(graph: &Graph, network: &Quantised, builder: &Builder, has_gates: bool) -> Vec<Array> {
    let numbers = |values: &[u32]| values.iter().map(|value| format!("{value}u")).collect();
    let bytes = |values: &[u8]| values.iter().map(u8::to_string).collect();
    let mut arrays = vec![
        Array { value_type: "uint8_t", name: "weightTable", items: bytes(&builder.weights) },
        Array {
            value_type: "uint16_t",
            name: "multiplierTable",
            items: builder.multipliers.iter().map(u16::to_string).collect(),
        },
        Array { value_type: "uint32_t", name: "offsetTable", items: numbers(&builder.offsets) },
    ];
    if has_gates {
        arrays.push(Array { value_type: "uint8_t", name: "sigmoidTable", items: bytes(&network.sigmoid) });
    }
    if network.input.channels > 1 {
        let zeros: Vec<u8> = network.ops[0].zeros.iter().map(|zero| unsigned(*zero)).collect();
        // A row of padding.
        let zeros = zeros.repeat(image_zeros(graph) / zeros.len());
        arrays.push(Array { value_type: "uint8_t", name: "imageZeros", items: bytes(&zeros) });
    }
    arrays
}

/// Adds 128.
fn unsigned(byte: i8) -> u8 {
    byte.cast_unsigned() ^ 0x80
}

#[derive(Default)]
struct Builder {
    weights: Vec<u8>,
    multipliers: Vec<u16>,
    offsets: Vec<u32>,
}

impl Builder {
    /// Adds the multiplier and offset of a requantisation.
    fn constant(&mut self, multiplier: u16, offset: i32, shift: u32) {
        self.multipliers.push(multiplier);
        self.offsets.push(offset.cast_unsigned().wrapping_add(128 << shift));
    }

    /// Adds depthwise filters. Padding has the zero point of the input.
    fn depthwise(&mut self, op: &Op, filters: &Filters) -> Result<OpConstants, CodegenError> {
        let taps = filters.weights.len() / filters.requantise.len();
        let zero = unsigned(op.zeros[0]);
        let at = self.weights.len();
        self.weights.extend(filters.weights.iter().map(|weight| weight.cast_unsigned()));
        Ok(OpConstants { weights: at, zero, ..self.constants(&op.name, filters, &vec![zero; taps])? })
    }

    /// Adds filters that read all channels. `zeros` holds the zero point of each input of a filter.
    fn interleaved(&mut self, name: &str, filters: &Filters, zeros: &[u8]) -> Result<OpConstants, CodegenError> {
        // Kernels load a quad as one word.
        self.weights.resize(self.weights.len().next_multiple_of(4), 0);
        let at = self.weights.len();
        let weight = |filter: usize, index: usize| {
            let known = filter < filters.requantise.len() && index < zeros.len();
            if known { unsigned(filters.weights[filter * zeros.len() + index]) } else { unsigned(0) }
        };
        for pair in (0..filters.requantise.len()).step_by(2) {
            for quad in (0..zeros.len()).step_by(4) {
                for filter in [pair, pair + 1] {
                    self.weights.extend((quad..quad + 4).map(|index| weight(filter, index)));
                }
            }
        }
        let numbers = OpConstants { weights: at, ..self.constants(name, filters, zeros)? };
        // Kernels load constants in pairs.
        if filters.requantise.len() % 2 == 1 {
            self.constant(0, 0, 0);
        }
        Ok(numbers)
    }

    /// Adds the multipliers and offsets of `filters`. `zeros` holds the zero point of each input of a filter.
    fn constants(&mut self, name: &str, filters: &Filters, zeros: &[u8]) -> Result<OpConstants, CodegenError> {
        let mut numbers = OpConstants { constants: self.offsets.len(), ..OpConstants::default() };
        for (weights, requantise) in filters.weights.chunks(zeros.len()).zip(&filters.requantise) {
            let Requantise::Single(single) = requantise else {
                return Err(CodegenError::Unsupported(name.to_owned()));
            };
            let folded = weights.iter().zip(zeros).map(|(weight, zero)| i32::from(*weight) * i32::from(*zero));
            let folded = folded.sum::<i32>().wrapping_mul(i32::from(single.multiplier));
            self.constant(single.multiplier, single.offset.wrapping_sub(folded), single.shift);
            numbers.shift = single.shift as u8;
        }
        Ok(numbers)
    }
}
