//! The arena over time, as data and as a text diagram.

use super::program::{Program, Region, Segment, Use};
use crate::graph::Graph;
use crate::text::{cut, thousands};
use serde::Serialize;
use std::fmt::Write as _;

/// Contents of the arena for each segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArenaPicture {
    /// Size of the arena, in bytes.
    pub bytes: usize,
    /// The segments, in order of execution.
    pub segments: Vec<SegmentPicture>,
}

/// Contents of the arena while a segment runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SegmentPicture {
    /// Name of its first layer.
    pub first: String,
    /// Name of its last layer.
    pub last: String,
    /// Bytes in use. Bytes where the output overlaps the input count once.
    pub bytes: usize,
    /// The regions in use.
    pub regions: Vec<Region>,
}

/// Separator of table columns.
pub const GAP: &str = "  ";
/// Number of lines of the diagram.
const LINES: usize = 12;
/// Maximum width of the column of a segment.
const WIDEST: usize = 9;
/// Symbol and description of each use.
pub const LEGEND: [(char, &str); 5] = [
    ('░', "row buffers"),
    ('▒', "input feature map"),
    ('▓', "output feature map"),
    ('█', "output over input"),
    ('#', "skip connection"),
];
const FREE: char = '·';

impl ArenaPicture {
    /// The arena of `program`, which runs `graph`.
    #[must_use]
    pub fn of(graph: &Graph, program: &Program) -> Self {
        let name = |step: usize| graph.ops[program.steps[step].op.0].name.clone();
        let segments = program.segments.iter().map(|Segment { first, end, bytes, regions, .. }| SegmentPicture {
            first: name(*first),
            last: name(end - 1),
            bytes: *bytes,
            regions: regions.clone(),
        });
        Self { bytes: program.arena_bytes, segments: segments.collect() }
    }

    /// Draws the diagram, at most `width` columns wide: one column per segment, with offset 0 of the arena at the
    /// bottom, and a legend. Every line ends with a line break.
    #[must_use]
    pub fn draw(&self, width: usize) -> String {
        let scale = thousands(self.bytes as u64).len();
        let room = width.saturating_sub(scale + GAP.len());
        let shown = self.segments.len().min(room);
        let column = (room / shown.max(1)).clamp(1, WIDEST + 1);
        // A space between columns, if the width allows it.
        let (bar, blank) = if column > 2 { (column - 1, " ") } else { (column, "") };
        let mut out = String::new();
        let mut used = [false; LEGEND.len()];
        for line in (0..LINES).rev() {
            let label = match line {
                0 => "0".to_owned(),
                line if line + 1 == LINES => thousands(self.bytes as u64),
                _ => String::new(),
            };
            let cells = self.segments[..shown].iter().map(|segment| {
                let glyph = self.glyph(segment, line, LINES).unwrap_or(FREE);
                if let Some(at) = LEGEND.iter().position(|(known, _)| *known == glyph) {
                    used[at] = true;
                }
                glyph.to_string().repeat(bar)
            });
            let cells = cells.collect::<Vec<_>>().join(blank);
            let _ = writeln!(out, "{label:>scale$}{GAP}{cells}");
        }
        if column > 2 {
            let numbers: Vec<String> = (1..=shown).map(|number| format!("{number:<bar$}")).collect();
            let _ = writeln!(out, "{:scale$}{GAP}{}", "", numbers.join(blank).trim_end());
        }
        for ((glyph, what), used) in LEGEND.iter().zip(used) {
            if used {
                let _ = writeln!(out, "{glyph} {what}");
            }
        }
        out + &self.list(width)
    }

    /// Symbol of [`LEGEND`] for the use of most bytes of `line`, from 0 at the bottom, if the arena is drawn in
    /// `lines` lines; `None` if most are free.
    #[must_use]
    pub fn glyph(&self, segment: &SegmentPicture, line: usize, lines: usize) -> Option<char> {
        let (from, to) = (self.bytes * line / lines, self.bytes * (line + 1) / lines);
        let mut counts = [0; LEGEND.len()];
        // A few sample offsets represent the line.
        let places = 16.min(to - from);
        for place in 0..places {
            let at = from + (to - from) * place / places;
            let is = |what: Use| {
                segment
                    .regions
                    .iter()
                    .any(|region| region.what == what && (region.at..region.at + region.bytes).contains(&at))
            };
            match (is(Use::Kept), is(Use::Rows), is(Use::Source), is(Use::Sink)) {
                (true, ..) => counts[4] += 1,
                (_, true, ..) => counts[0] += 1,
                (_, _, true, true) => counts[3] += 1,
                (_, _, true, false) => counts[1] += 1,
                (_, _, false, true) => counts[2] += 1,
                _ => {}
            }
        }
        let most = counts.into_iter().max().unwrap_or(0);
        let at = counts.iter().position(|count| *count == most).unwrap_or(0);
        (most * 2 >= places && most > 0).then_some(LEGEND[at].0)
    }

    /// A table with one line per segment: its last layer, and size and offset of each use.
    fn list(&self, width: usize) -> String {
        let header = ["", "up to", "bytes", "rows", "input", "output", "skip"].map(str::to_owned).to_vec();
        let line = |(index, segment): (usize, &SegmentPicture)| {
            let SegmentPicture { last, bytes, .. } = segment;
            let mut cells = vec![(index + 1).to_string(), last.clone(), thousands(*bytes as u64)];
            cells.extend([Use::Rows, Use::Source, Use::Sink, Use::Kept].map(|what| segment.places(what)));
            cells
        };
        let mut rows: Vec<Vec<String>> =
            std::iter::once(header).chain(self.segments.iter().enumerate().map(line)).collect();
        if self.segments.iter().all(|segment| segment.places(Use::Kept) == "-") {
            for row in &mut rows {
                row.truncate(6);
            }
        }
        let columns: Vec<usize> =
            (0..rows[0].len()).map(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0)).collect();
        let others: usize = columns.iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, one)| one + GAP.len()).sum();
        let layers = columns[1].min(width.saturating_sub(others).max(8));
        let mut out = String::new();
        for row in &rows {
            let mut text = format!("{:>number$}{GAP}{:<layers$}", row[0], cut(&row[1], layers), number = columns[0]);
            for (cell, column) in row.iter().zip(&columns).skip(2) {
                let _ = write!(text, "{GAP}{cell:>column$}");
            }
            let _ = writeln!(out, "{}", text.trim_end());
        }
        out
    }
}

impl SegmentPicture {
    /// Size and offset of the region for `what`: `2,768@1728`; a dash if there is none.
    fn places(&self, what: Use) -> String {
        let of = |region: &Region| format!("{}@{}", thousands(region.bytes as u64), region.at);
        let all: Vec<String> = self.regions.iter().filter(|region| region.what == what).map(of).collect();
        match all.as_slice() {
            [] => "-".to_owned(),
            [one] => one.clone(),
            [first, others @ ..] => format!("{first} +{}", others.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Plan, Precision};
    use crate::graph::tests::graph_of;

    fn picture(name: &str, precision: Precision, goal: Plan) -> ArenaPicture {
        let graph = graph_of(name, 5).folded();
        ArenaPicture::of(&graph, &Program::of(&graph, precision, goal))
    }

    #[test]
    fn regions_lie_in_the_arena_and_only_sinks_lie_over_sources() {
        for name in ["pico", "micro", "mobilenet", "squeeze"] {
            for goal in [Plan::Smallest, Plan::LowestLatency] {
                let picture = picture(name, Precision::Int8, goal);
                for segment in &picture.segments {
                    for (index, one) in segment.regions.iter().enumerate() {
                        assert!(one.bytes > 0 && one.at + one.bytes <= picture.bytes, "{name}: {segment:?}");
                        for other in &segment.regions[..index] {
                            let apart = one.at + one.bytes <= other.at || other.at + other.bytes <= one.at;
                            assert!(apart || (other.what, one.what) == (Use::Source, Use::Sink), "{name}: {segment:?}");
                        }
                    }
                }
                let continued = picture.segments.windows(2).all(|pair| {
                    let sink = pair[0].regions.iter().find(|region| region.what == Use::Sink);
                    let source = pair[1].regions.iter().find(|region| region.what == Use::Source);
                    sink.map(|sink| (sink.at, sink.bytes)) == source.map(|source| (source.at, source.bytes))
                });
                assert!(continued, "{name}: the output of a segment is the input of the next");
            }
        }
    }

    #[test]
    fn the_picture_of_micro_shows_rows_and_maps() {
        let picture = picture("micro", Precision::Int8, Plan::Smallest);
        let text = picture.draw(80);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with(&thousands(picture.bytes as u64)), "{text}");
        assert!(lines[LINES - 1].trim_start().starts_with('0'), "{text}");
        for glyph in ['░', '▒'] {
            assert!(text.contains(glyph), "{text}");
        }
        assert!(text.contains("row buffers") && text.contains(" up to "), "{text}");
        assert!(!text.contains("skip"), "{text}");
    }

    #[test]
    fn it_fits_the_screen_however_many_segments_there_are() {
        let mut many = picture("squeeze", Precision::Int8, Plan::LowestLatency);
        while many.segments.len() < 100 {
            many.segments.extend(many.segments.clone());
        }
        for (picture, width) in [(picture("squeeze", Precision::Float, Plan::Smallest), 80), (many, 80)] {
            let text = picture.draw(width);
            assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
            assert!(!text.contains(" \n"), "{text}");
        }
    }
}
