//! The cursors of the panes.

use super::draw::Target;
use super::session::Session;
use super::view::Pane;
use super::{Reply, State};
use crate::tui::action::Move;
use crate::tui::dialog::moved;

/// The number of items that the `PageUp` and `PageDown` keys move by.
const PAGE: usize = 10;

impl State {
    /// Focuses the next or the previous pane.
    pub(super) fn turn(&mut self, back: bool) {
        let panes: &[Pane] = if self.sessions.len() > 1 {
            &[Pane::Queue, Pane::Curves, Pane::Confusion, Pane::Mistakes]
        } else {
            &[Pane::Curves, Pane::Confusion, Pane::Mistakes]
        };
        let at = panes.iter().position(|pane| *pane == self.pane).unwrap_or(0);
        let to = if back { at + panes.len() - 1 } else { at + 1 };
        self.pane = panes[to % panes.len()];
    }

    /// Moves the cursor of the focused pane.
    pub(super) fn go(&mut self, to: Move) {
        let insight = self.shown().map(|shown| shown.insight(self.is_best));
        let (classes, mistakes) = insight.map_or((0, 0), |insight| (insight.confusion.len(), insight.mistakes.len()));
        match (self.pane, to) {
            (Pane::Curves, Move::Up | Move::Down) | (Pane::Queue, _) => self.select(to),
            (Pane::Curves, _) => self.read(to),
            (Pane::Confusion, Move::Left | Move::Right) => self.cell.1 = moved(self.cell.1, to, classes, PAGE),
            // To the first and last of a row is done by columns, which are few.
            (Pane::Confusion, Move::First | Move::Last) => {
                let at = moved(0, to, classes, PAGE);
                self.cell = (at, at);
            }
            (Pane::Confusion, _) => self.cell.0 = moved(self.cell.0, to, classes, PAGE),
            (Pane::Mistakes, _) => self.mistake = moved(self.mistake, to, mistakes, PAGE),
        }
    }

    /// Selects another training.
    fn select(&mut self, to: Move) {
        let Some(at) = self.place() else { return };
        let at = moved(at, to, self.sessions.len(), PAGE);
        self.choose(at);
    }

    /// Selects the training at this place in the list.
    fn choose(&mut self, at: usize) {
        let id = self.sessions.get(at).map(|session| session.id);
        if id.is_some() && id != self.shown().map(|shown| shown.id) {
            (self.cursor, self.cell, self.mistake) = (None, (0, 0), 0);
        }
        self.selected = id.or(self.selected);
    }

    /// Moves the cursor of the curves by as many epochs as a column stands for.
    fn read(&mut self, to: Move) {
        let Some((first, last)) = self.shown().and_then(epochs) else { return };
        let columns = u32::from(self.body.width / 2).max(20);
        let step = (last - first).div_ceil(columns).max(1);
        let at = self.cursor.unwrap_or(last + step).clamp(first, last + step);
        let at = match to {
            Move::Left => at.saturating_sub(step),
            Move::Right => at + step,
            Move::PageUp => at.saturating_sub(step * PAGE as u32),
            Move::PageDown => at + step * PAGE as u32,
            Move::First => first,
            Move::Last => last,
            Move::Up | Move::Down => at,
        };
        self.cursor = Some(at.clamp(first, last));
    }

    /// Switches matrix and mistakes between the best and the last epoch.
    pub(super) fn turn_epoch(&mut self, reply: &mut Reply) {
        self.is_best = !self.is_best;
        self.mistake = 0;
        let shown = self.shown().filter(|_| self.is_best);
        if let Some(best) = shown.filter(|shown| shown.best_insight.is_none()).and_then(|shown| shown.best) {
            reply.warn(format!("epoch {best}, the best, was before this training was resumed: the last is shown"));
        }
    }

    /// Handles a click on `target`.
    pub(super) fn point(&mut self, target: Option<Target>, reply: &mut Reply) {
        match target {
            None => {}
            Some(Target::Pane(pane)) => self.pane = pane,
            Some(Target::Training(at)) => {
                self.pane = Pane::Queue;
                self.choose(at);
            }
            Some(Target::Epoch(epoch)) => {
                self.pane = Pane::Curves;
                if let Some((first, last)) = self.shown().and_then(epochs) {
                    self.cursor = Some(epoch.clamp(first, last));
                }
            }
            // A second click on the same item opens it.
            Some(Target::Cell(truth, predicted)) => {
                let is_again = self.pane == Pane::Confusion && self.cell == (truth, predicted);
                (self.pane, self.cell) = (Pane::Confusion, (truth, predicted));
                if is_again {
                    self.enlarge(reply);
                }
            }
            Some(Target::Mistake(at)) => {
                let is_again = self.pane == Pane::Mistakes && self.mistake == at;
                (self.pane, self.mistake) = (Pane::Mistakes, at);
                if is_again {
                    self.enlarge(reply);
                }
            }
        }
    }
}

/// The first and the last completed epoch; `None` before the first.
fn epochs(session: &Session) -> Option<(u32, u32)> {
    Some((session.history.first()?.epoch, session.history.last()?.epoch))
}
