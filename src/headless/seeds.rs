//! `--train --seeds N`: trains with several seeds and reports mean and standard deviation of the accuracy.

use super::project::Project;
use super::{Exit, Failure, Request, train};
use crate::config::{ConfigFile, Edit};
use crate::escape;
use crate::files::check_writable;
use crate::jobs::{Ended, Place};
use crate::runs::Run;
use crate::train::Governor;
use anyhow::{Context as _, anyhow};
use serde::Serialize;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Refuses options that cannot be combined with `--seeds`.
pub fn check(request: &Request) -> Result<(), Failure> {
    if request.seeds.is_none() {
        return Ok(());
    }
    if request.resume {
        let usage = "--seeds starts new runs and cannot be combined with --resume: resume an interrupted run by --train --resume --run DIR, and train missing seeds with --seed";
        return Err(anyhow!(usage).into());
    }
    let Request { evaluate, export, predict, watch, .. } = request;
    if *evaluate || *export || !predict.is_empty() || watch.is_some() {
        let usage = "--seeds trains several networks: evaluate, export or classify afterwards with one of them, by --run DIR without --train";
        return Err(anyhow!(usage).into());
    }
    Ok(())
}

/// A completed training.
struct Done {
    seed: u32,
    run: PathBuf,
    /// Validation accuracy, a fraction, of the best epoch and of the last.
    best: f64,
    last: f64,
}

/// Trains with `count` consecutive seeds, beginning with that of the configuration, each in its own run folder, and
/// reports mean and standard deviation of the validation accuracy.
pub fn run(project: &mut Project<'_>, governor: &Governor, count: u16) -> Result<Exit, Failure> {
    let first = project.session.spec.config.train.seed;
    let last = first.checked_add(u32::from(count) - 1);
    let last =
        last.ok_or_else(|| anyhow!("{count} seeds starting at {first} exceed {}: pass a smaller --seed", u32::MAX))?;
    let given = train::initial(project)?;
    let root = project.request.run.clone();
    // Find occupied folders before hours of training.
    for seed in first..=last {
        if let Some(root) = &root {
            Run::check(&of_seed(root, seed)?, false)?;
        }
    }
    let runs = project.request.folders.runs.as_path();
    check_writable(root.as_deref().map_or(runs, |root| root.parent().unwrap_or(root)))?;
    train::check_images(project)?;
    let mut done: Vec<Done> = Vec::new();
    for seed in first..=last {
        if project.control.is_stopped() {
            project.console.note("interrupted");
            report_completed(project, &done);
            return Ok(Exit::Interrupted);
        }
        project.console.say(&format!("seed {seed}, {} of {count}", done.len() + 1));
        let place = match &root {
            Some(root) => Place::At(of_seed(root, seed)?),
            None => Place::Below(runs.to_owned()),
        };
        let held = place.hold(&format!("{}-seed{seed}", project.session.spec.config.model.name))?;
        let file = project.config_path.display().to_string();
        let spec = ConfigFile::parse(&file, &project.session.spec.text, &[Edit::set("train.seed", i64::from(seed))])?;
        let result = train::fit(project, spec, held, given.clone(), governor.clone());
        match result.map(|(exit, ended)| (exit, ended.as_ref().and_then(|ended| Done::of(seed, ended)))) {
            Ok((Exit::Done, Some(this))) => done.push(this),
            other => {
                report_completed(project, &done);
                let (exit, _) = other?;
                return Ok(exit);
            }
        }
    }
    report(project, &done);
    Ok(Exit::Done)
}

/// The run folder for `seed` if `--run` is `root`.
fn of_seed(root: &Path, seed: u32) -> anyhow::Result<PathBuf> {
    let name = root.file_name().context("--run: pass the name of a folder, to which -seed0, -seed1… is appended")?;
    let mut name = name.to_owned();
    name.push(format!("-seed{seed}"));
    Ok(root.with_file_name(name))
}

impl Done {
    /// `None` if no epoch was done.
    fn of(seed: u32, ended: &Ended) -> Option<Self> {
        let (best, last) = (ended.outcome.best?, ended.outcome.history.last()?);
        let run = ended.run.path().to_owned();
        Some(Self { seed, run, best: best.val_accuracy, last: last.val_accuracy })
    }
}

/// Reports the completed runs when the remaining seeds are cancelled.
fn report_completed(project: &Project<'_>, done: &[Done]) {
    if done.is_empty() {
        return project.console.note("no seed was completed");
    }
    let runs: Vec<String> = done
        .iter()
        .map(|done| format!("seed {} in {}", done.seed, escape::shell(&done.run.to_string_lossy())))
        .collect();
    project.console.note(&format!("completed: {}", runs.join(", ")));
}

fn report(project: &Project<'_>, done: &[Done]) {
    let spread = |value: fn(&Done) -> f64| Spread::of(done.iter().map(value).collect());
    let (best, last) = (spread(|done| done.best), spread(|done| done.last));
    project.console.say(&format!("validation accuracy over {} seeds: best {best}, last {last}", done.len()));
    let seeds: Vec<u32> = done.iter().map(|done| done.seed).collect();
    let runs: Vec<&Path> = done.iter().map(|done| done.run.as_path()).collect();
    project.console.object("seeds", json!({ "seeds": seeds, "runs": runs, "best": best, "last": last }));
}

/// Mean and standard deviation of an accuracy.
#[derive(Debug, Serialize)]
struct Spread {
    mean: f64,
    /// Sample standard deviation (divisor n − 1).
    deviation: f64,
    values: Vec<f64>,
}

impl Spread {
    /// Of at least two values.
    fn of(values: Vec<f64>) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Self { mean, deviation: (squares / (count - 1.0)).sqrt(), values }
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2} ± {:.2} %", 100.0 * self.mean, 100.0 * self.deviation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_deviation_are_those_of_a_sample() {
        let spread = Spread::of(vec![0.2, 0.4, 0.4, 0.4, 0.5, 0.5, 0.7, 0.9]);
        assert!((spread.mean - 0.5).abs() < 1e-12);
        // The squares sum up to 0.32; over 8 they would give 0.2.
        assert!((spread.deviation - (0.32_f64 / 7.0).sqrt()).abs() < 1e-12);
        assert_eq!(spread.to_string(), "50.00 ± 21.38 %");
        assert_eq!(Spread::of(vec![0.3, 0.3]).to_string(), "30.00 ± 0.00 %");
    }

    #[test]
    fn a_folder_is_named_by_its_seed() {
        let named = |root: &str| of_seed(Path::new(root), 7).map(|path| path.display().to_string()).ok();
        assert_eq!(named("a/b").as_deref(), Some("a/b-seed7"));
        assert_eq!(named("b.c/").as_deref(), Some("b.c-seed7"));
        assert_eq!(named(".."), None);
    }
}
