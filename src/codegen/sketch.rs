//! The Arduino sketch that runs a network on sample images, and `samples.h` with these images.

use super::template::{Flag, Template};
use super::writer::CWriter;
use super::{CodegenError, Model, TOOL, literal, symbols};
use crate::graph::softmax;
use crate::plan::{Board, Core, Estimate};
use crate::text::fnv1a_hex;

/// Flash that is available for sample images and their expected outputs, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleRoom {
    /// On the target board.
    pub bytes: usize,
    /// If the sketch is compiled for AVR.
    pub avr_bytes: usize,
}

impl Default for SampleRoom {
    /// For an unknown board. The limit for AVR suits an Uno, which has 32 KB of flash.
    fn default() -> Self {
        Self { bytes: 256_000, avr_bytes: 16_000 }
    }
}

impl SampleRoom {
    /// The flash of `board` that remains beside a network with this `estimate`.
    #[must_use]
    pub fn on(board: &Board, estimate: &Estimate) -> Self {
        let target = estimate.on(board.core.family());
        let is_avr = board.core == Core::Avr;
        // Size of the sketch: 1,200 to 1,500 bytes measured on AVR; other cores also link arithmetic with
        // doubles to print numbers. The estimate of code size may be off by 10 %.
        let sketch = if is_avr { 2_000 } else { 8_000 };
        let taken = target.flash_bytes + target.code_bytes / 10 + sketch;
        let bytes = u64::from(board.flash_left).saturating_sub(taken) as usize;
        let avr_bytes = if is_avr { bytes } else { Self::default().avr_bytes.min(bytes) };
        Self { bytes, avr_bytes }
    }

    /// The number of images of `model` that this flash holds; at least 1.
    #[must_use]
    pub fn images(self, model: &Model<'_>) -> usize {
        count(self.bytes, model)
    }
}

/// The number of images of `model` that `bytes` hold, each with its class, its address and its expected
/// outputs; at least 1.
fn count(bytes: usize, model: &Model<'_>) -> usize {
    let outputs = model.graph.classes * if model.quantised.is_some() { 1 } else { 4 };
    (bytes / (model.graph.input.values() + outputs + 6)).max(1)
}

/// A labelled image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample<'a> {
    /// Camera bytes, row by row, the channels of a pixel side by side (HWC).
    pub pixels: &'a [u8],
    /// Index of its class.
    pub label: usize,
    /// Its name, for a comment.
    pub name: String,
}

/// Selects samples for a sketch by taking one of each class in turn, at most `per_class` of each class (at
/// least 1) and `most` in total. Keeps their order.
#[must_use]
pub fn select<'s, 'a>(samples: &'s [Sample<'a>], per_class: usize, most: usize) -> Vec<&'s Sample<'a>> {
    let mut seen = std::collections::BTreeMap::new();
    let mut order: Vec<(usize, usize, usize)> = Vec::with_capacity(samples.len());
    for (index, sample) in samples.iter().enumerate() {
        let round = seen.entry(sample.label).or_insert(0_usize);
        order.push((*round, sample.label, index));
        *round += 1;
    }
    order.retain(|(round, ..)| *round < per_class.max(1));
    order.sort_unstable();
    let mut chosen: Vec<usize> = order.into_iter().take(most).map(|(_, _, index)| index).collect();
    chosen.sort_unstable();
    chosen.into_iter().map(|index| &samples[index]).collect()
}

/// The text of `samples.h`. On AVR, the preprocessor leaves out images that exceed `room.avr_bytes`.
///
/// # Errors
/// No sample, or one with a wrong size or class.
pub fn samples(model: &Model<'_>, samples: &[&Sample<'_>], room: SampleRoom) -> Result<String, CodegenError> {
    check_class(model)?;
    let size = model.graph.input.values();
    if samples.is_empty() {
        return Err(CodegenError::NoSample);
    }
    if let Some(wrong) = samples.iter().find(|s| s.pixels.len() != size || s.label >= model.graph.classes) {
        let Sample { pixels, label, name } = *wrong;
        return Err(CodegenError::Sample { name: name.clone(), bytes: pixels.len(), label: *label });
    }
    let on_avr = count(room.avr_bytes, model).min(samples.len());
    let outputs: Vec<Vec<String>> = samples.iter().map(|sample| expected(model, sample.pixels)).collect();
    let mut w = CWriter::default();
    w.comment(&format!("Sample images for {}: camera bytes, row by row, and the expected outputs.", model.class_name));
    w.comment(&format!("Written by {TOOL}."));
    w.directive("pragma once");
    w.directive(&format!("include \"{}.h\"", model.class_name));
    w.blank();
    w.namespace(&namespace(model), |w| {
        for (index, sample) in samples.iter().enumerate() {
            w.blank();
            if index == on_avr {
                w.directive("if !defined(__AVR__)");
            }
            let label = model.labels.get(sample.label).map_or("", String::as_str);
            w.comment(&format!("{}: class {}, {label}", sample.name, sample.label));
            w.data(&format!("static const uint8_t image{index}[{size}] MICROMOBILENET_FLASH"), sample.pixels);
        }
        if on_avr < samples.len() {
            w.directive("endif");
        }
        w.blank();
        if on_avr < samples.len() {
            w.directive("if defined(__AVR__)");
            tables(w, model, &samples[..on_avr], &outputs);
            w.directive("else");
            tables(w, model, samples, &outputs);
            w.directive("endif");
        } else {
            tables(w, model, samples, &outputs);
        }
        w.blank();
    });
    Ok(w.finish())
}

/// Writes the tables and functions by which the sketch accesses `samples`.
fn tables(w: &mut CWriter, model: &Model<'_>, samples: &[&Sample<'_>], outputs: &[Vec<String>]) {
    let value = if model.quantised.is_some() { "int8_t" } else { "float" };
    let classes = model.graph.classes;
    let flash = format!("{}_detail::flash", model.class_name);
    let images: Vec<String> = (0..samples.len()).map(|index| format!("image{index}")).collect();
    let truths: Vec<String> = samples.iter().map(|sample| sample.label.to_string()).collect();
    let wide = if classes > 256 { "uint16_t" } else { "uint8_t" };
    w.line(&format!("enum : uint16_t {{ count = {} }};", samples.len()));
    w.array(&format!("static const {wide} truths[count]"), &truths);
    let outputs: Vec<String> = outputs[..samples.len()].concat();
    w.array(&format!("static const {value} answers[count * {classes}] MICROMOBILENET_FLASH"), &outputs);
    w.block("static inline const uint8_t *image(uint16_t i)", |w| {
        w.array("static const uint8_t *const images[count]", &images);
        w.line("return images[i];");
    });
    w.block("static inline uint16_t truth(uint16_t i)", |w| w.line("return truths[i];"));
    w.block(&format!("static inline {value} expected(uint16_t i, uint16_t label)"), |w| {
        w.line(&format!("return {flash}(answers + i * {classes}u + label);"));
    });
}

/// The expected outputs for an image, as literals: int8 scores, or float probabilities.
fn expected(model: &Model<'_>, image: &[u8]) -> Vec<String> {
    if let Some(quantised) = model.quantised {
        return quantised.run(image).pop().unwrap_or_default().iter().map(i8::to_string).collect();
    }
    let maps = model.graph.reference(model.weights, &model.graph.image_map(image));
    let probabilities = maps.last().map(|logits| softmax(&logits.values)).unwrap_or_default();
    probabilities.into_iter().map(|value| literal::float(value).unwrap_or_default()).collect()
}

/// The text of `<class_name>.ino`. Its first line contains a checksum of the rest, by which
/// [`export()`](super::export()) detects edits.
///
/// # Errors
/// An invalid class name.
pub fn sketch(model: &Model<'_>) -> Result<String, CodegenError> {
    check_class(model)?;
    let mut template = Template::default();
    template.value("Class", &model.class_name);
    template.value("tool", TOOL);
    template.flag(Flag::Int8, model.quantised.is_some());
    let mut w = CWriter::default();
    w.text(&template.lines(include_str!("runtime/sketch.ino")));
    Ok(signed(&w.finish()))
}

/// Whether `text` is an unedited sketch of this or an earlier version.
#[must_use]
pub fn is_unedited(text: &[u8]) -> bool {
    let Some(end) = text.iter().position(|byte| *byte == b'\n') else { return false };
    let (first, rest) = (&text[..end], &text[end + 1..]);
    let checksum = first.strip_prefix(SIGNATURE.as_bytes());
    checksum.is_some_and(|checksum| checksum == fnv1a_hex(rest).as_bytes())
}

const SIGNATURE: &str = "// micromobilenet sketch ";

fn signed(text: &str) -> String {
    let mut w = CWriter::default();
    let signature = SIGNATURE.trim_start_matches("// ");
    w.comment(&format!("{signature}{}", fnv1a_hex(text.as_bytes())));
    w.finish() + text
}

fn namespace(model: &Model<'_>) -> String {
    format!("{}_samples", model.class_name)
}

fn check_class(model: &Model<'_>) -> Result<(), CodegenError> {
    if symbols::is_class_name(&model.class_name) {
        Ok(())
    } else {
        Err(CodegenError::ClassName(model.class_name.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Plan, Precision};
    use crate::graph::tests::graph_of;
    use crate::plan::Boards;

    fn sample(label: usize, name: &str) -> Sample<'static> {
        Sample { pixels: &[0; 100], label, name: name.to_owned() }
    }

    #[test]
    fn every_class_gets_its_first_image_before_any_gets_a_second() {
        let all = [sample(0, "a"), sample(0, "b"), sample(2, "c"), sample(1, "d"), sample(1, "e")];
        let names = |per_class, most| {
            select(&all, per_class, most).into_iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join("")
        };
        assert_eq!(names(1, 10), "acd");
        assert_eq!(names(2, 10), "abcde");
        assert_eq!(names(2, 4), "abcd");
        assert_eq!(names(1, 2), "ad");
        assert_eq!(names(1, 1), "a");
        assert!(select(&[], 1, 10).is_empty());
    }

    #[test]
    fn a_board_holds_as_many_images_as_the_network_leaves_flash_for() {
        let graph = graph_of("pico", 5);
        let estimate = Estimate::of(&graph, Precision::Int8, Plan::Smallest);
        let boards = Boards::built_in().unwrap();
        let on = |id: &str| SampleRoom::on(boards.get(id).unwrap(), &estimate);
        for id in ["uno-r3", "mega-2560", "nano-33-ble-sense"] {
            let board = boards.get(id).unwrap();
            let needed = estimate.on(board.core.family()).flash_bytes as usize;
            let (room, left) = (on(id).bytes, board.flash_left as usize);
            assert!(room + needed < left && room + needed + 9_000 > left, "{id}: {room} of {left} B");
        }
        assert_eq!(on("mega-2560").avr_bytes, on("mega-2560").bytes);
        assert_eq!(on("nano-33-ble-sense").avr_bytes, SampleRoom::default().avr_bytes);
        let full = Board { flash_left: 1_000, ..boards.get("uno-r3").unwrap().clone() };
        assert_eq!(SampleRoom::on(&full, &estimate).bytes, 0);
    }

    #[test]
    fn a_sketch_knows_whether_it_was_edited() {
        let text = signed("void setup() {}\n");
        assert!(is_unedited(text.as_bytes()));
        assert!(!is_unedited(text.replace("setup", "begin").as_bytes()));
        assert!(!is_unedited(format!("{text}\n").as_bytes()));
        assert!(!is_unedited(b"void setup() {}\n"));
        assert!(!is_unedited(b""));
    }
}
