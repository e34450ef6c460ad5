//! 128-bit vectors.
#![expect(clippy::inline_always, reason = "what is inlined takes on the caller's instruction set")]

use super::lane::{LANES, Lane, Part, Simd};
use std::arch::aarch64::*;

/// NEON, which every 64-bit Arm processor supports.
#[derive(Debug, Clone, Copy)]
pub struct Neon(pub(super) ());

// SAFETY of every intrinsic below: NEON is part of the architecture, and a `Part` lies in its lane.
impl Simd for Neon {
    type V = float32x4_t;
    const PARTS: usize = LANES / 4;
    const REGISTERS: usize = 32;
    #[inline(always)]
    fn load(self, lane: &Lane, part: Part<Self>) -> Self::V {
        unsafe { vld1q_f32(lane.0.as_ptr().add(4 * part.0)) }
    }
    #[inline(always)]
    fn store(self, value: Self::V, lane: &mut Lane, part: Part<Self>) {
        unsafe { vst1q_f32(lane.0.as_mut_ptr().add(4 * part.0), value) }
    }
    #[inline(always)]
    fn splat(self, value: f32) -> Self::V {
        unsafe { vdupq_n_f32(value) }
    }
    #[inline(always)]
    fn add(self, a: Self::V, b: Self::V) -> Self::V {
        unsafe { vaddq_f32(a, b) }
    }
    #[inline(always)]
    fn sub(self, a: Self::V, b: Self::V) -> Self::V {
        unsafe { vsubq_f32(a, b) }
    }
    #[inline(always)]
    fn mul(self, a: Self::V, b: Self::V) -> Self::V {
        unsafe { vmulq_f32(a, b) }
    }
    #[inline(always)]
    fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        unsafe { vfmaq_f32(c, a, b) }
    }
    #[inline(always)]
    fn at_least(self, x: Self::V, low: Self::V) -> Self::V {
        unsafe { vmaxq_f32(x, low) }
    }
    #[inline(always)]
    fn at_most(self, x: Self::V, high: Self::V) -> Self::V {
        unsafe { vminq_f32(x, high) }
    }
    #[inline(always)]
    fn floor(self, x: Self::V) -> Self::V {
        unsafe { vrndmq_f32(x) }
    }
    #[inline(always)]
    fn inside(self, value: Self::V, x: Self::V, low: Self::V, high: Self::V) -> Self::V {
        unsafe {
            let both = vandq_u32(vcgtq_f32(x, low), vcltq_f32(x, high));
            vreinterpretq_f32_u32(vandq_u32(vreinterpretq_u32_f32(value), both))
        }
    }
}
