//! The list of boards, with what a network takes and leaves.

use super::sheet::Sheet;
use crate::plan::{Board, Verdict};
use crate::text::thousands;
use crate::tui::action::{Action, Design};
use crate::tui::dialog::Choice;

/// Widths of the columns of boards: RAM, flash, clock, and the rest of RAM and flash.
const COLUMNS: [usize; 5] = [9, 8, 3, 8, 10];

fn in_columns(fits: &str, cells: &[String; 5], end: &str) -> String {
    let cells = cells.iter().zip(COLUMNS).map(|(cell, width)| format!(" {cell:>width$}"));
    format!("{fits:<8}{}  {end}", cells.collect::<String>())
}

/// The headings of the columns of [`boards`].
#[must_use]
pub fn board_heading() -> String {
    in_columns("fits", &["RAM B", "flash kB", "MHz", "RAM left", "flash left"].map(str::to_owned), "")
}

/// All boards, and none: memory, clock, what the network leaves, and whether it fits, in words.
#[must_use]
pub fn boards(sheet: &Sheet) -> Vec<Choice> {
    let Some(model) = sheet.model() else { return Vec::new() };
    let is_known = model.pending.is_none();
    let none = Choice {
        name: "none".into(),
        help: in_columns("-", &["-"; 5].map(str::to_owned), "compare with all boards"),
        action: Action::Design(Design::OnBoard(String::new())),
    };
    let line = |board: &Board, verdict: &Verdict| {
        let rest = |rest: i64| match rest {
            _ if !is_known => "…".to_owned(),
            rest if rest < 0 => format!("−{}", thousands(rest.unsigned_abs())),
            rest => thousands(rest.unsigned_abs()),
        };
        let size =
            [u64::from(board.ram_bytes), u64::from(board.flash_bytes / 1000), u64::from(board.clock_hz / 1_000_000)];
        let [ram, flash, clock] = size.map(thousands);
        let fits = if is_known { fit_words(verdict) } else { "" };
        in_columns(fits, &[ram, flash, clock, rest(verdict.ram.rest()), rest(verdict.flash.rest())], &board.name)
    };
    let named = sheet.boards().0.iter().zip(&*model.verdicts).map(|(board, verdict)| Choice {
        name: board.id.clone(),
        help: line(board, verdict),
        action: Action::Design(Design::OnBoard(board.id.clone())),
    });
    std::iter::once(none).chain(named).collect()
}

/// All boards, and none, in brief: whether the network fits, and the name.
#[must_use]
pub fn boards_in_brief(sheet: &Sheet) -> Vec<Choice> {
    let Some(model) = sheet.model() else { return Vec::new() };
    let brief = |id: &str, fits: &str, name: &str| Choice {
        name: if id.is_empty() { "none".to_owned() } else { id.to_owned() },
        help: format!("{fits:<10}{name}"),
        action: Action::Design(Design::OnBoard(id.to_owned())),
    };
    let named = sheet.boards().0.iter().zip(&*model.verdicts).map(|(board, verdict)| {
        brief(&board.id, if model.pending.is_none() { fit_words(verdict) } else { "…" }, &board.name)
    });
    std::iter::once(brief("", "-", "compare with all boards")).chain(named).collect()
}

/// Whether a network fits, in words.
#[must_use]
pub const fn fit_words(verdict: &Verdict) -> &'static str {
    match (verdict.fits, verdict.ram.rest() < 0, verdict.flash.rest() < 0) {
        (true, ..) => "fits",
        (_, true, true) => "no: both",
        (_, true, false) => "no: RAM",
        (_, false, true) => "no: flash",
        (_, false, false) => "no: limit",
    }
}
