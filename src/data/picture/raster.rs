//! Decoded pixels.

/// A decoded image: `channels` (1 or 3) interleaved bytes a pixel, row by row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raster<'a> {
    pub width: u32,
    pub height: u32,
    pub channels: usize,
    pub bytes: &'a [u8],
}
