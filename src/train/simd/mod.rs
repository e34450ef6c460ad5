//! SIMD: arithmetic on lanes of sixteen images, at the vector width of the processor.
//!
//! A kernel is written once for the trait [`Simd`] and compiled for each instruction set; [`run`] selects the
//! widest one that the processor supports. A register holds a part of a lane, at best a whole one: kernels loop
//! over parts outside and over a row inside, so that weights and sums need the same number of registers on every
//! processor.
//!
//! All unsafe code of the crate is in this folder, and it is of three kinds: intrinsics, which are sound because a
//! token such as `Avx512` exists only if the processor reports the features, and a [`Part`] only for existing
//! parts; calls of functions compiled with those features; and the thread's control register in
//! [`flush_denormals`].
#![expect(clippy::inline_always, reason = "what is inlined takes on the caller's instruction set")]
#![expect(unsafe_code, reason = "intrinsics and functions compiled for instruction sets found at run time")]

#[cfg(target_arch = "aarch64")]
mod arm;
mod lane;
mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use lane::{Kernel, LANES, Lane, Part, Simd};

use portable::Portable;
use std::sync::OnceLock;

/// An instruction set supported by this processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Loops vectorised by the compiler.
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

/// The widest supported instruction set; `MICROMOBILENET_SIMD=portable` (or `avx2`) selects a narrower one.
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

/// All supported instruction sets, widest first.
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

/// Runs `kernel` with the widest instruction set.
pub fn run<K: Kernel>(kernel: K) -> K::Output {
    run_on(level(), kernel)
}

/// Runs `kernel` with `level`, which must be one of [`available`].
pub fn run_on<K: Kernel>(level: Level, kernel: K) -> K::Output {
    match level {
        Level::Portable => kernel.run(Portable),
        // SAFETY: a level exists only if its features were detected.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { x86::avx512(kernel) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { x86::avx2(kernel) },
        #[cfg(target_arch = "aarch64")]
        Level::Neon => kernel.run(arm::Neon(())),
    }
}

/// Flushes denormal numbers to 0 in this thread: arithmetic with them is many times slower, and training does not
/// need them.
pub fn flush_denormals() {
    // SAFETY: changes only the bits for the treatment of denormals: FTZ and DAZ, or FZ.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        let mut control = 0_u32;
        std::arch::asm!("stmxcsr [{}]", in(reg) &raw mut control, options(nostack, preserves_flags));
        control |= 0x8040;
        std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const control, options(nostack, preserves_flags));
    }
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        let mut control: u64;
        std::arch::asm!("mrs {}, fpcr", out(reg) control, options(nomem, nostack, preserves_flags));
        control |= 1 << 24;
        std::arch::asm!("msr fpcr, {}", in(reg) control, options(nomem, nostack, preserves_flags));
    }
    // SAFETY: as above.
    #[cfg(target_arch = "arm")]
    unsafe {
        let mut control: u32;
        std::arch::asm!("vmrs {}, fpscr", out(reg) control, options(nomem, nostack, preserves_flags));
        control |= 1 << 24;
        std::arch::asm!("vmsr fpscr, {}", in(reg) control, options(nomem, nostack, preserves_flags));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Everything<'a>(&'a [Lane; 3]);

    impl Kernel for Everything<'_> {
        type Output = [Lane; 9];
        #[inline(always)]
        fn run<S: Simd>(self, s: S) -> [Lane; 9] {
            let mut out = [Lane::ZERO; 9];
            for part in s.parts() {
                let [a, b, c] = self.0.each_ref().map(|lane| s.load(lane, part));
                let values = [
                    s.add(a, b),
                    s.sub(a, b),
                    s.mul(a, b),
                    s.fma(a, b, c),
                    s.at_least(a, b),
                    s.at_most(a, b),
                    s.inside(a, b, c, s.splat(3.0)),
                    s.floor(s.mul(a, s.splat(0.3))),
                ];
                values.iter().zip(&mut out).for_each(|(value, lane)| s.store(*value, lane, part));
            }
            // Its order shows: each value has another magnitude.
            let values = Lane(std::array::from_fn(|i| self.0[0].0[i] * 7.0_f32.powi(i as i32)));
            out[8] = Lane([s.sum(&values); LANES]);
            out
        }
    }

    #[test]
    fn every_instruction_set_computes_the_same() {
        // Small integers, so that fused and unfused products agree exactly.
        let lanes: [Lane; 3] =
            std::array::from_fn(|k| Lane(std::array::from_fn(|i| ((i * (k + 3) * 7) % 11) as f32 - 4.0)));
        let expected = run_on(Level::Portable, Everything(&lanes));
        assert!((0..LANES).all(|i| expected[0].0[i] == lanes[0].0[i] + lanes[1].0[i]));
        assert!(expected[8].0[0] != 0.0);
        assert!((0..LANES).all(|i| expected[7].0[i] == (lanes[0].0[i] * 0.3).floor()));
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

    #[test]
    fn denormals_are_nothing_to_a_thread_that_flushes_them() {
        let product = || std::hint::black_box(1e-30_f32) * std::hint::black_box(1e-10);
        assert!(product() > 0.0);
        std::thread::spawn(move || {
            flush_denormals();
            assert_eq!(product(), 0.0);
        })
        .join()
        .unwrap();
    }
}
