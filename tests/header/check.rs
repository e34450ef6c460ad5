//! Exports that check themselves with a real compiler.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use crate::case::Case;
use crate::support::has;
use micromobilenet::codegen::{Sample, SampleRoom, Sources};
use micromobilenet::config::Precision;
use micromobilenet::jobs::{CheckError, Checked, Compilers, Export, Network};
use micromobilenet::plan::Estimate;
use std::time::Duration;

/// `case` as an export with a sample of each class.
fn export(case: &Case) -> Export {
    let model = case.model();
    let sample = |label: usize| Sample { pixels: &case.images[6 + label], label, name: format!("{label}.png") };
    let samples: Vec<Sample<'_>> = (0..case.graph.classes).map(sample).collect();
    let precision = if case.quantised.is_some() { Precision::Int8 } else { Precision::Float };
    Export {
        sources: Sources::of(&model, &samples, 1, SampleRoom::default()).unwrap(),
        accuracy: None,
        int8_accuracy: None,
        estimate: Estimate::of(&case.graph, precision, case.plan),
        network: Network {
            graph: case.graph.clone(),
            weights: case.weights.clone(),
            quantised: case.quantised.clone(),
            labels: case.labels.clone(),
        },
    }
}

fn check(export: &Export, compiler: &str) -> Result<Checked, CheckError> {
    export.check(&Compilers::of([compiler.to_owned()], Duration::from_mins(5)), &|| false)
}

#[test]
fn exports_are_right_as_every_compiler_makes_them() {
    let vivid = |name: &str| Case::preset(name, 16).vivid();
    let cases = [vivid("pico"), vivid("squeeze"), vivid("pico").int8(), vivid("squeeze").int8().fast()];
    for compiler in ["g++", "clang++"].into_iter().filter(|compiler| has(compiler)) {
        for case in &cases {
            let found = check(&export(case), compiler).unwrap();
            let images = 32 + case.graph.classes;
            assert_eq!(found, Checked::Equal { compiler: compiler.to_owned(), images }, "{}", case.class);
        }
    }
}

/// `text` with the number at `index` of the list behind the last `at` made another by `change`.
fn altered(text: &str, at: &str, index: usize, change: impl Fn(&str) -> String) -> String {
    let begin = text.rfind(at).unwrap() + at.len();
    let begin = begin + text[begin..].find('{').unwrap() + 1;
    let mut start = begin;
    for _ in 0..index {
        start += text[start..].find(',').unwrap() + 1;
    }
    let end = start + text[start..].find([',', '}']).unwrap();
    format!("{}{}{}", &text[..start], change(text[start..end].trim()), &text[end..])
}

/// `text` with another bit in the number at `index` of `list`.
fn flipped(text: &str, list: &str, index: usize) -> String {
    altered(text, list, index, |number| (number.parse::<i32>().unwrap() ^ 0x40).to_string())
}

#[test]
fn a_wrong_number_in_header_or_samples_is_found() {
    if !has("g++") {
        return;
    }
    let right = export(&Case::preset("pico", 16).vivid().int8());
    let wrong = |change: &dyn Fn(&mut Sources)| {
        let mut wrong = right.clone();
        change(&mut wrong.sources);
        assert!(wrong.sources != right.sources);
        check(&wrong, "g++").unwrap_err()
    };
    let header = wrong(&|sources| sources.header = flipped(&sources.header, "uint8_t weightTable[", 7));
    let CheckError::Differs { difference, compiler } = &header else { panic!("{header}") };
    assert_eq!((difference.way, &**compiler), ("predict()", "g++"));
    let expected = wrong(&|sources| sources.samples = flipped(&sources.samples, "int8_t answers[", 12));
    let CheckError::Differs { difference, .. } = &expected else { panic!("{expected}") };
    assert_eq!((difference.way, &*difference.image), ("samples.h", "image2 of samples.h"));
    let broken =
        wrong(&|sources| sources.header = sources.header.replacen("uint8_t weightTable[", "uint8_t weights[", 1));
    let CheckError::NotCompiled { said, .. } = &broken else { panic!("{broken}") };
    assert!(said.contains("PicoNet.h") && said.contains("weightTable"), "{said}");
    let rows = wrong(&|sources| {
        let commit = "    void commitRow() {\n";
        let late = format!("{commit}        if (state_.made[0] == 3) nextRow()[5] ^= 64;\n");
        sources.header = sources.header.replacen(commit, &late, 1);
    });
    assert!(matches!(rows, CheckError::Differs { .. }), "{rows}");
}

#[test]
fn a_float_header_that_is_off_by_more_than_rounding_is_found() {
    if !has("g++") {
        return;
    }
    let mut wrong = export(&Case::preset("pico", 16).vivid());
    let change = |number: &str| format!("{:?}f", number.trim_end_matches('f').parse::<f32>().unwrap() * 1.5 + 0.5);
    wrong.sources.header = altered(&wrong.sources.header, "float weightTable[", 0, change);
    let error = check(&wrong, "g++").unwrap_err();
    let CheckError::Differs { difference, .. } = &error else { panic!("{error}") };
    assert!(difference.what.starts_with("the probability of class "), "{error}");
}
