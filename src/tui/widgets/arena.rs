//! The drawing of the arena over time that `--estimate` prints, in colours.

use crate::plan::{ArenaPicture, LEGEND};
use crate::text::thousands;
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// Draws `arena` into `area` from line `top`, or from an earlier line so that the area is full.
pub fn draw(arena: &ArenaPicture, top: usize, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let picture = arena.draw(usize::from(area.width));
    let top = top.min(picture.lines().count().saturating_sub(usize::from(area.height)));
    for (line, y) in picture.lines().skip(top).zip(area.y..area.bottom()) {
        let spans = line.chars().map(|sign| Span::styled(sign.to_string(), style(sign, theme)));
        spans.collect::<Line<'_>>().render(Rect { y, height: 1, ..area }, buffer);
    }
}

/// Returns the style of a character of the drawing.
fn style(sign: char, theme: Theme) -> Style {
    match sign {
        '░' => theme.label(),
        '▒' => theme.warning(),
        '▓' | '█' => theme.good(),
        '#' => theme.series(1),
        '·' => theme.dim(),
        _ => theme.text(),
    }
}

/// Draws `arena` over the layers of its columns: bytes upwards, and `layers` from left to right, each with the index of
/// its segment and a label, which stands below the first layer with it. A legend names each symbol that is drawn.
pub fn over_layers(arena: &ArenaPicture, layers: &[(usize, String)], area: Rect, buffer: &mut Buffer, theme: Theme) {
    let scale = u16::try_from(thousands(arena.bytes as u64).len()).unwrap_or(u16::MAX).saturating_add(2);
    if area.height < 4 || area.width < scale.saturating_add(4) || layers.is_empty() {
        return;
    }
    let mut chart = Rect { x: area.x + scale, width: area.width - scale, height: area.height - 2, ..area };
    let mut columns = Columns::of(arena, layers, chart);
    let mut legend = legend(&columns, usize::from(area.width), theme);
    if legend.len() > 1 && usize::from(chart.height) > legend.len() + 1 {
        chart.height -= legend.len() as u16 - 1;
        columns = Columns::of(arena, layers, chart);
    } else {
        legend.truncate(1);
    }
    axis(arena, area, chart, buffer, theme);
    for (column, segment) in columns.segments.iter().enumerate() {
        let signs = columns.signs.iter().find(|(known, _)| known == segment).map(|(_, signs)| signs.as_slice());
        for (sign, y) in signs.unwrap_or_default().iter().zip((chart.y..chart.bottom()).rev()) {
            if let (Some(sign), Some(cell)) = (sign, buffer.cell_mut((chart.x + column as u16, y))) {
                cell.set_char(*sign).set_style(style(*sign, theme));
            }
        }
    }
    names(layers, chart, buffer, theme);
    for (line, y) in legend.into_iter().zip(chart.bottom() + 1..area.bottom()) {
        line.render(Rect { y, height: 1, ..area }, buffer);
    }
}

/// The contents of a chart.
struct Columns {
    /// The segment of each column.
    segments: Vec<usize>,
    /// The symbols of each segment that is drawn, from the bottom.
    signs: Vec<(usize, Vec<Option<char>>)>,
}

impl Columns {
    fn of(arena: &ArenaPicture, layers: &[(usize, String)], chart: Rect) -> Self {
        let (room, lines) = (usize::from(chart.width), usize::from(chart.height));
        let segments: Vec<usize> = (0..room).map(|column| layers[column * layers.len() / room].0).collect();
        let mut drawn = segments.clone();
        drawn.dedup();
        let signs_of = |index: usize| {
            let segment = arena.segments.get(index)?;
            Some((index, (0..lines).map(|line| arena.glyph(segment, line, lines)).collect()))
        };
        Self { segments, signs: drawn.into_iter().filter_map(signs_of).collect() }
    }

    fn has(&self, sign: char) -> bool {
        self.signs.iter().any(|(_, signs)| signs.contains(&Some(sign)))
    }
}

/// Draws the axis of bytes: round numbers, and the size of the arena at the top.
fn axis(arena: &ArenaPicture, area: Rect, chart: Rect, buffer: &mut Buffer, theme: Theme) {
    let scale = usize::from(chart.x - area.x);
    let (tick, line) = if theme.has_glyphs { ("┤", "│") } else { ("+", "|") };
    let lines = usize::from(chart.height);
    let step = round_step(arena.bytes, (lines / 3).max(1));
    let row = |bytes: usize| chart.bottom() - 1 - (bytes * (lines - 1) / arena.bytes.max(1)) as u16;
    let mut labels: Vec<(u16, usize)> = vec![(chart.y, arena.bytes)];
    labels.extend((0..).map(|at| at * step).take_while(|bytes| *bytes < arena.bytes).map(|bytes| (row(bytes), bytes)));
    for y in chart.y..chart.bottom() {
        // A number next to the top has no room.
        let label = labels.iter().find(|(at, _)| *at == y).filter(|(at, _)| *at != chart.y + 1 || lines < 4);
        let (text, sign) = label.map_or((String::new(), line), |(_, bytes)| (thousands(*bytes as u64), tick));
        let axis = format!("{text:>width$} {sign}", width = scale.saturating_sub(2));
        buffer.set_string(area.x, y, axis, theme.dim());
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that divides `bytes` into at most `parts` parts.
fn round_step(bytes: usize, parts: usize) -> usize {
    let steps = (0..).flat_map(|power| [1, 2, 5].map(|digit| digit * 10usize.pow(power)));
    steps.take(36).find(|step| bytes / step <= parts).unwrap_or(bytes.max(1))
}

/// Writes the labels of the layers below the chart, those that have room.
fn names(layers: &[(usize, String)], chart: Rect, buffer: &mut Buffer, theme: Theme) {
    let room = usize::from(chart.width);
    let mut free = 0;
    for (index, (_, label)) in layers.iter().enumerate() {
        let is_first = index == 0 || layers[index - 1].1 != *label;
        // The first column of the layer.
        let column = (index * room).div_ceil(layers.len());
        let width = label.chars().count();
        if is_first && column >= free && column + width <= room {
            buffer.set_string(chart.x + column as u16, chart.bottom(), label, theme.label());
            free = column + width + 1;
        }
    }
}

/// The lines of the legend: every symbol that is drawn, and no other.
fn legend(columns: &Columns, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = vec![Line::default()];
    for (sign, name) in LEGEND.into_iter().filter(|(sign, _)| columns.has(*sign)) {
        let spans = [Span::styled(sign.to_string(), style(sign, theme)), Span::raw(format!(" {name}  "))];
        let needed: usize = spans.iter().map(Span::width).sum();
        match lines.last_mut().filter(|last| last.width() + needed <= width + 2) {
            Some(last) => last.spans.extend(spans),
            None => lines.push(Line::from(spans.to_vec())),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Plan, Precision};
    use crate::graph::tests::graph_of;
    use crate::plan::Estimate;

    fn drawn(name: &str, width: u16, height: u16) -> String {
        let estimate = Estimate::of(&graph_of(name, 5), Precision::Int8, Plan::Smallest);
        let segments = estimate.arena.segments.len();
        let layers: Vec<(usize, String)> = (0..segments).map(|at| (at, at.to_string())).collect();
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        over_layers(&estimate.arena, &layers, area, &mut buffer, Theme::of(|_| None));
        let line = |y| (0..width).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<String>().trim_end().to_owned();
        (0..height).map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_chart_has_axes_and_a_legend_of_what_it_draws() {
        for (width, height) in [(60, 12), (30, 12), (120, 30), (60, 5)] {
            let text = drawn("squeeze", width, height);
            let chart: String = text.lines().filter(|line| line.contains('┤') || line.contains('│')).collect();
            for (sign, name) in LEGEND {
                let is_named = text.contains(name.split(' ').next().unwrap()) && text.contains(name);
                assert!(!is_named || chart.contains(sign), "{sign} is not drawn: {text}");
                assert!(is_named || !chart.contains(sign) || height < 10, "{sign} is not named: {text}");
            }
            assert!(chart.contains(" 0 ┤") && text.lines().next().unwrap().contains('┤'), "{text}");
        }
        assert_eq!(drawn("squeeze", 6, 3).trim(), "", "no room");
    }

    #[test]
    fn steps_are_round() {
        for (bytes, parts, step) in [(17_976, 4, 5_000), (4_688, 3, 2_000), (4_688, 4, 1_000), (9, 3, 5), (0, 1, 1)] {
            assert_eq!(round_step(bytes, parts), step);
        }
    }
}
