//! A row of cells: drawn and found under the mouse by the same pieces.

use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

/// A piece of a row.
pub struct Piece {
    /// Its text, as wide as its column.
    pub text: String,
    /// Its style, unless the row is selected.
    pub style: Style,
    /// The index of the cell that is edited in it.
    pub cell: Option<usize>,
}

impl Piece {
    /// A piece without a cell.
    pub fn text(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style, cell: None }
    }

    fn width(&self) -> u16 {
        Span::raw(&self.text).width() as u16
    }
}

/// The state of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selected {
    /// Another row is selected.
    No,
    /// Its cell of this index is under the cursor, in a pane without the focus.
    Unfocused(usize),
    /// Its cell of this index is under the cursor.
    Cell(usize),
    /// A number is being typed into its cell of this index.
    Typed(usize),
}

/// Draws a row of `pieces` into a line: the whole row in the colour of the selection if it is selected, with marks
/// around its selected cell.
pub fn draw(pieces: &[Piece], selected: Selected, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let (mark, left, right) = if theme.has_glyphs { ("▌", "▐", "▌") } else { (">", "[", "]") };
    let mut x = area.x + 1;
    let mut cell = None;
    for piece in pieces {
        let room = usize::from(area.right().saturating_sub(x));
        let is_cell = match selected {
            Selected::No => false,
            Selected::Unfocused(at) | Selected::Cell(at) | Selected::Typed(at) => piece.cell == Some(at),
        };
        if is_cell {
            cell = Some((x, piece.width().min(room as u16)));
        }
        buffer.set_stringn(x, area.y, &piece.text, room, piece.style);
        x = x.saturating_add(piece.width()).min(area.right());
    }
    let has_focus = matches!(selected, Selected::Cell(_) | Selected::Typed(_));
    if selected == Selected::No || area.width == 0 {
        return;
    }
    buffer.set_string(area.x, area.y, mark, theme.accent());
    if has_focus {
        buffer.set_style(Rect { x: area.x + 1, width: area.width - 1, ..area }, theme.selected());
    }
    let Some((x, width)) = cell else { return };
    let style = match selected {
        Selected::Typed(_) => theme.selected_cell().patch(theme.warning()),
        Selected::Cell(_) => theme.selected_cell(),
        _ => theme.accent(),
    };
    buffer.set_style(Rect { x, y: area.y, width, height: 1 }, style);
    if has_focus {
        // The blanks beside a cell belong to its marks.
        for (x, sign) in [(x.checked_sub(1), left), (Some(x + width), right)] {
            if let Some(x) = x.filter(|x| (area.x + 1..area.right()).contains(x))
                && buffer[(x, area.y)].symbol() == " "
            {
                buffer[(x, area.y)].set_symbol(sign).set_style(theme.selected_cell().remove_modifier(UNDERLINED));
            }
        }
    }
}

const UNDERLINED: ratatui::style::Modifier = ratatui::style::Modifier::UNDERLINED;

/// The cell of the piece at the column `x` of a row that begins at `left`.
pub fn cell_at(pieces: &[Piece], left: u16, x: u16) -> Option<usize> {
    let mut from = left + 1;
    for piece in pieces {
        let to = from.saturating_add(piece.width());
        if (from..to).contains(&x) {
            return piece.cell;
        }
        from = to;
    }
    None
}
