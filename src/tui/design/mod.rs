//! The Design screen: the network as a table and as text, and its estimated costs.

mod blocks;
mod boards;
mod cells;
mod changes;
mod command;
mod cursor;
mod draw;
mod editor;
mod entry;
mod estimates;
mod explain;
mod history;
mod model;
mod pickers;
mod range;
mod sheet;
mod view;

pub use boards::{boards_in_brief, fit_words};
pub use cells::{Cell, Place, Row};
pub use command::of as command_line;
pub use editor::Editor;
pub use estimates::EstimateRequest;
pub use model::{Model, UNKNOWN_CLASSES};
pub use sheet::{Origin, Sheet};
pub use view::{Lower, Pane, View};

use super::action::{Action, Design, Program};
use super::dialog::{Dialog, Prompt};
use super::effect;
use super::keymap::Context;
use super::screen::{Screen, Step, Topic};
use super::theme::Theme;
use crate::config::{Edit, Precision};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::sync::Arc;

/// The screen's state.
#[derive(Debug, Clone)]
pub struct State {
    /// The pane that has the focus.
    pub pane: Pane,
    /// The index of the row under the cursor.
    pub row: usize,
    /// The index of the cell under the cursor in that row.
    pub cell: usize,
    /// The index of the cell under the cursor of the settings form.
    pub field: usize,
    /// The tab of the lower pane on a narrow screen.
    pub lower: Lower,
    /// The text editor.
    pub editor: Editor,
    /// The words that were searched for last in the text.
    words: String,
    /// Whether the text, once it is left, goes back to the settings form.
    has_settings: bool,
    /// The digits typed into the cell so far, and the text of the configuration before.
    typed: Option<(String, String)>,
    /// The tag of the current undo step; changes with the same tag are undone together.
    step: u64,
}

/// The type without values for effects and news of screens that have none of their own.
pub type Nothing = std::convert::Infallible;
type Reply = effect::Reply<Nothing>;

impl Screen for State {
    type Effect = Nothing;
    type News = Nothing;
    type View<'a> = View<'a>;

    fn act(&mut self, action: &Action, sheet: &mut Sheet, reply: &mut Reply) {
        self.update(sheet, action, reply);
    }

    fn handle_news(&mut self, news: Nothing, _: &Sheet, _: &mut Reply) {
        match news {}
    }

    fn text_changed(&mut self, sheet: &Sheet) {
        self.follow_text(sheet);
    }

    fn network_changed(&mut self, sheet: &Sheet) {
        self.settle(sheet);
    }

    fn click(&mut self, body: Rect, at: Position, sheet: &mut Sheet, _: &mut Reply) {
        self.point(sheet, body, at);
    }

    fn context(&self) -> Context {
        match self.pane {
            Pane::Table => Context::Design,
            Pane::Settings => Context::Settings,
            Pane::Text => Context::Editor,
        }
    }

    fn command(&self, sheet: &Sheet) -> Option<String> {
        Some(command::of(sheet)? + " --estimate")
    }

    fn step(&self, sheet: &Sheet) -> Option<Step> {
        let model = sheet.model()?;
        Some(match (&model.board, model.verdict()) {
            (Some(board), Some(verdict)) if verdict.fits => Step::Done(format!("{}: fits", board.short_name())),
            (Some(board), _) => Step::Failed(format!("{}: does not fit", board.short_name())),
            (None, _) => Step::Todo("none chosen".to_owned()),
        })
    }

    fn view<'a>(&'a self, sheet: &'a Sheet) -> View<'a> {
        let Self { pane, row, cell, field, lower, ref editor, has_settings, .. } = *self;
        let has_settings = has_settings || pane == Pane::Settings;
        let rows = Self::rows(sheet);
        let fields = if has_settings { Self::fields(sheet) } else { Arc::default() };
        let selected = self.selected(sheet).map(|(_, cell)| cell);
        View { sheet, pane, rows, row, cell, fields, field, selected, lower, typed: self.typed(), editor }
    }

    fn topic(&self, sheet: &Sheet) -> Option<Topic> {
        self.explain(sheet)
    }

    fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
        draw::draw(view, area, buffer, theme);
    }
}

/// The initial row of the cursor: the first block, or the head if there are no blocks.
const FIRST_ROW: usize = 3;

impl State {
    /// The initial state for `sheet`: the table, or the text at its first error if no network is known.
    #[must_use]
    pub fn new(sheet: &Sheet) -> Self {
        let editor = Editor::new(sheet.text());
        let mut state = Self {
            pane: Pane::Table,
            row: FIRST_ROW,
            cell: 1,
            field: 0,
            lower: Lower::default(),
            editor,
            words: String::new(),
            has_settings: false,
            typed: None,
            step: 0,
        };
        if sheet.model().is_none() {
            state.pane = Pane::Text;
            state.show_fault(sheet);
        }
        state.settle(sheet);
        state
    }

    /// The digits typed into the cell so far; `None` if no number is being typed.
    #[must_use]
    pub fn typed(&self) -> Option<&str> {
        self.typed.as_ref().map(|(digits, _)| digits.as_str())
    }

    /// Performs `action`.
    fn update(&mut self, sheet: &mut Sheet, action: &Action, reply: &mut Reply) {
        match action {
            Action::Design(design) => self.design(sheet, design, reply),
            Action::Focus { .. } => self.turn(sheet),
            Action::Back if self.pane == Pane::Text => self.turn(sheet),
            Action::Move(to) => self.go(sheet, *to),
            Action::Enter if self.pane != Pane::Text && self.typed.is_some() => self.commit(sheet, reply),
            Action::Enter if self.pane != Pane::Text => self.open_cell(sheet, reply),
            Action::Type(input) if self.pane == Pane::Text => {
                let is_break = matches!(input.key, ratatui_textarea::Key::Enter);
                if self.editor.input(input.clone()) {
                    let tag = self.step;
                    sheet.replace(self.editor.text(), Some(tag));
                    self.step += u64::from(is_break);
                } else {
                    self.step += 1;
                }
            }
            Action::Text(edit) if self.pane == Pane::Text => {
                if self.editor.edit(*edit) {
                    sheet.replace(self.editor.text(), None);
                }
                self.step += 1;
            }
            Action::Find if self.pane == Pane::Text => {
                let then = |words| Action::Design(Design::Find(words));
                reply.dialog = Some(Dialog::Prompt(Prompt::new("Find in the text", "", &self.words, then)));
            }
            Action::Find => reply.then = Some(Action::Program(Program::Palette)),
            Action::Paste(text) if self.pane == Pane::Text => self.paste(sheet, text, reply),
            _ => {}
        }
        self.settle(sheet);
    }

    /// Updates the editor after the text was changed elsewhere.
    fn follow_text(&mut self, sheet: &Sheet) {
        self.typed = None;
        self.step += 1;
        self.editor.set(sheet.text());
        self.settle(sheet);
    }

    fn paste(&mut self, sheet: &mut Sheet, text: &str, reply: &mut Reply) {
        // The maximum size of a configuration.
        const MAX_BYTES: usize = 1 << 20;
        if text.len() + sheet.text().len() > MAX_BYTES {
            reply.error("too much to paste: a configuration has at most 1 MiB");
            return;
        }
        self.editor.insert(text);
        self.step += 1;
        sheet.replace(self.editor.text(), None);
    }

    /// Ends typing into a cell, which then keeps what was typed.
    pub fn end_entry(&mut self, sheet: &mut Sheet) {
        if self.typed.is_some() {
            self.end_typing(sheet);
        }
    }

    fn end_typing(&mut self, sheet: &mut Sheet) {
        self.typed = None;
        self.step += 1;
        sheet.end_step();
    }

    fn design(&mut self, sheet: &mut Sheet, design: &Design, reply: &mut Reply) {
        if !matches!(design, Design::Digit(_) | Design::Erase | Design::Cancel) {
            self.end_typing(sheet);
        }
        match design {
            Design::Step(by) => self.step_cell(sheet, *by, reply),
            Design::Digit(digit) => self.type_digit(sheet, *digit, reply),
            Design::Erase => self.erase(sheet, reply),
            Design::Cancel if self.typed.is_none() && self.pane == Pane::Settings => self.pane = Pane::Table,
            Design::Cancel => self.cancel(sheet),
            Design::Set(value) => self.write(sheet, value, None, reply),
            Design::Default => self.take_default(sheet, reply),
            Design::Add => reply.dialog = Some(Self::kinds()),
            Design::AddKind(kind) => self.add(sheet, *kind, reply),
            Design::Duplicate => self.on_block(sheet, reply, Edit::DuplicateBlock),
            Design::Delete => self.on_block(sheet, reply, Edit::RemoveBlock),
            Design::Shift { down } => self.shift(sheet, *down, reply),
            Design::Pin => {
                if sheet.model().is_some_and(|model| model.pending.is_some()) && sheet.pinned().is_none() {
                    reply.warn("the costs are still being estimated");
                    return;
                }
                let text = if sheet.toggle_pin() {
                    "differences are relative to the current network"
                } else {
                    "the comparison has ended"
                };
                reply.good(text);
            }
            Design::Board => reply.dialog = Self::board_list(sheet),
            Design::OnBoard(board) => {
                if sheet.model().is_some_and(|model| model.spec.config.target.board == *board) {
                    return;
                }
                Self::set_key(sheet, "target.board", board, reply);
            }
            Design::Precision => {
                let Some(model) = sheet.model() else { return };
                let other = match model.spec.config.export.precision {
                    Precision::Float => Precision::Int8,
                    Precision::Int8 => Precision::Float,
                };
                Self::set_key(sheet, "export.precision", other.word(), reply);
            }
            Design::Edit => self.turn(sheet),
            Design::Find(words) => {
                words.clone_into(&mut self.words);
                if !self.editor.find(words) {
                    reply.warn(format!("{words} is not in the text"));
                }
            }
            Design::Settings if sheet.model().is_none() => reply.warn("fix the errors in the text first"),
            Design::Settings => self.show_settings(sheet),
            Design::GoTo(key) => {
                if self.go_to(sheet, key) {
                    self.open_cell(sheet, reply);
                }
            }
            Design::Tab => self.lower = self.lower.next(),
        }
    }

    fn set_key(sheet: &mut Sheet, key: &str, word: &str, reply: &mut Reply) {
        if let Err(error) = sheet.edit(None, &Edit::set(key, word)) {
            Self::cannot(sheet, &error, reply);
        }
    }

    fn cannot(sheet: &Sheet, error: &str, reply: &mut Reply) {
        if sheet.faults().is_some() {
            reply.error("the configuration is invalid: fix it first (e shows the error) or undo (u)");
        } else {
            reply.error(error.to_owned());
        }
    }
}

#[cfg(test)]
mod tests;
