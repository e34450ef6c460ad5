//! Checks before images are loaded and networks are trained.

use super::project::Project;
use super::{Failure, export};
use crate::files::check_writable;
use crate::plan::Boards;

/// Refuses unknown boards, and exports that could not be written at the end.
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
