//! Headers of random networks, compiled and run: every row and every score is that of the executor.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use crate::case::{Case, images};
use crate::nets::Net;
use micromobilenet::codegen::header;
use micromobilenet::config::Precision;
use micromobilenet::graph::{Map, Shape};
use micromobilenet::plan::Program;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// How far a float may be off, for each unit of the largest value of its map; and a probability.
const TOLERANCE: f32 = 1e-4;
/// Images of each network: those with structure come first.
const IMAGES: usize = 8;

/// How a program is built: the flags, and which networks of a chunk it is for.
#[derive(Clone, Copy, Debug)]
pub struct Build {
    pub name: &'static str,
    pub flags: &'static [&'static str],
}

/// As people compile.
pub const PLAIN: Build = Build { name: "plain", flags: &["-O1"] };
/// Sanitized, with the arena on the heap.
pub const SANITIZED: Build = Build {
    name: "sanitized",
    flags: &["-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-DMICROMOBILENET_CALLER_ARENA"],
};

/// A network as it is exported in one precision.
pub fn case(net: &Net, precision: Precision) -> Case {
    let images = images(&net.graph, IMAGES, 3);
    let class = format!("{}{}", net.name, if precision == Precision::Int8 { "i" } else { "f" });
    let seed = net.name.bytes().map(u32::from).sum();
    let case = Case { plan: net.plan, ..Case::new(&class, &net.graph, images, seed) };
    if precision == Precision::Int8 { case.int8() } else { case }
}

/// One row or the result, as the program printed it.
struct Frame<'a> {
    what: char,
    step: usize,
    row: usize,
    size: usize,
    values: &'a [u8],
}

/// Compiles and runs `nets` in one program and says which of them are wrong, and where.
pub fn check(nets: &[Net], build: Build) -> Vec<String> {
    let both = [Precision::Int8, Precision::Float];
    let cases: Vec<Case> = nets.iter().flat_map(|net| both.map(|precision| case(net, precision))).collect();
    let folder = tempfile::tempdir().unwrap();
    if let Err(said) = compile(folder.path(), &cases, build) {
        return vec![said];
    }
    let mut input = Vec::new();
    for case in &cases {
        input.extend((case.images.len() as u32).to_le_bytes());
        input.extend(case.images.concat());
    }
    fs::write(folder.path().join("in"), input).unwrap();
    let stdin = Stdio::from(fs::File::open(folder.path().join("in")).unwrap());
    let output = Command::new(folder.path().join("program")).stdin(stdin).output().unwrap();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let names: Vec<&str> = nets.iter().map(|net| net.name.as_str()).collect();
        return vec![format!("{} ({}): {}: {said}", names.join(", "), build.name, output.status)];
    }
    let mut rest = output.stdout.as_slice();
    let mut wrong = Vec::new();
    for case in &cases {
        let mut first = None;
        for index in 0..case.images.len() {
            let frames = frames(&mut rest);
            let found = compare(case, index, &frames);
            first = first.or(found.err().map(|error| format!("{}: image {index}: {error}", case.class)));
        }
        wrong.extend(first);
    }
    assert!(rest.is_empty(), "the program says more than it was asked for");
    wrong
}

fn compile(folder: &Path, cases: &[Case], build: Build) -> Result<(), String> {
    let mut main = String::from("#include \"driver.h\"\n");
    let mut calls = String::new();
    for case in cases {
        fs::write(folder.join(format!("{}.h", case.class)), header(&case.model()).unwrap()).unwrap();
        writeln!(main, "#include \"{}.h\"", case.class).unwrap();
        let size = if case.quantised.is_some() { 1 } else { 4 };
        writeln!(calls, "    answer<{0}, {0}Camera>({size});", case.class).unwrap();
    }
    writeln!(main, "int main() {{\n{calls}    return 0;\n}}").unwrap();
    fs::write(folder.join("main.cpp"), main).unwrap();
    fs::write(folder.join("driver.h"), include_str!("driver.h")).unwrap();
    let mut command = Command::new("g++");
    command.current_dir(folder).args(["-std=c++11", "-Wall", "-Wextra", "-Werror"]).args(build.flags);
    let output = command.args(["-o", "program", "main.cpp"]).output().unwrap();
    if output.status.success() {
        return Ok(());
    }
    let names: Vec<&str> = cases.iter().map(|case| case.class.as_str()).collect();
    Err(format!("{} do not compile: {}", names.join(", "), String::from_utf8_lossy(&output.stderr)))
}

/// The output for one image.
fn frames<'a>(rest: &mut &'a [u8]) -> Vec<Frame<'a>> {
    let mut frames = Vec::new();
    loop {
        let (head, after) = rest.split_at(20);
        let number = |i: usize| u32::from_le_bytes(head[4 * i..4 * i + 4].try_into().unwrap()) as usize;
        let what = char::from(head[0]);
        let (values, after) = after.split_at(number(3) * number(4));
        *rest = after;
        frames.push(Frame { what, step: number(1), row: number(2), size: number(3), values });
        if what == 'S' {
            return frames;
        }
    }
}

/// Channel `c` of column `x` of row `y`.
type Value<'a, T> = &'a dyn Fn(usize, usize, usize) -> T;

fn row_of<T>(shape: Shape, y: usize, value: Value<'_, T>) -> Vec<T> {
    (0..shape.channels).flat_map(|c| (0..shape.width).map(move |x| (c, x))).map(|(c, x)| value(c, y, x)).collect()
}

fn compare(case: &Case, image: usize, frames: &[Frame<'_>]) -> Result<(), String> {
    let program = case.model().program();
    let mut rows = vec![0; program.steps.len()];
    let pixels = &case.images[image];
    if let Some(quantised) = &case.quantised {
        let maps = quantised.run(pixels);
        for frame in frames {
            let wanted: Vec<u8> = if frame.what == 'S' {
                maps.last().unwrap().iter().map(|score| score.cast_unsigned()).collect()
            } else {
                let (shape, map) = made(&program, frame, &mut rows)?;
                let at = |c: usize, y: usize, x: usize| {
                    maps[map][(y * shape.width + x) * shape.channels + c].cast_unsigned() ^ 0x80
                };
                row_of(shape, frame.row, &at)
            };
            if frame.size != 1 || frame.values != wanted {
                return Err(place(case, &program, frame));
            }
        }
    } else {
        let maps = case.graph.reference(&case.weights, &case.graph.image_map(pixels));
        for frame in frames {
            let found: Vec<f32> =
                frame.values.as_chunks::<4>().0.iter().map(|word| f32::from_le_bytes(*word)).collect();
            let (wanted, largest) = if frame.what == 'S' {
                (micromobilenet::graph::softmax(&maps.last().unwrap().values), 1.0)
            } else {
                let (shape, map) = made(&program, frame, &mut rows)?;
                let Map { values, .. } = &maps[map];
                let at = |c: usize, y: usize, x: usize| values[(c * shape.height + y) * shape.width + x];
                (row_of(shape, frame.row, &at), values.iter().fold(1.0_f32, |most, value| most.max(value.abs())))
            };
            // What is no number is off too.
            let is_close = |a: &f32, b: &f32| (a - b).abs() < TOLERANCE * largest;
            let off = found.iter().zip(&wanted).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            if frame.size != 4 || found.len() != wanted.len() || !found.iter().zip(&wanted).all(|(a, b)| is_close(a, b))
            {
                return Err(format!("{} by {off}", place(case, &program, frame)));
            }
        }
    }
    let all = program.steps.iter().map(|step| step.output.height);
    if all.ne(rows) { Err("not every row was made".to_owned()) } else { Ok(()) }
}

/// The shape and the number of the map that a row belongs to, whose rows come in order.
fn made(program: &Program, frame: &Frame<'_>, rows: &mut [usize]) -> Result<(Shape, usize), String> {
    let step = program.steps.get(frame.step).ok_or("a step that there is not")?;
    if rows[frame.step] != frame.row {
        return Err(format!("step {} makes row {} after {} rows", frame.step, frame.row, rows[frame.step]));
    }
    rows[frame.step] += 1;
    Ok((step.output, step.op.0))
}

fn place(case: &Case, program: &Program, frame: &Frame<'_>) -> String {
    match program.steps.get(frame.step) {
        Some(step) if frame.what == 'R' => format!("{} row {} is off", case.graph.ops[step.op.0].name, frame.row),
        _ => "the result is off".to_owned(),
    }
}
