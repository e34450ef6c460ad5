//! The table of all key bindings: context, keys, action, and the texts of help and palette. No other module
//! handles key codes.

use super::action::{Action, Data, Deploy, Design, File, Move, Program, Runs, Screen, Train};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::fmt;

/// The context in which a key is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// Everywhere.
    Always,
    /// Everywhere except in text input.
    Screens,
    /// The table of the Design screen.
    Design,
    /// The text editor of the Design screen.
    Editor,
    /// The Data screen.
    Data,
    /// The Train screen.
    Train,
    /// The Deploy screen.
    Deploy,
    /// The Runs screen.
    Runs,
    /// A question or a page in front of the screen.
    Dialog,
    /// A dialog with text input: a prompt, or a list that typing filters.
    Prompt,
}

impl Context {
    /// Its heading in help.
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
            Self::Dialog => "Questions and pages",
            Self::Prompt => "Lists and text input",
        }
    }

    /// All contexts, in the order of help.
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

/// A key binding.
#[derive(Debug)]
pub struct Binding {
    /// Its context.
    pub context: Context,
    /// The keys, separated by spaces: `ctrl-s f2`.
    pub keys: &'static str,
    /// The action that they trigger.
    pub action: Action,
    /// Its name in the palette and in hints; empty to be listed in neither.
    pub name: &'static str,
    /// Its description in help.
    pub help: &'static str,
}

const fn bind(context: Context, keys: &'static str, action: Action, name: &'static str, help: &'static str) -> Binding {
    Binding { context, keys, action, name, help }
}

/// All key bindings. The first match wins; contexts are searched from the innermost.
pub static BINDINGS: &[Binding] = &[
    bind(Context::Always, "f1 alt-1", Action::Show(Screen::Design), "design", "Show the network"),
    bind(Context::Always, "f2 alt-2", Action::Show(Screen::Data), "data", "Show the images"),
    bind(Context::Always, "f3 alt-3", Action::Show(Screen::Train), "train", "Show the training"),
    bind(Context::Always, "f4 alt-4", Action::Show(Screen::Deploy), "deploy", "Show the header"),
    bind(Context::Always, "f5 alt-5", Action::Show(Screen::Runs), "runs", "Show earlier runs"),
    bind(Context::Always, "ctrl-s", Action::File(File::Save), "save", "Save the configuration"),
    bind(Context::Always, "ctrl-p", Action::Program(Program::Palette), "commands", "Search all commands"),
    bind(
        Context::Always,
        "ctrl-c ctrl-q",
        Action::Program(Program::Quit),
        "",
        "Quit; asks before unsaved work is lost",
    ),
    bind(Context::Always, "ctrl-z", Action::Program(Program::Suspend), "suspend", "Suspend to the shell; fg resumes"),
    bind(Context::Always, "ctrl-l", Action::Program(Program::Redraw), "redraw", "Redraw the screen"),
    bind(Context::Screens, "?", Action::Program(Program::Help), "help", "List all keys"),
    bind(Context::Screens, ":", Action::Program(Program::Palette), "", "Search all commands"),
    bind(Context::Screens, "q", Action::Program(Program::Quit), "quit", "Quit; asks before unsaved work is lost"),
    bind(Context::Screens, "u", Action::File(File::Undo), "undo", "Undo the last change"),
    bind(Context::Screens, "ctrl-r", Action::File(File::Redo), "redo", "Redo the change undone last"),
    bind(Context::Screens, "ctrl-o", Action::File(File::Open), "open", "Open another file"),
    bind(Context::Screens, "N", Action::File(File::Preset), "new", "Open a preset as a new file"),
    bind(Context::Screens, "W", Action::File(File::SaveAs), "save as", "Save under another name"),
    bind(Context::Screens, "E", Action::File(File::External), "editor", "Edit the text in $EDITOR"),
    bind(Context::Screens, "tab", Action::Focus { back: false }, "", "Focus the next pane"),
    bind(Context::Screens, "backtab", Action::Focus { back: true }, "", "Focus the previous pane"),
    bind(Context::Screens, "up k", Action::Move(Move::Up), "", "Up"),
    bind(Context::Screens, "down j", Action::Move(Move::Down), "", "Down"),
    bind(Context::Screens, "left h", Action::Move(Move::Left), "", "Left"),
    bind(Context::Screens, "right l", Action::Move(Move::Right), "", "Right"),
    bind(Context::Screens, "pageup", Action::Move(Move::PageUp), "", "Page up"),
    bind(Context::Screens, "pagedown", Action::Move(Move::PageDown), "", "Page down"),
    bind(Context::Screens, "home g", Action::Move(Move::First), "", "First item"),
    bind(Context::Screens, "end G", Action::Move(Move::Last), "", "Last item"),
    bind(Context::Screens, "enter", Action::Enter, "", "Open or select"),
    bind(Context::Screens, "esc", Action::Back, "", "Back"),
    bind(Context::Design, "+ =", Action::Design(Design::Step(1)), "", "Increase by 1, or next option"),
    bind(Context::Design, "-", Action::Design(Design::Step(-1)), "", "Decrease by 1, or previous option"),
    bind(Context::Design, ">", Action::Design(Design::Step(8)), "", "Increase by 8"),
    bind(Context::Design, "<", Action::Design(Design::Step(-8)), "", "Decrease by 8"),
    bind(Context::Design, "backspace", Action::Design(Design::Erase), "", "Delete the last digit typed"),
    bind(Context::Design, "esc", Action::Design(Design::Cancel), "", "Cancel typing into the cell"),
    bind(Context::Design, "a", Action::Design(Design::Add), "add", "Add a block below"),
    bind(Context::Design, "D", Action::Design(Design::Duplicate), "duplicate", "Duplicate the block"),
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
    bind(Context::Design, "p", Action::Design(Design::Pin), "pin", "Compare with the current network"),
    bind(Context::Design, "x", Action::Design(Design::Precision), "float/int8", "Switch between float and int8"),
    bind(Context::Design, "e", Action::Design(Design::Edit), "text", "Edit the configuration as text"),
    bind(Context::Design, "r", Action::Design(Design::Default), "default", "Reset to the default"),
    bind(Context::Editor, "esc", Action::Back, "table", "Back to the table"),
    bind(Context::Editor, "ctrl-u", Action::File(File::Undo), "", "Undo the last change"),
    bind(Context::Editor, "ctrl-r", Action::File(File::Redo), "", "Redo the change undone last"),
    bind(Context::Data, "s", Action::Data(Data::Source), "source", "Choose another source of images"),
    bind(Context::Data, "r", Action::Data(Data::Load), "read", "Read the images"),
    bind(Context::Data, "a", Action::Data(Data::Augment), "augmented", "Show images with or without augmentation"),
    bind(Context::Data, "n", Action::Data(Data::Shuffle), "shuffle", "Show other images"),
    bind(Context::Train, "s", Action::Train(Train::Start), "start", "Train this network; queued if one is training"),
    bind(Context::Train, "space", Action::Train(Train::Pause), "pause", "Pause or resume"),
    bind(Context::Train, "x", Action::Train(Train::Stop), "stop", "Stop, and save the state of training"),
    bind(Context::Train, "r", Action::Train(Train::Resume), "resume", "Resume a stopped training"),
    bind(Context::Train, "X", Action::Train(Train::Drop), "unqueue", "Remove the last network from the queue"),
    bind(Context::Train, "y", Action::Train(Train::Log), "log", "Logarithmic or linear loss axis"),
    bind(Context::Deploy, "r", Action::Deploy(Deploy::Prepare), "compare", "Quantise and compare with float"),
    bind(Context::Deploy, "x", Action::Deploy(Deploy::Export), "export", "Write header, sketch and sample images"),
    bind(Context::Runs, "s", Action::Runs(Runs::Sort), "sort", "Sort by the next column"),
    bind(Context::Runs, "S", Action::Runs(Runs::Reverse), "reverse", "Reverse the order"),
    bind(Context::Runs, "/", Action::Runs(Runs::Filter), "filter", "Filter the runs"),
    bind(Context::Runs, "p space", Action::Runs(Runs::Pin), "pin", "Pin the run for comparison"),
    bind(Context::Runs, "o", Action::Runs(Runs::Open), "open", "Open its configuration in Design"),
    bind(Context::Runs, "d delete", Action::Runs(Runs::Delete), "delete", "Delete the run; asks first"),
    bind(Context::Runs, "m", Action::Runs(Runs::Axis), "axis", "Plot accuracy over RAM or over MACs"),
    bind(Context::Runs, "r", Action::Runs(Runs::Refresh), "refresh", "Reload the list"),
    bind(Context::Dialog, "up k ctrl-p", Action::Move(Move::Up), "", "Up"),
    bind(Context::Dialog, "down j ctrl-n tab", Action::Move(Move::Down), "", "Down"),
    bind(Context::Dialog, "pageup", Action::Move(Move::PageUp), "", "Page up"),
    bind(Context::Dialog, "pagedown space", Action::Move(Move::PageDown), "", "Page down"),
    bind(Context::Dialog, "home g", Action::Move(Move::First), "", "First item"),
    bind(Context::Dialog, "end G", Action::Move(Move::Last), "", "Last item"),
    bind(Context::Dialog, "enter", Action::Enter, "choose", "Choose the answer, or close the page"),
    bind(Context::Dialog, "esc q ? ctrl-c", Action::Back, "close", "Close the dialog"),
    bind(Context::Prompt, "up ctrl-p", Action::Move(Move::Up), "", "Up"),
    bind(Context::Prompt, "down ctrl-n", Action::Move(Move::Down), "", "Down"),
    bind(Context::Prompt, "pageup", Action::Move(Move::PageUp), "", "Page up"),
    bind(Context::Prompt, "pagedown", Action::Move(Move::PageDown), "", "Page down"),
    bind(Context::Prompt, "tab", Action::Focus { back: false }, "complete", "Complete the text"),
    bind(Context::Prompt, "enter", Action::Enter, "accept", "Accept"),
    bind(Context::Prompt, "esc ctrl-c", Action::Back, "close", "Close the dialog"),
];

/// A key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    code: KeyCode,
    held: KeyModifiers,
}

/// Names of keys without a character of their own.
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
    /// Parses a key: `q`, `G`, `ctrl-s`, `alt-1`, `f5`, `pageup`; `None` if it is unknown.
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

    /// The key of a press or repeat; `None` for a release.
    #[must_use]
    pub fn of(event: &KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let mut held = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
        let mut code = event.code;
        if let KeyCode::Char(letter) = code {
            // Some terminals report ctrl-s as ctrl-S.
            if held.contains(KeyModifiers::CONTROL) {
                code = KeyCode::Char(letter.to_ascii_lowercase());
            }
            // Some terminals report characters typed with AltGr as ctrl-alt.
            if held == KeyModifiers::CONTROL | KeyModifiers::ALT && !letter.is_ascii_alphanumeric() {
                held = KeyModifiers::NONE;
            }
        }
        Some(Self { code, held })
    }

    /// The digit or decimal point, if the key is one without modifiers.
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
    /// The parsed keys.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        self.keys.split(' ').filter_map(Key::parse)
    }

    /// Its keys as text for help.
    #[must_use]
    pub fn shown(&self) -> String {
        self.keys().map(|key| key.to_string()).collect::<Vec<_>>().join(" ")
    }
}

/// The action of `key` in `contexts`, innermost first; `None` if it is not bound.
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
