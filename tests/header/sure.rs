//! `sure()`: the confidence threshold of a header.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use crate::build::{STRICT, compile, run};
use crate::case::Case;
use crate::support::usable;
use micromobilenet::codegen::{Confidence, Model, header};
use micromobilenet::graph::argmax;
use std::fmt::Write as _;
use std::fs;

/// The probability of the class found for each image of `case`.
fn confidences(case: &Case) -> Vec<f32> {
    let surest = |row: &[f32]| row[argmax(row)];
    match &case.quantised {
        None => case.expected().chunks(case.graph.classes).map(surest).collect(),
        Some(quantised) => {
            let of = |image: &Vec<u8>| surest(&quantised.probabilities(&quantised.run(image).pop().unwrap()));
            case.images.iter().map(of).collect()
        }
    }
}

#[test]
fn an_answer_is_sure_from_the_threshold_on_in_float_and_int8() {
    if !usable("g++", &[]) {
        return;
    }
    let mut float = Case::trained("pico", 60);
    float.class = "FloatNet".into();
    let mut int8 = Case::trained("pico", 60).int8();
    int8.class = "Int8Net".into();
    let folder = tempfile::tempdir().unwrap();
    let mut main = String::from("#include <stdio.h>\n");
    let (mut calls, mut expected) = (String::new(), Vec::new());
    for case in [&float, &int8] {
        let confidences = confidences(case);
        let mut sorted = confidences.clone();
        sorted.sort_by(f32::total_cmp);
        // Between two that are apart, so that no rounding decides.
        let at = (20..40).max_by(|a, b| (sorted[*a] - sorted[a - 1]).total_cmp(&(sorted[*b] - sorted[b - 1]))).unwrap();
        let threshold = f32::midpoint(sorted[at - 1], sorted[at]);
        let mut model: Model<'_> = case.model();
        model.provenance.confidence = Some(Confidence { precision: 0.9, threshold: Some((threshold, 0.5)) });
        let text = header(&model).unwrap();
        let meaning = format!("confidence threshold {threshold:.4}: precision at least 90.0 %, coverage 50.0 %");
        assert!(text.contains(&meaning), "{text}");
        fs::write(folder.path().join(format!("{}.h", case.class)), text).unwrap();
        writeln!(main, "#include \"{}.h\"", case.class).unwrap();
        writeln!(calls, "    answer<{}>();", case.class).unwrap();
        expected.push(b'0');
        expected.extend(confidences.iter().map(|confidence| if *confidence >= threshold { b'1' } else { b'0' }));
        assert!(expected.contains(&b'1'));
    }
    main += "template <class Net>\nstatic void answer() {\n    static Net net;\n    static uint8_t image[Net::numInputs];\n    \
             putchar(net.sure() ? '1' : '0');\n    for (int i = 0; i < 60; i++) {\n        \
             if (fread(image, sizeof image, 1, stdin) != 1) return;\n        net.predict(image);\n        \
             putchar(net.sure() ? '1' : '0');\n    }\n}\n";
    writeln!(main, "int main() {{\n{calls}    return 0;\n}}").unwrap();
    fs::write(folder.path().join("main.cpp"), main).unwrap();
    let arguments = [&STRICT[..], &["-Wshadow", "-Wconversion", "-pedantic", "-O1"]].concat();
    let program = compile(folder.path(), "g++", &arguments, &["main.cpp"]).unwrap();
    let input = [float.images.concat(), int8.images.concat()].concat();
    assert_eq!(String::from_utf8_lossy(&run(&program, &input)), String::from_utf8_lossy(&expected));
}

#[test]
fn without_a_threshold_no_answer_is_sure() {
    let case = Case::preset("pico", 1);
    let mut model = case.model();
    assert!(header(&model).unwrap().contains("proba >= 0.5f"));
    model.provenance.confidence = Some(Confidence { precision: 0.95, threshold: None });
    let text = header(&model).unwrap();
    assert!(
        text.contains("proba >= 2.0f") && text.contains("always false: no threshold reaches a precision of 95.0 %")
    );
}
