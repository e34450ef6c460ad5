//! Speed of decoding and augmentation: `cargo bench --bench data`.
//!
//! `MICROMOBILENET_PHOTOS` names a folder with one sub-folder per class, which is decoded on `BENCH_THREADS` (2)
//! threads; without it, only augmentation is timed: that of the preset `micro`, and all kinds, on images of 96 × 96,
//! on one thread.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and what fails ends it")]

use micromobilenet::config::{ConfigFile, Edit};
use micromobilenet::data::{Augmenter, NoProgress, load};
use std::hint::black_box;
use std::time::Instant;

const IMAGES: u64 = 4000;
const ALL: &str =
    "augment={ flip = true, shift = 0.1, rotate = 10.0, zoom = 0.1, brightness = 0.1, contrast = 0.1, noise = 0.02 }";

fn micro(overrides: &[Edit]) -> ConfigFile {
    ConfigFile::parse("micro.toml", include_str!("../configs/micro.toml"), overrides).unwrap()
}

fn main() {
    let threads = std::env::var("BENCH_THREADS").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().unwrap();
    println!("what,threads,images,seconds,images_per_second");
    let report = |what: &str, threads: usize, images: u64, begun: Instant| {
        let seconds = begun.elapsed().as_secs_f64();
        println!("{what},{threads},{images},{seconds:.3},{:.0}", images as f64 / seconds);
    };
    if let Some(folder) = std::env::var_os("MICROMOBILENET_PHOTOS") {
        let mut spec = micro(&[]);
        spec.config.data.source = folder.into_string().unwrap();
        for _ in 0..3 {
            let begun = Instant::now();
            let dataset = load(&spec.config.data, spec.config.model.input, None, &NoProgress).unwrap();
            report("decoding", threads, (dataset.train.len() + dataset.validation.len()) as u64, begun);
        }
    }
    for (what, overrides) in [("augmentation of micro", vec![]), ("all augmentation", vec![Edit::parse(ALL).unwrap()])]
    {
        let config = micro(&overrides).config;
        let augmenter = Augmenter::new(&config.augment, config.model.input, 0);
        let image: Vec<u8> = (0..96 * 96_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let mut changed = vec![0; image.len()];
        let begun = Instant::now();
        for index in 0..IMAGES {
            augmenter.apply(0, index, &image, &mut changed);
            black_box(&changed);
        }
        report(what, 1, IMAGES, begun);
    }
}
