//! The weights of a network: named tensors, and safetensors files.
//!
//! Names and layouts are those of PyTorch, so that files with its `state_dict` can be loaded.

use super::op::BATCH_NORM_PARTS;
use super::{FilterLayer, Graph, Norm, Op, Param, Role};
use crate::format::{self, LaterFormat};
use crate::random::{Purpose, Stream};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use std::collections::{BTreeMap, HashMap};

/// Key of this program's metadata in a safetensors file.
const METADATA: &str = "micromobilenet";
/// Key of the format version in that metadata.
const FORMAT: &str = "format";

/// A tensor of 32-bit floats.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Sizes, outermost first.
    pub shape: Vec<usize>,
    /// Values in row-major order, as many as the product of the sizes.
    pub values: Vec<f32>,
}

/// All parameters of a network by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weights(BTreeMap<String, Tensor>);

/// Parameters of a batch norm, one value per channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchNorm<'a> {
    /// ε, added to the variance.
    pub epsilon: f64,
    /// γ, the scale.
    pub gamma: &'a [f32],
    /// β, the shift.
    pub beta: &'a [f32],
    /// The running mean.
    pub mean: &'a [f32],
    /// The running variance.
    pub variance: &'a [f32],
}

/// An error of a weights file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// The file is damaged or not a safetensors file.
    #[error("not a valid safetensors file: {0}")]
    Format(String),
    /// The file has a later format version.
    #[error(transparent)]
    Later(#[from] LaterFormat),
    /// A parameter is missing.
    #[error("`{name}` is missing{}; the network needs it with shape {shape:?}", near.as_ref().map(|n| format!(" (there is `{n}`)")).unwrap_or_default())]
    Missing {
        /// The parameter.
        name: String,
        /// Its shape.
        shape: Vec<usize>,
        /// The most similar name in the file, if there is one.
        near: Option<String>,
    },
    /// A parameter has a wrong shape.
    #[error("`{name}` has shape {found:?}; the network needs {wanted:?}")]
    Shape {
        /// The parameter.
        name: String,
        /// Its shape in the file.
        found: Vec<usize>,
        /// Its shape in the network.
        wanted: Vec<usize>,
    },
    /// A parameter has an unsupported data type.
    #[error("`{name}` has data type {found}; only F32 and F64 are supported")]
    Dtype {
        /// The parameter.
        name: String,
        /// Its data type in the file.
        found: String,
    },
    /// A value is infinite or NaN, or a variance is negative.
    #[error("`{name}` contains {value} at index {at}")]
    Value {
        /// The parameter.
        name: String,
        /// The value.
        value: f32,
        /// Index of the value.
        at: usize,
    },
    /// The file has a tensor that is not a parameter of the network.
    #[error("`{0}` is in the file but not in the network")]
    Unknown(String),
}

impl Weights {
    /// The values of the tensor `name`.
    ///
    /// # Panics
    /// If there is no such tensor. Weights are checked against their graph when they are created.
    #[must_use]
    #[expect(clippy::panic, reason = "names come from the graph that the weights were checked against")]
    pub fn values(&self, name: &str) -> &[f32] {
        match self.0.get(name) {
            Some(tensor) => &tensor.values,
            None => panic!("no parameter is called {name}"),
        }
    }

    /// The tensor `name`, if there is one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.0.get(name)
    }

    /// The tensor `name`, mutable, if there is one.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Tensor> {
        self.0.get_mut(name)
    }

    /// Inserts or replaces the tensor `name`.
    pub fn insert(&mut self, name: String, tensor: Tensor) {
        self.0.insert(name, tensor);
    }

    /// All tensors, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.0.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// The weights of `filters` of `op`, in the order OIHW.
    #[must_use]
    pub fn weight(&self, op: &Op, filters: &FilterLayer) -> &[f32] {
        self.values(&filters.weight(&op.name))
    }

    /// The biases of `filters` of `op`; empty if it has none, such as with batch norm.
    #[must_use]
    pub fn bias(&self, op: &Op, filters: &FilterLayer) -> &[f32] {
        self.get(&filters.bias(&op.name)).map_or(&[], |tensor| &tensor.values)
    }

    /// The batch norm of `op`, if it has one.
    #[must_use]
    pub fn batch_norm(&self, op: &Op) -> Option<BatchNorm<'_>> {
        let Norm::Batch { epsilon } = op.norm() else { return None };
        let part = |part: &str| self.values(&[&op.name, ".", part].concat());
        let [gamma, beta, mean, variance] = BATCH_NORM_PARTS.map(part);
        Some(BatchNorm { epsilon, gamma, beta, mean, variance })
    }

    /// Random initial weights for `graph`: uniform in ±1/√fan-in, as in PyTorch; γ is 1, β and biases are 0.
    #[must_use]
    pub fn random(graph: &Graph, seed: u32) -> Self {
        let mut weights = Self::default();
        for (index, param) in graph.params().into_iter().enumerate() {
            let values = initial(&param, seed, index as u64);
            weights.insert(param.name, Tensor { shape: param.shape, values });
        }
        weights
    }

    /// Parses the contents of a file and checks them against `graph`. Counters of PyTorch's batch norm and tensors
    /// with a `/` in their name (the state of an optimizer) are ignored.
    ///
    /// # Errors
    /// The first error or difference to `graph`.
    pub fn from_safetensors(bytes: &[u8], graph: &Graph) -> Result<Self, WeightsError> {
        let file = SafeTensors::deserialize(bytes).map_err(|error| WeightsError::Format(error.to_string()))?;
        if let Some(found) = notes(bytes).get(FORMAT) {
            let is_number = !found.is_empty() && found.bytes().all(|byte| byte.is_ascii_digit());
            if !is_number {
                return Err(WeightsError::Format(format!(
                    "their format, \"{}\", is not a number",
                    found.escape_debug()
                )));
            }
            // Digits beyond 64 bits are a later format, too.
            format::check("weights", found.parse().unwrap_or(u64::MAX), format::WEIGHTS)?;
        }
        let mut weights = Self::default();
        for param in graph.params() {
            let view = file.tensor(&param.name).map_err(|_| missing(&param, &file))?;
            if view.shape() != param.shape {
                let found = view.shape().to_vec();
                return Err(WeightsError::Shape { name: param.name, found, wanted: param.shape });
            }
            let values = numbers(&param.name, &view)?;
            let legal = |value: &f32| value.is_finite() && (param.role != Role::Variance || *value >= 0.0);
            if let Some(at) = values.iter().position(|value| !legal(value)) {
                return Err(WeightsError::Value { name: param.name, value: values[at], at });
            }
            weights.insert(param.name, Tensor { shape: param.shape, values });
        }
        let extra = file.names().into_iter().filter(|name| {
            weights.get(name).is_none() && !name.contains('/') && !name.ends_with(".num_batches_tracked")
        });
        match extra.min() {
            Some(name) => Err(WeightsError::Unknown(name.to_owned())),
            None => Ok(weights),
        }
    }

    /// The tensors of a file whose names begin with `prefix`.
    ///
    /// # Errors
    /// A damaged file, or a tensor that is not of floats.
    pub fn with_prefix(bytes: &[u8], prefix: &str) -> Result<Self, WeightsError> {
        let file = SafeTensors::deserialize(bytes).map_err(|error| WeightsError::Format(error.to_string()))?;
        let mut weights = Self::default();
        for (name, view) in file.iter().filter(|(name, _)| name.starts_with(prefix)) {
            let values = numbers(name, &view)?;
            weights.insert(name.to_owned(), Tensor { shape: view.shape().to_vec(), values });
        }
        Ok(weights)
    }

    /// Serialises the tensors and `metadata` to a safetensors file. Equal content gives equal bytes.
    ///
    /// # Errors
    /// Tensors that are too large for the format.
    pub fn to_safetensors(&self, metadata: &BTreeMap<String, String>) -> Result<Vec<u8>, WeightsError> {
        let wrong = |error: safetensors::SafeTensorError| WeightsError::Format(error.to_string());
        let bytes: Vec<(&str, &[usize], Vec<u8>)> = self
            .iter()
            .map(|(name, tensor)| {
                (name, tensor.shape.as_slice(), tensor.values.iter().flat_map(|v| v.to_le_bytes()).collect())
            })
            .collect();
        let mut views = Vec::with_capacity(bytes.len());
        for (name, shape, data) in &bytes {
            views.push((*name, TensorView::new(Dtype::F32, shape.to_vec(), data).map_err(wrong)?));
        }
        let mut notes = metadata.clone();
        notes.insert(FORMAT.to_owned(), format::WEIGHTS.to_string());
        // All metadata has a single key, since the order of a hash map with several entries varies.
        let text = serde_json::to_string(&notes).unwrap_or_default();
        safetensors::serialize(views, Some(HashMap::from([(METADATA.to_owned(), text)]))).map_err(wrong)
    }
}

/// The metadata passed to [`Weights::to_safetensors`]; empty if there is none.
#[must_use]
pub fn metadata(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut notes = notes(bytes);
    notes.remove(FORMAT);
    notes
}

/// The metadata of this program, including the format version.
fn notes(bytes: &[u8]) -> BTreeMap<String, String> {
    let header = SafeTensors::read_metadata(bytes).ok();
    let text = header.and_then(|(_, header)| header.metadata().as_ref()?.get(METADATA).cloned());
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

fn initial(param: &Param, seed: u32, index: u64) -> Vec<f32> {
    let count = param.values();
    match param.role {
        Role::Weight { fan_in } | Role::DepthwiseWeight { fan_in } => {
            let limit = (1.0 / fan_in as f64).sqrt() as f32;
            let mut stream = Stream::new(seed, Purpose::Weights, 0, index);
            (0..count).map(|_| stream.symmetric(limit)).collect()
        }
        Role::Scale | Role::Variance => vec![1.0; count],
        Role::Bias | Role::Shift | Role::Mean => vec![0.0; count],
    }
}

fn missing(param: &Param, file: &SafeTensors<'_>) -> WeightsError {
    let names = file.names();
    let likeness = |name: &str| strsim::jaro_winkler(name, &param.name);
    let near = names.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    WeightsError::Missing {
        name: param.name.clone(),
        shape: param.shape.clone(),
        near: near.filter(|name| likeness(name) > 0.8).map(ToOwned::to_owned),
    }
}

fn numbers(name: &str, view: &TensorView<'_>) -> Result<Vec<f32>, WeightsError> {
    let data = view.data();
    match view.dtype() {
        Dtype::F32 => Ok(data.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()),
        Dtype::F64 => Ok(data.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes) as f32).collect()),
        other => Err(WeightsError::Dtype { name: name.to_owned(), found: format!("{other:?}") }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::tests::graph_of;

    #[test]
    fn a_file_read_back_is_the_same_and_its_bytes_do_not_vary() {
        let graph = graph_of("squeeze", 5);
        let weights = Weights::random(&graph, 3);
        let notes = BTreeMap::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
        let bytes = weights.to_safetensors(&notes).unwrap();
        assert_eq!(bytes, weights.to_safetensors(&notes).unwrap());
        assert_eq!(Weights::from_safetensors(&bytes, &graph).unwrap(), weights);
        assert_eq!(metadata(&bytes), notes);
    }

    #[test]
    fn the_first_mismatch_is_explained() {
        let (pico, nano) = (graph_of("pico", 5), graph_of("nano", 5));
        let bytes = Weights::random(&pico, 0).to_safetensors(&BTreeMap::new()).unwrap();
        let error = Weights::from_safetensors(&bytes, &nano).unwrap_err().to_string();
        assert!(error.contains("`block3.depthwise.weight` is missing (there is `block"), "{error}");
        let error = Weights::from_safetensors(&bytes, &graph_of("pico", 7)).unwrap_err().to_string();
        assert_eq!(error, "`head.weight` has shape [5, 24]; the network needs [7, 24]");
        let bytes = Weights::random(&nano, 0).to_safetensors(&BTreeMap::new()).unwrap();
        let error = Weights::from_safetensors(&bytes, &pico).unwrap_err().to_string();
        assert!(error.contains("in the file but not in the network"), "{error}");
    }

    #[test]
    fn values_that_are_no_numbers_are_refused() {
        let graph = graph_of("pico", 5);
        let mut weights = Weights::random(&graph, 0);
        weights.0.get_mut("head.bias").unwrap().values[3] = f32::NAN;
        let bytes = weights.to_safetensors(&BTreeMap::new()).unwrap();
        let error = Weights::from_safetensors(&bytes, &graph).unwrap_err().to_string();
        assert_eq!(error, "`head.bias` contains NaN at index 3");
    }

    #[test]
    fn a_file_of_a_later_format_is_refused_by_name() {
        let graph = graph_of("pico", 5);
        let bytes = Weights::random(&graph, 0).to_safetensors(&BTreeMap::new()).unwrap();
        let later = String::from_utf8_lossy(&bytes).find(r#"format\":\"1"#).unwrap();
        let mut bytes = bytes;
        bytes[later + r#"format\":\""#.len()] = b'7';
        let error = Weights::from_safetensors(&bytes, &graph).unwrap_err().to_string();
        assert!(error.starts_with("weights of format 7, written by a later micromobilenet"), "{error}");
        bytes[later + r#"format\":\""#.len()] = b'x';
        let error = Weights::from_safetensors(&bytes, &graph).unwrap_err().to_string();
        assert!(error.contains("their format, \"x\", is not a number"), "{error}");
    }

    #[test]
    fn damaged_files_are_errors() {
        let graph = graph_of("pico", 5);
        let bytes = Weights::random(&graph, 0).to_safetensors(&BTreeMap::new()).unwrap();
        let mut huge = bytes.clone();
        huge[..8].copy_from_slice(&u64::MAX.to_le_bytes());
        for damaged in [&bytes[..4], &bytes[..100], &bytes[..bytes.len() - 1], &huge, b"".as_slice()] {
            assert!(matches!(Weights::from_safetensors(damaged, &graph), Err(WeightsError::Format(_))));
        }
    }
}
