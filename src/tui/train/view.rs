//! The view of the Train screen.

use super::session::Session;
use crate::tui::design::Sheet;

/// A pane of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
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
    /// Whether the axis of the loss is logarithmic.
    pub is_log: bool,
    /// Scroll offset of the confusion matrix: rows and columns.
    pub scroll: (usize, usize),
    /// Scroll offset of the mistakes.
    pub first: usize,
}
