//! Exit codes of the program, and failures with the code that they end it with.

use super::fault;

/// Exit codes of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// It ran with a negative result (does not fit, gate failed), or it failed while running.
    No = 1,
    /// Bad usage, configuration or data.
    Usage = 2,
    /// A system error: output, disk, permission.
    System = 3,
    /// Interrupted.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error that ends an action, with the exit code.
#[derive(Debug)]
pub struct Failure {
    pub(super) exit: Exit,
    pub(super) error: anyhow::Error,
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    /// Errors are usage errors unless the system failed.
    fn from(error: E) -> Self {
        Self::with(Exit::Usage, error.into())
    }
}

impl Failure {
    /// A failure while running.
    pub(super) fn on_the_way(error: impl Into<anyhow::Error>) -> Self {
        Self::with(Exit::No, error.into())
    }

    /// Ends with `exit`, or with [`Exit::System`] if it is a system error.
    pub(super) fn with(exit: Exit, error: anyhow::Error) -> Self {
        Self { exit: if fault::is_of_system(&error) { Exit::System } else { exit }, error }
    }

    pub(super) fn interrupted() -> Self {
        Self { exit: Exit::Interrupted, error: anyhow::anyhow!("interrupted") }
    }
}
