//! Substitution of characters that the font of the Linux console, with 256 or 512 glyphs, lacks.

use ratatui::buffer::Buffer;

/// Replaces characters that the console's font lacks in the whole buffer, which includes names of files and classes.
pub fn spell_out(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if cell.symbol().chars().all(is_in_font) {
            continue;
        }
        let sign =
            cell.symbol().chars().next().map_or(' ', |sign| if is_in_font(sign) { sign } else { substitute(sign) });
        cell.set_char(sign);
    }
}

/// Whether the default fonts of consoles have this character: ASCII, Latin-1 (without the soft hyphen
/// and the no-break space, which look like others), and the box-drawing and block characters of code page 437.
const fn is_in_font(sign: char) -> bool {
    matches!(sign, ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='ÿ')
        || matches!(sign, '─' | '│' | '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼')
        || matches!(sign, '█' | '▀' | '▄' | '▌' | '▐' | '░' | '▒' | '▓')
}

/// Returns a character of the font for one that it lacks.
const fn substitute(sign: char) -> char {
    match sign {
        '→' | '▶' | '▸' | '›' => '>',
        '←' | '◀' | '◂' | '‹' => '<',
        '↑' | '▴' | '▲' => '^',
        '↓' | '▾' | '▼' => 'v',
        '…' => '~',
        '−' | '–' | '—' | '‐' | '‑' | '╌' => '-',
        '✓' => '=',
        '●' | '•' => '*',
        '○' => 'o',
        'Σ' => 'S',
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        '\u{a0}' => ' ',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn what_the_font_lacks_becomes_something_it_has() {
        let spelled = |text: &str| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
            buffer.set_string(0, 0, text, Style::new());
            spell_out(&mut buffer);
            buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned()
        };
        assert_eq!(spelled("47x47→3…"), "47x47>3~");
        assert_eq!(spelled("Gänse 61 °C"), "Gänse 61 °C");
        assert_eq!(spelled("┌─┐█▀░"), "┌─┐█▀░");
        assert_eq!(spelled("╭▏⠁●✓"), "???*=");
        // A character of two columns is followed by a space.
        assert_eq!(spelled("日本x"), "? ? x");
        // A letter loses its combining mark.
        assert_eq!(spelled("e\u{301}x"), "ex");
    }
}
