//! Deploy: float beside int8, and the header.

mod draw;
mod prepared;
#[cfg(test)]
pub(super) mod tests;
mod view;

pub use prepared::{Build, Prepared, Wanted};
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

/// Something to be done outside of the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Look which run has weights for this design.
    Look(Box<ConfigFile>),
    /// Make headers of it in both arithmetics, unless that was done.
    Prepare {
        /// The design.
        spec: Box<ConfigFile>,
        /// For this board.
        board: Option<Box<Board>>,
        /// Write the files in this arithmetic then.
        write: Option<Precision>,
    },
    /// End that.
    Stop,
}

/// What the world tells.
#[derive(Debug, Clone)]
pub enum News {
    /// The run that has weights; `None`: there is none.
    Found(Option<Found>),
    /// How far it is.
    Progress(String),
    /// What is not as it was when the run was trained.
    Warning(String),
    /// Headers are ready.
    Ready(Arc<Prepared>),
    /// Files were written.
    Written {
        /// The files.
        files: Vec<PathBuf>,
        /// Their arithmetic.
        precision: Precision,
        /// Whether their header was tried before.
        checked: Checked,
    },
    /// All that was asked for is done.
    Done,
    /// Somebody stopped it.
    Stopped,
    /// There is nothing to work with.
    Untrained,
    /// The header was tried and must not be written.
    Wrong(String),
    /// It did not work.
    Failed(String),
}

/// The screen's state.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The run that has weights.
    found: Weights,
    /// What is being done.
    work: Option<String>,
    prepared: Option<Arc<Prepared>>,
    /// Files written last.
    files: Vec<PathBuf>,
    part: Part,
    /// Lines and columns scrolled past, part by part.
    top: [usize; 3],
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

    fn told(&mut self, news: News, _: &Sheet, reply: &mut Reply) {
        self.hear(news, reply);
    }

    fn enter(&mut self, sheet: &Sheet, reply: &mut Reply) {
        self.look(sheet, reply);
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

/// Lines that a page moves, and columns that one step to the side does.
const PAGE: usize = 10;
const SIDE: usize = 8;
/// A width at which the arena's picture has all of its lines.
const WIDTH: usize = 80;
/// Columns of a page that any terminal has room for.
const PAGE_WIDTH: usize = 76;

impl State {
    /// Carries out `what`.
    fn perform(&mut self, what: Deploy, sheet: &Sheet, reply: &mut Reply) {
        let Some(model) = sheet.model().filter(|_| sheet.faults().is_none()) else {
            reply.error("the text is broken: mend it first (F1 shows where)");
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

    /// Looks for weights.
    fn look(&self, sheet: &Sheet, reply: &mut Reply) {
        if let (Some(model), None) = (sheet.model(), &self.work) {
            reply.own(Effect::Look(Box::new(model.spec.clone())));
        }
    }

    /// Takes in news of an export.
    fn hear(&mut self, news: News, reply: &mut Reply) {
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
                // Their folder stands below the figures.
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

    /// The headers, if they are of the design that is open and of the latest weights.
    fn current(&self, sheet: &Sheet) -> Option<&Prepared> {
        let model = sheet.model()?;
        let is_latest = |prepared: &&Arc<Prepared>| match &self.found {
            Weights::Unknown => true,
            Weights::Missing => false,
            Weights::Found(found) => found.run == prepared.run,
        };
        let prepared = self.prepared.as_ref().filter(is_latest)?;
        (prepared.wanted == Wanted::of(&model.spec)).then_some(prepared)
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

    /// Lines of the part that is shown.
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
