//! Training with burn, on the backend `ndarray`.

use crate::layers::{CLASSES, Layer, Network};
use crate::{BATCH, RATE};
use burn::backend::{Autodiff, NdArray};
use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::optim::{GradientsParams, Optimizer as _, SgdConfig};
use burn::prelude::Backend;
use burn::tensor::{Distribution, Int, Tensor, activation};

type Cpu = Autodiff<NdArray<f32>>;

/// A step with at most one of each kind of parameters; `kind` tells what it does. Modules of burn cannot contain
/// themselves: a residual block is a step that keeps its input, those inside, and one that adds it.
#[derive(Module, Debug)]
struct Step<B: Backend> {
    kind: usize,
    conv: Option<Conv2d<B>>,
    expand: Option<Conv2d<B>>,
    norm: Option<BatchNorm<B, 2>>,
}

const CONV: usize = 0;
const NORM: usize = 1;
const RELU: usize = 2;
const RELU6: usize = 3;
const GATE: usize = 4;
const KEEP: usize = 5;
const ADD: usize = 6;

#[derive(Module, Debug)]
struct Net<B: Backend> {
    steps: Vec<Step<B>>,
    head: Linear<B>,
    has_max_pool: bool,
}

impl<B: Backend> Step<B> {
    const fn new(kind: usize) -> Self {
        Self { kind, conv: None, expand: None, norm: None }
    }

    /// Adds the steps of `layer`.
    fn add(layer: &Layer, epsilon: f64, device: &B::Device, steps: &mut Vec<Self>) {
        let pixel = |inputs: usize, outputs: usize| Conv2dConfig::new([inputs, outputs], [1, 1]).init(device);
        let step = match layer {
            Layer::Conv(conv) => {
                let config = Conv2dConfig::new([conv.inputs, conv.outputs], [conv.kernel, conv.kernel])
                    .with_stride([conv.stride, conv.stride])
                    .with_padding(PaddingConfig2d::Explicit(conv.pad, conv.pad))
                    .with_groups(conv.groups)
                    .with_bias(false);
                Self { conv: Some(config.init(device)), ..Self::new(CONV) }
            }
            Layer::Norm(channels) => {
                let config = BatchNormConfig::new(*channels).with_epsilon(epsilon);
                Self { norm: Some(config.init(device)), ..Self::new(NORM) }
            }
            Layer::Relu => Self::new(RELU),
            Layer::Relu6 => Self::new(RELU6),
            Layer::Gate(channels, hidden) => {
                let (reduce, expand) = (pixel(*channels, *hidden), pixel(*hidden, *channels));
                Self { conv: Some(reduce), expand: Some(expand), ..Self::new(GATE) }
            }
            Layer::Residual(layers) => {
                steps.push(Self::new(KEEP));
                layers.iter().for_each(|layer| Self::add(layer, epsilon, device, steps));
                Self::new(ADD)
            }
        };
        steps.push(step);
    }

    fn forward(&self, x: Tensor<B, 4>, kept: &mut Vec<Tensor<B, 4>>) -> Tensor<B, 4> {
        match (self.kind, &self.conv, &self.expand, &self.norm) {
            (CONV, Some(conv), ..) => conv.forward(x),
            (NORM, _, _, Some(norm)) => norm.forward(x),
            (RELU6, ..) => x.clamp(0.0, 6.0),
            (GATE, Some(reduce), Some(expand), _) => {
                let mean = x.clone().mean_dim(2).mean_dim(3);
                x * activation::sigmoid(expand.forward(activation::relu(reduce.forward(mean))))
            }
            (KEEP, ..) => {
                kept.push(x.clone());
                x
            }
            (ADD, ..) => x + kept.pop().expect("a kept map"),
            _ => activation::relu(x),
        }
    }
}

impl<B: Backend> Net<B> {
    fn of(network: &Network, device: &B::Device) -> Self {
        let mut steps = Vec::new();
        network.layers.iter().for_each(|layer| Step::add(layer, network.epsilon, device, &mut steps));
        let head = LinearConfig::new(network.features, CLASSES).init(device);
        Self { steps, head, has_max_pool: network.has_max_pool }
    }

    fn forward(&self, images: Tensor<B, 4>) -> Tensor<B, 2> {
        let mut kept = Vec::new();
        let map: Tensor<B, 3> = self.steps.iter().fold(images, |x, step| step.forward(x, &mut kept)).flatten(2, 3);
        let pooled = if self.has_max_pool { map.max_dim(2) } else { map.mean_dim(2) };
        self.head.forward(pooled.flatten(1, 2))
    }
}

/// A training step on random images.
pub fn step(network: &Network) -> impl FnMut() {
    let device = Default::default();
    let [channels, height, width] = network.input;
    let images = Tensor::<Cpu, 4>::random([BATCH, channels, height, width], Distribution::Default, &device);
    let labels = Tensor::<Cpu, 1, Int>::arange(0..BATCH as i64, &device).remainder_scalar(CLASSES as i64);
    let mut net = Some(Net::<Cpu>::of(network, &device));
    let mut optimiser = SgdConfig::new().init();
    let loss = CrossEntropyLossConfig::new().init(&device);
    move || {
        let own = net.take().expect("the network");
        let gradients = loss.forward(own.forward(images.clone()), labels.clone()).backward();
        let gradients = GradientsParams::from_grads(gradients, &own);
        net = Some(optimiser.step(RATE, own, gradients));
    }
}
