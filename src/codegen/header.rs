//! The header: front matter, tables, kernels, and the class that runs them.

use super::symbols;
use super::tables::Tables;
use super::template::Template;
use super::writer::CWriter;
use super::{CodegenError, Confidence, Model, TOOL, float, int8, literal, runtime, steps};
use crate::config::Precision;
use crate::escape;
use crate::graph::{Graph, OpId, Source};
use crate::plan::{self, Kernels, MAX_AVR_ARRAY, Program};

/// The text of `<class_name>.h`. The same model gives the same bytes.
///
/// # Errors
/// A class name that cannot be one, labels that do not match the classes, a weight that is no
/// finite number, batch norm that is not folded, or a network that exceeds a limit of the exported
/// program.
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
    template.value("sure", &literal::float(Confidence::threshold_of(model.provenance.confidence)).unwrap_or_default());
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
    guard_names(&mut w, &code, |w| w.text(&code.lines().map(str::to_owned).collect::<Vec<_>>()));
    w.text(&template.lines(include_str!("runtime/back.h")));
    w.directive("endif");
    Ok(w.finish())
}

/// The code inside the guard against macros of the sketch.
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
    w.comment("Classifies camera images: call gray(), rgb888() or rgb565() for each row, then finish().");
    w.line(&format!("typedef {name}_detail::Camera<{name}> {name}Camera;"));
    w.finish()
}

/// Writes `code` by `write`, guarded against macros and variables of the sketch that have the same names.
fn guard_names(w: &mut CWriter, code: &str, write: impl FnOnce(&mut CWriter)) {
    let macros = symbols::macros(code);
    w.comment("Undefines macros of cores, libraries or the sketch that have these names, until the end of the file.");
    for name in &macros {
        w.directive(&format!("pragma push_macro(\"{name}\")"));
        w.directive(&format!("undef {name}"));
    }
    w.comment("Parameters may shadow variables of the sketch.");
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
    let known = |text: &str| if text.is_empty() { "unknown".to_owned() } else { text.to_owned() };
    let accuracy = |accuracy: Option<f64>, of: &str| {
        accuracy.map_or_else(|| known(""), |accuracy| format!("{accuracy:.4} in validation{of}"))
    };
    let arithmetic = match program.precision {
        Precision::Float => "32-bit floating point",
        Precision::Int8 => "8-bit integers, single rounding: (sum * multiplier + offset) >> 16",
    };
    let trained: u64 = graph.ops.iter().flat_map(crate::graph::Op::params).map(|param| param.values() as u64).sum();
    w.comment(&format!("{}: image classifier, {} classes.", model.class_name, graph.classes));
    w.comment(&format!("Written by {TOOL}. Do not edit: change the configuration and export again."));
    w.comment("");
    for (key, value) in [
        ("format", crate::format::HEADER.to_string()),
        ("model", graph.name.clone()),
        ("image", format!("{height} rows of {width} pixels, {colours}")),
        ("parameters", trained.to_string()),
        ("MACs", graph.macs().to_string()),
        (
            "tables",
            format!("{} bytes of flash for weights, constants and steps", plan::Tables::of(graph, program).bytes()),
        ),
        (
            "object",
            format!("{} bytes of RAM, including an arena of {} bytes", program.object_bytes(), program.arena_bytes),
        ),
        ("arithmetic", arithmetic.to_owned()),
        ("configuration", known(&provenance.config_hash)),
        ("trained weights", known(&provenance.weights_hash)),
        ("data", known(&provenance.data)),
        ("accuracy", accuracy(provenance.accuracy, "")),
        ("sure()", confidence(provenance.confidence)),
    ] {
        w.comment(&format!("{key:<15} {value}"));
    }
    if program.precision == Precision::Int8 {
        w.comment(&format!("{:<15} {}", "int8 accuracy", accuracy(provenance.int8_accuracy, "")));
    }
    w.comment("");
    w.comment(&format!("{} net;", model.class_name));
    w.text(&template.lines(include_str!("runtime/usage.h")));
    if program.precision == Precision::Int8 {
        w.comment("net.scores[i]          the int8 score of class i, identical on all processors");
    }
}

/// Description of the confidence threshold that `sure()` applies.
fn confidence(confidence: Option<Confidence>) -> String {
    match confidence {
        None => "confidence threshold 0.5; its precision was not measured".to_owned(),
        Some(Confidence { precision, threshold: Some((threshold, coverage)) }) => format!(
            "confidence threshold {threshold:.4}: precision at least {:.1} %, coverage {:.1} % in validation",
            100.0 * precision,
            100.0 * coverage
        ),
        Some(Confidence { precision, threshold: None }) => {
            format!("always false: no threshold reaches a precision of {:.1} % in validation", 100.0 * precision)
        }
    }
}

/// Writes an `#error` for AVR if the weights are too large for it: arrays have a maximum size there, and
/// constants are read by 16-bit addresses.
fn refuse_avr(w: &mut CWriter, model: &Model<'_>, program: &Program) {
    let bytes = plan::Tables::of(model.graph, program).largest_array;
    if bytes <= MAX_AVR_ARRAY {
        return;
    }
    let help = if model.quantised.is_some() {
        "make the network smaller"
    } else {
        "export it with --precision int8, which needs a quarter of the bytes, or make the network smaller"
    };
    w.directive("if defined(__AVR__)");
    w.directive(&format!(
        "error \"{}: {bytes} bytes of weights, but an array on AVR holds at most {MAX_AVR_ARRAY}: {help}\"",
        model.class_name
    ));
    w.directive("endif");
    w.blank();
}

fn write_labels(w: &mut CWriter, labels: &[String]) {
    let count = labels.len();
    let literals: Vec<String> = labels.iter().map(|label| escape::c_string(label)).collect();
    w.comment("On AVR, labels stay in flash. Serial.print() accepts both types.");
    w.directive("if defined(__AVR__)");
    w.line("typedef const __FlashStringHelper *Label;");
    for (index, literal) in literals.iter().enumerate() {
        w.line(&format!("static const char label{index}[] PROGMEM = {literal};"));
    }
    w.directive("else");
    w.line("typedef const char *Label;");
    w.directive("endif");
    w.comment("A template, so that several files may include the definition of the array.");
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
        let (value_type, name, count) = (array.value_type, array.name, array.items.len());
        // Some of them are read by words.
        w.array(&format!("alignas(4) static const {value_type} {name}[{count}] MICROMOBILENET_FLASH"), &array.items);
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
