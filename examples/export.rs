//! The C++ header and sketch of a trained network, in 8-bit integers:
//! `cargo run --release --example export -- RUN FOLDER`, for instance with the run that the example `train` made.

#![expect(clippy::print_stdout, reason = "an example prints")]

use micromobilenet::data::NoProgress;
use micromobilenet::jobs::{Build, COMPARED_IMAGES, Compilers, Session};
use micromobilenet::runs::Run;
use micromobilenet::train::Control;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let (Some(run), Some(output)) = (arguments.next(), arguments.next()) else {
        return Err("pass the folder of a run and a folder for the sketch".into());
    };
    let mut session = Session::of_run(Run::open(&run)?, &[])?;
    let trained = session.trained()?.ok_or("the run has no weights yet")?;
    let dataset = session.load_images(None, None, &NoProgress)?;

    // The weights in integers, with ranges calibrated on training images.
    let deployed = session.deployed(dataset.clone())?.ok_or("the run has no weights yet")?;
    let images = dataset.validation.sample(COMPARED_IMAGES);
    let evaluated = session.evaluate_int8(&trained, &deployed, &images, &Control::default()).ok_or("stopped")?;
    println!("accuracy in int8: {:.1} %", 100.0 * evaluated.evaluation.accuracy);

    let deployment = session.deployment().ok_or("the run has no weights yet")?;
    let export =
        deployment.export(Build::Int8 { deployed: &deployed, comparison: Some(&evaluated.comparison) }, None)?;
    println!("{}", export.check(&Compilers::here(), &|| false)?);
    for file in export.write(&output)? {
        println!("wrote {}", file.display());
    }
    Ok(())
}
