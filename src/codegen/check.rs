//! C++ programs that test an exported header on the host.

use super::template::{Flag, Template};
use super::writer::CWriter;
use super::{CodegenError, symbols};
use crate::config::Precision;

/// Exit code of the program of [`check`] if it cannot write to stdout.
pub const OUTPUT_FAILED: i32 = 3;

/// The text of a program that writes the outputs of the header of `class_name` for the images of
/// `samples.h` and for images from stdin. It writes to stdout, in the byte order of the host:
///
/// 1. the number of images in `samples.h`, a `uint16_t`;
/// 2. for each of them: the image, the expected output of each class (an `int8_t` score or a `float`
///    probability), and its outputs;
/// 3. for each image on stdin: its outputs.
///
/// An image is classified three times: by `predict`, by `push` row by row, and by rows written to
/// `nextRow`. Each output consists of the class as `uint16_t`, in int8 an `int8_t` score for each class, and
/// a `float` probability for each class. If stdout cannot be written, the exit code is [`OUTPUT_FAILED`].
///
/// # Errors
/// An invalid class name.
pub fn check(class_name: &str, precision: Precision) -> Result<String, CodegenError> {
    if !symbols::is_class_name(class_name) {
        return Err(CodegenError::ClassName(class_name.to_owned()));
    }
    let is_int8 = precision == Precision::Int8;
    let mut template = Template::default();
    template.value("Class", class_name);
    template.value("Value", if is_int8 { "int8_t" } else { "float" });
    template.value("outputFailed", &OUTPUT_FAILED);
    template.flag(Flag::Int8, is_int8);
    Ok(fill(&template, include_str!("runtime/check.cpp")))
}

/// The text of a program without a network. It compiles and exits with 0 if the compiler has everything that
/// exported headers need.
#[must_use]
pub fn trial() -> String {
    fill(&Template::default(), include_str!("runtime/trial.cpp"))
}

fn fill(template: &Template, text: &str) -> String {
    let mut w = CWriter::default();
    w.text(&template.lines(text));
    w.finish()
}
