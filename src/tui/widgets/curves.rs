//! Charts of curves with axes, in braille dots or letters.

use crate::tui::theme::{Depth, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// How a curve is drawn, to distinguish it without colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// A line.
    Solid,
    /// A dashed line.
    Dashed,
    /// Its points alone.
    Dots,
}

/// A curve.
#[derive(Debug, Clone)]
pub struct Curve {
    /// Points from left to right; NaN and infinite values leave a gap.
    pub points: Vec<(f64, f64)>,
    /// Its style.
    pub style: Style,
    /// Its letter: on terminals without braille it is drawn with it, without colours it is marked by it.
    pub sign: char,
    /// How it is drawn.
    pub stroke: Stroke,
}

/// A marked point.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    /// Its place.
    pub at: (f64, f64),
    /// The character to draw there.
    pub sign: char,
    /// Its style.
    pub style: Style,
}

/// Curves with what is drawn among them.
#[derive(Debug, Default)]
pub struct Chart<'a> {
    /// The curves, the last on top.
    pub curves: &'a [Curve],
    /// Points above the curves.
    pub marks: &'a [Mark],
    /// The place of a vertical line.
    pub cursor: Option<f64>,
}

/// An axis: its range and labels.
#[derive(Debug, Clone, Default)]
pub struct Axis {
    /// The minimum.
    pub from: f64,
    /// The maximum.
    pub to: f64,
    /// Values with their labels.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// Maps `value` to a position on the axis, clamped to 0..=1; `None` if it is not finite.
    #[must_use]
    pub fn place(&self, value: f64) -> Option<f64> {
        let place = (value - self.from) / (self.to - self.from);
        place.is_finite().then(|| place.clamp(0.0, 1.0))
    }

    /// The value at `column` of `columns`.
    #[must_use]
    pub fn value_at(&self, column: u16, columns: u16) -> f64 {
        self.from + (self.to - self.from) * f64::from(column) / f64::from(columns.saturating_sub(1).max(1))
    }
}

/// The minimum size of a chart, in columns and lines.
const MIN_SIZE: (u16, u16) = (16, 4);

/// The width of the labels of the axis `y`, and the area of the curves; `None` if there is no room.
fn parts(y: &Axis, area: Rect) -> Option<(u16, Rect)> {
    if area.width < MIN_SIZE.0 || area.height < MIN_SIZE.1 {
        return None;
    }
    let scale = y.ticks.iter().map(|(_, label)| label.chars().count()).max().unwrap_or(0);
    let scale = u16::try_from(scale).unwrap_or(0).min(area.width / 3);
    let plot = Rect { x: area.x + scale + 1, y: area.y, width: area.width - scale - 1, height: area.height - 2 };
    Some((scale, plot))
}

/// The part of `area` in which curves are drawn; `None` if there is no room.
#[must_use]
pub fn plot(y: &Axis, area: Rect) -> Option<Rect> {
    parts(y, area).map(|(_, plot)| plot)
}

/// Draws `chart` with the axis `x` below and `y` on the left.
pub fn draw(chart: &Chart<'_>, x: &Axis, y: &Axis, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let area = area.intersection(buffer.area);
    let Some((scale, plot)) = parts(y, area) else { return };
    draw_axes(x, y, scale, plot, buffer, theme);
    let column = |at: f64| x.place(at).map(|place| plot.x + (place * f64::from(plot.width - 1)).round() as u16);
    if let Some(column) = chart.cursor.and_then(column) {
        let line = if theme.has_glyphs { "│" } else { "|" };
        (plot.y..plot.bottom()).for_each(|row| set(buffer, column, row, line, theme.accent()));
    }
    let mut raster = Raster::new(plot, theme);
    for curve in chart.curves {
        raster.curve(curve, x, y);
    }
    raster.draw(buffer);
    let place = |at: (f64, f64)| {
        let up = y.place(at.1)?;
        Some((column(at.0)?, plot.bottom() - 1 - (up * f64::from(plot.height - 1)).round() as u16))
    };
    if theme.depth == Depth::None && theme.has_glyphs {
        for (index, curve) in chart.curves.iter().enumerate().filter(|(_, curve)| curve.stroke != Stroke::Dots) {
            draw_signs(curve, index, &place, buffer);
        }
    }
    for mark in chart.marks {
        if let Some((column, row)) = place(mark.at) {
            set(buffer, column, row, mark.sign.encode_utf8(&mut [0; 4]), mark.style);
        }
    }
}

/// The distance in columns between the letters that mark a curve.
const SIGNS: u16 = 12;

/// Marks a curve with its letter, since it has no colour.
fn draw_signs(curve: &Curve, index: usize, place: &dyn Fn((f64, f64)) -> Option<(u16, u16)>, buffer: &mut Buffer) {
    let mut next = 0;
    let last = curve.points.len().saturating_sub(1);
    for (at, (column, row)) in curve.points.iter().enumerate().filter_map(|(at, point)| Some((at, place(*point)?))) {
        // Curves on each other are marked at different places.
        if next == 0 {
            next = column + (2 + 5 * index as u16) % SIGNS;
        }
        if column >= next || at == last {
            set(buffer, column, row, curve.sign.encode_utf8(&mut [0; 4]), curve.style);
            next = column + SIGNS;
        }
    }
}

fn draw_axes(x: &Axis, y: &Axis, scale: u16, plot: Rect, buffer: &mut Buffer, theme: Theme) {
    let [side, tick, corner, rule, notch] =
        if theme.has_glyphs { ["│", "┤", "└", "─", "┴"] } else { ["|", "+", "+", "-", "+"] };
    for row in plot.y..plot.bottom() {
        set(buffer, plot.x - 1, row, side, theme.dim());
    }
    let mut free = plot.bottom();
    for (value, label) in &y.ticks {
        let Some(place) = y.place(*value) else { continue };
        let row = plot.bottom() - 1 - (place * f64::from(plot.height - 1)).round() as u16;
        // At most one label per line.
        if row >= free {
            continue;
        }
        free = row;
        set(buffer, plot.x - 1, row, tick, theme.dim());
        let label = Line::from(Span::styled(label.clone(), theme.dim())).right_aligned();
        label.render(Rect { x: plot.x - 1 - scale, y: row, width: scale, height: 1 }, buffer);
    }
    let bottom = plot.bottom();
    set(buffer, plot.x - 1, bottom, corner, theme.dim());
    for column in plot.x..plot.right() {
        set(buffer, column, bottom, rule, theme.dim());
    }
    let mut free = 0;
    for (value, label) in &x.ticks {
        let Some(place) = x.place(*value) else { continue };
        let column = plot.x + (place * f64::from(plot.width - 1)).round() as u16;
        let width = u16::try_from(label.chars().count()).unwrap_or(u16::MAX);
        let left = column.saturating_sub(width / 2).min(plot.right().saturating_sub(width));
        if left < free || width > plot.width {
            continue;
        }
        free = left + width + 1;
        set(buffer, column, bottom, notch, theme.dim());
        Span::styled(label.clone(), theme.dim()).render(Rect { x: left, y: bottom + 1, width, height: 1 }, buffer);
    }
}

fn set(buffer: &mut Buffer, x: u16, y: u16, sign: &str, style: Style) {
    if let Some(cell) = buffer.cell_mut(Position { x, y }) {
        cell.set_symbol(sign).set_style(style);
    }
}

/// The dots of curves in the cells of an area.
struct Raster {
    area: Rect,
    /// The number of dots of a cell, horizontally and vertically.
    fine: (usize, usize),
    cells: Vec<(u8, char, Style)>,
}

/// The bits of the dots of a braille character: `[row][column]`.
const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

impl Raster {
    fn new(area: Rect, theme: Theme) -> Self {
        let fine = if theme.has_glyphs { (2, 4) } else { (1, 1) };
        Self { area, fine, cells: vec![(0, ' ', Style::new()); usize::from(area.width) * usize::from(area.height)] }
    }

    fn curve(&mut self, curve: &Curve, x: &Axis, y: &Axis) {
        let size = (usize::from(self.area.width) * self.fine.0, usize::from(self.area.height) * self.fine.1);
        let dot = |(at, value): &(f64, f64)| {
            let (across, up) = (x.place(*at)?, y.place(*value)?);
            let across = (across * (size.0 - 1) as f64).round() as i64;
            Some((across, ((1.0 - up) * (size.1 - 1) as f64).round() as i64))
        };
        let mut before = None;
        let mut length = 0_usize;
        for here in curve.points.iter().map(dot) {
            let Some(here) = here else {
                before = None;
                continue;
            };
            let from = before.unwrap_or(here);
            let steps = i64::max((here.0 - from.0).abs(), (here.1 - from.1).abs());
            for step in 0..=steps {
                let part = step as f64 / steps.max(1) as f64;
                let between = |from: i64, to: i64| from + ((to - from) as f64 * part).round() as i64;
                length += usize::from(step > 0);
                let is_drawn = match curve.stroke {
                    Stroke::Solid => true,
                    Stroke::Dashed => length % 4 < 2,
                    Stroke::Dots => false,
                };
                // Points are always drawn, also in gaps.
                if is_drawn || step == steps {
                    self.set(between(from.0, here.0) as usize, between(from.1, here.1) as usize, curve);
                }
            }
            before = Some(here);
        }
    }

    fn set(&mut self, x: usize, y: usize, curve: &Curve) {
        let at = y / self.fine.1 * usize::from(self.area.width) + x / self.fine.0;
        if let Some(cell) = self.cells.get_mut(at) {
            cell.0 |= DOTS[y % self.fine.1][x % self.fine.0];
            (cell.1, cell.2) = (curve.sign, curve.style);
        }
    }

    fn draw(&self, buffer: &mut Buffer) {
        let width = usize::from(self.area.width).max(1);
        for (at, (dots, sign, style)) in self.cells.iter().enumerate().filter(|(_, cell)| cell.0 != 0) {
            let position = Position { x: self.area.x + (at % width) as u16, y: self.area.y + (at / width) as u16 };
            let sign = match self.fine {
                (1, 1) => *sign,
                _ => char::from_u32(0x2800 + u32::from(*dots)).unwrap_or(' '),
            };
            if let Some(cell) = buffer.cell_mut(position) {
                cell.set_char(sign).set_style(*style);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(to: f64) -> Axis {
        Axis {
            from: 0.0,
            to,
            ticks: vec![(0.0, "0".into()), (to / 2.0, format!("{}", to / 2.0)), (to, format!("{to}"))],
        }
    }

    fn text(buffer: &Buffer) -> String {
        let width = usize::from(buffer.area.width);
        let lines = buffer.content.chunks(width.max(1));
        lines.map(|line| line.iter().map(ratatui::buffer::Cell::symbol).collect::<String>() + "\n").collect()
    }

    #[test]
    fn a_line_runs_from_corner_to_corner_between_its_axes() {
        let area = Rect::new(0, 0, 20, 7);
        let mut buffer = Buffer::empty(area);
        let theme = Theme::of(|name| (name == "TERM").then(|| "linux".to_owned()));
        let points = vec![(0.0, 0.0), (10.0, 4.0)];
        let curve = Curve { points, style: Style::new(), sign: '*', stroke: Stroke::Solid };
        draw(&Chart { curves: &[curve], ..Chart::default() }, &axis(10.0), &axis(4.0), area, &mut buffer, theme);
        let expected = "4+               ***\n  |           ****   \n 2+       ****       \n  |   ****           \n\
                         0+***               \n  ++--------+-------+\n   0        5      10\n";
        assert_eq!(text(&buffer).replace(' ', ""), expected.replace(' ', ""), "{}", text(&buffer));
    }

    #[test]
    fn curves_without_colours_have_letters_and_kinds_of_lines() {
        let area = Rect::new(0, 0, 40, 10);
        let mut buffer = Buffer::empty(area);
        let theme = Theme::of(|name| (name == "NO_COLOR").then(|| "1".to_owned()));
        let curve = |sign, value, stroke| {
            let points = (0..=30).map(|at| (f64::from(at) / 3.0, value)).collect();
            Curve { points, style: Style::new(), sign, stroke }
        };
        let curves = [curve('t', 1.0, Stroke::Dashed), curve('v', 3.0, Stroke::Solid)];
        let marks = [Mark { at: (5.0, 2.0), sign: 'B', style: Style::new() }];
        draw(
            &Chart { curves: &curves, marks: &marks, cursor: Some(5.0) },
            &axis(10.0),
            &axis(4.0),
            area,
            &mut buffer,
            theme,
        );
        let text = text(&buffer);
        let lines: Vec<&str> = text.lines().collect();
        let line = |sign: char| *lines.iter().find(|line| line.contains(sign)).unwrap();
        assert!(line('t').matches('t').count() >= 2 && line('v').matches('v').count() >= 2, "{text}");
        assert_ne!(line('t').replace('t', "v"), line('v'), "a dashed and a solid line\n{text}");
        let column = |line: &str, sign: char| line.chars().position(|letter| letter == sign);
        let cursor = lines.iter().filter(|line| line.chars().nth(column(line, 'B').unwrap_or(21)) == Some('│')).count();
        assert!(text.contains('B') && cursor >= 4, "{text}");
    }

    #[test]
    fn no_area_and_no_value_is_too_odd() {
        let theme = Theme::of(|_| None);
        for (from, to) in [(0.0, 1.0), (1.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY)] {
            let axis = Axis { from, to, ticks: vec![(f64::NAN, "?".into()), (0.5, "x".repeat(100))] };
            let points = vec![(0.0, f64::NAN), (f64::INFINITY, 1.0), (-3.0, 9e99), (0.5, 0.5)];
            let curve = Curve { points, style: Style::new(), sign: '*', stroke: Stroke::Dashed };
            for (width, height) in [(0, 0), (1, 9), (16, 4), (17, 3), (40, 12)] {
                let area = Rect::new(0, 0, width, height);
                let marks = [Mark { at: (0.5, f64::NAN), sign: 'x', style: Style::new() }];
                let chart = Chart { curves: std::slice::from_ref(&curve), marks: &marks, cursor: Some(f64::NAN) };
                draw(&chart, &axis, &axis, area, &mut Buffer::empty(area), theme);
            }
        }
    }
}
