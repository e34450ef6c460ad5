//! The programs that try an exported header on the machine that exports it.

use super::template::{Flag, Template};
use super::writer::CWriter;
use super::{CodegenError, symbols};
use crate::config::Precision;

/// The exit code of [`check`]'s program where it cannot write what it found.
pub const OUTPUT_FAILED: i32 = 3;

/// The text of a program that writes what the header of `class_name` answers for the images of
/// `samples.h` and for those on stdin. To stdout go, as bytes of the machine it runs on:
///
/// 1. a `uint16_t`: how many images `samples.h` has;
/// 2. for each of them: the image, and for each class what the sketch expects, an `int8_t` score
///    or a `float` probability; then its answers;
/// 3. for each image on stdin, until its end: its answers.
///
/// The answers for an image are three: to `predict`, to `push` row by row, and to rows written to
/// `nextRow`. Each is the class as `uint16_t`, in int8 an `int8_t` score for each class, and a
/// `float` probability for each class. Where stdout takes no more, it ends with [`OUTPUT_FAILED`].
///
/// # Errors
/// A class name that cannot be one.
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
    Ok(filled(&template, include_str!("runtime/check.cpp")))
}

/// The text of a program without a network, which ends with 0 where a compiler is able to make
/// programs of exported headers at all.
#[must_use]
pub fn trial() -> String {
    filled(&Template::default(), include_str!("runtime/trial.cpp"))
}

fn filled(template: &Template, text: &str) -> String {
    let mut w = CWriter::default();
    w.text(&template.lines(text));
    w.finish()
}
