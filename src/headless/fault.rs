//! Classification of errors: whether the system failed, and which file is concerned.

use crate::codegen::CodegenError;
use crate::config::{Diagnostic, Diagnostics, Place};
use crate::data::DataError;
use crate::files::FileError;
use crate::jobs::{DatasetError, ReadWeightsError, TeachingError, TrainingError};
use crate::runs::RunError;
use crate::train::TrainError;
use serde_json::{Map, Value};
use std::error::Error;
use std::io::{self, ErrorKind};
use std::path::Path;

/// `errno` values without an [`ErrorKind`] of their own: device errors, and too many open files.
const DEVICE: [i32; 3] = [5, 23, 24];

/// Whether it is a system error: disk full, no permission, device error. A missing or wrong file is not.
pub fn is_of_system(error: &anyhow::Error) -> bool {
    let refused = |place: &Place| matches!(place, Place::Refused(_));
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(is_refusal))
        || diagnostics_in(error.as_ref()).is_some_and(|found| found.0.iter().any(|one| refused(&one.place)))
}

fn is_refusal(error: &io::Error) -> bool {
    let kinds = [
        ErrorKind::PermissionDenied,
        ErrorKind::StorageFull,
        ErrorKind::QuotaExceeded,
        ErrorKind::FileTooLarge,
        ErrorKind::ReadOnlyFilesystem,
        ErrorKind::WriteZero,
        ErrorKind::OutOfMemory,
    ];
    kinds.contains(&error.kind()) || error.raw_os_error().is_some_and(|code| DEVICE.contains(&code))
}

/// The JSON objects of the error: one per wrong place in the configuration.
pub fn objects(error: &anyhow::Error, message: String) -> Vec<Map<String, Value>> {
    if let Some(found) = diagnostics_in(error.as_ref()) {
        return found.0.iter().map(object).collect();
    }
    let mut object = Map::from_iter([("message".to_owned(), message.into())]);
    if let Some(file) = error.chain().find_map(file_of) {
        object.insert("file".into(), file.display().to_string().into());
    }
    if let Some(RunError::Content { line, .. }) = error.downcast_ref() {
        object.insert("line".into(), (*line).into());
    }
    vec![object]
}

fn object(diagnostic: &Diagnostic) -> Map<String, Value> {
    let mut object = Map::from_iter([("message".to_owned(), diagnostic.to_string().into())]);
    match &diagnostic.place {
        Place::Text { file, line, column, .. } => {
            object.insert("file".into(), file.as_str().into());
            object.insert("line".into(), (*line).into());
            object.insert("column".into(), (*column).into());
        }
        Place::File(file) | Place::Refused(file) => drop(object.insert("file".into(), file.as_str().into())),
        Place::Argument(argument) => drop(object.insert("argument".into(), argument.as_str().into())),
    }
    if !diagnostic.key.steps().is_empty() {
        object.insert("key".into(), diagnostic.key.to_string().into());
    }
    if let Some(help) = &diagnostic.help {
        object.insert("help".into(), help.as_str().into());
    }
    object
}

fn diagnostics_in<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Diagnostics> {
    if let Some(DatasetError::Config(found)) = error.downcast_ref() {
        return Some(found);
    }
    match error.downcast_ref::<TeachingError>() {
        Some(TeachingError::Config(found)) => Some(found),
        _ => error.downcast_ref(),
    }
}

/// The file or folder of a single error. Transparent errors are not in the chain of [`Error::source`], so that each
/// kind is handled.
fn file_of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Path> {
    if let Some(error) = error.downcast_ref::<FileError>() {
        return Some(&error.path);
    }
    if let Some(error) = error.downcast_ref::<RunError>() {
        return match error {
            RunError::File(error) => Some(&error.path),
            RunError::Occupied { path, .. }
            | RunError::Begun { path }
            | RunError::NotARun { path, .. }
            | RunError::Later { path, .. }
            | RunError::Busy { path }
            | RunError::Content { path, .. } => Some(path),
            RunError::Plot { .. } => None,
        };
    }
    if let Some(error) = error.downcast_ref::<DataError>() {
        return error.file();
    }
    if let Some(error) = error.downcast_ref::<DatasetError>() {
        return match error {
            DatasetError::Data(error) => file_of(error),
            DatasetError::Labels { from, .. } => Some(Path::new(from)),
            DatasetError::Config(_) => None,
        };
    }
    if let Some(CodegenError::File(error)) = error.downcast_ref() {
        return Some(&error.path);
    }
    file_of_training(error)
}

/// The file or folder of an error of weights or training.
fn file_of_training<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Path> {
    if let Some(error) = error.downcast_ref::<ReadWeightsError>() {
        return match error {
            ReadWeightsError::File(error) => Some(&error.path),
            ReadWeightsError::Content { path, .. } => Some(path),
        };
    }
    if let Some(error) = error.downcast_ref::<TeachingError>() {
        return match error {
            TeachingError::Run(error) => file_of(error),
            TeachingError::Weights(error) => file_of(error),
            TeachingError::File(error) => Some(&error.path),
            TeachingError::Differs { run, .. } => Some(run),
            TeachingError::Config(_) | TeachingError::Format(_) => None,
        };
    }
    if let Some(error) = error.downcast_ref::<TrainingError>() {
        return match error {
            TrainingError::Place(error) | TrainingError::Run(error) | TrainingError::Rescued { error, .. } => {
                file_of(error)
            }
            TrainingError::State(error) | TrainingError::Train(error) => file_of(error),
            TrainingError::Teacher(error) => file_of(error),
            TrainingError::Weights(error) => file_of(error),
            TrainingError::NotBegun { run } => run.as_deref(),
        };
    }
    match error.downcast_ref()? {
        TrainError::File(error) => Some(&error.path),
        TrainError::Weights { path, .. } => Some(Path::new(path)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    #[test]
    fn the_system_refuses_where_there_is_no_room_or_no_permission_and_not_where_nothing_is() {
        let of = |code: i32| {
            let error = FileError::of("write", Path::new("x"))(io::Error::from_raw_os_error(code));
            is_of_system(&anyhow::Error::from(TrainingError::Run(RunError::File(error))))
        };
        // EACCES, ENOSPC, EIO, EROFS; ENOENT, ENOTDIR, EISDIR.
        assert_eq!([13, 28, 5, 30].map(of), [true; 4]);
        assert_eq!([2, 20, 21].map(of), [false; 3]);
        assert!(!is_of_system(&anyhow::anyhow!("nothing to do")));
    }

    #[test]
    fn the_file_is_found_inside_of_other_errors() {
        let inner = FileError::of("read", Path::new("a/b"))(io::Error::from_raw_os_error(2));
        let error = Err::<(), _>(TeachingError::Weights(ReadWeightsError::File(inner))).context("--distill");
        let objects = objects(&error.unwrap_err(), "m".into());
        assert_eq!((objects[0]["file"].as_str(), objects[0]["message"].as_str()), (Some("a/b"), Some("m")));
    }
}
