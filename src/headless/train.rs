//! `--train`

use super::project::Project;
use super::{Exit, Failure, evaluate, profile, progress};
use crate::config::ConfigFile;
use crate::escape;
use crate::graph::Weights;
use crate::jobs::{Ended, Held, Place, Teaching, Training, TrainingError, read_weights};
use crate::runs::Run;
use crate::train::{End, Governor};
use anyhow::anyhow;
use std::path::Path;

/// Trains, in a new run folder or in the one to go on with.
pub fn run(project: &mut Project<'_>, governor: Governor) -> Result<Exit, Failure> {
    let request = project.request;
    let given = given(project)?;
    let place = match (&request.run, project.session.take_run()) {
        (_, Some(run)) if request.resume => Place::Resume(run),
        (Some(path), _) => {
            Run::check(path, false)?;
            Place::At(path.clone())
        }
        _ => Place::Below(request.folders.runs.clone()),
    };
    let held = place.hold(&project.session.spec.config.model.name)?;
    // Last, as it may take minutes: whatever else can be refused has been.
    if let Err(failure) = look_at_images(project) {
        held.give_up();
        return Err(failure);
    }
    if request.resume && !held.has_state() {
        project.console.note("nothing was saved yet: beginning anew");
    }
    let (exit, ended) = fit(project, project.session.spec.clone(), held, given, governor)?;
    if let Some(ended) = ended {
        project.session.set_trained(ended.run, ended.trained);
    }
    Ok(exit)
}

/// What a training begins with.
#[derive(Clone)]
pub struct Given {
    weights: Option<Weights>,
    teacher: Option<Teaching>,
}

/// The weights and the teacher to begin with, where there are some. Read first: those that do not fit
/// must not leave an empty run behind.
pub fn given(project: &mut Project<'_>) -> Result<Given, Failure> {
    let request = project.request;
    let path = request.weights.as_deref();
    let weights = path.map(|path| read_weights(path, &project.session.graph)).transpose()?;
    if let Some(given) = &weights {
        project.look_at_weights(given);
    }
    let weights = weights.map(|given| given.weights);
    let teacher = match &request.distill {
        Some(path) => Some(Teaching::of_run(&Run::open(path)?, &project.session.graph, &project.session.labels)?),
        None => None,
    };
    Ok(Given { weights, teacher })
}

/// Loads the images, once, and says what was found about them.
pub fn look_at_images(project: &mut Project<'_>) -> Result<(), Failure> {
    let dataset = project.dataset()?;
    let found = dataset.check.to_string();
    if !found.is_empty() {
        project.console.note(found.trim_end());
    }
    if project.request.evaluate { evaluate::check_split(project.request.split, &dataset) } else { Ok(()) }
}

/// Trains as `config` says, in the folder that is `held`, and says how it went. `None` where it was
/// interrupted before it began.
pub fn fit(
    project: &mut Project<'_>,
    spec: ConfigFile,
    held: Held,
    begin: Given,
    governor: Governor,
) -> Result<(Exit, Option<Ended>), Failure> {
    let dataset = project.dataset()?;
    let training = project.session.training(dataset, held, project.threads, governor);
    let training = Training { spec, weights: begin.weights, teacher: begin.teacher, ..training };
    match training.run(&project.control, progress::observer(project.console)) {
        Ok(ended) => Ok((conclude(project, &ended)?, Some(ended))),
        Err(TrainingError::NotBegun { run: Some(run) }) => Ok((interrupted(project, &run), None)),
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
    if project.console.is_verbose() && outcome.profile.steps > 0 {
        profile::show(project.console, &outcome.profile);
    }
    match &outcome.end {
        End::Finished => Ok(Exit::Done),
        End::NoProgress { epochs } => {
            project.console.say(&format!("stopped early: no better epoch for {epochs} epochs"));
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
