//! Int8 networks on every instruction set: scores, and every row of every operation, byte for byte.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use crate::case::{Case, images, random_case};
use crate::count::{self, MANY};
use crate::harness::answers::TraceRow;
use crate::harness::{Options, Target};
use crate::nets::Net;
use crate::pictures::pictures;
use crate::support::usable;
use crate::{folder, holds, on, ready, runnable, sanitizing};
use micromobilenet::config::ConfigFile;
use micromobilenet::graph::Graph;
use micromobilenet::quant::Quantised;
use rayon::prelude::*;
use std::fs;
use std::process::Command;
use std::time::Instant;

/// Images whose every row is compared.
const FEW: usize = 2;

const NETS: [&str; 6] = ["pico", "nano", "micro", "milli", "mobilenet", "squeeze"];

/// The network of a preset in integers, calibrated on a few of the images it is tried on.
fn preset(name: &str) -> Case {
    let case = Case::preset(name, 24).int8();
    let images = pictures(&case.graph, MANY);
    Case { class: "Net".to_owned(), images, ..case }
}

fn quantised(case: &Case) -> &Quantised {
    case.quantised.as_ref().unwrap()
}

#[test]
fn scores_are_the_same_bytes_on_every_processor() {
    for name in NETS {
        let case = preset(name);
        let folder = folder(&case);
        let scores = |image: &Vec<u8>| quantised(&case).run(image).pop().unwrap();
        let expected: Vec<Vec<i8>> = case.images.par_iter().map(scores).collect();
        let targets: Vec<Target> = runnable().into_iter().filter(|target| holds(*target, &case)).collect();
        on(&targets, |target| {
            let count = count::int8(target);
            let program = target.build(folder.path(), &Options::new("-Os"))?;
            let start = Instant::now();
            let answers = program.run(&case.images[..count])?;
            println!("{name} on {target:?}: {count} images in {:.1} s", start.elapsed().as_secs_f64());
            let wrong = answers.scores.iter().zip(&expected).position(|(found, expected)| found != expected);
            match wrong {
                Some(image) => {
                    Err(format!("{name}: image {image}: {:?} instead of {:?}", answers.scores[image], expected[image]))
                }
                None if answers.scores.len() == count => Ok(()),
                None => Err(format!("{name}: {} answers for {count} images", answers.scores.len())),
            }
        });
    }
}

/// The rows of every step, image by image, in the order of steps and rows.
fn expected_rows(case: &Case, images: &[Vec<u8>]) -> Vec<TraceRow> {
    let program = case.model().program();
    let mut rows = Vec::new();
    for (image, pixels) in images.iter().enumerate() {
        let maps = quantised(case).run(pixels);
        for (index, step) in program.steps.iter().enumerate() {
            let map = &maps[step.op.0];
            let (width, channels) = (step.output.width, step.output.channels);
            for (row, values) in map.chunks(width * channels).enumerate() {
                let value = |c: usize, x: usize| values[x * channels + c].cast_unsigned() ^ 0x80;
                let bytes = (0..channels).flat_map(|c| (0..width).map(move |x| value(c, x))).collect();
                rows.push(TraceRow { image, step: index, row, value_bytes: 1, bytes });
            }
        }
    }
    rows
}

/// Compares all rows on `target`.
fn check_rows(target: Target, case: &Case, optimise: &str) -> Result<(), String> {
    let folder = folder(case);
    let images = &case.images[..FEW];
    let mut found = target.build(folder.path(), &Options::new(optimise).trace())?.run(images)?.rows;
    found.sort_by_key(|row| (row.image, row.step, row.row));
    let expected = expected_rows(case, images);
    for (found, expected) in found.iter().zip(&expected) {
        if found != expected {
            let TraceRow { image, step, row, .. } = expected;
            return Err(format!("{}: image {image}, step {step}, row {row} differs", case.graph.name));
        }
    }
    let (rows, wanted) = (found.len(), expected.len());
    if rows == wanted { Ok(()) } else { Err(format!("{}: {rows} rows instead of {wanted}", case.graph.name)) }
}

#[test]
fn every_row_of_every_operation_is_the_executors() {
    for name in NETS {
        let case = preset(name);
        let targets: Vec<Target> = runnable().into_iter().filter(|target| holds(*target, &case)).collect();
        on(&targets, |target| check_rows(target, &case, "-O2"));
    }
}

#[test]
fn random_networks_are_the_same_bytes_too() {
    let cases: Vec<Case> = (100..124)
        .into_par_iter()
        .map(|number| {
            let case = random_case(number).int8();
            let case = if number % 3 == 0 { case.fast() } else { case };
            Case { class: "Net".to_owned(), ..case }
        })
        .collect();
    let targets = [Target::CortexM4, Target::Rv32, Target::CortexM0, Target::Mega, Target::CortexM33];
    on(&targets, |target| {
        let fitting = cases.iter().filter(|case| holds(target, case));
        // The compiler and the core of AVR take longest.
        let every = if target.is_avr() { 4 } else { 1 };
        for (number, case) in fitting.enumerate().filter(|(number, _)| number % every == 0) {
            let optimise = if number % 2 == 0 { "-Os" } else { "-O2" };
            check_rows(target, case, optimise).map_err(|error| format!("network {number}: {error}"))?;
        }
        Ok(())
    });
}

/// Networks whose filters gather their inputs in several ways: by planes, from a colour image and value by value, with
/// strides, paddings and numbers of channels of each.
const GATHERED: [&str; 5] = [
    "1 20\n8 3 1 same\n8 3 1 same\n12 1 2 same\n8 3 1 valid",
    "1 21\n8 3 1 same\n4 3 2 same\n8 1 2 same\n6 3 2 valid",
    "1 16\n4 3 1 valid\n8 5 3 same\n8 1 3 same\n4 5 1 same\n4 5 2 same",
    "3 17\n8 5 1 same\n8 1 2 same\n8 3 1 same",
    "3 19\n6 3 3 valid\n8 3 1 same\n8 3 2 same\n5 1 2 same",
];

/// The configuration of such a network: channels and side of the image, then filters, kernel, stride and padding of the
/// stem and of every block.
fn gathered(text: &str) -> String {
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let mut lines = text.lines().map(words);
    let image = lines.next().unwrap();
    let mut config =
        format!("[model]\ninput = {{ height = {side}, width = {side}, channels = {} }}\n", image[0], side = image[1]);
    for (index, line) in lines.enumerate() {
        config += if index == 0 { "[stem]\n" } else { "[[blocks]]\ntype = \"conv\"\n" };
        let [filters, kernel, stride, padding] = line.try_into().unwrap();
        config += &format!("filters = {filters}\nkernel = {kernel}\nstride = {stride}\npadding = \"{padding}\"\n");
    }
    config
}

#[test]
fn filters_that_gather_in_several_ways_are_the_same_bytes() {
    let cases = GATHERED.map(|text| {
        let spec = ConfigFile::parse("net.toml", &gathered(text), &[]).unwrap();
        let graph = Graph::of_file(&spec, 4).unwrap();
        Case::new("Net", &graph, images(&graph, 24, 7), 7).int8()
    });
    on(&[Target::CortexM4, Target::CortexM33, Target::CortexM0, Target::Rv32], |target| {
        for (case, text) in cases.iter().zip(GATHERED) {
            check_rows(target, case, "-O2").map_err(|error| format!("{text:?}: {error}"))?;
        }
        Ok(())
    });
}

/// Architectures that nobody chose, as many as `MICROMOBILENET_NETS_ON_M4` says.
#[test]
fn random_architectures_are_the_same_bytes_on_cortex_m4() {
    if !ready(Target::CortexM4) {
        return;
    }
    let number = |name: &str, usual: u32| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (count, seed) = (number("MICROMOBILENET_NETS_ON_M4", 40), number("MICROMOBILENET_SEED", 1));
    let start = Instant::now();
    let check = |index: u32| {
        let net = Net::random(seed, index);
        let case = Case::new("Net", &net.graph, images(&net.graph, 8, index), index).int8();
        let case = Case { plan: net.plan, ..case };
        let optimise = if index.is_multiple_of(2) { "-Os" } else { "-O2" };
        let wrong = check_rows(Target::CortexM4, &case, optimise).err()?;
        Some(format!("{}: {wrong}\n{}", net.name, net.text))
    };
    let wrong: Vec<String> = (0..count).into_par_iter().filter_map(check).collect();
    println!("{count} networks on Cortex-M4, {} wrong, {:.0} s", wrong.len(), start.elapsed().as_secs_f64());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn optimisers_and_sanitizers_change_nothing() {
    let case = preset("squeeze");
    let folder = folder(&case);
    let images = &case.images[..40];
    let expected: Vec<Vec<i8>> = images.par_iter().map(|image| quantised(&case).run(image).pop().unwrap()).collect();
    let sanitizing = sanitizing();
    on(&[Target::HostGcc, Target::HostClang, Target::CortexM4, Target::Rv32], |target| {
        let mut all: Vec<Options> = ["-O0", "-Os", "-O2", "-O3"].map(Options::new).into();
        if sanitizing.contains(&target) {
            all.push(Options::sanitized());
        }
        for options in all {
            let scores = target.build(folder.path(), &options)?.run(images)?.scores;
            if scores != expected {
                return Err(format!("{options:?} gives other scores"));
            }
        }
        Ok(())
    });
}

/// 32-bit Linux boards have a Cortex-A, which knows the instructions that the kernels for Cortex-M4 are
/// made of, but not all of their forms.
#[test]
fn the_headers_of_all_nets_compile_for_cortex_a() {
    let strict = ["-std=c++11", "-Wall", "-Wextra", "-Werror", "-march=armv7-a+fp", "-mfloat-abi=hard", "-c"];
    if !usable("arm-none-eabi-g++", &strict) {
        return;
    }
    for name in NETS {
        let folder = folder(&preset(name));
        let source = folder.path().join("net.cpp");
        fs::write(&source, "#include \"Net.h\"\nvoid use(Net &net, const uint8_t *image) { net.predict(image); }\n")
            .unwrap();
        for (form, optimise) in [("-marm", "-O2"), ("-mthumb", "-O2"), ("-marm", "-Os"), ("-mthumb", "-O0")] {
            let mut command = Command::new("arm-none-eabi-g++");
            command.args(strict).args([form, optimise, "-o", "/dev/null"]).arg(&source);
            let output = command.output().unwrap();
            assert!(output.status.success(), "{name} {form}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[test]
fn the_headers_of_all_nets_compile_for_esp8266() {
    if !ready(Target::Esp8266) {
        return;
    }
    for name in NETS {
        let case = preset(name);
        Target::Esp8266.build(folder(&case).path(), &Options::new("-Os")).unwrap();
    }
}
