//! The Linux console: sixteen colours, and a font of few signs.

use super::terminal::Terminal;
use super::{DOWN, ENTER, ESC, folder_with};

/// Function keys as the console sends them.
const KEYS: [&str; 5] = ["\x1b[[A", "\x1b[[B", "\x1b[[C", "\x1b[[D", "\x1b[[E"];
const TAB: &str = "\t";

/// Signs beside ASCII that the console's fonts have.
fn is_in_font(sign: char) -> bool {
    "─│┌┐└┘├┤┬┴┼█▀▄▌▐░▒▓".contains(sign) || ('\u{a1}'..='\u{ff}').contains(&sign)
}

/// Whether a number in a choice of colours is one that every console knows, or passes over: 59, the
/// underline in the colour of the letters.
fn is_plain(number: &str) -> bool {
    let known =
        |number: u8| matches!(number, 0 | 1 | 4 | 7 | 22 | 24 | 27 | 30..=37 | 39 | 40..=47 | 49 | 59 | 90..=97);
    number.is_empty() || number.parse().is_ok_and(known)
}

/// What the console does not understand in `text`: signs, and choices of colours.
fn unknown(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut parts = text.split('\x1b');
    let mut signs = |text: &str| {
        let other = |sign: char| !(matches!(sign, ' '..='~' | '\r' | '\n' | '\x07') || is_in_font(sign));
        found.extend(text.match_indices(other).map(|(at, sign)| {
            let around: String = text[..at].chars().rev().take(20).collect();
            format!("{sign:?} behind {:?}", around.chars().rev().collect::<String>())
        }));
    };
    signs(parts.next().unwrap());
    let mut colours = Vec::new();
    for part in parts {
        let Some(sequence) = part.strip_prefix('[') else { continue };
        let end = sequence.find(|byte: char| byte.is_ascii_alphabetic()).unwrap();
        if &sequence[end..=end] == "m" && !sequence[..end].split(';').all(is_plain) {
            colours.push(format!("\\e[{}m", &sequence[..end]));
        }
        signs(&sequence[end + 1..]);
    }
    found.extend(colours);
    found.sort();
    found.dedup();
    found
}

#[test]
fn every_screen_shows_what_the_console_knows() {
    let folder = folder_with("pico");
    let variables = [("TERM", "linux"), ("COLORTERM", "truecolor")];
    let arguments = ["--config", "net.toml", "--set", "train.epochs=2"];
    let mut terminal = Terminal::with(folder.path(), &arguments, &variables);
    let mut seen = 0;
    let mut look = |terminal: &mut Terminal, what: &str| {
        terminal.settle();
        let text = String::from_utf8(terminal.bytes[seen..].to_vec()).unwrap();
        seen = terminal.bytes.len();
        assert_eq!(unknown(&text), <[String; 0]>::default(), "{what}:\n{}", terminal.text());
    };
    terminal.wait_for("Network").send("7").wait_for("16x16x7").send(DOWN);
    look(&mut terminal, "Design");
    terminal.send("?").wait_for("Design: the table");
    look(&mut terminal, "help");
    terminal.send(ESC).wait_for("Costs").send("b").wait_for("Board");
    look(&mut terminal, "boards");
    terminal.send("uno").send(ENTER).wait_for("Uno").send("e").wait_for("Esc table");
    look(&mut terminal, "text");
    terminal.send(ESC).wait_for("D duplicate").send("\x10").wait_for("Commands");
    look(&mut terminal, "commands");
    terminal.send(ESC).wait_for("D duplicate").send(KEYS[1]).wait_for("read 7,000 images").send("v");
    look(&mut terminal, "Data");
    terminal.send(KEYS[2]).wait_for("trains it").send("t").wait_for("images/s").wait_for("epoch 2/2");
    for pane in ["curves", "confusion", "mistakes"] {
        terminal.take(std::time::Duration::from_millis(300));
        terminal.send(TAB);
        look(&mut terminal, pane);
    }
    terminal.wait_for("done, runs/");
    look(&mut terminal, "Train");
    terminal.send(KEYS[3]).wait_for("quantises and compares").send("w").wait_for("wrote 3 files");
    for pane in ["figures", "memory", "header"] {
        look(&mut terminal, pane);
        terminal.send(TAB);
    }
    terminal.send(KEYS[4]).wait_for("1 run").send("p");
    look(&mut terminal, "Runs");
    terminal.send("q").settle();
}

#[test]
fn what_the_console_does_not_know_is_found() {
    assert_eq!(unknown("\x1b[38;5;4m\x1b[94ma ─\x1b[0m\x1b[2;3H\r\n"), ["\\e[38;5;4m"]);
    assert_eq!(unknown("ab⠁"), [r#""⠁" behind "ab""#]);
}
