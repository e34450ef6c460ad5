//! The header: front matter, weights, kernels, and the class that runs them.

use super::kernels::{self, HELPERS};
use super::parameters::{self, Layer};
use super::symbols::{self, Scope};
use super::writer::CWriter;
use super::{CodegenError, Model, TOOL};
use crate::escape;
use crate::graph::{Kind, Source};
use crate::plan::{BufferId, Estimate, Operand, Program, Step, VALUE_BYTES};
use crate::spec::Activation;

/// The text of `<class_name>.h`. The same model gives the same bytes.
///
/// # Errors
/// A class name that cannot be one, labels that do not match the classes, a weight that is no
/// finite number, or a network that is not folded.
pub fn header(model: &Model<'_>) -> Result<String, CodegenError> {
    let name = &model.class_name;
    if !symbols::is_class_name(name) {
        return Err(CodegenError::ClassName(name.clone()));
    }
    let (labels, classes) = (model.labels.len(), model.graph.classes);
    if labels != classes {
        return Err(CodegenError::Labels { labels, classes });
    }
    let mut scope = Scope::default();
    for helper in HELPERS {
        scope.claim(helper);
    }
    let layers = parameters::layers(model, &mut scope)?;
    let program = Program::of(model.graph);
    let mut w = CWriter::default();
    front_matter(&mut w, model, &program);
    w.directive("pragma once");
    let guard = format!("MICROMOBILENET_{}_H", name.to_ascii_uppercase());
    w.directive(&format!("ifndef {guard}"));
    w.directive(&format!("define {guard}"));
    w.blank();
    includes(&mut w);
    w.blank();
    let detail = detail(name);
    w.namespace(&detail, |w| {
        w.blank();
        write_labels(w, model.labels);
        write_arrays(w, &layers);
        helpers(w, model);
        for (op, layer) in model.graph.ops.iter().zip(&layers) {
            let pixels = op.inputs.contains(&Source::Image).then_some(&model.graph.pixels);
            kernels::write(w, op, layer, pixels);
        }
        w.blank();
    });
    w.blank();
    class(&mut w, model, &program, &layers, &detail);
    w.blank();
    w.directive("endif");
    Ok(w.finish())
}

/// The namespace of everything a class needs.
fn detail(class: &str) -> String {
    format!("{class}_detail")
}

fn front_matter(w: &mut CWriter, model: &Model<'_>, program: &Program) {
    let graph = model.graph;
    let estimate = Estimate::of(graph);
    let colours = if graph.input.channels == 1 { "grayscale" } else { "RGB" };
    let (height, width) = (graph.input.height, graph.input.width);
    let provenance = &model.provenance;
    let known = |text: &str| if text.is_empty() { "not known".to_owned() } else { text.to_owned() };
    w.comment(&format!("{}: tells {} classes apart.", model.class_name, graph.classes));
    w.comment(&format!("Written by {TOOL}. Change the configuration and export again, not this file."));
    w.comment("");
    for (what, value) in [
        ("model", graph.name.clone()),
        ("image", format!("{height} rows of {width} pixels, {colours}")),
        ("parameters", estimate.deployed_params.to_string()),
        ("MACs", estimate.macs.to_string()),
        ("weights", format!("{} bytes of flash", estimate.weight_bytes)),
        ("object", format!("{} bytes of RAM, {} of them maps", program.object_bytes(), program.arena_bytes)),
        ("arithmetic", "32-bit floating point".to_owned()),
        ("configuration", known(&provenance.config_hash)),
        ("trained weights", known(&provenance.weights_hash)),
        ("data", known(&provenance.data)),
        ("accuracy", provenance.accuracy.map_or_else(|| known(""), |accuracy| format!("{accuracy:.4} in validation"))),
    ] {
        w.comment(&format!("{what:<15} {value}"));
    }
    w.comment("");
    w.comment(&format!("{} net;", model.class_name));
    w.comment("net.predict(image);    the class; image holds camera bytes, or floats from 0 to 1,");
    w.comment("                       row by row, the colours of a pixel side by side");
    w.comment("net.output             the class again");
    w.comment("net.proba              its probability");
    w.comment("net.outputs[i]         the probability of class i");
    w.comment("net.labels[i]          the name of class i");
}

fn includes(w: &mut CWriter) {
    for file in ["math.h", "stdint.h", "string.h"] {
        w.directive(&format!("include <{file}>"));
    }
    w.directive("if defined(__AVR__)");
    w.directive("include <avr/pgmspace.h>");
    w.directive("elif defined(ESP8266)");
    w.directive("include <pgmspace.h>");
    w.directive("endif");
    w.blank();
    w.comment("Where constants take up RAM unless they are marked, they are marked.");
    w.directive("ifndef MICROMOBILENET_FLASH");
    w.directive("if defined(__AVR__) || defined(ESP8266)");
    w.directive("define MICROMOBILENET_FLASH PROGMEM");
    w.directive("else");
    w.directive("define MICROMOBILENET_FLASH");
    w.directive("endif");
    w.directive("endif");
}

fn write_labels(w: &mut CWriter, labels: &[String]) {
    w.comment("A template, so that the array may stand in a header that several files include.");
    w.line("template <typename Unused>");
    let count = labels.len();
    w.declaration("struct Labels", |w| w.line(&format!("static const char *const labels[{count}];")));
    w.line("template <typename Unused>");
    let literals: Vec<String> = labels.iter().map(|label| escape::c_string(label)).collect();
    w.array(&format!("const char *const Labels<Unused>::labels[{count}]"), &literals);
}

fn write_arrays(w: &mut CWriter, layers: &[Layer]) {
    for array in layers.iter().flat_map(|layer| &layer.arrays) {
        w.blank();
        let declaration = format!("static const float {}[{}] MICROMOBILENET_FLASH", array.symbol, array.literals.len());
        w.array(&declaration, &array.literals);
    }
}

fn helpers(w: &mut CWriter, model: &Model<'_>) {
    w.blank();
    w.comment("A weight.");
    flash_reader(w, "static inline float flash(const float *at)", "pgm_read_float(at)", "*at");
    w.blank();
    w.comment("Images as camera bytes: in RAM, in RAM from 0 to 1, and in flash.");
    for (name, from, value) in [
        ("Bytes", "uint8_t", "static_cast<float>(image[i])"),
        ("Fractions", "float", "image[i] * 255.0f"),
        ("FlashBytes", "uint8_t", ""),
    ] {
        w.declaration(&format!("struct {name}"), |w| {
            w.line(&format!("const {from} *image;"));
            let signature = "float at(size_t i) const";
            if value.is_empty() {
                let read = "static_cast<float>(pgm_read_byte(image + i))";
                flash_reader(w, signature, read, "static_cast<float>(image[i])");
            } else {
                w.block(signature, |w| w.line(&format!("return {value};")));
            }
        });
    }
    let ops = &model.graph.ops;
    for (activation, name, upper) in [(Activation::Relu, "relu", false), (Activation::Relu6, "relu6", true)] {
        if ops.iter().any(|op| kernels::rectifier(op) == activation) {
            w.blank();
            let value = if upper { "x < 0.0f ? 0.0f : (x > 6.0f ? 6.0f : x)" } else { "x < 0.0f ? 0.0f : x" };
            w.block(&format!("static inline float {name}(float x)"), |w| w.line(&format!("return {value};")));
        }
    }
    if ops.iter().any(|op| matches!(op.kind, Kind::SqueezeExcite(_))) {
        w.blank();
        w.block("static inline float sigmoid(float x)", |w| w.line("return 1.0f / (1.0f + expf(-x));"));
    }
}

/// A function that reads flash where flash is not memory like any other.
fn flash_reader(w: &mut CWriter, signature: &str, flash: &str, plain: &str) {
    w.block(signature, |w| {
        w.directive("if defined(__AVR__) || defined(ESP8266)");
        w.line(&format!("return {flash};"));
        w.directive("else");
        w.line(&format!("return {plain};"));
        w.directive("endif");
    });
}

fn class(w: &mut CWriter, model: &Model<'_>, program: &Program, layers: &[Layer], detail: &str) {
    let name = &model.class_name;
    let (input, classes) = (model.graph.input, model.graph.classes);
    w.declaration(&format!("class {name} : public {detail}::Labels<void>"), |w| {
        w.access("public");
        w.declaration("enum : uint32_t", |w| {
            for (constant, value) in [
                ("width", input.width),
                ("height", input.height),
                ("channels", input.channels),
                ("classes", classes),
                ("numInputs", input.values()),
                ("numOutputs", classes),
            ] {
                w.line(&format!("{constant} = {value},"));
            }
        });
        w.blank();
        w.line(&format!("float outputs[{classes}];"));
        w.line("float proba;");
        w.line("uint32_t output;");
        w.blank();
        w.line(&format!("{name}() : outputs(), proba(0.0f), output(0) {{}}"));
        for (comment, method, from, reader) in [
            ("Camera bytes.", "predict", "uint8_t", "Bytes"),
            ("Camera bytes divided by 255.", "predict", "float", "Fractions"),
            (
                "Camera bytes in flash (PROGMEM on AVR; the same as above elsewhere).",
                "predict_P",
                "uint8_t",
                "FlashBytes",
            ),
        ] {
            w.blank();
            w.comment(comment);
            w.block(&format!("uint32_t {method}(const {from} *image)"), |w| {
                w.line(&format!("const {detail}::{reader} pixels = {{image}};"));
                w.line("return run(pixels);");
            });
        }
        w.blank();
        w.access("private");
        w.line(&format!("float arena_[{}];", program.arena_bytes / VALUE_BYTES));
        w.blank();
        // Only what reads the image depends on how the image is given.
        let calls: Vec<(bool, String)> = program
            .steps
            .iter()
            .zip(layers)
            .map(|(step, layer)| {
                let call = format!("{detail}::{}({});", layer.function, arguments(program, step));
                (step.inputs.contains(&Operand::Image), call)
            })
            .collect();
        let (image, maps) = calls.split_at(calls.iter().position(|(image, _)| !image).unwrap_or(calls.len()));
        w.line("template <typename Pixels>");
        w.block("uint32_t run(const Pixels &pixels)", |w| {
            for (_, call) in image {
                w.line(call);
            }
            w.line("return finish();");
        });
        w.blank();
        w.block("uint32_t finish()", |w| {
            for (_, call) in maps {
                w.line(call);
            }
            softmax(w, classes);
        });
    });
    w.blank();
    let message = "its size is not the one that was planned";
    w.line(&format!("static_assert(sizeof({name}) == {}, \"{message}\");", program.object_bytes()));
}

/// What a step's function is called with: inputs, scratch, output.
fn arguments(program: &Program, step: &Step) -> String {
    let scratch = step.scratch.map(Operand::Buffer);
    let operands = step.inputs.iter().copied().chain(scratch).chain(std::iter::once(step.output));
    operands.map(|operand| place(program, operand)).collect::<Vec<_>>().join(", ")
}

/// Logits in `outputs` become probabilities: exp(x − max), divided by their sum.
fn softmax(w: &mut CWriter, classes: usize) {
    w.line("output = 0;");
    w.block(&format!("for (uint32_t i = 1; i < {classes}; i++)"), |w| {
        w.block("if (outputs[i] > outputs[output])", |w| w.line("output = i;"));
    });
    w.line("const float largest = outputs[output];");
    w.line("float sum = 0.0f;");
    w.block(&format!("for (uint32_t i = 0; i < {classes}; i++)"), |w| {
        w.line("outputs[i] = expf(outputs[i] - largest);");
        w.line("sum += outputs[i];");
    });
    w.block(&format!("for (uint32_t i = 0; i < {classes}; i++)"), |w| w.line("outputs[i] /= sum;"));
    w.line("proba = outputs[output];");
    w.line("return output;");
}

fn place(program: &Program, operand: Operand) -> String {
    match operand {
        Operand::Image => "pixels".to_owned(),
        Operand::Outputs => "outputs".to_owned(),
        Operand::Buffer(BufferId(id)) => match program.buffers[id].offset / VALUE_BYTES {
            0 => "arena_".to_owned(),
            offset => format!("arena_ + {offset}"),
        },
    }
}
