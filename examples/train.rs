//! A network built in code and trained on the bundled images for some epochs, into a run folder:
//! `cargo run --release --example train -- FOLDER`.

#![expect(clippy::print_stdout, reason = "an example prints")]

use micromobilenet::config::{BlockKind, Config, ConfigFile, Edit};
use micromobilenet::files::RealDisk;
use micromobilenet::graph::Graph;
use micromobilenet::jobs::{self, Classes, Place, Training};
use micromobilenet::sensors::Sensors;
use micromobilenet::train::{BatchProgress, Control, End, EpochMetrics, Governor, Observer, Start, Validation};
use std::sync::Arc;

/// Training images; the bundled set has 6,000.
const IMAGES: usize = 1_000;

/// Prints a line an epoch.
struct Lines;

impl Observer for Lines {
    fn start(&mut self, start: &Start) {
        println!("{}: {} parameters, {} images", start.name, start.trainable, start.images);
    }
    fn batch(&mut self, _: &BatchProgress) {}
    fn epoch(&mut self, metrics: &EpochMetrics, _: Validation<'_>) {
        println!("epoch {}: validation accuracy {:.1} %", metrics.epoch, 100.0 * metrics.val_accuracy);
    }
    fn end(&mut self, _: &End) {}
}

/// Two separable blocks behind a stem.
fn network() -> Result<Config, Box<dyn std::error::Error>> {
    let mut config = Config::default();
    config.apply(&Edit::set("model.name", "tiny"))?;
    (config.model.input.height, config.model.input.width) = (28, 28);
    for (at, filters) in [16, 32].into_iter().enumerate() {
        config.apply(&Edit::AddBlock { at, kind: BlockKind::Separable, filters })?;
        config.apply(&Edit::set(&format!("blocks.{at}.stride"), 2))?;
    }
    config.apply(&Edit::set("train.epochs", 5))?;
    Ok(config)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("pass a new folder for the run")?;
    let spec = ConfigFile::from(network()?);
    let labels = jobs::class_labels(&spec)?;
    let graph = Graph::of_file(&spec, labels.len())?;
    let dataset =
        jobs::load_dataset(&spec, Classes::Count(labels.len()), Some(IMAGES), &micromobilenet::data::NoProgress)?;
    let training = Training {
        spec,
        graph,
        dataset,
        place: Place::At(folder.into()),
        weights: None,
        teacher: None,
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        governor: Governor::new(Sensors::here(), None)?,
        disk: Arc::new(RealDisk),
    };
    let ended = training.run(&Control::default(), Box::new(Lines))?;
    println!("report: {}", ended.run.file(micromobilenet::runs::Run::REPORT).display());
    Ok(())
}
