//! Kernels and layers against naive references and finite differences.

use super::kernels::batch_norm::{Apply, Bounds, Gate, InputGradient, Moments, Sums};
use super::kernels::elementwise::{AddTo, Dot, Largest, Scale, Total};
use super::kernels::plane::{Correlate, Planes, Scatter, Taps};
use super::kernels::pointwise::{Mix, MixTaps};
use super::network::{Network, values};
use super::simd::{LANES, Lane, available, run_on};
use crate::graph::{Graph, Weights, Window};
use crate::random::{Purpose, Stream};
use crate::spec::{Padding, Spec};
use dfdx::prelude::*;
use proptest::prelude::*;

fn lanes(stream: &mut Stream, count: usize) -> Vec<Lane> {
    (0..count).map(|_| Lane(std::array::from_fn(|_| stream.symmetric(1.0)))).collect()
}

fn numbers(stream: &mut Stream, count: usize) -> Vec<f32> {
    (0..count).map(|_| stream.symmetric(1.0)).collect()
}

fn close(found: &[Lane], expected: &[Lane]) -> Result<(), TestCaseError> {
    for (a, b) in found.iter().zip(expected) {
        for i in 0..LANES {
            prop_assert!((a.0[i] - b.0[i]).abs() <= 1e-4 * b.0[i].abs().max(1.0), "{} {}", a.0[i], b.0[i]);
        }
    }
    Ok(())
}

/// Calls `visit(output, input, tap)` for every product of a correlation.
fn products(planes: Planes, mut visit: impl FnMut(usize, usize, usize)) {
    let Planes { window, input: (height, width), output: (rows, columns) } = planes;
    for y in 0..rows {
        for x in 0..columns {
            for ky in 0..window.kernel {
                for kx in 0..window.kernel {
                    let at = |out: usize, k: usize| (out * window.stride + k).checked_sub(window.pad);
                    if let (Some(iy), Some(ix)) = (at(y, ky), at(x, kx))
                        && iy < height
                        && ix < width
                    {
                        visit(y * columns + x, iy * width + ix, ky * window.kernel + kx);
                    }
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn plane_kernels_agree_with_naive_sums(
        height in 1usize..14, width in 1usize..14,
        kernel in prop::sample::select(vec![1usize, 3, 5]), stride in 1usize..4,
        same in any::<bool>(), accumulate in any::<bool>(), seed in any::<u32>(),
    ) {
        let window = Window::new(kernel, stride, if same { Padding::Same } else { Padding::Valid });
        let (Some(rows), Some(columns)) = (window.outputs(height), window.outputs(width)) else { return Ok(()) };
        let planes = Planes { window, input: (height, width), output: (rows, columns) };
        let mut stream = Stream::new(seed, Purpose::Weights, 0, 0);
        let input = lanes(&mut stream, height * width);
        let output = lanes(&mut stream, rows * columns);
        let weights = numbers(&mut stream, kernel * kernel);

        let mut sums = if accumulate { output.clone() } else { vec![Lane::ZERO; rows * columns] };
        products(planes, |o, i, k| (0..LANES).for_each(|l| sums[o].0[l] += weights[k] * input[i].0[l]));
        let mut below = input.clone();
        products(planes, |o, i, k| (0..LANES).for_each(|l| below[i].0[l] += weights[k] * output[o].0[l]));
        let mut taps = vec![Lane::ZERO; kernel * kernel];
        products(planes, |o, i, k| (0..LANES).for_each(|l| taps[k].0[l] += output[o].0[l] * input[i].0[l]));

        for level in available() {
            let mut found = output.clone();
            run_on(level, Correlate { planes, input: &input, weights: &weights, output: &mut found, accumulate });
            close(&found, &sums)?;
            let mut found = input.clone();
            run_on(level, Scatter { planes, output: &output, weights: &weights, input: &mut found });
            close(&found, &below)?;
            let found = run_on(level, Taps { planes, input: &input, output: &output });
            close(&found[..kernel * kernel], &taps)?;
        }
    }

    #[test]
    fn pointwise_kernels_agree_with_naive_sums(
        pixels in 1usize..9, inputs in 1usize..14, outputs in 1usize..9, seed in any::<u32>(),
    ) {
        let mut stream = Stream::new(seed, Purpose::Weights, 0, 0);
        let input = lanes(&mut stream, inputs * pixels);
        let weights = numbers(&mut stream, inputs * outputs);
        let gradient = lanes(&mut stream, outputs * pixels);
        let mut sums = vec![Lane::ZERO; outputs * pixels];
        let mut taps = vec![0.0; inputs * outputs];
        for o in 0..outputs {
            for i in 0..inputs {
                for p in 0..pixels {
                    for l in 0..LANES {
                        sums[o * pixels + p].0[l] += weights[o * inputs + i] * input[i * pixels + p].0[l];
                        taps[o * inputs + i] += gradient[o * pixels + p].0[l] * input[i * pixels + p].0[l];
                    }
                }
            }
        }
        for level in available() {
            let mut found = vec![Lane::ZERO; outputs * pixels];
            run_on(level, Mix { input: &input, weights: &weights, output: &mut found, pixels });
            close(&found, &sums)?;
            let mut found = vec![0.0; inputs * outputs];
            run_on(level, MixTaps { input: &input, output: &gradient, sums: &mut found, pixels });
            for (a, b) in found.iter().zip(&taps) {
                prop_assert!((a - b).abs() <= 1e-3 * b.abs().max(1.0), "{a} {b}");
            }
        }
    }
}

/// The loss of `network` on a fixed batch, without touching its running statistics.
fn loss_of(graph: &Graph, weights: &Weights, rows: &[f32], targets: &[f32]) -> f64 {
    let mut network = Network::new(graph, weights);
    let batch = network.batch_of_rows(rows);
    let logits = network.train(batch, None);
    let (images, classes) = *logits.shape();
    let mut values = vec![0.0; images * classes];
    logits.copy_into(&mut values);
    let mut loss = 0.0;
    for (logits, targets) in values.chunks_exact(classes).zip(targets.chunks_exact(classes)) {
        let largest = logits.iter().copied().fold(f32::MIN, f32::max);
        let sum: f64 = logits.iter().map(|x| f64::from(x - largest).exp()).sum();
        loss -=
            logits.iter().zip(targets).map(|(x, t)| f64::from(*t) * (f64::from(x - largest) - sum.ln())).sum::<f64>();
    }
    loss / images as f64
}

#[test]
fn gradients_agree_with_finite_differences_on_odd_shapes() {
    // 19 images leave a block part empty; activations are smooth or far from their corners.
    let text = "[model]\ninput = { height = 9, width = 7, channels = 3 }\n[stem]\nfilters = 3\nkernel = 5\nstride = 2\nactivation = \"none\"\n\
        [[blocks]]\ntype = \"conv\"\nfilters = 5\nkernel = 3\nstride = 1\nactivation = \"none\"\n\
        [[blocks]]\ntype = \"conv\"\nfilters = 4\nkernel = 1\nstride = 2\nactivation = \"none\"\n";
    for (batch_norm, extra) in [
        (true, ""),
        (false, ""),
        (
            true,
            "[[blocks]]\ntype = \"bottleneck\"\nfilters = 4\nexpansion = 2\nsqueeze_excite = { after = \"project\", ratio = 2 }\n",
        ),
    ] {
        let text = format!("{text}{extra}[head]\npool = \"avg\"\n");
        let spec = Spec::parse("t", &text, &[format!("model.batch_norm={batch_norm}")]).unwrap();
        let graph = Graph::build(&spec, 3).unwrap();
        let weights = Weights::random(&graph, 5);
        let mut stream = Stream::new(9, Purpose::Augment, 0, 0);
        let images = 19;
        let rows = numbers(&mut stream, images * graph.input.values());
        let targets: Vec<f32> =
            (0..images).flat_map(|i| (0..3).map(move |c| f32::from(u8::from(i % 3 == c)))).collect();

        let mut network = Network::new(&graph, &weights);
        let batch = network.batch_of_rows(&rows);
        let logits = network.train(batch, None);
        let tensor = logits.device().tensor_from_vec(targets.clone(), (images, 3));
        let gradients = cross_entropy_with_logits_loss(logits, tensor).backward();
        for parameter in network.parameters().iter().filter(|parameter| parameter.about.role.is_trained()) {
            let name = &parameter.about.name;
            let analytic = values(&gradients.get(&parameter.tensor));
            let at = analytic.len() / 2;
            let moved = |by: f32| {
                let mut weights = weights.clone();
                let mut tensor = weights.get(name).unwrap().clone();
                tensor.values[at] += by;
                weights.insert(name.clone(), tensor);
                loss_of(&graph, &weights, &rows, &targets)
            };
            let step = 1e-3;
            let numeric = (moved(step) - moved(-step)) / (2.0 * f64::from(step));
            let error = (numeric - f64::from(analytic[at])).abs();
            assert!(error < 2e-3 + 0.03 * numeric.abs(), "{name}[{at}]: {} but {numeric} by differences", analytic[at]);
        }
    }
}

#[test]
fn a_gradient_does_not_depend_on_how_images_fall_into_blocks() {
    // The gradient of 20 images is the mean over those of two sets of ten without batch norm.
    let spec = Spec::parse("t", "[model]\nbatch_norm = false\ninput = { height = 8, width = 8, channels = 1 }\n[stem]\nfilters = 4\n[[blocks]]\ntype = \"separable\"\nfilters = 6\n", &[]).unwrap();
    let graph = Graph::build(&spec, 2).unwrap();
    let weights = Weights::random(&graph, 1);
    let mut stream = Stream::new(1, Purpose::Augment, 0, 0);
    let rows = numbers(&mut stream, 20 * 64);
    let gradient = |rows: &[f32]| -> Vec<f32> {
        let mut network = Network::new(&graph, &weights);
        let batch = network.batch_of_rows(rows);
        let logits = network.train(batch, None);
        let images = logits.shape().0;
        let targets = logits.device().tensor_from_vec([1.0, 0.0].repeat(images), (images, 2));
        let gradients = cross_entropy_with_logits_loss(logits, targets).backward();
        network.parameters().iter().flat_map(|parameter| values(&gradients.get(&parameter.tensor))).collect()
    };
    let whole = gradient(&rows);
    let (first, second) = (gradient(&rows[..640]), gradient(&rows[640..]));
    for ((whole, a), b) in whole.iter().zip(first).zip(second) {
        assert!((whole - f32::midpoint(a, b)).abs() < 1e-5);
    }
}

/// What a kernel for each image of a plane yields, by plain sums in double precision.
fn per_image(plane: &[Lane], value: impl Fn(&[f64]) -> f64) -> Lane {
    Lane(std::array::from_fn(|i| value(&plane.iter().map(|lane| f64::from(lane.0[i])).collect::<Vec<_>>()) as f32))
}

proptest! {
    #[test]
    fn norm_kernels_agree_with_naive_formulas(
        pixels in 1usize..150, images in 1usize..=LANES, seed in any::<u32>(), bounded in any::<bool>(),
        scale in -3f32..3.0, shift in -3f32..3.0,
    ) {
        let mut stream = Stream::new(seed, Purpose::Weights, 0, 0);
        let (input, gradient) = (lanes(&mut stream, pixels), lanes(&mut stream, pixels));
        let bounds = if bounded { Bounds { low: 0.0, high: 0.5 } } else { Bounds { low: f32::NEG_INFINITY, high: f32::INFINITY } };
        let clamp = |x: f32| x.max(bounds.low).min(bounds.high);
        let passes = |y: f32| bounds.low < y && y < bounds.high;
        let each = |value: &dyn Fn(f32, f32) -> f32| -> Vec<Lane> {
            input.iter().zip(&gradient).map(|(x, g)| Lane(std::array::from_fn(|i| value(x.0[i], g.0[i])))).collect()
        };
        let applied = each(&|x, _| clamp(x * scale + shift));
        let mean = 0.1_f32;
        for level in available() {
            let (sum, squares) = run_on(level, Moments { plane: &input, images });
            let numbers = input.iter().flat_map(|lane| lane.0[..images].iter().copied().map(f64::from));
            prop_assert!((sum - numbers.clone().sum::<f64>()).abs() < 1e-4 * pixels as f64);
            prop_assert!((squares - numbers.map(|x| x * x).sum::<f64>()).abs() < 1e-4 * pixels as f64);

            let mut found = vec![Lane::ZERO; pixels];
            run_on(level, Apply { input: &input, scale, shift, bounds, output: &mut found });
            close(&found, &applied)?;

            // The kernels below see the same output of the activation, so that its bounds agree.
            let gated: Vec<Lane> = found.iter().zip(&gradient)
                .map(|(y, g)| Lane(std::array::from_fn(|i| if passes(y.0[i]) { g.0[i] } else { 0.0 }))).collect();
            let mut flowing = gradient.clone();
            run_on(level, Gate { output: &found, bounds, gradient: &mut flowing });
            prop_assert_eq!(&flowing, &gated);
            let mut flowing = gradient.clone();
            let (sum, products) = run_on(level, Sums { input: &input, output: &found, mean, bounds, gradient: &mut flowing });
            prop_assert_eq!(&flowing, &gated);
            let pairs = || gated.iter().zip(&input).flat_map(|(g, x)| (0..LANES).map(move |i| (f64::from(g.0[i]), f64::from(x.0[i]))));
            prop_assert!((sum - pairs().map(|(g, _)| g).sum::<f64>()).abs() < 1e-4 * pixels as f64);
            prop_assert!((products - pairs().map(|(g, x)| g * (x - f64::from(mean))).sum::<f64>()).abs() < 1e-4 * pixels as f64);

            let mut flowing = gradient.clone();
            run_on(level, InputGradient { input: &input, mean, factors: [scale, shift, 0.25], images, gradient: &mut flowing });
            let mut expected = each(&|x, g| scale * g + (shift * (x - mean) + 0.25));
            for lane in &mut expected {
                lane.0[images..].fill(0.0);
            }
            close(&flowing, &expected)?;
        }
    }

    #[test]
    fn elementwise_kernels_agree_with_naive_sums(pixels in 1usize..70, seed in any::<u32>()) {
        let mut stream = Stream::new(seed, Purpose::Weights, 0, 0);
        let (a, b) = (lanes(&mut stream, pixels), lanes(&mut stream, pixels));
        let (factor, shift) = (lanes(&mut stream, 1)[0], lanes(&mut stream, 1)[0]);
        let products: Vec<Lane> = a.iter().zip(&b).map(|(a, b)| Lane(std::array::from_fn(|i| a.0[i] * b.0[i]))).collect();
        let sums: Vec<Lane> = a.iter().zip(&b).map(|(a, b)| Lane(std::array::from_fn(|i| a.0[i] + b.0[i]))).collect();
        let scaled: Vec<Lane> = a.iter().map(|a| Lane(std::array::from_fn(|i| a.0[i] * factor.0[i] + shift.0[i]))).collect();
        for level in available() {
            close(&[run_on(level, Total(&a))], &[per_image(&a, |x| x.iter().sum())])?;
            close(&[run_on(level, Dot(&a, &b))], &[per_image(&products, |x| x.iter().sum())])?;
            close(&[run_on(level, Largest(&a))], &[per_image(&a, |x| x.iter().copied().fold(f64::MIN, f64::max))])?;
            let mut found = vec![Lane::ZERO; pixels];
            run_on(level, Scale { input: &a, factor, shift, output: &mut found });
            close(&found, &scaled)?;
            let mut found = a.clone();
            run_on(level, AddTo { term: &b, sum: &mut found });
            close(&found, &sums)?;
        }
    }
}
