//! Networks to export: presets and random ones, with random weights, and images for them.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use micromobilenet::codegen::{Model, Provenance, symbols};
use micromobilenet::config::{Activation, ConfigFile, PRESETS, Plan, Resize, overrides};
use micromobilenet::data::Images;
use micromobilenet::graph::{Dense, Graph, Role, Tensor, Weights, softmax};
use micromobilenet::jobs::probe_images;
use micromobilenet::quant::{Calibration, Quantised, Settings, fold};
use micromobilenet::random::{Purpose, Stream};
use rayon::prelude::*;
use std::fmt::Write as _;

/// A network as it is exported.
pub struct Case {
    pub class: String,
    pub graph: Graph,
    pub weights: Weights,
    pub labels: Vec<String>,
    pub images: Vec<Vec<u8>>,
    /// The network in integers, where it is exported so.
    pub quantised: Option<Quantised>,
    pub plan: Plan,
    pub resize: Resize,
}

impl Case {
    pub fn new(class: &str, graph: &Graph, images: Vec<Vec<u8>>, seed: u32) -> Self {
        let (folded, weights) = fold(graph, &weights(graph, seed));
        let labels = (0..graph.classes).map(|label| format!("class {label}")).collect();
        Self {
            class: class.to_owned(),
            graph: folded,
            weights,
            labels,
            images,
            quantised: None,
            plan: Plan::Smallest,
            resize: Resize::Crop,
        }
    }

    pub fn preset(name: &str, count: usize) -> Self {
        let graph = preset(name, 5);
        let class = symbols::class_name("", &format!("{name}_net"));
        Self::new(&class, &graph, images(&graph, count, 1), 2)
    }

    /// A preset with the weights that ship.
    pub fn trained(name: &str, count: usize) -> Self {
        let path = format!("{}/assets/weights/{name}.safetensors", env!("CARGO_MANIFEST_DIR"));
        let graph = preset(name, 10);
        let weights = Weights::from_safetensors(&std::fs::read(path).unwrap(), &graph).unwrap();
        let (folded, weights) = fold(&graph, &weights);
        let class = symbols::class_name("", &format!("{name}_net"));
        Self { graph: folded, weights, ..Self::new(&class, &graph, images(&graph, count, 1), 2) }
    }

    /// The same network in integers, calibrated on its images.
    pub fn int8(mut self) -> Self {
        let input = self.graph.input;
        let images = Images {
            height: input.height,
            width: input.width,
            channels: input.channels,
            pixels: self.images.concat(),
            labels: vec![0; self.images.len()],
            names: vec![String::new(); self.images.len()],
            contents: Vec::new(),
        };
        let calibration = Calibration::of(&self.graph, &self.weights, &images, 16);
        self.quantised = Some(Quantised::of(&self.graph, &self.weights, &calibration, Settings::default()).unwrap());
        self
    }

    /// The same network with answers that depend on the image: convolutions make differences between
    /// images larger, which would else fade from layer to layer, and the head stretches what is left.
    pub fn vivid(mut self) -> Self {
        const GAIN: f32 = 4.0;
        for param in self.graph.params().iter().filter(|param| param.shape.len() == 4) {
            self.weights.get_mut(&param.name).unwrap().values.iter_mut().for_each(|value| *value *= GAIN);
        }
        let logits = |image: &Vec<u8>| {
            let maps = self.graph.reference(&self.weights, &self.graph.image_map(image));
            maps.last().unwrap().values.clone()
        };
        let some: Vec<Vec<f32>> = self.images.par_iter().take(100).map(logits).collect();
        let mean = |of: &dyn Fn(&Vec<f32>) -> f32| some.iter().map(of).sum::<f32>() / some.len() as f32;
        let means: Vec<f32> = (0..self.graph.classes).map(|class| mean(&|logits| logits[class])).collect();
        let variance = mean(&|logits| logits.iter().zip(&means).map(|(x, mean)| (x - mean).powi(2)).sum());
        let stretch = (self.graph.classes as f32 / variance).sqrt();
        self.weights.get_mut("head.weight").unwrap().values.iter_mut().for_each(|value| *value *= stretch);
        let biases = self.weights.get_mut("head.bias").unwrap();
        biases.values.iter_mut().zip(&means).for_each(|(bias, mean)| *bias = (*bias - mean) * stretch);
        self
    }

    /// The same network with a plan for the lowest latency.
    pub fn fast(mut self) -> Self {
        self.plan = Plan::LowestLatency;
        self
    }

    pub fn model(&self) -> Model<'_> {
        Model {
            graph: &self.graph,
            weights: &self.weights,
            quantised: self.quantised.as_ref(),
            plan: self.plan,
            resize: self.resize,
            class_name: self.class.clone(),
            labels: &self.labels,
            provenance: Provenance { accuracy: Some(0.5), data: "made up".into(), ..Provenance::default() },
        }
    }

    /// Probabilities of every image, one after the other.
    pub fn expected(&self) -> Vec<f32> {
        let probabilities = |image: &Vec<u8>| {
            let maps = self.graph.reference(&self.weights, &self.graph.image_map(image));
            softmax(&maps.last().unwrap().values)
        };
        self.images.par_iter().map(probabilities).collect::<Vec<_>>().concat()
    }
}

/// A small network with everything drawn at random.
pub fn random_case(number: u32) -> Case {
    for attempt in 0.. {
        let mut stream = Stream::new(number, Purpose::Order, attempt, 0);
        let mut one_of = |choices: &[&str]| choices[stream.below(choices.len())].to_owned();
        let sides = ["7", "9", "12", "16", "21"];
        let channels = if number.is_multiple_of(2) { "3" } else { "1" };
        let mut text = format!(
            "[model]\ninput = {{ height = {}, width = {}, channels = {channels} }}\nbatch_norm = {}\n",
            one_of(&sides),
            one_of(&sides),
            one_of(&["true", "true", "false"]),
        );
        let (mean, std) = match (number % 3, channels) {
            (0, "3") => ("[0.4, 0.5, 0.6]", "[0.2, 0.3, 0.25]"),
            (0, _) => ("0.0", "1.0"),
            _ => ("0.45", "0.3"),
        };
        writeln!(text, "[data]\nmean = {mean}\nstd = {std}").unwrap();
        writeln!(text, "[head]\npool = \"{}\"", one_of(&["max", "avg"])).unwrap();
        let activation = ["none", "relu", "relu6"];
        let window = |one_of: &mut dyn FnMut(&[&str]) -> String| {
            format!(
                "kernel = {}\nstride = {}\npadding = \"{}\"\n",
                one_of(&["1", "3", "5"]),
                one_of(&["1", "1", "2", "3"]),
                one_of(&["same", "valid"])
            )
        };
        write!(text, "[stem]\nfilters = {}\n{}", one_of(&["3", "4", "6"]), window(&mut one_of)).unwrap();
        writeln!(text, "activation = \"{}\"", one_of(&activation)).unwrap();
        for block in 0..4 {
            let kind = one_of(&["separable", "bottleneck", "bottleneck", "conv"]);
            write!(text, "[[blocks]]\ntype = \"{kind}\"\nfilters = {}\n", one_of(&["1", "4", "6"])).unwrap();
            // Every second bottleneck keeps its size, so that skips are added.
            text += &if block % 2 == 0 { "kernel = 3\n".to_owned() } else { window(&mut one_of) };
            match kind.as_str() {
                "conv" => writeln!(text, "activation = \"{}\"", one_of(&activation)).unwrap(),
                "bottleneck" => {
                    writeln!(text, "expansion = {}\nrepeat = 2", one_of(&["1", "2", "4"])).unwrap();
                    let after = one_of(&["depthwise", "project"]);
                    let ratio = one_of(&["1", "2", "4"]);
                    writeln!(text, "squeeze_excite = {{ after = \"{after}\", ratio = {ratio} }}").unwrap();
                }
                _ => {}
            }
        }
        let spec = ConfigFile::parse("random.toml", &text, &[]).unwrap();
        if let Ok(graph) = Graph::of_file(&spec, 2 + number as usize % 4) {
            let hidden =
                [Dense::hidden(7, Activation::Relu), Dense::hidden(2 + number as usize % 9, Activation::Relu6)];
            // Every fifth network has two dense layers and every tenth three.
            let hidden = match number % 10 {
                4 => &hidden[..1],
                9 => &hidden[..],
                _ => &[],
            };
            let graph = graph.with_hidden(hidden).unwrap();
            let case = Case::new(&format!("Random{number}"), &graph, images(&graph, 40, number), number);
            // Rectifiers may leave nothing of the image: such a network tests nothing.
            let expected = case.expected();
            let first = &expected[..graph.classes];
            if expected.chunks(graph.classes).filter(|other| *other != first).count() > 10 {
                return case;
            }
        }
    }
    unreachable!("some attempt gives a network");
}

/// The network of a preset.
pub fn preset(name: &str, classes: usize) -> Graph {
    preset_with(name, &[], classes)
}

/// The network of a preset with some keys set to other values.
pub fn preset_with(name: &str, sets: &[&str], classes: usize) -> Graph {
    let text = PRESETS.iter().find(|(known, _)| *known == name).unwrap().1;
    Graph::of_file(&ConfigFile::parse(name, text, &overrides(sets).unwrap()).unwrap(), classes).unwrap()
}

/// Random weights with random biases and statistics of batch norm.
pub fn weights(graph: &Graph, seed: u32) -> Weights {
    let mut weights = Weights::random(graph, seed);
    for (index, param) in graph.params().into_iter().enumerate() {
        let (low, high) = match param.role {
            Role::Scale | Role::Variance => (0.5, 1.5),
            Role::Bias | Role::Shift | Role::Mean => (-0.5, 0.5),
            _ => continue,
        };
        let mut stream = Stream::new(seed, Purpose::Weights, 1, index as u64);
        let values = (0..param.values()).map(|_| low + (high - low) * stream.uniform()).collect();
        weights.insert(param.name, Tensor { shape: param.shape, values });
    }
    weights
}

/// `count` images for `graph`: see [`probe_images`].
pub fn images(graph: &Graph, count: usize, seed: u32) -> Vec<Vec<u8>> {
    probe_images(graph.input, count, seed)
}
