//! Deploy: comparison of float and int8, memory plan and export of the header.

mod draw;
mod prepared;
#[cfg(test)]
pub(super) mod tests;
mod view;

pub use prepared::{Build, ExportSettings, Prepared};
pub use view::{Found, Part, View, Weights};

use super::action::{Action, Deploy, Move};
use super::design::Sheet;
use super::dialog::{Dialog, Page};
use super::effect;
use super::keymap::Context;
use super::screen::Screen;
use super::theme::Theme;
use crate::config::{ConfigFile, Precision};
use crate::jobs::Checked;
use crate::plan::Board;
use crate::text::wrap;
use crate::train::EpochMetrics;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use std::path::PathBuf;
use std::sync::Arc;

/// Work outside the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Search for the latest run with weights for this configuration.
    Look(Box<ConfigFile>),
    /// Prepare exports in float and int8. Those prepared last are reused to write files if nothing has changed.
    Prepare {
        /// The configuration.
        spec: Box<ConfigFile>,
        /// The board, which limits the sample images.
        board: Option<Box<Board>>,
        /// The precision of the files to write; `None` to write none.
        write: Option<Precision>,
    },
    /// Stop the preparation.
    Stop,
}

/// An event of an export.
#[derive(Debug, Clone)]
pub enum News {
    /// The result of the search for a run with weights.
    Found(Option<Found>),
    /// A description of the current step.
    Progress(String),
    /// The images have changed since the run was trained.
    Warning(String),
    /// The exports are prepared.
    Ready(Arc<Prepared>),
    /// The files were written.
    Written {
        /// The files.
        files: Vec<PathBuf>,
        /// Their precision.
        precision: Precision,
        /// The result of the check of the header.
        checked: Checked,
    },
    /// The command was carried out.
    Done,
    /// The user has stopped the work.
    Stopped,
    /// No run has weights for the configuration.
    Untrained,
    /// The check has found the header to be wrong; nothing was written.
    Wrong(String),
    /// The export failed with this error.
    Failed(String),
}

/// The screen's state.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The run with weights for the network.
    found: Weights,
    /// A description of the running work; `None` if there is none.
    work: Option<String>,
    prepared: Option<Arc<Prepared>>,
    /// The files written last.
    files: Vec<PathBuf>,
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
            Action::Deploy(what) => self.perform(*what, sheet, reply),
            other => self.update(other, sheet, reply),
        }
    }

    fn handle_news(&mut self, news: News, _: &Sheet, reply: &mut Reply) {
        self.receive(news, reply);
    }

    fn enter(&mut self, sheet: &Sheet, reply: &mut Reply) {
        self.search(sheet, reply);
    }

    fn context(&self) -> Context {
        Context::Deploy
    }

    fn view<'a>(&'a self, sheet: &'a Sheet) -> View<'a> {
        let Self { found, work, files, part, top, left, prepared } = self;
        View {
            sheet,
            found,
            work: work.as_deref(),
            current: self.current(sheet),
            has_prepared: prepared.is_some(),
            files,
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
    fn perform(&mut self, what: Deploy, sheet: &Sheet, reply: &mut Reply) {
        let Some(model) = sheet.model().filter(|_| sheet.faults().is_none()) else {
            reply.error("the configuration is invalid: fix it first (F1 shows the error)");
            return;
        };
        if let Some(work) = &self.work {
            reply.warn(format!("{work}; Esc stops"));
            return;
        }
        let write = match what {
            Deploy::Prepare => None,
            Deploy::Export => Some(model.spec.config.export.precision),
        };
        self.work = Some("looking for weights".into());
        self.files.clear();
        let spec = Box::new(model.spec.clone());
        let board = sheet.boards().get(&spec.config.target.board).ok().cloned().map(Box::new);
        reply.own(Effect::Prepare { spec, board, write });
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
            News::Found(found) => self.found = found.map_or(Weights::Missing, Weights::Found),
            News::Progress(text) => {
                if self.work.is_some() {
                    self.work = Some(text);
                }
            }
            News::Warning(text) => reply.warn(text),
            News::Ready(prepared) => {
                reply.command = Some(prepared.comparison_command());
                let best = prepared.metrics.as_ref().map(reached);
                self.found = Weights::Found(Found { run: prepared.run.clone(), best });
                self.prepared = Some(prepared);
            }
            News::Written { files, precision, checked } => {
                // The folder is displayed below the comparison.
                let text = format!("wrote {} files, {checked}", files.len());
                match checked {
                    Checked::Equal { .. } => reply.good(text),
                    Checked::Not(_) => reply.warn(text),
                }
                if let Some(prepared) = &self.prepared {
                    reply.command = Some(prepared.command(precision));
                }
                self.files = files;
            }
            News::Done => self.work = None,
            News::Stopped => {
                self.work = None;
                reply.warn("stopped; nothing was written");
            }
            News::Untrained => {
                (self.work, self.found) = (None, Weights::Missing);
                reply.warn("there are no weights for this design yet: train it first (F3, s)");
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

    /// The export, if it is of the open network and of the latest weights.
    fn current(&self, sheet: &Sheet) -> Option<&Prepared> {
        let model = sheet.model()?;
        let is_latest = |prepared: &&Arc<Prepared>| match &self.found {
            Weights::Unknown => true,
            Weights::Missing => false,
            Weights::Found(found) => found.run == prepared.run,
        };
        let prepared = self.prepared.as_ref().filter(is_latest)?;
        (prepared.settings == ExportSettings::of(&model.spec)).then_some(prepared)
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
        let Some(model) = sheet.model() else { return 0 };
        match self.part {
            Part::Layers => model.estimate.layers.len(),
            Part::Memory => model.estimate.arena.draw(WIDTH).lines().count(),
            Part::Header => {
                let precision = model.spec.config.export.precision;
                self.current(sheet).map_or(0, |prepared| prepared.build(precision).lines)
            }
        }
    }
}

fn reached(metrics: &EpochMetrics) -> crate::runs::EpochSummary {
    crate::runs::EpochSummary::from(metrics)
}
