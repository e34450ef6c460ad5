//! What can be refused before images are read and networks trained.

use super::Failure;
use super::project::Project;
use crate::codegen::CodegenError;
use crate::files::check_writable;
use crate::jobs::EXPORTS;
use crate::plan::Boards;
use std::path::Path;

/// Refuses a board that is not known, and an export that could not be written at the end.
pub fn check(project: &Project<'_>) -> Result<(), Failure> {
    let request = project.request;
    if request.board.is_some() {
        project.board(&Boards::beside(&project.config_path)?)?;
    }
    if request.export {
        // --estimate says the same beside its figures.
        if let Some(limit) = project.estimate().limit.filter(|_| !request.estimate) {
            return Err(CodegenError::Limit(limit).into());
        }
        check_writable(request.output.as_deref().unwrap_or(Path::new(EXPORTS)))?;
    }
    Ok(())
}
