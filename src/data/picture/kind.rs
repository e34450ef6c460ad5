//! File types, detected from the first bytes of a file instead of its name.

use std::fmt;
use std::path::Path;

use image::ImageFormat;

/// Number of bytes at the beginning of a file that [`FileKind::of`] reads.
pub(crate) const HEAD: usize = 512;

/// The type of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FileKind {
    /// A picture that the crate `image` decodes.
    Picture(PictureFormat),
    /// A HEIC picture (HEVC), as iPhones write it.
    Heic,
    /// An AVIF picture (AV1).
    Avif,
    /// A JPEG XL picture.
    Jxl,
    /// A JPEG 2000 picture.
    Jp2,
    /// An SVG drawing.
    Svg,
    /// A camera RAW file.
    Raw,
    /// A Photoshop file.
    Psd,
    /// An archive or compressed file: zip, tar, gzip, 7z, rar, xz, bzip2, zstd.
    Archive(&'static str),
    /// An HTML page, often a failed download of a picture.
    WebPage,
    /// A Git LFS pointer: text in place of a file that Git LFS stores elsewhere.
    LfsPointer,
    /// A PDF document.
    Pdf,
    /// A video.
    Video,
    /// Any other text.
    Text,
    /// An empty file.
    Empty,
    /// Anything else.
    Other,
}

/// A format of pictures that the crate `image` decodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum PictureFormat {
    Jpeg,
    Png,
    Bmp,
    Gif,
    WebP,
    Pnm,
    Tiff,
}

impl PictureFormat {
    /// The format of the crate `image`.
    pub(crate) const fn decoder(self) -> ImageFormat {
        match self {
            Self::Jpeg => ImageFormat::Jpeg,
            Self::Png => ImageFormat::Png,
            Self::Bmp => ImageFormat::Bmp,
            Self::Gif => ImageFormat::Gif,
            Self::WebP => ImageFormat::WebP,
            Self::Pnm => ImageFormat::Pnm,
            Self::Tiff => ImageFormat::Tiff,
        }
    }
}

/// File extensions of supported pictures.
const ENDINGS: [&str; 19] = [
    "jpg", "jpeg", "jfif", "jpe", "png", "bmp", "dib", "gif", "webp", "pnm", "pbm", "pgm", "ppm", "pam", "tif", "tiff",
    "heic", "heif", "hif",
];
/// File extensions of camera RAW files that begin like TIFF files.
const RAW_ENDINGS: [&str; 10] = ["cr2", "nef", "nrw", "arw", "sr2", "dng", "pef", "srw", "3fr", "erf"];

/// Whether `path` has the extension of a supported picture.
pub(crate) fn is_named_picture(path: &Path) -> bool {
    ends_in(path, &ENDINGS)
}

fn ends_in(path: &Path, endings: &[&str]) -> bool {
    path.extension().is_some_and(|end| endings.iter().any(|ending| end.eq_ignore_ascii_case(ending)))
}

impl FileKind {
    /// The type of a file that begins with `head`, at most its first [`HEAD`] bytes. Its name, `path`, only
    /// distinguishes camera RAW files from TIFF pictures.
    pub(crate) fn of(head: &[u8], path: &Path) -> Self {
        let starts = |magic: &[u8]| head.starts_with(magic);
        let at = |place: usize, magic: &[u8]| head.get(place..place + magic.len()) == Some(magic);
        match head {
            [] => Self::Empty,
            _ if starts(b"\xff\xd8\xff") => Self::Picture(PictureFormat::Jpeg),
            _ if starts(b"\x89PNG\r\n\x1a\n") => Self::Picture(PictureFormat::Png),
            _ if starts(b"GIF8") => Self::Picture(PictureFormat::Gif),
            _ if starts(b"RIFF") && at(8, b"WEBP") => Self::Picture(PictureFormat::WebP),
            _ if starts(b"BM") && bitmap_header(head) => Self::Picture(PictureFormat::Bmp),
            [b'P', b'1'..=b'7', blank, ..] if blank.is_ascii_whitespace() => Self::Picture(PictureFormat::Pnm),
            _ if at(4, b"ftyp") => brands(head),
            _ if starts(b"II*\0") && at(8, b"CR") => Self::Raw,
            _ if starts(b"II*\0") || starts(b"MM\0*") => {
                if ends_in(path, &RAW_ENDINGS) {
                    Self::Raw
                } else {
                    Self::Picture(PictureFormat::Tiff)
                }
            }
            _ if starts(b"IIRO") || starts(b"IIU\0") || starts(b"FUJIFILMCCD-RAW") || starts(b"FOVb") => Self::Raw,
            _ if starts(b"\xff\x0a") || starts(b"\0\0\0\x0cJXL ") => Self::Jxl,
            _ if starts(b"\0\0\0\x0cjP  ") || starts(b"\xff\x4f\xff\x51") => Self::Jp2,
            _ if starts(b"8BPS") => Self::Psd,
            _ if starts(b"%PDF-") => Self::Pdf,
            _ if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") => Self::Archive("zip"),
            _ if starts(b"\x1f\x8b") => Self::Archive("gzip"),
            _ if starts(b"7z\xbc\xaf\x27\x1c") => Self::Archive("7z"),
            _ if starts(b"Rar!\x1a\x07") => Self::Archive("RAR"),
            _ if starts(b"\xfd7zXZ\0") => Self::Archive("xz"),
            _ if starts(b"BZh") => Self::Archive("bzip2"),
            _ if starts(b"\x28\xb5\x2f\xfd") => Self::Archive("zstd"),
            _ if at(257, b"ustar") => Self::Archive("tar"),
            _ if starts(b"\x1a\x45\xdf\xa3") || starts(b"RIFF") && at(8, b"AVI ") => Self::Video,
            _ if starts(b"\0\0\x01\xba") || starts(b"\0\0\x01\xb3") => Self::Video,
            _ => of_text(head),
        }
    }

    /// Whether it is a picture that can be decoded.
    #[must_use]
    pub(crate) const fn is_readable(self) -> bool {
        matches!(self, Self::Picture(_) | Self::Heic)
    }

    /// Advice for converting a file of this kind to a picture.
    #[must_use]
    pub const fn advice(self) -> Option<&'static str> {
        match self {
            Self::Avif | Self::Jxl | Self::Jp2 | Self::Svg | Self::Raw | Self::Psd | Self::Pdf => {
                Some("convert to JPEG or PNG")
            }
            Self::Archive(_) => Some("unpack"),
            Self::WebPage => Some("not a picture: the download failed"),
            Self::LfsPointer => Some("run git lfs pull"),
            Self::Video => Some("save frames as JPEG or PNG"),
            _ => None,
        }
    }

    /// The name of such a file with its article.
    #[must_use]
    pub fn one(self) -> String {
        match self {
            Self::Avif => "an AVIF picture".to_owned(),
            Self::Svg => "an SVG drawing".to_owned(),
            Self::Archive(name @ "xz") => format!("an {name} archive"),
            Self::Empty => "an empty file".to_owned(),
            Self::Text => "text".to_owned(),
            Self::Other => "a file of unknown content".to_owned(),
            other => format!("a {}", other.name(1)),
        }
    }

    /// The name of such a file, plural unless `count` is 1.
    fn name(self, count: usize) -> String {
        let noun = match self {
            Self::Picture(PictureFormat::Jpeg) => "JPEG picture",
            Self::Picture(PictureFormat::Png) => "PNG picture",
            Self::Picture(PictureFormat::Bmp) => "BMP picture",
            Self::Picture(PictureFormat::Gif) => "GIF picture",
            Self::Picture(PictureFormat::WebP) => "WebP picture",
            Self::Picture(PictureFormat::Pnm) => "PNM picture",
            Self::Picture(PictureFormat::Tiff) => "TIFF picture",
            Self::Heic => "HEIC picture",
            Self::Avif => "AVIF picture",
            Self::Jxl => "JPEG XL picture",
            Self::Jp2 => "JPEG 2000 picture",
            Self::Svg => "SVG drawing",
            Self::Raw => "camera RAW file",
            Self::Psd => "Photoshop file",
            Self::Archive(name) => return format!("{name} archive{}", if count == 1 { "" } else { "s" }),
            Self::WebPage => "web page",
            Self::LfsPointer => "Git LFS pointer",
            Self::Pdf => "PDF document",
            Self::Video => "video",
            Self::Text => "text file",
            Self::Empty => "empty file",
            Self::Other => return format!("file{} of unknown content", if count == 1 { "" } else { "s" }),
        };
        format!("{noun}{}", if count == 1 { "" } else { "s" })
    }

    /// "12 AVIF pictures".
    #[must_use]
    pub fn count(self, count: usize) -> String {
        format!("{count} {}", self.name(count))
    }
}

/// "an AVIF picture: convert to JPEG or PNG".
impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.one())?;
        self.advice().map_or(Ok(()), |advice| write!(f, ": {advice}"))
    }
}

/// Whether the size field of the second header is one that bitmaps have: text may begin with "BM" too.
fn bitmap_header(head: &[u8]) -> bool {
    head.get(14..18).is_none_or(|size| matches!(u32::from_le_bytes([size[0], size[1], size[2], size[3]]), 12..=255))
}

/// The type that the brands of an ISO media file name.
fn brands(head: &[u8]) -> FileKind {
    let size = head.first_chunk().map_or(0, |size| u32::from_be_bytes(*size) as usize);
    let brands = head.get(8..head.len().min(size.max(12))).unwrap_or(&[]);
    // The version is between the major and the compatible brands.
    let has = |wanted: &[&[u8; 4]]| {
        let mut each = brands.chunks_exact(4).enumerate().filter(|(place, _)| *place != 1);
        each.any(|(_, brand)| wanted.iter().any(|wanted| brand == *wanted))
    };
    if has(&[b"avif", b"avis"]) {
        FileKind::Avif
    } else if has(&[b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"]) {
        FileKind::Heic
    } else if has(&[b"crx "]) {
        FileKind::Raw
    } else {
        FileKind::Video
    }
}

fn of_text(head: &[u8]) -> FileKind {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        // The end may split a character.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&text[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return FileKind::Other,
    };
    if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}')) {
        return FileKind::Other;
    }
    let lower = text.trim_start().to_ascii_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| lower.starts_with(word));
    if begins(&["version https://git-lfs"]) {
        FileKind::LfsPointer
    } else if begins(&["<svg"]) || begins(&["<?xml", "<!--", "<!doctype svg"]) && lower.contains("<svg") {
        FileKind::Svg
    } else if begins(&["<!doctype html", "<html", "<head", "<body", "<script"]) || lower.contains("<html") {
        FileKind::WebPage
    } else {
        FileKind::Text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kind(head: &[u8]) -> FileKind {
        FileKind::of(head, Path::new("file"))
    }

    #[test]
    fn files_are_told_by_their_first_bytes() {
        let ftyp = |brands: &[u8]| [&(8 + brands.len() as u32).to_be_bytes()[..], b"ftyp", brands].concat();
        let mut tar = vec![b'a'; 257];
        tar.extend(b"ustar");
        for (head, wanted) in [
            (&b"\xff\xd8\xff\xe0"[..], FileKind::Picture(PictureFormat::Jpeg)),
            (b"\x89PNG\r\n\x1a\n", FileKind::Picture(PictureFormat::Png)),
            (b"GIF89a", FileKind::Picture(PictureFormat::Gif)),
            (b"RIFF\0\0\0\0WEBPVP8 ", FileKind::Picture(PictureFormat::WebP)),
            (b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", FileKind::Picture(PictureFormat::Bmp)),
            (b"BMW is a car, and this is text.", FileKind::Text),
            (b"P5 3 4 255\n", FileKind::Picture(PictureFormat::Pnm)),
            (b"II*\0\x08\0\0\0", FileKind::Picture(PictureFormat::Tiff)),
            (b"MM\0*\0\0\0\x08", FileKind::Picture(PictureFormat::Tiff)),
            (b"II*\0\x10\0\0\0CR\x02\0", FileKind::Raw),
            (&ftyp(b"heic\0\0\0\0mif1heic"), FileKind::Heic),
            (&ftyp(b"mif1\0\0\0\0mif1avif"), FileKind::Avif),
            (&ftyp(b"avif\0\0\0\0"), FileKind::Avif),
            (&ftyp(b"isom\0\0\x02\0isomiso2mp41"), FileKind::Video),
            (&ftyp(b"crx \0\0\0\x01"), FileKind::Raw),
            (b"PK\x03\x04", FileKind::Archive("zip")),
            (b"\x1f\x8b\x08", FileKind::Archive("gzip")),
            (&tar, FileKind::Archive("tar")),
            (b"7z\xbc\xaf\x27\x1c", FileKind::Archive("7z")),
            (b"%PDF-1.7", FileKind::Pdf),
            (b"\n<!DOCTYPE html><html>", FileKind::WebPage),
            (b"<?xml version='1.0'?>\n<svg xmlns=", FileKind::Svg),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", FileKind::LfsPointer),
            ("name,label\nä".as_bytes(), FileKind::Text),
            (&"ä".as_bytes()[..1], FileKind::Text),
            (b"", FileKind::Empty),
            (b"\0\x01\x02", FileKind::Other),
            (b"\xc3(", FileKind::Other),
        ] {
            assert_eq!(kind(head), wanted, "{}", String::from_utf8_lossy(head));
        }
        assert_eq!(FileKind::of(b"II*\0\x08\0\0\0", Path::new("a.NEF")), FileKind::Raw);
    }

    #[test]
    fn a_kind_says_what_to_do() {
        assert_eq!(FileKind::Avif.to_string(), "an AVIF picture: convert to JPEG or PNG");
        assert_eq!(FileKind::WebPage.to_string(), "a web page: not a picture: the download failed");
        assert_eq!(FileKind::LfsPointer.to_string(), "a Git LFS pointer: run git lfs pull");
        assert_eq!(FileKind::Archive("zip").to_string(), "a zip archive: unpack");
        assert_eq!(
            (FileKind::Text.count(2), FileKind::Heic.count(1)),
            ("2 text files".to_owned(), "1 HEIC picture".to_owned())
        );
    }

    proptest! {
        #[test]
        fn any_bytes_have_a_kind(mut head in prop::collection::vec(any::<u8>(), 0..600), magic in 0_usize..6) {
            let magic: &[u8] = [&b""[..], b"\0\0\0\x20ftyp", b"II*\0", b"<", b"P6", b"BM"][magic];
            head.splice(..magic.len().min(head.len()), magic.iter().copied());
            let kind = kind(&head);
            prop_assert!(!kind.to_string().is_empty() && kind.count(3).starts_with("3 "));
        }
    }
}
