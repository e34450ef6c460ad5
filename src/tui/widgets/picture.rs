//! Images drawn in cells of the terminal.

use crate::tui::theme::{Depth, Theme};
use image::DynamicImage;
use image::imageops::FilterType;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Style};
use ratatui::widgets::Widget as _;
use ratatui_image::picker::Picker;
use ratatui_image::protocol::Protocol;
use ratatui_image::{Image, Resize};
use std::sync::Arc;

/// A preprocessed image: the input of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    height: usize,
    width: usize,
    channels: usize,
    /// Row by row, channels interleaved.
    pixels: Arc<[u8]>,
}

/// Characters from dark to light, for terminals without colours.
const RAMP: &[u8; 10] = b" .:-=+*#%@";

impl Picture {
    /// Creates an image of `height` × `width` × `channels` bytes; `None` if `pixels` has another length or is empty.
    #[must_use]
    pub fn new(height: usize, width: usize, channels: usize, pixels: &[u8]) -> Option<Self> {
        let is_whole = height > 0 && width > 0 && channels > 0 && pixels.len() == height * width * channels;
        is_whole.then(|| Self { height, width, channels, pixels: pixels.into() })
    }

    /// Borrows the image.
    #[must_use]
    pub fn pixels(&self) -> Pixels<'_> {
        Pixels { height: self.height, width: self.width, channels: self.channels, bytes: &self.pixels }
    }
}

/// An image encoded for a terminal with a graphics protocol.
#[derive(Clone)]
pub struct Encoded(Arc<Protocol>);

impl std::fmt::Debug for Encoded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Encoded").field(&self.0.area()).finish()
    }
}

impl Encoded {
    /// Encodes `picture` for a size in columns and lines; `None` if it cannot be encoded. Slow.
    #[must_use]
    pub fn new(picker: &Picker, picture: &Picture, (columns, lines): (u16, u16)) -> Option<Self> {
        let (width, height) = (picture.width as u32, picture.height as u32);
        let bytes = picture.pixels.to_vec();
        let image = match picture.channels {
            1 => DynamicImage::from(image::GrayImage::from_raw(width, height, bytes)?),
            3 => DynamicImage::from(image::RgbImage::from_raw(width, height, bytes)?),
            _ => return None,
        };
        let area = Rect::new(0, 0, columns, lines);
        // Pixels as in the preprocessed image, without smoothing.
        let protocol = picker.new_protocol(image, area, Resize::Scale(Some(FilterType::Nearest))).ok()?;
        Some(Self(Arc::new(protocol)))
    }

    /// Draws the image into `area`.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer) {
        Image::new(&self.0).render(area, buffer);
    }
}

/// A borrowed image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pixels<'a> {
    height: usize,
    width: usize,
    channels: usize,
    bytes: &'a [u8],
}

impl<'a> Pixels<'a> {
    /// Creates an image of `height` × `width` × `channels` bytes; `None` if `bytes` has another length or is empty.
    #[must_use]
    pub fn new(height: usize, width: usize, channels: usize, bytes: &'a [u8]) -> Option<Self> {
        let is_whole = height > 0 && width > 0 && channels > 0 && bytes.len() == height * width * channels;
        is_whole.then_some(Self { height, width, channels, bytes })
    }

    /// Copies the image.
    #[must_use]
    pub fn to_picture(self) -> Picture {
        let Self { height, width, channels, bytes } = self;
        Picture { height, width, channels, pixels: bytes.into() }
    }

    /// Returns the width in columns for a height of `rows` cells; a cell is twice as high as wide.
    #[must_use]
    pub fn columns(&self, rows: u16) -> u16 {
        (usize::from(rows) * 2 * self.width / self.height).clamp(1, 1000) as u16
    }

    /// Draws the image stretched to `area`.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: Theme) {
        for row in 0..area.height {
            for column in 0..area.width {
                let at = Position { x: area.x + column, y: area.y + row };
                let Some(cell) = buffer.cell_mut(at) else { continue };
                let [above, below] = [0, 1].map(|half| self.sample(column, row * 2 + half, area));
                if theme.depth <= Depth::Sixteen || !theme.has_glyphs {
                    let light = luma(above).midpoint(luma(below));
                    let sign = RAMP[usize::from(light) * RAMP.len() / 256];
                    cell.set_char(char::from(sign)).set_style(Style::new());
                } else {
                    cell.set_char('▀').set_style(Style::new().fg(colour(above, theme)).bg(colour(below, theme)));
                }
            }
        }
    }

    /// Returns the mean colour of the part of the image in half a cell.
    fn sample(&self, column: u16, half: u16, area: Rect) -> [u8; 3] {
        let part = |at: u16, of: u16, size: usize| {
            let from = usize::from(at) * size / usize::from(of);
            (from, ((usize::from(at) + 1) * size / usize::from(of)).clamp(from + 1, size))
        };
        let (left, right) = part(column, area.width, self.width);
        let (top, bottom) = part(half, area.height * 2, self.height);
        let mut sums = [0usize; 3];
        for y in top..bottom {
            for x in left..right {
                let pixel = &self.bytes[(y * self.width + x) * self.channels..][..self.channels];
                for (channel, sum) in sums.iter_mut().enumerate() {
                    *sum += usize::from(pixel[channel.min(self.channels - 1)]);
                }
            }
        }
        let count = (right - left) * (bottom - top);
        sums.map(|sum| (sum / count) as u8)
    }
}

fn luma([red, green, blue]: [u8; 3]) -> u8 {
    crate::data::luma::luma(red, green, blue)
}

fn colour([red, green, blue]: [u8; 3], theme: Theme) -> Color {
    if theme.depth == Depth::True {
        return Color::Rgb(red, green, blue);
    }
    // The palette of 256 colours has a cube of 6 × 6 × 6 colours and 24 grays.
    let spread = red.max(green).max(blue) - red.min(green).min(blue);
    if spread < 12 {
        return Color::Indexed(232 + (u16::from(luma([red, green, blue])) * 23 / 255) as u8);
    }
    let level = |value: u8| (u16::from(value) * 5 + 127) / 255;
    Color::Indexed((16 + 36 * level(red) + 6 * level(green) + level(blue)) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui_image::picker::ProtocolType;

    #[test]
    fn pictures_are_encoded_for_terminals_that_draw_pixels() {
        let picture = Picture::new(8, 8, 3, &[7; 192]).unwrap();
        for (protocol, sign) in [(ProtocolType::Kitty, '\u{10eeee}'), (ProtocolType::Sixel, 'q')] {
            let mut picker = Picker::halfblocks();
            picker.set_protocol_type(protocol);
            let encoded = Encoded::new(&picker, &picture, (8, 4)).unwrap();
            let area = Rect::new(0, 0, 10, 6);
            let mut buffer = Buffer::empty(area);
            encoded.draw(Rect::new(1, 1, 8, 4), &mut buffer);
            assert!(buffer[(1, 1)].symbol().contains(sign), "{protocol:?}: {:?}", buffer[(1, 1)].symbol());
            assert_eq!(buffer[(0, 0)].symbol(), " ");
        }
    }

    #[test]
    fn every_cell_shows_the_mean_of_what_falls_on_it() {
        let pixels: Vec<u8> = (0..16).map(|at| if at < 8 { 0 } else { 255 }).collect();
        let picture = Picture::new(4, 4, 1, &pixels).unwrap();
        let area = Rect::new(0, 0, 2, 1);
        let mut buffer = Buffer::empty(area);
        let theme = Theme::of(|name| (name == "COLORTERM").then(|| "truecolor".to_owned()));
        picture.pixels().draw(area, &mut buffer, theme);
        let cell = &buffer[(0, 0)];
        assert_eq!((cell.fg, cell.bg), (Color::Rgb(0, 0, 0), Color::Rgb(255, 255, 255)));
        assert_eq!(Picture::new(4, 4, 3, &pixels), None);
        for (width, height) in [(1, 1), (7, 3), (40, 30)] {
            let area = Rect::new(0, 0, width, height);
            picture.pixels().draw(area, &mut Buffer::empty(area), Theme::of(|_| None));
        }
    }
}
