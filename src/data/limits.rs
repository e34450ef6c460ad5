//! Sizes that pictures and data sets may have. Everything is refused before it is decoded or allocated.

/// The largest side of a picture, in pixels; [`RowResizer`](super::resize::RowResizer) computes with it in 32 bits.
pub const MAX_SIDE: u32 = 65_535;
/// The most pixels of a picture; a larger one is refused before it is decoded.
pub const MAX_PIXELS: u64 = 64 << 20;
/// The most bytes of all images of a data set together.
pub(crate) const MAX_BYTES: u64 = 4_000_000_000;

/// Whether a picture of this size is read.
pub(crate) fn check_size(width: u32, height: u32) -> Result<(), String> {
    if width == 0 || height == 0 {
        return Err(format!("it is {width}×{height} pixels"));
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(format!("it is {width}×{height} pixels; at most {MAX_PIXELS} pixels are read"));
    }
    if width.max(height) > MAX_SIDE {
        return Err(format!("it is {width}×{height} pixels; a side has at most {MAX_SIDE}"));
    }
    Ok(())
}

/// How many bytes `[images, height, width, channels]` are, if images may have that size.
///
/// # Errors
/// What is wrong with the sizes, for a message that names the file.
pub(crate) fn check_shape([count, height, width, channels]: [u64; 4]) -> Result<u64, String> {
    let sides = 1..=u64::from(MAX_SIDE);
    if !matches!(channels, 1 | 3) {
        return Err(format!("its images have {channels} channels; 1 or 3 would be right"));
    }
    if !sides.contains(&height) || !sides.contains(&width) {
        return Err(format!("its images are {width}×{height} pixels; 1 to {MAX_SIDE} each would be right"));
    }
    let bytes = u128::from(count) * u128::from(height) * u128::from(width) * u128::from(channels);
    if bytes > u128::from(MAX_BYTES) {
        return Err(format!(
            "its header claims {count} images of {width}×{height} pixels, {bytes} bytes; at most {MAX_BYTES} are read"
        ));
    }
    Ok(bytes as u64)
}
