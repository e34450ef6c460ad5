//! Roofline of the training kernels: `cargo bench --bench roofline`.
//!
//! Trains `micro`, or the preset or configuration named by `BENCH_NETS`, on one thread, on random images, batch size 32,
//! without augmentation, `ROUNDS` times for `BENCH_SECONDS` (4) in total, and compares the time of each kind of operation, in the fastest round, with the
//! roofline: the time of its arithmetic at peak performance, or of its feature maps through memory or cache, whichever
//! is longer. Prints Markdown.
//!
//! Counts for a batch of 32 images, where I and O are the values of the input and output of an operation over the
//! batch, M its products over the batch, and a value has 4 bytes:
//!
//! - Forward, convolutions: 2·M FLOPs; I is read and O written. Norm and activation of the input, fused on load, and
//!   the sums of the output are not counted, and neither are weights.
//! - Backward, convolutions: 2·M for the gradient of the weights and 2·M for that of the input (none for the stem). I,
//!   O and the gradient of O are read, and the gradient of I is written.
//! - Pooling reads I; the backward pass reads I and writes its gradient. One FLOP per value read.
//!
//! Every feature map is counted once, as in the kernels of whole blocks. Additional traffic of the stem (the padded
//! copy that it reads, the padded gradient) is not counted.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and what fails ends it")]

use micromobilenet::config::{ConfigFile, open, overrides};
use micromobilenet::data::{DataCheck, Dataset, Images};
use micromobilenet::files::RealDisk;
use micromobilenet::graph::{Graph, Op, Shape, Source};
use micromobilenet::train::{
    BatchProgress, Begin, Control, End, EpochMetrics, Governor, Job, Layer, Observer, Profile, Start, Validation, Work,
    bandwidth, family, peak_flops, train,
};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

const BATCH: usize = 32;
/// Other processes disturb some of the rounds, hopefully not all.
const ROUNDS: u32 = 12;

/// FLOPs and bytes of a pass for one batch.
#[derive(Clone, Copy, Default)]
struct Cost {
    flops: f64,
    bytes: f64,
}

/// FLOPs and bytes of `op`, forward and backward, as defined above.
fn costs(op: &Op, layer: Layer) -> [Cost; 2] {
    let [input, output] = [op.input, op.output].map(|shape| (BATCH * shape.values()) as f64);
    let products = BATCH as f64 * op.macs() as f64;
    if layer == Layer::Pool {
        return [Cost { flops: input, bytes: 4.0 * input }, Cost { flops: input, bytes: 8.0 * input }];
    }
    // The gradient of an image is not needed.
    let wanted = f64::from(op.inputs[0] != Source::Image);
    let forward = Cost { flops: 2.0 * products, bytes: 4.0 * (input + output) };
    let gradients =
        Cost { flops: 2.0 * (1.0 + wanted) * products, bytes: 4.0 * (input * (1.0 + wanted) + 2.0 * output) };
    [forward, gradients]
}

/// Peak performance of one thread, per second.
struct Machine {
    flops: f64,
    memory: f64,
    cache: f64,
}

impl Machine {
    fn measured() -> Self {
        Self { flops: peak_flops(), memory: bandwidth(64 << 20), cache: bandwidth(1 << 20) }
    }

    /// The least seconds that `cost` takes with `bandwidth`.
    fn least(&self, cost: Cost, bandwidth: f64) -> f64 {
        (cost.flops / self.flops).max(cost.bytes / bandwidth)
    }
}

/// Stops in time.
struct Watch {
    control: Control,
    begun: Instant,
    limit: f64,
}

impl Observer for Watch {
    fn start(&mut self, _: &Start) {}
    fn batch(&mut self, _: &BatchProgress) {
        if self.begun.elapsed().as_secs_f64() > self.limit {
            self.control.stop();
        }
    }
    fn epoch(&mut self, _: &EpochMetrics, _: Validation<'_>) {}
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

/// The profile of a training on one thread, in the fastest round, and its network.
fn trained(limit: f64) -> (Graph, Profile) {
    let sets: [String; 3] = ["augment={}".into(), "train.epochs=100000".into(), format!("train.batch_size={BATCH}")];
    let net = std::env::var("BENCH_NETS").unwrap_or_else(|_| "micro".into());
    let spec = ConfigFile::parse(&net, open(Path::new(&net)).unwrap().text(), &overrides(&sets).unwrap()).unwrap();
    let graph = Graph::of_file(&spec, 5).unwrap();
    let dataset = Arc::new(Dataset {
        labels: (0..5).map(|i| i.to_string()).collect(),
        train: images(960, graph.input),
        validation: images(16, graph.input),
        test: None,
        fingerprint: String::new(),
        check: DataCheck::default(),
        source: "random".into(),
    });
    let round = || {
        let folder = tempfile::tempdir().unwrap();
        let control = Control::default();
        let job = Job {
            spec: spec.clone(),
            graph: graph.clone(),
            dataset: dataset.clone(),
            checkpoints: folder.path().to_owned(),
            begin: Begin::Random,
            teacher: None,
            threads: 1,
            governor: Governor::default(),
            disk: Arc::new(RealDisk),
        };
        let limit = limit / f64::from(ROUNDS);
        let mut watch = Watch { control: control.clone(), begun: Instant::now(), limit };
        train(job, &control, &mut watch).unwrap().profile
    };
    let step = |profile: &Profile| profile.total() / f64::from(profile.steps);
    let fastest = (0..ROUNDS).map(|_| round()).min_by(|a, b| step(a).total_cmp(&step(b))).unwrap();
    (graph, fastest)
}

const PASSES: [&str; 2] = ["forwards", "backwards"];

/// The operations that run on kernels of ours: all but the head.
fn body(graph: &Graph) -> &[Op] {
    graph.ops.split_last().map_or(&[], |(_, body)| body)
}

fn operations(graph: &Graph) {
    println!("\n| operation | forwards: MFLOP | MB | FLOP/byte | backwards: MFLOP | MB | FLOP/byte |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for op in body(graph) {
        let cells = costs(op, family(op))
            .map(|Cost { flops, bytes }| format!("{:.2} | {:.2} | {:.2}", flops / 1e6, bytes / 1e6, flops / bytes));
        println!("| {} | {} |", op.name, cells.join(" | "));
    }
}

fn kinds(graph: &Graph, profile: &Profile, machine: &Machine) {
    println!("\n| kind | pass | ms a step | GFLOP/s | GB/s | of the roofline, memory | of the roofline, cache |");
    println!("|---|---|---:|---:|---:|---:|---:|");
    let steps = f64::from(profile.steps);
    let row = |name: &str, pass: &str, seconds: f64, sums: [f64; 4]| {
        let [flops, bytes, memory, cache] = sums;
        println!(
            "| {name} | {pass} | {:.3} | {:.1} | {:.1} | {:.0} % | {:.0} % |",
            1e3 * seconds,
            flops / seconds / 1e9,
            bytes / seconds / 1e9,
            100.0 * memory / seconds,
            100.0 * cache / seconds
        );
    };
    let (mut all, mut kernels) = ([0.0; 4], 0.0);
    for layer in Layer::ALL {
        let costs: Vec<[Cost; 2]> =
            body(graph).iter().filter(|op| family(op) == layer).map(|op| costs(op, layer)).collect();
        if costs.is_empty() {
            continue;
        }
        for (pass, work) in [Work::Forward(layer), Work::Backward(layer)].into_iter().enumerate() {
            let mut sums = [0.0; 4];
            for cost in costs.iter().map(|costs| costs[pass]) {
                let least = [machine.memory, machine.cache].map(|bandwidth| machine.least(cost, bandwidth));
                let own = [cost.flops, cost.bytes, least[0], least[1]];
                sums.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
            }
            let seconds = profile.seconds(work) / steps;
            row(&format!("{layer:?}"), PASSES[pass], seconds, sums);
            all.iter_mut().zip(sums).for_each(|(all, sum)| *all += sum);
            kernels += seconds;
        }
    }
    row("all of these", "both", kernels, all);
    println!();
    for work in [Work::Batches, Work::Engine, Work::Optimizer, Work::Validation, Work::Rest] {
        println!("{work:?}: {:.3} ms a step", 1e3 * profile.seconds(work) / steps);
    }
    println!("Engine (dfdx) is {:.1} % of the steps.", 100.0 * profile.engine_share_of_steps());
}

fn main() {
    let limit = std::env::var("BENCH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(4.0);
    // Before and after: the better figures are the machine's.
    let before = Machine::measured();
    let (graph, profile) = trained(limit);
    let after = Machine::measured();
    let machine = Machine {
        flops: before.flops.max(after.flops),
        memory: before.memory.max(after.memory),
        cache: before.cache.max(after.cache),
    };
    println!(
        "One thread: {:.0} GFLOP/s in registers, {:.1} GB/s through memory (64 MB), {:.1} GB/s in the cache (1 MB).",
        machine.flops / 1e9,
        machine.memory / 1e9,
        machine.cache / 1e9
    );
    operations(&graph);
    kinds(&graph, &profile, &machine);
}
