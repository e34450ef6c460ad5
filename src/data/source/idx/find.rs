//! Finding IDX files that belong together: `train-images-idx3-ubyte` with its labels and test images, with a prefix
//! (EMNIST), or in folders of the same names (Kaggle).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::name::Split;
use super::super::tree::{SourcePath, list};
use super::stream::shown;
use super::{FilePair, IdxFiles};
use crate::data::error::DataError;

/// The data set in `folder`, if there is one.
///
/// # Errors
/// If the folder cannot be read, a labels file is missing, or there are several sets.
pub(crate) fn in_folder(folder: &Path) -> Result<Option<IdxFiles>, DataError> {
    let listing = list(&SourcePath::top(folder))?;
    let nested = listing.folders.iter().map(|folder| folder.path.join(folder.last())).filter(|path| path.is_file());
    let mut sets = BTreeMap::<String, [Option<PathBuf>; 3]>::new();
    for path in listing.files.iter().map(|file| file.path.clone()).chain(nested) {
        if let Some((set, split)) = role(&path) {
            // Files of the folder itself come first, and plain ones before those in gzip.
            sets.entry(set).or_default()[split as usize].get_or_insert(path);
        }
    }
    sets.retain(|_, images| images[0].is_some());
    if sets.len() > 1 {
        let files: Vec<String> =
            sets.values().filter_map(|images| images[0].as_deref()?.file_name()?.to_str().map(str::to_owned)).collect();
        let problem =
            format!("it contains {} data sets; pass the training images of one: {}", sets.len(), files.join(", "));
        return Err(DataError::BinaryFile { name: shown(folder), problem });
    }
    sets.into_iter().next().map(|(set, images)| files(folder, set, images)).transpose().map(Option::flatten)
}

/// The data set of the training images `images`, with the validation and test images next to it if its
/// name identifies them.
pub(crate) fn beside(images: &Path) -> Result<Option<IdxFiles>, DataError> {
    let folder = images.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some((set, Split::Train)) = role(images) else { return Ok(None) };
    let mut parts = [Some(images.to_owned()), None, None];
    for file in list(&SourcePath::top(folder))?.files {
        if let Some((other, split)) = role(&file.path)
            && other == set
        {
            parts[split as usize].get_or_insert(file.path);
        }
    }
    files(folder, set, parts)
}

fn files(folder: &Path, set: String, images: [Option<PathBuf>; 3]) -> Result<Option<IdxFiles>, DataError> {
    let [train, validation, test] = images.map(|images| images.map(|images| pair_of(&images)).transpose());
    let Some(train) = train? else { return Ok(None) };
    Ok(Some(IdxFiles { train, validation: validation?, test: test?, folder: folder.to_owned(), set }))
}

/// The data set and the split of the images in `path`, according to its name: "emnist-letters-" and training for
/// `emnist-letters-train-images-idx3-ubyte.gz`.
fn role(path: &Path) -> Option<(String, Split)> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let name = name.strip_suffix("idx3-ubyte")?.strip_suffix(['-', '.'])?.strip_suffix("-images")?;
    let (set, part) = name.rfind(['-', '_', '.']).map_or(("", name), |end| name.split_at(end + 1));
    let split = if part == "t10k" { Split::Test } else { Split::named(part)? };
    Some((set.to_owned(), split))
}

/// `images` with the labels file that its name implies.
pub(crate) fn pair_of(images: &Path) -> Result<FilePair, DataError> {
    let name = images.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let labels = name.replace("images", "labels").replace("idx3", "idx1");
    let plain = labels.trim_end_matches(".gz");
    for candidate in [labels.clone(), plain.to_owned(), format!("{plain}.gz")] {
        let beside = images.with_file_name(&candidate);
        // Kaggle's are in a folder each.
        let nested = images.parent().map(|folder| folder.with_file_name(&candidate).join(&candidate));
        for path in [Some(beside), nested].into_iter().flatten() {
            if candidate != name && path.is_file() {
                return Ok(FilePair { images: images.to_owned(), labels: path });
            }
        }
    }
    let problem = if labels == name {
        "the name of an IDX images file must contain \"images\", so that its labels file can be found".to_owned()
    } else {
        format!("its labels file is missing: expected {labels} next to it")
    };
    Err(DataError::BinaryFile { name: shown(images), problem })
}
