//! A network built in code and trained on the bundled images for some epochs, into a run folder:
//! `cargo run --release --example train -- FOLDER`.

#![expect(clippy::print_stdout, reason = "an example prints")]

use micromobilenet::config::{BlockKind, Config, ConfigFile, Edit};
use micromobilenet::data::NoProgress;
use micromobilenet::jobs::{Place, Session};
use micromobilenet::runs::Run;
use micromobilenet::sensors::Sensors;
use micromobilenet::train::{BatchProgress, Control, End, EpochMetrics, Governor, Observer, Start, Validation};

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
    let mut session = Session::untrained(ConfigFile::from(network()?))?;
    // Before the work whose result would find the folder taken.
    let held = Place::At(folder.into()).hold(&session.spec.config.model.name)?;
    let dataset = session.load_images(Some(IMAGES), None, &NoProgress)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let training = session.training(dataset, held, threads, Governor::new(Sensors::here(), None)?);
    let ended = training.run(&Control::default(), Box::new(Lines))?;
    println!("report: {}", ended.run.file(Run::REPORT).display());
    Ok(())
}
