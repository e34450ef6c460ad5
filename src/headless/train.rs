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

/// Trains in a new run folder, or resumes a run.
pub fn run(project: &mut Project<'_>, governor: Governor) -> Result<Exit, Failure> {
    let request = project.request;
    let given = initial(project)?;
    let place = match (&request.run, project.session.take_run()) {
        (_, Some(run)) if request.resume => Place::Resume(run),
        (Some(path), _) => {
            Run::check(path, false)?;
            Place::At(path.clone())
        }
        _ => Place::Below(request.folders.runs.clone()),
    };
    let held = place.hold(&project.session.spec.config.model.name)?;
    // Last, as loading may take minutes: everything else has been checked.
    if let Err(failure) = check_images(project) {
        held.give_up();
        return Err(failure);
    }
    if request.resume && !held.has_state() {
        project.console.note("no checkpoint was saved: starting from the beginning");
    }
    let (exit, ended) = fit(project, project.session.spec.clone(), held, given, governor)?;
    if let Some(ended) = ended {
        project.session.set_trained(ended.run, ended.trained);
    }
    Ok(exit)
}

/// Initial weights and teacher of a training.
#[derive(Clone)]
pub struct Initial {
    weights: Option<Weights>,
    teacher: Option<Teaching>,
}

/// Reads initial weights and teacher, if given. They are read first: an error must not leave an empty run folder.
pub fn initial(project: &mut Project<'_>) -> Result<Initial, Failure> {
    let request = project.request;
    let path = request.weights.as_deref();
    let weights = path.map(|path| read_weights(path, &project.session.graph)).transpose()?;
    if let Some(given) = &weights {
        project.check_weights(given);
    }
    let weights = weights.map(|given| given.weights);
    let teacher = match &request.distill {
        Some(path) => Some(Teaching::of_run(&Run::open(path)?, &project.session.graph, &project.session.labels)?),
        None => None,
    };
    Ok(Initial { weights, teacher })
}

/// Loads the images and prints the findings about them.
pub fn check_images(project: &mut Project<'_>) -> Result<(), Failure> {
    let dataset = project.dataset()?;
    let found = dataset.check.to_string();
    if !found.is_empty() {
        project.console.note(found.trim_end());
    }
    if project.request.evaluate { evaluate::check_split(project.request.split, &dataset) } else { Ok(()) }
}

/// Trains with the configuration `spec` in the locked folder `held` and reports the result. Returns no [`Ended`] if it
/// was interrupted before the first batch.
pub fn fit(
    project: &mut Project<'_>,
    spec: ConfigFile,
    held: Held,
    begin: Initial,
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

/// Reports the result of a training.
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
            project.console.say(&format!("stopped early: no improvement for {epochs} epochs"));
            Ok(Exit::Done)
        }
        End::Stopped => Ok(interrupted(project, run.path())),
        End::Diverged { epoch, batch } => Err(Failure::on_the_way(anyhow!(
            "the loss became NaN or infinite in epoch {epoch}, batch {batch}; {}. A lower train.learning_rate, train.warmup or train.gradient_clip = 1 may help",
            if outcome.history.is_empty() {
                "no epoch was completed, nothing is saved"
            } else {
                "the last checkpoint before it is kept"
            }
        ))),
        End::Failed(reason) => Err(Failure::on_the_way(anyhow!("{reason}"))),
    }
}

fn interrupted(project: &Project<'_>, run: &Path) -> Exit {
    let run = escape::shell(&run.to_string_lossy());
    project.console.note(&format!("interrupted; resume with: micromobilenet --train --resume --run {run}"));
    Exit::Interrupted
}
