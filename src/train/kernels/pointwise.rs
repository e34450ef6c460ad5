//! Pointwise (1×1) convolution of a band of pixels of one block, with fused operations: products are accumulated in
//! registers, norm and activation are applied when values are read, and sums are computed when they are written.

use super::load;
use super::rows::{self, BatchNormGrad, NormAct, Sums};
use crate::train::simd::{Kernel, LANES, Lane, Part, Simd};
use std::ops::Range;

/// Output channels computed together.
pub const GROUP: usize = 6;

/// Pixels computed together if there are enough registers.
const TILE: usize = 4;

/// Gradients whose products with values are computed together.
pub const HIGH: usize = 3;

/// Packs a weight matrix of `columns` columns in the order in which [`Forward`] reads it: for each group of up to
/// [`GROUP`] rows, column by column.
pub fn pack(weights: &[f32], columns: usize) -> Vec<f32> {
    let mut packed = vec![0.0; weights.len()];
    for (rows, out) in weights.chunks(GROUP * columns).zip(packed.chunks_mut(GROUP * columns)) {
        let size = rows.len() / columns;
        for (r, row) in rows.chunks_exact(columns).enumerate() {
            out[r..].iter_mut().step_by(size).zip(row).for_each(|(out, weight)| *out = *weight);
        }
    }
    packed
}

/// Packs the transposed matrix of `columns` rows, as [`Backward`] reads it.
pub fn pack_transposed(weights: &[f32], columns: usize) -> Vec<f32> {
    let rows = weights.len() / columns;
    let mut packed = vec![0.0; weights.len()];
    for (group, out) in packed.chunks_mut(GROUP * rows).enumerate() {
        let size = out.len() / rows;
        for (row, out) in weights.chunks_exact(columns).zip(out.chunks_exact_mut(size)) {
            out.copy_from_slice(&row[group * GROUP..][..size]);
        }
    }
    packed
}

/// Computes `output[o] = Σᵢ weights[o][i] · read(input[i])`, and Σ and Σ² of every output channel.
pub struct Forward<'a> {
    /// All input channels of the block, plane by plane.
    pub input: &'a [Lane],
    /// Norm and activation of each input channel.
    pub reads: &'a [NormAct],
    /// Pixels of a plane.
    pub pixels: usize,
    /// The pixels to compute.
    pub band: Range<usize>,
    /// One row per output channel, [packed](pack).
    pub weights: &'a [f32],
    /// The band of each output plane.
    pub output: Vec<&'a mut [Lane]>,
    /// Number of images in the block.
    pub images: usize,
    /// Scratch memory: a lane per input channel and pixel of the band.
    pub scratch: &'a mut [Lane],
}

impl Kernel for Forward<'_> {
    type Output = Vec<(f64, f64)>;
    #[inline(always)]
    fn run<S: Simd>(mut self, s: S) -> Self::Output {
        let (inputs, length) = (self.reads.len(), self.band.len());
        let values = &mut self.scratch[..inputs * length];
        gather(s, self.input, self.reads, self.pixels, &self.band, values);
        let mut moments = Vec::with_capacity(self.output.len());
        for (group, planes) in self.output.chunks_mut(GROUP).enumerate() {
            let weights = &self.weights[group * GROUP * inputs..][..planes.len() * inputs];
            mix(s, values, weights, length, planes);
            for plane in planes {
                let mut sums = Sums::default();
                rows::moments(s, plane, &mut sums);
                moments.push(sums.of(self.images));
            }
        }
        moments
    }
}

/// The band of every channel, with norm and activation applied.
#[inline(always)]
fn gather<S: Simd>(s: S, input: &[Lane], reads: &[NormAct], pixels: usize, band: &Range<usize>, out: &mut [Lane]) {
    let planes = input.chunks_exact(pixels).zip(out.chunks_exact_mut(band.len()));
    for ((plane, out), how) in planes.zip(reads) {
        rows::read(s, &plane[band.clone()], *how, out);
    }
}

/// `outputs[o] = Σᵢ weights[i][o] · values[i]` for one group of outputs.
#[inline(always)]
fn mix<S: Simd>(s: S, values: &[Lane], weights: &[f32], length: usize, outputs: &mut [&mut [Lane]]) {
    match outputs.len() {
        1 => mix_group::<S, 1>(s, values, weights, length, outputs),
        2 => mix_group::<S, 2>(s, values, weights, length, outputs),
        3 => mix_group::<S, 3>(s, values, weights, length, outputs),
        4 => mix_group::<S, 4>(s, values, weights, length, outputs),
        5 => mix_group::<S, 5>(s, values, weights, length, outputs),
        _ => mix_group::<S, GROUP>(s, values, weights, length, outputs),
    }
}

#[inline(always)]
fn mix_group<S: Simd, const O: usize>(
    s: S,
    values: &[Lane],
    weights: &[f32],
    length: usize,
    outputs: &mut [&mut [Lane]],
) {
    for part in s.parts() {
        let mut pixel = 0;
        if S::REGISTERS >= 32 {
            while pixel + TILE <= length {
                mix_tile::<S, O, TILE>(s, part, values, weights, length, pixel, outputs);
                pixel += TILE;
            }
        }
        while pixel + 2 <= length {
            mix_tile::<S, O, 2>(s, part, values, weights, length, pixel, outputs);
            pixel += 2;
        }
        if pixel < length {
            mix_tile::<S, O, 1>(s, part, values, weights, length, pixel, outputs);
        }
    }
}

#[inline(always)]
fn mix_tile<S: Simd, const O: usize, const P: usize>(
    s: S,
    part: Part<S>,
    values: &[Lane],
    weights: &[f32],
    length: usize,
    pixel: usize,
    outputs: &mut [&mut [Lane]],
) {
    let mut sums = [[s.splat(0.0); P]; O];
    for (plane, weights) in values.chunks_exact(length).zip(weights.as_chunks::<O>().0) {
        let plane = &plane[pixel..][..P];
        let x: [S::V; P] = load(s, plane, part);
        for o in 0..O {
            let weight = s.splat(weights[o]);
            for p in 0..P {
                sums[o][p] = s.fma(x[p], weight, sums[o][p]);
            }
        }
    }
    for (sums, plane) in sums.iter().zip(outputs) {
        let plane = &mut plane[pixel..][..P];
        for p in 0..P {
            s.store(sums[p], &mut plane[p], part);
        }
    }
}

/// Backward pass of a band: gradients of the weights and of the input.
pub struct Backward<'a> {
    /// All input channels of the block, plane by plane.
    pub input: &'a [Lane],
    /// Norm and activation of each input channel.
    pub reads: &'a [NormAct],
    /// The batch mean of each input channel.
    pub means: &'a [f32],
    /// Pixels of a plane.
    pub pixels: usize,
    /// The pixels of the band.
    pub band: Range<usize>,
    /// The gradient of the output planes of the block, after their norm.
    pub gradient: &'a [Lane],
    /// The output planes; empty without a norm.
    pub raw: &'a [Lane],
    /// The gradient of the norm of each output channel; empty without a norm.
    pub norm_grads: &'a [BatchNormGrad],
    /// The weights, whose rows are output channels, after [`pack_transposed`].
    pub weights: &'a [f32],
    /// Output: the gradient of the band of each input plane.
    pub below: Option<Vec<&'a mut [Lane]>>,
    /// Number of images in the block.
    pub images: usize,
    /// Scratch memory: a lane per channel (input and output) and pixel of the band, and [`HIGH`] per input channel.
    pub scratch: &'a mut [Lane],
}

/// Results of [`Backward`].
pub struct Gradients {
    /// The gradient of the weights, one row per output channel.
    pub weights: Vec<f32>,
    /// Σg and Σg·(x − mean) of every input channel.
    pub sums: Vec<(f64, f64)>,
}

impl Kernel for Backward<'_> {
    type Output = Gradients;
    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Gradients {
        let (inputs, length) = (self.reads.len(), self.band.len());
        let outputs = self.gradient.len() / self.pixels;
        let (values, rest) = self.scratch.split_at_mut(inputs * length);
        let (gradients, lanes) = rest.split_at_mut(outputs * length);
        gather(s, self.input, self.reads, self.pixels, &self.band, values);
        for (o, out) in gradients.chunks_exact_mut(length).enumerate() {
            let place = o * self.pixels + self.band.start..o * self.pixels + self.band.end;
            let raw = self.raw.get(place.clone()).unwrap_or(&[]);
            rows::norm_grad(s, &self.gradient[place], raw, self.norm_grads.get(o).copied(), self.images, out);
        }
        let mut weights = vec![0.0; inputs * outputs];
        products(s, values, gradients, length, &mut lanes[..HIGH * inputs], &mut weights);
        let mut of_inputs = Vec::new();
        if let Some(mut below) = self.below {
            of_inputs.reserve(inputs);
            for (group, planes) in below.chunks_mut(GROUP).enumerate() {
                let first = group * GROUP;
                let factors = &self.weights[first * outputs..][..planes.len() * outputs];
                mix(s, gradients, factors, length, planes);
                for (i, plane) in (first..).zip(planes) {
                    let mut sums = Sums::default();
                    let raw = &self.input[i * self.pixels..][self.band.clone()];
                    rows::activation_backward(s, raw, self.reads[i], self.means[i], plane, &mut sums);
                    of_inputs.push(sums.of(LANES));
                }
            }
        }
        Gradients { weights, sums: of_inputs }
    }
}

/// `sums[o][i]` = Σ over pixels and images of `gradients[o] · values[i]`; `lanes` is scratch memory of [`HIGH`] lanes
/// per input channel.
#[inline(always)]
fn products<S: Simd>(s: S, values: &[Lane], gradients: &[Lane], length: usize, lanes: &mut [Lane], sums: &mut [f32]) {
    let inputs = values.len() / length;
    // As many products as there are registers for, beside their factors.
    let wide = if S::REGISTERS >= 32 { 6 } else { 3 };
    for (gradients, sums) in gradients.chunks(HIGH * length).zip(sums.chunks_mut(HIGH * inputs)) {
        for (group, values) in values.chunks(wide * length).enumerate() {
            let lanes = &mut lanes[group * wide..];
            macro_rules! at {
                ($o:literal) => {
                    match values.len() / length {
                        1 => products_tile::<S, $o, 1>(s, values, gradients, length, lanes, inputs),
                        2 => products_tile::<S, $o, 2>(s, values, gradients, length, lanes, inputs),
                        3 => products_tile::<S, $o, 3>(s, values, gradients, length, lanes, inputs),
                        4 => products_tile::<S, $o, 4>(s, values, gradients, length, lanes, inputs),
                        5 => products_tile::<S, $o, 5>(s, values, gradients, length, lanes, inputs),
                        _ => products_tile::<S, $o, 6>(s, values, gradients, length, lanes, inputs),
                    }
                };
            }
            match gradients.len() / length {
                1 => at!(1),
                2 => at!(2),
                _ => at!(3),
            }
        }
        for (sum, lane) in sums.iter_mut().zip(&*lanes) {
            *sum = s.sum(lane);
        }
    }
}

/// The products of O gradients and I values, to the first I of every `inputs` lanes.
// The sums of the images follow after all tiles: sums kept for them would take registers from the next part.
#[inline(always)]
fn products_tile<S: Simd, const O: usize, const I: usize>(
    s: S,
    values: &[Lane],
    gradients: &[Lane],
    length: usize,
    lanes: &mut [Lane],
    inputs: usize,
) {
    let values: [&[Lane]; I] = planes(values, length);
    let gradients: [&[Lane]; O] = planes(gradients, length);
    for part in s.parts() {
        let mut products = [[s.splat(0.0); I]; O];
        for pixel in 0..length {
            let mut x = [s.splat(0.0); I];
            for i in 0..I {
                x[i] = s.load(&values[i][pixel], part);
            }
            for o in 0..O {
                let gradient = s.load(&gradients[o][pixel], part);
                for i in 0..I {
                    products[o][i] = s.fma(gradient, x[i], products[o][i]);
                }
            }
        }
        for o in 0..O {
            for i in 0..I {
                s.store(products[o][i], &mut lanes[o * inputs + i], part);
            }
        }
    }
}

/// The first N planes of `length` lanes each.
// Each is cut to `length`, so that the compiler knows it and checks no index within.
#[inline(always)]
fn planes<const N: usize>(lanes: &[Lane], length: usize) -> [&[Lane]; N] {
    let mut planes: [&[Lane]; N] = [&[]; N];
    for n in 0..N {
        planes[n] = &lanes[n * length..][..length];
    }
    planes
}
