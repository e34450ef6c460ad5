//! The choice of a run, and the export that is pinned for comparison.

use super::messages::Trained;
use super::{Reply, State};
use crate::text::{self, percent};
use crate::tui::action::{Action, Deploy};
use crate::tui::design::Sheet;
use crate::tui::dialog::{Choice, Choose, Dialog};
use crate::tui::keymap::key_of;
use std::sync::Arc;

impl State {
    /// Asks which of the runs `found` to export.
    pub(super) fn choose(&self, found: Result<Vec<Trained>, String>, reply: &mut Reply) {
        let runs = match found {
            Ok(runs) if runs.is_empty() => return reply.warn("there are no trained runs yet"),
            Ok(runs) => runs,
            Err(error) => return reply.error(error),
        };
        let use_run = |run| Action::Deploy(Deploy::Use(run));
        let latest = Choice {
            name: "the latest run of this design".into(),
            help: "with the settings of this file".into(),
            action: use_run(None),
        };
        let choice = |trained: &Trained| {
            let best = trained.best.as_ref();
            let best = best.map_or_else(String::new, |best| {
                format!("{} after epoch {}, ", percent(best.val_accuracy), best.epoch)
            });
            Choice {
                name: text::path(trained.run.file_name().unwrap_or(trained.run.as_os_str()).as_ref()),
                help: format!("{best}{}", crate::escape::terminal(&trained.name)),
                action: use_run(Some(trained.run.clone())),
            }
        };
        let at = runs.iter().position(|trained| Some(&trained.run) == self.chosen.as_ref()).map_or(0, |at| at + 1);
        let choices = std::iter::once(latest).chain(runs.iter().map(choice)).collect();
        reply.dialog = Some(Dialog::Choose(Choose::new("Export which run?", choices, at)));
    }

    /// Pins the export that is shown, or unpins the pinned one if that is shown or there is none.
    pub(super) fn pin(&mut self, sheet: &Sheet, reply: &mut Reply) {
        let current = self.current(sheet).is_some().then(|| self.prepared.clone()).flatten();
        let is_same = |a: &Arc<_>, b: &Arc<_>| Arc::ptr_eq(a, b);
        match (current, self.pinned.take()) {
            (Some(current), pinned) if pinned.as_ref().is_none_or(|pinned| !is_same(pinned, &current)) => {
                let other = key_of(&Action::Deploy(Deploy::Choose));
                reply.good(format!("pinned {}; {other} chooses a run to compare", text::path(&current.run)));
                self.pinned = Some(current);
            }
            (_, Some(_)) => reply.good("unpinned"),
            (_, None) => {
                let prepare = key_of(&Action::Deploy(Deploy::Prepare));
                reply.warn(format!("nothing to pin yet: {prepare} compares float and int8 first"));
            }
        }
    }
}
