//! Where pictures go.

use super::view::Zoom;
use crate::config::Input;
use crate::tui::dialog::first_of;
use ratatui::layout::Rect;

/// A place for a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Its class.
    pub class: usize,
    /// Its place among the pictures of the class.
    pub picture: usize,
    /// Where it is.
    pub area: Rect,
}

/// A line over the pictures of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caption {
    /// The class.
    pub class: usize,
    /// Where it is.
    pub area: Rect,
}

/// What is shown, and where the cursor is.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub zoom: Zoom,
    /// How many pictures each class has.
    pub counts: &'a [usize],
    pub class: usize,
    pub picture: usize,
    /// The pictures' proportions.
    pub input: Input,
}

/// Lines of a small picture, at least and at most.
const LINES: (u16, u16) = (4, 10);

/// Where everything goes in `area`.
pub fn lay_out(wanted: &Wanted<'_>, area: Rect) -> (Vec<Caption>, Vec<Spot>) {
    if area.height < 2 || area.width < 4 || wanted.class >= wanted.counts.len() {
        return (Vec::new(), Vec::new());
    }
    match wanted.zoom {
        Zoom::All => all(wanted, area),
        Zoom::Class => one_class(wanted, area),
        Zoom::One => one(wanted, area),
    }
}

/// A row of pictures for each of as many classes as there is room for.
fn all(wanted: &Wanted<'_>, area: Rect) -> (Vec<Caption>, Vec<Spot>) {
    let classes = wanted.counts.len();
    let even = (usize::from(area.height) / classes).saturating_sub(1).min(usize::from(LINES.1)) as u16;
    let lines = fitting(even.max(LINES.0).min(area.height - 1), area.width, wanted.input);
    let block = lines + 1;
    let shown = usize::from(area.height / block).max(1);
    let first = first_of(wanted.class, classes, shown);
    let (mut captions, mut spots) = (Vec::new(), Vec::new());
    for (row, class) in (first..classes).take(shown).enumerate() {
        let area = Rect { y: area.y + row as u16 * block, height: block, ..area };
        captions.push(Caption { class, area: Rect { height: 1, ..area } });
        let below = Rect { y: area.y + 1, height: lines, ..area };
        spots.extend(grid(wanted, class, lines, below));
    }
    (captions, spots)
}

fn one_class(wanted: &Wanted<'_>, area: Rect) -> (Vec<Caption>, Vec<Spot>) {
    let caption = Caption { class: wanted.class, area: Rect { height: 1, ..area } };
    let below = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let lines = (below.height / 3).clamp(LINES.0, LINES.1).min(below.height);
    let lines = fitting(lines, area.width, wanted.input);
    (vec![caption], grid(wanted, wanted.class, lines, below))
}

fn one(wanted: &Wanted<'_>, area: Rect) -> (Vec<Caption>, Vec<Spot>) {
    let caption = Caption { class: wanted.class, area: Rect { height: 1, ..area } };
    let below = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let lines = fitting(below.height, area.width, wanted.input);
    let width = columns(lines, wanted.input).min(below.width);
    let area = Rect { x: below.x + 1, width: width.min(below.width - 1), height: lines, ..below };
    let spot = Spot { class: wanted.class, picture: wanted.picture, area };
    (vec![caption], if wanted.counts[wanted.class] > 0 { vec![spot] } else { Vec::new() })
}

/// As many pictures of `class`, `lines` high, as go into `area`; a column before each is free.
fn grid(wanted: &Wanted<'_>, class: usize, lines: u16, area: Rect) -> Vec<Spot> {
    let width = columns(lines, wanted.input).min(area.width - 1);
    let (across, down) = (area.width / (width + 1), area.height.saturating_add(1) / (lines + 1));
    let room = usize::from(across) * usize::from(down.max(1));
    let at = if class == wanted.class { wanted.picture } else { 0 };
    let first = at / room.max(1) * room;
    let place = |(spot, picture): (usize, usize)| {
        let (row, column) = (spot as u16 / across, spot as u16 % across);
        let (x, y) = (area.x + 1 + column * (width + 1), area.y + row * (lines + 1));
        Spot { class, picture, area: Rect { x, y, width, height: lines } }
    };
    (first..wanted.counts[class]).take(room).enumerate().map(place).collect()
}

/// Columns of a picture of so many lines: a cell is twice as high as wide.
fn columns(lines: u16, input: Input) -> u16 {
    (u32::from(lines) * 2 * input.width / input.height.max(1)).clamp(1, 500) as u16
}

/// As many of `lines` as make a picture that is not too wide.
fn fitting(lines: u16, width: u16, input: Input) -> u16 {
    (1..=lines).rev().find(|lines| columns(*lines, input) < width).unwrap_or(1)
}
