//! Sizes that pictures and data sets may have. Everything is refused before it is decoded or allocated.

/// The maximum width and height of a picture, in pixels; [`RowResizer`](super::resize::RowResizer) computes with it in
/// 32 bits.
pub const MAX_SIDE: u32 = 65_535;
/// The maximum number of pixels of a picture; a larger one is refused before it is decoded.
pub const MAX_PIXELS: u64 = 64 << 20;
/// The maximum size of all decoded images of a data set together, in bytes.
pub(crate) const MAX_BYTES: u64 = 4_000_000_000;

/// Checks the size of a picture, in pixels, before it is decoded.
pub(crate) fn check_size(width: u32, height: u32) -> Result<(), String> {
    if width == 0 || height == 0 {
        return Err(format!("it is {width}×{height} pixels"));
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(format!("it is {width}×{height} pixels; the maximum is {MAX_PIXELS} pixels"));
    }
    if width.max(height) > MAX_SIDE {
        return Err(format!("it is {width}×{height} pixels; the maximum width and height is {MAX_SIDE}"));
    }
    Ok(())
}

/// Checks a shape `[images, height, width, channels]` and returns its size in bytes.
///
/// # Errors
/// A description of the invalid shape, for a message that names the file.
pub(crate) fn check_shape([count, height, width, channels]: [u64; 4]) -> Result<u64, String> {
    let sides = 1..=u64::from(MAX_SIDE);
    if !matches!(channels, 1 | 3) {
        return Err(format!("its images have {channels} channels; 1 or 3 are supported"));
    }
    if !sides.contains(&height) || !sides.contains(&width) {
        return Err(format!("its images are {width}×{height} pixels; 1 to {MAX_SIDE} each are supported"));
    }
    let bytes = u128::from(count) * u128::from(height) * u128::from(width) * u128::from(channels);
    if bytes > u128::from(MAX_BYTES) {
        return Err(format!(
            "its header declares {count} images of {width}×{height} pixels, {bytes} bytes; the maximum is {MAX_BYTES}"
        ));
    }
    Ok(bytes as u64)
}
