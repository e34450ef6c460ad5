//! Weights of a float network, in the order its kernels read them.

use super::tables::{Array, Gates, Mean, Numbers, Tables};
use super::{CodegenError, literal};
use crate::graph::{Conv, Depthwise, Graph, Kind, Norm, Op, Source, Weights};
use crate::plan::depth;

/// The tables of `graph`, batch norm folded, with `weights`.
///
/// # Errors
/// A weight that is no finite number; batch norm that is not folded.
pub fn tables(graph: &Graph, weights: &Weights) -> Result<Tables, CodegenError> {
    let mut builder = Builder { weights, items: Vec::new() };
    let mut tables = Tables::default();
    for op in &graph.ops {
        let mut numbers = Numbers::default();
        match op.kind {
            Kind::Conv(Conv { norm, .. }) | Kind::Depthwise(Depthwise { norm, .. }) => {
                let scale = |index: usize| {
                    let taps = builder.values(op, "weight").len() / (op.output.channels * op.input.channels).max(1);
                    match op.inputs[0] {
                        Source::Image => f64::from(graph.pixels.scale[index / taps % op.input.channels]),
                        Source::Op(_) => 1.0,
                    }
                };
                let values: Vec<f32> = builder
                    .values(op, "weight")
                    .iter()
                    .enumerate()
                    .map(|(index, value)| (f64::from(*value) * scale(index)) as f32)
                    .collect();
                let bias = match norm {
                    Norm::None => vec![0.0; op.output.channels],
                    Norm::Bias => builder.values(op, "bias").to_vec(),
                    Norm::Batch { .. } => return Err(CodegenError::Unsupported(op.name.clone())),
                };
                numbers.weights = match depth(op) {
                    0 => builder.apart(op, &values, &bias)?,
                    depth => builder.mixed(op, "weight", &values, &bias, depth)?,
                };
            }
            Kind::Dense(_) => {
                let (values, bias) = (builder.values(op, "weight").to_vec(), builder.values(op, "bias").to_vec());
                tables.head.weights = builder.mixed(op, "weight", &values, &bias, depth(op))?;
                continue;
            }
            Kind::GlobalPool(_) => {
                tables.mean = Some(Mean::default());
                continue;
            }
            Kind::Add(_) => {}
            Kind::SqueezeExcite(se) => {
                let mut part = |part: &str, depth: usize| {
                    let values = builder.values(op, &format!("{part}.weight")).to_vec();
                    let bias = builder.values(op, &format!("{part}.bias")).to_vec();
                    let weights = builder.mixed(op, part, &values, &bias, depth)?;
                    Ok::<_, CodegenError>(Numbers { weights, ..Numbers::default() })
                };
                numbers.weights = tables.gates.len();
                let (reduce, expand) = (part("reduce", op.input.channels)?, part("expand", se.hidden)?);
                tables.gates.push(Gates { reduce, expand, hidden: se.hidden, ..Gates::default() });
            }
        }
        tables.steps.push(numbers);
    }
    tables.arrays = vec![Array { of: "float", name: "weightTable", items: builder.items }];
    Ok(tables)
}

struct Builder<'a> {
    weights: &'a Weights,
    items: Vec<String>,
}

impl<'a> Builder<'a> {
    fn values(&self, op: &Op, part: &str) -> &'a [f32] {
        self.weights.values(&format!("{}.{part}", op.name))
    }

    /// Adds `values` and returns where they begin.
    fn add(&mut self, op: &Op, part: &str, values: impl Iterator<Item = f32>) -> Result<usize, CodegenError> {
        let at = self.items.len();
        for value in values {
            let name = || format!("{}.{part}", op.name);
            self.items.push(literal::float(value).ok_or_else(|| CodegenError::NotFinite { name: name(), value })?);
        }
        Ok(at)
    }

    /// Adds filters that read one channel each: the taps of a filter and its bias.
    fn apart(&mut self, op: &Op, values: &[f32], bias: &[f32]) -> Result<usize, CodegenError> {
        let at = self.items.len();
        for (taps, bias) in values.chunks(values.len() / bias.len()).zip(bias) {
            self.add(op, "weight", taps.iter().copied())?;
            self.add(op, "bias", std::iter::once(*bias))?;
        }
        Ok(at)
    }

    /// Adds filters that read all channels, by fours: the four weights of each value; then all
    /// biases. What is missing from a whole four is 0.
    fn mixed(
        &mut self,
        op: &Op,
        part: &str,
        values: &[f32],
        bias: &[f32],
        depth: usize,
    ) -> Result<usize, CodegenError> {
        let at = self.items.len();
        for four in (0..bias.len()).step_by(4) {
            for index in 0..depth {
                let weight = |filter: usize| values.get(filter * depth + index).copied().unwrap_or(0.0);
                self.add(op, part, (four..four + 4).map(weight))?;
            }
        }
        let bias = bias.iter().copied().chain(std::iter::repeat(0.0)).take(bias.len().next_multiple_of(4));
        self.add(op, "bias", bias)?;
        Ok(at)
    }
}
