//! The check of an export: its header is compiled and run on the samples and on test images, and its outputs are
//! compared with those of the executor.
//!
//! `compiler` finds a C++ compiler and distinguishes a broken compiler from a header that does not compile;
//! `process` limits time and output of compilers and programs; `outputs` compares.

mod compiler;
mod outputs;
mod probes;
mod process;
#[cfg(test)]
mod tests;

pub use compiler::Compilers;
pub use outputs::Difference;
pub use probes::probe_images;

use crate::codegen::{self, CodegenError, Sources};
use crate::config::Precision;
use crate::files::{FileError, write_atomic};
use crate::graph::{Graph, Weights};
use crate::quant::{Quantised, Stop};
use compiler::{NoOutput, Task};
use outputs::Wrong;

/// The number of test images besides the samples.
const PROBES: usize = 32;
/// The seed of the test images.
const SEED: u32 = 0;
const SOURCE: &str = "check.cpp";
const INPUT: &str = "images";

/// The network of an export: the reference for the outputs of its header.
#[derive(Debug, Clone)]
pub struct Network {
    /// The graph, with batch norm folded.
    pub graph: Graph,
    /// The weights.
    pub weights: Weights,
    /// The quantised network, if the header is int8.
    pub quantised: Option<Quantised>,
    /// The classes.
    pub labels: Vec<String>,
}

/// The result of a check that found no difference, displayed as a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// The header's outputs are those of the executor.
    Equal {
        /// The compiler.
        compiler: String,
        /// The number of images.
        images: usize,
    },
    /// Not checked, with the reason in a line.
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

/// Advice for a wrong header.
const HELP: &str =
    "nothing was written; please report it with the configuration (--no-check writes the files as they are)";

/// The export must not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// A working compiler does not compile the header.
    #[error("{compiler} does not compile the exported header: {said}; {HELP}")]
    NotCompiled {
        /// The compiler.
        compiler: String,
        /// The line of its messages with the reason.
        said: String,
    },
    /// The program of the header does not finish.
    #[error("a program of the exported header, compiled with {compiler}, {how}; {HELP}")]
    Failed {
        /// The compiler.
        compiler: String,
        /// The way it ended.
        how: String,
    },
    /// The header's outputs differ from the executor's.
    #[error(
        "the exported header is wrong: for {} {} is {} by {} (compiled with {compiler}), {} by the reference; {HELP}",
        difference.image, difference.what, difference.found, difference.way, difference.expected
    )]
    Differs {
        /// The compiler.
        compiler: String,
        /// The difference.
        difference: Box<Difference>,
    },
    /// Stopped by the user.
    #[error("interrupted")]
    Stopped,
}

/// The check could not run.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("cannot create a temporary folder: {0}")]
    NoFolder(std::io::Error),
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Text(#[from] CodegenError),
}

/// Compiles `sources` with the first of `compilers` that works and compares the outputs of their header with those
/// of `network`, for the samples and for test images, as a whole and row by row. Int8 scores must be the same
/// bytes, probabilities the same within a tolerance. Takes seconds, on the rayon pool of the caller.
///
/// # Errors
/// The header does not compile, does not finish or has other outputs; `stop` returned true.
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
    let output = outputs::max_bytes(network, sources.samples.len(), probes.len());
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
        return match outputs::compare(network, &probes, &bytes, stop) {
            Ok(images) => Ok(Checked::Equal { compiler, images }),
            Err(Wrong::Differs(difference)) => Err(CheckError::Differs { compiler, difference: Box::new(difference) }),
            Err(Wrong::Length) => {
                let how = format!("wrote {} bytes, which are not the outputs for all images", bytes.len());
                Err(CheckError::Failed { compiler, how })
            }
            Err(Wrong::Stopped) => Err(CheckError::Stopped),
        };
    }
    Ok(Checked::Not(broken.unwrap_or_else(|| format!("no C++ compiler found ({})", compilers.names()))))
}

/// Writes the files to compile into a new temporary folder, which is deleted on drop.
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
