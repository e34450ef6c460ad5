//! Training speed of networks in images per second: forward, backward and optimiser: `cargo bench --bench training`.
//!
//! Random images of five classes, batch size 32, without augmentation unless `BENCH_AUGMENT=1` enables that of the
//! configuration. `BENCH_THREADS` (2), `BENCH_SECONDS` (3, per figure) and `BENCH_NETS` (all presets) may be set. A
//! net is a preset, which is trained on gray images of 96 × 96 pixels (`meadow`) or on colour ones (`meadow:rgb`), or
//! the path of a configuration (`nets/mine.toml`), which is trained on images as it describes them. `BENCH_NORM`
//! (`both`, `yes` or `no`) says whether with or without batch norm.
//! `benches/pytorch.py` does the same with PyTorch, and `benches/compare.sh` compares both.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and what fails ends it")]

use micromobilenet::config::{self, ConfigFile, PRESETS};
use micromobilenet::data::{DataCheck, Dataset, Images};
use micromobilenet::files::RealDisk;
use micromobilenet::graph::{Graph, Shape};
use micromobilenet::train::{
    BatchProgress, Begin, Control, End, EpochMetrics, Governor, Job, Observer, Start, Validation, train,
};
use std::path::Path;
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

fn images(count: usize, shape: Shape) -> Images {
    let byte = |i: usize| (i as u32).wrapping_mul(2_654_435_761).rotate_left(7) as u8;
    Images {
        height: shape.height,
        width: shape.width,
        channels: shape.channels,
        pixels: (0..count * shape.values()).map(byte).collect(),
        labels: (0..count).map(|i| (i % 5) as u16).collect(),
        names: (0..count).map(|i| i.to_string()).collect(),
        contents: Vec::new(),
    }
}

fn dataset(shape: Shape) -> Dataset {
    Dataset {
        labels: (0..5).map(|i| i.to_string()).collect(),
        train: images(960, shape),
        validation: images(16, shape),
        test: None,
        fingerprint: String::new(),
        check: DataCheck::default(),
        source: "random".into(),
    }
}

/// The configuration that `net` names, with what the measurement needs.
fn spec(net: &str, batch_norm: bool) -> ConfigFile {
    let (path, channels) = net.strip_suffix(":rgb").map_or((net, 1), |path| (path, 3));
    let mut sets = vec![
        format!("model.batch_norm={batch_norm}"),
        "train.batch_size=32".into(),
        "train.epochs=100000".into(),
        "train.ema=0".into(),
        "train.quantization_aware=0".into(),
    ];
    if number("BENCH_AUGMENT", 0.0) == 0.0 {
        sets.push("augment={}".into());
    }
    if config::preset(Path::new(path)).is_some() {
        sets.push(format!("model.input={{height=96,width=96,channels={channels}}}"));
    }
    let opened = config::open(Path::new(path)).unwrap();
    ConfigFile::parse(path, opened.text(), &config::overrides(&sets).unwrap()).unwrap()
}

/// The median speed of the epochs of a training.
fn speed(spec: ConfigFile, threads: usize) -> f64 {
    let graph = Graph::of_file(&spec, 5).unwrap();
    let dataset = Arc::new(dataset(graph.input));
    let folder = tempfile::tempdir().unwrap();
    let control = Control::default();
    let speeds = Arc::new(Mutex::new(Vec::new()));
    let limit = number("BENCH_SECONDS", 3.0);
    let mut watch = Watch { control: control.clone(), begun: std::time::Instant::now(), limit, speeds: speeds.clone() };
    let job = Job {
        spec,
        graph,
        dataset,
        checkpoints: folder.path().to_owned(),
        begin: Begin::Random,
        teacher: None,
        threads,
        governor: Governor::default(),
        disk: Arc::new(RealDisk),
    };
    train(job, &control, &mut watch).unwrap();
    let mut speeds = speeds.lock().unwrap().clone();
    speeds.sort_by(f64::total_cmp);
    speeds[speeds.len() / 2]
}

fn main() {
    let threads = number("BENCH_THREADS", 2.0) as usize;
    let nets = std::env::var("BENCH_NETS").unwrap_or_else(|_| PRESETS.map(|(name, _)| name).join(" "));
    let norms: &[bool] = match std::env::var("BENCH_NORM").as_deref() {
        Ok("yes") => &[true],
        Ok("no") => &[false],
        _ => &[true, false],
    };
    println!("net,batch_norm,threads,images_per_second");
    for batch_norm in norms {
        for net in nets.split_whitespace() {
            println!("{net},{batch_norm},{threads},{:.0}", speed(spec(net, *batch_norm), threads));
        }
    }
}
