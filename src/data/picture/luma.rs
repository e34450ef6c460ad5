//! Luma of a colour, in integers: the same on every computer and board.

/// (299 R + 587 G + 114 B + 500) / 1000: the Rec. 601 weights, rounded half up.
///
/// A grey colour keeps its value. The sum is below 2¹⁸.
#[must_use]
pub const fn luma(red: u8, green: u8, blue: u8) -> u8 {
    ((299 * red as u32 + 587 * green as u32 + 114 * blue as u32 + 500) / 1000) as u8
}

/// [`luma`] of every pixel of `rgb` (interleaved) into `grey`, which has a third of its length.
pub fn luma_row(rgb: &[u8], grey: &mut [u8]) {
    for (grey, rgb) in grey.iter_mut().zip(rgb.chunks_exact(3)) {
        *grey = luma(rgb[0], rgb[1], rgb[2]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luma_is_rounded_and_keeps_greys() {
        assert_eq!([luma(255, 0, 0), luma(0, 255, 0), luma(0, 0, 255)], [76, 150, 29]);
        assert_eq!(luma(0, 0, 4), 0, "0.456 is rounded down");
        assert_eq!(luma(0, 0, 5), 1, "0.570 is rounded up");
        assert!((0..=255).all(|value| luma(value, value, value) == value));
    }

    #[test]
    fn a_row_is_its_pixels() {
        let mut grey = [0; 2];
        luma_row(&[255, 0, 0, 9, 9, 9], &mut grey);
        assert_eq!(grey, [76, 9]);
    }
}
