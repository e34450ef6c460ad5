//! A training as a step on the way to a sketch, and as a command line.

use super::session::{Outcome, Phase, Session, Subject};
use crate::escape::shell;
use crate::runs::Run;
use crate::text::percent;
use crate::train::End;
use crate::tui::screen::Step;

impl Session {
    /// The state of the step that the training is.
    pub fn step(&self) -> Step {
        match &self.phase {
            Phase::Over(Outcome::Ended { end: End::Finished | End::NoProgress { .. }, best, last }) => {
                let reached = best.as_ref().or(last.as_ref());
                Step::Done(reached.map_or_else(String::new, |epoch| percent(epoch.val_accuracy)))
            }
            // Its weights can be deployed.
            Phase::Over(Outcome::Ended { end: End::Stopped, best, last }) if best.is_some() || last.is_some() => {
                let reached = best.as_ref().or(last.as_ref());
                Step::Done(
                    reached.map_or_else(String::new, |epoch| format!("stopped at {}", percent(epoch.val_accuracy))),
                )
            }
            Phase::Over(Outcome::Ended { end: End::Stopped, .. } | Outcome::NotBegun) => Step::Todo("stopped".into()),
            Phase::Over(_) => Step::Failed("failed".into()),
            _ => Step::Busy(self.summary()),
        }
    }

    /// The command line that trains the same; `None` until the run has a folder.
    pub(super) fn command(&self) -> Option<String> {
        let run = self.run.as_ref()?;
        let word = |path: &std::path::Path| shell(&path.to_string_lossy());
        Some(match self.subject {
            Subject::Run => format!("micromobilenet --run {} --train --resume", word(run)),
            Subject::Text => {
                format!("micromobilenet --config {} --train", word(&run.join(Run::CONFIG)))
            }
        })
    }
}
