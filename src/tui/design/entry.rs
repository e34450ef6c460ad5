//! Editing of a cell by steps and by digits.

use super::{Cell, Reply, Sheet, State, cells};
use crate::config::{Legal, Range};
use crate::text::fixed;

impl State {
    /// Sets the cell under the cursor to `value`; `tag` is that of the undo step.
    pub(super) fn write(&mut self, sheet: &mut Sheet, value: &str, tag: Option<u64>, reply: &mut Reply) {
        let Some((place, cell)) = self.selected(sheet) else { return };
        match cells::edit(&cell, place, value).and_then(|edit| sheet.edit(tag, &edit)) {
            Ok(()) => {
                if let Some(fault) = sheet.faults().and_then(|faults| faults.0.first()) {
                    reply.warn(fault.message.clone());
                }
            }
            Err(error) => Self::cannot(sheet, &error, reply),
        }
    }

    pub(super) fn step_cell(&mut self, sheet: &mut Sheet, by: i32, reply: &mut Reply) {
        let Some((_, cell)) = self.selected(sheet) else { return };
        let next = match cell.legal(sheet.boards()) {
            Legal::Number(range) => {
                let value = cell.value.parse::<f64>().ok();
                let step = f64::from(by) * step_of(&cell, &range, value.unwrap_or(0.0), by);
                // From a word such as auto, the first step leads to the minimum.
                let next = value.map_or_else(|| range.least.unwrap_or(0.0), |value| above(value + step, &range, step));
                number(range.clamp(next))
            }
            Legal::Choice(words) => {
                let at = words.iter().position(|word| *word == cell.value).unwrap_or(0) as i64;
                words[(at + i64::from(by.signum())).rem_euclid(words.len() as i64) as usize].clone()
            }
            Legal::Flag => (cell.value != "true").to_string(),
            Legal::Text => return self.open_cell(sheet, reply),
        };
        if next == cell.value {
            reply.warn(format!("{} is at its limit", cell.label));
        } else {
            self.write(sheet, &next, None, reply);
        }
    }

    pub(super) fn type_digit(&mut self, sheet: &mut Sheet, digit: char, reply: &mut Reply) {
        let Some((_, cell)) = self.selected(sheet) else { return };
        let legal = cell.legal(sheet.boards());
        if let Legal::Choice(words) = &legal {
            match words.iter().find(|word| word.starts_with(digit)) {
                Some(word) => self.write(sheet, &word.clone(), None, reply),
                None => reply.warn(format!("{} can be {}", cell.label, words.join(", "))),
            }
            return;
        }
        let Legal::Number(range) = legal else { return };
        let (digits, before) = match self.typed.take() {
            Some((digits, before)) => (digits, before),
            None => (String::new(), sheet.text().to_owned()),
        };
        let typed = digits.clone() + &digit.to_string();
        // At most one decimal point, and at most 9 characters.
        let is_fine = typed.len() <= 9 && (digit != '.' || (!range.is_whole && !digits.contains('.')));
        let digits = if is_fine { typed } else { digits };
        self.typed = Some((digits, before));
        self.write_typed(sheet, reply);
    }

    pub(super) fn erase(&mut self, sheet: &mut Sheet, reply: &mut Reply) {
        let Some((mut digits, before)) = self.typed.take() else { return };
        digits.pop();
        self.typed = Some((digits, before));
        self.write_typed(sheet, reply);
    }

    /// Sets the cell to the number typed so far; without digits, restores its value from before.
    pub(super) fn write_typed(&mut self, sheet: &mut Sheet, reply: &mut Reply) {
        let Some((digits, before)) = self.typed.clone() else { return };
        let tag = self.step;
        if digits.trim_matches('.').is_empty() {
            sheet.replace(before, Some(tag));
            return;
        }
        let value = match digits.split_once('.') {
            Some((whole, fraction)) => format!("{}.{fraction:0<1}", if whole.is_empty() { "0" } else { whole }),
            // TOML numbers have no leading zeros.
            None => digits.trim_start_matches('0').to_owned(),
        };
        self.write(sheet, if value.is_empty() { "0" } else { &value }, Some(tag), reply);
    }

    pub(super) fn cancel(&mut self, sheet: &mut Sheet) {
        if let Some((_, before)) = self.typed.take() {
            sheet.replace(before, Some(self.step));
        }
        self.end_typing(sheet);
    }

    pub(super) fn take_default(&mut self, sheet: &mut Sheet, reply: &mut Reply) {
        let Some((_, cell)) = self.selected(sheet) else { return };
        match cell.default() {
            Some(value) => self.write(sheet, &value, None, reply),
            None => reply.warn(format!("{} has no default", cell.label)),
        }
    }

    /// Ends typing of a number; one that is illegal stays to be corrected.
    pub(super) fn commit(&mut self, sheet: &mut Sheet, reply: &mut Reply) {
        match sheet.faults().and_then(|faults| faults.0.first()) {
            Some(fault) => reply.warn(format!("{}; Esc restores the value", fault.message)),
            None => self.end_typing(sheet),
        }
    }
}

/// The size of a step of a number.
fn step_of(cell: &Cell, range: &Range, value: f64, by: i32) -> f64 {
    // Numbers from which small steps are small, and above which large ranges go by whole steps. So do factors of
    // several times, such as the expansion.
    const SMALL: f64 = 0.1;
    const LARGE: f64 = 180.0;
    let default = cell.default().and_then(|default| default.parse::<f64>().ok()).unwrap_or(0.0);
    let is_tiny = default < 0.05 && value > 0.0 && (value < SMALL || (by < 0 && value <= SMALL));
    if range.is_whole || default >= 2.0 || range.most.is_some_and(|most| most >= LARGE) {
        1.0
    } else if is_tiny {
        // One in the first digit: 0.001, 0.002, and back from 0.01 to 0.009.
        let from = if by < 0 { value * 0.999 } else { value * 1.001 };
        10f64.powf(from.log10().floor())
    } else {
        0.05
    }
}

/// `value`, or one step above the minimum if that is exclusive and `value` does not exceed it.
fn above(value: f64, range: &Range, step: f64) -> f64 {
    match range.least {
        Some(least) if range.is_open && value <= least => least + step.abs(),
        _ => value,
    }
}

/// A number as written in a file, rounded to 9 decimals.
fn number(value: f64) -> String {
    let rounded = (value * 1e9).round() / 1e9;
    if rounded.fract() == 0.0 && value.abs() < 1e9 { fixed(rounded, 0) } else { rounded.to_string() }
}
