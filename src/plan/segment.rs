//! The memory of a segment: consecutive operations that run row by row.
//!
//! A segment reads rows from the camera or from its source, a feature map in memory. Its last operation
//! writes to its sink, a feature map, or to the global pool. An operation with a k×k kernel has a ring
//! buffer of its last k − 1 input rows. The newest row is in a temporary row buffer; it is read together with
//! the ring buffer and then copied into it before the next operation runs, so that only two neighbouring
//! temporaries are live at a time. The rows of a skip connection have their own ring buffer. Nothing is
//! computed twice.

use super::chain::{Chain, Link};
use crate::graph::Window;

/// Memory requirements of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// Bytes of scratch: ring buffers, temporaries and sums.
    pub scratch: usize,
    /// Bytes of the source; 0 for the camera.
    pub source: usize,
    /// Bytes of the sink; 0 for the pool.
    pub sink: usize,
    /// The sink may overwrite the source row by row if it begins this number of bytes before it; `None` if the
    /// source is needed later.
    pub distance: Option<usize>,
    /// Bytes of feature maps for later additions.
    pub kept: usize,
}

impl Need {
    /// Bytes of the range of source and sink.
    #[must_use]
    pub fn span(&self) -> usize {
        match self.distance {
            Some(distance) => self.sink.max(distance + self.source),
            None => self.sink + self.source,
        }
    }

    /// Total bytes without gaps.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.scratch + self.span() + self.kept
    }
}

/// Builds a segment link by link. The search for the best cuts asks for its requirements after each link.
#[derive(Debug, Clone, Copy)]
pub struct SegmentBuilder<'a> {
    chain: &'a Chain,
    /// Index of its first link.
    first: usize,
    /// Index after its last link.
    end: usize,
    /// Bytes of ring buffers.
    rings: usize,
    /// Bytes of the largest two neighbouring temporaries, including the camera's row.
    temporaries: usize,
    /// Bytes of the last temporary.
    temporary: usize,
    /// Bytes of the largest tile.
    tile: usize,
    /// Output rows that are computed before the last row of the image.
    ready: usize,
    /// MACs after the last row of the image.
    macs: u64,
    reach: Reach,
}

impl<'a> SegmentBuilder<'a> {
    /// An empty segment that begins at link `first`.
    #[must_use]
    pub fn new(chain: &'a Chain, first: usize) -> Self {
        let (camera, ready) = if first == 0 { (chain.row_in(0), chain.links[0].input.0 - 1) } else { (0, 0) };
        Self {
            chain,
            first,
            end: first,
            rings: 0,
            temporaries: camera,
            temporary: camera,
            tile: 0,
            ready,
            macs: 0,
            reach: Reach::of_rows(chain.links[first].input.0),
        }
    }

    /// Appends the next link; returns false if there is none, or if it can only be the first of a segment.
    pub fn grow(&mut self) -> bool {
        let at = self.end;
        let Some(link) = self.chain.links.get(at) else { return false };
        if link.whole && (at > self.first || at == 0) {
            return false;
        }
        // The previous link no longer writes to the sink.
        if at > self.first {
            self.pass_on(at - 1);
        }
        let window = link.window;
        self.end += 1;
        self.rings += window.kept() * self.chain.row_in(at);
        self.tile = self.tile.max(link.tile);
        self.ready = window.ready(self.ready).min(link.output.0);
        self.macs += link.row_macs * (link.output.0 - self.ready) as u64;
        self.reach = self.reach.then(link);
        if self.end == self.chain.links.len() {
            self.pass_on(at);
        }
        true
    }

    /// Adds a temporary for the output row of link `at`, which the next link or the pool reads. An addition
    /// overwrites its input row.
    fn pass_on(&mut self, at: usize) {
        if self.chain.links[at].skip.is_none() || at == self.first {
            let row = self.chain.row_out(at);
            self.temporaries = self.temporaries.max(self.temporary + row);
            self.temporary = row;
        }
    }

    /// Index after its last link.
    #[must_use]
    pub const fn end(&self) -> usize {
        self.end
    }

    /// MACs after the last row of the image.
    #[must_use]
    pub(crate) const fn macs_after_last_row(&self) -> u64 {
        self.macs
    }

    /// Lower bound of its bytes, however many links are appended.
    #[must_use]
    pub(crate) const fn bytes_at_least(&self) -> usize {
        self.rings + self.temporaries + self.tile
    }

    /// Its requirements; `None` if a segment cannot end here.
    #[must_use]
    pub fn need(&self) -> Option<Need> {
        self.least().map(|least| self.exactly(least))
    }

    /// As [`Self::need`], but with a lower bound of the distance between source and sink, which is sufficient for
    /// most of a search.
    #[must_use]
    pub fn least(&self) -> Option<Need> {
        let Self { chain, first, end, .. } = *self;
        let ends = end == chain.links.len();
        let mut need = Need {
            scratch: self.rings
                + self.temporaries
                + chain.links[first].extra
                + self.tile
                + copied_row(chain, first, end)
                + if ends { chain.pool } else { 0 },
            source: if first == 0 { 0 } else { chain.map_out(first - 1) },
            sink: if ends { 0 } else { chain.map_out(end - 1) },
            distance: Some(0),
            kept: 0,
        };
        for skip in &chain.skips {
            let start = skip.from + 1;
            if skip.to < first || start >= end {
                continue;
            }
            match (start >= first, skip.to < end) {
                // Both in this segment: a ring buffer, unless the rows are in the source.
                (true, true) if start > first || first == 0 => need.scratch += skip.rows * chain.row_out(skip.from),
                (true, true) => {}
                // The addition is in a later segment: its second operand must be a whole feature map.
                (true, false) if start == first && first > 0 => need.distance = None,
                (true, false) => return None,
                (false, _) => need.kept += chain.map_out(skip.from),
            }
        }
        if ends {
            // The tile of the head overlaps row buffers, after the pool.
            need.scratch = need.scratch.max(chain.links[first].extra + chain.pool + chain.head_tile);
        }
        Some(need)
    }

    /// The exact requirements, given the lower bound.
    #[must_use]
    pub fn exactly(&self, least: Need) -> Need {
        Need { distance: least.distance.map(|_| self.distance()), ..least }
    }

    /// Minimum distance of the sink before the source, in bytes, with which no row is overwritten before its last
    /// use.
    fn distance(&self) -> usize {
        let Self { chain, first, end, reach: newest, .. } = *self;
        let links = &chain.links;
        if first == 0 || end == links.len() {
            return 0;
        }
        let (row_in, row_out) = (chain.row_in(first) as i64, chain.row_out(end - 1) as i64);
        let rows_out = links[end - 1].output.0 as i64;
        // Channel by channel, or from a copy: the last use of a row precedes the write.
        let pixelwise = end == first + 1 && links[first].window == Window::PIXEL;
        let direct = end == first + 1 && !pixelwise;
        let added = chain.skips.iter().find(|skip| skip.from + 1 == first && (first..end).contains(&skip.to));
        let skip = added.map(|skip| Reach::of(chain, skip.to + 1, end));
        let unread = |o: i64| {
            let read = newest.read(o, !direct);
            skip.map_or(read, |skip| read.min(skip.read(o, true)))
        };
        let over = |o: i64| (o + 1) * row_out - unread(o) * row_in;
        // Convex in o up to the output row of the last source row, and convex from the next one on, so that the
        // ends of both ranges have the maximum.
        let full = newest.full().min(rows_out - 1);
        let ends = [0, full, (full + 1).min(rows_out - 1), rows_out - 1];
        let most = ends.into_iter().map(over).fold(0, i64::max);
        most as usize
    }
}

/// Bytes of the largest tile of links `first..end`.
fn tile(chain: &Chain, first: usize, end: usize) -> usize {
    chain.links[first..end].iter().map(|link| link.tile).fold(0, usize::max)
}

/// Bytes of a source row that is copied before it is read, since its output row may overwrite it; 0 if no copy
/// is needed.
fn copied_row(chain: &Chain, first: usize, end: usize) -> usize {
    let copied = first > 0 && end == first + 1 && end < chain.links.len();
    if copied && chain.links[first].mixes && chain.links[first].window == Window::PIXEL {
        chain.row_in(first)
    } else {
        0
    }
}

/// The newest input row of consecutive operations when an output row is computed: scale · row + offset, but at
/// most `last`, the input row that completes the last intermediate row.
#[derive(Debug, Clone, Copy)]
struct Reach {
    scale: i64,
    offset: i64,
    last: i64,
}

impl Reach {
    /// The reach of no operation on `rows` rows.
    const fn of_rows(rows: usize) -> Self {
        Self { scale: 1, offset: 0, last: rows as i64 - 1 }
    }

    /// The reach of the links `first..end`; `first` is not 0.
    fn of(chain: &Chain, first: usize, end: usize) -> Self {
        let rows = chain.links[first - 1].output.0;
        chain.links[first..end].iter().fold(Self::of_rows(rows), Self::then)
    }

    /// The reach with `link` appended.
    const fn then(self, link: &Link) -> Self {
        let (stride, newest) = (link.window.stride, link.window.ahead() as i64);
        // Rows that no window reads arrive after its last one.
        let (ends, last) = (self.scale * (link.input.0 as i64 - 1) + self.offset, self.last);
        Self {
            scale: self.scale * stride as i64,
            offset: self.scale * newest + self.offset,
            last: if ends < last { ends } else { last },
        }
    }

    /// The first output row that is computed with the last input row.
    const fn full(self) -> i64 {
        let missing = self.last - self.offset;
        if missing > 0 { (missing + self.scale - 1) / self.scale } else { 0 }
    }

    /// Number of input rows that are no longer needed when row `output` is written. They include the newest row if
    /// its reader `is_done`, or if it was read before and is buffered since: with padding at the bottom, several
    /// output rows follow the last input row.
    const fn read(self, output: i64, is_done: bool) -> i64 {
        let reach = self.scale * output + self.offset;
        let newest = if reach < self.last { reach } else { self.last };
        newest + (is_done || output > self.full()) as i64
    }
}

/// Offsets of the buffers of a link, in bytes from the start of its segment's scratch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// The ring buffer of its last k − 1 input rows.
    pub ring: usize,
    /// The ring buffer for a later addition: offset and number of rows.
    pub skip: Option<(usize, usize)>,
    /// The temporary of its output row; `None` if it writes to the sink or overwrites its input row.
    pub row: Option<usize>,
}

/// Layout of the scratch of a segment: offsets, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Means and gates of squeeze-and-excitation, aligned.
    pub extra: usize,
    /// The global pool, aligned, if the segment ends in it.
    pub pool: usize,
    /// The tile of filters and then of the head, aligned, unless it is on the stack.
    pub tile: usize,
    /// The copied row of the source, if the segment needs one.
    pub copy: Option<usize>,
    /// The camera's row, if the segment reads the camera.
    pub camera: usize,
    /// The buffers of each link.
    pub stages: Vec<Stage>,
}

/// The layout of links `first..end` in `need.scratch` bytes: gates, pool, tile, ring buffers, then the temporaries,
/// which alternate between the two ends of the rest.
#[must_use]
pub fn layout(chain: &Chain, first: usize, end: usize, need: &Need) -> Layout {
    let links = &chain.links;
    let pool = links[first].extra;
    let tile_at = pool + if end == links.len() { chain.pool } else { 0 };
    let copy_at = tile_at + tile(chain, first, end);
    let copied = copied_row(chain, first, end);
    let mut at = copy_at + copied;
    let mut take = |bytes: usize| {
        at += bytes;
        at - bytes
    };
    let rings: Vec<usize> = (first..end).map(|m| take(links[m].window.kept() * chain.row_in(m))).collect();
    let skip_ring = |m: usize, take: &mut dyn FnMut(usize) -> usize| {
        let skip = chain.skips.iter().find(|skip| skip.from == m && skip.to < end)?;
        Some((take(skip.rows * chain.row_out(m)), skip.rows))
    };
    let skips: Vec<Option<(usize, usize)>> = (first..end).map(|m| skip_ring(m, &mut take)).collect();
    let low = at;
    let mut turn = false;
    let mut temporary = |bytes: usize| {
        turn = !turn;
        if turn { low } else { need.scratch - bytes }
    };
    let camera = if first == 0 { temporary(chain.row_in(0)) } else { 0 };
    let stages = (first..end).zip(rings).zip(skips).map(|((m, ring), skip)| {
        let direct = m + 1 == end && end < links.len();
        let over = links[m].skip.is_some() && m > first;
        let row = (!direct && !over).then(|| temporary(chain.row_out(m)));
        Stage { ring, skip, row }
    });
    let copy = (copied > 0).then_some(copy_at);
    Layout { extra: 0, pool, tile: tile_at, copy, camera, stages: stages.collect() }
}
