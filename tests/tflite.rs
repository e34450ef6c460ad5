//! Every layer of four int8 networks against TensorFlow Lite's reference kernels, byte for byte.
//!
//! The files under `golden/int8` hold a converted network (`const/tensorN`), every tensor it made
//! of four images (`imageK/tensorN`), and as metadata the list of operations and the scale and
//! zero point of every tensor. They do not say strides, padding or clamps: those follow from
//! shapes and from where the output's scale ends.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what is wrong with a golden file fails the test")]

use micromobilenet::contract::TABLE;
use micromobilenet::contract::tflite::{self, Multiplier};
use micromobilenet::graph::{Shape, Source, Window};
use micromobilenet::quant::{Filters, Kind, Op, QuantParams, Requantise};
use safetensors::SafeTensors;
use serde_json::Value;
use std::collections::BTreeMap;

/// A converted network and what it made.
struct Golden<'a> {
    name: &'a str,
    file: SafeTensors<'a>,
    ops: Vec<Value>,
    tensors: Value,
    images: usize,
}

impl<'a> Golden<'a> {
    fn open(name: &'a str, bytes: &'a [u8]) -> Self {
        let file = SafeTensors::deserialize(bytes).unwrap();
        let (_, header) = SafeTensors::read_metadata(bytes).unwrap();
        let metadata = header.metadata().clone().unwrap();
        let json = |key: &str| -> Value { serde_json::from_str(&metadata[key]).unwrap() };
        let images = (0..1_000).take_while(|k| file.tensor(&format!("image{k}/tensor0")).is_ok()).count();
        let ops = json("ops").as_array().unwrap().clone();
        Self { name, tensors: json("tensors"), ops, images, file }
    }

    fn bytes(&self, key: &str) -> Vec<i8> {
        self.file.tensor(key).unwrap().data().iter().map(|byte| byte.cast_signed()).collect()
    }

    fn made(&self, image: usize, tensor: u64) -> Vec<i8> {
        self.bytes(&format!("image{image}/tensor{tensor}"))
    }

    fn integers(&self, tensor: u64) -> Vec<i32> {
        let view = self.file.tensor(&format!("const/tensor{tensor}")).unwrap();
        view.data().chunks(4).map(|bytes| i32::from_le_bytes(bytes.try_into().unwrap())).collect()
    }

    fn dimensions(&self, tensor: u64) -> Vec<usize> {
        let shape = &self.tensors[tensor.to_string()]["shape"];
        shape.as_array().unwrap().iter().map(|size| size.as_u64().unwrap() as usize).collect()
    }

    fn shape(&self, tensor: u64) -> Shape {
        let sizes = self.dimensions(tensor);
        Shape::new(sizes[3], sizes[1], sizes[2])
    }

    /// The scales as TensorFlow Lite holds them: single precision.
    fn scales(&self, tensor: u64) -> Vec<f64> {
        let scales = &self.tensors[tensor.to_string()]["scales"];
        scales.as_array().unwrap().iter().map(|scale| f64::from(scale.as_f64().unwrap() as f32)).collect()
    }

    fn quantum(&self, tensor: u64) -> QuantParams {
        let zero = self.tensors[tensor.to_string()]["zero_points"][0].as_i64().unwrap();
        QuantParams { scale: self.scales(tensor)[0], zero: i8::try_from(zero).unwrap() }
    }
}

/// The window with which `kernel` makes `output` of `input`: without padding where one fits,
/// else with the same on both sides.
fn window(input: Shape, output: Shape, kernel: usize) -> Window {
    let strides = |pad| (1..4).map(move |stride| Window { kernel, stride, pad });
    let fits = |window: &Window| {
        window.outputs(input.height) == Some(output.height) && window.outputs(input.width) == Some(output.width)
    };
    strides(0).chain(strides(kernel / 2)).find(fits).unwrap()
}

/// `[o][h][w][i]`, or `[1][h][w][o]` of a depthwise convolution, as OIHW.
fn reorder(weights: &[i8], sizes: &[usize], depthwise: bool) -> Vec<i8> {
    let (outputs, inputs) = if depthwise { (sizes[3], 1) } else { (sizes[0], sizes[3]) };
    let (height, width) = (sizes[1], sizes[2]);
    let mut reordered = Vec::with_capacity(weights.len());
    for o in 0..outputs {
        for i in 0..inputs {
            for y in 0..height {
                for x in 0..width {
                    reordered.push(
                        weights[if depthwise {
                            (y * width + x) * outputs + o
                        } else {
                            ((o * height + y) * width + x) * inputs + i
                        }],
                    );
                }
            }
        }
    }
    reordered
}

/// A convolution of the file as ours.
fn convolution(golden: &Golden<'_>, inputs: &[u64], output: u64, depthwise: bool) -> Op {
    let (from, to) = (golden.quantum(inputs[0]), golden.quantum(output));
    let (input, shape) = (golden.shape(inputs[0]), golden.shape(output));
    let sizes = golden.dimensions(inputs[1]);
    let scales = golden.scales(inputs[1]);
    let requantise = golden.integers(inputs[2]).into_iter().zip(&scales).map(|(bias, scale)| {
        let multiplier = Multiplier::new(from.scale * scale / to.scale);
        Requantise::Tflite(tflite::Requantise { bias, multiplier, zero: to.zero })
    });
    let filters = Filters {
        weights: reorder(&golden.bytes(&format!("const/tensor{}", inputs[1])), &sizes, depthwise),
        requantise: requantise.collect(),
        sums: Vec::new(),
        scales,
    };
    assert!(filters.weights.iter().all(|weight| *weight >= -127));
    let window = window(input, shape, sizes[1]);
    let kind = if depthwise { Kind::Depthwise { window, filters } } else { Kind::Conv { window, filters } };
    let zeros = vec![from.zero; input.channels];
    Op { name: String::new(), kind, inputs: vec![Source::Image], zeros, input, output: shape, quantum: to }
}

/// `map` with rows and columns of `zero` around it, `before` and `after` each side.
fn pad(map: &[i8], shape: Shape, paddings: &[i32], zero: i8) -> Vec<i8> {
    let side = |at: usize| (paddings[at] as usize, paddings[at + 1] as usize);
    let ((top, bottom), (left, right)) = (side(2), side(4));
    let row = (left + shape.width + right) * shape.channels;
    let mut padded = vec![zero; top * row];
    for line in map.chunks(shape.width * shape.channels) {
        padded.extend(std::iter::repeat_n(zero, left * shape.channels));
        padded.extend_from_slice(line);
        padded.extend(std::iter::repeat_n(zero, right * shape.channels));
    }
    padded.extend(std::iter::repeat_n(zero, bottom * row));
    padded
}

/// Repeats every operation on every image; how often each kind was compared.
fn compare(golden: &Golden<'_>) -> BTreeMap<String, usize> {
    let mut compared = BTreeMap::new();
    for entry in &golden.ops {
        let tensors = |key: &str| -> Vec<u64> {
            entry[key].as_array().unwrap().iter().map(|tensor| tensor.as_u64().unwrap()).collect()
        };
        let (kind, inputs, output) = (entry["op"].as_str().unwrap(), tensors("inputs"), tensors("outputs")[0]);
        let op = match kind {
            "CONV_2D" => Some(convolution(golden, &inputs, output, false)),
            "DEPTHWISE_CONV_2D" => Some(convolution(golden, &inputs, output, true)),
            "MAX_POOL_2D" => {
                let (input, shape) = (golden.shape(inputs[0]), golden.shape(output));
                assert_eq!((shape.height, shape.width), (1, 1), "the family pools globally");
                let zeros = vec![golden.quantum(inputs[0]).zero; input.channels];
                let (kind, quantum) = (Kind::MaxPool, golden.quantum(output));
                Some(Op {
                    name: String::new(),
                    kind,
                    inputs: vec![Source::Image],
                    zeros,
                    input,
                    output: shape,
                    quantum,
                })
            }
            "PAD" | "SOFTMAX" | "RESHAPE" => None,
            "SHAPE" | "STRIDED_SLICE" | "PACK" => continue,
            other => panic!("{other} is not known here"),
        };
        for image in 0..golden.images {
            let map = golden.made(image, inputs[0]);
            let ours = match (&op, kind) {
                (Some(op), _) => op.run(&[&map], 0, &[0; TABLE]),
                (None, "PAD") => {
                    let zero = golden.quantum(output).zero;
                    pad(&map, golden.shape(inputs[0]), &golden.integers(inputs[1]), zero)
                }
                (None, "SOFTMAX") => tflite::softmax(&map, golden.quantum(inputs[0]).scale as f32),
                _ => map,
            };
            assert_eq!(ours, golden.made(image, output), "{} image {image}: {kind} tensor {output}", golden.name);
        }
        *compared.entry(kind.to_owned()).or_default() += golden.images;
    }
    compared
}

#[test]
fn every_layer_of_every_net_is_tensorflow_lites_byte_for_byte() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/int8");
    let mut compared = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let golden = Golden::open(&name, &bytes);
        assert_eq!(golden.images, 4, "{name}");
        for (kind, count) in compare(&golden) {
            *compared.entry(kind).or_insert(0) += count;
        }
    }
    let expected = [
        ("CONV_2D", 140),
        ("DEPTHWISE_CONV_2D", 108),
        ("MAX_POOL_2D", 16),
        ("PAD", 48),
        ("RESHAPE", 16),
        ("SOFTMAX", 16),
    ];
    let expected = expected.map(|(kind, count)| (kind.to_owned(), count));
    assert_eq!(compared.into_iter().collect::<Vec<_>>(), expected);
}
