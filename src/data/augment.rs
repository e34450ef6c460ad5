//! Data augmentation, fast enough not to slow down training.
//!
//! The changes of an image depend only on seed, epoch and index. All changes are drawn in a fixed order whether they
//! are enabled or not, so that enabling one does not affect the others. Geometry comes first, in one step, then
//! brightness and contrast by a lookup table, then noise.

use crate::config::{Augment, Input};
use crate::random::{Purpose, Stream};

/// Augments training images as the `[augment]` section of the configuration says.
#[derive(Debug, Clone)]
pub struct Augmenter {
    augment: Augment,
    height: usize,
    width: usize,
    channels: usize,
    seed: u32,
}

/// The changes of one image.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Change {
    flip: bool,
    /// Whole pixels to the right and down.
    right: isize,
    down: isize,
    /// Radians, turning right.
    angle: f32,
    /// Larger than 1 enlarges.
    scale: f32,
    /// Added, in grey levels.
    brightness: f32,
    /// Multiplies the distance from middle grey, 127.5.
    contrast: f32,
    /// Seed of the noise.
    noise: u64,
}

impl Augmenter {
    /// For images of `input`, training with `seed`.
    #[must_use]
    pub fn new(augment: &Augment, input: Input, seed: u32) -> Self {
        Self {
            // Mixup is applied later, to whole batches.
            augment: Augment { mixup: 0.0, ..augment.clone() },
            height: input.height as usize,
            width: input.width as usize,
            channels: input.channels as usize,
            seed,
        }
    }

    /// Whether no augmentation is enabled, so that [`apply`](Self::apply) only copies.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.augment == Augment::default()
    }

    /// Writes the augmented image `src` to `out`; both have height · width · channels bytes. The changes depend only
    /// on seed, `epoch` and `index`.
    ///
    /// Pixels beyond an edge have the colour of the edge. Shifts are whole pixels; rotation and zoom are about the
    /// centre, bilinear.
    pub fn apply(&self, epoch: u32, index: u64, src: &[u8], out: &mut [u8]) {
        if self.is_identity() {
            out.copy_from_slice(src);
            return;
        }
        let change = self.draw(epoch, index);
        if self.augment.rotate > 0.0 || self.augment.zoom > 0.0 {
            match self.channels {
                1 => self.turn::<1>(&change, src, out),
                _ => self.turn::<3>(&change, src, out),
            }
        } else {
            self.shift(&change, src, out);
        }
        if self.augment.brightness > 0.0 || self.augment.contrast > 0.0 {
            let table: [u8; 256] = std::array::from_fn(|value| {
                let value = (value as f32 - 127.5) * change.contrast + 127.5 + change.brightness;
                // A cast clamps to 0 and 255.
                (value + 0.5) as u8
            });
            for byte in out.iter_mut() {
                *byte = table[usize::from(*byte)];
            }
        }
        if self.augment.noise > 0.0 {
            add_noise(out, self.augment.noise as f32 * 255.0, change.noise);
        }
    }

    fn draw(&self, epoch: u32, index: u64) -> Change {
        let augment = &self.augment;
        let mut stream = Stream::new(self.seed, Purpose::Augment, epoch, index);
        let mut pixels = |share: f64, side: usize| stream.symmetric(share as f32 * side as f32).round() as isize;
        let (right, down) = (pixels(augment.shift, self.width), pixels(augment.shift, self.height));
        Change {
            flip: stream.coin() && augment.flip,
            right,
            down,
            angle: stream.symmetric(augment.rotate.to_radians() as f32),
            scale: 1.0 + stream.symmetric(augment.zoom as f32),
            brightness: stream.symmetric(augment.brightness as f32 * 255.0),
            contrast: 1.0 + stream.symmetric(augment.contrast as f32),
            noise: stream.below(1 << 31) as u64,
        }
    }

    /// Flip and shift without interpolation.
    fn shift(&self, change: &Change, src: &[u8], out: &mut [u8]) {
        let Self { height, width, channels, .. } = *self;
        let row_bytes = width * channels;
        let mut mirrored = vec![0; if change.flip { row_bytes } else { 0 }];
        // The part of the row that stays in view.
        let kept = width.saturating_sub(change.right.unsigned_abs()) * channels;
        for (y, out) in out.chunks_exact_mut(row_bytes).enumerate() {
            let from = (y as isize - change.down).clamp(0, height as isize - 1) as usize;
            let mut row = &src[from * row_bytes..(from + 1) * row_bytes];
            if change.flip {
                if channels == 1 {
                    mirrored.iter_mut().zip(row.iter().rev()).for_each(|(to, &from)| *to = from);
                } else {
                    for (to, from) in mirrored.chunks_exact_mut(channels).zip(row.chunks_exact(channels).rev()) {
                        to.copy_from_slice(from);
                    }
                }
                row = &mirrored;
            }
            if change.right >= 0 {
                let (edge, rest) = out.split_at_mut(row_bytes - kept);
                rest.copy_from_slice(&row[..kept]);
                edge.chunks_exact_mut(channels).for_each(|pixel| pixel.copy_from_slice(&row[..channels]));
            } else {
                let (rest, edge) = out.split_at_mut(kept);
                rest.copy_from_slice(&row[row_bytes - kept..]);
                edge.chunks_exact_mut(channels).for_each(|pixel| pixel.copy_from_slice(&row[row_bytes - channels..]));
            }
        }
    }

    /// All geometry by one inverse affine map in 16.16 fixed point.
    fn turn<const CHANNELS: usize>(&self, change: &Change, src: &[u8], out: &mut [u8]) {
        const ONE: f32 = 65_536.0;
        let Self { height, width, .. } = *self;
        let (src, _) = src.as_chunks::<CHANNELS>();
        let (out, _) = out.as_chunks_mut::<CHANNELS>();
        let (sin, cos) = change.angle.sin_cos();
        let (sin, cos) = (sin / change.scale, cos / change.scale);
        let mirror = if change.flip { -1.0 } else { 1.0 };
        let (middle_x, middle_y) = ((width as f32 - 1.0) / 2.0, (height as f32 - 1.0) / 2.0);
        let (step_x, step_y) = ((mirror * cos * ONE) as i64, (-sin * ONE) as i64);
        let (last_x, last_y) = ((width as i64 - 1) << 16, (height as i64 - 1) << 16);
        for (y, row) in out.chunks_exact_mut(width).enumerate() {
            let (dx, dy) = (-middle_x - change.right as f32, y as f32 - middle_y - change.down as f32);
            let mut at_x = ((mirror * (cos * dx + sin * dy) + middle_x) * ONE) as i64;
            let mut at_y = ((cos * dy - sin * dx + middle_y) * ONE) as i64;
            for pixel in row {
                let (x, y) = (at_x.clamp(0, last_x), at_y.clamp(0, last_y));
                let (left, right) = ((x >> 16) as usize, ((x + 0xffff) >> 16) as usize);
                let (above, below) = ((y >> 16) as usize * width, ((y + 0xffff) >> 16) as usize * width);
                let (part_x, part_y) = ((x as u32 >> 8) & 255, (y as u32 >> 8) & 255);
                let corners = [src[above + left], src[above + right], src[below + left], src[below + right]];
                for channel in 0..CHANNELS {
                    let [a, b, c, d] = corners.map(|corner| u32::from(corner[channel]));
                    let (upper, lower) = (a * (256 - part_x) + b * part_x, c * (256 - part_x) + d * part_x);
                    pixel[channel] = ((upper * (256 - part_y) + lower * part_y + 32_768) >> 16) as u8;
                }
                at_x += step_x;
                at_y += step_y;
            }
        }
    }
}

/// Adds noise of the standard deviation `deviation`, in grey levels, to every byte.
///
/// A sample is the sum of four random bytes: nearly normal, at most 3.45 deviations from 0.
fn add_noise(out: &mut [u8], deviation: f32, seed: u64) {
    /// The sum's mean, and its standard deviation √(4 · (256² − 1) / 12).
    const MEAN: i32 = 510;
    const DEVIATION: f32 = 147.8;
    let factor = (deviation / DEVIATION * 65_536.0) as i32;
    let mut counter = seed << 32;
    for pair in out.chunks_mut(2) {
        // SplitMix64 (Steele, Lea and Flood, 2014).
        counter = counter.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = (counter ^ (counter >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        // Four sums of two bytes, then two sums of four.
        let twos = (bits & 0x00ff_00ff_00ff_00ff) + ((bits >> 8) & 0x00ff_00ff_00ff_00ff);
        let fours = (twos & 0x0000_ffff_0000_ffff) + ((twos >> 16) & 0x0000_ffff_0000_ffff);
        for (byte, sum) in pair.iter_mut().zip([fours as u32 as i32, (fours >> 32) as i32]) {
            let noise = ((sum - MEAN) * factor + 32_768) >> 16;
            *byte = (i32::from(*byte) + noise).clamp(0, 255) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: Augment = Augment {
        flip: true,
        shift: 0.1,
        rotate: 15.0,
        zoom: 0.2,
        brightness: 0.2,
        contrast: 0.2,
        noise: 0.05,
        ..NONE
    };
    const NONE: Augment = Augment {
        flip: false,
        shift: 0.0,
        rotate: 0.0,
        zoom: 0.0,
        brightness: 0.0,
        contrast: 0.0,
        noise: 0.0,
        mixup: 0.0,
    };

    fn ramp(input: Input) -> Vec<u8> {
        let (width, channels) = (input.width as usize, input.channels as usize);
        let values = input.height as usize * width * channels;
        (0..values).map(|i| (i / channels % width * 7 + i / channels / width * 3 + i % channels * 50) as u8).collect()
    }

    fn changed(augmenter: &Augmenter, index: u64, src: &[u8]) -> Vec<u8> {
        let mut out = vec![0; src.len()];
        augmenter.apply(3, index, src, &mut out);
        out
    }

    fn mirrored(src: &[u8], input: Input) -> Vec<u8> {
        let channels = input.channels as usize;
        src.chunks(input.width as usize * channels)
            .flat_map(|row| row.chunks(channels).rev().flatten().copied().collect::<Vec<_>>())
            .collect()
    }

    #[test]
    fn no_change_is_the_identity() {
        let input = Input { height: 5, width: 7, channels: 3 };
        let augmenter = Augmenter::new(&NONE, input, 1);
        assert!(augmenter.is_identity() && !Augmenter::new(&ALL, input, 1).is_identity());
        assert_eq!(changed(&augmenter, 0, &ramp(input)), ramp(input));
    }

    #[test]
    fn a_flip_is_the_exact_mirror_of_half_of_the_images_on_both_paths() {
        for channels in [1, 3] {
            let input = Input { height: 6, width: 9, channels };
            let src = ramp(input);
            // A rotation too small to move a pixel, which is computed by the affine transformation.
            for rotate in [0.0, 1e-6] {
                let augmenter = Augmenter::new(&Augment { flip: true, rotate, ..NONE }, input, 1);
                let mut flipped = 0;
                for index in 0..200 {
                    let out = changed(&augmenter, index, &src);
                    flipped += usize::from(out == mirrored(&src, input));
                    assert!(out == src || out == mirrored(&src, input), "{out:?}");
                }
                assert!((70..130).contains(&flipped), "{flipped}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_shift_moves_whole_pixels_within_its_range_and_repeats_the_edge(
            width in 1_u32..20, height in 1_u32..20, rgb: bool, shift in 0.01..0.5, index: u64, turning: bool,
        ) {
            let input = Input { height, width, channels: if rgb { 3 } else { 1 } };
            let rotate = if turning { 1e-9 } else { 0.0 };
            let augmenter = Augmenter::new(&Augment { shift, rotate, ..NONE }, input, 5);
            let change = augmenter.draw(3, index);
            prop_assert!(change.right.unsigned_abs() as f64 <= shift * f64::from(width) + 0.5);
            prop_assert!(change.down.unsigned_abs() as f64 <= shift * f64::from(height) + 0.5);
            let (src, channels) = (ramp(input), input.channels as usize);
            let out = changed(&augmenter, index, &src);
            for (i, pixel) in out.chunks(channels).enumerate() {
                let (x, y) = (i as isize % width as isize, i as isize / width as isize);
                let from_x = (x - change.right).clamp(0, width as isize - 1);
                let from_y = (y - change.down).clamp(0, height as isize - 1);
                let from = (from_y * width as isize + from_x) as usize * channels;
                prop_assert_eq!(pixel, &src[from..from + channels]);
            }
        }

        #[test]
        fn any_setting_and_size_works(
            width in 1_u32..20, height in 1_u32..20, rgb: bool, index: u64,
            flip: bool, shift in 0.0..0.5, rotate in 0.0..180.0, zoom in 0.0..0.9,
            brightness in 0.0..1.0, contrast in 0.0..1.0, noise in 0.0..1.0,
        ) {
            let input = Input { height, width, channels: if rgb { 3 } else { 1 } };
            let augment = Augment { flip, shift, rotate, zoom, brightness, contrast, noise, ..NONE };
            let augmenter = Augmenter::new(&augment, input, 5);
            let src = ramp(input);
            prop_assert_eq!(changed(&augmenter, index, &src), changed(&augmenter, index, &src));
        }
    }

    #[test]
    fn every_image_epoch_and_seed_changes_otherwise() {
        let input = Input::default();
        let src = ramp(input);
        let out = |seed, epoch, index| {
            let mut out = vec![0; src.len()];
            Augmenter::new(&ALL, input, seed).apply(epoch, index, &src, &mut out);
            out
        };
        assert_eq!(out(1, 2, 3), out(1, 2, 3));
        for other in [out(2, 2, 3), out(1, 3, 3), out(1, 2, 4)] {
            assert_ne!(out(1, 2, 3), other);
        }
    }

    #[test]
    fn a_quarter_turn_and_a_zoom_go_where_they_should() {
        let input = Input { height: 3, width: 3, channels: 1 };
        let augmenter = Augmenter::new(&Augment { rotate: 90.0, ..NONE }, input, 1);
        let still =
            Change { flip: false, right: 0, down: 0, angle: 0.0, scale: 1.0, brightness: 0.0, contrast: 1.0, noise: 0 };
        let src = [10, 20, 30, 40, 50, 60, 70, 80, 90];
        let mut out = [0; 9];
        augmenter.turn::<1>(&Change { angle: std::f32::consts::FRAC_PI_2, ..still }, &src, &mut out);
        assert_eq!(out, [70, 40, 10, 80, 50, 20, 90, 60, 30], "turned right");
        augmenter.turn::<1>(&Change { scale: 2.0, ..still }, &src, &mut out);
        assert_eq!(out, [30, 35, 40, 45, 50, 55, 60, 65, 70], "twice as large");
        augmenter.turn::<1>(&Change { flip: true, right: 1, ..still }, &src, &mut out);
        assert_eq!(out, [30, 30, 20, 60, 60, 50, 90, 90, 80], "mirrored, then moved right");
    }

    #[test]
    fn brightness_and_contrast_stay_in_range_and_keep_the_order_of_greys() {
        let input = Input { height: 16, width: 16, channels: 1 };
        let src: Vec<u8> = (0..=255).collect();
        let brighter = Augmenter::new(&Augment { brightness: 0.2, ..NONE }, input, 1);
        let (mut low, mut high) = (0, 0);
        for index in 0..500 {
            let out = changed(&brighter, index, &src);
            let step = i32::from(out[128]) - 128;
            (low, high) = (low.min(step), high.max(step));
            assert!(out.iter().zip(&src).all(|(&to, &from)| i32::from(to) == (i32::from(from) + step).clamp(0, 255)));
        }
        assert!((-51..=-46).contains(&low) && (46..=51).contains(&high), "{low} {high}");
        let contrast = Augmenter::new(&Augment { contrast: 1.0, ..NONE }, input, 1);
        for index in 0..100 {
            let out = changed(&contrast, index, &src);
            assert!(out.windows(2).all(|pair| pair[0] <= pair[1]));
            assert!((126..=129).contains(&out[127]));
        }
    }

    #[test]
    fn noise_has_the_deviation_asked_for_and_no_bias() {
        let mut pixels = vec![128; 100_001];
        add_noise(&mut pixels, 12.75, 9);
        let mean = pixels.iter().map(|&byte| f64::from(byte)).sum::<f64>() / 100_001.0;
        let variance = pixels.iter().map(|&byte| (f64::from(byte) - mean).powi(2)).sum::<f64>() / 100_001.0;
        assert!((mean - 128.0).abs() < 0.15, "{mean}");
        assert!((variance.sqrt() - 12.75).abs() < 0.15, "{}", variance.sqrt());
        let one_in_a_row = pixels.windows(2).map(|pair| (f64::from(pair[0]) - mean) * (f64::from(pair[1]) - mean));
        assert!((one_in_a_row.sum::<f64>() / 100_000.0 / variance).abs() < 0.02, "neighbours are independent");
    }
}
