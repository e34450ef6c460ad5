//! Training with candle.

use crate::layers::{CLASSES, Layer, Network};
use crate::{BATCH, RATE};
use candle_core::{D, DType, Device, Result, Tensor};
use candle_nn::{BatchNormConfig, Conv2dConfig, Module as _, ModuleT as _, Optimizer as _, SGD, VarBuilder, VarMap};

type Step = Box<dyn Fn(&Tensor) -> Result<Tensor>>;

/// The function of `layers`, whose parameters are named after `path`.
fn function(layers: &[Layer], epsilon: f64, path: VarBuilder<'_>) -> Result<Step> {
    let steps = layers.iter().enumerate().map(|(index, layer)| step_of(layer, epsilon, path.pp(index)));
    let steps: Vec<Step> = steps.collect::<Result<_>>()?;
    Ok(Box::new(move |x| steps.iter().try_fold(x.clone(), |x, step| step(&x))))
}

fn step_of(layer: &Layer, epsilon: f64, path: VarBuilder<'_>) -> Result<Step> {
    Ok(match layer {
        Layer::Conv(conv) => {
            let config =
                Conv2dConfig { padding: conv.pad, stride: conv.stride, groups: conv.groups, ..Conv2dConfig::default() };
            let made = candle_nn::conv2d_no_bias(conv.inputs, conv.outputs, conv.kernel, config, path)?;
            Box::new(move |x| made.forward(x))
        }
        Layer::Norm(channels) => {
            let config = BatchNormConfig { eps: epsilon, ..BatchNormConfig::default() };
            let made = candle_nn::batch_norm(*channels, config, path)?;
            Box::new(move |x| made.forward_t(x, true))
        }
        Layer::Relu => Box::new(Tensor::relu),
        Layer::Relu6 => Box::new(|x| x.clamp(0f32, 6f32)),
        Layer::Gate(channels, hidden) => {
            let reduce = candle_nn::conv2d(*channels, *hidden, 1, Conv2dConfig::default(), path.pp("reduce"))?;
            let expand = candle_nn::conv2d(*hidden, *channels, 1, Conv2dConfig::default(), path.pp("expand"))?;
            Box::new(move |x| {
                let mean = x.mean_keepdim(D::Minus1)?.mean_keepdim(D::Minus2)?;
                let gates = candle_nn::ops::sigmoid(&expand.forward(&reduce.forward(&mean)?.relu()?)?)?;
                x.broadcast_mul(&gates)
            })
        }
        Layer::Residual(layers) => {
            let inside = function(layers, epsilon, path)?;
            Box::new(move |x| x + inside(x)?)
        }
    })
}

/// A training step on random images.
pub fn step(network: &Network) -> impl FnMut() {
    let device = Device::Cpu;
    let variables = VarMap::new();
    let path = VarBuilder::from_varmap(&variables, DType::F32, &device);
    let body = function(&network.layers, network.epsilon, path.pp("body")).expect("layers");
    let head = candle_nn::linear(network.features, CLASSES, path.pp("head")).expect("a head");
    let [channels, height, width] = network.input;
    let images = Tensor::rand(0f32, 1f32, (BATCH, channels, height, width), &device).expect("images");
    let labels: Vec<u32> = (0..BATCH as u32).map(|at| at % CLASSES as u32).collect();
    let labels = Tensor::new(labels, &device).expect("labels");
    let mut optimiser = SGD::new(variables.all_vars(), RATE).expect("an optimiser");
    let has_max_pool = network.has_max_pool;
    move || {
        let mut step = || -> Result<()> {
            let map = body(&images)?.flatten_from(2)?;
            let pooled = if has_max_pool { map.max(D::Minus1)? } else { map.mean(D::Minus1)? };
            let loss = candle_nn::loss::cross_entropy(&head.forward(&pooled)?, &labels)?;
            optimiser.backward_step(&loss)
        };
        step().expect("a step");
    }
}
