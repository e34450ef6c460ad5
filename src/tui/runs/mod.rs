//! The Runs screen: a table of earlier runs, their curves, and comparisons.

mod charts;
mod draw;
mod pages;
mod row;
#[cfg(test)]
pub(super) mod tests;

pub use row::{Costs, Row, RunContents};

use super::action::{Action, File, Move, Runs};
use super::design::Sheet;
use super::dialog::{Dialog, Prompt, moved};
use super::effect;
use super::keymap::Context;
use super::screen::Screen;
use super::theme::Theme;
use crate::escape;
use crate::runs::{Run, Status};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use row::Column;
use std::path::{Path, PathBuf};

/// Effects of the Runs screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Read the list of runs.
    List,
    /// Delete the run in this folder.
    Delete(PathBuf),
}

/// News for the Runs screen.
#[derive(Debug, Clone)]
pub enum News {
    /// The list of runs, or an error message.
    Listed(Result<Vec<Row>, String>),
    /// The run in this folder was deleted, or the error message.
    Deleted(PathBuf, Result<(), String>),
}

/// The x-axis of the scatter plot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Axis {
    #[default]
    Ram,
    Macs,
}

/// The curves to show if there is room for one chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Curve {
    #[default]
    Accuracy,
    Loss,
}

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
    /// The folders of the pinned runs.
    pinned: Vec<PathBuf>,
    sorted: Column,
    is_reversed: bool,
    /// The words to filter runs by; empty for all runs.
    filter: String,
    axis: Axis,
    curve: Curve,
}

type Reply = effect::Reply<Effect>;

/// The data to draw the screen.
#[derive(Debug)]
pub struct View<'a> {
    /// The number of all runs; `None` until they are read.
    pub all: Option<usize>,
    /// The displayed runs, in order.
    pub visible: Vec<&'a Row>,
    /// The cursor, an index into `visible`.
    pub at: usize,
    /// The runs whose curves are drawn.
    pub compared: Vec<&'a Row>,
    /// The folders of the pinned runs.
    pub pinned: &'a [PathBuf],
    /// The error message if the list could not be read.
    pub failure: Option<&'a str>,
    /// The column that the list is sorted by.
    sorted: Column,
    /// Whether the order is reversed.
    pub is_reversed: bool,
    /// The words that runs are filtered by.
    pub filter: &'a str,
    axis: Axis,
    curve: Curve,
}

impl View<'_> {
    /// The run under the cursor.
    fn selected(&self) -> Option<&Row> {
        self.visible.get(self.at).copied()
    }
}

impl Screen for State {
    type Effect = Effect;
    type News = News;
    type View<'a> = View<'a>;

    fn act(&mut self, action: &Action, _: &mut Sheet, reply: &mut Reply) {
        match action {
            Action::Runs(what) => self.perform(what, reply),
            other => self.update(other, reply),
        }
    }

    fn handle_news(&mut self, news: News, _: &Sheet, reply: &mut Reply) {
        self.apply_news(news, reply);
    }

    fn enter(&mut self, _: &Sheet, reply: &mut Reply) {
        reply.own(Effect::List);
    }

    fn click(&mut self, body: Rect, at: Position, sheet: &mut Sheet, _: &mut Reply) {
        if let Some(place) = draw::place_at(&self.view(sheet), body, at) {
            self.at = place;
        }
    }

    fn context(&self) -> Context {
        Context::Runs
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
            axis: self.axis,
            curve: self.curve,
        }
    }

    fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
        draw::draw(view, area, buffer, theme);
    }
}

/// Maximum number of pinned runs: more curves are hard to distinguish.
const MAX_PINNED: usize = 5;

impl State {
    /// Performs an action of this screen.
    fn perform(&mut self, what: &Runs, reply: &mut Reply) {
        match what {
            Runs::Refresh => reply.own(Effect::List),
            Runs::Sort => {
                (self.sorted, self.is_reversed) = (self.sorted.next(), false);
                self.arrange();
            }
            Runs::Reverse => {
                self.is_reversed = !self.is_reversed;
                self.arrange();
            }
            Runs::Filter => {
                let help = "Words in the name, folder, status or source; empty shows all runs.";
                let then = |text| Action::Runs(Runs::Only(text));
                reply.dialog = Some(Dialog::Prompt(Prompt::new("Show only", help, &self.filter, then)));
            }
            Runs::Only(text) => {
                text.trim().clone_into(&mut self.filter);
                self.arrange();
            }
            Runs::Pin => self.pin(reply),
            // The program asks first if unsaved changes would be lost.
            Runs::Open => match self.config_to_open() {
                Some(path) => reply.then = Some(Action::File(File::OpenPath(path))),
                None => reply.warn("there is no configuration to open"),
            },
            Runs::Delete => self.ask_to_delete(reply),
            Runs::DeleteAnyway(path) => reply.own(Effect::Delete(path.clone())),
            Runs::Axis => {
                self.axis = match self.axis {
                    Axis::Ram => Axis::Macs,
                    Axis::Macs => Axis::Ram,
                };
            }
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
            Action::Back if !self.filter.is_empty() => {
                self.filter.clear();
                self.arrange();
            }
            Action::Back if !self.pinned.is_empty() => self.pinned.clear(),
            _ => {}
        }
    }

    /// Updates the state by news.
    fn apply_news(&mut self, news: News, reply: &mut Reply) {
        match news {
            News::Listed(Ok(rows)) => {
                self.failure = None;
                let gone = |path: &PathBuf| rows.iter().all(|row| row.path != *path);
                self.pinned.retain(|path| !gone(path));
                let before = self.selected().map(|row| row.path.clone());
                self.rows = Some(rows);
                self.arrange_around(before.as_deref());
            }
            News::Listed(Err(error)) => {
                reply.error("the runs cannot be read");
                self.failure = Some(error);
            }
            News::Deleted(path, Ok(())) => {
                reply.good(format!("deleted {}", name_of(&path)));
                reply.own(Effect::List);
            }
            News::Deleted(_, Err(error)) => reply.error(format!("not deleted: {error}")),
        }
    }

    /// The path of the configuration of the run under the cursor; `None` if there is none.
    fn config_to_open(&self) -> Option<PathBuf> {
        let row = self.selected()?;
        let known = row.found.as_ref().ok()?;
        (!known.config.is_empty()).then(|| row.path.join(Run::CONFIG))
    }

    /// The displayed runs, in order.
    fn visible(&self) -> impl Iterator<Item = &Row> {
        let rows = self.rows.as_deref().unwrap_or_default();
        self.shown.iter().filter_map(move |index| rows.get(*index))
    }

    fn selected(&self) -> Option<&Row> {
        self.visible().nth(self.at)
    }

    /// The runs whose curves are drawn: the pinned ones, then the one under the cursor.
    fn compared(&self) -> Vec<&Row> {
        let rows = self.rows.as_deref().unwrap_or_default();
        let mut found: Vec<&Row> =
            self.pinned.iter().filter_map(|path| rows.iter().find(|row| row.path == *path)).collect();
        found.extend(self.selected().filter(|row| row.found.is_ok() && !self.pinned.contains(&row.path)));
        found
    }

    fn arrange(&mut self) {
        let before = self.selected().map(|row| row.path.clone());
        self.arrange_around(before.as_deref());
    }

    /// Filters and sorts the runs; the cursor stays on the run in the folder `before`.
    fn arrange_around(&mut self, before: Option<&Path>) {
        let rows = self.rows.as_deref().unwrap_or_default();
        let words = self.filter.to_lowercase();
        let mut shown: Vec<usize> =
            rows.iter().enumerate().filter(|(_, row)| row.has(&words)).map(|(index, _)| index).collect();
        shown.sort_by(|a, b| {
            let order = self.sorted.order(&rows[*a], &rows[*b]);
            if self.is_reversed { order.reverse() } else { order }
        });
        let same = shown.iter().position(|index| Some(rows[*index].path.as_path()) == before);
        self.at = same.unwrap_or(self.at).min(shown.len().saturating_sub(1));
        self.shown = shown;
    }

    fn pin(&mut self, reply: &mut Reply) {
        let Some(row) = self.selected() else {
            reply.warn("there is no run to pin");
            return;
        };
        let path = row.path.clone();
        if let Err(error) = &row.found {
            reply.warn(error.clone());
        } else if let Some(place) = self.pinned.iter().position(|pinned| *pinned == path) {
            self.pinned.remove(place);
        } else if self.pinned.len() >= MAX_PINNED {
            reply.warn(format!("{MAX_PINNED} runs are pinned, which is the maximum; Esc unpins all"));
        } else {
            self.pinned.push(path);
        }
        self.set_command(reply);
    }

    /// Sets the equivalent command line: the report that compares these runs.
    fn set_command(&self, reply: &mut Reply) {
        let known: Vec<&Row> = self.compared().into_iter().filter(|row| row.found.is_ok()).collect();
        if known.len() > 1 {
            let paths: Vec<String> = known.iter().map(|row| escape::shell(&row.path.to_string_lossy())).collect();
            reply.command = Some(format!("micromobilenet --report {}", paths.join(" ")));
        }
    }

    fn ask_to_delete(&self, reply: &mut Reply) {
        let Some(row) = self.selected() else {
            reply.warn("there is no run to delete");
            return;
        };
        let known = match &row.found {
            Ok(known) => known,
            Err(error) => {
                reply.warn(format!("not deleted, since it cannot be read as a run: {error}"));
                return;
            }
        };
        if known.info.status == Status::Running {
            reply.warn("this run is training: stop it first");
            return;
        }
        let best = known.best().map_or_else(String::new, |best| format!(", accuracy {}", crate::text::percent(best)));
        let epochs = match known.info.epochs_done {
            1 => "1 epoch".to_owned(),
            epochs => format!("{epochs} epochs"),
        };
        let what = format!("{}: {epochs}{best}", row.folder);
        let lines = vec![what, "Its weights, metrics and report will be deleted permanently.".to_owned()];
        let answers =
            [('c', "keep it", None), ('d', "delete it", Some(Action::Runs(Runs::DeleteAnyway(row.path.clone()))))];
        reply.dialog = Some(Dialog::ask("Delete this run?", lines, &answers));
    }

    /// Shows the differences between the run under the cursor and the first pinned run, or its details if no other
    /// run is pinned.
    fn compare(&self, reply: &mut Reply) {
        let Some(row) = self.selected() else { return };
        let other = self.compared().into_iter().find(|other| other.path != row.path);
        let page = match (&row.found, other.map(|other| (&other.folder, &other.found))) {
            (Err(error), _) => pages::unreadable(&row.folder, error),
            (Ok(known), Some((folder, Ok(other)))) => pages::difference((folder, other), (&row.folder, known)),
            (Ok(known), _) => pages::details(row, known),
        };
        reply.dialog = Some(Dialog::Page(page));
        self.set_command(reply);
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| escape::terminal(&name.to_string_lossy()))
}
