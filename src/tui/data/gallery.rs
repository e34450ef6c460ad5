//! Layout of the gallery.

use super::view::Zoom;
use crate::config::Input;
use crate::tui::dialog::first_of;
use ratatui::layout::Rect;

/// The position of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Its class.
    pub class: usize,
    /// Its index among the pictures of the class.
    pub picture: usize,
    /// Its area.
    pub area: Rect,
}

/// The line above the pictures of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caption {
    /// The class.
    pub class: usize,
    /// Its area.
    pub area: Rect,
}

/// The contents of the gallery, and its cursor.
#[derive(Debug, Clone, Copy)]
pub struct Contents<'a> {
    pub zoom: Zoom,
    /// The number of pictures of each class.
    pub counts: &'a [usize],
    pub class: usize,
    pub picture: usize,
    /// The size of the pictures in pixels.
    pub input: Input,
}

/// Minimum and maximum height of a small picture, in lines.
const LINES: (u16, u16) = (4, 10);

/// Lays out captions and pictures in `area`.
pub fn lay_out(contents: &Contents<'_>, area: Rect) -> (Vec<Caption>, Vec<Spot>) {
    if area.height < 2 || area.width < 4 || contents.class >= contents.counts.len() {
        return (Vec::new(), Vec::new());
    }
    match contents.zoom {
        Zoom::All => all(contents, area),
        Zoom::Class => one_class(contents, area),
        Zoom::One => one(contents, area),
    }
}

/// Rows of pictures per class, one or more, for as many classes as there is room for.
fn all(contents: &Contents<'_>, area: Rect) -> (Vec<Caption>, Vec<Spot>) {
    let classes = contents.counts.len();
    let even = (usize::from(area.height) / classes) as u16;
    // Room for more than one row of pictures is used for more rows, and the rest for larger pictures.
    let rows = (even / (LINES.1 + 1)).max(1);
    let lines = (even / rows).saturating_sub(1).max(LINES.0).min(area.height - 1);
    let lines = fitting(lines, area.width, contents.input);
    let block = (lines + 1).max(even);
    let shown = usize::from(area.height / block).max(1);
    let first = first_of(contents.class, classes, shown);
    let (mut captions, mut spots) = (Vec::new(), Vec::new());
    for (row, class) in (first..classes).take(shown).enumerate() {
        let area = Rect { y: area.y + row as u16 * block, height: block, ..area };
        captions.push(Caption { class, area: Rect { height: 1, ..area } });
        let below = Rect { y: area.y + 1, height: block - 1, ..area };
        spots.extend(grid(contents, class, lines, below));
    }
    (captions, spots)
}

fn one_class(contents: &Contents<'_>, area: Rect) -> (Vec<Caption>, Vec<Spot>) {
    let caption = Caption { class: contents.class, area: Rect { height: 1, ..area } };
    let below = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let lines = ((below.height + 1) / 3).saturating_sub(1).clamp(LINES.0, LINES.1).min(below.height);
    let lines = fitting(lines, area.width, contents.input);
    (vec![caption], grid(contents, contents.class, lines, below))
}

fn one(contents: &Contents<'_>, area: Rect) -> (Vec<Caption>, Vec<Spot>) {
    let caption = Caption { class: contents.class, area: Rect { height: 1, ..area } };
    let below = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let lines = fitting(below.height, area.width, contents.input);
    let width = columns(lines, contents.input).min(below.width);
    let area = Rect { x: below.x + 1, width: width.min(below.width - 1), height: lines, ..below };
    let spot = Spot { class: contents.class, picture: contents.picture, area };
    (vec![caption], if contents.counts[contents.class] > 0 { vec![spot] } else { Vec::new() })
}

/// A grid of pictures of `class`, `lines` high, with an empty column before each.
fn grid(contents: &Contents<'_>, class: usize, lines: u16, area: Rect) -> Vec<Spot> {
    let width = columns(lines, contents.input).min(area.width - 1);
    let (across, down) = (area.width / (width + 1), area.height.saturating_add(1) / (lines + 1));
    let room = usize::from(across) * usize::from(down.max(1));
    let at = if class == contents.class { contents.picture } else { 0 };
    let first = at / room.max(1) * room;
    let place = |(spot, picture): (usize, usize)| {
        let (row, column) = (spot as u16 / across, spot as u16 % across);
        let (x, y) = (area.x + 1 + column * (width + 1), area.y + row * (lines + 1));
        Spot { class, picture, area: Rect { x, y, width, height: lines } }
    };
    (first..contents.counts[class]).take(room).enumerate().map(place).collect()
}

/// The width in columns of a picture `lines` high: a cell is twice as high as wide.
fn columns(lines: u16, input: Input) -> u16 {
    (u32::from(lines) * 2 * input.width / input.height.max(1)).clamp(1, 500) as u16
}

/// The largest height up to `lines` at which a picture is narrower than `width`; at least 1.
fn fitting(lines: u16, width: u16, input: Input) -> u16 {
    (1..=lines).rev().find(|lines| columns(*lines, input) < width).unwrap_or(1)
}
