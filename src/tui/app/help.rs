//! The help page: an explanation of the item under the cursor, and the key bindings.

use crate::escape;
use crate::text::wrap;
use crate::tui::dialog::{Dialog, Page};
use crate::tui::keymap::{Context, bindings};
use crate::tui::screen::Topic;
use crate::tui::theme::Theme;
use ratatui::text::{Line, Span};

/// Maximum width of paragraphs, in columns.
const WIDTH: usize = 74;

/// Returns a page with the explanation of the item under the cursor, and all key bindings, those of the current
/// contexts `now` first.
pub fn keys(topic: Option<Topic>, now: &[Context], theme: Theme) -> Dialog {
    let others = Context::ALL.iter().filter(|context| !now.contains(context));
    let mut lines = topic.map_or_else(Vec::new, |topic| explained(&topic, theme));
    for context in now.iter().chain(others) {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::from(Span::styled(context.title(), theme.accent())));
        for binding in bindings().iter().filter(|binding| binding.context == *context) {
            lines.push(Line::from(vec![
                Span::styled(format!("  {:<18}", binding.shown()), theme.label()),
                Span::raw(binding.help),
            ]));
        }
        if matches!(context, Context::Design | Context::Settings) {
            lines.push(Line::from(vec![
                Span::styled(format!("  {:<18}", "0 … 9 ."), theme.label()),
                Span::raw("Type a number into the cell"),
            ]));
        }
    }
    Dialog::Page(Page::new("Help", lines))
}

/// The lines of an explanation.
fn explained(topic: &Topic, theme: Theme) -> Vec<Line<'static>> {
    let title = Line::from(Span::styled(escape::terminal(&topic.title), theme.accent()));
    let paragraphs = topic.paragraphs.iter().map(|text| escape::terminal(text));
    let lines = paragraphs.flat_map(|text| {
        let lines = wrap(&text, WIDTH).into_iter().map(|line| Line::from(format!("  {line}")));
        lines.collect::<Vec<_>>()
    });
    std::iter::once(title).chain(lines).collect()
}
