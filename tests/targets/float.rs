//! Float networks, with floating point in hardware and in software, against the executor.

use crate::case::{Case, preset};
use crate::harness::{Options, Target};
use crate::pictures::pictures;
use crate::{count, folder, holds, on, runnable};
use micromobilenet::config::ConfigFile;
use micromobilenet::graph::Graph;
use std::time::Instant;

/// How far a probability may be from the executor's.
const TOLERANCE: f32 = 1e-4;

/// Every kind of block, additions and both places of squeeze-and-excitation, in a few rows: it fits
/// an Arduino Mega.
const SMALL: &str = "
[model]
input = { height = 12, width = 12, channels = 3 }
[stem]
filters = 4
[[blocks]]
type = \"bottleneck\"
filters = 6
expansion = 2
repeat = 2
squeeze_excite = { after = \"project\", ratio = 2 }
[[blocks]]
type = \"separable\"
filters = 8
[[blocks]]
type = \"bottleneck\"
filters = 8
expansion = 3
squeeze_excite = { after = \"depthwise\", ratio = 4 }
[[blocks]]
type = \"conv\"
filters = 10
kernel = 3
stride = 2
[head]
pool = \"avg\"
";

/// How far the answer to an image is from the mean answer, on average.
fn spread(answers: &[f32], classes: usize) -> f32 {
    let images = answers.len() / classes;
    let sums = (0..classes).map(|class| answers.iter().skip(class).step_by(classes).sum::<f32>());
    let mean: Vec<f32> = sums.map(|sum| sum / images as f32).collect();
    let off = |answer: &[f32]| answer.iter().zip(&mean).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    answers.chunks(classes).map(off).sum::<f32>() / images as f32
}

/// Answers of a float header are those of the executor, on whatever has room for it.
#[expect(clippy::print_stdout, reason = "how far off and how long each target takes is worth knowing")]
fn check(name: &str, case: &Case) {
    let (folder, classes) = (folder(case), case.graph.classes);
    let expected = case.expected();
    // What does not depend on the image proves nothing.
    let spread = spread(&expected, classes);
    assert!(spread > 0.1, "{name}: answers are no further apart than {spread}");
    let targets: Vec<Target> = runnable().into_iter().filter(|target| holds(*target, case)).collect();
    on(&targets, |target| {
        let count = count::float(target).min(case.images.len());
        let program = target.build(folder.path(), &Options::new("-O2"))?;
        let start = Instant::now();
        let outputs = program.run(&case.images[..count])?.outputs.concat();
        let expected = &expected[..count * classes];
        let off = |(a, b): (&f32, &f32)| if a.is_nan() { f32::INFINITY } else { (a - b).abs() };
        let worst = outputs.iter().zip(expected).map(off).fold(0.0, f32::max);
        println!("{name} on {target:?}: {count} images in {:.1} s, off by {worst:.1e}", start.elapsed().as_secs_f64());
        let answered = outputs.len() == expected.len();
        if answered && worst < TOLERANCE { Ok(()) } else { Err(format!("{name}: off by {worst}")) }
    });
}

#[test]
fn float_headers_of_presets_answer_as_the_executor_does() {
    for name in ["pico", "micro"] {
        let case = Case::trained(name, 0);
        check(name, &Case { class: "Net".to_owned(), images: pictures(&case.graph, count::MANY), ..case });
    }
}

#[test]
fn float_headers_with_additions_and_gates_answer_as_the_executor_does() {
    let small = Graph::of_file(&ConfigFile::parse("small.toml", SMALL, &[]).unwrap(), 4).unwrap();
    check("small", &Case::new("Net", &small, pictures(&small, count::MANY), 2).vivid());
    // The executor is slow on so large a network.
    let squeeze = preset("squeeze", 5);
    check("squeeze", &Case::new("Net", &squeeze, pictures(&squeeze, 40), 2).vivid());
}
