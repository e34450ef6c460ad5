//! Resolving `data.source` of a configuration to a data source.

use std::fs;
use std::path::Path;

use super::found::SourceContents;
use super::tree::{self, DEPTH, SourcePath, list};
use super::{bundled, cifar, folder, idx, npz};
use crate::data::error::DataError;
use crate::data::picture::kind::FileKind;
use crate::files::FileError;

enum Source<'a> {
    Bundled { labels: Vec<String> },
    Folder(&'a Path),
    Binary { set: BinarySource, notes: Vec<String> },
}

/// A source with many images per file.
enum BinarySource {
    Idx(idx::IdxFiles),
    Cifar(cifar::CifarFiles),
    NumpyArrays(npz::NumpyArrays),
}

impl BinarySource {
    fn class_names(&self) -> Result<Vec<String>, DataError> {
        match self {
            Self::Idx(files) => files.class_names(),
            Self::Cifar(files) => files.class_names(),
            Self::NumpyArrays(arrays) => arrays.class_names(),
        }
    }

    fn read(&self) -> Result<SourceContents, DataError> {
        match self {
            Self::Idx(files) => files.read(),
            Self::Cifar(files) => files.read(),
            Self::NumpyArrays(arrays) => arrays.read(),
        }
    }

    /// The binary data set in `folder` itself, if there is one.
    fn in_folder(folder: &Path) -> Result<Option<Self>, DataError> {
        if let Some(files) = idx::in_folder(folder)? {
            return Ok(Some(Self::Idx(files)));
        }
        if let Some(files) = cifar::in_folder(folder)? {
            return Ok(Some(Self::Cifar(files)));
        }
        Ok(npz::in_folder(folder)?.map(Self::NumpyArrays))
    }
}

/// Resolves `name`: a bundled data set goes before a path of the same name; `./` before the name forces the path.
fn source(name: &str) -> Result<Source<'_>, DataError> {
    if let Some(labels) = bundled::class_names(name) {
        return Ok(Source::Bundled { labels });
    }
    let path = Path::new(name);
    let about = match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(DataError::Unknown { name: name.to_owned() });
        }
        about => about.map_err(FileError::of("read", path))?,
    };
    if about.is_dir() {
        return in_folder(path);
    }
    if about.is_file() {
        refuse_other(path)?;
        let is_npz = SourcePath::top(path).ends_in("npz");
        let set = if is_npz {
            npz::single(path).map(BinarySource::NumpyArrays)
        } else {
            idx::single(path).map(BinarySource::Idx)
        };
        return set.map(|set| Source::Binary { set, notes: Vec::new() });
    }
    Err(DataError::NoData { path: path.to_owned() })
}

/// The source in `folder`, or, if that contains nothing but one folder, in that folder.
fn in_folder(folder: &Path) -> Result<Source<'_>, DataError> {
    let mut place = SourcePath::top(folder);
    for _ in 0..DEPTH {
        if let Some(set) = BinarySource::in_folder(&place.path)? {
            let notes =
                if place.name.is_empty() { Vec::new() } else { vec![format!("images are read from {}/", place.name)] };
            return Ok(Source::Binary { set, notes });
        }
        let mut listing = list(&place)?;
        match (listing.folders.pop(), listing.folders.is_empty()) {
            (Some(inner), true) => place = inner,
            _ => break,
        }
    }
    Ok(Source::Folder(folder))
}

/// Refuses archives and tables of labels with an error that names the supported sources.
fn refuse_other(path: &Path) -> Result<(), DataError> {
    let place = SourcePath::top(path);
    let kind = tree::kind(path).map_err(FileError::of("read", path))?;
    let name = path.to_string_lossy().to_ascii_lowercase();
    let is_tar = ["tgz", "tar.gz"].iter().any(|end| name.ends_with(end));
    match kind {
        // IDX files may be compressed with gzip.
        FileKind::Archive("gzip") if !is_tar => Ok(()),
        FileKind::Archive("zip") if place.ends_in("npz") => Ok(()),
        FileKind::Archive(_) => Err(DataError::Archive { path: path.to_owned(), kind: kind.one() }),
        FileKind::Text if ["csv", "tsv", "jsonl", "labels"].iter().any(|end| place.ends_in(end)) => {
            let problem = "a table of labels is read together with its folder; pass the folder".to_owned();
            Err(DataError::Table { path: path.to_owned(), problem })
        }
        _ => Ok(()),
    }
}

/// The class names of the source `name`, from folder names or headers.
pub(crate) fn class_names(name: &str) -> Result<Vec<String>, DataError> {
    match source(name)? {
        Source::Bundled { labels } => Ok(labels),
        Source::Folder(path) => folder::layout(path).map(|layout| layout.labels),
        Source::Binary { set, .. } => set.class_names(),
    }
}

/// Lists the source `name`.
pub(crate) fn find(name: &str) -> Result<SourceContents, DataError> {
    match source(name)? {
        Source::Bundled { .. } => bundled::read(),
        Source::Folder(path) => folder::scan(path),
        Source::Binary { set, notes } => Ok(SourceContents { notes, ..set.read()? }),
    }
}
