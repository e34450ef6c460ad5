//! Bytes of code of each piece, as `cargo bench --bench code_size -- --write` measured and wrote
//! them.

use super::code::Piece;
use super::targets::Family;

/// By family, as [`Family::ALL`]; float and int8; by piece, as [`Piece::ALL`].
pub(super) const CODE: [[[i32; Piece::ALL.len()]; 2]; Family::ALL.len()] = [[[4_000; 15]; 2]; 6];
