//! Plain loops over four values, which compilers can vectorise.
#![expect(clippy::inline_always, reason = "what is inlined takes on the caller's instruction set")]

use super::lane::{LANES, Lane, Part, Simd};

/// Values of a lane processed together: the smallest vector register.
const WIDTH: usize = 4;

/// Any processor.
#[derive(Debug, Clone, Copy)]
pub struct Portable;

#[inline(always)]
fn each(a: [f32; WIDTH], b: [f32; WIDTH], f: impl Fn(f32, f32) -> f32) -> [f32; WIDTH] {
    std::array::from_fn(|i| f(a[i], b[i]))
}

impl Simd for Portable {
    type V = [f32; WIDTH];
    const PARTS: usize = LANES / WIDTH;
    const REGISTERS: usize = 16;
    #[inline(always)]
    fn load(self, lane: &Lane, part: Part<Self>) -> Self::V {
        lane.0.as_chunks().0[part.0]
    }
    #[inline(always)]
    fn store(self, value: Self::V, lane: &mut Lane, part: Part<Self>) {
        lane.0.as_chunks_mut().0[part.0] = value;
    }
    #[inline(always)]
    fn splat(self, value: f32) -> Self::V {
        [value; WIDTH]
    }
    #[inline(always)]
    fn add(self, a: Self::V, b: Self::V) -> Self::V {
        each(a, b, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, a: Self::V, b: Self::V) -> Self::V {
        each(a, b, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, a: Self::V, b: Self::V) -> Self::V {
        each(a, b, |a, b| a * b)
    }
    #[inline(always)]
    fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        self.add(self.mul(a, b), c)
    }
    #[inline(always)]
    fn at_least(self, x: Self::V, low: Self::V) -> Self::V {
        each(x, low, |x, low| if x < low { low } else { x })
    }
    #[inline(always)]
    fn at_most(self, x: Self::V, high: Self::V) -> Self::V {
        each(x, high, |x, high| if x > high { high } else { x })
    }
    #[inline(always)]
    fn floor(self, x: Self::V) -> Self::V {
        x.map(f32::floor)
    }
    #[inline(always)]
    fn inside(self, value: Self::V, x: Self::V, low: Self::V, high: Self::V) -> Self::V {
        let above = each(
            value,
            each(x, low, |x, low| f32::from(u8::from(x > low))),
            |v, pass| if pass > 0.0 { v } else { 0.0 },
        );
        each(above, each(x, high, |x, high| f32::from(u8::from(x < high))), |v, pass| if pass > 0.0 { v } else { 0.0 })
    }
}
