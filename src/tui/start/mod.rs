//! The start screen: a board, a preset as a new network, pictures, and files opened before.

mod draw;
#[cfg(test)]
mod tests;

use super::action::{Action, Data, Design, File, Move, OpenRequest, Screen as Tab, Start};
use super::design::{Nothing, Sheet};
use super::dialog::moved;
use super::effect;
use super::keymap::Context;
use super::memory::Recent;
use super::presets::{self, Preset};
use super::screen::{Screen, Step};
use super::theme::Theme;
use crate::config::Edit;
use crate::plan::{Board, Verdict};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::path::PathBuf;
use std::sync::Arc;

/// A pane of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// The boards.
    #[default]
    Boards,
    /// The presets.
    Presets,
    /// Files opened before.
    Recent,
    /// The source of the images.
    Pictures,
}

impl Pane {
    /// All panes, in the order of the steps.
    const ALL: [Self; 4] = [Self::Boards, Self::Presets, Self::Recent, Self::Pictures];
}

/// A preset, and whether it fits each board.
#[derive(Debug)]
struct Offer {
    preset: &'static Preset,
    verdicts: Vec<Verdict>,
}

/// The images of a new network, unless others are chosen.
const BUNDLED: &str = "fashion-mnist";

/// The screen's state.
#[derive(Debug, Clone, Default)]
pub struct State {
    pane: Pane,
    /// The cursors in the lists of boards, presets and recent files.
    at: [usize; 3],
    /// The id of the chosen board; empty for none, `None` until one is chosen.
    board: Option<String>,
    /// The chosen source of images.
    source: Option<String>,
    /// The presets with verdicts for all boards, once the screen was shown.
    offers: Arc<[Offer]>,
    /// Files to open.
    pub recent: Vec<Recent>,
    /// The time for the ages of recent files, in seconds since 1970.
    pub now: i64,
}

/// The data to draw the screen.
#[derive(Debug)]
pub struct View<'a> {
    state: &'a State,
    boards: &'a [Board],
}

type Reply = effect::Reply<Nothing>;

impl Screen for State {
    type Effect = Nothing;
    type News = Nothing;
    type View<'a> = View<'a>;

    fn act(&mut self, action: &Action, sheet: &mut Sheet, reply: &mut Reply) {
        match action {
            Action::Start(Start::Board(id)) => self.choose_board(id.clone(), sheet),
            Action::Start(Start::Pictures(source)) => self.choose_pictures(source),
            Action::Focus { back } => self.turn(*back),
            Action::Move(to) => self.go(*to, sheet),
            Action::Enter => self.enter_item(sheet, reply),
            Action::Back => reply.then = Some(Action::Show(Tab::Design)),
            Action::Find => reply.then = Some(Action::Design(Design::Board)),
            _ => {}
        }
    }

    fn handle_news(&mut self, news: Nothing, _: &Sheet, _: &mut Reply) {
        match news {}
    }

    fn enter(&mut self, sheet: &Sheet, _: &mut Reply) {
        if self.offers.is_empty() {
            let verdicts =
                |preset: &Preset| sheet.boards().0.iter().map(|board| board.verdict(&preset.estimate)).collect();
            self.offers = presets::all().iter().map(|preset| Offer { preset, verdicts: verdicts(preset) }).collect();
        }
    }

    fn click(&mut self, body: Rect, at: Position, sheet: &mut Sheet, reply: &mut Reply) {
        let Some((pane, line)) = draw::place_at(&self.view(sheet), body, at) else { return };
        let was_here = pane == self.pane;
        self.pane = pane;
        let Some(index) = self.cursor() else { return self.enter_item(sheet, reply) };
        let Some(line) = line else { return };
        // A second click on the same item opens it.
        if was_here && self.at[index] == line {
            self.enter_item(sheet, reply);
        } else {
            self.at[index] = line;
        }
    }

    fn context(&self) -> Context {
        Context::Start
    }

    fn view<'a>(&'a self, sheet: &'a Sheet) -> View<'a> {
        View { state: self, boards: &sheet.boards().0 }
    }

    fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
        draw::draw(view, area, buffer, theme);
    }
}

impl State {
    /// The index in `at` of the cursor of the focused pane; `None` for the pane without a list.
    const fn cursor(&self) -> Option<usize> {
        match self.pane {
            Pane::Boards => Some(0),
            Pane::Presets => Some(1),
            Pane::Recent => Some(2),
            Pane::Pictures => None,
        }
    }

    fn turn(&mut self, back: bool) {
        let at = Pane::ALL.iter().position(|pane| *pane == self.pane).unwrap_or(0);
        let by = if back { Pane::ALL.len() - 1 } else { 1 };
        self.pane = Pane::ALL[(at + by) % Pane::ALL.len()];
    }

    fn go(&mut self, to: Move, sheet: &Sheet) {
        // The last line of the boards is that of none.
        let counts = [sheet.boards().0.len() + 1, self.offers.len(), self.recent.len()];
        if let Some(index) = self.cursor() {
            self.at[index] = moved(self.at[index], to, counts[index], 8);
        }
    }

    fn enter_item(&mut self, sheet: &Sheet, reply: &mut Reply) {
        match self.pane {
            Pane::Boards => {
                let id = sheet.boards().0.get(self.at[0]).map(|board| board.id.clone());
                self.choose_board(id.unwrap_or_default(), sheet);
            }
            Pane::Presets => {
                if let Some(offer) = self.offers.get(self.at[1]) {
                    let request = OpenRequest { path: PathBuf::from(offer.preset.name), edits: self.edits() };
                    reply.then = Some(Action::File(File::OpenPath(request)));
                }
            }
            Pane::Recent => {
                if let Some(recent) = self.recent.get(self.at[2]) {
                    reply.then = Some(Action::File(File::OpenPath(recent.path.clone().into())));
                }
            }
            Pane::Pictures => reply.then = Some(Action::Data(Data::Source)),
        }
    }

    /// Chooses a board, and moves to the largest preset that fits it.
    fn choose_board(&mut self, id: String, sheet: &Sheet) {
        let at = sheet.boards().0.iter().position(|board| board.id == id);
        self.at[0] = at.unwrap_or(sheet.boards().0.len());
        if let Some(at) = at {
            let fitting = self.offers.iter().enumerate().filter(|(_, offer)| offer.verdicts[at].fits);
            let largest = fitting.max_by_key(|(_, offer)| offer.preset.estimate.params);
            self.at[1] = largest.map_or(0, |(index, _)| index);
        }
        self.board = Some(id);
        self.pane = Pane::Presets;
    }

    fn choose_pictures(&mut self, source: &str) {
        let source = source.trim();
        self.source = (!source.is_empty()).then(|| source.to_owned());
        self.pane = Pane::Presets;
    }

    /// The state of the step of `screen`: what is chosen here for the network to begin.
    #[must_use]
    pub fn step_of(&self, screen: Tab) -> Step {
        match screen {
            Tab::Design => match self.board.as_deref() {
                None => Step::Todo(String::new()),
                Some("") => Step::Done("later".to_owned()),
                Some(id) => Step::Done(id.to_owned()),
            },
            // The bundled ones do, as they do afterwards.
            Tab::Data => Step::Done(self.source.clone().unwrap_or_else(|| BUNDLED.to_owned())),
            _ => Step::Todo(String::new()),
        }
    }

    /// Takes what was chosen, as edits of a network.
    pub fn take_choices(&mut self) -> Vec<Edit> {
        let edits = self.edits();
        (self.board, self.source) = (None, None);
        edits
    }

    /// The edits of a new network: the chosen board and images.
    fn edits(&self) -> Vec<Edit> {
        let board = self.board.as_deref().filter(|id| !id.is_empty()).map(|id| Edit::set("target.board", id));
        let source = self.source.as_deref().map(|source| Edit::set("data.source", source));
        board.into_iter().chain(source).collect()
    }
}
