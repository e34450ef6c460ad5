//! Comparison with PyTorch in float64, for every file of `tests/golden`.

use super::network::{Network, values};
use crate::config::ConfigFile;
use crate::graph::{Graph, Weights};
use dfdx::prelude::*;
use safetensors::SafeTensors;
use serde_json::Value;
use std::fmt::Write as _;
use std::path::PathBuf;

struct Golden {
    name: String,
    bytes: Vec<u8>,
    network: Description,
}

/// How a file describes its network.
enum Description {
    /// A configuration, in the files of `tests/golden/make.py`.
    Config(String),
    /// JSON of the presets' stem, blocks and head.
    Spec(Value),
}

impl Golden {
    fn all() -> Vec<Self> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "safetensors"));
        paths.sort();
        let open = |path: &PathBuf| {
            let bytes = std::fs::read(path).unwrap();
            let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
            let metadata = header.metadata().as_ref().unwrap();
            let network = match metadata.get("config") {
                Some(text) => Description::Config(text.clone()),
                None => Description::Spec(serde_json::from_str(&metadata["spec"]).unwrap()),
            };
            Self { name: path.file_stem().unwrap().to_string_lossy().into_owned(), bytes, network }
        };
        let all: Vec<Self> = paths.iter().map(open).collect();
        assert!(all.len() >= 13, "only {} golden files", all.len());
        all
    }

    fn floats(&self, name: &str) -> Vec<f32> {
        let file = SafeTensors::deserialize(&self.bytes).unwrap();
        let view = file.tensor(name).unwrap_or_else(|_| panic!("{}: no {name}", self.name));
        view.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    }

    fn shape(&self, name: &str) -> Vec<usize> {
        SafeTensors::deserialize(&self.bytes).unwrap().tensor(name).unwrap().shape().to_vec()
    }

    fn labels(&self) -> Vec<usize> {
        let file = SafeTensors::deserialize(&self.bytes).unwrap();
        let data = file.tensor("labels").unwrap().data().to_vec();
        data.as_chunks().0.iter().map(|bytes| i32::from_le_bytes(*bytes) as usize).collect()
    }

    fn graph(&self) -> Graph {
        let (text, classes) = match &self.network {
            Description::Config(text) => (text.clone(), self.shape("eval/logits")[1]),
            Description::Spec(spec) => (self.text_of(spec), spec["classes"].as_u64().unwrap() as usize),
        };
        let file = ConfigFile::parse(&self.name, &text, &[]).unwrap_or_else(|error| panic!("{error}"));
        Graph::of_file(&file, classes).unwrap()
    }

    /// The configuration described by `spec`, as TOML.
    fn text_of(&self, spec: &Value) -> String {
        let shape = self.shape("input");
        let padding = |pad: &Value| if pad == 0 { "valid" } else { "same" };
        let activation = |on: &Value| if on == true { "relu6" } else { "none" };
        let stem = &spec["stem"];
        let mut text = format!(
            "[model]\ninput = {{ height = {}, width = {}, channels = {} }}\nbatch_norm = {}\n[stem]\nfilters = {}\nkernel = {}\nstride = {}\npadding = \"{}\"\nactivation = \"{}\"\n[head]\npool = {}\n",
            shape[2],
            shape[3],
            shape[1],
            spec["norm"],
            stem[0],
            stem[1],
            stem[2],
            padding(&stem[3]),
            activation(&stem[4]),
            spec["pool"]
        );
        for block in spec["blocks"].as_array().unwrap() {
            writeln!(
                text,
                "[[blocks]]\ntype = {}\nfilters = {}\nstride = {}",
                block["kind"], block["filters"], block["stride"]
            )
            .unwrap();
            for key in ["expansion", "kernel"] {
                if !block[key].is_null() {
                    writeln!(text, "{key} = {}", block[key]).unwrap();
                }
            }
            if !block["se"].is_null() {
                let (ratio, after) = (&block["se"]["ratio"], &block["se"]["after"]);
                writeln!(text, "squeeze_excite = {{ after = {after}, ratio = {ratio} }}").unwrap();
            }
        }
        text
    }

    fn network(&self) -> Network {
        let graph = self.graph();
        let mut weights = Weights::default();
        for param in graph.params() {
            let values = self.floats(&format!("param/{}", param.name));
            weights.insert(param.name, crate::graph::Tensor { shape: param.shape, values });
        }
        Network::new(&graph, &weights)
    }
}

fn near(name: &str, what: &str, found: &[f32], expected: &[f32], limit: f32) {
    assert_eq!(found.len(), expected.len(), "{name} {what}");
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= limit, "{name} {what}[{i}]: {a} instead of {b}");
    }
}

#[test]
fn logits_in_evaluation_agree_with_pytorch() {
    for golden in Golden::all() {
        let network = golden.network();
        let logits = network.evaluate(&network.batch_of_rows(&golden.floats("input")));
        near(&golden.name, "eval/logits", &logits, &golden.floats("eval/logits"), 1e-4);
    }
}

#[test]
fn the_float_reference_agrees_with_pytorch() {
    for golden in Golden::all() {
        let network = golden.network();
        let (graph, weights) = (network.graph(), network.weights());
        let input = golden.floats("input");
        let logits: Vec<f32> = input
            .chunks_exact(graph.input.values())
            .flat_map(|image| {
                let map = crate::graph::Map { shape: graph.input, values: image.to_vec() };
                graph.reference(&weights, &map).pop().unwrap().values
            })
            .collect();
        near(&golden.name, "reference", &logits, &golden.floats("eval/logits"), 1e-4);
    }
}

#[test]
fn a_training_step_agrees_with_pytorch() {
    for golden in Golden::all() {
        let mut network = golden.network();
        let batch = network.batch_of_rows(&golden.floats("input"));
        let logits = network.train(&batch, None);
        let (images, classes) = *logits.shape();
        let mut found = vec![0.0; images * classes];
        logits.copy_into(&mut found);
        near(&golden.name, "train/logits", &found, &golden.floats("train/logits"), 1e-4);

        let mut targets = vec![0.0; images * classes];
        golden.labels().iter().enumerate().for_each(|(image, label)| targets[image * classes + label] = 1.0);
        let targets = logits.device().tensor_from_vec(targets, (images, classes));
        let loss = cross_entropy_with_logits_loss(logits, targets);
        near(&golden.name, "train/loss", &[loss.array()], &golden.floats("train/loss"), 1e-4);
        let gradients = loss.backward();
        // A shift that a later batch norm removes has a gradient of rounding errors only; it is compared with the
        // norm of the whole gradient.
        let trained = network.parameters().iter().filter(|parameter| parameter.about.role.is_trained());
        let squares =
            trained.flat_map(|parameter| golden.floats(&format!("grad/{}", parameter.about.name))).map(|x| x * x);
        let rounding = 1e-6 * squares.sum::<f32>().sqrt();
        for parameter in network.parameters() {
            let name = &parameter.about.name;
            if parameter.about.role.is_trained() {
                let found = values(&gradients.get(&parameter.tensor));
                let expected = golden.floats(&format!("grad/{name}"));
                let norm = expected.iter().map(|x| x * x).sum::<f32>().sqrt();
                let error = found.iter().zip(&expected).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
                assert!(error <= 1e-3 * norm + rounding, "{} {name}: off by {error} of {norm}", golden.name);
            } else {
                near(&golden.name, name, &values(&parameter.tensor), &golden.floats(&format!("after/{name}")), 1e-5);
            }
        }
    }
}
