//! Lanes of sixteen images, and the operations of an instruction set on them.

use std::marker::PhantomData;

/// Images in a lane.
pub const LANES: usize = 16;

/// One value of each of 16 images.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
pub struct Lane(pub [f32; LANES]);

impl Lane {
    /// Sixteen zeros.
    pub const ZERO: Self = Self([0.0; LANES]);

    /// The sum of all sixteen values, in a fixed order.
    #[inline(always)]
    pub fn sum(&self) -> f32 {
        let halves: [f32; 8] = std::array::from_fn(|i| self.0[i] + self.0[i + 8]);
        let quarters: [f32; 4] = std::array::from_fn(|i| halves[i] + halves[i + 4]);
        (quarters[0] + quarters[2]) + (quarters[1] + quarters[3])
    }
}

/// The part of a lane that is in a register.
#[derive(Debug, Clone, Copy)]
pub struct Part<S>(pub(super) usize, PhantomData<S>);

/// The operations of an instruction set on a part of a lane in a register.
pub trait Simd: Copy + Send + Sync {
    /// A part of a lane in a register.
    type V: Copy;
    /// Registers per lane.
    const PARTS: usize;
    /// Number of registers.
    const REGISTERS: usize;
    /// Loads a part of a lane.
    fn load(self, lane: &Lane, part: Part<Self>) -> Self::V;
    /// Stores a part of a lane.
    fn store(self, value: Self::V, lane: &mut Lane, part: Part<Self>);
    /// A register with `value` in every element.
    fn splat(self, value: f32) -> Self::V;
    /// a + b
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    /// a − b
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    /// a · b
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    /// a · b + c; rounded once if the processor has fused multiply-add.
    fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// max(x, low); NaN if `x` is NaN.
    fn at_least(self, x: Self::V, low: Self::V) -> Self::V;
    /// min(x, high); NaN if `x` is NaN.
    fn at_most(self, x: Self::V, high: Self::V) -> Self::V;
    /// The largest integer not above `x`.
    fn floor(self, x: Self::V) -> Self::V;
    /// `value` if low < x < high, otherwise 0.
    fn inside(self, value: Self::V, x: Self::V, low: Self::V, high: Self::V) -> Self::V;

    /// [`Lane::sum`], in the same order.
    #[inline(always)]
    fn sum(self, lane: &Lane) -> f32 {
        lane.sum()
    }

    /// All parts of a lane.
    #[inline(always)]
    fn parts(self) -> impl Iterator<Item = Part<Self>> {
        (0..Self::PARTS).map(|part| Part(part, PhantomData))
    }
}

/// Work on lanes, for any instruction set.
pub trait Kernel {
    /// The type of its result.
    type Output;
    /// Runs the kernel. Must be `#[inline(always)]` to be compiled for the instruction set that runs it.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}
