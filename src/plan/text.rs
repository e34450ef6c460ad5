//! Formats estimates as text: tables of layers, totals, targets and boards.

use super::arena::GAP;
use super::boards::Verdict;
use super::estimate::{Estimate, LayerEstimate};
use crate::escape;
use crate::text::{cut, thousands};
use std::fmt::Write as _;

const SHORTEST_NAME: usize = 8;

impl Estimate {
    /// Formats layers and totals, at most `width` columns wide if the numbers allow it. Long names are truncated.
    /// Every line ends with a line break.
    #[must_use]
    pub fn table(&self, width: usize) -> String {
        let header = ["layer", "output", "params", "MACs", "flash B", "map B"].map(str::to_owned);
        let row = |layer: &LayerEstimate| {
            let LayerEstimate { name, output, params, macs, weight_bytes, activation_bytes, .. } = layer;
            let counts = [*params, *macs, *weight_bytes, *activation_bytes].map(count);
            let [params, macs, weights, map] = counts;
            [name.clone(), output.to_string(), params, macs, weights, map]
        };
        let rows: Vec<[String; 6]> = std::iter::once(header).chain(self.layers.iter().map(row)).collect();
        let mut columns = [0; 6];
        for row in &rows {
            for (column, cell) in columns.iter_mut().zip(row) {
                *column = (*column).max(cell.chars().count());
            }
        }
        let numbers: usize = columns[1..].iter().map(|column| column + GAP.len()).sum();
        columns[0] = columns[0].min(width.saturating_sub(numbers).max(SHORTEST_NAME));
        let rule = "─".repeat(columns[0] + numbers);
        let mut out = String::new();
        for (index, row) in rows.iter().enumerate() {
            let _ = write!(out, "{:<at$}", cut(&row[0], columns[0]), at = columns[0]);
            for (cell, column) in row.iter().zip(columns).skip(1) {
                let _ = write!(out, "{GAP}{cell:>column$}");
            }
            out.push('\n');
            if index == 0 || index + 1 == rows.len() {
                let _ = writeln!(out, "{rule}");
            }
        }
        out + &self.totals()
    }

    /// The lines below the table.
    fn totals(&self) -> String {
        let totals = [
            ("trainable parameters", thousands(self.params), String::new()),
            ("deployed parameters", thousands(self.deployed_params), "batch norm folded".to_owned()),
            ("MACs", thousands(self.macs), String::new()),
            ("weights", format!("{} B", thousands(self.weight_bytes)), "with constants, in flash".to_owned()),
            ("tables", format!("{} B", thousands(self.table_bytes)), "weights and steps, in flash".to_owned()),
            ("arena", format!("{} B", thousands(self.peak_activation_bytes)), format!("at {}", self.peak_layers)),
            ("object", format!("{} B", thousands(self.ram_bytes)), format!("{}, in RAM", self.precision.word())),
        ];
        // The unit has its own column, so that the digits are aligned.
        let digits = |cell: &str| cell.trim_end_matches(" B").len();
        let widest = totals.iter().map(|(_, cell, _)| digits(cell)).max().unwrap_or(0);
        let line = |(name, cell, note): &(&str, String, String)| {
            let (number, unit) = cell.split_at(digits(cell));
            format!("{name:<20}{GAP}{number:>widest$}{unit:<2}{GAP}{note}").trim_end().to_owned() + "\n"
        };
        totals.iter().map(line).collect()
    }

    /// Formats the processor-specific costs, one line per family.
    #[must_use]
    pub fn target_lines(&self) -> String {
        let cell = |bytes: u64| thousands(bytes) + " B";
        let header = ["processor", "code", "with tables", "stack"].map(str::to_owned);
        let line = |target: &super::TargetEstimate| {
            let [code, flash, stack] = [target.code_bytes, target.flash_bytes, target.stack_bytes].map(cell);
            [target.family.name().to_owned(), code, flash, stack]
        };
        let rows: Vec<[String; 4]> = std::iter::once(header).chain(self.targets.iter().map(line)).collect();
        let write = |[name, code, flash, stack]: &[String; 4]| {
            format!("{name:<20}{GAP}{code:>8}{GAP}{flash:>11}{GAP}{stack:>7}\n")
        };
        rows.iter().map(write).collect()
    }
}

/// Formats a line per board: whether the network fits, or by how much it exceeds RAM or flash.
#[must_use]
pub fn verdict_lines(verdicts: &[Verdict]) -> String {
    let widest = verdicts.iter().map(|verdict| verdict.id.chars().count()).max().unwrap_or(0);
    let part = |what: &str, needed: u64, left: u64| {
        if needed <= left {
            format!("{what} {} of {} B", thousands(needed), thousands(left))
        } else {
            format!("{what} {} over {} B", thousands(needed - left), thousands(left))
        }
    };
    let line = |verdict: &Verdict| {
        let Verdict { id, fits, why, ram_bytes, ram_left, flash_bytes, flash_left, .. } = verdict;
        let (id, fits) = (escape::terminal(id), if *fits { "fits" } else { "no" });
        let (ram, flash) = (part("RAM", *ram_bytes, *ram_left), part("flash", *flash_bytes, *flash_left));
        let why = why.as_ref().map_or_else(|| format!("{ram}, {flash}"), Clone::clone);
        format!("{id:<widest$}{GAP}{fits:<4}{GAP}{why}\n")
    };
    verdicts.iter().map(line).collect()
}

/// Formats a count, or a dash for 0.
fn count(value: u64) -> String {
    if value == 0 { "-".to_owned() } else { thousands(value) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Plan;
    use crate::config::Precision;
    use crate::graph::tests::graph_of;
    use crate::plan::Boards;

    fn estimate(name: &str, precision: Precision) -> Estimate {
        Estimate::of(&graph_of(name, 5), precision, Plan::Smallest)
    }

    #[test]
    fn the_table_is_aligned_and_fits_80_columns() {
        for name in ["pico", "mobilenet", "squeeze"] {
            let table = estimate(name, Precision::Float).table(80);
            let lines: Vec<&str> = table.lines().collect();
            assert!(lines.iter().all(|line| line.chars().count() <= 80), "{table}");
            let rules: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].starts_with('─')).collect();
            assert_eq!(rules.len(), 2, "{table}");
            let wide = lines[rules[0]].chars().count();
            assert!(lines[..rules[1]].iter().all(|line| line.chars().count() == wide), "{table}");
            assert!(!table.contains(" \n"), "{table}");
        }
    }

    #[test]
    fn names_are_cut_where_the_screen_is_narrow() {
        let table = estimate("pico", Precision::Float).table(50);
        assert!(table.contains("block0.…") || table.contains("block0.d…"), "{table}");
    }

    #[test]
    fn targets_and_boards_fit_80_columns_and_say_what_is_missing() {
        let estimate = Estimate { largest_array_bytes: 0, ..estimate("mobilenet", Precision::Float) };
        let verdicts: Vec<Verdict> =
            Boards::built_in().unwrap().0.iter().map(|board| board.verdict(&estimate)).collect();
        let text = estimate.target_lines() + &verdict_lines(&verdicts);
        assert!(text.lines().all(|line| line.chars().count() <= 80 && !line.ends_with(' ')), "{text}");
        let uno = text.lines().find(|line| line.starts_with("uno-r3")).unwrap();
        assert!(uno.contains("  no    RAM ") && uno.contains(" over 1,826 B, flash "), "{uno}");
        let over = verdicts[0].ram_bytes - 1_826;
        assert!(uno.contains(&format!("RAM {} over", thousands(over))), "{uno}");
        assert!(text.contains("esp32-s3           fits  RAM "), "{text}");
    }

    #[test]
    fn a_table_that_no_compiler_for_the_board_can_hold_is_why_it_does_not_fit() {
        let estimate = estimate("mobilenet", Precision::Float);
        let boards = Boards::built_in().unwrap();
        let line = |id: &str, estimate: &Estimate| verdict_lines(&[boards.get(id).unwrap().verdict(estimate)]);
        assert_eq!(line("mega-2560", &estimate), "mega-2560  no    a table takes 123,136 B, AVR holds 32,767 B\n");
        let held = Estimate { largest_array_bytes: 32_767, ..estimate.clone() };
        assert!(line("mega-2560", &held).contains("RAM "), "{}", line("mega-2560", &held));
        assert!(line("uno-r4", &estimate).starts_with("uno-r4  "), "{}", line("uno-r4", &estimate));
        assert!(!line("uno-r4", &estimate).contains("table"));
    }

    #[test]
    fn digits_come_in_threes() {
        for (value, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(value), text);
        }
    }
}
