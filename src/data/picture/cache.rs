//! Cache of preprocessed pictures: decoding a twelve-megapixel photograph takes a hundred times as long as reading its
//! 96 × 96 pixels from the cache.
//!
//! Each image has a file named by the SHA-256 of the picture file and of everything that its pixels depend on, so that
//! entries never become outdated, and two processes that write the same entry write the same bytes. Files are written
//! to a temporary file and renamed; a damaged file counts as missing. A cache that cannot be written is ignored.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use super::content::{Content, ContentHash, THUMBNAIL_BYTES, Thumbnail};
use super::prepare::Preprocessing;
use crate::files::read_limited;

/// Environment variable with the cache folder; if it is empty, nothing is cached.
pub const VARIABLE: &str = "MICROMOBILENET_CACHE";
/// Increase with every change of decoded pixels, hashes or the file format.
const VERSION: u32 = 2;
/// Maximum size of the cache in bytes, applied after loading a data set.
const MAX_BYTES: u64 = 2_000_000_000;
/// Smaller picture files are not cached: decoding them is as fast as a lookup.
const MIN_FILE_BYTES: usize = 16 << 10;
/// The access time of a cache file is updated at most once in this time.
const TOUCH_INTERVAL: Duration = Duration::from_hours(24);
/// Bytes of a file before its pixels: checksum, hash, size, whether there is a thumbnail, thumbnail.
const HEADER: usize = 8 + 32 + 8 + 1 + THUMBNAIL_BYTES;

/// The cache folder; without one nothing is cached.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    folder: Option<PathBuf>,
}

/// The file name of a cache entry.
pub(crate) type Key = String;

/// A cache entry.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub content: &'a Content,
    pub pixels: &'a [u8],
}

impl Cache {
    /// The cache of the user: in `$MICROMOBILENET_CACHE`, else in `micromobilenet/images` of `$XDG_CACHE_HOME` or
    /// `~/.cache`.
    pub(crate) fn of_user() -> Self {
        // Unit tests do not touch the cache of the user.
        if cfg!(test) {
            return Self { folder: None };
        }
        let set = |name: &str| std::env::var_os(name).map(PathBuf::from);
        let absolute = |path: &PathBuf| path.is_absolute();
        let folder = match set(VARIABLE) {
            Some(folder) => Some(folder).filter(|folder| !folder.as_os_str().is_empty()),
            None => set("XDG_CACHE_HOME")
                .filter(absolute)
                .or_else(|| set("HOME").filter(absolute).map(|home| home.join(".cache")))
                .map(|caches| caches.join("micromobilenet").join("images")),
        };
        Self { folder }
    }

    /// The key of the picture in `file`, preprocessed according to `how`; `None` if it is not worth caching.
    pub fn key(&self, file: &[u8], how: Preprocessing) -> Option<Key> {
        if self.folder.is_none() || file.len() < MIN_FILE_BYTES {
            return None;
        }
        let mut digest = Sha256::new();
        let Preprocessing { input, resize, background } = how;
        let how = format!("Preparation {{ input: {input:?}, resize: {resize:?}, background: {background:?} }}");
        digest.update(format!("{VERSION} {how} {}\n", env!("CARGO_PKG_VERSION")));
        digest.update(file);
        Some(format!("{:x}", digest.finalize()))
    }

    fn path(&self, key: &Key) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(&key[..2]).join(key))
    }

    /// The content hash and thumbnail of the entry `key`, with its pixels in `out`; `None` if it is not cached.
    pub fn get(&self, key: &Key, out: &mut [u8]) -> Option<Content> {
        let path = self.path(key)?;
        let bytes = read_limited(&path, (HEADER + out.len()) as u64).ok()?;
        let content = parse(&bytes, out)?;
        // Least recently used entries are deleted first.
        let used = fs::metadata(&path).and_then(|about| about.modified()).ok()?;
        if used.elapsed().is_ok_and(|ago| ago > TOUCH_INTERVAL) {
            let _ = File::options().append(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        }
        Some(content)
    }

    /// Stores an entry; errors are ignored.
    pub fn put(&self, key: &Key, entry: Entry<'_>) {
        let Some(path) = self.path(key) else { return };
        let Some(folder) = path.parent() else { return };
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(folder)?;
            let mut file = tempfile::Builder::new().prefix(".").suffix(".part").tempfile_in(folder)?;
            file.write_all(&bytes(entry))?;
            file.persist(&path)?;
            Ok(())
        };
        // On failure the picture is decoded again next time.
        let _ = write();
    }

    /// Deletes the least recently used entries while the cache is above its maximum size.
    pub fn trim(&self) {
        self.trim_to(MAX_BYTES);
    }

    fn trim_to(&self, limit: u64) {
        let Some(folder) = &self.folder else { return };
        let entries = |folder: &PathBuf| fs::read_dir(folder).into_iter().flatten().flatten();
        let mut files: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for shard in entries(folder) {
            // Only files that this cache wrote: the user may have named any folder.
            if shard.file_name().len() != 2 {
                continue;
            }
            for file in entries(&shard.path()) {
                let name = file.file_name();
                let name = name.to_string_lossy();
                let is_key = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
                // Left behind by a killed process; a file that is still being written is newer.
                let is_part = name.starts_with('.') && name.ends_with(".part");
                let Ok(about) = file.metadata() else { continue };
                let Ok(used) = about.modified() else { continue };
                if is_part && used.elapsed().is_ok_and(|ago| ago > TOUCH_INTERVAL) {
                    let _ = fs::remove_file(file.path());
                } else if is_key && about.is_file() {
                    files.push((used, about.len(), file.path()));
                }
            }
        }
        let mut total: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        if total <= limit {
            return;
        }
        files.sort();
        for (_, bytes, path) in files {
            // A tenth below the limit, so that the next picture does not trigger it again.
            if total <= limit / 10 * 9 {
                break;
            }
            if fs::remove_file(path).is_ok() {
                total -= bytes;
            }
        }
    }
}

fn bytes(entry: Entry<'_>) -> Vec<u8> {
    let Entry { content, pixels } = entry;
    let mut bytes = vec![0; 8];
    bytes.extend(content.hash);
    bytes.extend(content.size.0.to_le_bytes());
    bytes.extend(content.size.1.to_le_bytes());
    bytes.push(u8::from(content.look.is_some()));
    match &content.look {
        Some(look) => bytes.extend_from_slice(&look[..]),
        None => bytes.extend([0; THUMBNAIL_BYTES]),
    }
    bytes.extend_from_slice(pixels);
    let sum = checksum(&bytes[8..]);
    bytes[..8].copy_from_slice(&sum);
    bytes
}

/// Parses the file `bytes` and writes its pixels to `out`; `None` if the file is damaged.
fn parse(bytes: &[u8], out: &mut [u8]) -> Option<Content> {
    if bytes.len() != HEADER + out.len() || bytes[..8] != checksum(&bytes[8..]) {
        return None;
    }
    let word = |at: usize| Some(u32::from_le_bytes(bytes[at..at + 4].try_into().ok()?));
    let hash: ContentHash = bytes[8..40].try_into().ok()?;
    let look: Thumbnail = bytes[49..HEADER].try_into().ok()?;
    let content = Content { hash, size: (word(40)?, word(44)?), look: (bytes[48] == 1).then(|| Box::new(look)) };
    out.copy_from_slice(&bytes[HEADER..]);
    Some(content)
}

fn checksum(bytes: &[u8]) -> [u8; 8] {
    let digest = Sha256::digest(bytes);
    std::array::from_fn(|at| digest[at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Background, Input, Resize};

    const HOW: Preprocessing = Preprocessing {
        input: Input { height: 2, width: 3, channels: 1 },
        resize: Resize::Crop,
        background: Background::White,
    };

    fn cache() -> (tempfile::TempDir, Cache) {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache { folder: Some(folder.path().join("a/b")) };
        (folder, cache)
    }

    fn content(look: bool) -> Content {
        Content { hash: [3; 32], size: (4000, 3000), look: look.then(|| Box::new([9; THUMBNAIL_BYTES])) }
    }

    #[test]
    fn what_was_put_in_is_found_until_it_is_damaged() {
        let (_folder, cache) = cache();
        for look in [true, false] {
            let key = cache.key(&[u8::from(look); MIN_FILE_BYTES], HOW).unwrap();
            let mut out = [0; 6];
            assert_eq!(cache.get(&key, &mut out), None);
            cache.put(&key, Entry { content: &content(look), pixels: &[1, 2, 3, 4, 5, 6] });
            assert_eq!(cache.get(&key, &mut out), Some(content(look)));
            assert_eq!(out, [1, 2, 3, 4, 5, 6]);
            assert_eq!(cache.get(&key, &mut [0; 5]), None);
            let path = cache.path(&key).unwrap();
            let whole = fs::read(&path).unwrap();
            for at in [0, 20, 48, 60, whole.len() - 1] {
                let mut damaged = whole.clone();
                damaged[at] ^= 1;
                fs::write(&path, damaged).unwrap();
                assert_eq!(cache.get(&key, &mut out), None, "byte {at}");
            }
            fs::write(&path, &whole[..whole.len() - 1]).unwrap();
            assert_eq!(cache.get(&key, &mut out), None);
        }
    }

    #[test]
    fn keys_follow_the_file_and_the_preparation() {
        let (_folder, cache) = cache();
        let file = [7; MIN_FILE_BYTES];
        let other = Preprocessing { resize: Resize::Pad, ..HOW };
        let taller = Preprocessing { input: Input { height: 3, ..HOW.input }, ..HOW };
        let keys = [
            cache.key(&file, HOW),
            cache.key(&file, other),
            cache.key(&file, taller),
            cache.key(&file, Preprocessing { background: Background::Black, ..HOW }),
            cache.key(&[8; MIN_FILE_BYTES], HOW),
        ];
        for (i, key) in keys.iter().enumerate() {
            assert!(key.is_some() && !keys[..i].contains(key));
        }
        assert_eq!(cache.key(&file[1..], HOW), None, "too small to be kept");
        assert_eq!(Cache { folder: None }.key(&file, HOW), None);
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first_and_nothing_of_others() {
        let (folder, cache) = cache();
        let keys: Vec<Key> = (0..20_u8).map(|i| cache.key(&[i; MIN_FILE_BYTES], HOW).unwrap()).collect();
        let old = SystemTime::now() - Duration::from_hours(1000);
        for (i, key) in keys.iter().enumerate() {
            cache.put(key, Entry { content: &content(true), pixels: &[0; 6] });
            let file = File::options().append(true).open(cache.path(key).unwrap()).unwrap();
            file.set_modified(old + Duration::from_hours(i as u64)).unwrap();
        }
        // Used again, the first is the youngest.
        assert!(cache.get(&keys[0], &mut [0; 6]).is_some());
        let foreign = folder.path().join("a/b/notes.txt");
        fs::write(&foreign, "mine").unwrap();
        let left = folder.path().join("a/b").join(&keys[0][..2]).join(".x.part");
        fs::write(&left, "half").unwrap();
        File::options().append(true).open(&left).unwrap().set_modified(old).unwrap();
        cache.trim_to(((HEADER + 6) * 10) as u64);
        let there = |key: &Key| cache.path(key).unwrap().exists();
        assert!(there(&keys[0]) && !there(&keys[1]) && there(&keys[19]));
        assert_eq!(keys.iter().filter(|key| there(key)).count(), 9);
        assert!(foreign.exists() && !left.exists());
    }

    #[test]
    fn a_cache_that_cannot_be_written_is_done_without() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let cache = Cache { folder: Some(file) };
        let key = cache.key(&[1; MIN_FILE_BYTES], HOW).unwrap();
        cache.put(&key, Entry { content: &content(false), pixels: &[0; 6] });
        assert_eq!(cache.get(&key, &mut [0; 6]), None);
        cache.trim();
    }
}
