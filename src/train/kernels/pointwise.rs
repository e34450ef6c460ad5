//! 1×1 convolution as outer products held in registers.

use crate::train::simd::{Kernel, Lane, Simd};

/// Output channels of one unit.
pub const GROUP: usize = 8;

/// `output[o] = Σᵢ weights[o][i] · input[i]` for up to [`GROUP`] output channels of one block; with
/// transposed weights, the gradient of the input.
pub struct Mix<'a> {
    /// All input channels of the block, plane by plane.
    pub input: &'a [Lane],
    /// One row of factors an output channel.
    pub weights: &'a [f32],
    /// The output planes.
    pub output: &'a mut [Lane],
    /// Pixels of a plane.
    pub pixels: usize,
}

impl Kernel for Mix<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let inputs = self.input.len() / self.pixels;
        let mut outputs = self.output;
        let mut weights = self.weights;
        while !outputs.is_empty() {
            let channels = outputs.len() / self.pixels;
            let step = if channels >= 8 {
                8
            } else if channels >= 4 {
                4
            } else {
                1
            };
            let (out, rest) = outputs.split_at_mut(step * self.pixels);
            let (rows, rest_weights) = weights.split_at(step * inputs);
            match step {
                8 => tile::<S, 8>(s, self.input, rows, out, self.pixels),
                4 => tile::<S, 4>(s, self.input, rows, out, self.pixels),
                _ => tile::<S, 1>(s, self.input, rows, out, self.pixels),
            }
            outputs = rest;
            weights = rest_weights;
        }
    }
}

/// O output channels, two pixels at a time.
#[inline(always)]
fn tile<S: Simd, const O: usize>(s: S, input: &[Lane], weights: &[f32], output: &mut [Lane], pixels: usize) {
    let inputs = input.len() / pixels;
    let rows: [&[f32]; O] = std::array::from_fn(|o| &weights[o * inputs..(o + 1) * inputs]);
    let mut pixel = 0;
    while pixel + 2 <= pixels {
        let mut sums = [[s.splat(0.0); 2]; O];
        for (i, plane) in input.chunks_exact(pixels).enumerate() {
            let (a, b) = (s.load(&plane[pixel]), s.load(&plane[pixel + 1]));
            for o in 0..O {
                let weight = s.splat(rows[o][i]);
                sums[o][0] = s.fma(a, weight, sums[o][0]);
                sums[o][1] = s.fma(b, weight, sums[o][1]);
            }
        }
        for (sums, plane) in sums.iter().zip(output.chunks_exact_mut(pixels)) {
            s.store(sums[0], &mut plane[pixel]);
            s.store(sums[1], &mut plane[pixel + 1]);
        }
        pixel += 2;
    }
    if pixel < pixels {
        let mut sums = [s.splat(0.0); O];
        for (i, plane) in input.chunks_exact(pixels).enumerate() {
            let a = s.load(&plane[pixel]);
            for o in 0..O {
                sums[o] = s.fma(a, s.splat(rows[o][i]), sums[o]);
            }
        }
        for (sum, plane) in sums.iter().zip(output.chunks_exact_mut(pixels)) {
            s.store(*sum, &mut plane[pixel]);
        }
    }
}

/// `out[o][i]` = Σ over pixels and images of `output[o] · input[i]`: the gradient of the weights of
/// up to [`GROUP`] output channels of one block.
pub struct MixTaps<'a> {
    /// All input channels of the block.
    pub input: &'a [Lane],
    /// The gradient of the output planes.
    pub output: &'a [Lane],
    /// One row of sums an output channel.
    pub sums: &'a mut [f32],
    /// Pixels of a plane.
    pub pixels: usize,
}

impl Kernel for MixTaps<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let inputs = self.input.len() / self.pixels;
        for (outputs, sums) in self.output.chunks(4 * self.pixels).zip(self.sums.chunks_mut(4 * inputs)) {
            for (group, planes) in self.input.chunks(4 * self.pixels).enumerate() {
                let (o, i) = (outputs.len() / self.pixels, planes.len() / self.pixels);
                if o == 4 && i == 4 {
                    products::<S, 4, 4>(s, planes, outputs, self.pixels, &mut sums[group * 4..], inputs);
                } else {
                    for o in 0..o {
                        let output = &outputs[o * self.pixels..(o + 1) * self.pixels];
                        let sums = &mut sums[o * inputs + group * 4..];
                        match i {
                            4 => products::<S, 1, 4>(s, planes, output, self.pixels, sums, inputs),
                            3 => products::<S, 1, 3>(s, planes, output, self.pixels, sums, inputs),
                            2 => products::<S, 1, 2>(s, planes, output, self.pixels, sums, inputs),
                            _ => products::<S, 1, 1>(s, planes, output, self.pixels, sums, inputs),
                        }
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn products<S: Simd, const O: usize, const I: usize>(
    s: S,
    input: &[Lane],
    output: &[Lane],
    pixels: usize,
    sums: &mut [f32],
    stride: usize,
) {
    let inputs: [&[Lane]; I] = std::array::from_fn(|i| &input[i * pixels..(i + 1) * pixels]);
    let outputs: [&[Lane]; O] = std::array::from_fn(|o| &output[o * pixels..(o + 1) * pixels]);
    let mut products = [[s.splat(0.0); I]; O];
    for pixel in 0..pixels {
        let x: [S::V; I] = std::array::from_fn(|i| s.load(&inputs[i][pixel]));
        for o in 0..O {
            let gradient = s.load(&outputs[o][pixel]);
            for i in 0..I {
                products[o][i] = s.fma(gradient, x[i], products[o][i]);
            }
        }
    }
    for o in 0..O {
        for i in 0..I {
            let mut lane = Lane::ZERO;
            s.store(products[o][i], &mut lane);
            sums[o * stride + i] = lane.sum();
        }
    }
}
