//! Weights of a float network, in the order in which kernels read them: depthwise by kernel position, filters that read
//! all channels by row, column and channel, interleaved in groups of four.

use super::tables::{Array, Gates, Mean, OpConstants, Tables, by_pixels};
use super::{CodegenError, literal};
use crate::graph::{FilterLayer, Graph, Kind, Norm, Op, Source, Weights};
use crate::plan::reads_one_plane;

/// The tables of `graph` with `weights`; batch norm must be folded.
///
/// # Errors
/// A weight that is infinite or NaN; batch norm that is not folded.
pub fn tables(graph: &Graph, weights: &Weights) -> Result<Tables, CodegenError> {
    let mut builder = Builder { weights, items: Vec::new() };
    let mut tables = Tables::default();
    let head = graph.ops.last().map(|op| op.id);
    for op in &graph.ops {
        let mut numbers = OpConstants::default();
        match op.kind {
            Kind::Conv(_) | Kind::Depthwise(_) | Kind::Dense(_) => {
                let Some(layer) = op.layer() else { continue };
                numbers.weights = builder.filters(graph, op, &layer)?;
                if Some(op.id) == head {
                    tables.head = numbers;
                    continue;
                }
            }
            Kind::GlobalPool(_) => {
                tables.mean = Some(Mean::default());
                continue;
            }
            Kind::Add(_) => {}
            Kind::SqueezeExcite(se) => {
                let mut starts = [0; 2];
                for (start, layer) in starts.iter_mut().zip(op.filters()) {
                    *start = builder.filters(graph, op, &layer)?;
                }
                let [reduce, expand] = starts.map(|weights| OpConstants { weights, ..OpConstants::default() });
                numbers.weights = tables.gates.len();
                tables.gates.push(Gates { reduce, expand, hidden: se.hidden, ..Gates::default() });
            }
        }
        tables.steps.push(numbers);
    }
    tables.arrays = vec![Array { value_type: "float", name: "weightTable", items: builder.items }];
    Ok(tables)
}

struct Builder<'a> {
    weights: &'a Weights,
    items: Vec<String>,
}

impl Builder<'_> {
    /// Adds a layer of filters of `op` and returns the index of its first weight. Weights that read the image
    /// are multiplied by the scale of a camera byte.
    fn filters(&mut self, graph: &Graph, op: &Op, layer: &FilterLayer) -> Result<usize, CodegenError> {
        let scale = |index: usize| match op.inputs[0] {
            Source::Image => f64::from(graph.pixels.scale[index / layer.taps % op.input.channels]),
            Source::Op(_) => 1.0,
        };
        let weights = self.weights.weight(op, layer).iter().enumerate();
        let values: Vec<f32> = weights.map(|(index, value)| (f64::from(*value) * scale(index)) as f32).collect();
        let bias = match op.norm() {
            Norm::Batch { .. } => return Err(CodegenError::Unsupported(op.name.clone())),
            Norm::None | Norm::Bias => match self.weights.bias(op, layer) {
                [] => vec![0.0; layer.outputs],
                bias => bias.to_vec(),
            },
        };
        let names = [layer.weight(&op.name), layer.bias(&op.name)];
        if reads_one_plane(layer) {
            self.depthwise(&names, &values, &bias)
        } else {
            let channels = layer.fan_in() / layer.taps;
            self.interleaved(&names, &by_pixels(&values, channels, layer.taps), &bias, layer.fan_in())
        }
    }

    /// Adds the `values` of the parameter `name`.
    fn add(&mut self, name: &str, values: impl Iterator<Item = f32>) -> Result<(), CodegenError> {
        for value in values {
            let literal = literal::float(value);
            self.items.push(literal.ok_or_else(|| CodegenError::NotFinite { name: name.to_owned(), value })?);
        }
        Ok(())
    }

    /// Adds depthwise filters: for each filter its taps and its bias.
    fn depthwise(&mut self, names: &[String; 2], values: &[f32], bias: &[f32]) -> Result<usize, CodegenError> {
        let at = self.items.len();
        for (taps, bias) in values.chunks(values.len() / bias.len()).zip(bias) {
            self.add(&names[0], taps.iter().copied())?;
            self.add(&names[1], std::iter::once(*bias))?;
        }
        Ok(at)
    }

    /// Adds filters that read all channels, interleaved in groups of four: the four weights of each input;
    /// then all biases. Missing filters of the last group are 0.
    fn interleaved(
        &mut self,
        names: &[String; 2],
        values: &[f32],
        bias: &[f32],
        depth: usize,
    ) -> Result<usize, CodegenError> {
        let at = self.items.len();
        for four in (0..bias.len()).step_by(4) {
            for index in 0..depth {
                let weight = |filter: usize| values.get(filter * depth + index).copied().unwrap_or(0.0);
                self.add(&names[0], (four..four + 4).map(weight))?;
            }
        }
        let bias = bias.iter().copied().chain(std::iter::repeat(0.0)).take(bias.len().next_multiple_of(4));
        self.add(&names[1], bias)?;
        Ok(at)
    }
}
