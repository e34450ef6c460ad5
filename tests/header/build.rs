//! Compiling and running exported headers.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use crate::case::Case;
use crate::support::usable;
use micromobilenet::codegen::header;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How far a probability may be from the reference.
const TOLERANCE: f32 = 1e-4;
/// Compiler flags of every header.
pub const STRICT: [&str; 4] = ["-std=c++11", "-Wall", "-Wextra", "-Werror"];

/// Sanitizer flags: accesses out of bounds and undefined behaviour.
const SANITIZED: [&str; 3] = ["-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/// Flags of g++ for a program that its sanitizers watch; without them where they are missing, which is said.
pub fn sanitized() -> &'static [&'static str] {
    if usable("g++", &SANITIZED) { &SANITIZED } else { &SANITIZED[..1] }
}

/// Compiles `sources` in `folder`; what the compiler says is an error, warnings too.
pub fn compile(folder: &Path, compiler: &str, arguments: &[&str], sources: &[&str]) -> Result<PathBuf, String> {
    let program = folder.join(format!("program_{compiler}{}", arguments.concat().replace(['/', ' '], "_")));
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
pub fn run(program: &Path, input: &[u8]) -> Vec<u8> {
    let file = program.with_extension("in");
    fs::write(&file, input).unwrap();
    let stdin = Stdio::from(fs::File::open(file).unwrap());
    let output = Command::new(program).stdin(stdin).output().unwrap();
    assert!(
        output.status.success(),
        "{}: {}\n{}",
        program.display(),
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Writes the headers of `cases` and a program that answers for their images in turn.
pub fn write_program(folder: &Path, cases: &[Case]) {
    let mut main = String::new();
    let mut calls = String::new();
    for case in cases {
        fs::write(folder.join(format!("{}.h", case.class)), header(&case.model()).unwrap()).unwrap();
        writeln!(main, "#include \"{}.h\"", case.class).unwrap();
        writeln!(calls, "    answer<{}>();", case.class).unwrap();
    }
    fs::write(folder.join("second.cpp"), main.clone() + "int second() { return 0; }\n").unwrap();
    main += include_str!("answer.h");
    writeln!(main, "int main() {{\n{calls}    return second();\n}}").unwrap();
    fs::write(folder.join("main.cpp"), main).unwrap();
}

/// Runs the program of [`write_program`] on at most `limit` images of each case, and compares
/// its answers with what is expected.
pub fn check(program: &Path, cases: &[Case], expected: &[Vec<f32>], limit: usize) {
    let mut input = Vec::new();
    for case in cases {
        let images = &case.images[..case.images.len().min(limit)];
        input.extend((images.len() as u32).to_le_bytes());
        input.extend(images.concat());
    }
    let output = run(program, &input);

    let mut words = output.as_chunks::<4>().0.iter();
    for (case, expected) in cases.iter().zip(expected) {
        let expected = &expected[..expected.len().min(limit * case.graph.classes)];
        let size = u32::from_le_bytes(*words.next().unwrap()) as usize;
        let program = case.model().program();
        assert_eq!(size, program.object_bytes(), "{}", case.class);
        let found: Vec<f32> = words.by_ref().take(expected.len()).map(|word| f32::from_le_bytes(*word)).collect();
        assert_eq!(found.len(), expected.len(), "{}", case.class);
        let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < TOLERANCE, "{} is off by {worst}", case.class);
    }
    assert!(words.next().is_none());
}

/// Compiles the sketch at `ino` as the Arduino IDE would, and runs it once through.
pub fn run_sketch(folder: &Path, ino: &str, flags: &[&str]) -> Vec<u8> {
    let main = format!("#include \"Arduino.h\"\n#include \"{ino}\"\nint main() {{\n    setup();\n    loop();\n}}\n");
    fs::write(folder.join("main.cpp"), main).unwrap();
    let stub = format!("-I{}/tests/header/arduino", env!("CARGO_MANIFEST_DIR"));
    let arguments = [&STRICT[..], &["-O1", &stub], flags].concat();
    run(&compile(folder, "g++", &arguments, &["main.cpp"]).unwrap(), &[])
}
