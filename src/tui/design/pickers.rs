//! Lists to choose from: values of a cell, kinds of blocks, boards.

use super::boards::{board_heading, boards};
use super::cells::{BOARD, NONE};
use super::{Cell, Reply, Sheet, State};
use crate::config::{BlockKind, KeyPath, Legal, key_info};
use crate::tui::action::{Action, Design};
use crate::tui::dialog::{Choice, Choose, Dialog, Prompt};

impl State {
    /// The kinds of blocks to add.
    pub(super) fn kinds() -> Dialog {
        let info = key_info(&KeyPath::of("blocks.0.type"), Some(BlockKind::Conv));
        let line = |kind: &BlockKind| {
            let options = info.map(|info| info.options.as_slice()).unwrap_or_default();
            options.iter().find(|(word, _)| word == kind.word()).map(|(_, line)| line.clone()).unwrap_or_default()
        };
        let choice = |kind: &BlockKind| Choice {
            name: kind.word().to_owned(),
            help: line(kind),
            action: Action::Design(Design::AddKind(*kind)),
        };
        Dialog::Choose(Choose::new("Add a block", BlockKind::ALL.iter().map(choice).collect(), 0))
    }

    /// Opens a list of the legal values of the cell, or a prompt for its value.
    pub(super) fn open_cell(&mut self, sheet: &mut Sheet, reply: &mut Reply) {
        self.end_typing(sheet);
        let Some((_, cell)) = self.selected(sheet) else { return };
        if cell.label == BOARD {
            reply.dialog = Self::board_list(sheet);
            return;
        }
        let title = format!("{} ({})", cell.label, cell.key);
        let words = match cell.legal(sheet.boards()) {
            Legal::Choice(words) => words,
            Legal::Flag => vec!["true".to_owned(), "false".to_owned()],
            Legal::Number(_) | Legal::Text => {
                let line = cell.info().map_or("", |info| &info.explanation.line);
                let prompt = Prompt::new(&title, line, &cell.value, |text| Action::Design(Design::Set(text)));
                reply.dialog = Some(Dialog::Prompt(prompt));
                return;
            }
        };
        let at = words.iter().position(|word| *word == cell.value).unwrap_or(0);
        let choice = |word: &String| Choice {
            name: word.clone(),
            help: option_line(&cell, word),
            action: Action::Design(Design::Set(word.clone())),
        };
        reply.dialog = Some(Dialog::Choose(Choose::new(&title, words.iter().map(choice).collect(), at)));
    }

    /// A list of boards with their memory and what the network leaves of it.
    pub(super) fn board_list(sheet: &Sheet) -> Option<Dialog> {
        let choices = boards(sheet);
        let board = sheet.model()?.board.as_ref();
        let at = board.and_then(|board| choices.iter().position(|choice| choice.name == board.id));
        Some(Dialog::Choose(Choose::new("Board", choices, at.unwrap_or(0)).headed(&board_heading())))
    }
}

/// One line about the option `word` of `cell`.
fn option_line(cell: &Cell, word: &str) -> String {
    let known = cell.info().and_then(|info| info.options.iter().find(|(option, _)| option == word));
    if let Some((_, line)) = known {
        return line.clone();
    }
    let is_channels = cell.label == "channels";
    match (cell.label, word.parse::<u32>()) {
        ("SE after", _) if word == NONE => "No squeeze-and-excitation.".to_owned(),
        ("kernel", Ok(size)) => format!("{size} × {size} pixels: {} weights per channel that is read.", size * size),
        ("stride", Ok(1)) => "Every pixel: the output is as large as the input.".to_owned(),
        ("stride", Ok(step)) => format!("Every {} pixel.", if step == 2 { "second" } else { "third" }),
        (_, Ok(1)) if is_channels => "Grayscale.".to_owned(),
        (_, Ok(_)) if is_channels => "RGB.".to_owned(),
        _ if word == "true" => "On.".to_owned(),
        _ if word == "false" => "Off.".to_owned(),
        _ => String::new(),
    }
}
