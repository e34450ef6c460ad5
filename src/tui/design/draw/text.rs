//! The text editor with syntax highlighting.

use super::super::view::{Pane, View};
use crate::config::Place;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame::titled;
use crate::tui::widgets::syntax;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget as _;
use unicode_width::UnicodeWidthChar as _;

/// Draws the editor with syntax highlighting; the number of the first line with an error is marked.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    if area.height == 0 {
        return;
    }
    let has_focus = view.pane == Pane::Text;
    let name = crate::escape::terminal(&view.sheet.name());
    let inner = titled(&name, has_focus, area, buffer, theme);
    let widget = view.editor.widget();
    widget.render(inner, buffer);
    let (top, left) = widget.scroll_offset();
    let gutter = widget.line_number_width();
    let wrong = view.sheet.faults().and_then(|faults| faults.0.first()).and_then(|fault| match fault.place {
        Place::Text { line, .. } => Some(line - 1),
        _ => None,
    });
    for (number, y) in (usize::from(top)..).zip(inner.y..inner.bottom()) {
        let Some(line) = widget.lines().get(number) else { break };
        let style = match number {
            number if wrong == Some(number) => theme.bad(),
            number if number == view.editor.cursor().0 && !has_focus => theme.accent(),
            _ => theme.dim(),
        };
        buffer.set_style(Rect { y, height: 1, width: gutter.min(inner.width), ..inner }, style);
        if number == view.editor.cursor().0 && !has_focus && buffer[(inner.x, y)].symbol() == " " {
            buffer.set_string(inner.x, y, if theme.has_glyphs { "▌" } else { ">" }, theme.accent());
        }
        for (range, token) in syntax::toml(line) {
            let style = token.style(theme);
            let (Some(before), Some(part)) = (line.get(..range.start), line.get(range)) else { continue };
            let mut column = cells(before);
            for letter in part.chars() {
                let x = (usize::from(inner.x + gutter) + column).checked_sub(usize::from(left));
                if let Some(x) =
                    x.and_then(|x| u16::try_from(x).ok()).filter(|x| (inner.x + gutter..inner.right()).contains(x))
                    && let Some(cell) = buffer.cell_mut(Position { x, y })
                {
                    // Modifiers of the cursor and the selection are kept.
                    cell.set_style(style);
                }
                column += letter.width().unwrap_or(0);
            }
        }
        let room = usize::from(inner.width.saturating_sub(gutter)) + usize::from(left);
        if cells(line) > room && inner.width > gutter {
            buffer.set_string(inner.right() - 1, y, "…", theme.dim());
        }
    }
}

/// Width of `text` on the screen, with tab stops as in the editor.
fn cells(text: &str) -> usize {
    const TAB: usize = 4;
    text.chars()
        .fold(0, |at, letter| if letter == '\t' { (at / TAB + 1) * TAB } else { at + letter.width().unwrap_or(0) })
}
