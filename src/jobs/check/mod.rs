//! An export that checks itself: its header is compiled and run on the samples and on test images, and
//! answers what the executor answers, or is not written.
//!
//! `compiler` finds a C++ compiler and tells one that is broken from a header that does not compile;
//! `process` keeps compilers and programs within bounds; `answers` compares.

mod answers;
mod compiler;
mod probes;
mod process;
#[cfg(test)]
mod tests;

pub use answers::Difference;
pub use compiler::Compilers;
pub use probes::probe_images;

use crate::codegen::{self, CodegenError, Sources};
use crate::config::Precision;
use crate::files::{FileError, write_atomic};
use crate::graph::{Graph, Weights};
use crate::quant::{Quantised, Stop};
use answers::Wrong;
use compiler::{NoOutput, Task};

/// Test images besides the samples.
const PROBES: usize = 32;
/// The stream that they are drawn from.
const SEED: u32 = 0;
const SOURCE: &str = "check.cpp";
const INPUT: &str = "images";

/// The network of an export: what its header has to answer.
#[derive(Debug, Clone)]
pub struct Network {
    /// Its operations, batch norm folded.
    pub graph: Graph,
    /// Their weights.
    pub weights: Weights,
    /// The same in integers, where the header is int8.
    pub quantised: Option<Quantised>,
    /// The classes.
    pub labels: Vec<String>,
}

/// What became of a check that found nothing wrong; displayed as a clause for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// The header answers as the executor does.
    Equal {
        /// What it was compiled with.
        compiler: String,
        /// How many images it answered for.
        images: usize,
    },
    /// It was not checked; why, in a line.
    Not(String),
}

impl std::fmt::Display for Checked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Equal { compiler, images } => write!(f, "checked with {compiler}: {images} images equal"),
            Self::Not(why) => write!(f, "not checked: {why}"),
        }
    }
}

/// What to do about a header that is wrong.
const HELP: &str =
    "nothing was written; please report it with the configuration (--no-check writes the files as they are)";

/// Why an export must not be written.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// A compiler that works does not compile the header.
    #[error("{compiler} does not compile the exported header: {said}; {HELP}")]
    NotCompiled {
        /// The compiler.
        compiler: String,
        /// The line of its messages that says why.
        said: String,
    },
    /// The header does not come to its answers.
    #[error("a program of the exported header, compiled with {compiler}, {how}; {HELP}")]
    Failed {
        /// The compiler.
        compiler: String,
        /// How it ended.
        how: String,
    },
    /// The header answers something else than the executor.
    #[error(
        "the exported header is wrong: for {} {} is {} by {} (compiled with {compiler}), {} by the reference; {HELP}",
        difference.image, difference.what, difference.found, difference.way, difference.expected
    )]
    Differs {
        /// The compiler.
        compiler: String,
        /// What differs.
        difference: Box<Difference>,
    },
    /// Somebody asked to stop.
    #[error("interrupted")]
    Stopped,
}

/// Why it could not be found out whether a header is right.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("no temporary folder: {0}")]
    NoFolder(std::io::Error),
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Text(#[from] CodegenError),
}

/// Compiles `sources` with the first of `compilers` that works and compares what their header answers
/// with what `network` does: for the samples and for test images, as a whole and row by row. Int8 scores
/// have to be the same bytes, probabilities nearly the same. Takes seconds, on the rayon pool of the
/// caller.
///
/// # Errors
/// Where the header does not compile, does not come to its end or answers something else; where `stop`
/// said so.
pub(super) fn check(
    sources: &Sources,
    network: &Network,
    compilers: &Compilers,
    stop: Stop<'_>,
) -> Result<Checked, CheckError> {
    let probes = probe_images(network.graph.input, PROBES, SEED);
    let folder = match prepared(sources, network, &probes) {
        Ok(folder) => folder,
        Err(trouble) => return Ok(Checked::Not(trouble.to_string())),
    };
    let output = answers::most_bytes(network, sources.samples.len(), probes.len());
    let task = Task { folder: folder.path(), source: SOURCE, input: INPUT, output };
    let mut broken = None;
    for each in compilers.each() {
        let compiler = each.name();
        let bytes = match each.output(&task, stop) {
            Ok(bytes) => bytes,
            Err(NoOutput::Missing) => continue,
            Err(NoOutput::Broken(why)) => {
                broken.get_or_insert(format!("{compiler} does not work here: {why}"));
                continue;
            }
            Err(NoOutput::Unknown(why)) => return Ok(Checked::Not(format!("{compiler}: {why}"))),
            Err(NoOutput::NotCompiled(said)) => return Err(CheckError::NotCompiled { compiler, said }),
            Err(NoOutput::Failed(how)) => return Err(CheckError::Failed { compiler, how }),
            Err(NoOutput::Stopped) => return Err(CheckError::Stopped),
        };
        return match answers::compare(network, &probes, &bytes, stop) {
            Ok(images) => Ok(Checked::Equal { compiler, images }),
            Err(Wrong::Differs(difference)) => Err(CheckError::Differs { compiler, difference: Box::new(difference) }),
            Err(Wrong::Length) => {
                let how = format!("wrote {} bytes, which are not the answers for all images", bytes.len());
                Err(CheckError::Failed { compiler, how })
            }
            Err(Wrong::Stopped) => Err(CheckError::Stopped),
        };
    }
    Ok(Checked::Not(broken.unwrap_or_else(|| format!("no C++ compiler found ({})", compilers.names()))))
}

/// A folder with all that is compiled and read; it goes when it is dropped.
fn prepared(sources: &Sources, network: &Network, probes: &[Vec<u8>]) -> Result<tempfile::TempDir, Trouble> {
    let precision = if network.quantised.is_some() { Precision::Int8 } else { Precision::Float };
    let folder = tempfile::Builder::new().prefix("micromobilenet-").tempdir().map_err(Trouble::NoFolder)?;
    let program = codegen::check(&sources.class_name, precision)?;
    for (name, bytes) in [
        (&*format!("{}.h", sources.class_name), sources.header.as_bytes()),
        ("samples.h", sources.samples.as_bytes()),
        (SOURCE, program.as_bytes()),
        (INPUT, &probes.concat()),
    ] {
        write_atomic(&folder.path().join(name), bytes)?;
    }
    Ok(folder)
}
