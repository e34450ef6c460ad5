//! Generated headers and sketches, compiled and run on the host.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

mod support;

use micromobilenet::codegen::{Model, Provenance, Sample, Sources, export, float_literal, header, symbols};
use micromobilenet::graph::{Graph, Weights, argmax, softmax};
use micromobilenet::plan::{Estimate, Program};
use micromobilenet::quant::fold;
use micromobilenet::random::{Purpose, Stream};
use micromobilenet::spec::Spec;
use rayon::prelude::*;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use support::{has, images, preset, weights};

/// How far a probability may be from the reference.
const TOLERANCE: f32 = 1e-4;
const STRICT: [&str; 4] = ["-std=c++11", "-Wall", "-Wextra", "-Werror"];
const STRICTER: [&str; 3] = ["-Wshadow", "-Wconversion", "-pedantic"];

/// A network as it is exported.
struct Case {
    class: String,
    graph: Graph,
    weights: Weights,
    labels: Vec<String>,
    images: Vec<Vec<u8>>,
}

impl Case {
    fn new(class: &str, graph: &Graph, images: Vec<Vec<u8>>, seed: u32) -> Self {
        let (folded, weights) = fold(graph, &weights(graph, seed));
        let labels = (0..graph.classes).map(|label| format!("class {label}")).collect();
        Self { class: class.to_owned(), graph: folded, weights, labels, images }
    }

    fn preset(name: &str, count: usize) -> Self {
        let graph = preset(name, 5);
        let class = symbols::class_name("", &format!("{name}_net"));
        Self::new(&class, &graph, images(&graph, count, 1), 2)
    }

    fn model(&self) -> Model<'_> {
        Model {
            graph: &self.graph,
            weights: &self.weights,
            class_name: self.class.clone(),
            labels: &self.labels,
            provenance: Provenance { accuracy: Some(0.5), data: "made up".into(), ..Provenance::default() },
        }
    }

    /// Probabilities of every image, one after the other.
    fn expected(&self) -> Vec<f32> {
        let probabilities = |image: &Vec<u8>| {
            let maps = self.graph.reference(&self.weights, &self.graph.image_map(image));
            softmax(&maps.last().unwrap().values)
        };
        self.images.par_iter().map(probabilities).collect::<Vec<_>>().concat()
    }
}

/// A small network with everything drawn at random.
fn random_case(number: u32) -> Case {
    for attempt in 0.. {
        let mut stream = Stream::new(number, Purpose::Order, attempt, 0);
        let mut one_of = |choices: &[&str]| choices[stream.below(choices.len())].to_owned();
        let sides = ["7", "9", "12", "16", "21"];
        let channels = if number % 2 == 0 { "3" } else { "1" };
        let mut text = format!(
            "[model]\ninput = {{ height = {}, width = {}, channels = {channels} }}\nbatch_norm = {}\n",
            one_of(&sides),
            one_of(&sides),
            one_of(&["true", "true", "false"]),
        );
        let (mean, std) = match (number % 3, channels) {
            (0, "3") => ("[0.4, 0.5, 0.6]", "[0.2, 0.3, 0.25]"),
            (0, _) => ("0.0", "1.0"),
            _ => ("0.45", "0.3"),
        };
        writeln!(text, "[data]\nmean = {mean}\nstd = {std}").unwrap();
        writeln!(text, "[head]\npool = \"{}\"", one_of(&["max", "avg"])).unwrap();
        let activation = ["none", "relu", "relu6"];
        let window = |one_of: &mut dyn FnMut(&[&str]) -> String| {
            format!(
                "kernel = {}\nstride = {}\npadding = \"{}\"\n",
                one_of(&["1", "3", "5"]),
                one_of(&["1", "1", "2", "3"]),
                one_of(&["same", "valid"])
            )
        };
        write!(text, "[stem]\nfilters = {}\n{}", one_of(&["3", "4", "6"]), window(&mut one_of)).unwrap();
        writeln!(text, "activation = \"{}\"", one_of(&activation)).unwrap();
        for block in 0..4 {
            let kind = one_of(&["separable", "bottleneck", "bottleneck", "conv"]);
            write!(text, "[[blocks]]\ntype = \"{kind}\"\nfilters = {}\n", one_of(&["1", "4", "6"])).unwrap();
            // Every second bottleneck keeps its size, so that skips are added.
            text += &if block % 2 == 0 { "kernel = 3\n".to_owned() } else { window(&mut one_of) };
            match kind.as_str() {
                "conv" => writeln!(text, "activation = \"{}\"", one_of(&activation)).unwrap(),
                "bottleneck" => {
                    writeln!(text, "expansion = {}\nrepeat = 2", one_of(&["1", "2", "4"])).unwrap();
                    let after = one_of(&["depthwise", "project"]);
                    let ratio = one_of(&["1", "2", "4"]);
                    writeln!(text, "squeeze_excite = {{ after = \"{after}\", ratio = {ratio} }}").unwrap();
                }
                _ => {}
            }
        }
        let spec = Spec::parse("random.toml", &text, &[]).unwrap();
        if let Ok(graph) = Graph::build(&spec, 2 + number as usize % 4) {
            let case = Case::new(&format!("Random{number}"), &graph, images(&graph, 40, number), number);
            // Rectifiers may leave nothing of the image: such a network tests nothing.
            let expected = case.expected();
            let first = &expected[..graph.classes];
            if expected.chunks(graph.classes).filter(|other| *other != first).count() > 10 {
                return case;
            }
        }
    }
    unreachable!("some attempt gives a network");
}

fn compile(folder: &Path, compiler: &str, arguments: &[&str], sources: &[&str]) -> Result<PathBuf, String> {
    let program = folder.join(format!("program{}", arguments.concat().replace(['/', ' '], "_")));
    let mut command = Command::new(compiler);
    command.current_dir(folder).args(arguments).args(sources).arg("-I.").arg("-o").arg(&program);
    let output = command.output().unwrap();
    if output.status.success() && output.stderr.is_empty() {
        Ok(program)
    } else {
        Err(format!("{command:?}\n{}", String::from_utf8_lossy(&output.stderr)))
    }
}

/// Runs `program` on the bytes of `input`.
fn run(program: &Path, input: &[u8]) -> Vec<u8> {
    let file = program.with_extension("in");
    fs::write(&file, input).unwrap();
    let stdin = Stdio::from(fs::File::open(file).unwrap());
    let output = Command::new(program).stdin(stdin).output().unwrap();
    assert!(output.status.success(), "{program:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Writes the headers of `cases` and a program that answers for all their images in turn.
fn write_program(folder: &Path, cases: &[Case]) -> Vec<u8> {
    let mut main = String::new();
    let mut calls = String::new();
    let mut input = Vec::new();
    for case in cases {
        fs::write(folder.join(format!("{}.h", case.class)), header(&case.model()).unwrap()).unwrap();
        writeln!(main, "#include \"{}.h\"", case.class).unwrap();
        writeln!(calls, "    answer<{}>();", case.class).unwrap();
        input.extend((case.images.len() as u32).to_le_bytes());
        input.extend(case.images.concat());
    }
    fs::write(folder.join("second.cpp"), main.clone() + "int second() { return 0; }\n").unwrap();
    main += include_str!("support/answer.h");
    writeln!(main, "int main() {{\n{calls}    return second();\n}}").unwrap();
    fs::write(folder.join("main.cpp"), main).unwrap();
    input
}

/// Compares what the program of [`write_program`] wrote with the reference.
fn check(cases: &[Case], expected: &[Vec<f32>], output: &[u8]) {
    let mut words = output.as_chunks::<4>().0.iter();
    for (case, expected) in cases.iter().zip(expected) {
        let size = u32::from_le_bytes(*words.next().unwrap()) as usize;
        let program = Program::of(&case.graph);
        assert_eq!(size, program.object_bytes(), "{}", case.class);
        assert_eq!(Estimate::of(&case.graph).peak_activation_bytes, program.arena_bytes as u64);
        let found: Vec<f32> = words.by_ref().take(expected.len()).map(|word| f32::from_le_bytes(*word)).collect();
        assert_eq!(found.len(), expected.len(), "{}", case.class);
        let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < TOLERANCE, "{} is off by {worst}", case.class);
    }
    assert!(words.next().is_none());
}

#[test]
fn generated_headers_answer_as_the_reference_does() {
    if !has("g++") {
        return;
    }
    let presets = ["pico", "nano", "micro", "milli", "mobilenet", "squeeze"];
    let mut cases: Vec<Case> = presets.iter().map(|name| Case::preset(name, 200)).collect();
    cases.extend((0..12).map(random_case));
    let folder = tempfile::tempdir().unwrap();
    let input = write_program(folder.path(), &cases);
    let expected: Vec<Vec<f32>> = cases.iter().map(Case::expected).collect();
    let builds: [&[&str]; 2] = [&["-O2"], &["-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]];
    builds.par_iter().for_each(|flags| {
        let arguments = [&STRICT[..], &STRICTER[..], flags].concat();
        let program = compile(folder.path(), "g++", &arguments, &["main.cpp", "second.cpp"]).unwrap();
        check(&cases, &expected, &run(&program, &input));
    });
}

#[test]
fn clang_finds_nothing_to_say() {
    if !has("clang++") {
        return;
    }
    let cases = [Case::preset("squeeze", 1), random_case(0), random_case(1)];
    let folder = tempfile::tempdir().unwrap();
    write_program(folder.path(), &cases);
    let arguments = [&STRICT[..], &STRICTER[..], &["-O0"]].concat();
    compile(folder.path(), "clang++", &arguments, &["main.cpp", "second.cpp"]).unwrap();
}

#[test]
fn weights_and_images_are_read_from_flash_where_flash_is_apart() {
    if !has("g++") {
        return;
    }
    let cases = [Case::preset("pico", 40), random_case(2)];
    let expected: Vec<Vec<f32>> = cases.iter().map(Case::expected).collect();
    let folder = tempfile::tempdir().unwrap();
    let input = write_program(folder.path(), &cases);
    let stub = format!("-I{}/tests/support/arduino", env!("CARGO_MANIFEST_DIR"));
    let arguments = [&STRICT[..], &["-Wno-error", "-D__AVR__", "-O1", &stub]].concat();
    let program = compile(folder.path(), "g++", &arguments, &["main.cpp", "second.cpp"]).unwrap();
    check(&cases, &expected, &run(&program, &input));
}

#[test]
fn an_object_of_another_size_does_not_compile() {
    if !has("g++") {
        return;
    }
    let case = Case::preset("pico", 1);
    let folder = tempfile::tempdir().unwrap();
    let size = Program::of(&case.graph).object_bytes();
    let text = header(&case.model()).unwrap();
    for (size, fits) in [(size, true), (size + 4, false)] {
        let text = text.replace(&format!("== {}", Program::of(&case.graph).object_bytes()), &format!("== {size}"));
        fs::write(folder.path().join("main.cpp"), text + "int main() { return 0; }\n").unwrap();
        let built = compile(folder.path(), "g++", &["-std=c++11", "-w", "-fsyntax-only"], &["main.cpp"]);
        assert_eq!(built.is_ok(), fits, "{built:?}");
    }
}

#[test]
fn a_compiler_reads_every_literal_as_the_same_bits() {
    if !has("g++") {
        return;
    }
    let mut stream = Stream::new(5, Purpose::Weights, 0, 0);
    let mut bits: Vec<u32> = (0..4000).map(|_| (stream.below(1 << 32)) as u32).collect();
    bits.extend([0, 1, 0x8000_0000, 0x0080_0000, 0x007f_ffff, 0x7f7f_ffff, 0x3dcc_cccd]);
    bits.retain(|bits| f32::from_bits(*bits).is_finite());
    let literals: Vec<String> = bits.iter().map(|bits| float_literal(f32::from_bits(*bits)).unwrap()).collect();
    let text = format!(
        "#include <stdio.h>\nstatic const float all[] = {{{}}};\n\
         int main() {{ return fwrite(all, sizeof all, 1, stdout) == 1 ? 0 : 1; }}\n",
        literals.join(",\n")
    );
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.cpp"), text).unwrap();
    let program = compile(folder.path(), "g++", &STRICT, &["main.cpp"]).unwrap();
    let found: Vec<u32> = run(&program, &[]).as_chunks().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
    assert_eq!(found, bits);
}

/// Compiles the sketch at `ino` as the Arduino IDE would, and runs it once through.
fn run_sketch(folder: &Path, ino: &str, flags: &[&str]) -> Vec<u8> {
    let main = format!("#include \"Arduino.h\"\n#include \"{ino}\"\nint main() {{\n    setup();\n    loop();\n}}\n");
    fs::write(folder.join("main.cpp"), main).unwrap();
    let stub = format!("-I{}/tests/support/arduino", env!("CARGO_MANIFEST_DIR"));
    let arguments = [&STRICT[..], &["-O1", &stub], flags].concat();
    run(&compile(folder, "g++", &arguments, &["main.cpp"]).unwrap(), &[])
}

#[test]
fn the_sketch_runs_and_hostile_names_do_no_harm() {
    if !has("g++") {
        return;
    }
    let mut case = Case::preset("pico", 12);
    case.labels = [
        "\"; int x = 1; // ",
        "*/ #error \\",
        "line\nbreak\r\n#error",
        "??/\n??' \u{1b}[31m\u{7}9",
        "ü\u{202e}%s%n\\x41\u{7f}",
    ]
    .map(str::to_owned)
    .into();
    case.graph.name = "*/ \"\\\n#error ??/".to_owned();
    let mut model = case.model();
    model.provenance.data = "/* \\\r\n#error\u{1b}[2J ??/".to_owned();
    model.provenance.config_hash = "\n#error".to_owned();
    let expected = case.expected();
    let samples: Vec<Sample<'_>> = case
        .images
        .iter()
        .enumerate()
        .map(|(index, pixels)| Sample { pixels, label: index % 5, name: format!("{index}\\\n#error */ ??/") })
        .collect();
    let root = tempfile::tempdir().unwrap();
    let sources = Sources::of(&model, &samples, 2, 256_000).unwrap();
    for text in [&sources.header, &sources.samples, &sources.sketch] {
        assert!(text.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)), "only plain ASCII");
        assert!(text.lines().all(|line| !line.ends_with(['\\', ' '])));
    }
    assert_eq!(sources, Sources::of(&model, &samples, 2, 256_000).unwrap(), "the same bytes twice");
    let paths = export(root.path(), &sources).unwrap();
    let folder = root.path().join(&case.class);
    assert!(paths.iter().all(|path| path.starts_with(&folder)));
    // An Uno has flash for one image of this size.
    for (flags, count) in [(&[][..], 10), (&["-D__AVR__", "-Wno-error"], 1)] {
        let printed = run_sketch(&folder, &format!("{}.ino", case.class), flags);
        let mut right = 0;
        let mut wanted = Vec::new();
        for (index, probabilities) in expected.chunks(5).take(count).enumerate() {
            let class = argmax(probabilities);
            right += usize::from(class == index % 5);
            let line = format!(
                "prediction: {}, truth: {}, probability: {:.2}, microseconds: 1000\n",
                case.labels[class],
                case.labels[index % 5],
                probabilities[class]
            );
            wanted.extend(line.into_bytes());
        }
        wanted.extend(format!("right: {right} of {count}, microseconds each: 1000\n").into_bytes());
        assert_eq!(String::from_utf8_lossy(&printed), String::from_utf8_lossy(&wanted));
    }
}

#[test]
fn the_sketch_of_the_family_compiles_unchanged() {
    if !has("g++") {
        return;
    }
    let case = Case::new("MicroMobileNet", &preset("micro", 5), Vec::new(), 3);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("MicroMobileNet.h"), header(&case.model()).unwrap()).unwrap();
    let sketch = "
        #include \"MicroMobileNet.h\"
        float sample_image[96 * 96] = {0.5f, 1.0f};
        MicroMobileNet net;
        void setup() { Serial.begin(115200); }
        void loop() {
            net.predict(sample_image);
            Serial.println(net.output);
            Serial.println(net.proba);
            for (int i = 0; i < 5; i++) Serial.println(net.outputs[i]);
            Serial.println(net.labels[net.output]);
        }";
    fs::write(folder.path().join("family.ino"), sketch).unwrap();
    let printed = String::from_utf8(run_sketch(folder.path(), "family.ino", &[])).unwrap();
    assert_eq!(printed.lines().count(), 8);
    assert!(printed.ends_with(&format!("class {}\n", printed.lines().next().unwrap())), "{printed}");
}

#[test]
fn what_cannot_be_written_is_an_error() {
    let case = Case::preset("pico", 1);
    let error = |model: &Model<'_>| header(model).unwrap_err().to_string();
    let mut model = case.model();
    model.class_name = "../x".to_owned();
    assert_eq!(error(&model), "`../x` cannot be the name of a C++ class");
    let mut model = case.model();
    model.labels = &case.labels[1..];
    assert_eq!(error(&model), "4 labels for 5 classes");
    let mut broken = case.weights.clone();
    let mut tensor = broken.get("block1.pointwise.weight").unwrap().clone();
    tensor.values[3] = f32::INFINITY;
    broken.insert("block1.pointwise.weight".to_owned(), tensor);
    let mut model = case.model();
    model.weights = &broken;
    assert!(error(&model).starts_with("`block1.pointwise.weight` holds inf"), "{}", error(&model));
    let graph = preset("pico", 5);
    let unfolded = weights(&graph, 1);
    let mut model = case.model();
    (model.graph, model.weights) = (&graph, &unfolded);
    assert_eq!(error(&model), "`stem` cannot be written as C++ in this place of a network");
    for samples in [&[][..], &[Sample { pixels: &[0; 3], label: 0, name: "x".into() }]] {
        assert!(Sources::of(&case.model(), samples, 1, 1000).is_err());
    }
}
