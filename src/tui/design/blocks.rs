//! Adding, duplicating, deleting and moving of blocks.

use super::{FIRST_ROW, Place, Reply, Sheet, State};
use crate::config::{BlockKind, Edit};

impl State {
    /// The index of the block under the cursor; `None` if the row is not a block.
    pub(super) fn block(&self, sheet: &Sheet) -> Option<usize> {
        match self.selected(sheet)?.0 {
            Place::Block(index) => Some(index),
            _ => None,
        }
    }

    pub(super) fn add(&mut self, sheet: &mut Sheet, kind: BlockKind, reply: &mut Reply) {
        let rows = Self::rows(sheet);
        let (at, row) = match rows.get(self.row).map(|row| row.place) {
            Some(Place::Block(index)) => (index + 1, self.row + 1),
            Some(Place::Head) => (usize::MAX, self.row),
            _ => (0, FIRST_ROW),
        };
        // The same number of filters as the row before.
        let filters = rows[..row.min(rows.len())]
            .iter()
            .rev()
            .find_map(|row| row.cells.iter().find(|cell| cell.label == "filters")?.value.parse::<u32>().ok());
        match sheet.edit(None, &Edit::AddBlock { at, kind, filters: filters.unwrap_or(8) }) {
            Ok(()) => (self.row, self.cell) = (row, 1),
            Err(error) => Self::cannot(sheet, &error, reply),
        }
    }

    pub(super) fn on_block(&mut self, sheet: &mut Sheet, reply: &mut Reply, edit: impl FnOnce(usize) -> Edit) {
        let Some(at) = self.block(sheet) else {
            reply.warn("there is no block under the cursor");
            return;
        };
        if let Err(error) = sheet.edit(None, &edit(at)) {
            Self::cannot(sheet, &error, reply);
        }
    }

    pub(super) fn shift(&mut self, sheet: &mut Sheet, down: bool, reply: &mut Reply) {
        let count = sheet.model().map_or(0, |model| model.spec.config.blocks.len());
        let Some(at) = self.block(sheet) else { return self.on_block(sheet, reply, Edit::RemoveBlock) };
        let to = if down { at + 1 } else { at.wrapping_sub(1) };
        if to >= count {
            return;
        }
        self.on_block(sheet, reply, |from| Edit::MoveBlock { from, to });
        if sheet.faults().is_none() {
            self.row = if down { self.row + 1 } else { self.row - 1 };
        }
    }
}
