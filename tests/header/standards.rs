//! Headers compile without a warning as C++11 to C++26, whatever the sketch around them defines.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use crate::STRICTER;
use crate::build::{STRICT, compile};
use crate::case::{Case, random_case};
use crate::support::usable;
use micromobilenet::codegen::header;
use rayon::prelude::*;
use std::fmt::Write as _;
use std::fs;

/// Compilers with the standards that each of them knows.
const STANDARDS: [(&str, &[&str], &[&str]); 5] = [
    ("g++", &[], &["c++11", "c++14", "c++17", "c++20", "c++23"]),
    ("clang++", &[], &["c++11", "c++14", "c++17", "c++20", "c++2b"]),
    ("clang++-19", &[], &["c++11", "c++17", "c++23", "c++26"]),
    ("arm-none-eabi-g++", &["-mcpu=cortex-m4", "-mthumb"], &["gnu++11", "gnu++17", "gnu++23"]),
    ("arm-none-eabi-g++", &["-mcpu=cortex-m0", "-mthumb"], &["gnu++11", "gnu++17", "gnu++23"]),
];

/// Macros in lower case: of Arduino cores, of the sockets of lwIP, of curses, and of sketches; two in
/// capital letters that cores have.
const MACROS: &str = "
    min max abs round radians degrees sq bit word constrain B1 F
    read write open close send recv select poll bind listen accept connect
    clear move refresh box
    red green blue white black gray width height row rows column columns in out input output first second last
    left right up down top bottom step steps state value index count pixel image flash start x y";

/// Variables of a sketch: the object, and names that the header gives to parameters.
const VARIABLES: &str = "net row image arena values weights channel stride tile";

/// Everything of a class that is compiled only where it is used.
const USE: &str = "
template <class Net, class Camera>
uint16_t use(Net &object, const uint8_t *bytes, const float *fractions) {
    object.predict(bytes);
    object.predict_P(bytes);
    object.predict(fractions);
    Camera camera(object, 5, 7);
    camera.begin();
    camera.gray(bytes);
    camera.rgb888(bytes);
    camera.rgb565(bytes);
    return static_cast<uint16_t>(camera.finish() + object.finish());
}
";

fn cases() -> [Case; 8] {
    // The last is in colour.
    let nets = || [Case::preset("squeeze", 8), Case::preset("micro", 8), random_case(1), random_case(0)];
    let [a, b, c, d] = nets();
    let [e, f, g, h] = nets().map(Case::int8);
    [a, b, c, d, e, f, g, h]
}

/// Compiles `text`, which includes the headers `Net0.h` and on, by every compiler as every standard.
fn compile_as_all(text: &str, headers: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.cpp"), text).unwrap();
    for (number, header) in headers.iter().enumerate() {
        fs::write(folder.path().join(format!("Net{number}.h")), header).unwrap();
    }
    let ready: Vec<_> = STANDARDS
        .into_iter()
        .filter(|(compiler, flags, _)| usable(compiler, &[flags, &["-fsyntax-only"][..]].concat()))
        .collect();
    let all: Vec<_> =
        ready.iter().flat_map(|(name, flags, all)| all.iter().map(move |std| (*name, *flags, *std))).collect();
    let wrong: Vec<String> = all
        .par_iter()
        .filter_map(|(compiler, flags, standard)| {
            let standard = format!("-std={standard}");
            let arguments = [&STRICT[1..], &STRICTER, flags, &[&standard, "-fsyntax-only"]].concat();
            compile(folder.path(), compiler, &arguments, &["main.cpp"]).err()
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_standard_from_11_to_26_finds_nothing_to_say() {
    let (mut text, mut uses, mut headers) = (String::new(), String::new(), Vec::new());
    for (number, mut case) in cases().into_iter().enumerate() {
        case.class = format!("Net{number}");
        let class = &case.class;
        // Without its pragma: the header hides no name of its own either.
        headers.push(header(&case.model()).unwrap().replace("ignored \"-Wshadow\"", "warning \"-Wshadow\""));
        writeln!(text, "#include \"{class}.h\"").unwrap();
        writeln!(uses, "template uint16_t use<{class}, {class}Camera>({class} &, const uint8_t *, const float *);")
            .unwrap();
    }
    // The object is called as in the header's usage.
    compile_as_all(&format!("{text}extern Net0 net;\nNet0 net;\n{USE}{uses}"), &headers);
}

#[test]
fn macros_and_variables_of_a_sketch_do_a_header_no_harm() {
    let mut text = String::from("#include <math.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <string.h>\n");
    for name in VARIABLES.split_whitespace() {
        writeln!(text, "extern int {name};").unwrap();
    }
    // What works between rows may need macros that the header puts aside.
    text += "int work(int time);\n#define MICROMOBILENET_YIELD() read(3, 4)\n";
    for name in MACROS.split_whitespace() {
        let meaning = if name == "read" { "read(s, length) work(s + length)".to_owned() } else { format!("{name} )(") };
        writeln!(text, "#define {meaning}").unwrap();
    }
    let (mut uses, mut headers) = (String::new(), Vec::new());
    for (number, mut case) in cases().into_iter().enumerate() {
        case.class = format!("Net{number}");
        let class = &case.class;
        headers.push(header(&case.model()).unwrap());
        writeln!(text, "#include \"{class}.h\"").unwrap();
        writeln!(uses, "template uint16_t use<{class}, {class}Camera>({class} &, const uint8_t *, const float *);")
            .unwrap();
    }
    for name in MACROS.split_whitespace() {
        writeln!(text, "#ifndef {name}\n#error {name} is gone\n#endif\n#undef {name}").unwrap();
    }
    compile_as_all(&(text + USE + &uses), &headers);
}
