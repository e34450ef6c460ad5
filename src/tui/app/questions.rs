//! Questions of the program, and those whose subject changes or ends before they are answered.

use super::App;
use crate::tui::action::{Action, File, Program};
use crate::tui::dialog::Dialog;
use crate::tui::screens::{Effect, Reply, Screens};

/// The titles of questions that follow what they are about.
const QUIT: &str = "Quit?";
pub(super) const ON_DISK: &str = "Changed on disk";

impl App {
    /// Ends the program; asks first if something would be lost.
    pub(super) fn quit(&self, reply: &mut Reply) {
        if self.sheet.is_changed() || self.screens.is_busy() {
            reply.dialog = Some(self.quit_question());
        } else {
            reply.effect(Effect::Quit);
        }
    }

    fn quit_question(&self) -> Dialog {
        let (is_changed, is_training) = (self.sheet.is_changed(), self.screens.is_busy());
        let mut lines = Vec::new();
        if is_changed {
            lines.push(format!("{} has changes that are not saved.", self.sheet.name()));
        }
        if is_training {
            lines.push("A training is running: it would stop, and its state would be saved.".into());
        }
        match self.screens.train.queued() {
            0 => {}
            1 => lines.push("1 training is queued, and would be lost.".into()),
            queued => lines.push(format!("{queued} trainings are queued, and would be lost.")),
        }
        if lines.is_empty() {
            lines.push("Everything is saved, and no training is running any more.".into());
        }
        let text = match (is_changed, is_training) {
            (true, true) => "save, stop the training, and quit",
            (true, false) => "save and quit",
            (false, true) => "stop the training and quit",
            (false, false) => "quit",
        };
        let mut answers = vec![('c', "cancel", None), ('s', text, Some(Action::Program(Program::QuitSafely)))];
        if is_changed {
            answers.push(('d', "show the difference", Some(Action::File(File::Difference))));
            answers.push(('x', "discard the changes and quit", Some(Action::Program(Program::QuitAnyway))));
        }
        Dialog::ask(QUIT, lines, &answers)
    }

    /// What to do about the file that others have changed or deleted.
    pub(super) fn disk_question(&self) -> Dialog {
        let is_there = self.sheet.on_disk().is_some();
        let what = match (is_there, self.sheet.is_changed()) {
            (false, _) => "was deleted.",
            (true, false) => "was changed by another program.",
            (true, true) => "was changed by another program, and by you.",
        };
        let mut answers = vec![
            ('c', "go on editing; saving asks again", None),
            ('d', "show the difference", Some(Action::File(File::Difference))),
        ];
        if is_there {
            answers.push(('l', "load the file on disk (can be undone)", Some(Action::File(File::Reload))));
            answers.push(('o', "overwrite the file with your text", Some(Action::File(File::SaveOver))));
        } else {
            answers.push(('o', "write the file anew with your text", Some(Action::File(File::SaveOver))));
        }
        Dialog::ask(ON_DISK, vec![format!("{} {what}", self.sheet.name())], &answers)
    }

    /// The dialog as it is asked now; `None` if what it asks about has ended or is gone.
    pub(super) fn brought_up_to_date(&self, dialog: Dialog) -> Option<Dialog> {
        let Dialog::Ask(ask) = &dialog else { return Some(dialog) };
        let new = match &*ask.title {
            QUIT => self.quit_question(),
            ON_DISK if self.sheet.on_disk() == Some(self.sheet.text()) => return None,
            ON_DISK => self.disk_question(),
            _ => {
                let mut actions = ask.answers.iter().filter_map(|(.., action)| action.as_ref());
                let can =
                    |action| Screens::owner(action).is_none() || self.screens.can(self.screen, action, &self.sheet);
                return actions.all(can).then_some(dialog);
            }
        };
        Some(match new {
            Dialog::Ask(new) if (&new.lines, &new.answers) != (&ask.lines, &ask.answers) => Dialog::Ask(new),
            _ => dialog,
        })
    }

    /// Closes questions about what is gone, and renews those about what has changed.
    pub(super) fn follow_subjects(&mut self, reply: &mut Reply) {
        let waiting = std::mem::take(&mut self.waiting);
        self.waiting = waiting.into_iter().filter_map(|dialog| self.brought_up_to_date(dialog)).collect();
        let Some(dialog) = self.dialog.take() else { return };
        let title = dialog.title().to_owned();
        self.dialog = self.brought_up_to_date(dialog);
        if self.dialog.is_none() {
            self.dialog = self.waiting.pop_front();
            if reply.notice.is_none() {
                reply.warn(format!("\"{title}\" was closed: what it asks about has ended or is gone"));
            }
        }
    }
}
