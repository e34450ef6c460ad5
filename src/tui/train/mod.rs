//! Train: the progress of trainings.

mod draw;
mod events;
mod images;
mod messages;
mod panes;
mod queue;
mod rescue;
mod session;
mod steps;
#[cfg(test)]
pub(super) mod tests;
mod undo;
mod view;

pub use messages::{Beginning, Effect, Event, Moving, News};
pub use session::{Batch, Insight, Outcome, Session};
pub use view::{CurveStyle, Pane, View, Viewer};

use super::action::{Action, Train};
use super::design::{Sheet, command_line};
use super::effect;
use super::keymap::Context;
use super::screen::{Screen, Step};
use super::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use undo::Done;

/// The screen's state.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// All trainings since the start of the workbench: ended, running and queued ones, in this order.
    sessions: Vec<Session>,
    /// The id of the selected training; `None`: the running one, else the last.
    selected: Option<u64>,
    pane: Pane,
    curves: CurveStyle,
    /// The epoch whose values are shown.
    cursor: Option<u32>,
    /// Whether matrix and mistakes are of the best epoch, not of the last.
    is_best: bool,
    /// The selected cell of the confusion matrix: true and predicted class.
    cell: (usize, usize),
    /// The index of the selected mistake.
    mistake: usize,
    /// The images that are shown large.
    viewer: Option<Viewer>,
    /// What can be undone, the last at the end.
    done: Vec<Done>,
    /// The area of the screen.
    body: Rect,
    next: u64,
}

type Reply = effect::Reply<Effect>;

impl Screen for State {
    type Effect = Effect;
    type News = News;
    type View<'a> = View<'a>;

    fn act(&mut self, action: &Action, sheet: &mut Sheet, reply: &mut Reply) {
        match action {
            Action::Train(what) => self.perform(what, sheet, reply),
            other => self.update(other, reply),
        }
    }

    fn handle_news(&mut self, news: News, _: &Sheet, reply: &mut Reply) {
        self.receive(news, reply);
    }

    fn resized(&mut self, body: Rect, _: &Sheet, _: &mut Reply) {
        self.body = body;
    }

    fn click(&mut self, body: Rect, at: Position, sheet: &mut Sheet, reply: &mut Reply) {
        let target = draw::target(&self.view(sheet), body, at);
        self.point(target, reply);
    }

    fn can(&self, action: &Action, _: &Sheet) -> bool {
        let Action::Train(what) = action else { return true };
        let of_id = |id: u64| self.sessions.iter().find(|session| session.id == id);
        match what {
            Train::Stop | Train::Pause => self.current().is_some(),
            Train::StopOne(id) | Train::StopAll(id) => self.current().is_some_and(|current| current.id == *id),
            Train::Log | Train::Smooth => self.shown().is_some_and(|shown| shown.batch.is_some() || shown.is_begun()),
            Train::Best => self.shown().is_some_and(Session::is_begun),
            Train::Drop => self.droppable().is_some_and(|at| self.sessions[at].is_idle()),
            Train::Shift { .. } => self.place().is_some_and(|at| self.sessions[at].is_waiting()),
            Train::Undo => !self.done.is_empty(),
            Train::MoveRescued { id, .. } => of_id(*id).is_some_and(|session| session.rescued.is_some()),
            Train::OpenImage | Train::Relabel | Train::RelabelAs(_) | Train::SetAside => self.viewer.is_some(),
            Train::Start | Train::Resume => true,
        }
    }

    fn context(&self) -> Context {
        if self.viewer.is_some() { Context::Images } else { Context::Train }
    }

    fn status(&self) -> Option<String> {
        self.summary()
    }

    fn is_busy(&self) -> bool {
        self.is_running()
    }

    fn step(&self, sheet: &Sheet) -> Option<Step> {
        let name = &sheet.model()?.spec.config.model.name;
        let session = self.current().or_else(|| self.sessions.iter().rfind(|session| session.name == *name));
        Some(session.map_or(Step::Todo(String::new()), Session::step))
    }

    fn command(&self, sheet: &Sheet) -> Option<String> {
        let of_session = self.shown().and_then(Session::command);
        of_session.or_else(|| Some(command_line(sheet)? + " --train"))
    }

    fn view<'a>(&'a self, sheet: &'a Sheet) -> View<'a> {
        let Self { ref sessions, pane, curves, cursor, is_best, cell, mistake, .. } = *self;
        let (shown, viewer) = (self.shown(), self.viewer.as_ref());
        View { sheet, sessions, shown, pane, curves, cursor, is_best, cell, mistake, viewer }
    }

    fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
        draw::draw(view, area, buffer, theme);
    }
}

impl State {
    /// Carries out the action `what`.
    fn perform(&mut self, what: &Train, sheet: &Sheet, reply: &mut Reply) {
        match what {
            Train::Start => self.start(sheet, reply),
            Train::Pause => self.pause(reply),
            Train::Stop => self.ask_to_stop(reply),
            Train::StopOne(id) => self.stop(*id, reply),
            Train::StopAll(id) => self.stop_all(*id, reply),
            Train::Resume => self.resume(sheet, reply),
            Train::Drop => self.drop_selected(reply),
            Train::Shift { down } => self.shift(*down, reply),
            Train::Log => self.curves.is_log = !self.curves.is_log,
            Train::Smooth => self.curves.is_raw = !self.curves.is_raw,
            Train::Best => self.turn_epoch(reply),
            Train::OpenImage => self.open_image(reply),
            Train::Relabel => self.ask_for_class(reply),
            Train::RelabelAs(class) => self.relabel(*class, reply),
            Train::SetAside => self.set_aside(reply),
            Train::Undo => self.undo(reply),
            Train::MoveRescued { id, to } => self.move_rescued(*id, to, reply),
        }
    }

    /// Moves the focus or the cursor.
    fn update(&mut self, action: &Action, reply: &mut Reply) {
        if self.viewer.is_some() {
            self.update_viewer(action);
            return;
        }
        match action {
            Action::Focus { back } => self.turn(*back),
            Action::Move(to) => self.go(*to),
            Action::Enter => self.enlarge(reply),
            Action::Back if self.cursor.is_some() => self.cursor = None,
            Action::Back => self.show_current(),
            _ => {}
        }
    }

    /// The number of queued trainings.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.sessions.iter().filter(|session| session.is_waiting()).count()
    }

    /// Whether a training is running or queued.
    fn is_running(&self) -> bool {
        self.sessions.iter().any(|session| !session.is_over())
    }

    /// Returns name and progress of the running training, else of the last one, for the line of tabs.
    fn summary(&self) -> Option<String> {
        let session = self.current().or_else(|| self.sessions.last())?;
        let waiting = self.queued();
        let more = if waiting > 0 && !session.is_waiting() { format!(" +{waiting}") } else { String::new() };
        Some(session.summary() + &more)
    }

    /// Returns the title of the terminal's window; `None` before the first training.
    pub fn title(&self) -> Option<String> {
        self.summary().map(|summary| crate::escape::terminal(&format!("{summary} · micromobilenet")))
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

    /// Shows the running training, with nothing selected in it.
    fn show_current(&mut self) {
        (self.selected, self.cursor, self.cell, self.mistake) = (None, None, (0, 0), 0);
    }
}
