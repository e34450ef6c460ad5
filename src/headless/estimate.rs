//! `--estimate`

use super::project::Project;
use crate::plan::Estimate;

/// Shows what every layer costs.
pub fn show(project: &Project<'_>) {
    let estimate = Estimate::of(&project.graph);
    project.console.say(&estimate.table(project.console.width()));
    project.console.object("estimate", &estimate);
}
