//! The view of the Train screen.

use super::session::{Insight, Session};
use crate::tui::design::Sheet;

/// A pane of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// The list of trainings.
    Queue,
    /// The curves.
    #[default]
    Curves,
    /// The confusion matrix.
    Confusion,
    /// Misclassified images.
    Mistakes,
}

/// The data to draw the screen.
#[derive(Debug)]
pub struct View<'a> {
    /// The open text and its network.
    pub sheet: &'a Sheet,
    /// All trainings since the start of the workbench.
    pub sessions: &'a [Session],
    /// The visible training.
    pub shown: Option<&'a Session>,
    /// The focused pane.
    pub pane: Pane,
    /// How the curves are drawn.
    pub curves: CurveStyle,
    /// The epoch whose values are shown; `None` without a cursor.
    pub cursor: Option<u32>,
    /// Whether matrix and mistakes are of the best epoch, not of the last.
    pub is_best: bool,
    /// The selected cell of the confusion matrix: true and predicted class.
    pub cell: (usize, usize),
    /// The index of the selected mistake.
    pub mistake: usize,
    /// The images that are shown large in place of the panes.
    pub viewer: Option<&'a Viewer>,
}

/// How curves are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CurveStyle {
    /// Whether the axis of the loss is logarithmic.
    pub is_log: bool,
    /// Whether curves are drawn without smoothing.
    pub is_raw: bool,
}

/// Images shown large, one at a time.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The id of their training.
    pub session: u64,
    /// The predictions for them, which later epochs do not change.
    pub insight: Insight,
    /// The images, as indices of validation images.
    pub images: Vec<u32>,
    /// The index of the visible one in `images`.
    pub at: usize,
}

impl Viewer {
    /// The visible image.
    #[must_use]
    pub fn image(&self) -> Option<u32> {
        self.images.get(self.at).copied()
    }
}
