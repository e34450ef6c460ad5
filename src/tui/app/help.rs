//! Help and command palette, generated from the key bindings.

use crate::tui::dialog::{Choice, Choose, Dialog, Page};
use crate::tui::keymap::{BINDINGS, Context};
use crate::tui::theme::Theme;
use ratatui::text::{Line, Span};

/// Returns a page with all key bindings, those of the current contexts `now` first.
pub fn keys(now: &[Context], theme: Theme) -> Dialog {
    let others = Context::ALL.iter().filter(|context| !now.contains(context));
    let mut lines = Vec::new();
    for context in now.iter().chain(others) {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::from(Span::styled(context.title(), theme.accent())));
        for binding in BINDINGS.iter().filter(|binding| binding.context == *context) {
            lines.push(Line::from(vec![
                Span::styled(format!("  {:<18}", binding.shown()), theme.label()),
                Span::raw(binding.help),
            ]));
        }
        if *context == Context::Design {
            lines.push(Line::from(vec![
                Span::styled(format!("  {:<18}", "0 … 9 ."), theme.label()),
                Span::raw("Type a number into the cell"),
            ]));
        }
    }
    Dialog::Page(Page::new("Keys", lines))
}

/// Returns the command palette.
pub fn palette() -> Dialog {
    let named = BINDINGS.iter().filter(|binding| !binding.name.is_empty());
    let named = named.filter(|binding| !matches!(binding.context, Context::Dialog | Context::Prompt));
    let choice = |binding: &crate::tui::keymap::Binding| {
        let place = match binding.context {
            Context::Always | Context::Screens => String::new(),
            context => format!("{}: ", context.title().split(':').next().unwrap_or_default().to_lowercase()),
        };
        Choice {
            name: format!("{place}{}", binding.name),
            help: format!("{} ({})", binding.help, binding.shown()),
            action: binding.action.clone(),
        }
    };
    Dialog::Choose(Choose::new("Commands", named.map(choice).collect(), 0))
}
