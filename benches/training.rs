//! Training speed of the presets in images per second: forward, backward and optimiser: `cargo bench --bench
//! training`.
//!
//! Random images, batch size 32, without augmentation unless `BENCH_AUGMENT=1` enables that of the presets.
//! `BENCH_THREADS` (2), `BENCH_SECONDS` (3, per figure) and `BENCH_NETS` (all presets) may be set.
//! `benches/pytorch.py` does the same with PyTorch, and `benches/compare.sh` compares both.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and what fails ends it")]

use micromobilenet::config::{self, ConfigFile, PRESETS};
use micromobilenet::data::{DataCheck, Dataset, Images};
use micromobilenet::files::RealDisk;
use micromobilenet::graph::Graph;
use micromobilenet::train::{
    BatchProgress, Begin, Control, End, EpochMetrics, Governor, Job, Observer, Start, Validation, train,
};
use std::sync::{Arc, Mutex};

fn number(name: &str, default: f64) -> f64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Records the speed of every epoch and stops after the set time.
struct Watch {
    control: Control,
    begun: std::time::Instant,
    limit: f64,
    speeds: Arc<Mutex<Vec<f64>>>,
}

impl Observer for Watch {
    fn start(&mut self, _: &Start) {}
    fn batch(&mut self, _: &BatchProgress) {}
    fn epoch(&mut self, metrics: &EpochMetrics, _: Validation<'_>) {
        self.speeds.lock().unwrap().push(metrics.images_per_second);
        if self.begun.elapsed().as_secs_f64() > self.limit {
            self.control.stop();
        }
    }
    fn end(&mut self, _: &End) {}
}

fn images(count: usize, side: usize) -> Images {
    let byte = |i: usize| (i as u32).wrapping_mul(2_654_435_761).rotate_left(7) as u8;
    Images {
        height: side,
        width: side,
        channels: 1,
        pixels: (0..count * side * side).map(byte).collect(),
        labels: (0..count).map(|i| (i % 5) as u16).collect(),
        names: (0..count).map(|i| i.to_string()).collect(),
        contents: Vec::new(),
    }
}

fn main() {
    let threads = number("BENCH_THREADS", 2.0) as usize;
    let limit = number("BENCH_SECONDS", 3.0);
    let labels = (0..5).map(|i| i.to_string()).collect();
    let dataset = Arc::new(Dataset {
        labels,
        train: images(960, 96),
        validation: images(16, 96),
        test: None,
        fingerprint: String::new(),
        check: DataCheck::default(),
        source: "random".into(),
    });
    let nets = std::env::var("BENCH_NETS").ok();
    let is_wanted = |name: &str| nets.as_ref().is_none_or(|nets| nets.split_whitespace().any(|net| net == name));
    let augmented = number("BENCH_AUGMENT", 0.0) != 0.0;
    println!("net,batch_norm,threads,images_per_second");
    for batch_norm in [true, false] {
        for (name, text) in PRESETS.into_iter().filter(|(name, _)| is_wanted(name)) {
            let mut sets = vec![
                format!("model.batch_norm={batch_norm}"),
                "model.input={height=96,width=96,channels=1}".into(),
                "train.epochs=100000".into(),
                "train.ema=0".into(),
            ];
            if !augmented {
                sets.push("augment={}".into());
            }
            let spec = ConfigFile::parse(name, text, &config::overrides(&sets).unwrap()).unwrap();
            let graph = Graph::of_file(&spec, 5).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let control = Control::default();
            let speeds = Arc::new(Mutex::new(Vec::new()));
            let watch =
                Watch { control: control.clone(), begun: std::time::Instant::now(), limit, speeds: speeds.clone() };
            let job = Job {
                spec,
                graph,
                dataset: dataset.clone(),
                checkpoints: folder.path().to_owned(),
                begin: Begin::Random,
                teacher: None,
                threads,
                governor: Governor::default(),
                disk: Arc::new(RealDisk),
            };
            let mut watch = watch;
            train(job, &control, &mut watch).unwrap();
            let mut speeds = speeds.lock().unwrap().clone();
            speeds.sort_by(f64::total_cmp);
            println!("{name},{batch_norm},{threads},{:.0}", speeds[speeds.len() / 2]);
        }
    }
}
