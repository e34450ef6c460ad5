//! The header: front matter, tables, kernels, and the class that runs them.

use super::symbols;
use super::tables::Tables;
use super::template::Template;
use super::writer::CWriter;
use super::{CodegenError, Model, Sure, TOOL, float, int8, literal, runtime, steps};
use crate::config::Precision;
use crate::escape;
use crate::graph::{Graph, OpId, Source};
use crate::plan::{self, Kernels, MAX_AVR_ARRAY, Program};

/// The text of `<class_name>.h`. The same model gives the same bytes.
///
/// # Errors
/// A class name that cannot be one, labels that do not match the classes, a weight that is no
/// finite number, a network that is not folded, or one with more of something than the exported
/// program can count.
pub fn header(model: &Model<'_>) -> Result<String, CodegenError> {
    let name = &model.class_name;
    if !symbols::is_class_name(name) {
        return Err(CodegenError::ClassName(name.clone()));
    }
    let (labels, classes) = (model.labels.len(), model.graph.classes);
    if labels != classes {
        return Err(CodegenError::Labels { labels, classes });
    }
    let graph = model.graph;
    let program = model.program();
    let from_body = |source: &Source| !matches!(source, Source::Op(OpId(from)) if *from >= graph.pool_at());
    if let Some(op) = graph.tail().iter().find(|op| op.inputs.iter().any(from_body)) {
        return Err(CodegenError::Unsupported(op.name.clone()));
    }
    if let Some(limit) = plan::exceeded(graph, &program) {
        return Err(CodegenError::Limit(limit));
    }
    let tables = match model.quantised {
        Some(quantised) => int8::tables(graph, quantised)?,
        None => float::tables(graph, model.weights)?,
    };
    let kernels = tables.kernels(graph, &program);
    let mut template = runtime::template(name, model.resize, graph, &program, &kernels, &tables);
    template.value("sure", &literal::float(Sure::threshold_of(model.provenance.sure)).unwrap_or_default());
    let mut w = CWriter::default();
    front_matter(&mut w, model, &program, &template);
    w.directive("pragma once");
    let guard = format!("MICROMOBILENET_{}_H", name.to_ascii_uppercase());
    w.directive(&format!("ifndef {guard}"));
    w.directive(&format!("define {guard}"));
    w.blank();
    w.text(&template.lines(include_str!("runtime/front.h")));
    w.blank();
    w.namespace(&format!("{name}_detail"), |w| {
        w.blank();
        w.text(&template.lines(include_str!("runtime/hooks.h")));
        w.blank();
    });
    w.blank();
    let code = code(model, &program, &kernels, &tables, &template);
    leave_sketch(&mut w, &code, |w| w.text(&code.lines().map(str::to_owned).collect::<Vec<_>>()));
    w.text(&template.lines(include_str!("runtime/back.h")));
    w.directive("endif");
    Ok(w.finish())
}

/// Everything but what has to do with the sketch around it.
fn code(model: &Model<'_>, program: &Program, kernels: &Kernels, tables: &Tables, template: &Template) -> String {
    let (name, graph) = (&model.class_name, model.graph);
    let mut w = CWriter::default();
    refuse_avr(&mut w, model, program);
    w.namespace(&format!("{name}_detail"), |w| {
        w.blank();
        write_labels(w, model.labels);
        w.blank();
        w.text(&template.lines(include_str!("runtime/flash.h")));
        w.blank();
        write_tables(w, graph, program, kernels, tables, template);
        if program.precision == Precision::Int8 {
            write_families(w, template);
        }
        for text in runtime::kernels(program.precision) {
            w.blank();
            w.text(&template.lines(text));
        }
        w.blank();
        w.text(&template.lines(include_str!("runtime/stream.h")));
        w.blank();
        w.text(&template.lines(include_str!("runtime/camera.h")));
        w.blank();
    });
    w.blank();
    w.text(&template.lines(include_str!("runtime/class.h")));
    w.blank();
    w.comment("Takes rows of a camera: gray(), rgb888() or rgb565() for each of its rows, and finish() at the end.");
    w.line(&format!("typedef {name}_detail::Camera<{name}> {name}Camera;"));
    w.finish()
}

/// Writes `code` by `write` so that macros and variables of the sketch do it no harm.
fn leave_sketch(w: &mut CWriter, code: &str, write: impl FnOnce(&mut CWriter)) {
    let macros = symbols::macros(code);
    w.comment("Macros of these names, which cores, libraries or the sketch may have, are put aside until the end.");
    for name in &macros {
        w.directive(&format!("pragma push_macro(\"{name}\")"));
        w.directive(&format!("undef {name}"));
    }
    w.comment("Parameters may have the names of variables of the sketch.");
    w.directive("pragma GCC diagnostic push");
    w.directive("pragma GCC diagnostic ignored \"-Wshadow\"");
    w.blank();
    write(w);
    w.blank();
    w.directive("pragma GCC diagnostic pop");
    for name in macros {
        w.directive(&format!("pragma pop_macro(\"{name}\")"));
    }
}

fn front_matter(w: &mut CWriter, model: &Model<'_>, program: &Program, template: &Template) {
    let graph = model.graph;
    let colours = if graph.input.channels == 1 { "grayscale" } else { "RGB" };
    let (height, width) = (graph.input.height, graph.input.width);
    let provenance = &model.provenance;
    let known = |text: &str| if text.is_empty() { "not known".to_owned() } else { text.to_owned() };
    let accuracy = |accuracy: Option<f64>, of: &str| {
        accuracy.map_or_else(|| known(""), |accuracy| format!("{accuracy:.4} in validation{of}"))
    };
    let arithmetic = match program.precision {
        Precision::Float => "32-bit floating point",
        Precision::Int8 => "8-bit integers, single rounding: (sum * multiplier + offset) >> 16",
    };
    let trained: u64 = graph.ops.iter().flat_map(crate::graph::Op::params).map(|param| param.values() as u64).sum();
    w.comment(&format!("{}: a classifier of images, {} classes.", model.class_name, graph.classes));
    w.comment(&format!("Written by {TOOL}. Change the configuration and export again, not this file."));
    w.comment("");
    for (what, value) in [
        ("format", crate::format::HEADER.to_string()),
        ("model", graph.name.clone()),
        ("image", format!("{height} rows of {width} pixels, {colours}")),
        ("parameters", trained.to_string()),
        ("MACs", graph.macs().to_string()),
        ("tables", format!("{} bytes of flash: weights, constants, steps", plan::Tables::of(graph, program).bytes())),
        ("object", format!("{} bytes of RAM, {} of them rows and maps", program.object_bytes(), program.arena_bytes)),
        ("arithmetic", arithmetic.to_owned()),
        ("configuration", known(&provenance.config_hash)),
        ("trained weights", known(&provenance.weights_hash)),
        ("data", known(&provenance.data)),
        ("accuracy", accuracy(provenance.accuracy, "")),
        ("sure()", sure(provenance.sure)),
    ] {
        w.comment(&format!("{what:<15} {value}"));
    }
    if program.precision == Precision::Int8 {
        w.comment(&format!("{:<15} {}", "int8 accuracy", accuracy(provenance.int8_accuracy, "")));
    }
    w.comment("");
    w.comment(&format!("{} net;", model.class_name));
    w.text(&template.lines(include_str!("runtime/usage.h")));
    if program.precision == Precision::Int8 {
        w.comment("net.scores[i]          the score of class i, the same bytes on every processor");
    }
}

/// What `sure()` means.
fn sure(sure: Option<Sure>) -> String {
    match sure {
        None => "from a probability of 0.5 on; nobody measured how often that is right".to_owned(),
        Some(Sure { precision, threshold: Some((threshold, coverage)) }) => format!(
            "from a probability of {threshold:.4} on: {:.1} % of the validation images, at least {:.1} % of these right",
            100.0 * coverage,
            100.0 * precision
        ),
        Some(Sure { precision, threshold: None }) => {
            format!("never: no probability makes {:.1} % of the answers right in validation", 100.0 * precision)
        }
    }
}

/// Says why a header does not compile for AVR, where that is so: the compiler has no larger arrays
/// there, and constants are read by 16-bit addresses.
fn refuse_avr(w: &mut CWriter, model: &Model<'_>, program: &Program) {
    let bytes = plan::Tables::of(model.graph, program).largest_array;
    if bytes <= MAX_AVR_ARRAY {
        return;
    }
    let help = if model.quantised.is_some() {
        "make the network smaller"
    } else {
        "export it with --precision int8, which takes a quarter, or make it smaller"
    };
    w.directive("if defined(__AVR__)");
    w.directive(&format!(
        "error \"{}: the weights take {bytes} bytes, an array on AVR at most {MAX_AVR_ARRAY}: {help}\"",
        model.class_name
    ));
    w.directive("endif");
    w.blank();
}

fn write_labels(w: &mut CWriter, labels: &[String]) {
    let count = labels.len();
    let literals: Vec<String> = labels.iter().map(|label| escape::c_string(label)).collect();
    w.comment("On AVR, texts stay in flash; Serial.print() takes both kinds.");
    w.directive("if defined(__AVR__)");
    w.line("typedef const __FlashStringHelper *Label;");
    for (index, literal) in literals.iter().enumerate() {
        w.line(&format!("static const char label{index}[] PROGMEM = {literal};"));
    }
    w.directive("else");
    w.line("typedef const char *Label;");
    w.directive("endif");
    w.comment("A template, so that the array may stand in a header that several files include.");
    w.line("template <typename Unused>");
    w.declaration("struct Labels", |w| w.line(&format!("static const Label labels[{count}];")));
    w.line("template <typename Unused>");
    w.directive("if defined(__AVR__)");
    let places: Vec<String> = (0..count).map(|index| format!("reinterpret_cast<Label>(label{index})")).collect();
    w.array(&format!("const Label Labels<Unused>::labels[{count}]"), &places);
    w.directive("else");
    w.array(&format!("const Label Labels<Unused>::labels[{count}]"), &literals);
    w.directive("endif");
}

/// The kernels that differ between processors.
fn write_families(w: &mut CWriter, template: &Template) {
    let mut conditional = "if";
    for (condition, texts) in runtime::INT8_FAMILIES {
        w.blank();
        if condition.is_empty() {
            w.directive("else");
        } else {
            w.directive(&format!("{conditional} {condition}"));
            conditional = "elif";
        }
        for text in texts {
            w.blank();
            w.text(&template.lines(text));
        }
    }
    w.directive("endif");
}

fn write_tables(
    w: &mut CWriter,
    graph: &Graph,
    program: &Program,
    kernels: &Kernels,
    tables: &Tables,
    template: &Template,
) {
    for array in &tables.arrays {
        let (of, name, count) = (array.of, array.name, array.items.len());
        // Words are read from some of them.
        w.array(&format!("alignas(4) static const {of} {name}[{count}] MICROMOBILENET_FLASH"), &array.items);
        w.blank();
    }
    w.text(&template.lines(include_str!("runtime/step.h")));
    w.blank();
    steps::write(w, graph, program, kernels, tables);
    if !tables.gates.is_empty() {
        w.blank();
        w.text(&template.lines(runtime::gates(program.precision)));
        steps::write_gates(w, program.precision, &tables.gates);
    }
}
