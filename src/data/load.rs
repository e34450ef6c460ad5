//! Loading a data set: find, decode on all cores, split, check.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::check::{Check, ClassCount, Duplicates, Small, Unreadable};
use super::error::DataError;
use super::images::{Dataset, Images, Progress};
use super::part::{Item, Part};
use super::source::{self, Found};
use super::split::{Hash, held_out, sample};
use crate::spec::{Data, Input, Resize};

/// The most bytes of all images of a data set together.
pub(super) const MAX_BYTES: u64 = 4_000_000_000;

/// The names of the classes of `source`, from folder names or headers, without decoding an image.
///
/// # Errors
/// Where the source cannot be read or has fewer than two classes.
pub fn class_names(source: &str) -> Result<Vec<String>, DataError> {
    source::class_names(source)
}

/// Loads the data set that `data` describes, for a network of `input`.
///
/// Images come class by class, and by name within a class (in the file's order from IDX files).
/// Pictures that cannot be read are left out and named in the [`Check`]. Decoding runs on the
/// rayon pool of the caller and its result does not depend on the number of threads.
///
/// With `limit`, each of training, validation and test has at most that many images, but at least
/// as many as there are classes, drawn evenly with the split's seed.
///
/// # Errors
/// Where the source cannot be read, is damaged, has fewer than two classes or a class without a
/// readable image, is too large, or `progress` cancels.
pub fn load(data: &Data, input: Input, limit: Option<usize>, progress: &dyn Progress) -> Result<Dataset, DataError> {
    let mut found = source::find(&data.source)?;
    let classes = found.labels.len();
    let limit = limit.map(|limit| limit.max(classes));
    if let Some(limit) = limit {
        thin(&mut found, limit, data);
    }
    let parts = [Some(&found.train), found.validation.as_ref(), found.test.as_ref()];
    let total = parts.iter().flatten().map(|part| part.items.len()).sum();
    let image_bytes = input.height as usize * input.width as usize * input.channels as usize;
    if (total as u64).saturating_mul(image_bytes as u64) > MAX_BYTES {
        return Err(DataError::TooLarge { images: total, image_bytes });
    }
    let job = Job { input, resize: data.resize, progress, done: AtomicUsize::new(0), total };
    let mut check = Check { ignored: found.ignored, limited: limit.is_some(), ..Check::default() };
    check.unreadable = found.unreadable;
    let mut decode = |part: &Part| job.decode(part, &mut check);
    let train = decode(&found.train)?;
    let validation = found.validation.as_ref().map(&mut decode).transpose()?;
    let test = found.test.as_ref().map(&mut decode).transpose()?;
    progress.decoded(total, total);

    refuse_empty(&found.labels, &train.images, &check.unreadable)?;
    let mut seen = vec![&train];
    seen.extend(&validation);
    seen.extend(&test);
    let seen: Vec<_> = seen.into_iter().map(|part| (&part.images, &part.hashes[..])).collect();
    check.duplicates = Duplicates::find(&seen);
    if found.bundled {
        check.small = Small::default();
    }
    let (train, validation) = match validation {
        Some(validation) => (train, validation),
        None => train.split(classes, data, limit),
    };
    if validation.images.is_empty() {
        return Err(DataError::NothingHeldOut);
    }
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
        fingerprint: fingerprint(&found.labels, input, &[Some(&train), Some(&validation), test.as_ref()]),
        labels: found.labels,
        train: train.images,
        validation: validation.images,
        test: test.map(|part| part.images),
        check,
        source: data.source.clone(),
    })
}

/// Leaves `limit` images in each part; where the training images are yet to be split, enough for
/// both sides.
fn thin(found: &mut Found, limit: usize, data: &Data) {
    let classes = found.labels.len();
    let keep = |part: &mut Part, limit: usize, least: usize| {
        let labels: Vec<u16> = part.items.iter().map(|item| item.label).collect();
        let places = sample(&labels, classes, limit, least, data.split_seed);
        part.items = places.into_iter().map(|place| part.items[place].clone()).collect();
    };
    let larger = data.validation_split.max(1.0 - data.validation_split);
    let both = ((limit as f64 / larger) as usize).max(2 * classes);
    match found.validation {
        Some(_) => keep(&mut found.train, limit, 1),
        None => keep(&mut found.train, both, 2),
    }
    for part in [&mut found.validation, &mut found.test].into_iter().flatten() {
        keep(part, limit, 1);
    }
}

/// An error where a class has nothing to learn from, with the first reason known.
fn refuse_empty(labels: &[String], train: &Images, unreadable: &[Unreadable]) -> Result<(), DataError> {
    let counts = train.counts(labels.len());
    let Some(class) = counts.iter().position(|&count| count == 0) else { return Ok(()) };
    let class = labels[class].clone();
    let inside = format!("{class}/");
    let reason = unreadable
        .iter()
        .find(|file| file.name.starts_with(&inside) || file.name.starts_with(&format!("train/{inside}")))
        .map_or_else(String::new, |file| format!(": {}: {}", file.name, file.reason));
    Err(DataError::EmptyClass { class, reason })
}

/// Images with the hash of each.
struct Decoded {
    images: Images,
    hashes: Vec<Hash>,
}

impl Decoded {
    /// Training and validation images.
    fn split(mut self, classes: usize, data: &Data, limit: Option<usize>) -> (Self, Self) {
        let labels = &self.images.labels;
        let held = held_out(labels, &self.hashes, classes, data.validation_split, data.split_seed);
        let side = |validation: bool| -> Vec<usize> {
            let places: Vec<usize> = (0..held.len()).filter(|&image| held[image] == validation).collect();
            let Some(limit) = limit else { return places };
            let labels: Vec<u16> = places.iter().map(|&place| labels[place]).collect();
            let kept = sample(&labels, classes, limit, 1, data.split_seed);
            kept.into_iter().map(|kept| places[kept]).collect()
        };
        let (train, validation) = (side(false), side(true));
        let hashes = |places: &[usize]| places.iter().map(|&place| self.hashes[place]).collect();
        let held = Self { images: self.images.pick(&validation), hashes: hashes(&validation) };
        self.hashes = hashes(&train);
        self.images.keep(&train);
        (self, held)
    }
}

/// Decoding all parts of a source.
struct Job<'a> {
    input: Input,
    resize: Resize,
    progress: &'a dyn Progress,
    done: AtomicUsize,
    total: usize,
}

/// An image's size and hash, or why it cannot be read.
type Outcome = Result<((u32, u32), Hash), String>;

impl Job<'_> {
    fn decode(&self, part: &Part, check: &mut Check) -> Result<Decoded, DataError> {
        let Input { height, width, channels } = self.input;
        let mut images =
            Images { height: height as usize, width: width as usize, channels: channels as usize, ..Images::default() };
        let size = images.image_bytes();
        images.pixels = vec![0; part.items.len() * size];
        let outcomes: Vec<Outcome> = images
            .pixels
            .par_chunks_mut(size.max(1))
            .zip(&part.items)
            .map(|(pixels, item)| self.decode_one(part, item, pixels))
            .collect::<Result<_, _>>()?;
        let mut hashes = Vec::with_capacity(outcomes.len());
        for (place, (item, outcome)) in part.items.iter().zip(outcomes).enumerate() {
            match outcome {
                Ok((from, hash)) => {
                    // Closes the gaps that unreadable images leave.
                    images.pixels.copy_within(place * size..(place + 1) * size, hashes.len() * size);
                    images.labels.push(item.label);
                    images.names.push(item.name.clone());
                    hashes.push(hash);
                    if from.0 < width || from.1 < height {
                        check.small.count += 1;
                        check.small.example.get_or_insert_with(|| (item.name.clone(), from.0, from.1));
                    }
                }
                Err(reason) => check.unreadable.push(Unreadable { name: item.name.clone(), reason }),
            }
        }
        images.pixels.truncate(hashes.len() * size);
        Ok(Decoded { images, hashes })
    }

    fn decode_one(&self, part: &Part, item: &Item, pixels: &mut [u8]) -> Result<Outcome, DataError> {
        if self.progress.cancelled() {
            return Err(DataError::Cancelled);
        }
        let outcome = part.decode(item, self.input, self.resize, pixels);
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        // The last call is the loading thread's, after all others.
        if done < self.total {
            self.progress.decoded(done, self.total);
        }
        Ok(outcome.map(|from| (from, Sha256::digest(&*pixels).into())))
    }
}

fn fingerprint(labels: &[String], input: Input, parts: &[Option<&Decoded>; 3]) -> String {
    let mut digest = Sha256::new();
    let number = |digest: &mut Sha256, number: usize| digest.update((number as u64).to_le_bytes());
    for side in [input.height, input.width, input.channels] {
        number(&mut digest, side as usize);
    }
    number(&mut digest, labels.len());
    for label in labels {
        number(&mut digest, label.len());
        digest.update(label);
    }
    for part in parts.iter().copied() {
        number(&mut digest, part.map_or(0, |part| part.hashes.len()));
        for (label, hash) in part.iter().flat_map(|part| part.images.labels.iter().zip(&part.hashes)) {
            digest.update(label.to_le_bytes());
            digest.update(hash);
        }
    }
    format!("{:x}", digest.finalize())
}
