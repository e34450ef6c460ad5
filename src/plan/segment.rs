//! The memory of a run of operations through which rows stream.
//!
//! The rows of a segment come from the camera or from a map that stands in memory, and its last
//! operation fills a map or the global pool. In between, an operation with a k×k kernel keeps a
//! ring of the last k − 1 rows it was given; the newest row lies in a temporary, is read together
//! with the ring, and is then rotated into it before the next operation runs: only two
//! neighbouring temporaries are ever alive. A skip waits in a ring of its own until the addition
//! catches up. Nothing is computed twice.

use super::chain::{Chain, Link};
use crate::graph::Window;

/// What a segment needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// Rings, temporaries and sums, in bytes.
    pub scratch: usize,
    /// Bytes of the map its rows come from; 0 for the camera.
    pub source: usize,
    /// Bytes of the map it fills; 0 where that is the pool.
    pub sink: usize,
    /// The sink may begin this many bytes before the source and write over it, row by row; `None`
    /// where somebody needs the source later on.
    pub distance: Option<usize>,
    /// Bytes of maps that wait for a later addition.
    pub kept: usize,
}

impl Need {
    /// Bytes that the two maps span together.
    #[must_use]
    pub fn span(&self) -> usize {
        match self.distance {
            Some(distance) => self.sink.max(distance + self.source),
            None => self.sink + self.source,
        }
    }

    /// All bytes together, where no gap is lost.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.scratch + self.span() + self.kept
    }
}

/// Builds a segment link by link: the search for the best cuts asks for the cost of every end.
#[derive(Debug, Clone, Copy)]
pub struct SegmentBuilder<'a> {
    chain: &'a Chain,
    /// Its first link.
    first: usize,
    /// The link behind its last.
    end: usize,
    /// Bytes of rings.
    rings: usize,
    /// Bytes of the largest two neighbouring temporaries; the camera's row is one.
    temporaries: usize,
    /// Bytes of the last temporary.
    temporary: usize,
    /// Bytes of the largest tile.
    tile: usize,
    /// Rows that are made before the last row of the image has come.
    ready: usize,
    /// Multiplications that wait for the last row of the image.
    macs: u64,
    reach: Reach,
}

impl<'a> SegmentBuilder<'a> {
    /// Nothing yet, before link `first`.
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
        // What was the last link no longer writes into the sink.
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

    /// Makes room for the row of link `at`, which the next link or the pool reads. An addition
    /// writes over the row it is given.
    fn pass_on(&mut self, at: usize) {
        if self.chain.links[at].skip.is_none() || at == self.first {
            let row = self.chain.row_out(at);
            self.temporaries = self.temporaries.max(self.temporary + row);
            self.temporary = row;
        }
    }

    /// The link behind its last.
    #[must_use]
    pub const fn end(&self) -> usize {
        self.end
    }

    /// Multiplications that wait for the last row of the image.
    #[must_use]
    pub(crate) const fn macs_after_last_row(&self) -> u64 {
        self.macs
    }

    /// Bytes that it needs at least, however far it grows.
    #[must_use]
    pub(crate) const fn bytes_at_least(&self) -> usize {
        self.rings + self.temporaries + self.tile
    }

    /// What it needs; `None` where it cannot end here.
    #[must_use]
    pub fn need(&self) -> Option<Need> {
        self.least().map(|least| self.exactly(least))
    }

    /// As [`Self::need`], but for the distance between its maps, which is the least there may be:
    /// much of a search can do without the exact one.
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
                // Both within: a ring, unless the source map itself holds the rows.
                (true, true) if start > first || first == 0 => need.scratch += skip.rows * chain.row_out(skip.from),
                (true, true) => {}
                // The addition comes in a later segment: its other half must be a whole map.
                (true, false) if start == first && first > 0 => need.distance = None,
                (true, false) => return None,
                (false, _) => need.kept += chain.map_out(skip.from),
            }
        }
        if ends {
            // The head's tile lies over rows, behind the pool.
            need.scratch = need.scratch.max(chain.links[first].extra + chain.pool + chain.head_tile);
        }
        Some(need)
    }

    /// What it needs, from the least that it may need.
    #[must_use]
    pub fn exactly(&self, least: Need) -> Need {
        Need { distance: least.distance.map(|_| self.distance()), ..least }
    }

    /// How far before its source the sink must begin, so that no row is written over before it was
    /// read for the last time.
    fn distance(&self) -> usize {
        let Self { chain, first, end, reach: newest, .. } = *self;
        let links = &chain.links;
        if first == 0 || end == links.len() {
            return 0;
        }
        let (row_in, row_out) = (chain.row_in(first) as i64, chain.row_out(end - 1) as i64);
        let rows_out = links[end - 1].output.0 as i64;
        // Channel by channel, or from a copy: a row is read for the last time before it is written.
        let pixelwise = end == first + 1 && links[first].window == Window::PIXEL;
        let direct = end == first + 1 && !pixelwise;
        let added = chain.skips.iter().find(|skip| skip.from + 1 == first && (first..end).contains(&skip.to));
        let skip = added.map(|skip| Reach::of(chain, skip.to + 1, end));
        let unread = |o: i64| {
            let read = newest.read(o, !direct);
            skip.map_or(read, |skip| read.min(skip.read(o, true)))
        };
        let over = |o: i64| (o + 1) * row_out - unread(o) * row_in;
        // Convex in o up to the row that the last row of the source gives, and convex from the next
        // one on: the ends of both decide.
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

/// Bytes of a row of the source that is copied before it is read, since the row made of it may
/// take its place.
fn copied_row(chain: &Chain, first: usize, end: usize) -> usize {
    let copied = first > 0 && end == first + 1 && end < chain.links.len();
    if copied && chain.links[first].mixes && chain.links[first].window == Window::PIXEL {
        chain.row_in(first)
    } else {
        0
    }
}

/// Which row of the input of a run of operations is the newest when a row of its output is made:
/// scale · row + offset, but at most `last`, with which the last row between two of them was made.
#[derive(Debug, Clone, Copy)]
struct Reach {
    scale: i64,
    offset: i64,
    last: i64,
}

impl Reach {
    /// Of no operation, on `rows` rows.
    const fn of_rows(rows: usize) -> Self {
        Self { scale: 1, offset: 0, last: rows as i64 - 1 }
    }

    /// Of links `first..end`, where `first` is not the first of all.
    fn of(chain: &Chain, first: usize, end: usize) -> Self {
        let rows = chain.links[first - 1].output.0;
        chain.links[first..end].iter().fold(Self::of_rows(rows), Self::then)
    }

    /// That of the same operations and another one behind them.
    const fn then(self, link: &Link) -> Self {
        let (stride, newest) = (link.window.stride, link.window.ahead() as i64);
        // Rows that nobody waits for come after its last one.
        let (ends, last) = (self.scale * (link.input.0 as i64 - 1) + self.offset, self.last);
        Self {
            scale: self.scale * stride as i64,
            offset: self.scale * newest + self.offset,
            last: if ends < last { ends } else { last },
        }
    }

    /// The first row of the output that is made with the last row of the input.
    const fn full(self) -> i64 {
        let missing = self.last - self.offset;
        if missing > 0 { (missing + self.scale - 1) / self.scale } else { 0 }
    }

    /// How many rows of the input are never read again while row `output` is written. The newest row
    /// is among them if what reads it `is_done`, or if it was read before and is kept since: below the
    /// last row there is padding, of which more rows may be made.
    const fn read(self, output: i64, is_done: bool) -> i64 {
        let reach = self.scale * output + self.offset;
        let newest = if reach < self.last { reach } else { self.last };
        newest + (is_done || output > self.full()) as i64
    }
}

/// Where the rows of a link are, in bytes from the start of its segment's scratch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// The ring of the last k − 1 rows it was given.
    pub ring: usize,
    /// The ring of rows that a later addition waits for: place and number of rows.
    pub skip: Option<(usize, usize)>,
    /// The row it makes; `None` where that goes straight into the sink, or over the row it reads.
    pub row: Option<usize>,
}

/// Where the scratch of a segment holds what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Means and gates of squeeze-and-excitation; they are aligned.
    pub extra: usize,
    /// The global pool, where the segment ends in it; aligned too.
    pub pool: usize,
    /// What filters read at several pixels at once, where that is not on the stack, and then the head; aligned too.
    pub tile: usize,
    /// The copied row of the source, where the segment needs one.
    pub copy: Option<usize>,
    /// The row that the camera writes to, where the segment begins with it.
    pub camera: usize,
    /// Every link of the segment.
    pub stages: Vec<Stage>,
}

/// The layout of links `first..end` within `need.scratch` bytes: gates, pool, tile, rings, and
/// the temporaries, which take turns at the two ends of what is left.
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
