//! Runs: what was trained before.

mod charts;
mod draw;
mod pages;
mod row;
#[cfg(test)]
pub(super) mod tests;

pub use row::{Costs, Known, Row};

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

/// Something to be done outside of the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Read the list of runs.
    List,
    /// Delete a run.
    Delete(PathBuf),
}

/// What the world tells.
#[derive(Debug, Clone)]
pub enum News {
    /// The runs there are, or why they cannot be read.
    Listed(Result<Vec<Row>, String>),
    /// A run is gone, or why it is not.
    Deleted(PathBuf, Result<(), String>),
}

/// What lies below the accuracy in the scatter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Axis {
    #[default]
    Ram,
    Macs,
}

/// What the curves show where there is room for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Curve {
    #[default]
    Accuracy,
    Loss,
}

/// The screen's state.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// All runs; `None` before they are read.
    rows: Option<Vec<Row>>,
    /// Those that are shown, in order: places in `rows`.
    shown: Vec<usize>,
    /// Why the list cannot be read.
    failure: Option<String>,
    /// The place in `shown` under the cursor.
    at: usize,
    /// Runs that stay in view, by folder.
    pinned: Vec<PathBuf>,
    sorted: Column,
    is_reversed: bool,
    /// Only runs that have this in them.
    filter: String,
    axis: Axis,
    curve: Curve,
}

type Reply = effect::Reply<Effect>;

/// All that is drawn of the screen.
#[derive(Debug)]
pub struct View<'a> {
    /// How many runs there are; `None` before they are read.
    pub all: Option<usize>,
    /// The runs in the list, in order.
    pub visible: Vec<&'a Row>,
    /// The place in the list under the cursor.
    pub at: usize,
    /// The runs whose curves are drawn.
    pub compared: Vec<&'a Row>,
    /// Runs that stay in view, by folder.
    pub pinned: &'a [PathBuf],
    /// Why the list cannot be read.
    pub failure: Option<&'a str>,
    /// The column that the list is sorted by.
    sorted: Column,
    /// Whether the list is sorted the other way round.
    pub is_reversed: bool,
    /// The words that the runs in the list have in them.
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
        self.hear(news, reply);
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

/// The most runs in view at once, since more curves cannot be told apart.
const MOST_PINNED: usize = 5;

impl State {
    /// Carries out `what`.
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
                let help = "Words in name, folder, status or source; nothing shows all.";
                let then = |text| Action::Runs(Runs::Only(text));
                reply.dialog = Some(Dialog::Prompt(Prompt::new("Show only", help, &self.filter, then)));
            }
            Runs::Only(text) => {
                text.trim().clone_into(&mut self.filter);
                self.arrange();
            }
            Runs::Pin => self.pin(reply),
            // Where changes would be lost is for the program to ask.
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

    /// Moves the cursor, compares, lets go.
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

    /// Takes in news of the runs.
    fn hear(&mut self, news: News, reply: &mut Reply) {
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

    /// The configuration of the run under the cursor.
    fn config_to_open(&self) -> Option<PathBuf> {
        let row = self.selected()?;
        let known = row.found.as_ref().ok()?;
        (!known.config.is_empty()).then(|| row.path.join(Run::CONFIG))
    }

    /// The runs that are shown.
    fn visible(&self) -> impl Iterator<Item = &Row> {
        let rows = self.rows.as_deref().unwrap_or_default();
        self.shown.iter().filter_map(move |index| rows.get(*index))
    }

    fn selected(&self) -> Option<&Row> {
        self.visible().nth(self.at)
    }

    /// The runs whose curves are drawn: those that are pinned, then the one under the cursor.
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

    /// Filters and sorts; the cursor stays on the run in `before`.
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
        } else if self.pinned.len() >= MOST_PINNED {
            reply.warn(format!("{MOST_PINNED} runs are pinned; Esc lets go of all"));
        } else {
            self.pinned.push(path);
        }
        self.tell_command(reply);
    }

    /// The report that compares what is compared here.
    fn tell_command(&self, reply: &mut Reply) {
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
                reply.warn(format!("only what is surely a run is deleted: {error}"));
                return;
            }
        };
        if known.info.status == Status::Running {
            reply.warn("this run is at work: stop it first");
            return;
        }
        let best = known.best().map_or_else(String::new, |best| format!(", {} right", crate::text::percent(best)));
        let epochs = match known.info.epochs_done {
            1 => "1 epoch".to_owned(),
            epochs => format!("{epochs} epochs"),
        };
        let what = format!("{}: {epochs}{best}", row.folder);
        let lines = vec![what, "Its weights, figures and report are lost for good.".to_owned()];
        let answers =
            [('c', "keep it", None), ('d', "delete it", Some(Action::Runs(Runs::DeleteAnyway(row.path.clone()))))];
        reply.dialog = Some(Dialog::ask("Delete this run?", lines, &answers));
    }

    /// Shows how the run under the cursor differs from the first that is pinned, or what it is.
    fn compare(&self, reply: &mut Reply) {
        let Some(row) = self.selected() else { return };
        let other = self.compared().into_iter().find(|other| other.path != row.path);
        let page = match (&row.found, other.map(|other| (&other.folder, &other.found))) {
            (Err(error), _) => pages::broken(&row.folder, error),
            (Ok(known), Some((folder, Ok(other)))) => pages::difference((folder, other), (&row.folder, known)),
            (Ok(known), _) => pages::details(row, known),
        };
        reply.dialog = Some(Dialog::Page(page));
        self.tell_command(reply);
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| escape::terminal(&name.to_string_lossy()))
}
