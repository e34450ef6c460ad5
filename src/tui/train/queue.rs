//! Starting, stopping, queueing and reordering trainings. The state holds the queue: the next training is requested
//! when the one before it has ended.

use super::messages::Effect;
use super::session::{Phase, Session, Subject};
use super::undo::Done;
use super::view::Pane;
use super::{Reply, State};
use crate::escape;
use crate::text;
use crate::tui::action::{Action, Train};
use crate::tui::design::Sheet;
use crate::tui::dialog::Dialog;
use crate::tui::keymap::key_of;

/// The maximum number of queued trainings.
pub const MAX_QUEUED: usize = 8;

impl State {
    pub(super) fn start(&mut self, sheet: &Sheet, reply: &mut Reply) {
        let Some(model) = sheet.model().filter(|_| sheet.faults().is_none()) else {
            reply.error("the configuration is invalid: fix it first (F1 shows the error); no training was started");
            return;
        };
        let name = &model.spec.config.model.name;
        let (file, text) = (sheet.path().to_owned(), sheet.text().to_owned());
        self.queue(name, Subject::Text, |id| Effect::Start { id, file, text }, reply);
    }

    pub(super) fn resume(&mut self, sheet: &Sheet, reply: &mut Reply) {
        let Some(model) = sheet.model() else {
            reply.error("the configuration is invalid: fix it first (F1 shows the error); no run was resumed");
            return;
        };
        let model = model.spec.config.model.name.clone();
        self.queue(&model.clone(), Subject::Run, |id| Effect::Resume { id, model }, reply);
    }

    /// Queues a training of `name`, which `begin` requests; returns whether there was room.
    fn queue(&mut self, name: &str, subject: Subject, begin: impl FnOnce(u64) -> Effect, reply: &mut Reply) -> bool {
        let waiting = self.queued();
        if waiting >= MAX_QUEUED {
            let key = key_of(&Action::Train(Train::Drop));
            reply.warn(format!("{waiting} trainings are queued already: select one and press {key} to remove it"));
            return false;
        }
        let id = self.next;
        self.next += 1;
        let is_first = !self.is_running();
        reply.good(match (is_first, subject == Subject::Run) {
            (true, false) => format!("training {name}; later edits do not affect this run"),
            (false, false) => format!("queued a training of {name}; later edits do not affect it"),
            (true, true) => format!("resuming the latest stopped run of {name} with its own configuration"),
            (false, true) => format!("queued: the latest stopped run of {name} will be resumed"),
        });
        self.sessions.push(Session { subject, waiting: Some(begin(id)), ..Session::new(id, name) });
        if is_first {
            self.begin_next(reply);
        }
        true
    }

    /// Requests the first of the queued trainings, unless one is running.
    pub(super) fn begin_next(&mut self, reply: &mut Reply) {
        let Some(session) = self.current_mut().filter(|session| session.is_waiting()) else { return };
        session.phase = Phase::Reading { done: 0, total: 0 };
        if let Some(effect) = session.waiting.take() {
            reply.own(effect);
        }
        // A training that the user looks at stays.
        if self.viewer.is_none() && self.selected.is_none() {
            self.show_current();
        }
    }

    pub(super) fn pause(&mut self, reply: &mut Reply) {
        let Some(session) = self.current_mut() else {
            reply.warn(format!("no training is running: {} starts one", key_of(&Action::Train(Train::Start))));
            return;
        };
        session.is_pausing = !session.is_pausing;
        let (id, paused) = (session.id, session.is_pausing);
        reply.good(if paused { "pausing after this batch; space resumes" } else { "resumed" });
        reply.own(Effect::Pause { id, paused });
    }

    /// Stops the running training; asks first if others are queued.
    pub(super) fn ask_to_stop(&mut self, reply: &mut Reply) {
        let waiting: Vec<&str> =
            self.sessions.iter().filter(|session| session.is_waiting()).map(|session| &*session.name).collect();
        let Some(current) = self.current() else {
            reply.warn(format!("no training is running: {} starts one", key_of(&Action::Train(Train::Start))));
            return;
        };
        let id = current.id;
        if waiting.is_empty() {
            return self.stop(id, reply);
        }
        let name = escape::terminal(&current.name);
        let lines = vec![
            format!("{name} would stop after this batch; its state is saved."),
            format!("Queued behind it: {}.", escape::terminal(&waiting.join(", "))),
        ];
        let next = format!("stop {name}; {} begins", escape::terminal(waiting[0]));
        let answers = [
            ('c', "keep training", None),
            ('n', &*next, Some(Action::Train(Train::StopOne(id)))),
            ('x', "stop all, and empty the queue", Some(Action::Train(Train::StopAll(id)))),
        ];
        reply.dialog = Some(Dialog::ask(&format!("Stop {name}?"), lines, &answers));
    }

    /// Stops the training `id`, unless it has ended.
    pub(super) fn stop(&mut self, id: u64, reply: &mut Reply) {
        let Some(session) = self.current_mut().filter(|session| session.id == id) else {
            reply.warn("that training has ended already: nothing was stopped");
            return;
        };
        session.is_stopping = true;
        let resume = key_of(&Action::Train(Train::Resume));
        reply.good(format!("stopping {} after this batch; its state is saved, {resume} resumes it", session.name));
        reply.own(Effect::Stop(session.id));
    }

    /// Empties the queue and stops the training `id`, unless it has ended.
    pub(super) fn stop_all(&mut self, id: u64, reply: &mut Reply) {
        self.stop(id, reply);
        if reply.effects.is_empty() {
            return;
        }
        let (removed, kept) =
            self.sessions.drain(..).enumerate().partition::<Vec<_>, _>(|(_, other)| other.is_waiting());
        self.sessions = kept.into_iter().map(|(_, session)| session).collect();
        if let Some(notice) = reply.notice.as_mut().filter(|_| !removed.is_empty()) {
            let (undo, count) = (key_of(&Action::Train(Train::Undo)), text::counted(removed.len() as u64, "training"));
            notice.text += &format!("; {count} removed from the queue, {undo} undoes it");
            self.done.push(Done::Removed(removed));
        }
    }

    /// The place of the training that can be removed from the list: the selected one while the list has the focus.
    pub(super) fn droppable(&self) -> Option<usize> {
        self.place().filter(|_| self.pane == Pane::Queue && self.sessions.len() > 1)
    }

    /// Removes the selected training from the list: from the queue if it has not begun.
    pub(super) fn drop_selected(&mut self, reply: &mut Reply) {
        let Some(at) = self.droppable() else {
            let key = key_of(&Action::Train(Train::Drop));
            reply.warn(if self.sessions.len() > 1 {
                format!("{key} removes a training while the queue has the focus: Tab leads there")
            } else {
                "no training is queued".to_owned()
            });
            return;
        };
        let session = &self.sessions[at];
        let (name, undo) = (session.name.clone(), key_of(&Action::Train(Train::Undo)));
        if session.is_waiting() {
            reply.good(format!("removed {name} from the queue; {undo} undoes it"));
        } else if session.is_over() {
            let run = session.run.as_ref().map(|run| format!("; its run stays in {}", text::path(run)));
            reply.good(format!("removed {name} from this list{}; {undo} undoes it", run.unwrap_or_default()));
        } else {
            let stop = key_of(&Action::Train(Train::Stop));
            reply.warn(format!("{name} is training: {stop} stops it; select a queued training to remove that"));
            return;
        }
        let removed = self.sessions.remove(at);
        self.done.push(Done::Removed(vec![(at, removed)]));
        // The one that takes its place is selected.
        self.selected = self.sessions.get(at.min(self.sessions.len().saturating_sub(1))).map(|session| session.id);
    }

    /// Moves the selected training up or down within the queue.
    pub(super) fn shift(&mut self, down: bool, reply: &mut Reply) {
        let Some(at) = self.place().filter(|at| self.sessions[*at].is_waiting()) else {
            reply.warn("select a queued training to move it");
            return;
        };
        let other = if down { Some(at + 1) } else { at.checked_sub(1) };
        match other.filter(|other| self.sessions.get(*other).is_some_and(Session::is_waiting)) {
            Some(other) => {
                self.selected = Some(self.sessions[at].id);
                self.sessions.swap(at, other);
            }
            None => reply.warn(format!(
                "{} is the {} of the queue",
                self.sessions[at].name,
                if down { "last" } else { "first" }
            )),
        }
    }

    /// The index of the visible training.
    pub(super) fn place(&self) -> Option<usize> {
        let shown = self.shown()?.id;
        self.sessions.iter().position(|session| session.id == shown)
    }
}
