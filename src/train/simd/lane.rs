//! Lanes of sixteen images, and what an instruction set does with them.

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

    /// The sum of all sixteen, in an order of its own that never changes.
    #[inline(always)]
    pub fn sum(&self) -> f32 {
        let halves: [f32; 8] = std::array::from_fn(|i| self.0[i] + self.0[i + 8]);
        let quarters: [f32; 4] = std::array::from_fn(|i| halves[i] + halves[i + 4]);
        (quarters[0] + quarters[2]) + (quarters[1] + quarters[3])
    }
}

/// Which part of a lane a register holds.
#[derive(Debug, Clone, Copy)]
pub struct Part<S>(pub(super) usize, PhantomData<S>);

/// What an instruction set can do with a part of a lane held in a register.
pub trait Simd: Copy + Send + Sync {
    /// A part of a lane in a register.
    type V: Copy;
    /// Registers that a lane takes.
    const PARTS: usize;
    /// Registers there are.
    const REGISTERS: usize;
    /// From memory.
    fn load(self, lane: &Lane, part: Part<Self>) -> Self::V;
    /// To memory.
    fn store(self, value: Self::V, lane: &mut Lane, part: Part<Self>);
    /// The same number everywhere.
    fn splat(self, value: f32) -> Self::V;
    /// a + b
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    /// a − b
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    /// a · b
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    /// a · b + c, rounded once where the processor can.
    fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// The larger; where `x` is NaN, NaN.
    fn at_least(self, x: Self::V, low: Self::V) -> Self::V;
    /// The smaller; where `x` is NaN, NaN.
    fn at_most(self, x: Self::V, high: Self::V) -> Self::V;
    /// The largest whole number that is not larger.
    fn floor(self, x: Self::V) -> Self::V;
    /// `value` where low < x < high, else 0.
    fn inside(self, value: Self::V, x: Self::V, low: Self::V, high: Self::V) -> Self::V;

    /// Every part of a lane.
    #[inline(always)]
    fn parts(self) -> impl Iterator<Item = Part<Self>> {
        (0..Self::PARTS).map(|part| Part(part, PhantomData))
    }
}

/// Work on lanes, for any instruction set.
pub trait Kernel {
    /// What it yields.
    type Output;
    /// Does the work. Must be `#[inline(always)]`, so that it is compiled for the set it runs on.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}
