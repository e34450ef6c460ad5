//! Kernels of every instruction set compared with naive sums in f64.

use super::kernels::conv::{self, Gather, Pad, Spread, Taps};
use super::kernels::elementwise::{ActivationBackward, AddTo, Apply, Dot, Largest, Scale, Total};
use super::kernels::rows::{BatchNormGrad, Bounds, NormAct};
use super::kernels::{Planes, depthwise, pointwise};
use super::simd::{LANES, Lane, available, run_on};
use crate::config::Padding;
use crate::graph::Window;
use crate::random::{Purpose, Stream};
use proptest::prelude::*;

/// Planes of images as nested numbers.
type Plane = Vec<[f64; LANES]>;

fn lanes(stream: &mut Stream, count: usize) -> Vec<Lane> {
    (0..count).map(|_| Lane(std::array::from_fn(|_| stream.symmetric(1.0)))).collect()
}

fn numbers(stream: &mut Stream, count: usize) -> Vec<f32> {
    (0..count).map(|_| stream.symmetric(1.0)).collect()
}

fn read(stream: &mut Stream) -> NormAct {
    let bounds = Bounds { low: -0.3, high: 0.6 };
    NormAct { scale: stream.symmetric(2.0), shift: stream.symmetric(0.5), bounds, step: 0.0 }
}

fn norm_grad(stream: &mut Stream) -> BatchNormGrad {
    BatchNormGrad { mean: stream.symmetric(0.5), factors: std::array::from_fn(|_| stream.symmetric(1.0)) }
}

fn plain(plane: &[Lane]) -> Plane {
    plane.iter().map(|lane| lane.0.map(f64::from)).collect()
}

fn is_through(read: NormAct, x: f64) -> f64 {
    x.mul_add(f64::from(read.scale), f64::from(read.shift))
}

fn as_read(read: NormAct, plane: &[Lane]) -> Plane {
    let clamp = |x| is_through(read, x).clamp(f64::from(read.bounds.low), f64::from(read.bounds.high));
    plain(plane).into_iter().map(|lane| lane.map(clamp)).collect()
}

/// The gradient before batch norm.
fn pulled(gradient: &[Lane], raw: &[Lane], norm_grad: Option<BatchNormGrad>, images: usize) -> Plane {
    let Some(BatchNormGrad { mean, factors: [a, b, c] }) = norm_grad else { return plain(gradient) };
    let [mean, a, b, c] = [mean, a, b, c].map(f64::from);
    let pairs = plain(gradient).into_iter().zip(plain(raw));
    let lane = |(g, x): ([f64; LANES], [f64; LANES])| {
        std::array::from_fn(|i| if i < images { a * g[i] + b * (x[i] - mean) + c } else { 0.0 })
    };
    pairs.map(lane).collect()
}

/// Like [`close`], except if the value is so close to a bound that rounding decides.
fn gated(found: &[Lane], gradient: &Plane, raw: &[Lane], read: NormAct) -> Result<(), TestCaseError> {
    for ((found, gradient), x) in found.iter().zip(gradient).zip(plain(raw)) {
        for i in 0..LANES {
            let value = is_through(read, x[i]);
            let (low, high) = (f64::from(read.bounds.low), f64::from(read.bounds.high));
            if (value - low).abs() < 1e-5 || (value - high).abs() < 1e-5 {
                continue;
            }
            let expected = if low < value && value < high { gradient[i] } else { 0.0 };
            near(f64::from(found.0[i]), expected, 1.0)?;
        }
    }
    Ok(())
}

fn near(found: f64, expected: f64, terms: f64) -> Result<(), TestCaseError> {
    prop_assert!(
        (found - expected).abs() <= 2e-5 * expected.abs().max(terms).max(1.0),
        "{found} instead of {expected}"
    );
    Ok(())
}

fn close(found: &[Lane], expected: &Plane) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        for (found, expected) in found.0.iter().zip(expected) {
            near(f64::from(*found), *expected, 1.0)?;
        }
    }
    Ok(())
}

/// Compares the sums of a kernel with those of its output.
fn sums(
    found: (f64, f64),
    first: impl Fn(usize, usize) -> f64,
    second: impl Fn(usize, usize) -> f64,
    pixels: usize,
    images: usize,
) -> Result<(), TestCaseError> {
    let of = |f: &dyn Fn(usize, usize) -> f64| {
        (0..pixels).flat_map(|p| (0..images).map(move |i| (p, i))).map(|(p, i)| f(p, i)).sum::<f64>()
    };
    let terms = (pixels * images) as f64;
    near(found.0, of(&first), terms)?;
    near(found.1, of(&second), terms)
}

/// Σ and Σ² of `plane` over its first images.
fn moments(found: (f64, f64), plane: &[Lane], images: usize) -> Result<(), TestCaseError> {
    let x = plain(plane);
    sums(found, |p, i| x[p][i], |p, i| x[p][i] * x[p][i], plane.len(), images)
}

/// Σg and Σg·(x − mean).
fn products_of(found: (f64, f64), gradient: &[Lane], raw: &[Lane], mean: f32) -> Result<(), TestCaseError> {
    let (g, x) = (plain(gradient), plain(raw));
    sums(found, |p, i| g[p][i], |p, i| g[p][i] * (x[p][i] - f64::from(mean)), gradient.len(), LANES)
}

/// Calls `visit(output, input, tap)` for every product of a correlation.
fn correlation(planes: Planes, mut visit: impl FnMut(usize, usize, usize)) {
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

fn add(sum: &mut [f64; LANES], term: &[f64; LANES], factor: f32) {
    sum.iter_mut().zip(term).for_each(|(sum, term)| *sum += term * f64::from(factor));
}

fn dot(a: &[f64; LANES], b: &[f64; LANES]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

proptest! {
    #[test]
    fn depthwise_kernels_agree_with_naive_sums(
        height in 1usize..14, width in 1usize..14, kernel in prop::sample::select(vec![1usize, 3, 5]),
        stride in 1usize..4, same in any::<bool>(), is_normed in any::<bool>(), images in 1usize..=LANES,
        cut in 0usize..14, seed in any::<u32>(),
    ) {
        let window = Window::new(kernel, stride, if same { Padding::Same } else { Padding::Valid });
        let (Some(rows), Some(columns)) = (window.outputs(height), window.outputs(width)) else { return Ok(()) };
        let planes = Planes { window, input: (height, width), output: (rows, columns) };
        let mut stream = Stream::new(seed, Purpose::Weights, 0, 0);
        let (input, how, mean) = (lanes(&mut stream, height * width), read(&mut stream), stream.symmetric(0.5));
        let weights = numbers(&mut stream, kernel * kernel);
        let (gradient, raw) = (lanes(&mut stream, rows * columns), lanes(&mut stream, rows * columns));
        let norm = is_normed.then(|| norm_grad(&mut stream));
        let (x, d) = (as_read(how, &input), pulled(&gradient, &raw, norm, images));

        let mut output = vec![[0.0; LANES]; rows * columns];
        correlation(planes, |o, i, k| add(&mut output[o], &x[i], weights[k]));
        let mut below = vec![[0.0; LANES]; height * width];
        correlation(planes, |o, i, k| add(&mut below[i], &d[o], weights[k]));
        let mut taps = vec![0.0; kernel * kernel];
        correlation(planes, |o, i, k| taps[k] += dot(&d[o], &x[i]));

        let cut = cut.min(rows);
        for level in available() {
            let mut found = vec![Lane::ZERO; rows * columns];
            let mut flowing = vec![Lane([f32::NAN; LANES]); height * width];
            let mut scratch = vec![Lane([f32::NAN; LANES]); planes.backward_scratch()];
            let (mut of_output, mut of_input) = ((0.0, 0.0), (0.0, 0.0));
            let mut found_taps = vec![0.0; kernel * kernel];
            for band in [0..cut, cut..rows].into_iter().filter(|band| !band.is_empty()) {
                let output = &mut found[band.start * columns..band.end * columns];
                let part = run_on(level, depthwise::Forward {
                    planes, band: band.clone(), input: &input, read: how, weights: &weights, output, images,
                    scratch: &mut scratch,
                });
                of_output = (of_output.0 + part.0, of_output.1 + part.1);
                let rows = planes.input_rows(&band);
                let (taps, part) = run_on(level, depthwise::Backward {
                    planes, band, input: &input, read: how, mean, gradient: &gradient,
                    raw: if is_normed { &raw } else { &[] }, norm_grad: norm, weights: &weights,
                    below: &mut flowing[rows.start * width..rows.end * width], images, scratch: &mut scratch,
                });
                of_input = (of_input.0 + part.0, of_input.1 + part.1);
                found_taps.iter_mut().zip(taps).for_each(|(sum, tap)| *sum += f64::from(tap));
            }
            close(&found, &output)?;
            moments(of_output, &found, images)?;
            gated(&flowing, &below, &input, how)?;
            products_of(of_input, &flowing, &input, mean)?;
            for (found, expected) in found_taps.iter().zip(&taps) {
                near(*found, *expected, (rows * columns * LANES) as f64)?;
            }
        }
    }

    #[test]
    fn standard_kernels_agree_with_naive_sums(
        height in 1usize..9, width in 1usize..9, kernel in prop::sample::select(vec![1usize, 3, 5]),
        stride in 1usize..4, same in any::<bool>(), is_normed in any::<bool>(), images in 1usize..=LANES,
        inputs in 1usize..4, seed in any::<u32>(),
    ) {
        let window = Window::new(kernel, stride, if same { Padding::Same } else { Padding::Valid });
        let (Some(rows), Some(columns)) = (window.outputs(height), window.outputs(width)) else { return Ok(()) };
        let planes = Planes { window, input: (height, width), output: (rows, columns) };
        let mut stream = Stream::new(seed, Purpose::Weights, 0, 0);
        let (pixels, taps) = (height * width, kernel * kernel);
        let (input, how, mean) = (lanes(&mut stream, inputs * pixels), read(&mut stream), stream.symmetric(0.5));
        let weights = numbers(&mut stream, inputs * taps);
        let (gradient, raw) = (lanes(&mut stream, rows * columns), lanes(&mut stream, rows * columns));
        let norm = is_normed.then(|| norm_grad(&mut stream));
        let (x, d) = (as_read(how, &input), pulled(&gradient, &raw, norm, images));
        let mut output = vec![[0.0; LANES]; rows * columns];
        let mut of_taps = vec![0.0; inputs * taps];
        for i in 0..inputs {
            correlation(planes, |o, at, k| add(&mut output[o], &x[i * pixels + at], weights[i * taps + k]));
            correlation(planes, |o, at, k| of_taps[i * taps + k] += dot(&d[o], &x[i * pixels + at]));
        }
        // Two output channels with the same gradient contribute to the first input channel.
        let mut below = vec![[0.0; LANES]; pixels];
        correlation(planes, |o, i, k| add(&mut below[i], &d[o], weights[k] + weights[(inputs - 1) * taps + k]));

        for level in available() {
            let plane = planes.padded_width() * planes.padded_height();
            let mut padded = vec![Lane([f32::NAN; LANES]); inputs * plane];
            for (input, output) in input.chunks(pixels).zip(padded.chunks_mut(plane)) {
                run_on(level, Pad { planes, input, read: how, output });
            }
            let mut found = vec![Lane::ZERO; rows * columns];
            let of_output = run_on(level, conv::Forward { planes, input: &padded, weights: &weights, output: &mut found, images });
            close(&found, &output)?;
            moments(of_output, &found, images)?;
            let mut wide = vec![Lane([f32::NAN; LANES]); rows * planes.gradient_width()];
            let raw = if is_normed { &raw[..] } else { &[] };
            run_on(level, Gather { planes, gradient: &gradient, raw, norm_grad: norm, images, output: &mut wide });
            for (i, input) in padded.chunks(plane).enumerate() {
                let found = run_on(level, Taps { planes, input, gradient: &wide, scratch: &mut [Lane([f32::NAN; LANES]); 25] });
                for (found, expected) in found.iter().zip(&of_taps[i * taps..][..taps]) {
                    near(f64::from(*found), *expected, (rows * columns * LANES) as f64)?;
                }
            }
            let mut flowing = vec![Lane([f32::NAN; LANES]); pixels];
            let mut scratch = vec![Lane([f32::NAN; LANES]); planes.backward_scratch()];
            let twice = [&wide[..], &wide[..]].concat();
            let factors = [&weights[..taps], &weights[(inputs - 1) * taps..]].concat();
            let of_input = run_on(level, Spread {
                planes, gradient: &twice, weights: &factors, input: &input[..pixels], read: how, mean,
                below: &mut flowing, scratch: &mut scratch,
            });
            gated(&flowing, &below, &input[..pixels], how)?;
            products_of(of_input, &flowing, &input[..pixels], mean)?;
        }
    }

    #[test]
    fn pointwise_kernels_agree_with_naive_sums(
        pixels in 1usize..20, first in 0usize..20, inputs in 1usize..16, outputs in 1usize..16,
        is_normed in any::<bool>(), images in 1usize..=LANES, seed in any::<u32>(),
    ) {
        let band = first.min(pixels - 1)..pixels;
        let mut stream = Stream::new(seed, Purpose::Weights, 0, 0);
        let input = lanes(&mut stream, inputs * pixels);
        let reads: Vec<NormAct> = (0..inputs).map(|_| read(&mut stream)).collect();
        let means = numbers(&mut stream, inputs);
        let weights = numbers(&mut stream, inputs * outputs);
        let (gradient, raw) = (lanes(&mut stream, outputs * pixels), lanes(&mut stream, outputs * pixels));
        let norm_grads: Vec<BatchNormGrad> = if is_normed { (0..outputs).map(|_| norm_grad(&mut stream)).collect() } else { Vec::new() };
        let channel = |lanes: &[Lane], c: usize| lanes[c * pixels..][band.clone()].to_vec();
        let x: Vec<Plane> = (0..inputs).map(|i| as_read(reads[i], &channel(&input, i))).collect();
        let d: Vec<Plane> = (0..outputs)
            .map(|o| pulled(&channel(&gradient, o), &channel(&raw, o), norm_grads.get(o).copied(), images))
            .collect();
        let length = band.len();
        for level in available() {
            let mut scratch = vec![Lane([f32::NAN; LANES]); (inputs + outputs) * length + pointwise::HIGH * inputs];
            let mut found = vec![Lane::ZERO; outputs * length];
            let packed = pointwise::pack(&weights, inputs);
            let of_output = run_on(level, pointwise::Forward {
                input: &input, reads: &reads, pixels, band: band.clone(), weights: &packed,
                output: found.chunks_mut(length).collect(), images, scratch: &mut scratch,
            });
            for (o, found) in found.chunks(length).enumerate() {
                let mut expected = vec![[0.0; LANES]; length];
                for i in 0..inputs {
                    expected.iter_mut().zip(&x[i]).for_each(|(sum, x)| add(sum, x, weights[o * inputs + i]));
                }
                close(found, &expected)?;
                moments(of_output[o], found, images)?;
            }
            let packed = pointwise::pack_transposed(&weights, inputs);
            let mut below = vec![Lane::ZERO; inputs * length];
            let result = run_on(level, pointwise::Backward {
                input: &input, reads: &reads, means: &means, pixels, band: band.clone(), gradient: &gradient,
                raw: if is_normed { &raw } else { &[] }, norm_grads: &norm_grads, weights: &packed,
                below: Some(below.chunks_mut(length).collect()), images, scratch: &mut scratch,
            });
            for (i, below) in below.chunks(length).enumerate() {
                let mut expected = vec![[0.0; LANES]; length];
                for o in 0..outputs {
                    expected.iter_mut().zip(&d[o]).for_each(|(sum, d)| add(sum, d, weights[o * inputs + i]));
                    let product: f64 = d[o].iter().zip(&x[i]).map(|(d, x)| dot(d, x)).sum();
                    near(f64::from(result.weights[o * inputs + i]), product, (length * LANES) as f64)?;
                }
                let raw = channel(&input, i);
                gated(below, &expected, &raw, reads[i])?;
                products_of(result.sums[i], below, &raw, means[i])?;
            }
        }
    }

    #[test]
    fn rounded_values_are_the_nearest_multiples_of_the_step(
        pixels in 1usize..40, step in 0.001f32..0.2, seed in any::<u32>(),
    ) {
        let mut stream = Stream::new(seed, Purpose::Weights, 0, 0);
        let (input, how) = (lanes(&mut stream, pixels), read(&mut stream));
        let exact = as_read(how, &input);
        for level in available() {
            let mut found = vec![Lane::ZERO; pixels];
            run_on(level, Apply { input: &input, read: NormAct { step, ..how }, output: &mut found });
            let total = run_on(level, Total(&input, NormAct { step, ..how }));
            for i in 0..LANES {
                for (found, exact) in found.iter().zip(&exact) {
                    let (value, step) = (f64::from(found.0[i]), f64::from(step));
                    prop_assert!((value - exact[i]).abs() <= 0.5001 * step, "{value} for {}", exact[i]);
                    prop_assert!((value / step - (value / step).round()).abs() < 1e-3, "{value} by {step}");
                }
                near(f64::from(total.0[i]), found.iter().map(|lane| f64::from(lane.0[i])).sum(), pixels as f64)?;
            }
        }
    }

    #[test]
    fn elementwise_kernels_agree_with_naive_sums(pixels in 1usize..150, seed in any::<u32>()) {
        let mut stream = Stream::new(seed, Purpose::Weights, 0, 0);
        let (a, b) = (lanes(&mut stream, pixels), lanes(&mut stream, pixels));
        let (factor, shift, how) = (lanes(&mut stream, 1)[0], lanes(&mut stream, 1)[0], read(&mut stream));
        let mean = stream.symmetric(0.5);
        let (x, y) = (plain(&a), plain(&b));
        let (seen, added) = (as_read(how, &a), as_read(how, &b));
        let image = |i: usize, plane: &Plane| plane.iter().map(|lane| lane[i]).collect::<Vec<_>>();
        let each = |value: &dyn Fn(usize, usize) -> f64| -> Plane {
            (0..pixels).map(|p| std::array::from_fn(|i| value(p, i))).collect()
        };
        for level in available() {
            let mut found = vec![Lane::ZERO; pixels];
            run_on(level, Apply { input: &a, read: how, output: &mut found });
            close(&found, &seen)?;
            let (total, largest) = (run_on(level, Total(&a, how)), run_on(level, Largest(&a, how)));
            let product = run_on(level, Dot(&a, &b));
            for i in 0..LANES {
                near(f64::from(total.0[i]), image(i, &seen).iter().sum(), pixels as f64)?;
                near(f64::from(largest.0[i]), image(i, &seen).into_iter().fold(f64::MIN, f64::max), 1.0)?;
                near(f64::from(product.0[i]), (0..pixels).map(|p| x[p][i] * y[p][i]).sum(), pixels as f64)?;
            }
            run_on(level, Scale { input: &a, factor, shift, output: &mut found });
            close(&found, &each(&|p, i| x[p][i] * f64::from(factor.0[i]) + f64::from(shift.0[i])))?;
            let mut found = a.clone();
            run_on(level, AddTo { term: &b, read: how, sum: &mut found });
            close(&found, &each(&|p, i| x[p][i] + added[p][i]))?;
            let mut found = b.clone();
            let of = run_on(level, ActivationBackward { input: &a, read: how, mean, gradient: &mut found });
            gated(&found, &y, &a, how)?;
            products_of(of, &found, &a, mean)?;
        }
    }
}
