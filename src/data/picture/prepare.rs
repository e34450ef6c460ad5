//! From decoded pixels to the network input: crop, luma and resize, by one integer definition.

use super::luma::luma_row;
use super::raster::Raster;
use super::resize::{RowResizer, frame};
use crate::config::{Background, Input, Resize};

/// Preprocessing settings: input size, resize mode, background of transparent pictures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Preprocessing {
    pub input: Input,
    pub resize: Resize,
    pub background: Background,
}

/// Crops, converts to luma and resizes `raster`, row by row, into `out` of the input size; padding is black.
pub(crate) fn fill(raster: Raster<'_>, input: Input, resize: Resize, out: &mut [u8]) {
    let (from, to) = frame(raster.width, raster.height, input, resize);
    let channels = input.channels as usize;
    let row_bytes = input.width as usize * channels;
    out.fill(0);
    let start = to.x as usize * channels;
    let mut rows = out.chunks_exact_mut(row_bytes).skip(to.y as usize);
    let mut resizer = RowResizer::new((from.width, from.height), (to.width, to.height), channels);
    let mut converted = vec![0; from.width as usize * channels];
    let source_rows = raster.bytes.chunks_exact(raster.width as usize * raster.channels);
    for row in source_rows.skip(from.y as usize).take(from.height as usize) {
        let row = &row[from.x as usize * raster.channels..][..from.width as usize * raster.channels];
        let row = match (raster.channels, channels) {
            (3, 1) => {
                luma_row(row, &mut converted);
                &converted[..]
            }
            (1, 3) => {
                for (rgb, &grey) in converted.chunks_exact_mut(3).zip(row) {
                    rgb.fill(grey);
                }
                &converted[..]
            }
            _ => row,
        };
        resizer.push(row, |row| {
            if let Some(out) = rows.next() {
                out[start..start + row.len()].copy_from_slice(row);
            }
        });
    }
}
