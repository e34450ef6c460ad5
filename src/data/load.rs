//! Loading a data set: list the source, decode on all cores, split, check.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::check::{ClassCount, DataCheck, Duplicates, NearDuplicates, SmallImages};
use super::dataset::Dataset;
use super::decoding::{DecodedImages, ImageDecoder};
use super::error::DataError;
use super::images::Images;
use super::limits::MAX_BYTES;
use super::picture::content::Content;
use super::picture::prepare::Preprocessing;
use super::progress::Progress;
use super::source::find;
use super::source::folder;
use super::source::found::SourceContents;
use super::source::name::Split;
use super::source::raw_split::{ImageStore, RawSplit};
use super::split::divide::{SplitFractions, divide, sample};
use super::split::group::{Groups, groups};
use super::split::near;
use crate::config::{Background, Data, Input};

/// The class names of `source`, from folder names or headers, without decoding an image.
///
/// # Errors
/// If the source cannot be read or has fewer than two classes.
pub fn class_names(source: &str) -> Result<Vec<String>, DataError> {
    find::class_names(source)
}

/// Loads the data set that `data` describes, for a network with this `input`.
///
/// Images are ordered by class, and by name within a class (in file order for IDX files). Pictures that cannot be
/// decoded are left out and listed in the [`DataCheck`]. Decoding runs on the caller's rayon pool; its result does not
/// depend on the number of threads. Pictures decoded in an earlier run come from the user's cache folder.
///
/// Validation and test images that the source does not provide are held out by image content: see
/// [`Data::validation_split`] and [`Data::test_split`].
///
/// With `limit`, each of training, validation and test has at most `limit` images, but at least one per class, sampled
/// evenly with the split seed.
///
/// # Errors
/// If the source cannot be read, is damaged, has fewer than two classes or a class without a
/// readable image, is too large, or `progress` cancels.
pub fn load(data: &Data, input: Input, limit: Option<usize>, progress: &dyn Progress) -> Result<Dataset, DataError> {
    let mut found = find::find(&data.source)?;
    without_empty_parts(&mut found);
    let mut check = begun(&mut found);
    // Fail early: before decoding, if no file of a class can be used.
    refuse_empty(&found, found.train.items.iter().map(|item| item.label), &check)?;
    let classes = found.labels.len();
    let limit = limit.map(|limit| limit.max(classes));
    if let Some(limit) = limit {
        thin(&mut found, limit, data);
    }
    let parts = [Some(&found.train), found.validation.as_ref(), found.test.as_ref()];
    let reading = ImageDecoder::new(preparation(data, input), count(&parts, input)?, progress);
    check.limited = limit.is_some();
    let mut decode = |part: &RawSplit| reading.decode(part, &mut check);
    let train = decode(&found.train)?;
    let validation = found.validation.as_ref().map(&mut decode).transpose()?;
    let test = found.test.as_ref().map(&mut decode).transpose()?;
    reading.end();

    refuse_empty(&found, train.images.labels.iter().copied(), &check)?;
    let mut seen = vec![&train];
    seen.extend(&validation);
    seen.extend(&test);
    check.duplicates = Duplicates::find(&seen.iter().map(|part| &part.images).collect::<Vec<_>>());
    if found.bundled {
        check.small = SmallImages::default();
    }
    let (near, across) = alike(&seen);
    let groups = groups(&train.contents, &train.images.labels, near);
    check.near = NearDuplicates::of(&groups, &train.images.names, &found.labels);
    check.near.across_parts = across;
    let [train, validation, test] = divided(train, validation, test, &groups, data, limit, classes);
    let Some(validation) = validation.filter(|validation| !validation.images.is_empty()) else {
        return Err(DataError::NothingHeldOut);
    };
    let train = train.unwrap_or_default();
    let counts = [Some(&train), Some(&validation), test.as_ref()]
        .map(|part| part.map_or_else(|| vec![0; classes], |part| part.images.counts(classes)));
    check.classes = (0..classes)
        .map(|class| ClassCount {
            label: found.labels[class].clone(),
            train: counts[0][class],
            validation: counts[1][class],
            test: counts[2][class],
        })
        .collect();
    Ok(Dataset {
        fingerprint: fingerprint(
            &found.labels,
            preparation(data, input),
            &[Some(&train), Some(&validation), test.as_ref()],
        ),
        labels: found.labels,
        train: train.images,
        validation: validation.images,
        test: test.map(|part| part.images),
        check,
        source: data.source.clone(),
    })
}

/// All labelled images of the source in `data`, whatever split they are in, for a network with this `input` and the
/// classes `labels`, and the findings about them. Classes are matched by name; the source may lack some of them.
///
/// # Errors
/// As [`load`], but a folder may have a single class, and splits may have different classes; also if the source
/// has a class that the network was not trained on.
pub fn load_all(
    data: &Data,
    input: Input,
    labels: &[String],
    progress: &dyn Progress,
) -> Result<(Images, DataCheck), DataError> {
    let mut found = match find::find(&data.source) {
        // Not a training set, but it may contain folders named after known classes.
        Err(
            error @ (DataError::OneClass { .. }
            | DataError::NoClasses { .. }
            | DataError::NoTraining { .. }
            | DataError::UnknownClass { .. }),
        ) => folder::by_names(data.source.as_ref(), labels)?.ok_or(error)?,
        found => found?,
    };
    let mut names = Vec::with_capacity(found.labels.len());
    for class in &found.labels {
        let known = labels.iter().position(|label| label == class);
        names.push(known.ok_or_else(|| DataError::NotAmong {
            path: data.source.clone().into(),
            class: class.clone(),
            known: labels.to_vec(),
        })? as u16);
    }
    let mut check = begun(&mut found);
    let parts = [Some(&found.train), found.validation.as_ref(), found.test.as_ref()];
    let reading = ImageDecoder::new(preparation(data, input), count(&parts, input)?, progress);
    let mut all = Images::default();
    for part in parts.into_iter().flatten() {
        let Images { height, width, channels, pixels, labels, names, contents } =
            reading.decode(part, &mut check)?.images;
        (all.height, all.width, all.channels) = (height, width, channels);
        all.pixels.extend(pixels);
        all.labels.extend(labels);
        all.names.extend(names);
        all.contents.extend(contents);
    }
    reading.end();
    for label in &mut all.labels {
        *label = names[usize::from(*label)];
    }
    if all.is_empty() { Err(DataError::NothingReadable { path: data.source.clone().into() }) } else { Ok((all, check)) }
}

/// Drops empty validation and test folders, with a note.
fn without_empty_parts(found: &mut SourceContents) {
    for (part, what) in [(&mut found.validation, "validation"), (&mut found.test, "test")] {
        if part.as_ref().is_some_and(|part| part.items.is_empty()) {
            *part = None;
            found.notes.push(format!("the {what} folder has no images and is ignored"));
        }
    }
}

/// The findings from listing the source.
fn begun(found: &mut SourceContents) -> DataCheck {
    DataCheck {
        unreadable: std::mem::take(&mut found.unreadable),
        skipped: std::mem::take(&mut found.skipped),
        notes: std::mem::take(&mut found.notes),
        ..DataCheck::default()
    }
}

const fn preparation(data: &Data, input: Input) -> Preprocessing {
    Preprocessing { input, resize: data.resize, background: data.background }
}

/// The number of images, if they fit the memory limit.
fn count(parts: &[Option<&RawSplit>], input: Input) -> Result<usize, DataError> {
    let images = parts.iter().flatten().map(|part| part.items.len()).sum();
    let image_bytes = input.height as usize * input.width as usize * input.channels as usize;
    if (images as u64).saturating_mul(image_bytes as u64) > MAX_BYTES {
        return Err(DataError::TooLarge { images, image_bytes });
    }
    Ok(images)
}

/// Samples `limit` images of each split; of training images that are yet to be split, enough for all splits.
fn thin(found: &mut SourceContents, limit: usize, data: &Data) {
    let classes = found.labels.len();
    let keep = |part: &mut RawSplit, limit: usize, least: usize| {
        let labels: Vec<u16> = part.items.iter().map(|item| item.label).collect();
        let places = sample(&labels, classes, limit, least, data.split_seed);
        part.items = places.into_iter().map(|place| part.items[place].clone()).collect();
    };
    let SplitFractions { validation, test } = shares(data, found.validation.is_some(), found.test.is_some());
    let largest = validation.max(test).max(1.0 - validation - test);
    let sides = 1 + usize::from(validation > 0.0) + usize::from(test > 0.0);
    keep(&mut found.train, ((limit as f64 / largest) as usize).max(sides * classes), sides);
    for part in [&mut found.validation, &mut found.test].into_iter().flatten() {
        keep(part, limit, 1);
    }
}

/// The fractions to hold out of the training images.
fn shares(data: &Data, has_validation: bool, has_test: bool) -> SplitFractions {
    let unless = |has: bool, share: f64| if has { 0.0 } else { share };
    SplitFractions {
        validation: unless(has_validation, data.validation_split),
        test: unless(has_test, data.test_split),
    }
}

/// Splits off validation and test images that the source does not provide, at most `limit` of each. Returns training,
/// validation and test images.
fn divided(
    mut train: DecodedImages,
    validation: Option<DecodedImages>,
    test: Option<DecodedImages>,
    groups: &Groups,
    data: &Data,
    limit: Option<usize>,
    classes: usize,
) -> [Option<DecodedImages>; 3] {
    let labels = &train.images.labels;
    let shares = shares(data, validation.is_some(), test.is_some());
    let sides = divide(labels, &groups.all, classes, shares, data.split_seed);
    let places = |side: Split| -> Vec<usize> {
        let places: Vec<usize> = (0..sides.len()).filter(|&image| sides[image] == side).collect();
        let Some(limit) = limit else { return places };
        let labels: Vec<u16> = places.iter().map(|&place| labels[place]).collect();
        let kept = sample(&labels, classes, limit, 1, data.split_seed);
        kept.into_iter().map(|kept| places[kept]).collect()
    };
    let held = |side| train.pick(&places(side));
    let validation = validation.or_else(|| Some(held(Split::Validation)));
    let test = test.or_else(|| (data.test_split > 0.0).then(|| held(Split::Test)));
    let places = places(Split::Train);
    train.keep(&places);
    [Some(train), validation, test]
}

/// The names of an earlier and a later picture.
type Names = (String, String);

/// The near duplicates among the images of the first of `parts`, as indices, and the names of near duplicates in
/// different splits of the source.
fn alike(parts: &[&DecodedImages]) -> (Vec<(usize, usize)>, Vec<Names>) {
    let mut all: Vec<(usize, &Content, &str)> = Vec::new();
    for (part, DecodedImages { images, contents }) in parts.iter().enumerate() {
        all.extend(contents.iter().zip(&images.names).map(|(content, name)| (part, content, name.as_str())));
    }
    let looks: Vec<_> = all.iter().map(|(_, content, _)| content.look.as_deref()).collect();
    let (mut near, mut across) = (Vec::new(), Vec::new());
    for (a, b) in near::pairs(&looks) {
        let ((part, one, name), (other_part, other, other_name)) = (all[a], all[b]);
        if other_part == 0 {
            near.push((a, b));
        } else if part != other_part && one.hash != other.hash {
            across.push((name.to_owned(), other_name.to_owned()));
        }
    }
    (near, across)
}

/// Fails if a class has none of the training images with these `labels`; the error has the first known reason.
fn refuse_empty(found: &SourceContents, labels: impl Iterator<Item = u16>, check: &DataCheck) -> Result<(), DataError> {
    let present: BTreeSet<u16> = labels.collect();
    let missing = (0_u16..).zip(&found.labels).find(|(label, _)| !present.contains(label));
    let Some((_, class)) = missing else { return Ok(()) };
    let inside = format!("{}{class}/", found.prefix);
    let unreadable = check.unreadable.iter().filter(|file| file.name.starts_with(&inside));
    let reasons = unreadable.map(|file| format!(": {}: {}", file.name, file.reason));
    let skipped = check.skipped.iter().filter(|entry| entry.name.starts_with(&inside));
    let mut reasons = reasons.chain(skipped.map(|entry| format!(": {}: {}", entry.name, entry.reason)));
    let is_folder = matches!(found.train.store, ImageStore::Files(_));
    let reason =
        reasons.next().or_else(|| is_folder.then(|| format!(": add pictures to {inside} or remove the folder")));
    Err(DataError::EmptyClass { class: class.clone(), reason: reason.unwrap_or_default() })
}

/// Hash of everything that the pixels and their order depend on.
fn fingerprint(labels: &[String], how: Preprocessing, parts: &[Option<&DecodedImages>; 3]) -> String {
    let mut digest = Sha256::new();
    let number = |digest: &mut Sha256, number: usize| digest.update((number as u64).to_le_bytes());
    let text = |digest: &mut Sha256, text: &str| {
        number(digest, text.len());
        digest.update(text);
    };
    let Preprocessing { input, resize, background } = how;
    text(&mut digest, &format!("Preparation {{ input: {input:?}, resize: {resize:?} }}"));
    if background != Background::default() {
        text(&mut digest, &format!("{background:?}"));
    }
    number(&mut digest, labels.len());
    for label in labels {
        text(&mut digest, label);
    }
    for part in parts.iter().copied() {
        number(&mut digest, part.map_or(0, |part| part.contents.len()));
        for (label, content) in part.iter().flat_map(|part| part.images.labels.iter().zip(&part.contents)) {
            digest.update(label.to_le_bytes());
            digest.update(content.hash);
        }
    }
    format!("{:x}", digest.finalize())
}
