//! The explanation of the cell under the cursor, for the help page.

use super::range::state_line;
use super::{Sheet, State};
use crate::tui::screen::Topic;

impl State {
    /// The explanation of the cell under the cursor, with its paper.
    pub(super) fn explain(&self, sheet: &Sheet) -> Option<Topic> {
        let (_, cell) = self.selected(sheet)?;
        let explanation = &cell.info()?.explanation;
        let mut paragraphs = vec![explanation.line.clone(), format!("Cost: {}", explanation.cost)];
        paragraphs.extend(explanation.measured.iter().map(|text| format!("Measured: {text}")));
        paragraphs.extend(explanation.more.iter().cloned());
        paragraphs.push(state_line(&cell, sheet.saved_value(&cell.key).as_deref(), sheet.boards()));
        paragraphs.extend(explanation.paper.iter().map(|paper| format!("Paper: {paper}.")));
        Some(Topic { title: format!("{} ({})", cell.label, cell.key), paragraphs })
    }
}
