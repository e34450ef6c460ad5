//! `--estimate`

use super::project::Project;

/// Shows what every layer costs.
pub fn show(project: &Project<'_>) {
    let estimate = project.estimate();
    project.console.say(&estimate.table(project.console.width()));
    project.console.object("estimate", &estimate);
}
