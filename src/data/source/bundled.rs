//! Data sets that are part of the program, so that it can train without other files.

use flate2::read::GzDecoder;

use super::found::SourceContents;
use super::idx::{FASHION, read_part};
use super::raw_split::RawSplit;
use crate::config::BUNDLED;
use crate::data::error::DataError;

macro_rules! asset {
    ($file:literal) => {
        (concat!("bundled ", $file), include_bytes!(concat!("../../../assets/fashion-mnist/", $file)))
    };
}

/// The classes of the bundled data set `name`, if it exists.
pub(crate) fn class_names(name: &str) -> Option<Vec<String>> {
    BUNDLED.contains(&name).then(|| FASHION.map(str::to_owned).to_vec())
}

/// 6,000 training and 1,000 validation images of Fashion-MNIST.
///
/// # Errors
/// None, while the assets are whole; a test reads them.
pub(crate) fn read() -> Result<SourceContents, DataError> {
    let train = part("train", asset!("train-images-idx3-ubyte.gz"), asset!("train-labels-idx1-ubyte.gz"))?;
    let validation =
        part("validation", asset!("validation-images-idx3-ubyte.gz"), asset!("validation-labels-idx1-ubyte.gz"))?;
    let labels = FASHION.map(str::to_owned).to_vec();
    Ok(SourceContents { validation: Some(validation), bundled: true, ..SourceContents::of(labels, train) })
}

fn part(what: &str, images: (&str, &[u8]), labels: (&str, &[u8])) -> Result<RawSplit, DataError> {
    read_part((GzDecoder::new(images.1), images.0), (GzDecoder::new(labels.1), labels.0), FASHION.len(), 0, what)
}
