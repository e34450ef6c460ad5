//! 512-bit and 256-bit vectors.
#![expect(clippy::inline_always, reason = "what is inlined takes on the caller's instruction set")]

use super::lane::{Kernel, LANES, Lane, Part, Simd};
#[cfg_attr(not(test), expect(clippy::wildcard_imports, reason = "there are some twenty"))]
use std::arch::x86_64::*;

/// Proof that the processor supports AVX-512F.
#[derive(Debug, Clone, Copy)]
pub struct Avx512(());

/// Proof that the processor supports AVX2 and FMA.
#[derive(Debug, Clone, Copy)]
pub struct Avx2(());

/// # Safety
/// The processor supports AVX-512F.
#[target_feature(enable = "avx512f")]
pub unsafe fn avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run(Avx512(()))
}

/// # Safety
/// The processor supports AVX2 and FMA.
#[target_feature(enable = "avx2,fma")]
pub unsafe fn avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run(Avx2(()))
}

/// [`Lane::sum`]: halves, quarters, pairs.
///
/// # Safety
/// The processor supports AVX.
#[inline(always)]
unsafe fn sum(lane: &Lane) -> f32 {
    // SAFETY: a `Lane` is 64 aligned bytes.
    unsafe {
        let halves = _mm256_add_ps(_mm256_load_ps(lane.0.as_ptr()), _mm256_load_ps(lane.0.as_ptr().add(8)));
        let quarters = _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps::<1>(halves));
        let pairs = _mm_add_ps(quarters, _mm_movehl_ps(quarters, quarters));
        _mm_cvtss_f32(_mm_add_ss(pairs, _mm_movehdup_ps(pairs)))
    }
}

// SAFETY of every intrinsic below: `self` proves the feature. A `Lane` is 64 aligned bytes, and a
// `Part` lies within it.
impl Simd for Avx512 {
    type V = __m512;
    const PARTS: usize = 1;
    const REGISTERS: usize = 32;
    #[inline(always)]
    fn load(self, lane: &Lane, _: Part<Self>) -> Self::V {
        unsafe { _mm512_load_ps(lane.0.as_ptr()) }
    }
    #[inline(always)]
    fn store(self, value: Self::V, lane: &mut Lane, _: Part<Self>) {
        unsafe { _mm512_store_ps(lane.0.as_mut_ptr(), value) }
    }
    #[inline(always)]
    fn splat(self, value: f32) -> Self::V {
        unsafe { _mm512_set1_ps(value) }
    }
    #[inline(always)]
    fn add(self, a: Self::V, b: Self::V) -> Self::V {
        unsafe { _mm512_add_ps(a, b) }
    }
    #[inline(always)]
    fn sub(self, a: Self::V, b: Self::V) -> Self::V {
        unsafe { _mm512_sub_ps(a, b) }
    }
    #[inline(always)]
    fn mul(self, a: Self::V, b: Self::V) -> Self::V {
        unsafe { _mm512_mul_ps(a, b) }
    }
    #[inline(always)]
    fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }
    // The instruction returns its second operand if either is NaN.
    #[inline(always)]
    fn at_least(self, x: Self::V, low: Self::V) -> Self::V {
        unsafe { _mm512_max_ps(low, x) }
    }
    #[inline(always)]
    fn at_most(self, x: Self::V, high: Self::V) -> Self::V {
        unsafe { _mm512_min_ps(high, x) }
    }
    #[inline(always)]
    fn floor(self, x: Self::V) -> Self::V {
        unsafe { _mm512_roundscale_ps::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(x) }
    }
    #[inline(always)]
    fn inside(self, value: Self::V, x: Self::V, low: Self::V, high: Self::V) -> Self::V {
        unsafe {
            let above = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(x, low);
            let both = _mm512_mask_cmp_ps_mask::<_CMP_LT_OQ>(above, x, high);
            _mm512_maskz_mov_ps(both, value)
        }
    }
    #[inline(always)]
    fn sum(self, lane: &Lane) -> f32 {
        unsafe { sum(lane) }
    }
}

impl Simd for Avx2 {
    type V = __m256;
    const PARTS: usize = LANES / 8;
    const REGISTERS: usize = 16;
    #[inline(always)]
    fn load(self, lane: &Lane, part: Part<Self>) -> Self::V {
        unsafe { _mm256_load_ps(lane.0.as_ptr().add(8 * part.0)) }
    }
    #[inline(always)]
    fn store(self, value: Self::V, lane: &mut Lane, part: Part<Self>) {
        unsafe { _mm256_store_ps(lane.0.as_mut_ptr().add(8 * part.0), value) }
    }
    #[inline(always)]
    fn splat(self, value: f32) -> Self::V {
        unsafe { _mm256_set1_ps(value) }
    }
    #[inline(always)]
    fn add(self, a: Self::V, b: Self::V) -> Self::V {
        unsafe { _mm256_add_ps(a, b) }
    }
    #[inline(always)]
    fn sub(self, a: Self::V, b: Self::V) -> Self::V {
        unsafe { _mm256_sub_ps(a, b) }
    }
    #[inline(always)]
    fn mul(self, a: Self::V, b: Self::V) -> Self::V {
        unsafe { _mm256_mul_ps(a, b) }
    }
    #[inline(always)]
    fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        unsafe { _mm256_fmadd_ps(a, b, c) }
    }
    #[inline(always)]
    fn at_least(self, x: Self::V, low: Self::V) -> Self::V {
        unsafe { _mm256_max_ps(low, x) }
    }
    #[inline(always)]
    fn at_most(self, x: Self::V, high: Self::V) -> Self::V {
        unsafe { _mm256_min_ps(high, x) }
    }
    #[inline(always)]
    fn floor(self, x: Self::V) -> Self::V {
        unsafe { _mm256_floor_ps(x) }
    }
    #[inline(always)]
    fn inside(self, value: Self::V, x: Self::V, low: Self::V, high: Self::V) -> Self::V {
        unsafe {
            let above = _mm256_cmp_ps::<_CMP_GT_OQ>(x, low);
            let below = _mm256_cmp_ps::<_CMP_LT_OQ>(x, high);
            _mm256_and_ps(value, _mm256_and_ps(above, below))
        }
    }
    #[inline(always)]
    fn sum(self, lane: &Lane) -> f32 {
        unsafe { sum(lane) }
    }
}
