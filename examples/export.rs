//! The C++ header and sketch of a trained network, in 8-bit integers:
//! `cargo run --release --example export -- RUN FOLDER`, for instance with the run that the example `train` made.

#![expect(clippy::print_stdout, reason = "an example prints")]

use micromobilenet::config;
use micromobilenet::data::NoProgress;
use micromobilenet::graph::Graph;
use micromobilenet::jobs::{self, Build, Classes, Compilers, Deployment, JUDGED};
use micromobilenet::runs::Run;
use micromobilenet::train::Control;
use std::path::PathBuf;
use std::sync::Arc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let (Some(run), Some(output)) = (arguments.next(), arguments.next()) else {
        return Err("pass the folder of a run and a folder for the sketch".into());
    };
    let run = Run::open(&run)?;
    let (spec, labels) = (config::load(&run.file(Run::CONFIG), &[])?, run.labels()?);
    let graph = Graph::of_file(&spec, labels.len())?;
    let trained = Arc::new(jobs::read_weights(&run.weights(), &graph)?);
    let dataset = jobs::load_dataset(&spec, Classes::Named(&labels), None, &NoProgress)?;
    let deployment = Deployment { spec, graph, labels, trained, dataset };

    // The weights in integers, with ranges calibrated on training images.
    let deployed = deployment.quantise()?;
    let images = deployment.dataset.validation.sample(JUDGED);
    let judged = deployment.judge(&deployed, &images, &Control::default()).ok_or("stopped")?;
    println!("accuracy in int8: {:.1} %", 100.0 * judged.evaluation.accuracy);

    let export = deployment.export(Build::Int8 { deployed: &deployed, comparison: Some(&judged.comparison) }, None)?;
    println!("{}", export.check(&Compilers::here(), &|| false)?);
    for file in export.write(&output)? {
        println!("wrote {}", file.display());
    }
    Ok(())
}
