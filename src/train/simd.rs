//! Sixteen images at a time: arithmetic on lanes at the width the processor has.
//!
//! A kernel is written once against [`Simd`] and compiled for each instruction set; [`run`] picks
//! the widest one that this processor has. All unsafe code of the crate is here, and it is of two
//! kinds: intrinsics, which are sound because a token such as `Avx512` is made only after the
//! processor was asked for the features, and the calls into functions compiled with those features.
#![expect(clippy::inline_always, reason = "what is inlined takes on the caller's instruction set")]
#![expect(unsafe_code, reason = "intrinsics and functions compiled for instruction sets found at run time")]

use std::sync::OnceLock;

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
    pub fn sum(&self) -> f32 {
        let halves: [f32; 8] = std::array::from_fn(|i| self.0[i] + self.0[i + 8]);
        let quarters: [f32; 4] = std::array::from_fn(|i| halves[i] + halves[i + 4]);
        (quarters[0] + quarters[2]) + (quarters[1] + quarters[3])
    }
}

/// What an instruction set can do with a lane held in registers.
pub trait Simd: Copy + Send + Sync {
    /// A lane in registers.
    type V: Copy;
    /// From memory.
    fn load(self, lane: &Lane) -> Self::V;
    /// To memory.
    fn store(self, value: Self::V, lane: &mut Lane);
    /// The same number sixteen times.
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
    /// `value` where low < x < high, else 0.
    fn inside(self, value: Self::V, x: Self::V, low: Self::V, high: Self::V) -> Self::V;
}

/// Work on lanes, for any instruction set.
pub trait Kernel {
    /// What it yields.
    type Output;
    /// Does the work. Must be `#[inline(always)]`, so that it is compiled for the set it runs on.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// An instruction set this processor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Whatever the compiler makes of loops.
    Portable,
    /// 512-bit vectors.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// 256-bit vectors with fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 128-bit vectors of 64-bit Arm.
    #[cfg(target_arch = "aarch64")]
    Neon,
}

/// The widest instruction set this processor has; `MICROMOBILENET_SIMD=portable` (or `avx2`)
/// asks for less.
pub fn level() -> Level {
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(|| {
        let wish = std::env::var("MICROMOBILENET_SIMD").unwrap_or_default();
        available()
            .into_iter()
            .find(|level| wish.is_empty() || format!("{level:?}").eq_ignore_ascii_case(&wish))
            .unwrap_or(Level::Portable)
    })
}

/// Every instruction set this processor has, widest first.
pub fn available() -> Vec<Level> {
    let mut levels = Vec::new();
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            levels.push(Level::Avx512);
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            levels.push(Level::Avx2);
        }
    }
    #[cfg(target_arch = "aarch64")]
    levels.push(Level::Neon);
    levels.push(Level::Portable);
    levels
}

/// Runs `kernel` on the widest instruction set.
pub fn run<K: Kernel>(kernel: K) -> K::Output {
    run_on(level(), kernel)
}

/// Runs `kernel` on `level`, which is one of [`available`].
pub fn run_on<K: Kernel>(level: Level, kernel: K) -> K::Output {
    match level {
        Level::Portable => kernel.run(Portable),
        // SAFETY: a level is made only where its features were found.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { x86::avx512(kernel) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { x86::avx2(kernel) },
        #[cfg(target_arch = "aarch64")]
        Level::Neon => kernel.run(arm::Neon(())),
    }
}

/// Plain loops over sixteen numbers.
#[derive(Debug, Clone, Copy)]
pub struct Portable;

impl Portable {
    #[inline(always)]
    fn each(a: [f32; LANES], b: [f32; LANES], f: impl Fn(f32, f32) -> f32) -> [f32; LANES] {
        let mut out = [0.0; LANES];
        for i in 0..LANES {
            out[i] = f(a[i], b[i]);
        }
        out
    }
}

impl Simd for Portable {
    type V = [f32; LANES];
    #[inline(always)]
    fn load(self, lane: &Lane) -> Self::V {
        lane.0
    }
    #[inline(always)]
    fn store(self, value: Self::V, lane: &mut Lane) {
        lane.0 = value;
    }
    #[inline(always)]
    fn splat(self, value: f32) -> Self::V {
        [value; LANES]
    }
    #[inline(always)]
    fn add(self, a: Self::V, b: Self::V) -> Self::V {
        Self::each(a, b, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, a: Self::V, b: Self::V) -> Self::V {
        Self::each(a, b, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, a: Self::V, b: Self::V) -> Self::V {
        Self::each(a, b, |a, b| a * b)
    }
    #[inline(always)]
    fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        self.add(self.mul(a, b), c)
    }
    #[inline(always)]
    fn at_least(self, x: Self::V, low: Self::V) -> Self::V {
        Self::each(x, low, |x, low| if x < low { low } else { x })
    }
    #[inline(always)]
    fn at_most(self, x: Self::V, high: Self::V) -> Self::V {
        Self::each(x, high, |x, high| if x > high { high } else { x })
    }
    #[inline(always)]
    fn inside(self, value: Self::V, x: Self::V, low: Self::V, high: Self::V) -> Self::V {
        let above = Self::each(x, low, |x, low| f32::from(u8::from(x > low)));
        let below = Self::each(x, high, |x, high| f32::from(u8::from(x < high)));
        let pass = Self::each(above, below, |a, b| a * b);
        Self::each(value, pass, |value, pass| if pass > 0.0 { value } else { 0.0 })
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Kernel, Lane, Simd};
    #[cfg_attr(not(test), expect(clippy::wildcard_imports, reason = "there are some twenty"))]
    use std::arch::x86_64::*;

    /// Proof that the processor has AVX-512F.
    #[derive(Debug, Clone, Copy)]
    pub struct Avx512(());

    /// Proof that the processor has AVX2 and FMA.
    #[derive(Debug, Clone, Copy)]
    pub struct Avx2(());

    /// # Safety
    /// The processor has AVX-512F.
    #[target_feature(enable = "avx512f")]
    pub unsafe fn avx512<K: Kernel>(kernel: K) -> K::Output {
        kernel.run(Avx512(()))
    }

    /// # Safety
    /// The processor has AVX2 and FMA.
    #[target_feature(enable = "avx2,fma")]
    pub unsafe fn avx2<K: Kernel>(kernel: K) -> K::Output {
        kernel.run(Avx2(()))
    }

    // SAFETY of every intrinsic below: `self` proves the feature. A `Lane` is 64 aligned bytes.
    impl Simd for Avx512 {
        type V = __m512;
        #[inline(always)]
        fn load(self, lane: &Lane) -> Self::V {
            unsafe { _mm512_load_ps(lane.0.as_ptr()) }
        }
        #[inline(always)]
        fn store(self, value: Self::V, lane: &mut Lane) {
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
        // The instruction yields its second operand where either is NaN.
        #[inline(always)]
        fn at_least(self, x: Self::V, low: Self::V) -> Self::V {
            unsafe { _mm512_max_ps(low, x) }
        }
        #[inline(always)]
        fn at_most(self, x: Self::V, high: Self::V) -> Self::V {
            unsafe { _mm512_min_ps(high, x) }
        }
        #[inline(always)]
        fn inside(self, value: Self::V, x: Self::V, low: Self::V, high: Self::V) -> Self::V {
            unsafe {
                let above = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(x, low);
                let both = _mm512_mask_cmp_ps_mask::<_CMP_LT_OQ>(above, x, high);
                _mm512_maskz_mov_ps(both, value)
            }
        }
    }

    impl Avx2 {
        #[inline(always)]
        fn both(a: [__m256; 2], b: [__m256; 2], f: impl Fn(__m256, __m256) -> __m256) -> [__m256; 2] {
            [f(a[0], b[0]), f(a[1], b[1])]
        }
    }

    impl Simd for Avx2 {
        type V = [__m256; 2];
        #[inline(always)]
        fn load(self, lane: &Lane) -> Self::V {
            let (low, high) = lane.0.split_at(8);
            unsafe { [_mm256_load_ps(low.as_ptr()), _mm256_load_ps(high.as_ptr())] }
        }
        #[inline(always)]
        fn store(self, value: Self::V, lane: &mut Lane) {
            let (low, high) = lane.0.split_at_mut(8);
            unsafe {
                _mm256_store_ps(low.as_mut_ptr(), value[0]);
                _mm256_store_ps(high.as_mut_ptr(), value[1]);
            }
        }
        #[inline(always)]
        fn splat(self, value: f32) -> Self::V {
            unsafe { [_mm256_set1_ps(value); 2] }
        }
        #[inline(always)]
        fn add(self, a: Self::V, b: Self::V) -> Self::V {
            Self::both(a, b, |a, b| unsafe { _mm256_add_ps(a, b) })
        }
        #[inline(always)]
        fn sub(self, a: Self::V, b: Self::V) -> Self::V {
            Self::both(a, b, |a, b| unsafe { _mm256_sub_ps(a, b) })
        }
        #[inline(always)]
        fn mul(self, a: Self::V, b: Self::V) -> Self::V {
            Self::both(a, b, |a, b| unsafe { _mm256_mul_ps(a, b) })
        }
        #[inline(always)]
        fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
            unsafe { [_mm256_fmadd_ps(a[0], b[0], c[0]), _mm256_fmadd_ps(a[1], b[1], c[1])] }
        }
        #[inline(always)]
        fn at_least(self, x: Self::V, low: Self::V) -> Self::V {
            Self::both(low, x, |low, x| unsafe { _mm256_max_ps(low, x) })
        }
        #[inline(always)]
        fn at_most(self, x: Self::V, high: Self::V) -> Self::V {
            Self::both(high, x, |high, x| unsafe { _mm256_min_ps(high, x) })
        }
        #[inline(always)]
        fn inside(self, value: Self::V, x: Self::V, low: Self::V, high: Self::V) -> Self::V {
            let above = Self::both(x, low, |x, low| unsafe { _mm256_cmp_ps::<_CMP_GT_OQ>(x, low) });
            let below = Self::both(x, high, |x, high| unsafe { _mm256_cmp_ps::<_CMP_LT_OQ>(x, high) });
            let both = Self::both(above, below, |a, b| unsafe { _mm256_and_ps(a, b) });
            Self::both(value, both, |value, both| unsafe { _mm256_and_ps(value, both) })
        }
    }
}

#[cfg(target_arch = "aarch64")]
mod arm {
    use super::{Lane, Simd};
    use std::arch::aarch64::*;

    /// NEON, which every 64-bit Arm processor has.
    #[derive(Debug, Clone, Copy)]
    pub struct Neon(pub(super) ());

    type Four = [float32x4_t; 4];

    #[inline(always)]
    fn each(a: Four, b: Four, f: impl Fn(float32x4_t, float32x4_t) -> float32x4_t) -> Four {
        [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])]
    }

    // SAFETY of every intrinsic below: NEON is part of the architecture, and pointers lie in a lane.
    impl Simd for Neon {
        type V = Four;
        #[inline(always)]
        fn load(self, lane: &Lane) -> Self::V {
            let at = |i: usize| unsafe { vld1q_f32(lane.0[4 * i..4 * i + 4].as_ptr()) };
            [at(0), at(1), at(2), at(3)]
        }
        #[inline(always)]
        fn store(self, value: Self::V, lane: &mut Lane) {
            for (four, value) in lane.0.as_chunks_mut::<4>().0.iter_mut().zip(value) {
                unsafe { vst1q_f32(four.as_mut_ptr(), value) }
            }
        }
        #[inline(always)]
        fn splat(self, value: f32) -> Self::V {
            unsafe { [vdupq_n_f32(value); 4] }
        }
        #[inline(always)]
        fn add(self, a: Self::V, b: Self::V) -> Self::V {
            each(a, b, |a, b| unsafe { vaddq_f32(a, b) })
        }
        #[inline(always)]
        fn sub(self, a: Self::V, b: Self::V) -> Self::V {
            each(a, b, |a, b| unsafe { vsubq_f32(a, b) })
        }
        #[inline(always)]
        fn mul(self, a: Self::V, b: Self::V) -> Self::V {
            each(a, b, |a, b| unsafe { vmulq_f32(a, b) })
        }
        #[inline(always)]
        fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
            let at = |i: usize| unsafe { vfmaq_f32(c[i], a[i], b[i]) };
            [at(0), at(1), at(2), at(3)]
        }
        #[inline(always)]
        fn at_least(self, x: Self::V, low: Self::V) -> Self::V {
            each(x, low, |x, low| unsafe { vmaxq_f32(x, low) })
        }
        #[inline(always)]
        fn at_most(self, x: Self::V, high: Self::V) -> Self::V {
            each(x, high, |x, high| unsafe { vminq_f32(x, high) })
        }
        #[inline(always)]
        fn inside(self, value: Self::V, x: Self::V, low: Self::V, high: Self::V) -> Self::V {
            let at = |i: usize| unsafe {
                let both = vandq_u32(vcgtq_f32(x[i], low[i]), vcltq_f32(x[i], high[i]));
                vreinterpretq_f32_u32(vandq_u32(vreinterpretq_u32_f32(value[i]), both))
            };
            [at(0), at(1), at(2), at(3)]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Everything<'a>(&'a [Lane; 3]);

    impl Kernel for Everything<'_> {
        type Output = Vec<Lane>;
        #[inline(always)]
        fn run<S: Simd>(self, s: S) -> Vec<Lane> {
            let [a, b, c] = self.0.each_ref().map(|lane| s.load(lane));
            let values = [
                s.add(a, b),
                s.sub(a, b),
                s.mul(a, b),
                s.fma(a, b, c),
                s.at_least(a, b),
                s.at_most(a, b),
                s.inside(a, b, c, s.splat(3.0)),
            ];
            values
                .map(|value| {
                    let mut lane = Lane::ZERO;
                    s.store(value, &mut lane);
                    lane
                })
                .to_vec()
        }
    }

    #[test]
    fn every_instruction_set_computes_the_same() {
        // Small integers, so that fused and unfused products agree exactly.
        let lanes: [Lane; 3] =
            std::array::from_fn(|k| Lane(std::array::from_fn(|i| ((i * (k + 3) * 7) % 11) as f32 - 4.0)));
        let expected = run_on(Level::Portable, Everything(&lanes));
        for level in available() {
            assert_eq!(run_on(level, Everything(&lanes)), expected, "{level:?}");
        }
    }

    #[test]
    fn clamping_does_not_hide_a_nan() {
        let lanes = [Lane([f32::NAN; LANES]), Lane([1.0; LANES]), Lane([2.0; LANES])];
        for level in available() {
            let out = run_on(level, Everything(&lanes));
            assert!(out[4].0[0].is_nan() && out[5].0[0].is_nan(), "{level:?}");
        }
    }
}
