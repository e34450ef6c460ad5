//! The one table of keys: what each does where, and how help and palette call it. Nothing else
//! knows what a key is.

use super::action::{Action, Data, Deploy, Design, File, Move, Program, Runs, Screen, Train};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::fmt;

/// Where a key means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// Everywhere.
    Always,
    /// Everywhere but where text is wanted.
    Screens,
    /// The table of the network.
    Design,
    /// The text of the network.
    Editor,
    /// The images.
    Data,
    /// Training.
    Train,
    /// The header.
    Deploy,
    /// The runs.
    Runs,
    /// A question, a list, a page in front of the screen.
    Dialog,
    /// A line to be typed, in front of the screen.
    Prompt,
}

impl Context {
    /// What help calls it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Always => "Everywhere",
            Self::Screens => "On every screen",
            Self::Design => "Design: the table",
            Self::Editor => "Design: the text",
            Self::Data => "Data",
            Self::Train => "Train",
            Self::Deploy => "Deploy",
            Self::Runs => "Runs",
            Self::Dialog => "Lists and questions",
            Self::Prompt => "Lines to type",
        }
    }

    /// All of them, as help shows them.
    pub const ALL: [Self; 10] = [
        Self::Always,
        Self::Screens,
        Self::Design,
        Self::Editor,
        Self::Data,
        Self::Train,
        Self::Deploy,
        Self::Runs,
        Self::Dialog,
        Self::Prompt,
    ];
}

/// A line of the table.
#[derive(Debug)]
pub struct Binding {
    /// Where it holds.
    pub context: Context,
    /// The keys, with blanks between them: `ctrl-s f2`.
    pub keys: &'static str,
    /// What they do.
    pub action: Action,
    /// Its name in the palette and in hints; empty: in neither.
    pub name: &'static str,
    /// What it does, for help.
    pub help: &'static str,
}

const fn bind(context: Context, keys: &'static str, action: Action, name: &'static str, help: &'static str) -> Binding {
    Binding { context, keys, action, name, help }
}

/// Every key. The first line that fits counts; contexts are asked innermost first.
pub static BINDINGS: &[Binding] = &[
    bind(Context::Always, "f1 alt-1", Action::Show(Screen::Design), "design", "Show the network"),
    bind(Context::Always, "f2 alt-2", Action::Show(Screen::Data), "data", "Show the images"),
    bind(Context::Always, "f3 alt-3", Action::Show(Screen::Train), "train", "Show the training"),
    bind(Context::Always, "f4 alt-4", Action::Show(Screen::Deploy), "deploy", "Show the header"),
    bind(Context::Always, "f5 alt-5", Action::Show(Screen::Runs), "runs", "Show earlier runs"),
    bind(Context::Always, "ctrl-s", Action::File(File::Save), "save", "Write the configuration"),
    bind(Context::Always, "ctrl-p", Action::Program(Program::Palette), "commands", "Find anything that can be done"),
    bind(
        Context::Always,
        "ctrl-c ctrl-q",
        Action::Program(Program::Quit),
        "",
        "Quit; asks where something would be lost",
    ),
    bind(Context::Always, "ctrl-z", Action::Program(Program::Suspend), "suspend", "Back to the shell until fg"),
    bind(Context::Always, "ctrl-l", Action::Program(Program::Redraw), "redraw", "Draw the screen anew"),
    bind(Context::Screens, "?", Action::Program(Program::Help), "help", "These keys"),
    bind(Context::Screens, ":", Action::Program(Program::Palette), "", "Find anything that can be done"),
    bind(Context::Screens, "q", Action::Program(Program::Quit), "quit", "Quit; asks where something would be lost"),
    bind(Context::Screens, "u", Action::File(File::Undo), "undo", "Take back the last change"),
    bind(Context::Screens, "ctrl-r", Action::File(File::Redo), "redo", "Do again what was taken back"),
    bind(Context::Screens, "ctrl-o", Action::File(File::Open), "open", "Open another file"),
    bind(Context::Screens, "N", Action::File(File::Preset), "new", "Open a preset as a new file"),
    bind(Context::Screens, "W", Action::File(File::SaveAs), "save as", "Write to a file of another name"),
    bind(Context::Screens, "E", Action::File(File::External), "editor", "Edit the text in $EDITOR"),
    bind(Context::Screens, "tab", Action::Focus { back: false }, "", "The next part of the screen"),
    bind(Context::Screens, "backtab", Action::Focus { back: true }, "", "The part before"),
    bind(Context::Screens, "up k", Action::Move(Move::Up), "", "Up"),
    bind(Context::Screens, "down j", Action::Move(Move::Down), "", "Down"),
    bind(Context::Screens, "left h", Action::Move(Move::Left), "", "To the left"),
    bind(Context::Screens, "right l", Action::Move(Move::Right), "", "To the right"),
    bind(Context::Screens, "pageup", Action::Move(Move::PageUp), "", "A page up"),
    bind(Context::Screens, "pagedown", Action::Move(Move::PageDown), "", "A page down"),
    bind(Context::Screens, "home g", Action::Move(Move::First), "", "To the first"),
    bind(Context::Screens, "end G", Action::Move(Move::Last), "", "To the last"),
    bind(Context::Screens, "enter", Action::Enter, "", "Open or choose"),
    bind(Context::Screens, "esc", Action::Back, "", "Back"),
    bind(Context::Design, "+ =", Action::Design(Design::Step(1)), "", "More by 1, or the next choice"),
    bind(Context::Design, "-", Action::Design(Design::Step(-1)), "", "Less by 1, or the choice before"),
    bind(Context::Design, ">", Action::Design(Design::Step(8)), "", "More by 8"),
    bind(Context::Design, "<", Action::Design(Design::Step(-8)), "", "Less by 8"),
    bind(Context::Design, "backspace", Action::Design(Design::Erase), "", "Take back a digit"),
    bind(Context::Design, "esc", Action::Design(Design::Cancel), "", "Take back what is typed into the cell"),
    bind(Context::Design, "a", Action::Design(Design::Add), "add", "Add a block below"),
    bind(Context::Design, "D", Action::Design(Design::Duplicate), "duplicate", "Copy the block"),
    bind(Context::Design, "d delete", Action::Design(Design::Delete), "delete", "Remove the block"),
    bind(
        Context::Design,
        "J alt-down",
        Action::Design(Design::Shift { down: true }),
        "move down",
        "Move the block down",
    ),
    bind(Context::Design, "K alt-up", Action::Design(Design::Shift { down: false }), "move up", "Move the block up"),
    bind(Context::Design, "b", Action::Design(Design::Board), "board", "Choose the board"),
    bind(Context::Design, "p", Action::Design(Design::Pin), "pin", "Compare with what is there now"),
    bind(Context::Design, "x", Action::Design(Design::Precision), "float/int8", "Plan for the other arithmetic"),
    bind(Context::Design, "e", Action::Design(Design::Edit), "text", "Edit the text itself"),
    bind(Context::Design, "r", Action::Design(Design::Default), "default", "Back to the default"),
    bind(Context::Editor, "esc", Action::Back, "table", "Back to the table"),
    bind(Context::Editor, "ctrl-u", Action::File(File::Undo), "", "Take back the last change"),
    bind(Context::Editor, "ctrl-r", Action::File(File::Redo), "", "Do again what was taken back"),
    bind(Context::Data, "s", Action::Data(Data::Source), "source", "Take images from somewhere else"),
    bind(Context::Data, "r", Action::Data(Data::Load), "read", "Read the images"),
    bind(Context::Data, "a", Action::Data(Data::Augment), "augmented", "As training sees them, or as they are"),
    bind(Context::Data, "n", Action::Data(Data::Shuffle), "others", "Show other images"),
    bind(
        Context::Train,
        "s",
        Action::Train(Train::Start),
        "start",
        "Train this network, or put it behind the one that trains",
    ),
    bind(Context::Train, "space", Action::Train(Train::Pause), "pause", "Wait, or go on"),
    bind(Context::Train, "x", Action::Train(Train::Stop), "stop", "Stop; what was done is saved"),
    bind(Context::Train, "r", Action::Train(Train::Resume), "resume", "Go on with a training that was stopped"),
    bind(
        Context::Train,
        "X",
        Action::Train(Train::Drop),
        "unqueue",
        "Take back the network that would be trained last",
    ),
    bind(Context::Train, "y", Action::Train(Train::Log), "log", "Loss in logarithms, or as it is"),
    bind(Context::Deploy, "r", Action::Deploy(Deploy::Prepare), "compare", "Quantise, and compare with float"),
    bind(Context::Deploy, "x", Action::Deploy(Deploy::Export), "export", "Write header, sketch and sample images"),
    bind(Context::Runs, "s", Action::Runs(Runs::Sort), "sort", "Sort by the next column"),
    bind(Context::Runs, "S", Action::Runs(Runs::Reverse), "reverse", "Sort the other way round"),
    bind(Context::Runs, "/", Action::Runs(Runs::Filter), "filter", "Show only some"),
    bind(Context::Runs, "p space", Action::Runs(Runs::Pin), "pin", "Keep it in view for comparison"),
    bind(Context::Runs, "o", Action::Runs(Runs::Open), "open", "Open its configuration in Design"),
    bind(Context::Runs, "d delete", Action::Runs(Runs::Delete), "delete", "Delete it, after asking"),
    bind(Context::Runs, "m", Action::Runs(Runs::Axis), "axis", "Accuracy over RAM, or over MACs"),
    bind(Context::Runs, "r", Action::Runs(Runs::Refresh), "refresh", "Read the list again"),
    bind(Context::Dialog, "up k ctrl-p", Action::Move(Move::Up), "", "Up"),
    bind(Context::Dialog, "down j ctrl-n tab", Action::Move(Move::Down), "", "Down"),
    bind(Context::Dialog, "pageup", Action::Move(Move::PageUp), "", "A page up"),
    bind(Context::Dialog, "pagedown space", Action::Move(Move::PageDown), "", "A page down"),
    bind(Context::Dialog, "home g", Action::Move(Move::First), "", "To the first"),
    bind(Context::Dialog, "end G", Action::Move(Move::Last), "", "To the last"),
    bind(Context::Dialog, "enter", Action::Enter, "choose", "Choose it"),
    bind(Context::Dialog, "esc q ? ctrl-c", Action::Back, "away", "Away with it"),
    bind(Context::Prompt, "up ctrl-p", Action::Move(Move::Up), "", "Up"),
    bind(Context::Prompt, "down ctrl-n", Action::Move(Move::Down), "", "Down"),
    bind(Context::Prompt, "pageup", Action::Move(Move::PageUp), "", "A page up"),
    bind(Context::Prompt, "pagedown", Action::Move(Move::PageDown), "", "A page down"),
    bind(Context::Prompt, "tab", Action::Focus { back: false }, "complete", "Complete it"),
    bind(Context::Prompt, "enter", Action::Enter, "accept", "Accept it"),
    bind(Context::Prompt, "esc ctrl-c", Action::Back, "away", "Away with it"),
];

/// A key, perhaps with others held down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    code: KeyCode,
    held: KeyModifiers,
}

/// Names of keys that are no character.
const NAMES: [(&str, KeyCode); 15] = [
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backtab", KeyCode::BackTab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("space", KeyCode::Char(' ')),
];

impl Key {
    /// Reads a key: `q`, `G`, `ctrl-s`, `alt-1`, `f5`, `pageup`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (held, name) = match text.split_once('-').filter(|(held, name)| !held.is_empty() && !name.is_empty()) {
            Some(("ctrl", name)) => (KeyModifiers::CONTROL, name),
            Some(("alt", name)) => (KeyModifiers::ALT, name),
            _ => (KeyModifiers::NONE, text),
        };
        let mut letters = name.chars();
        let code = match (letters.next()?, letters.as_str()) {
            (letter, "") => KeyCode::Char(letter),
            ('f', number) if number.parse::<u8>().is_ok() => KeyCode::F(number.parse().ok()?),
            _ => NAMES.iter().find(|(known, _)| *known == name)?.1,
        };
        Some(Self { code, held })
    }

    /// The key of an event; `None` where one is let go.
    #[must_use]
    pub fn of(event: &KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let mut held = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
        let mut code = event.code;
        if let KeyCode::Char(letter) = code {
            // Terminals differ in how they tell ctrl-S from ctrl-s.
            if held.contains(KeyModifiers::CONTROL) {
                code = KeyCode::Char(letter.to_ascii_lowercase());
            }
            // AltGr makes letters of other alphabets on some.
            if held == KeyModifiers::CONTROL | KeyModifiers::ALT && !letter.is_ascii_alphanumeric() {
                held = KeyModifiers::NONE;
            }
        }
        Some(Self { code, held })
    }

    /// The digit or decimal point it is.
    #[must_use]
    pub fn digit(self) -> Option<char> {
        match self.code {
            KeyCode::Char(letter) if self.held.is_empty() && (letter.is_ascii_digit() || letter == '.') => Some(letter),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.held.contains(KeyModifiers::CONTROL) {
            f.write_str("Ctrl-")?;
        }
        if self.held.contains(KeyModifiers::ALT) {
            f.write_str("Alt-")?;
        }
        match self.code {
            KeyCode::F(number) => write!(f, "F{number}"),
            KeyCode::Up => f.write_str("↑"),
            KeyCode::Down => f.write_str("↓"),
            KeyCode::Left => f.write_str("←"),
            KeyCode::Right => f.write_str("→"),
            KeyCode::BackTab => f.write_str("Shift-Tab"),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(letter) if self.held.is_empty() => write!(f, "{letter}"),
            KeyCode::Char(letter) => write!(f, "{}", letter.to_ascii_uppercase()),
            code => {
                let name = NAMES.iter().find(|(_, known)| *known == code).map_or("", |(name, _)| name);
                let mut letters = name.chars();
                letters.next().map_or(Ok(()), |first| write!(f, "{}{}", first.to_ascii_uppercase(), letters.as_str()))
            }
        }
    }
}

impl Binding {
    /// Its keys.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        self.keys.split(' ').filter_map(Key::parse)
    }

    /// Its keys, as help shows them.
    #[must_use]
    pub fn shown(&self) -> String {
        self.keys().map(|key| key.to_string()).collect::<Vec<_>>().join(" ")
    }
}

/// What `key` does where `contexts` hold, innermost first.
#[must_use]
pub fn action(key: Key, contexts: &[Context]) -> Option<Action> {
    if contexts.first() == Some(&Context::Design)
        && let Some(digit) = key.digit()
    {
        return Some(Action::Design(Design::Digit(digit)));
    }
    let found = |context: &Context| {
        BINDINGS.iter().find(|binding| binding.context == *context && binding.keys().any(|bound| bound == key))
    };
    contexts.iter().find_map(found).map(|binding| binding.action.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_table_can_be_read_and_is_there_once_in_a_context() {
        let mut seen = Vec::new();
        for binding in BINDINGS {
            assert_eq!(binding.keys().count(), binding.keys.split(' ').count(), "{}", binding.keys);
            assert!(binding.help.len() > 1, "{}", binding.keys);
            for key in binding.keys() {
                assert!(!seen.contains(&(binding.context, key)), "{key} twice in {:?}", binding.context);
                seen.push((binding.context, key));
            }
        }
    }

    #[test]
    fn events_become_keys() {
        let event = |code, held| KeyEvent::new(code, held);
        let key = |text| Key::parse(text);
        assert_eq!(Key::of(&event(KeyCode::Char('S'), KeyModifiers::CONTROL | KeyModifiers::SHIFT)), key("ctrl-s"));
        assert_eq!(Key::of(&event(KeyCode::Char('G'), KeyModifiers::SHIFT)), key("G"));
        assert_eq!(Key::of(&event(KeyCode::F(5), KeyModifiers::NONE)), key("f5"));
        assert_eq!(Key::of(&event(KeyCode::Char('-'), KeyModifiers::NONE)), key("-"));
        assert_eq!(key("ctrl-p").unwrap().to_string(), "Ctrl-P");
        assert_eq!(key("pageup").unwrap().to_string(), "PgUp");
    }

    #[test]
    fn inner_contexts_go_before_outer_ones() {
        let key = |text| Key::parse(text).unwrap();
        let table = [Context::Design, Context::Screens, Context::Always];
        assert_eq!(action(key("r"), &table), Some(Action::Design(Design::Default)));
        assert_eq!(action(key("3"), &table), Some(Action::Design(Design::Digit('3'))));
        assert_eq!(action(key("alt-3"), &table), Some(Action::Show(Screen::Train)));
        assert_eq!(action(key("q"), &[Context::Editor, Context::Always]), None);
    }
}
