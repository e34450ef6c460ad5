//! Train: the progress of trainings.

mod draw;
mod messages;
mod session;
#[cfg(test)]
pub(super) mod tests;
mod view;

pub use messages::{Effect, Event, News};
pub use session::{Batch, Insight, Mistake, Outcome, Phase, Session, Subject};
pub use view::{Pane, View};

use super::action::{Action, Move, Train};
use super::design::Sheet;
use super::effect;
use super::keymap::Context;
use super::screen::Screen;
use super::theme::Theme;
use crate::escape;
use crate::runs::Run;
use crate::text::{self, percent};
use crate::train::End;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::path::Path;

/// The screen's state.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// All trainings since the start of the workbench: ended, running and queued ones.
    sessions: Vec<Session>,
    /// The id of the selected training; `None`: the running one, else the last.
    selected: Option<u64>,
    pane: Pane,
    is_log: bool,
    /// Scroll offset of the confusion matrix: rows and columns.
    scroll: (usize, usize),
    /// Scroll offset of the mistakes.
    first: usize,
    next: u64,
}

type Reply = effect::Reply<Effect>;

impl Screen for State {
    type Effect = Effect;
    type News = News;
    type View<'a> = View<'a>;

    fn act(&mut self, action: &Action, sheet: &mut Sheet, reply: &mut Reply) {
        match action {
            Action::Train(what) => self.perform(*what, sheet, reply),
            other => self.update(other),
        }
    }

    fn handle_news(&mut self, news: News, _: &Sheet, reply: &mut Reply) {
        self.receive(news, reply);
    }

    fn context(&self) -> Context {
        Context::Train
    }

    fn status(&self) -> Option<String> {
        self.summary()
    }

    fn is_busy(&self) -> bool {
        self.is_running()
    }

    fn view<'a>(&'a self, sheet: &'a Sheet) -> View<'a> {
        let Self { ref sessions, pane, is_log, scroll, first, .. } = *self;
        View { sheet, sessions, shown: self.shown(), pane, is_log, scroll, first }
    }

    fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
        draw::draw(view, area, buffer, theme);
    }
}

/// The maximum number of queued trainings.
const MAX_QUEUED: usize = 8;
/// The number of lines that the `PageUp` and `PageDown` keys move.
const PAGE: usize = 10;

impl State {
    /// Carries out the action `what`.
    fn perform(&mut self, what: Train, sheet: &Sheet, reply: &mut Reply) {
        match what {
            Train::Start => self.start(sheet, reply),
            Train::Pause => self.pause(reply),
            Train::Stop => self.stop(reply),
            Train::Resume => self.resume(sheet, reply),
            Train::Drop => self.drop_last(reply),
            Train::Log => self.is_log = !self.is_log,
        }
    }

    /// Moves the focus or the cursor.
    fn update(&mut self, action: &Action) {
        match action {
            Action::Focus { back } => self.turn(*back),
            Action::Move(to) => self.go(*to),
            Action::Back => (self.selected, self.scroll, self.first) = (None, (0, 0), 0),
            _ => {}
        }
    }

    /// Handles an event of a training.
    fn receive(&mut self, news: News, reply: &mut Reply) {
        let Some(session) = self.sessions.iter_mut().find(|session| session.id == news.id) else { return };
        match news.event {
            Event::Reading { done, total } => session.phase = Phase::Reading { done, total },
            Event::Begun(run) => {
                match session.subject {
                    Subject::File => {}
                    Subject::Text => {
                        let config = run.join(Run::CONFIG);
                        reply.command = Some(format!("micromobilenet --config {} --train", shell(&config)));
                    }
                    Subject::Run => {
                        reply.command = Some(format!("micromobilenet --run {} --train --resume", shell(&run)));
                    }
                }
                session.run = Some(run);
            }
            Event::Warning(text) => reply.warn(format!("{}: {text}", session.name)),
            Event::Started { start, labels, history } => {
                session.phase = Phase::Training;
                session.name.clone_from(&start.name);
                (session.start, session.labels, session.history) = (Some(start), labels, history);
            }
            Event::Batch(batch) => session.advance(batch),
            Event::Epoch { metrics, insight } => {
                session.history.push(metrics);
                session.trail.clear();
                session.insight = insight;
            }
            Event::Paused(paused) => {
                session.phase = if paused { Phase::Paused } else { Phase::Training };
            }
            Event::Thermal(state) => session.thermal = Some(state),
            Event::Over(outcome) => {
                report_end(session, &outcome, reply);
                session.phase = Phase::Over(outcome);
            }
        }
    }

    /// Whether a training is running or queued.
    fn is_running(&self) -> bool {
        self.sessions.iter().any(|session| !session.is_over())
    }

    /// Returns name and progress of the running training, else of the last one, for the line of tabs.
    fn summary(&self) -> Option<String> {
        let session = self.current().or_else(|| self.sessions.last())?;
        let waiting = self.sessions.iter().filter(|session| session.is_waiting()).count();
        let more = if waiting > 0 && !session.is_waiting() { format!(" +{waiting}") } else { String::new() };
        Some(session.summary() + &more)
    }

    /// The running training, or the one that starts next.
    fn current(&self) -> Option<&Session> {
        self.sessions.iter().find(|session| !session.is_over())
    }

    fn current_mut(&mut self) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| !session.is_over())
    }

    /// The visible training.
    fn shown(&self) -> Option<&Session> {
        let selected = self.sessions.iter().find(|session| Some(session.id) == self.selected);
        selected.or_else(|| self.current()).or_else(|| self.sessions.last())
    }

    fn start(&mut self, sheet: &Sheet, reply: &mut Reply) {
        let Some(model) = sheet.model().filter(|_| sheet.faults().is_none()) else {
            reply.error("the configuration is invalid: fix it first (F1 shows the error); no training was started");
            return;
        };
        let name = &model.spec.config.model.name;
        let file = sheet.path().to_owned();
        let subject = if sheet.is_changed() { Subject::Text } else { Subject::File };
        let Some(id) = self.queue(name, subject, reply) else { return };
        if subject == Subject::File {
            reply.command = Some(format!("micromobilenet --config {} --train", shell(&file)));
        }
        reply.own(Effect::Start { id, file, text: sheet.text().to_owned() });
    }

    fn resume(&mut self, sheet: &Sheet, reply: &mut Reply) {
        let Some(model) = sheet.model() else {
            reply.error("the configuration is invalid: fix it first (F1 shows the error); no run was resumed");
            return;
        };
        let model = model.spec.config.model.name.clone();
        let Some(id) = self.queue(&model, Subject::Run, reply) else { return };
        reply.own(Effect::Resume { id, model });
    }

    /// Queues a training of `name` and returns its id; `None` if the queue is full.
    fn queue(&mut self, name: &str, subject: Subject, reply: &mut Reply) -> Option<u64> {
        let waiting = self.sessions.iter().filter(|session| session.is_waiting()).count();
        if waiting >= MAX_QUEUED {
            reply.warn(format!("{waiting} trainings are queued already: X removes the last one"));
            return None;
        }
        let id = self.next;
        self.next += 1;
        let is_first = !self.is_running();
        let mut session = Session { subject, ..Session::new(id, name) };
        if is_first {
            session.phase = Phase::Reading { done: 0, total: 0 };
            (self.selected, self.scroll, self.first) = (None, (0, 0), 0);
        }
        reply.good(match (is_first, subject == Subject::Run) {
            (true, false) => format!("training {name}; later edits do not affect this run"),
            (false, false) => format!("queued a training of {name}; later edits do not affect it"),
            (true, true) => format!("resuming the latest stopped run of {name} with its own configuration"),
            (false, true) => format!("queued: the latest stopped run of {name} will be resumed"),
        });
        self.sessions.push(session);
        Some(id)
    }

    fn pause(&mut self, reply: &mut Reply) {
        let Some(session) = self.current_mut() else {
            reply.warn("no training is running: s starts one");
            return;
        };
        session.is_pausing = !session.is_pausing;
        let (id, paused) = (session.id, session.is_pausing);
        reply.good(if paused { "pausing after this batch; space resumes" } else { "resumed" });
        reply.own(Effect::Pause { id, paused });
    }

    fn stop(&mut self, reply: &mut Reply) {
        let Some(session) = self.current_mut() else {
            reply.warn("no training is running: s starts one");
            return;
        };
        session.is_stopping = true;
        reply.good(format!("stopping {} after this batch; its state is saved", session.name));
        reply.own(Effect::Stop(session.id));
    }

    /// Removes the last training from the queue.
    fn drop_last(&mut self, reply: &mut Reply) {
        let Some(at) = self.sessions.iter().rposition(Session::is_waiting) else {
            reply.warn("no training is queued");
            return;
        };
        let session = self.sessions.remove(at);
        reply.good(format!("removed {} from the queue", session.name));
        reply.own(Effect::Stop(session.id));
    }

    const fn turn(&mut self, back: bool) {
        self.pane = match (self.pane, back) {
            (Pane::Curves, false) | (Pane::Mistakes, true) => Pane::Confusion,
            (Pane::Confusion, false) | (Pane::Curves, true) => Pane::Mistakes,
            (Pane::Mistakes, false) | (Pane::Confusion, true) => Pane::Curves,
        };
    }

    fn go(&mut self, to: Move) {
        let (classes, mistakes) =
            self.shown().map_or((0, 0), |shown| (shown.insight.confusion.len(), shown.insight.mistakes.len()));
        match self.pane {
            Pane::Curves => self.select(to),
            Pane::Confusion => match to {
                Move::Left | Move::Right => self.scroll.1 = scrolled(self.scroll.1, to, classes),
                _ => self.scroll.0 = scrolled(self.scroll.0, to, classes),
            },
            Pane::Mistakes => self.first = scrolled(self.first, to, mistakes),
        }
    }

    /// Selects another training.
    fn select(&mut self, to: Move) {
        let Some(at) = self.shown().and_then(|shown| self.sessions.iter().position(|other| other.id == shown.id))
        else {
            return;
        };
        let at = scrolled(at, to, self.sessions.len());
        self.selected = self.sessions.get(at).map(|session| session.id);
    }
}

/// Returns the position in a list of `count` entries after a move from `at`.
fn scrolled(at: usize, to: Move, count: usize) -> usize {
    let last = count.saturating_sub(1);
    match to {
        Move::Up | Move::Left => at.saturating_sub(1),
        Move::Down | Move::Right => (at + 1).min(last),
        Move::PageUp => at.saturating_sub(PAGE),
        Move::PageDown => (at + PAGE).min(last),
        Move::First => 0,
        Move::Last => last,
    }
}

/// Reports the end of a training and its metrics.
fn report_end(session: &Session, outcome: &Outcome, reply: &mut Reply) {
    let Session { name, run, .. } = session;
    let place = run.as_ref().map(|run| format!(" · {}", text::path(run))).unwrap_or_default();
    match outcome {
        Outcome::NotBegun if session.is_stopping => reply.warn(format!("{name} was stopped before its first batch")),
        Outcome::NotBegun => {}
        Outcome::Failed(why) => reply.error(format!("{name}: {why}")),
        Outcome::Ended { end, best, last } => {
            let figures = match (best, last) {
                (Some(best), Some(last)) if best.epoch != last.epoch => {
                    format!("best {}, last {}", percent(best.val_accuracy), percent(last.val_accuracy))
                }
                (_, Some(last)) => percent(last.val_accuracy),
                _ => "no epoch completed".to_owned(),
            };
            match end {
                End::Finished => reply.good(format!("{name} done: {figures}{place}")),
                End::NoProgress { epochs } => {
                    reply.good(format!("{name} done, no improvement for {epochs} epochs: {figures}{place}"));
                }
                End::Stopped => reply.warn(format!("{name} stopped: {figures}{place}")),
                End::Diverged { epoch, batch } => reply.error(format!(
                    "{name}: the loss became NaN or infinite in epoch {epoch}, batch {batch}; try a lower train.learning_rate, \
                     train.warmup, or train.gradient_clip = 1"
                )),
                End::Failed(why) => reply.error(format!("{name}: {why}")),
            }
        }
    }
}

fn shell(path: &Path) -> String {
    escape::shell(&path.to_string_lossy())
}
