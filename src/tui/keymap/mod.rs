//! The table of all key bindings: context, keys, action, and the texts of help and palette. No other module
//! handles key codes.

mod key;
mod late;
mod table;

pub use key::{Key, keys_of_bytes};
pub use late::LateReply;

use super::action::{Action, Design, Screen};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use table::DEFAULTS;

/// The context in which a key is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// Everywhere.
    Always,
    /// Everywhere except in text input.
    Screens,
    /// The table of the Design screen.
    Design,
    /// The settings form of the Design screen.
    Settings,
    /// The text editor of the Design screen.
    Editor,
    /// The Data screen.
    Data,
    /// The Train screen.
    Train,
    /// Images shown large on the Train screen.
    Images,
    /// The Deploy screen.
    Deploy,
    /// The Runs screen.
    Runs,
    /// The start screen.
    Start,
    /// Words that filter a list while they are typed.
    Filter,
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
            Self::Settings => "Design: the settings",
            Self::Editor => "Design: the text",
            Self::Data => "Data",
            Self::Train => "Train",
            Self::Images => "Train: images shown large",
            Self::Deploy => "Deploy",
            Self::Runs => "Runs",
            Self::Start => "Start",
            Self::Filter => "Typing a filter",
            Self::Dialog => "Questions and pages",
            Self::Prompt => "Lists and text input",
        }
    }

    /// Its name in the configuration of the user.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Always => "everywhere",
            Self::Screens => "screens",
            Self::Design => "design",
            Self::Settings => "settings",
            Self::Editor => "text",
            Self::Data => "data",
            Self::Train => "train",
            Self::Images => "images",
            Self::Deploy => "deploy",
            Self::Runs => "runs",
            Self::Start => "start",
            Self::Filter => "filter",
            Self::Dialog => "questions",
            Self::Prompt => "prompts",
        }
    }

    /// All contexts, in the order of help.
    pub const ALL: [Self; 14] = [
        Self::Always,
        Self::Screens,
        Self::Design,
        Self::Settings,
        Self::Editor,
        Self::Data,
        Self::Train,
        Self::Images,
        Self::Deploy,
        Self::Runs,
        Self::Start,
        Self::Filter,
        Self::Dialog,
        Self::Prompt,
    ];
}

/// A key binding.
#[derive(Debug, Clone)]
pub struct Binding {
    /// Its context.
    pub context: Context,
    /// The keys, separated by spaces: `ctrl-s f2`.
    pub keys: Cow<'static, str>,
    /// The action that they trigger.
    pub action: Action,
    /// Its name in the palette and in hints; empty to be listed in neither.
    pub name: &'static str,
    /// Its description in help.
    pub help: &'static str,
}

/// The bindings of the user, once they are read.
static OWN: OnceLock<Vec<Binding>> = OnceLock::new();

/// All key bindings. The first match wins; contexts are searched from the innermost.
pub fn bindings() -> &'static [Binding] {
    OWN.get().map_or(DEFAULTS, Vec::as_slice)
}

/// Replaces the keys of commands, for the rest of the program: by context (`design`, `everywhere`), then by the name of
/// the command, with dashes for blanks (`move-down`).
///
/// # Errors
/// Unknown contexts, commands and keys, and keys that are bound twice; the default bindings stay.
pub fn configure(own: &Keys) -> Result<(), String> {
    if own.is_empty() {
        return Ok(());
    }
    let bindings = with_own(own)?;
    let _ = OWN.set(bindings);
    Ok(())
}

/// Whether [`configure`] accepts these keys.
#[cfg(test)]
pub fn is_legal(own: &Keys) -> bool {
    with_own(own).is_ok()
}

/// Keys of commands, by context and name.
pub type Keys = BTreeMap<String, BTreeMap<String, String>>;

/// The default bindings with the keys in `own`.
fn with_own(own: &Keys) -> Result<Vec<Binding>, String> {
    let mut bindings = DEFAULTS.to_vec();
    for (context, commands) in own {
        let known = Context::ALL.into_iter().find(|known| known.word() == context);
        let known = known.ok_or_else(|| {
            let words: Vec<&str> = Context::ALL.iter().map(|context| context.word()).collect();
            format!("keys.{context}: there is no such screen; known are {}", words.join(", "))
        })?;
        for (name, keys) in commands {
            let is_it = |binding: &&mut Binding| binding.context == known && binding.name.replace(' ', "-") == *name;
            let binding = bindings.iter_mut().find(is_it).ok_or_else(|| unknown_command(context, known, name))?;
            if let Some(wrong) = keys.split(' ').find(|key| Key::parse(key).is_none()) {
                return Err(format!(
                    "keys.{context}.{name}: {wrong:?} is not a key: expected for example t, T, ctrl-t, alt-1, f5 or pageup"
                ));
            }
            binding.keys = Cow::Owned(keys.clone());
        }
    }
    for (index, binding) in bindings.iter().enumerate() {
        let others = bindings[..index].iter().filter(|other| other.context == binding.context);
        for other in others {
            if let Some(key) = binding.keys().find(|key| other.keys().any(|known| known == *key)) {
                let context = binding.context.word();
                return Err(format!("keys.{context}: {key} is both \"{}\" and \"{}\"", other.help, binding.help));
            }
        }
    }
    Ok(bindings)
}

fn unknown_command(word: &str, context: Context, name: &str) -> String {
    let named = DEFAULTS.iter().filter(|binding| binding.context == context && !binding.name.is_empty());
    let names: Vec<String> = named.map(|binding| binding.name.replace(' ', "-")).collect();
    format!("keys.{word}: there is no command {name}; known are {}", names.join(", "))
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
    if matches!(contexts.first(), Some(Context::Design | Context::Settings))
        && let Some(digit) = key.digit()
    {
        return Some(Action::Design(Design::Digit(digit)));
    }
    let found = |context: &Context| {
        bindings().iter().find(|binding| binding.context == *context && binding.keys().any(|bound| bound == key))
    };
    contexts.iter().find_map(found).map(|binding| binding.action.clone())
}

/// The first key of `action`, for messages; empty if it has none.
#[must_use]
pub fn key_of(action: &Action) -> String {
    let found = bindings().iter().find(|binding| binding.action == *action);
    found.and_then(|binding| binding.keys().next()).map(|key| key.to_string()).unwrap_or_default()
}

/// The first key that shows `screen` in `contexts`: a digit, except where digits are typed.
#[must_use]
pub fn key_of_screen(screen: Screen, contexts: &[Context]) -> String {
    let action = Action::Show(screen);
    let has_digits = !matches!(contexts.first(), Some(Context::Design | Context::Settings));
    let found = bindings().iter().filter(|binding| binding.action == action);
    let mut found = found.filter(|binding| contexts.contains(&binding.context) || binding.context == Context::Always);
    let digit = found.clone().find(|binding| binding.context == Context::Screens && has_digits);
    let binding = digit.or_else(|| found.find(|binding| binding.context == Context::Always));
    binding.and_then(|binding| binding.keys().next()).map(|key| key.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    #[test]
    fn every_key_of_the_table_can_be_read_and_is_there_once_in_a_context() {
        let mut seen = Vec::new();
        for binding in DEFAULTS {
            assert_eq!(binding.keys().count(), binding.keys.split(' ').count(), "{}", binding.keys);
            assert!(binding.help.len() > 1, "{}", binding.keys);
            for key in binding.keys() {
                assert!(!seen.contains(&(binding.context, key)), "{key} twice in {:?}", binding.context);
                seen.push((binding.context, key));
            }
        }
    }

    #[test]
    fn keys_of_the_user_replace_those_of_a_command() {
        let own = |context: &str, name: &str, keys: &str| {
            let commands = BTreeMap::from([(name.to_owned(), keys.to_owned())]);
            with_own(&BTreeMap::from([(context.to_owned(), commands)]))
        };
        let bindings = own("design", "move-down", "ctrl-j f9").unwrap();
        let binding = bindings.iter().find(|binding| binding.name == "move down").unwrap();
        assert_eq!(binding.shown(), "Ctrl-J F9");
        let errors = [
            (own("network", "add", "x"), "keys.network: there is no such screen; known are everywhere"),
            (own("design", "ad", "x"), "keys.design: there is no command ad; known are add"),
            (own("design", "add", "hyper-x"), "keys.design.add: \"hyper-x\" is not a key"),
            (own("design", "add", "d"), "keys.design: d is both"),
        ];
        for (result, expected) in errors {
            let error = result.unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
        let mut words: Vec<&str> = Context::ALL.iter().map(|context| context.word()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Context::ALL.len());
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
        assert_eq!(action(key("esc"), &table), Some(Action::Design(Design::Cancel)));
        assert_eq!(action(key("3"), &table), Some(Action::Design(Design::Digit('3'))));
        assert_eq!(action(key("alt-3"), &table), Some(Action::Show(Screen::Train)));
        assert_eq!(action(key("q"), &[Context::Editor, Context::Always]), None);
    }

    #[test]
    fn tabs_name_a_key_that_shows_the_screen() {
        let design = [Context::Design, Context::Screens, Context::Always];
        let editor = [Context::Editor, Context::Always];
        let data = [Context::Data, Context::Screens, Context::Always];
        for (contexts, expected) in [(&design[..], "F3"), (&editor, "F3"), (&data, "3")] {
            let shown = key_of_screen(Screen::Train, contexts);
            assert_eq!(shown, expected);
            let key = Key::parse(&shown.to_lowercase()).unwrap();
            assert_eq!(action(key, contexts), Some(Action::Show(Screen::Train)));
        }
    }

    #[test]
    fn a_letter_does_the_same_on_every_screen() {
        let mut named: Vec<(Key, &str)> = Vec::new();
        let screens =
            [Context::Screens, Context::Design, Context::Data, Context::Train, Context::Deploy, Context::Runs];
        for binding in
            bindings().iter().filter(|binding| screens.contains(&binding.context) && !binding.name.is_empty())
        {
            for key in binding.keys() {
                let known = named.iter().find(|(known, _)| *known == key).map(|(_, name)| *name);
                let same = |a: &str, b: &str| SAME.iter().any(|words| words.contains(&a) && words.contains(&b));
                assert!(
                    known.is_none_or(|known| known == binding.name || same(known, binding.name)),
                    "{key}: {} and {known:?}",
                    binding.name
                );
                named.push((key, binding.name));
            }
        }
    }

    /// Names of the same kind of action on different screens.
    const SAME: [&[&str]; 4] = [
        &["delete", "unqueue"],
        &["reread", "recompute", "refresh"],
        &["view", "augmented", "best/last"],
        &["smoothing", "axis"],
    ];
}
