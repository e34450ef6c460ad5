//! What a header holds are the kernels that its plan names: no function of another one stands in it, and
//! each of its functions is reached by some image.
//!
//! Every function of the kernels gets a counter, and the program runs images. Of each function that
//! depends on the network three things must agree: whether the plan names a kernel that it belongs to,
//! whether the preprocessor leaves it in the header, and whether an image reaches it.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use crate::case::{Case, images};
use crate::nets::Net;
use micromobilenet::codegen::header;
use micromobilenet::contract::FRACTION_BITS;
use micromobilenet::graph::{OpId, Source};
use micromobilenet::plan::{Kernel, Kernels};
use micromobilenet::quant::{Kind, Quantised, Requantise};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Images of each network.
const IMAGES: usize = 8;
/// Functions for the sides and the inside of a depthwise kernel, which a map need not both have, and for values beyond
/// whole fours.
const FOR_SIDES: [&str; 5] = ["edgeOutput", "removeRow", "sideOutput", "innerOutputs", "put"];
/// Functions that decide about rows and keep them: every header has them, though networks without windows do
/// not reach them.
const FOR_ROWS: [&str; 6] = ["directBuffer", "isReady", "rowBuffer", "inputRow", "storeRow", "rowBytes"];

/// A network in integers whose sums are large in one layer of some networks.
pub fn case(net: &Net, number: usize) -> Case {
    let class = format!("{}l", net.name);
    let mut case = Case { plan: net.plan, ..Case::new(&class, &net.graph, images(&net.graph, IMAGES, 5), 11) };
    if number.is_multiple_of(3) {
        enlarge(&mut case, number);
    }
    case.int8()
}

/// Makes a channel nearly silent and the weights that read it as much larger.
fn enlarge(case: &mut Case, number: usize) {
    let ops = case.graph.ops.clone();
    let pairs = ops.iter().filter_map(|op| {
        let Source::Op(OpId(from)) = op.inputs[0] else { return None };
        Some((&ops[from], ops[from].layer()?, op, op.layer()?))
    });
    let pairs: Vec<_> = pairs.collect();
    let Some((first, before, second, after)) = pairs.get(number / 3 % pairs.len().max(1)) else { return };
    let mut scale = |name: String, factor: f32, is: &dyn Fn(usize) -> bool| {
        if let Some(tensor) = case.weights.get_mut(&name) {
            let values = tensor.values.iter_mut().enumerate();
            values.filter(|(at, _)| is(*at)).for_each(|(_, value)| *value *= factor);
        }
    };
    scale(before.weight(&first.name), 0.001, &|at| at < before.fan_in());
    scale(before.bias(&first.name), 0.001, &|at| at == 0);
    let (taps, fan_in) = (after.taps, after.fan_in());
    let reads = |at: usize| if after.is_depthwise { at < taps } else { at % fan_in < taps };
    scale(after.weight(&second.name), 1000.0, &reads);
}

/// Fractional bits of the results of a layer.
fn shift(requantise: &[Requantise]) -> u32 {
    match requantise.last() {
        Some(Requantise::Single(single)) => single.shift,
        _ => FRACTION_BITS,
    }
}

/// Whether each of the layers that are no steps, the head and those of gates, has the usual fractional bits.
fn dense_is_usual(quantised: &Quantised) -> Vec<bool> {
    let head = quantised.ops.last().and_then(|op| op.kind.filters()).map(|filters| &filters.requantise);
    let gates = quantised.ops.iter().filter_map(|op| match &op.kind {
        Kind::SqueezeExcite(se) => Some([&se.reduce.requantise, &se.expand.requantise]),
        _ => None,
    });
    head.into_iter().chain(gates.flatten()).map(|requantise| shift(requantise) == FRACTION_BITS).collect()
}

/// Functions that depend on the network, and whether the plan of `case` names a kernel they belong to.
fn named(case: &Case) -> Vec<(&'static str, bool)> {
    let (model, quantised) = (case.model(), case.quantised.as_ref().unwrap());
    let program = model.program();
    let of_step = |step: usize| {
        let filters = quantised.ops[program.steps[step].op.0].kind.filters();
        Some(filters.map_or(FRACTION_BITS, |filters| shift(&filters.requantise)) as u8)
    };
    let kernels = Kernels::of(model.graph, &program, of_step);
    let has = |is: &dyn Fn(Kernel) -> bool| kernels.any(is);
    let moves = |moved: usize| {
        let is = |stride: usize| stride == moved;
        has(&|kernel| matches!(kernel, Kernel::Depthwise3 { stride } | Kernel::FirstLayer { stride } if is(stride)))
    };
    let dense = dense_is_usual(quantised);
    let gates = has(&|kernel| kernel == Kernel::Gates);
    let collects = |kernel| matches!(kernel, Kernel::Convolution { .. });
    let gathers = |kernel| matches!(kernel, Kernel::Pointwise { .. } | Kernel::Planes | Kernel::Gathered);
    let is_shifted = has(&|kernel| matches!(kernel, Kernel::Shifted { .. })) || dense.contains(&false);
    vec![
        ("depthwise", has(&Kernel::is_depthwise)),
        ("depthwise3Row", moves(1) || moves(2) || moves(3)),
        ("depthwise3<1>", moves(1)),
        ("depthwise3<2>", moves(2)),
        ("depthwise3<3>", moves(3)),
        ("anyDepthwise", has(&|kernel| matches!(kernel, Kernel::Depthwise { .. }))),
        ("filterRow", has(&Kernel::is_filters)),
        ("collect", has(&collects)),
        ("collectChannels", has(&collects)),
        ("valueAt", is_shifted && has(&Kernel::is_convolution)),
        ("gather", has(&gathers) || dense.contains(&true)),
        ("products", has(&collects) || has(&gathers) || dense.contains(&true)),
        ("shiftedFilters", is_shifted),
        ("add", has(&|kernel| kernel == Kernel::Addition)),
        ("computeGates", gates),
        ("startGates", gates),
        ("squeezeExcite", gates),
        ("applyGates", gates),
        ("finishPool", !model.graph.tail().is_empty()),
    ]
}

/// A function's definition in a header: its name, and the byte behind its opening brace.
fn definitions(text: &str) -> Vec<(String, usize)> {
    // The kernels come behind the description of steps and before the class.
    let Some(start) = text.find("struct Step {") else { return Vec::new() };
    let end = text[start..].find("\nclass ").map_or(text.len(), |end| start + end);
    let mut found = Vec::new();
    let mut at = start;
    for line in text[start..end].split_inclusive('\n') {
        let declares = line.contains("static ") && !line.starts_with(' ') && !line.contains('=');
        if let Some(name) = line.split('(').next().filter(|_| declares && line.contains('(')) {
            // An attribute may come first.
            let name = if name.starts_with("__attribute__") { line.rsplit_once('(').unwrap().0 } else { name };
            let name = name.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
            let brace = text[at..end].find('{').map(|brace| at + brace + 1);
            found.extend(brace.map(|brace| (name.to_owned(), brace)));
        }
        at += line.len();
    }
    found
}

/// Names of functions and of instances that a header holds on this machine.
fn present(folder: &Path, class: &str) -> BTreeSet<String> {
    let mut command = Command::new("g++");
    let output = command.current_dir(folder).args(["-std=c++11", "-E", "-P", &format!("{class}.h")]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut names: BTreeSet<String> = definitions(&text).into_iter().map(|(name, _)| name).collect();
    if names.remove("depthwise3") {
        let instances = (1..=3).map(|stride| format!("depthwise3<{stride}>"));
        names.extend(instances.filter(|instance| text.contains(&format!("{instance}("))));
    }
    names
}

/// `text` with a counter in each function; the names go into `names`.
fn counted(text: &str, class: &str, names: &mut Vec<String>) -> String {
    let mut out = format!("extern bool reached{class}[];\n");
    let mut at = 0;
    for (name, brace) in definitions(text) {
        let instances = if name == "depthwise3" { vec!["<1>", "<2>", "<3>"] } else { vec![""] };
        let own: Vec<String> = instances.iter().map(|instance| format!("{name}{instance}")).collect();
        let place = names.iter().position(|known| *known == own[0]).unwrap_or_else(|| {
            names.extend(own);
            names.len() - instances.len()
        });
        let index = if instances.len() > 1 { format!("{place} + stride - 1") } else { place.to_string() };
        write!(out, "{} ::reached{class}[{index}] = true;", &text[at..brace]).unwrap();
        at = brace;
    }
    out + &text[at..]
}

/// Compiles `cases` into one program, runs their images and says what does not agree.
pub fn check(cases: &[Case]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (mut main, mut calls) = (String::from("#include <stdio.h>\n"), String::new());
    let mut found = Vec::new();
    for case in cases {
        let class = &case.class;
        let text = header(&case.model()).unwrap();
        fs::write(folder.join(format!("{class}.h")), &text).unwrap();
        let present = present(folder, class);
        let mut names = Vec::new();
        fs::write(folder.join(format!("{class}.h")), counted(&text, class, &mut names)).unwrap();
        let count = names.len();
        let bytes = case.graph.input.values();
        writeln!(main, "bool reached{class}[{count}];\n#include \"{class}.h\"").unwrap();
        writeln!(
            calls,
            "    {{\n        static {class} net;\n        static uint8_t image[{bytes}];\n        \
             for (int i = 0; i < {IMAGES}; i++) {{\n            if (fread(image, sizeof image, 1, stdin) != 1) return 1;\n            \
             net.predict(image);\n        }}\n        fwrite(reached{class}, {count}, 1, stdout);\n    }}"
        )
        .unwrap();
        found.push((present, names));
    }
    writeln!(main, "int main() {{\n{calls}    return 0;\n}}").unwrap();
    fs::write(folder.join("main.cpp"), main).unwrap();
    fs::write(folder.join("in"), cases.iter().map(|case| case.images.concat()).collect::<Vec<_>>().concat()).unwrap();
    let mut command = Command::new("g++");
    let output = command.current_dir(folder).args(["-std=c++11", "-O0", "-o", "program", "main.cpp"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stdin = Stdio::from(fs::File::open(folder.join("in")).unwrap());
    let output = Command::new(folder.join("program")).stdin(stdin).output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    let mut rest = output.stdout.as_slice();
    let mut wrong = Vec::new();
    for (case, (present, names)) in cases.iter().zip(found) {
        let (own, after) = rest.split_at(names.len());
        rest = after;
        let reached: BTreeSet<&str> =
            names.iter().zip(own).filter(|(_, reached)| **reached != 0).map(|(name, _)| name.as_str()).collect();
        wrong.extend(disagreement(case, &present, &reached).into_iter().map(|said| format!("{}: {said}", case.class)));
    }
    wrong
}

/// What does not agree of a header that holds `present` functions, of which `reached` were run.
fn disagreement(case: &Case, present: &BTreeSet<String>, reached: &BTreeSet<&str>) -> Vec<String> {
    let named = named(case);
    let mut wrong = Vec::new();
    for (name, is_named) in &named {
        match (is_named, present.contains(*name), reached.contains(name)) {
            (true, true, true) | (false, false, false) => {}
            (true, false, _) => wrong.push(format!("{name} is named and not there")),
            (true, true, false) => wrong.push(format!("{name} is named and never reached")),
            (false, _, _) => wrong.push(format!("{name} is there and not named")),
        }
    }
    let is_free = |name: &&String| {
        let depends = named.iter().any(|(own, _)| own == name);
        !depends && !FOR_SIDES.contains(&name.as_str()) && !FOR_ROWS.contains(&name.as_str())
    };
    let idle = present.iter().filter(is_free).filter(|name| !reached.contains(name.as_str()));
    wrong.extend(idle.map(|name| format!("{name} is never reached")));
    wrong
}
