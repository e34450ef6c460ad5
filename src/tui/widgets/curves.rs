//! Charts of curves with axes, in braille dots or letters.

use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// A curve.
#[derive(Debug, Clone)]
pub struct Curve {
    /// Points from left to right; NaN and infinite values leave a gap.
    pub points: Vec<(f64, f64)>,
    /// Its style.
    pub style: Style,
    /// Its letter on terminals without braille.
    pub sign: char,
    /// Whether the curve is dashed, to distinguish it without colours.
    pub is_dashed: bool,
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
    fn place(&self, value: f64) -> Option<f64> {
        let place = (value - self.from) / (self.to - self.from);
        place.is_finite().then(|| place.clamp(0.0, 1.0))
    }
}

/// The minimum size of a chart, in columns and lines.
const MIN_SIZE: (u16, u16) = (16, 4);

/// Draws `curves` with the axis `x` below and `y` on the left.
pub fn draw(curves: &[Curve], x: &Axis, y: &Axis, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let area = area.intersection(buffer.area);
    if area.width < MIN_SIZE.0 || area.height < MIN_SIZE.1 {
        return;
    }
    let scale = y.ticks.iter().map(|(_, label)| label.chars().count()).max().unwrap_or(0);
    let scale = u16::try_from(scale).unwrap_or(0).min(area.width / 3);
    let plot = Rect { x: area.x + scale + 1, y: area.y, width: area.width - scale - 1, height: area.height - 2 };
    draw_axes(x, y, scale, plot, buffer, theme);
    let mut raster = Raster::new(plot, theme);
    for curve in curves {
        raster.curve(curve, x, y);
    }
    raster.draw(buffer);
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
                // Points are always drawn, also in gaps.
                if !curve.is_dashed || length % 4 < 2 || step == steps {
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
        let curve = Curve { points, style: Style::new(), sign: '*', is_dashed: false };
        draw(&[curve], &axis(10.0), &axis(4.0), area, &mut buffer, theme);
        let expected = "4+               ***\n  |           ****   \n 2+       ****       \n  |   ****           \n\
                         0+***               \n  ++--------+-------+\n   0        5      10\n";
        assert_eq!(text(&buffer).replace(' ', ""), expected.replace(' ', ""), "{}", text(&buffer));
    }

    #[test]
    fn no_area_and_no_value_is_too_odd() {
        let theme = Theme::of(|_| None);
        for (from, to) in [(0.0, 1.0), (1.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY)] {
            let axis = Axis { from, to, ticks: vec![(f64::NAN, "?".into()), (0.5, "x".repeat(100))] };
            let points = vec![(0.0, f64::NAN), (f64::INFINITY, 1.0), (-3.0, 9e99), (0.5, 0.5)];
            let curve = Curve { points, style: Style::new(), sign: '*', is_dashed: true };
            for (width, height) in [(0, 0), (1, 9), (16, 4), (17, 3), (40, 12)] {
                let area = Rect::new(0, 0, width, height);
                draw(std::slice::from_ref(&curve), &axis, &axis, area, &mut Buffer::empty(area), theme);
            }
        }
    }
}
