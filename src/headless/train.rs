//! `--train`

use super::project::Project;
use super::{Exit, Failure, progress};
use crate::escape;
use crate::files::RealDisk;
use crate::jobs::{Ended, Place, RUNS, Teaching, Training, TrainingError, read_weights};
use crate::runs::Run;
use crate::train::{End, Governor};
use anyhow::anyhow;
use std::path::Path;
use std::sync::Arc;

/// Trains, in a new run folder or in the one to go on with.
pub fn run(project: &mut Project<'_>, governor: Governor) -> Result<Exit, Failure> {
    let request = project.request;
    // Weights that do not fit must not leave an empty run behind.
    let given = request.weights.as_deref().map(|path| read_weights(path, &project.graph)).transpose()?;
    let place = match (&request.run, project.run.take()) {
        (_, Some(run)) if request.resume => Place::Resume(run),
        (Some(path), _) => {
            Run::check(path, false)?;
            Place::At(path.clone())
        }
        _ => Place::Below(RUNS.into()),
    };
    // Neither must images that cannot be loaded, nor a teacher that cannot teach.
    let mut teacher = None;
    if !request.resume {
        let labels = project.dataset()?.labels.clone();
        if let Some(path) = &request.distill {
            teacher = Some(Teaching::of_run(&Run::open(path)?, &project.graph, &labels)?);
        }
    }
    let held = place.hold(&project.spec.config.model.name)?;
    let dataset = project.dataset()?;
    let found = dataset.check.to_string();
    if !found.is_empty() {
        project.console.note(found.trim_end());
    }
    if request.resume && !held.has_state() {
        project.console.note("nothing was saved yet: beginning anew");
    }
    let training = Training {
        spec: project.spec.clone(),
        graph: project.graph.clone(),
        dataset,
        place: Place::Held(held),
        weights: given.map(|given| given.weights),
        teacher,
        threads: project.threads,
        governor,
        disk: Arc::new(RealDisk),
    };
    match training.run(&project.control, progress::observer(project.console)) {
        Ok(ended) => {
            let exit = conclude(project, &ended);
            project.trained_in(ended.run, ended.trained);
            exit
        }
        Err(TrainingError::NotBegun { run: Some(run) }) => Ok(interrupted(project, &run)),
        Err(error @ (TrainingError::Place(_) | TrainingError::State(_))) => Err(error.into()),
        Err(error) => Err(Failure::on_the_way(error)),
    }
}

/// Says how it ended.
fn conclude(project: &Project<'_>, ended: &Ended) -> Result<Exit, Failure> {
    let Ended { run, outcome, .. } = ended;
    if let (Some(best), Some(last)) = (&outcome.best, outcome.history.last()) {
        project.console.say(&format!(
            "validation accuracy: best {:.2} % (epoch {}), last {:.2} % (epoch {})",
            100.0 * best.val_accuracy,
            best.epoch,
            100.0 * last.val_accuracy,
            last.epoch
        ));
        let report = run.file(Run::REPORT);
        project.console.say(&format!("report: {}", escape::terminal(&report.to_string_lossy())));
    }
    match &outcome.end {
        End::Finished => Ok(Exit::Done),
        End::NoProgress { epochs } => {
            project.console.say(&format!("stopped early: no better validation accuracy for {epochs} epochs"));
            Ok(Exit::Done)
        }
        End::Stopped => Ok(interrupted(project, run.path())),
        End::Diverged { epoch, batch } => Err(Failure::on_the_way(anyhow!(
            "the loss became infinite or NaN in epoch {epoch}, batch {batch}; {}. A lower train.learning_rate, train.warmup or train.gradient_clip = 1 may help",
            if outcome.history.is_empty() {
                "no epoch was done, so nothing is kept"
            } else {
                "the last good checkpoint is kept"
            }
        ))),
        End::Failed(reason) => Err(Failure::on_the_way(anyhow!("{reason}"))),
    }
}

fn interrupted(project: &Project<'_>, run: &Path) -> Exit {
    let run = escape::shell(&run.to_string_lossy());
    project.console.note(&format!("interrupted; go on with: micromobilenet --train --resume --run {run}"));
    Exit::Interrupted
}
