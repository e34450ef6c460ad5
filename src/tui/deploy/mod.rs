//! Deploy: comparison of float and int8, memory plan and export of the header.

mod choice;
mod draw;
mod messages;
mod prepared;
#[cfg(test)]
pub(super) mod tests;
mod view;

pub use messages::{Effect, News, Trained};
pub use prepared::{Build, ExportSettings, Prepared};
pub use view::{Found, Part, View, Weights};

use super::action::{Action, Deploy, Move, Train};
use super::design::{Sheet, command_line};
use super::dialog::{Dialog, Page};
use super::effect;
use super::keymap::{Context, key_of};
use super::screen::{Screen, Step};
use super::theme::Theme;
use crate::config::Edit;
use crate::jobs::Checked;
use crate::text::wrap;
use crate::train::EpochMetrics;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use std::path::PathBuf;
use std::sync::Arc;

/// The screen's state.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The run with weights for the network.
    found: Weights,
    /// A description of the running work; `None` if there is none.
    work: Option<String>,
    prepared: Option<Arc<Prepared>>,
    /// The run that the user chose; `None` is the latest of the network.
    chosen: Option<PathBuf>,
    /// The export that is shown for comparison.
    pinned: Option<Arc<Prepared>>,
    /// The files written last, and the export that they are of.
    written: Option<(Arc<Prepared>, Vec<PathBuf>)>,
    part: Part,
    /// Vertical scroll offset of each part, in lines.
    top: [usize; 3],
    /// Horizontal scroll offset of the header, in columns.
    left: usize,
}

type Reply = effect::Reply<Effect>;

impl Screen for State {
    type Effect = Effect;
    type News = News;
    type View<'a> = View<'a>;

    fn act(&mut self, action: &Action, sheet: &mut Sheet, reply: &mut Reply) {
        match action {
            Action::Deploy(what) => self.perform(what, sheet, reply),
            other => self.update(other, sheet, reply),
        }
    }

    fn handle_news(&mut self, news: News, _: &Sheet, reply: &mut Reply) {
        self.receive(news, reply);
    }

    fn enter(&mut self, sheet: &Sheet, reply: &mut Reply) {
        self.search(sheet, reply);
    }

    fn click(&mut self, body: Rect, at: Position, sheet: &mut Sheet, _: &mut Reply) {
        let (_, parts) = draw::areas(&self.view(sheet), body);
        let Some((part, area)) = parts.into_iter().find(|(_, area)| area.contains(at)) else { return };
        if part != self.part {
            self.part = part;
        } else if at.y == area.y {
            // The title of the focused part names the part that Tab focuses.
            self.turn(false);
        }
    }

    fn can(&self, action: &Action, sheet: &Sheet) -> bool {
        let can_pin = || self.pinned.is_some() || self.current(sheet).is_some();
        *action != Action::Deploy(Deploy::Pin) || can_pin()
    }

    fn context(&self) -> Context {
        Context::Deploy
    }

    fn step(&self, sheet: &Sheet) -> Option<Step> {
        let file = self.view(sheet).files.first();
        Some(match (&self.work, file) {
            (Some(work), _) => Step::Busy(work.clone()),
            (None, Some(file)) => Step::Done(crate::text::path(file.parent().unwrap_or(file))),
            (None, None) => Step::Todo(String::new()),
        })
    }

    fn command(&self, sheet: &Sheet) -> Option<String> {
        let spec = &sheet.model()?.spec;
        let precision = spec.config.export.precision;
        let of_board = || match &*spec.config.target.board {
            "" => Vec::new(),
            board => vec![Edit::set("target.board", board)],
        };
        Some(match (self.current(sheet), &self.chosen, &self.found) {
            (Some(prepared), ..) => prepared.command(precision),
            // A chosen run keeps its own settings, except the board.
            (None, Some(run), _) => prepared::command(run, precision, &of_board()),
            (None, None, Weights::Found(found)) => {
                let overrides = found.trained.as_ref().map(|trained| ExportSettings::of(spec).overrides(trained));
                prepared::command(&found.run, precision, &overrides.unwrap_or_else(of_board))
            }
            (None, None, _) => command_line(sheet)? + " --train --export",
        })
    }

    fn view<'a>(&'a self, sheet: &'a Sheet) -> View<'a> {
        let Self { found, work, written, part, top, left, prepared, chosen, pinned } = self;
        let current = self.current(sheet);
        let of_current = |of: &Arc<Prepared>| current.is_some_and(|current| std::ptr::eq(current, &raw const **of));
        View {
            sheet,
            found,
            work: work.as_deref(),
            current,
            chosen: chosen.as_deref(),
            pinned: pinned.as_deref(),
            has_prepared: prepared.is_some(),
            files: written.as_ref().filter(|(of, _)| of_current(of)).map_or(&[], |(_, files)| files),
            part: *part,
            top: *top,
            left: *left,
        }
    }

    fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
        draw::draw(view, area, buffer, theme);
    }
}

/// The number of lines that the `PageUp` and `PageDown` keys move, and of columns that `Left` and `Right` move.
const PAGE: usize = 10;
const SIDE: usize = 8;
/// The width in columns for counting the lines of the drawing of the arena.
const WIDTH: usize = 80;
/// The width of messages in dialogs, in columns, which fits into any terminal.
const PAGE_WIDTH: usize = 76;

impl State {
    /// Carries out the action `what`.
    fn perform(&mut self, what: &Deploy, sheet: &Sheet, reply: &mut Reply) {
        if let Some(work) = self.work.as_ref().filter(|_| *what != Deploy::Pin) {
            reply.warn(format!("{work}; Esc stops"));
            return;
        }
        match what {
            Deploy::Prepare => self.prepare(false, sheet, reply),
            Deploy::Export => self.prepare(true, sheet, reply),
            Deploy::Choose => reply.own(Effect::List),
            Deploy::Use(run) => {
                self.chosen.clone_from(run);
                self.top = [0; 3];
                self.prepare(false, sheet, reply);
            }
            Deploy::Pin => self.pin(sheet, reply),
        }
    }

    /// Requests an export, and to write its files if `write`.
    fn prepare(&mut self, write: bool, sheet: &Sheet, reply: &mut Reply) {
        let Some(model) = sheet.model().filter(|_| sheet.faults().is_none()) else {
            reply.error("the configuration is invalid: fix it first (F1 shows the error)");
            return;
        };
        self.work = Some("looking for weights".into());
        self.written = None;
        let spec = Box::new(model.spec.clone());
        let board = sheet.boards().get(&spec.config.target.board).ok().cloned().map(Box::new);
        let write = write.then_some(spec.config.export.precision);
        reply.own(Effect::Prepare { spec, run: self.chosen.clone(), board, write });
    }

    /// Moves the focus, scrolls, stops.
    fn update(&mut self, action: &Action, sheet: &Sheet, reply: &mut Reply) {
        match action {
            Action::Focus { back } => self.turn(*back),
            Action::Move(to) => self.go(*to, sheet),
            Action::Back if self.work.is_some() => {
                reply.good("stopping");
                reply.own(Effect::Stop);
            }
            _ => {}
        }
    }

    /// Requests a search for weights.
    fn search(&self, sheet: &Sheet, reply: &mut Reply) {
        if let (Some(model), None) = (sheet.model(), &self.work) {
            reply.own(Effect::Look(Box::new(model.spec.clone())));
        }
    }

    /// Handles an event of an export.
    fn receive(&mut self, news: News, reply: &mut Reply) {
        match news {
            News::Listed(found) => self.choose(found, reply),
            News::Found(found) => self.found = found.map_or(Weights::Missing, Weights::Found),
            News::Progress(text) => {
                if self.work.is_some() {
                    self.work = Some(text);
                }
            }
            News::Warning(text) => reply.warn(text),
            News::Ready(prepared) => {
                if !prepared.is_chosen {
                    let best = prepared.metrics.as_ref().map(reached);
                    let trained = match std::mem::take(&mut self.found) {
                        Weights::Found(found) if found.run == prepared.run => found.trained,
                        _ => None,
                    };
                    self.found = Weights::Found(Found { run: prepared.run.clone(), best, trained });
                }
                self.prepared = Some(prepared);
            }
            News::Written { files, checked } => {
                // The folder is displayed below the comparison.
                let text = format!("wrote {} files, {checked}", files.len());
                match checked {
                    Checked::Equal { .. } => reply.good(text),
                    Checked::Not(_) => reply.warn(text),
                }
                if let Some(prepared) = &self.prepared {
                    self.written = Some((prepared.clone(), files));
                }
            }
            News::Done => self.work = None,
            News::Stopped => {
                self.work = None;
                reply.warn("stopped; nothing was written");
            }
            News::Untrained => {
                (self.work, self.found) = (None, Weights::Missing);
                let train = key_of(&Action::Train(Train::Start));
                let choose = key_of(&Action::Deploy(Deploy::Choose));
                reply.warn(format!(
                    "there are no weights for this design yet: train it first (F3, {train}), or {choose} chooses a run"
                ));
            }
            News::Wrong(why) => {
                self.work = None;
                reply.error("the header is wrong: nothing was written");
                let lines = wrap(&why, PAGE_WIDTH).into_iter().map(Line::from).collect();
                reply.dialog = Some(Dialog::Page(Page::new("The exported header", lines)));
            }
            News::Failed(why) => {
                self.work = None;
                reply.error(why);
            }
        }
    }

    /// The export, if it is of the chosen run, or else of the open network and of the latest weights.
    fn current(&self, sheet: &Sheet) -> Option<&Prepared> {
        let spec = &sheet.model()?.spec;
        let prepared = self.prepared.as_ref()?;
        let is_current = if let Some(run) = &self.chosen {
            prepared.is_chosen && prepared.run == *run && prepared.settings.board() == spec.config.target.board
        } else {
            let is_latest = match &self.found {
                Weights::Unknown => true,
                Weights::Missing => false,
                Weights::Found(found) => found.run == prepared.run,
            };
            !prepared.is_chosen && is_latest && prepared.settings == ExportSettings::of(spec)
        };
        is_current.then_some(prepared)
    }

    const fn turn(&mut self, back: bool) {
        self.left = 0;
        self.part = match (self.part, back) {
            (Part::Layers, false) | (Part::Header, true) => Part::Memory,
            (Part::Memory, false) | (Part::Layers, true) => Part::Header,
            (Part::Header, false) | (Part::Memory, true) => Part::Layers,
        };
    }

    fn go(&mut self, to: Move, sheet: &Sheet) {
        let count = self.lines(sheet);
        let top = &mut self.top[self.part as usize];
        let last = count.saturating_sub(1);
        *top = match to {
            Move::Up => top.saturating_sub(1),
            Move::Down => *top + 1,
            Move::PageUp => top.saturating_sub(PAGE),
            Move::PageDown => *top + PAGE,
            Move::First => 0,
            Move::Last => last,
            Move::Left | Move::Right => *top,
        }
        .min(last);
        self.left = match to {
            Move::Left => self.left.saturating_sub(SIDE),
            Move::Right => (self.left + SIDE).min(200),
            _ => self.left,
        };
    }

    /// The number of lines of the focused part.
    fn lines(&self, sheet: &Sheet) -> usize {
        let view = self.view(sheet);
        let Some(estimate) = view.own_estimate() else { return 0 };
        match self.part {
            Part::Layers => estimate.layers.len(),
            Part::Memory => estimate.arena.draw(WIDTH).lines().count(),
            Part::Header => view.current.map_or(0, |prepared| prepared.build(view.precision()).lines),
        }
    }
}

fn reached(metrics: &EpochMetrics) -> crate::runs::EpochSummary {
    crate::runs::EpochSummary::from(metrics)
}
