//! The header of a NumPy array file: a magic number, then a Python dictionary as text.

use std::io::Read;

/// Maximum size of a header, in bytes.
const MAX_HEADER: usize = 1 << 16;
/// Maximum number of axes.
const MAX_AXES: usize = 8;

/// The fields of a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    /// The element type, `|u1` for instance.
    pub descr: String,
    /// Whether the array is in Fortran (column-major) order.
    pub fortran_order: bool,
    pub shape: Vec<u64>,
}

/// Reads the header of an array; the elements follow in `stream`.
///
/// # Errors
/// A description of the defect, for a message that names the array.
pub(crate) fn header(stream: &mut impl Read) -> Result<Header, String> {
    let mut bytes = |count: usize| -> Result<Vec<u8>, String> {
        let mut bytes = vec![0; count];
        stream.read_exact(&mut bytes).map_err(|error| format!("it ends in its header: {error}"))?;
        Ok(bytes)
    };
    let start = bytes(8)?;
    if !start.starts_with(b"\x93NUMPY") {
        return Err("not a NumPy array".into());
    }
    let length = match start[6] {
        1 => bytes(2)?.iter().rev().fold(0, |length, &byte| length << 8 | usize::from(byte)),
        2 | 3 => bytes(4)?.iter().rev().fold(0, |length, &byte| length << 8 | usize::from(byte)),
        version => return Err(format!("version {version} of the NumPy format is not supported")),
    };
    if length > MAX_HEADER {
        return Err(format!("its header declares {length} bytes; the maximum is {MAX_HEADER}"));
    }
    let text = String::from_utf8(bytes(length)?).map_err(|_| "its header is not text".to_owned())?;
    parsed(&text).ok_or_else(|| format!("its header cannot be parsed: {}", text.trim()))
}

fn parsed(text: &str) -> Option<Header> {
    let value = |key: &str| {
        let (_, rest) = text.split_once(&format!("'{key}'"))?;
        Some(rest.trim_start().strip_prefix(':')?.trim_start())
    };
    let (descr, _) = value("descr")?.strip_prefix('\'')?.split_once('\'')?;
    let order = value("fortran_order")?;
    let (shape, _) = value("shape")?.strip_prefix('(')?.split_once(')')?;
    let axes = shape.split(',').map(str::trim).filter(|axis| !axis.is_empty());
    let shape: Vec<u64> = axes.map(|axis| axis.parse().ok()).collect::<Option<_>>()?;
    let fortran_order = match order {
        _ if order.starts_with("True") => true,
        _ if order.starts_with("False") => false,
        _ => return None,
    };
    (shape.len() <= MAX_AXES).then(|| Header { descr: descr.to_owned(), fortran_order, shape })
}

/// An integer type of array elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Integer {
    /// Bytes of one.
    pub bytes: usize,
    big_endian: bool,
    signed: bool,
}

impl Integer {
    /// Parses `descr` of an integer of up to eight bytes, or a boolean.
    pub fn of(descr: &str) -> Option<Self> {
        let (order, rest) = descr.split_at_checked(1)?;
        let (kind, bytes) = rest.split_at_checked(1)?;
        let bytes = bytes.parse().ok().filter(|bytes| matches!(bytes, 1 | 2 | 4 | 8))?;
        let signed = match kind {
            "u" | "b" => false,
            "i" => true,
            _ => return None,
        };
        matches!(order, "|" | "<" | ">" | "=").then_some(Self { bytes, big_endian: order == ">", signed })
    }

    /// The value of one element; `None` if it is negative.
    pub fn value(self, element: &[u8]) -> Option<u64> {
        let fold = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        let value = if self.big_endian { element.iter().fold(0, fold) } else { element.iter().rev().fold(0, fold) };
        let is_negative = self.signed && value >> (8 * self.bytes - 1) & 1 == 1;
        (!is_negative).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(version: u8, text: &str) -> Vec<u8> {
        let length = (text.len() as u32).to_le_bytes();
        let length = if version == 1 { &length[..2] } else { &length[..] };
        [&b"\x93NUMPY"[..], &[version, 0], length, text.as_bytes()].concat()
    }

    #[test]
    fn headers_are_read() {
        let text = "{'descr': '<i8', 'fortran_order': False, 'shape': (10, 28,), }   \n";
        let wanted = Header { descr: "<i8".into(), fortran_order: false, shape: vec![10, 28] };
        for version in 1..=3 {
            assert_eq!(header(&mut &file(version, text)[..]), Ok(wanted.clone()));
        }
        for (bytes, wanted) in [
            (b"\x89PNG\r\n\x1a\n".to_vec(), "not a NumPy array"),
            (file(1, text)[..30].to_vec(), "ends in its header"),
            (file(9, text), "version 9"),
            (file(1, "{'descr': [('a', '<i8')], }"), "cannot be parsed"),
            (file(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,)}"), "cannot be parsed"),
            ([&b"\x93NUMPY\x02\0"[..], &[255; 4]].concat(), "maximum is 65536"),
        ] {
            let error = header(&mut &bytes[..]).unwrap_err();
            assert!(error.contains(wanted), "{wanted}: {error}");
        }
    }

    #[test]
    fn integers_of_any_order_and_size_are_read() {
        let value = |descr: &str, element: &[u8]| Integer::of(descr).unwrap().value(element);
        assert_eq!(value("|u1", &[200]), Some(200));
        assert_eq!(value("<i4", &[1, 2, 0, 0]), Some(513));
        assert_eq!(value(">i2", &[1, 2]), Some(258));
        assert_eq!(value("|i1", &[255]), None);
        assert_eq!(value("<i8", &[255; 8]), None);
        assert_eq!([Integer::of("<f4"), Integer::of("|S1"), Integer::of("é"), Integer::of("<i3")], [None; 4]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_header_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[{}':,() a-z0-9|<]*") {
            let _ = header(&mut &bytes[..]);
            let _ = header(&mut &file(1, &text)[..]);
            let _ = Integer::of(&text);
        }
    }
}
