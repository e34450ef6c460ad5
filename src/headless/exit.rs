//! Exit codes of the program, and failures with the code that they end it with.

use super::fault;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// It ran and the answer is no, or it failed on the way.
    No = 1,
    /// Bad usage, configuration or data.
    Usage = 2,
    /// The system failed: output, disk, permission.
    System = 3,
    /// Interrupted.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why an action ended early.
#[derive(Debug)]
pub struct Failure {
    pub(super) exit: Exit,
    pub(super) error: anyhow::Error,
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    /// Most that can go wrong is in what was passed; else it is the system.
    fn from(error: E) -> Self {
        Self::with(Exit::Usage, error.into())
    }
}

impl Failure {
    /// A failure of something that ran.
    pub(super) fn on_the_way(error: impl Into<anyhow::Error>) -> Self {
        Self::with(Exit::No, error.into())
    }

    /// Ends with `exit`, if it was not the system that failed.
    pub(super) fn with(exit: Exit, error: anyhow::Error) -> Self {
        Self { exit: if fault::is_of_system(&error) { Exit::System } else { exit }, error }
    }

    pub(super) fn interrupted() -> Self {
        Self { exit: Exit::Interrupted, error: anyhow::anyhow!("interrupted") }
    }
}
