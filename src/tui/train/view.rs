//! What is drawn of the Train screen.

use super::session::Session;
use crate::tui::design::Sheet;

/// The part of the screen that has the focus.
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

/// All that is drawn of the screen.
#[derive(Debug)]
pub struct View<'a> {
    /// The network that would be trained.
    pub sheet: &'a Sheet,
    /// All trainings of this session of the workbench.
    pub sessions: &'a [Session],
    /// The training that is shown.
    pub shown: Option<&'a Session>,
    /// The part that has the focus.
    pub pane: Pane,
    /// Whether the axis of the loss is logarithmic.
    pub is_log: bool,
    /// Rows and columns of the confusion matrix that are scrolled past.
    pub scroll: (usize, usize),
    /// Mistakes that are scrolled past.
    pub first: usize,
}
