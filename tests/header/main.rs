//! Generated headers and sketches, compiled and run on the host.

mod arena;
mod build;
mod camera;
mod case;
mod check;
mod int8;
mod sizes;
mod standards;
mod streaming;
#[path = "../support/mod.rs"]
mod support;
mod sure;

use build::{STRICT, check, compile, run, run_sketch, sanitized, write_program};
use case::{Case, images, preset, random_case, weights};
use micromobilenet::codegen::{Model, Sample, SampleRoom, Sources, export, float_literal, header};
use micromobilenet::graph::argmax;
use micromobilenet::random::{Purpose, Stream};
use rayon::prelude::*;
use std::fs;
use support::usable;

const STRICTER: [&str; 3] = ["-Wshadow", "-Wconversion", "-pedantic"];

#[test]
fn generated_headers_answer_as_the_reference_does() {
    if !usable("g++", &[]) {
        return;
    }
    let trained = ["pico", "nano", "micro", "milli", "mobilenet"];
    let mut cases: Vec<Case> = trained.iter().map(|name| Case::trained(name, 200)).collect();
    cases.push(Case::preset("squeeze", 200).vivid());
    cases.extend((0..12).map(|number| random_case(number).vivid()));
    let folder = tempfile::tempdir().unwrap();
    write_program(folder.path(), &cases);
    let expected: Vec<Vec<f32>> = cases.iter().map(Case::expected).collect();
    let builds: [(&[&str], usize); 2] = [(&["-O2"], 200), (sanitized(), 30)];
    builds.par_iter().for_each(|(flags, limit)| {
        let arguments = [&STRICT[..], &STRICTER[..], flags].concat();
        let program = compile(folder.path(), "g++", &arguments, &["main.cpp", "second.cpp"]).unwrap();
        check(&program, &cases, &expected, *limit);
    });
}

#[test]
fn clang_finds_nothing_to_say() {
    if !usable("clang++", &[]) {
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
    if !usable("g++", &[]) {
        return;
    }
    let cases = [Case::trained("pico", 40), random_case(2)];
    let expected: Vec<Vec<f32>> = cases.iter().map(Case::expected).collect();
    let folder = tempfile::tempdir().unwrap();
    write_program(folder.path(), &cases);
    let stub = format!("-I{}/tests/header/arduino", env!("CARGO_MANIFEST_DIR"));
    let arguments = [&STRICT[..], &["-D__AVR__", "-O1", &stub]].concat();
    let program = compile(folder.path(), "g++", &arguments, &["main.cpp", "second.cpp"]).unwrap();
    check(&program, &cases, &expected, 40);
}

#[test]
fn tables_too_large_for_avr_are_refused_there_with_what_to_do() {
    let flags = ["-std=gnu++11", "-mmcu=atmega2560", "-fsyntax-only", "-Wfatal-errors"];
    if !usable("avr-g++", &flags) {
        return;
    }
    for (name, refused) in [("micro", false), ("mobilenet", true)] {
        let case = Case::preset(name, 1);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("Net.h"), header(&case.model()).unwrap()).unwrap();
        fs::write(folder.path().join("main.cpp"), "#include \"Net.h\"\n").unwrap();
        match compile(folder.path(), "avr-g++", &flags, &["main.cpp"]) {
            Err(said) if refused => {
                assert!(
                    said.contains("an array on AVR holds at most 32767: export it with --precision int8"),
                    "{said}"
                );
            }
            built => assert!(built.is_ok() && !refused, "{name}: {built:?}"),
        }
        // Elsewhere, and in int8, it is as large as it likes.
        if usable("g++", &[]) {
            compile(folder.path(), "g++", &["-std=c++11", "-fsyntax-only"], &["main.cpp"]).unwrap();
        }
        assert!(!header(&Case::preset(name, 16).int8().model()).unwrap().contains("#error"));
    }
}

#[test]
fn an_object_of_another_size_does_not_compile() {
    if !usable("g++", &[]) {
        return;
    }
    let case = Case::preset("pico", 1);
    let folder = tempfile::tempdir().unwrap();
    let size = case.model().program().object_bytes();
    let text = header(&case.model()).unwrap();
    for (size, fits) in [(size, true), (size + 4, false)] {
        let text = text.replace(&format!("== {}", case.model().program().object_bytes()), &format!("== {size}"));
        fs::write(folder.path().join("main.cpp"), text + "int main() { return 0; }\n").unwrap();
        let built = compile(folder.path(), "g++", &["-std=c++11", "-w", "-fsyntax-only"], &["main.cpp"]);
        assert_eq!(built.is_ok(), fits, "{built:?}");
    }
}

#[test]
fn a_compiler_reads_every_literal_as_the_same_bits() {
    if !usable("g++", &[]) {
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

#[test]
fn the_sketch_runs_and_hostile_names_do_no_harm() {
    if !usable("g++", &[]) {
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
    let (expected, size) = (case.expected(), case.model().program().object_bytes());
    let samples: Vec<Sample<'_>> = case
        .images
        .iter()
        .enumerate()
        .map(|(index, pixels)| Sample { pixels, label: index % 5, name: format!("{index}\\\n#error */ ??/") })
        .collect();
    let root = tempfile::tempdir().unwrap();
    let sources = Sources::of(&model, &samples, 2, SampleRoom::default()).unwrap();
    for text in [&sources.header, &sources.samples, &sources.sketch] {
        assert!(text.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)), "only plain ASCII");
        // A comment that ends so would swallow the next line.
        assert!(!text.lines().any(|line| line.ends_with(' ') || line.contains("//") && line.ends_with('\\')));
    }
    assert_eq!(sources, Sources::of(&model, &samples, 2, SampleRoom::default()).unwrap(), "the same bytes twice");
    let paths = export(root.path(), &sources).unwrap();
    let folder = root.path().join(&case.class);
    assert!(paths.iter().all(|path| path.starts_with(&folder)));
    // An Uno has flash for one image of this size. Free RAM is printed where the core tells it: of the core
    // of this test, what it makes up.
    let any = || Some(1..u64::MAX);
    let ram = [
        (&[][..], 10, None),
        (&["-D__AVR__"], 1, any()),
        (&["-D__arm__"], 10, any()),
        (&["-D__arm__", "-DARDUINO_ARCH_MBED", "-DARDUINO_ARCH_RP2040"], 10, None),
        (&["-D__arm__", "-DARDUINO_ARCH_RP2040"], 10, Some(180_000..180_001)),
        (&["-D__arm__", "-DSTACK_BELOW_THE_HEAP"], 10, None),
        (&["-DESP32"], 10, Some(250_000..250_001)),
    ];
    for (flags, count, told) in ram {
        let printed = run_sketch(&folder, &format!("{}.ino", case.class), flags);
        let mut right = 0;
        let mut wanted = Vec::new();
        for (index, probabilities) in expected.chunks(5).take(count).enumerate() {
            let class = argmax(probabilities);
            right += usize::from(class == index % 5);
            let line = format!(
                "PASS, prediction: {}{}, truth: {}, probability: {:.4}, microseconds: 1000\n",
                case.labels[class],
                if probabilities[class] >= 0.5 { "" } else { " (not sure)" },
                case.labels[index % 5],
                probabilities[class]
            );
            wanted.extend(line.into_bytes());
        }
        wanted.extend(
            format!(
                "PASS: {count} of {count} as expected, correct: {right}, microseconds per image: 1000, \
                 object bytes: {size}"
            )
            .into_bytes(),
        );
        let (all_but_free, free) = printed.split_at(wanted.len().min(printed.len()));
        assert_eq!(String::from_utf8_lossy(all_but_free), String::from_utf8_lossy(&wanted));
        let free = String::from_utf8_lossy(free);
        match told {
            None => assert_eq!(free, "\n"),
            Some(range) => {
                let found = free.strip_prefix(", free RAM bytes: ").and_then(|free| free.trim().parse().ok());
                assert!(found.is_some_and(|found| range.contains(&found)), "{flags:?}: {free}");
            }
        }
    }
}

/// A sketch as people have them, who know the family from before.
const FAMILY: &str = "
#include \"@Class@.h\"
float sample_image[96 * 96] = {0.5f, 1.0f};
@Class@ net;
void setup() { Serial.begin(115200); }
void loop() {
    net.predict(sample_image);
    Serial.println(net.output);
    Serial.println(net.proba);
    for (int i = 0; i < 5; i++) Serial.println(net.outputs[i]);
    Serial.println(net.labels[net.output]);
}
";

#[test]
fn the_sketch_of_the_family_compiles_unchanged() {
    if !usable("g++", &[]) {
        return;
    }
    let family = ["PicoMobileNet", "NanoMobileNet", "MicroMobileNet", "MilliMobileNet", "MobileNet"];
    let kinds = [false, true].map(|int8| family.map(|class| (class, int8)));
    kinds.as_flattened().par_iter().for_each(|(class, int8)| {
        let name = class.trim_end_matches("MobileNet").to_lowercase();
        let graph = preset(if name.is_empty() { "mobilenet" } else { &name }, 5);
        let case = Case::new(class, &graph, images(&graph, 16, 1), 3);
        let case = if *int8 { case.int8() } else { case };
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(format!("{class}.h")), header(&case.model()).unwrap()).unwrap();
        fs::write(folder.path().join("family.ino"), FAMILY.replace("@Class@", class)).unwrap();
        let printed = String::from_utf8(run_sketch(folder.path(), "family.ino", &[])).unwrap();
        assert_eq!(printed.lines().count(), 8);
        assert!(printed.ends_with(&format!("class {}\n", printed.lines().next().unwrap())), "{class}: {printed}");
    });
}

#[test]
fn what_cannot_be_written_is_an_error() {
    let case = Case::preset("pico", 1);
    let error = |model: &Model<'_>| header(model).unwrap_err().to_string();
    let mut model = case.model();
    model.class_name = "../x".to_owned();
    assert_eq!(error(&model), "`../x` cannot be used as the name of a C++ class");
    let mut model = case.model();
    model.labels = &case.labels[1..];
    assert_eq!(error(&model), "4 labels for 5 classes");
    let mut broken = case.weights.clone();
    let mut tensor = broken.get("block1.pointwise.weight").unwrap().clone();
    tensor.values[3] = f32::INFINITY;
    broken.insert("block1.pointwise.weight".to_owned(), tensor);
    let mut model = case.model();
    model.weights = &broken;
    assert!(error(&model).starts_with("`block1.pointwise.weight` contains inf"), "{}", error(&model));
    let graph = preset("pico", 5);
    let unfolded = weights(&graph, 1);
    let mut model = case.model();
    (model.graph, model.weights) = (&graph, &unfolded);
    assert_eq!(error(&model), "the C++ export does not support `stem` in this position of the network");
    for samples in [&[][..], &[Sample { pixels: &[0; 3], label: 0, name: "x".into() }]] {
        assert!(Sources::of(&case.model(), samples, 1, SampleRoom::default()).is_err());
    }
}
