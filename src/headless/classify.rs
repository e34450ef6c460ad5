//! Classification of image files in batches, with one line of output per image.

use super::Failure;
use super::project::Project;
use crate::config::Precision;
use crate::graph::argmax;
use crate::quant::{Deployed, Executor};
use crate::train::Predictor;
use crate::{data, escape};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Maximum batch size: enough for all cores, small enough for early results.
pub const BATCH: usize = 128;
/// Number of classes printed per image.
const SHOWN: usize = 3;
/// Maximum width of the column of names.
const WIDEST: usize = 60;

/// A network for inference, with statistics.
pub struct Classifier {
    arithmetic: Arithmetic,
    classified: usize,
    work: Duration,
}

enum Arithmetic {
    Float(Box<Predictor>),
    Int8 { deployed: Arc<Deployed>, executor: Box<Executor> },
}

/// The prediction for one image: probabilities of all classes, and in int8 the scores.
type Prediction = (Vec<f32>, Option<Vec<i8>>);

impl Classifier {
    /// The trained network of `project`, in float or int8 according to the configuration.
    pub fn of(project: &mut Project<'_>) -> Result<Self, Failure> {
        let trained = project.trained()?;
        let arithmetic = match project.session.spec.config.export.precision {
            Precision::Float => Arithmetic::Float(Box::new(Predictor::new(&project.session.graph, &trained.weights))),
            Precision::Int8 => {
                let deployed = project.deployed()?;
                let executor = Box::new(Executor::of(&deployed.quantised));
                Arithmetic::Int8 { deployed, executor }
            }
        };
        Ok(Self { arithmetic, classified: 0, work: Duration::ZERO })
    }

    /// Classifies the images at `paths`, at most [`BATCH`], and prints the results in order, with names in a column of
    /// `width` characters. Returns whether all could be read; unreadable ones are reported, unless they `may_vanish`
    /// and no longer exist.
    pub fn classify(&mut self, project: &Project<'_>, paths: &[PathBuf], width: usize, may_vanish: bool) -> bool {
        let begun = Instant::now();
        let config = &project.session.spec.config;
        let (resize, background) = (config.data.resize, config.data.background);
        let load = |path: &PathBuf| data::load_image(path, config.model.input, resize, background);
        let loaded: Vec<_> = paths.par_iter().map(load).collect();
        let (mut names, mut images, mut all) = (Vec::new(), Vec::new(), true);
        for (path, image) in paths.iter().zip(loaded) {
            match image {
                Ok(image) => {
                    names.push(path.display().to_string());
                    images.push(image);
                }
                Err(_) if may_vanish && is_gone(path) => {}
                Err(error) => {
                    all = false;
                    project.console.error(&error.into());
                }
            }
        }
        let images: Vec<&[u8]> = images.iter().map(Vec::as_slice).collect();
        let answers = self.predict(&images);
        for (name, answer) in names.iter().zip(answers) {
            tell(project, name, width, answer);
        }
        self.classified += names.len();
        self.work += begun.elapsed();
        all
    }

    fn predict(&self, images: &[&[u8]]) -> Vec<Prediction> {
        match &self.arithmetic {
            Arithmetic::Float(predictor) => {
                predictor.predict(images).into_iter().map(|probabilities| (probabilities, None)).collect()
            }
            Arithmetic::Int8 { deployed, executor } => {
                let answer = |image: &&[u8]| {
                    let scores = executor.scores(image);
                    (deployed.quantised.probabilities(&scores), Some(scores))
                };
                images.par_iter().map(answer).collect()
            }
        }
    }

    /// Reports the number of images and the throughput, including reading and printing but not waiting for files.
    pub fn report_speed(&self, project: &Project<'_>) {
        let (images, seconds) = (self.classified, self.work.as_secs_f64());
        let rate = images as f64 / seconds;
        let rate = rate.is_finite().then_some(rate);
        project.console.object("speed", json!({ "images": images, "seconds": seconds, "images_per_second": rate }));
        let plural = if images == 1 { "" } else { "s" };
        let rate = rate.map(|rate| format!(", {rate:.1} images/s")).unwrap_or_default();
        project.console.note(&format!("{images} image{plural} in {seconds:.2} s{rate}"));
    }
}

/// The width of a column for the names of `paths`, in characters.
pub fn width(paths: &[PathBuf]) -> usize {
    paths.iter().map(|path| path.display().to_string().chars().count()).max().unwrap_or(0).min(WIDEST)
}

/// Whether the file no longer exists.
fn is_gone(path: &Path) -> bool {
    std::fs::metadata(path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

fn tell(project: &Project<'_>, name: &str, width: usize, (probabilities, scores): Prediction) {
    let label = &project.session.labels[argmax(&probabilities)];
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
    let best = order.iter().take(SHOWN).map(|class| {
        format!("{} {:.1} %", escape::terminal(&project.session.labels[*class]), 100.0 * probabilities[*class])
    });
    let best = best.collect::<Vec<_>>().join(", ");
    project.console.say(&format!("{:width$}  {best}", escape::terminal(name)));
    let mut object =
        json!({ "file": name, "label": label, "probabilities": by_label(&project.session.labels, &probabilities) });
    if let Some(scores) = scores {
        object["scores"] = by_label(&project.session.labels, &scores);
    }
    project.console.object("prediction", object);
}

fn by_label<T: Copy + Into<Value>>(labels: &[String], values: &[T]) -> Value {
    Value::Object(labels.iter().cloned().zip(values.iter().map(|value| (*value).into())).collect())
}
