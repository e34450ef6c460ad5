//! Text truncated to a width.

use crate::text;
use crate::tui::theme::Theme;

/// Returns `text` truncated to `width` columns; a truncated text ends with a mark that the terminal can draw.
pub fn cut(text: &str, width: usize, theme: Theme) -> String {
    let cut = text::cut(text, width);
    if theme.has_glyphs { cut } else { cut.replace('…', "~") }
}
