//! Deleting runs: they are moved to the trash, from which they can be restored.

use super::messages::{Discarded, Effect};
use super::{Reply, State};
use crate::escape;
use crate::runs::Status;
use crate::text;
use crate::tui::action::{Action, Runs};
use crate::tui::dialog::Dialog;
use crate::tui::keymap::key_of;
use std::path::{Path, PathBuf};

impl State {
    pub(super) fn ask_to_delete(&self, reply: &mut Reply) {
        let Some(row) = self.selected() else {
            reply.warn("there is no run to delete");
            return;
        };
        let known = match &row.found {
            Ok(known) => known,
            Err(error) => {
                reply.warn(format!("not deleted, since it cannot be read as a run: {error}"));
                return;
            }
        };
        if known.info.status == Status::Running {
            reply.warn("this run is training: stop it first");
            return;
        }
        let best = known.best().map_or_else(String::new, |best| format!(", accuracy {}", text::percent(best)));
        let epochs = text::counted(known.info.epochs_done, "epoch");
        let undo = key_of(&Action::Runs(Runs::Restore));
        let lines = vec![
            format!("{}: {epochs}{best}", row.folder),
            format!("Its folder is moved to the trash beside it; {undo} restores it. Nothing is removed from disk."),
        ];
        let delete = Some(Action::Runs(Runs::DeleteAnyway(row.path.clone())));
        let answers = [('c', "keep it", None), ('x', "move it to the trash", delete)];
        reply.dialog = Some(Dialog::ask("Delete this run?", lines, &answers));
    }

    /// Restores the run that was moved to the trash last.
    pub(super) fn restore(&self, reply: &mut Reply) {
        match self.trash.last() {
            Some(discarded) => reply.own(Effect::Restore(discarded.clone())),
            None => reply.warn("no run was deleted since the start of the workbench"),
        }
    }

    pub(super) fn deleted(&mut self, path: PathBuf, done: Result<PathBuf, String>, reply: &mut Reply) {
        match done {
            Ok(trash) => {
                let undo = key_of(&Action::Runs(Runs::Restore));
                reply.good(format!("{} is in {}; {undo} restores it", name_of(&path), text::path(&trash)));
                self.trash.push(Discarded { path, trash });
                reply.own(Effect::List);
            }
            Err(error) => reply.error(format!("not deleted: {error}")),
        }
    }

    pub(super) fn restored(&mut self, discarded: &Discarded, done: Result<(), String>, reply: &mut Reply) {
        match done {
            Ok(()) => {
                reply.good(format!("restored {}", name_of(&discarded.path)));
                self.trash.retain(|other| other != discarded);
                reply.own(Effect::List);
            }
            Err(error) => reply.error(format!("not restored: {error}; it is in {}", text::path(&discarded.trash))),
        }
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| escape::terminal(&name.to_string_lossy()))
}
