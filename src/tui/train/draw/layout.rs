//! The areas of the panes, and what is at a position.

use super::super::view::{Pane, View};
use super::{confusion, curves, mistakes};
use ratatui::layout::{Position, Rect};

/// Height of the status at the top, in lines.
const STATUS: u16 = 3;
/// Minimum width in columns to draw curves and the other panes side by side.
const WIDE: u16 = 64;
/// Minimum height in lines to draw the mistakes below the confusion matrix.
const MISTAKES: u16 = 9;

/// The areas of the panes; `None` for those that are not shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Areas {
    pub status: Rect,
    pub queue: Option<Rect>,
    pub curves: Option<Rect>,
    pub confusion: Option<Rect>,
    pub mistakes: Option<Rect>,
}

/// Something that can be clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A pane.
    Pane(Pane),
    /// A training, by its index in the list.
    Training(usize),
    /// An epoch in the curves.
    Epoch(u32),
    /// A cell of the matrix: true and predicted class.
    Cell(usize, usize),
    /// A mistake, by its index.
    Mistake(usize),
}

/// Divides `area`, which is that of the screen.
pub fn areas(view: &View<'_>, area: Rect) -> Areas {
    let status = Rect { height: STATUS.min(area.height), ..area };
    let mut rest = Rect { y: status.bottom(), height: area.height - status.height, ..area };
    let mut areas = Areas { status, ..Areas::default() };
    let count = u16::try_from(view.sessions.len()).unwrap_or(u16::MAX);
    if count > 1 {
        let height = (count + 1).min(rest.height / 4).max(3).min(rest.height);
        areas.queue = Some(Rect { height, ..rest });
        rest = Rect { y: rest.y + height, height: rest.height - height, ..rest };
    }
    let Some(session) = view.shown else { return areas };
    if area.width < WIDE {
        match view.pane {
            Pane::Curves | Pane::Queue => areas.curves = Some(rest),
            Pane::Confusion => areas.confusion = Some(rest),
            Pane::Mistakes => areas.mistakes = Some(rest),
        }
        return areas;
    }
    let left = Rect { width: rest.width / 2, ..rest };
    let right = Rect { x: left.right() + 1, width: (rest.width - left.width).saturating_sub(1), ..rest };
    areas.curves = Some(left);
    // The height of the matrix depends on the number of classes; the mistakes are below it if there is room.
    let classes = session.insight(view.is_best).confusion.len();
    let wanted = u16::try_from(classes + 3).unwrap_or(u16::MAX).clamp(7, (right.height * 3 / 5).max(7));
    if right.height >= wanted.saturating_add(MISTAKES) {
        areas.confusion = Some(Rect { height: wanted, ..right });
        areas.mistakes = Some(Rect { y: right.y + wanted, height: right.height - wanted, ..right });
    } else if view.pane == Pane::Mistakes {
        areas.mistakes = Some(right);
    } else {
        areas.confusion = Some(right);
    }
    areas
}

/// What is at the position `at`, if `area` is that of the screen.
pub fn target(view: &View<'_>, area: Rect, at: Position) -> Option<Target> {
    let session = view.shown.filter(|_| view.viewer.is_none())?;
    let areas = areas(view, area);
    let within = |area: Option<Rect>| area.filter(|area| area.contains(at));
    if let Some(area) = within(areas.queue) {
        let training = super::queue::at(view, area, at).map(Target::Training);
        return Some(training.unwrap_or(Target::Pane(Pane::Queue)));
    }
    if let Some(area) = within(areas.curves) {
        let epoch = curves::epoch_at(view, session, area, at).map(Target::Epoch);
        return Some(epoch.unwrap_or(Target::Pane(Pane::Curves)));
    }
    if let Some(area) = within(areas.confusion) {
        let cell = confusion::cell_at(view, session, area, at).map(|(truth, predicted)| Target::Cell(truth, predicted));
        return Some(cell.unwrap_or(Target::Pane(Pane::Confusion)));
    }
    let area = within(areas.mistakes)?;
    let mistake = mistakes::at(view, session, area, at).map(Target::Mistake);
    Some(mistake.unwrap_or(Target::Pane(Pane::Mistakes)))
}
