//! Undoing moves of images and removals of trainings from the list.

use super::messages::{Effect, Moving};
use super::queue::MAX_QUEUED;
use super::session::Session;
use super::{Reply, State};
use crate::text;

/// Something that can be undone.
#[derive(Debug, Clone)]
pub enum Done {
    /// The file of an image was moved.
    Moved(Moving),
    /// Trainings were removed from the list, each from this place in it.
    Removed(Vec<(usize, Session)>),
}

impl State {
    /// Undoes what was done last.
    pub(super) fn undo(&mut self, reply: &mut Reply) {
        match self.done.last().cloned() {
            Some(Done::Moved(Moving { id, image, from, to, .. })) => {
                reply.own(Effect::Move(Moving { id, image, from: to, to: from, is_undo: true }));
            }
            Some(Done::Removed(removed)) => self.put_back(removed, reply),
            None => reply.warn("there is nothing to undo: no image was moved, no training removed"),
        }
    }

    /// Records that the move `moving` was undone.
    pub(super) fn move_undone(&mut self, moving: &Moving) {
        let is_it =
            |done: &Done| matches!(done, Done::Moved(other) if (other.id, other.image) == (moving.id, moving.image));
        if let Some(at) = self.done.iter().rposition(is_it) {
            self.done.remove(at);
        }
    }

    /// Returns removed trainings to the list; those that were queued are queued again.
    fn put_back(&mut self, removed: Vec<(usize, Session)>, reply: &mut Reply) {
        let queued = removed.iter().filter(|(_, session)| session.is_waiting()).count();
        if self.queued() + queued > MAX_QUEUED {
            reply.warn(format!("there is no room in the queue for {}", text::counted(queued as u64, "training")));
            return;
        }
        self.done.pop();
        let names: Vec<String> = removed.iter().map(|(_, session)| session.name.clone()).collect();
        let names = names.join(", ");
        reply.good(if queued > 0 { format!("{names}: queued again") } else { format!("{names}: back in this list") });
        for (at, session) in removed {
            let over = self.sessions.iter().filter(|session| session.is_over()).count();
            let begun = self.sessions.len() - self.queued();
            let at = if session.is_waiting() { at.clamp(begun, self.sessions.len()) } else { at.min(over) };
            self.selected = Some(session.id);
            self.sessions.insert(at, session);
        }
        if self.sessions.iter().all(Session::is_idle) {
            self.begin_next(reply);
        }
    }
}
