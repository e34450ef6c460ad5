//! Runs whose folder vanished and could not be written anew: the user chooses another folder for them.

use super::messages::Effect;
use super::{Reply, State};
use crate::text;
use crate::tui::action::{Action, Train};
use crate::tui::dialog::{Completer, Dialog, Prompt};
use std::path::{Path, PathBuf};

impl State {
    /// Asks for a folder for the rescued run of the training `id`; `error` is the reason why the answer before was
    /// refused.
    pub(super) fn ask_for_folder(&mut self, id: u64, error: Option<&str>, reply: &mut Reply) {
        let Some(session) = self.sessions.iter().find(|session| session.id == id) else { return };
        let Some(folder) = &session.rescued else { return };
        // Several may wait for an answer.
        let of_run = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let title = format!("A new folder for {of_run}");
        let help = format!(
            "{}The folder of {} vanished and cannot be written anew. Until a new one is chosen its files are in {}",
            error.map(|error| format!("{error}. ")).unwrap_or_default(),
            session.name,
            text::path(folder)
        );
        let then = move |path| Action::Train(Train::MoveRescued { id, to: PathBuf::from(path) });
        let prompt = Prompt::new(&title, &help, &format!("rescued/{of_run}"), then);
        reply.dialog = Some(Dialog::Prompt(prompt.completed_by(Completer::Files, Path::new(""))));
    }

    /// Requests the move of the rescued run of the training `id` to `to`.
    pub(super) fn move_rescued(&self, id: u64, to: &Path, reply: &mut Reply) {
        let session = self.sessions.iter().find(|session| session.id == id);
        let Some(from) = session.and_then(|session| session.rescued.clone()) else { return };
        reply.own(Effect::MoveRun { id, from, to: to.to_owned() });
    }

    /// Takes over the new folder of a rescued run; asks again if it could not be moved.
    pub(super) fn run_moved(&mut self, id: u64, done: Result<PathBuf, String>, reply: &mut Reply) {
        let Some(session) = self.sessions.iter_mut().find(|session| session.id == id) else { return };
        match done {
            Ok(folder) => {
                reply.good(format!("the run of {} is in {}", session.name, text::path(&folder)));
                (session.rescued, session.run) = (None, Some(folder));
            }
            Err(error) => self.ask_for_folder(id, Some(&error), reply),
        }
    }
}
