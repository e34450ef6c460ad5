//! What can be refused before images are read and networks trained.

use super::project::Project;
use super::{Failure, export};
use crate::files::check_writable;
use crate::plan::Boards;

/// Refuses a board that is not known, and an export that could not be written at the end.
pub fn check(project: &Project<'_>) -> Result<(), Failure> {
    let request = project.request;
    if request.board.is_some() {
        project.board(&Boards::beside(&project.config_path)?)?;
    }
    if request.export {
        export::check(project)?;
        check_writable(request.output.as_deref().unwrap_or(&request.folders.exports))?;
    }
    Ok(())
}
