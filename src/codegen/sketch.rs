//! The Arduino sketch that tries a network on real images, and those images.

use super::writer::CWriter;
use super::{CodegenError, Model, TOOL, symbols};

/// Flash for sample images unless told otherwise, in bytes.
pub const DEFAULT_SAMPLE_BYTES: usize = 256_000;

/// Flash for sample images on AVR, in bytes: beyond 32 KB near pointers get no further, and an
/// Uno has no more in all.
const AVR_SAMPLE_BYTES: usize = 16_000;

/// An image whose class is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample<'a> {
    /// Camera bytes: row by row, the colours of a pixel side by side.
    pub pixels: &'a [u8],
    /// Its class.
    pub label: usize,
    /// What it is called; for a comment.
    pub name: String,
}

/// Which of `samples` go into a sketch: one of every class in turn, up to `per_class` of each, as
/// long as all fit into `bytes`; the first in any case. In the order they were given.
#[must_use]
pub fn select<'s, 'a>(samples: &'s [Sample<'a>], per_class: usize, bytes: usize) -> Vec<&'s Sample<'a>> {
    let mut seen = std::collections::BTreeMap::new();
    let mut order: Vec<(usize, usize, usize)> = Vec::with_capacity(samples.len());
    for (index, sample) in samples.iter().enumerate() {
        let round = seen.entry(sample.label).or_insert(0_usize);
        order.push((*round, sample.label, index));
        *round += 1;
    }
    order.retain(|(round, ..)| *round < per_class.max(1));
    order.sort_unstable();
    let mut room = bytes;
    let mut chosen: Vec<usize> = Vec::new();
    for (_, _, index) in order {
        let size = samples[index].pixels.len();
        if size > room && !chosen.is_empty() {
            break;
        }
        room = room.saturating_sub(size);
        chosen.push(index);
    }
    chosen.sort_unstable();
    chosen.into_iter().map(|index| &samples[index]).collect()
}

/// The text of `samples.h`.
///
/// # Errors
/// No sample at all, or one that is no image of the network's size and classes.
pub fn samples(model: &Model<'_>, samples: &[&Sample<'_>]) -> Result<String, CodegenError> {
    check_class(model)?;
    let size = model.graph.input.values();
    let first = samples.first().ok_or(CodegenError::NoSample)?;
    if let Some(wrong) = samples.iter().find(|s| s.pixels.len() != size || s.label >= model.graph.classes) {
        let Sample { pixels, label, name } = *wrong;
        return Err(CodegenError::Sample { name: name.clone(), bytes: pixels.len(), label: *label });
    }
    let on_avr = (AVR_SAMPLE_BYTES / first.pixels.len().max(1)).clamp(1, samples.len());
    let mut w = CWriter::default();
    w.comment(&format!("Images to try {} on: camera bytes, row by row.", model.class_name));
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
        let images = |count: usize| (0..count).map(|index| format!("image{index}")).collect::<Vec<_>>();
        let truths = |count: usize| samples.iter().take(count).map(|s| s.label.to_string()).collect::<Vec<_>>();
        let tables = |w: &mut CWriter, count: usize| {
            w.line(&format!("enum : uint16_t {{ count = {count} }};"));
            w.array("static const uint8_t *const images[count]", &images(count));
            w.array("static const uint16_t truths[count]", &truths(count));
        };
        if on_avr < samples.len() {
            w.directive("if defined(__AVR__)");
            tables(w, on_avr);
            w.directive("else");
            tables(w, samples.len());
            w.directive("endif");
        } else {
            tables(w, samples.len());
        }
        w.blank();
    });
    Ok(w.finish())
}

/// The text of `<class_name>.ino`. Its first line holds a checksum of the others, by which
/// [`export()`](super::export()) knows whether it was edited.
///
/// # Errors
/// A class name that cannot be one.
pub fn sketch(model: &Model<'_>) -> Result<String, CodegenError> {
    check_class(model)?;
    let class = &model.class_name;
    let samples = namespace(model);
    let mut w = CWriter::default();
    w.comment("Classifies the images of samples.h again and again, and prints what it thinks, what");
    w.comment("is right, and how long it took: open the serial monitor at 115200 baud.");
    w.comment(&format!("Written by {TOOL}. Edit it as you like: an edited sketch is never overwritten."));
    w.directive(&format!("include \"{class}.h\""));
    w.directive("include \"samples.h\"");
    w.blank();
    w.line(&format!("{class} net;"));
    w.blank();
    w.block("void setup()", |w| {
        w.line("Serial.begin(115200);");
        w.comment("Boards with a USB port of their own wait for the monitor, but not for ever.");
        w.block("while (!Serial && millis() < 3000)", |w| w.line("delay(10);"));
    });
    w.blank();
    w.block("void loop()", |w| {
        w.line("uint16_t right = 0;");
        w.line("uint32_t total = 0;");
        w.block(&format!("for (uint16_t i = 0; i < {samples}::count; i++)"), |w| {
            w.line("const uint32_t start = micros();");
            w.line(&format!("net.predict_P({samples}::images[i]);"));
            w.line("const uint32_t elapsed = micros() - start;");
            w.line(&format!("const uint16_t truth = {samples}::truths[i];"));
            w.line("total += elapsed;");
            w.block("if (net.output == truth)", |w| w.line("right++;"));
            print(w, "prediction: ", "print(net.labels[net.output])");
            print(w, ", truth: ", "print(net.labels[truth])");
            print(w, ", probability: ", "print(net.proba, 4)");
            print(w, ", microseconds: ", "println(elapsed)");
        });
        print(w, "right: ", "print(right)");
        print(w, " of ", &format!("print(static_cast<uint16_t>({samples}::count))"));
        print(w, ", microseconds each: ", &format!("print(total / {samples}::count)"));
        print(w, ", bytes of the object: ", "println(sizeof(net))");
        w.line("delay(5000);");
    });
    Ok(signed(&w.finish()))
}

/// Writes a text and then a value to the serial port.
fn print(w: &mut CWriter, text: &str, value: &str) {
    w.line(&format!("Serial.print(F(\"{text}\"));"));
    w.line(&format!("Serial.{value};"));
}

/// Whether `text` is a sketch of this or an earlier version, as it was written.
#[must_use]
pub fn is_unedited(text: &[u8]) -> bool {
    let Some(end) = text.iter().position(|byte| *byte == b'\n') else { return false };
    let (first, rest) = (&text[..end], &text[end + 1..]);
    let checksum = first.strip_prefix(SIGNATURE.as_bytes());
    checksum.is_some_and(|checksum| checksum == format!("{:016x}", checksum_of(rest)).as_bytes())
}

const SIGNATURE: &str = "// micromobilenet sketch ";

fn signed(text: &str) -> String {
    let mut w = CWriter::default();
    let signature = SIGNATURE.trim_start_matches("// ");
    w.comment(&format!("{signature}{:016x}", checksum_of(text.as_bytes())));
    w.finish() + text
}

/// FNV-1a, 64 bits: it has to notice edits, not attacks.
fn checksum_of(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
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

    fn sample(label: usize, name: &str) -> Sample<'static> {
        Sample { pixels: &[0; 100], label, name: name.to_owned() }
    }

    #[test]
    fn every_class_gets_its_first_image_before_any_gets_a_second() {
        let all = [sample(0, "a"), sample(0, "b"), sample(2, "c"), sample(1, "d"), sample(1, "e")];
        let names = |per_class, bytes| {
            select(&all, per_class, bytes).into_iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join("")
        };
        assert_eq!(names(1, 1000), "acd");
        assert_eq!(names(2, 1000), "abcde");
        assert_eq!(names(2, 450), "abcd");
        assert_eq!(names(1, 250), "ad");
        assert_eq!(names(1, 10), "a", "one goes in, whatever its size");
        assert!(select(&[], 1, 1000).is_empty());
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
