//! The most important keys of the current context, in the last line.

use crate::tui::action::Action;
use crate::tui::keymap::{Binding, Context, bindings};

/// A key in the line of hints, and its columns.
pub struct Hint {
    /// Its binding.
    pub binding: &'static Binding,
    /// The key as it is shown.
    pub key: String,
    /// The first column.
    pub from: u16,
    /// The column after the last.
    pub to: u16,
}

/// The keys of `contexts`, innermost first, of the actions that `can` be carried out, as many as fit into `width`
/// columns.
pub fn all(contexts: &[Context], has_dialog: bool, width: u16, can: &dyn Fn(&Action) -> bool) -> Vec<Hint> {
    let named = |context: Context, names: &'static [&str]| {
        bindings().iter().filter(move |binding| binding.context == context && names.contains(&binding.name))
    };
    let has_screens = contexts.contains(&Context::Screens);
    let always: &[&str] = if has_dialog { &[] } else { &["save", "commands"] };
    let first: Vec<_> = named(Context::Screens, &["help", "quit"]).filter(|_| has_screens).collect();
    let own =
        bindings().iter().filter(|binding| Some(&binding.context) == contexts.first() && !binding.name.is_empty());
    // A screen may have an undo of its own.
    let has_undo = own.clone().any(|binding| binding.name == "undo");
    let undo = named(Context::Screens, &["undo"]).filter(|_| has_screens && !has_undo);
    let settings = named(Context::Screens, &["settings"]).filter(|_| has_screens);
    let others = settings.chain(undo).chain(named(Context::Always, always));
    let key = |binding: &Binding| binding.keys().next().map(|key| key.to_string()).unwrap_or_default();
    let columns = |binding: &&Binding| key(binding).chars().count() + binding.name.chars().count() + 3;
    let mut left = usize::from(width).saturating_sub(first.iter().map(columns).sum());
    let mut has_room = |binding: &&Binding| {
        let fits = columns(binding) <= left;
        left -= if fits { columns(binding) } else { 0 };
        fits
    };
    let shown: Vec<_> =
        own.chain(others).filter(|binding| can(&binding.action)).filter(&mut has_room).chain(first).collect();
    let mut from = 0;
    let hint = |binding: &'static Binding| {
        let to = from + columns(&binding) as u16;
        let hint = Hint { binding, key: key(binding), from, to };
        from = to;
        hint
    };
    shown.into_iter().map(hint).collect()
}
