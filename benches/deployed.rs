//! Cost of deployed networks: `cargo bench --bench deployed [NET…]`.
//!
//! The five networks, with the weights in `assets/weights/`, and two larger ones with random weights, exported as int8
//! and float, compiled for real instruction sets and run in emulators. QEMU counts instructions, simavr cycles; neither depends on the load of this machine.
//! Targets without tools are skipped and reported.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and what fails ends it")]

#[path = "../tests/header/case.rs"]
#[expect(dead_code, reason = "some is for tests")]
mod case;
#[path = "../tests/targets/harness/mod.rs"]
#[expect(dead_code, reason = "traces are for tests")]
mod harness;
#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "some is for tests")]
mod support;

use case::Case;
use harness::{Options, Target};
use micromobilenet::codegen::{Model, Provenance, header};
use micromobilenet::config::{ConfigFile, PRESETS, Precision};
use micromobilenet::data::{Dataset, NoProgress, load};
use micromobilenet::graph::{Graph, Tensor, Weights};
use micromobilenet::quant::{self, Deployed, Settings};
use std::fs;
use std::path::Path;

const NETS: [&str; 5] = ["pico", "nano", "micro", "milli", "mobilenet"];
/// Networks without weights in `assets/weights/`: name, preset and changed keys.
const UNTRAINED: [(&str, &str, &[&str]); 2] =
    [("squeeze", "squeeze", &[]), ("meadow-rgb", "meadow", &["model.input.channels=3"])];
/// Number of images whose costs are averaged.
const IMAGES: usize = 4;
/// Number of trained classes that are kept: figures are for five classes.
const CLASSES: usize = 5;
/// A sketch with the network and one without, whose difference in size is the network's.
const SKETCHES: [&str; 2] = [
    "#include \"Net.h\"\nstatic Net net;\nextern \"C\" int main() { net.push(net.nextRow()); return net.finish(); }\n",
    "extern \"C\" int main() { return 0; }\n",
];

/// Bytes of code and tables that linking the network adds, by `compiler` with `flags`.
fn linked_bytes(folder: &Path, compiler: &str, flags: &[&str]) -> u64 {
    let sizes = SKETCHES.map(|text| {
        let (source, elf) = (folder.join("size.cpp"), folder.join("size.elf"));
        fs::write(&source, text).unwrap();
        let sections = [
            "-std=gnu++11",
            "-ffunction-sections",
            "-fdata-sections",
            "-Wl,--gc-sections",
            "-fno-exceptions",
            "-fno-rtti",
        ];
        let output =
            std::process::Command::new(compiler).args(flags).args(sections).arg(&source).arg("-o").arg(&elf).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let sections = harness::program::Sections::of(&compiler.replace("g++", "size"), &elf).unwrap();
        sections.text + sections.data
    });
    sizes[0] - sizes[1]
}

/// The weights of `trained` for `graph`, whose head has fewer classes: the first ones.
fn first_classes(weights: &Weights, trained: &Graph, graph: &Graph) -> Weights {
    let mut cut = Weights::default();
    for (from, to) in trained.params().into_iter().zip(graph.params()) {
        let tensor = weights.get(&from.name).unwrap();
        let values = tensor.values[..to.values()].to_vec();
        cut.insert(to.name, Tensor { shape: to.shape, values });
    }
    cut
}

fn dataset(spec: &ConfigFile) -> Dataset {
    load(&spec.config.data, spec.config.model.input, Some(400), &NoProgress).unwrap()
}

/// A network with its weights, labels and images.
fn trained(net: &str) -> Case {
    let text = PRESETS.iter().find(|(name, _)| *name == net).unwrap().1;
    let spec = ConfigFile::parse(net, text, &[]).unwrap();
    let data = dataset(&spec);
    let trained = Graph::of_file(&spec, data.labels.len()).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bytes = fs::read(root.join(format!("assets/weights/{net}.safetensors"))).unwrap();
    let weights = Weights::from_safetensors(&bytes, &trained).unwrap();
    let graph = Graph::of_file(&spec, CLASSES).unwrap();
    let weights = first_classes(&weights, &trained, &graph);
    let Deployed { quantised, .. } = Deployed::of(&graph, &weights, &data.train, Settings::default()).unwrap();
    let images = (0..IMAGES).map(|i| data.validation.image(i).to_vec()).collect();
    let (folded, weights) = quant::fold(&graph, &weights);
    let labels = data.labels[..CLASSES].to_vec();
    let resize = spec.config.data.resize;
    let quantised = Some(quantised);
    Case { graph: folded, weights, labels, quantised, resize, ..Case::new("Net", &graph, images, 1) }
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let is_wanted = |net: &str| wanted.is_empty() || wanted.iter().any(|name| name == net);
    println!(
        "net,precision,target,options,object_bytes,table_bytes,code_bytes,stack_bytes,instructions,per_mac,milliseconds"
    );
    for net in NETS.into_iter().filter(|net| is_wanted(net)) {
        measure(net, &trained(net), &|precision| runs(net, precision));
    }
    for (net, preset, sets) in UNTRAINED.into_iter().filter(|(net, ..)| is_wanted(net)) {
        let graph = case::preset_with(preset, sets, CLASSES);
        let case = Case::new("Net", &graph, case::images(&graph, IMAGES, 1), 1).int8();
        measure(net, &case, &|_| vec![(Target::CortexM4, "-O2"), (Target::CortexM4, "-Os")]);
    }
}

/// Prints the costs of `case` on all targets that `runs` gives.
fn measure(net: &str, case: &Case, runs: &dyn Fn(Precision) -> Vec<(Target, &'static str)>) {
    for precision in [Precision::Int8, Precision::Float] {
        let quantised = case.quantised.as_ref().filter(|_| precision == Precision::Int8);
        let model = Model { quantised, provenance: Provenance::default(), ..case.model() };
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("Net.h"), header(&model).unwrap()).unwrap();
        let tables = micromobilenet::plan::Tables::of(&case.graph, &model.program()).bytes() as u64;
        let macs = case.graph.macs() as f64;
        for (target, optimise) in runs(precision) {
            if !target.ready(&Options::new(optimise)) {
                continue;
            }
            let program = target.build(folder.path(), &Options::new(optimise)).unwrap();
            let answers = program.count(&case.images).unwrap();
            let mean = |values: &[f64]| {
                if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
            };
            let code = code_flags(target).map_or(0, |(compiler, flags)| {
                linked_bytes(folder.path(), compiler, &[flags, &[optimise]].concat()) - tables
            });
            let cycles: Vec<f64> = answers.cycles.iter().map(|cycles| *cycles as f64).collect();
            let instructions = if cycles.is_empty() { mean(&answers.instructions) } else { mean(&cycles) };
            let milliseconds = if cycles.is_empty() { 0.0 } else { mean(&cycles) / 16_000.0 };
            println!(
                "{net},{precision:?},{target:?},{optimise},{},{tables},{code},{},{instructions:.0},{:.2},{milliseconds:.1}",
                answers.object_bytes,
                answers.stack_bytes.unwrap_or(0),
                instructions / macs,
            );
        }
    }
}

/// The compiler and its flags with which the code of a target is measured, if it is.
fn code_flags(target: Target) -> Option<(&'static str, &'static [&'static str])> {
    match target {
        Target::CortexM4 => Some((
            "arm-none-eabi-g++",
            &["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16", "--specs=nosys.specs"],
        )),
        Target::CortexM0 => Some(("arm-none-eabi-g++", &["-mcpu=cortex-m0", "-mthumb", "--specs=nosys.specs"])),
        _ => None,
    }
}

/// The target that a network runs on, and its compiler flags.
fn runs(net: &str, precision: Precision) -> Vec<(Target, &'static str)> {
    let mut runs = vec![(Target::CortexM4, "-O2"), (Target::CortexM4, "-Os")];
    if precision == Precision::Int8 {
        runs.extend([(Target::CortexM0, "-O2"), (Target::CortexM0, "-Os"), (Target::CortexM3, "-O2")]);
        runs.push((if matches!(net, "pico" | "nano") { Target::Uno } else { Target::Mega }, "-Os"));
    }
    runs
}
