//! The Runs screen: a table of earlier runs, their curves, and comparisons.

mod charts;
mod column;
mod compare;
mod draw;
mod export;
mod list;
mod messages;
mod pages;
mod row;
mod table;
#[cfg(test)]
pub(super) mod tests;
mod trash;
mod view;

pub use messages::{Discarded, Effect, News};
pub use row::{Costs, Recall, Row, RunContents};
pub use view::View;

use super::action::{Action, File, Move, Runs};
use super::design::Sheet;
use super::dialog::{Dialog, moved};
use super::effect;
use super::keymap::Context;
use super::line::Line;
use super::screen::{Screen, Step};
use super::theme::Theme;
use crate::config::Config;
use crate::escape;
use crate::runs::{Run, Status};
use crate::text;
use column::Column;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::path::{Path, PathBuf};
use view::{Axis, Curve};

/// The screen's state.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// All runs; `None` until they are read.
    rows: Option<Vec<Row>>,
    /// The displayed runs in order, as indices into `rows`.
    shown: Vec<usize>,
    /// The error message if the list could not be read.
    failure: Option<String>,
    /// The cursor, an index into `shown`.
    at: usize,
    /// The folders of the pinned runs; those that are missing for now are kept.
    pinned: Vec<PathBuf>,
    sorted: Column,
    is_reversed: bool,
    /// The words to filter runs by; empty for all runs.
    filter: Line,
    /// Whether the words are being typed.
    is_typing: bool,
    axis: Axis,
    curve: Curve,
    /// The runs that were moved to the trash since the start of the workbench, and not restored.
    trash: Vec<Discarded>,
}

type Reply = effect::Reply<Effect>;

impl Screen for State {
    type Effect = Effect;
    type News = News;
    type View<'a> = View<'a>;

    fn act(&mut self, action: &Action, _: &mut Sheet, reply: &mut Reply) {
        match action {
            Action::Runs(what) => self.perform(what, reply),
            other if self.is_typing => self.type_filter(other),
            other => self.update(other, reply),
        }
    }

    fn handle_news(&mut self, news: News, _: &Sheet, reply: &mut Reply) {
        self.apply_news(news, reply);
    }

    fn enter(&mut self, _: &Sheet, reply: &mut Reply) {
        reply.own(Effect::List);
    }

    fn click(&mut self, body: Rect, at: Position, sheet: &mut Sheet, reply: &mut Reply) {
        match draw::target(&self.view(sheet), body, at) {
            // A second click on the same run opens it.
            Some(draw::Target::Run(place)) if place == self.at => self.compare(reply),
            Some(draw::Target::Run(place)) => self.at = place,
            Some(draw::Target::Column(column)) => self.sort_by(column),
            None => {}
        }
    }

    fn can(&self, action: &Action, _: &Sheet) -> bool {
        let Action::Runs(what) = action else { return true };
        match what {
            Runs::Restore => !self.trash.is_empty(),
            Runs::DeleteAnyway(path) | Runs::GoTo(path) => self.names().any(|(known, _)| known == path),
            Runs::Refresh => true,
            Runs::Open => self.config_to_open().is_some(),
            _ => !self.shown.is_empty(),
        }
    }

    fn context(&self) -> Context {
        if self.is_typing { Context::Filter } else { Context::Runs }
    }

    fn command(&self, _: &Sheet) -> Option<String> {
        let known = self.compared().into_iter().filter(|row| row.found.is_ok());
        let paths: Vec<String> = known.map(|row| escape::shell(&row.path.to_string_lossy())).collect();
        (!paths.is_empty()).then(|| format!("micromobilenet --report {}", paths.join(" ")))
    }

    fn view<'a>(&'a self, _: &'a Sheet) -> View<'a> {
        View {
            all: self.rows.as_ref().map(Vec::len),
            visible: self.visible().collect(),
            at: self.at,
            compared: self.compared(),
            pinned: &self.pinned,
            failure: self.failure.as_deref(),
            sorted: self.sorted,
            is_reversed: self.is_reversed,
            filter: &self.filter,
            is_typing: self.is_typing,
            axis: self.axis,
            curve: self.curve,
        }
    }

    fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
        draw::draw(view, area, buffer, theme);
    }
}

impl State {
    /// The folders of the pinned runs.
    #[must_use]
    pub fn pinned_folders(&self) -> &[PathBuf] {
        &self.pinned
    }

    /// Pins the runs in these folders.
    pub fn set_pins(&mut self, pins: Vec<PathBuf>) {
        self.pinned = pins;
        self.pinned.truncate(list::MAX_PINNED);
    }

    /// The folders and names of all runs that have been listed.
    pub fn names(&self) -> impl Iterator<Item = (&Path, &str)> {
        let rows = self.rows.as_deref().unwrap_or_default();
        rows.iter().map(|row| (row.path.as_path(), row.folder.as_str()))
    }

    /// The step of training, if a run of the network in `sheet` has weights.
    #[must_use]
    pub fn trained(&self, sheet: &Sheet) -> Option<Step> {
        let wanted = &sheet.model()?.spec.config;
        let is_same = |config: &Config| {
            (&config.model, &config.stem, &config.blocks, &config.head)
                == (&wanted.model, &wanted.stem, &wanted.blocks, &wanted.head)
        };
        let found = self.rows.iter().flatten().filter_map(|row| row.found.as_ref().ok());
        let latest = found
            .filter(|known| known.info.epochs_done > 0 && known.info.status != Status::Running)
            .filter(|known| known.parsed.as_deref().is_some_and(is_same))
            .max_by_key(|known| known.info.started)?;
        Some(Step::Done(latest.best().map_or_else(String::new, text::percent)))
    }

    /// Performs an action of this screen.
    fn perform(&mut self, what: &Runs, reply: &mut Reply) {
        match what {
            Runs::Refresh => reply.own(Effect::List),
            Runs::Sort => self.sort_by(self.sorted.next()),
            Runs::Reverse => {
                self.is_reversed = !self.is_reversed;
                self.arrange();
            }
            Runs::Pin => self.pin(reply),
            // The program asks first if unsaved changes would be lost.
            Runs::Open => match self.config_to_open() {
                Some(path) => reply.then = Some(Action::File(File::OpenPath(path.into()))),
                None => reply.warn("there is no configuration to open"),
            },
            Runs::Delete => self.ask_to_delete(reply),
            Runs::DeleteAnyway(path) => reply.own(Effect::Delete(path.clone())),
            Runs::Restore => self.restore(reply),
            Runs::GoTo(path) => {
                self.show_all();
                self.arrange_around(Some(path));
            }
            Runs::Axis => self.axis = self.axis.next(),
            Runs::Export => match self.rows {
                Some(_) => reply.own(Effect::Export(export::csv(self.visible()))),
                None => reply.warn("the runs have not been read yet"),
            },
        }
    }

    /// Performs a general action.
    fn update(&mut self, action: &Action, reply: &mut Reply) {
        match action {
            Action::Move(Move::Left | Move::Right) | Action::Focus { .. } => {
                self.curve = match self.curve {
                    Curve::Accuracy => Curve::Loss,
                    Curve::Loss => Curve::Accuracy,
                };
            }
            Action::Move(to) => self.at = moved(self.at, *to, self.shown.len(), 10),
            Action::Enter => self.compare(reply),
            Action::Find => self.is_typing = true,
            Action::Back if !self.filter.text().is_empty() => self.show_all(),
            Action::Back if !self.pinned.is_empty() => self.pinned.clear(),
            _ => {}
        }
    }

    /// Updates the state by news.
    fn apply_news(&mut self, news: News, reply: &mut Reply) {
        match news {
            News::Listed(Ok(rows)) => {
                self.failure = None;
                let before = self.selected().map(|row| row.path.clone());
                self.rows = Some(rows);
                self.arrange_around(before.as_deref());
            }
            News::Listed(Err(error)) => {
                reply.error("the runs cannot be read");
                self.failure = Some(error);
            }
            News::Changed => reply.own(Effect::List),
            News::Deleted(path, done) => self.deleted(path, done, reply),
            News::Restored(discarded, done) => self.restored(&discarded, done, reply),
            News::Exported(Ok(path)) => {
                let runs = text::counted(self.shown.len() as u64, "run");
                reply.good(format!("wrote {runs} to {}", text::path(&path)));
            }
            News::Exported(Err(error)) => reply.error(format!("not written: {error}")),
        }
    }

    /// The path of the configuration of the run under the cursor; `None` if there is none.
    fn config_to_open(&self) -> Option<PathBuf> {
        let row = self.selected()?;
        let known = row.found.as_ref().ok()?;
        (!known.config.is_empty()).then(|| row.path.join(Run::CONFIG))
    }

    /// Shows the compared runs side by side, or the details of the run under the cursor if no other is pinned.
    fn compare(&self, reply: &mut Reply) {
        let Some(row) = self.selected() else { return };
        let compared = self.compared();
        let page = match &row.found {
            Err(error) => pages::unreadable(&row.folder, error),
            Ok(_) if compared.len() > 1 => compare::side_by_side(&compared),
            Ok(known) => pages::details(row, known),
        };
        reply.dialog = Some(Dialog::Page(page));
    }
}
