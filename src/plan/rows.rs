//! The memory plan: divides a network into segments and places their buffers in the arena.
//!
//! The chain of operations is cut into segments ([`super::segment`]) with a whole feature map between
//! each two. A segment may overwrite its input feature map with its output, after the last use of each row.
//! Dynamic programming finds the cuts with the least bytes in the largest segment, or with the least work
//! after the last row of the image. A bounded search then places every feature map and the scratch of every
//! segment; it tries the offsets next to another buffer, and enlarges the arena only if it finds no placement.

use super::chain::Chain;
use super::segment::{Need, SegmentBuilder};
use crate::config::Plan;
use std::collections::HashSet;

/// A segment with its placement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedSegment {
    /// Index of its first link.
    pub first: usize,
    /// Index after its last link.
    pub end: usize,
    /// Its memory requirements.
    pub need: Need,
    /// Offset of its input feature map; 0 for the camera.
    pub source: usize,
    /// Offset of its output feature map; 0 for the pool.
    pub sink: usize,
    /// Offset of its scratch: ring buffers, temporaries and sums.
    pub scratch: usize,
}

/// The segments and their placement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowPlan {
    /// The segments, in order.
    pub segments: Vec<PlannedSegment>,
    /// Size of the arena, in bytes.
    pub arena_bytes: usize,
    /// MACs after the last row of the image.
    pub macs_after_last_row: u64,
}

/// Maximum steps of the placement search before the arena is enlarged: in general, and for each segment. One step
/// places one segment.
const PATIENCE: usize = 400;
const PATIENCE_PER_SEGMENT: usize = 4;
/// Enlargement of the arena, in bytes.
const GROWTH: usize = 16;

impl RowPlan {
    /// Plans `chain` for the objective `goal`.
    #[must_use]
    pub fn of(chain: &Chain, goal: Plan) -> Self {
        let cuts = search(chain, goal);
        let mut macs_after_last_row = 0;
        let mut segments: Vec<PlannedSegment> = cuts
            .windows(2)
            .filter_map(|cut| {
                let mut links = SegmentBuilder::new(chain, cut[0]);
                while links.end() < cut[1] && links.grow() {}
                macs_after_last_row += links.macs_after_last_row();
                let need = links.need()?;
                Some(PlannedSegment { first: cut[0], end: cut[1], need, source: 0, sink: 0, scratch: 0 })
            })
            .collect();
        let mut arena_bytes =
            segments.iter().map(|segment| segment.need.bytes()).max().unwrap_or(0).next_multiple_of(4);
        let patience = PATIENCE.max(PATIENCE_PER_SEGMENT * segments.len());
        loop {
            let failed = HashSet::new();
            let mut search = Places { chain, segments: &mut segments, total: arena_bytes, patience, failed };
            if search.place(0) {
                return Self { segments, arena_bytes, macs_after_last_row };
            }
            arena_bytes += GROWTH;
        }
    }

    /// Index of the segment with the most bytes, the first one on a tie.
    #[must_use]
    pub fn peak(&self) -> usize {
        let bytes = |at: usize| self.segments[at].need.bytes();
        (1..self.segments.len()).fold(0, |best, at| if bytes(at) > bytes(best) { at } else { best })
    }
}

/// Cost of a choice of cuts, most important first.
type Cost = (u64, u64, usize);

/// The best cuts: 0 and the ends of all segments.
fn search(chain: &Chain, goal: Plan) -> Vec<usize> {
    let count = chain.links.len();
    let mut best: Vec<Option<(Cost, usize)>> = vec![None; count + 1];
    best[0] = Some(((0, 0, 0), 0));
    for first in 0..count {
        let Some(((a, b, cuts), _)) = best[first] else { continue };
        let mut links = SegmentBuilder::new(chain, first);
        while links.grow() {
            let macs = links.macs_after_last_row();
            let cost = |bytes: usize| match goal {
                Plan::Smallest => (a.max(bytes as u64), b + macs, cuts + 1),
                Plan::LowestLatency => (a + macs, b.max(bytes as u64), cuts + 1),
            };
            // More links do not reduce the cost.
            if best[count].is_some_and(|(whole, _)| cost(links.bytes_at_least()) > whole) {
                break;
            }
            let Some(least) = links.least() else { continue };
            let best = &mut best[links.end()];
            let better = |cost: Cost| best.is_none_or(|(old, _)| cost < old);
            if better(cost(least.bytes())) {
                let cost = cost(links.exactly(least).bytes());
                if better(cost) {
                    *best = Some((cost, first));
                }
            }
        }
    }
    let mut cuts = vec![count];
    while let Some((_, before)) = cuts.last().filter(|last| **last > 0).and_then(|last| best[*last]) {
        cuts.push(before);
    }
    cuts.reverse();
    cuts
}

/// A search for offsets of feature maps and scratch in `total` bytes.
struct Places<'a> {
    chain: &'a Chain,
    segments: &'a mut [PlannedSegment],
    total: usize,
    patience: usize,
    /// Segments, with the ranges that are in use when they run, after which nothing could be placed.
    failed: HashSet<(usize, Vec<(usize, usize)>)>,
}

impl Places<'_> {
    /// Places the sink and the scratch of segment `at` and all after it.
    fn place(&mut self, at: usize) -> bool {
        if at == self.segments.len() {
            return true;
        }
        if self.patience == 0 {
            return false;
        }
        self.patience -= 1;
        let PlannedSegment { need, source, .. } = self.segments[at];
        let mut busy = kept(self.chain, self.segments, at);
        if need.source > 0 {
            busy.push((source, source + need.source));
        }
        let state = (at, busy.clone());
        if self.failed.contains(&state) {
            return false;
        }
        let is_placed = self.place_sink(at, busy);
        if !is_placed {
            self.failed.insert(state);
        }
        is_placed
    }

    /// Places the sink of segment `at`, with `busy` ranges, of which the last is its source, and all that follows.
    fn place_sink(&mut self, at: usize, mut busy: Vec<(usize, usize)>) -> bool {
        let PlannedSegment { need, source, .. } = self.segments[at];
        if need.sink == 0 {
            return self.settle(at, 0, &busy);
        }
        let top = self.total.saturating_sub(need.sink);
        let behind = need.distance.and_then(|distance| source.checked_sub(distance)).filter(|_| need.source > 0);
        let candidates = [Some(top), behind, Some(0), source.checked_sub(need.sink), Some(source + need.source)];
        for sink in candidates.into_iter().flatten() {
            let range = (sink, sink + need.sink);
            let over_source = need.source > 0 && behind.is_some_and(|limit| sink <= limit);
            let others = busy.iter().enumerate().filter(|(i, _)| !(over_source && *i + 1 == busy.len()));
            if range.1 > self.total || others.map(|(_, taken)| *taken).any(|taken| overlap(taken, range)) {
                continue;
            }
            busy.push(range);
            if self.settle(at, sink, &busy) {
                return true;
            }
            busy.pop();
        }
        false
    }

    /// Sets sink and scratch of segment `at`, then places the following segments.
    fn settle(&mut self, at: usize, sink: usize, busy: &[(usize, usize)]) -> bool {
        let Some(scratch) = gap(busy, self.segments[at].need.scratch, self.total) else { return false };
        (self.segments[at].sink, self.segments[at].scratch) = (sink, scratch);
        if let Some(next) = self.segments.get_mut(at + 1) {
            next.source = sink;
        }
        self.place(at + 1)
    }
}

/// Offsets and ends of the feature maps for additions of segment `at` or later ones, except its source.
pub fn kept(chain: &Chain, segments: &[PlannedSegment], at: usize) -> Vec<(usize, usize)> {
    let first = segments[at].first;
    let waiting = chain.skips.iter().filter(|skip| skip.from + 1 < first && skip.to >= first);
    waiting
        .filter_map(|skip| segments.iter().find(|segment| segment.end == skip.from + 1))
        .map(|segment| (segment.sink, segment.sink + segment.need.sink))
        .collect()
}

fn overlap(a: (usize, usize), b: (usize, usize)) -> bool {
    a.0 < b.1 && b.0 < a.1
}

/// The lowest offset, a multiple of 4, with `bytes` free bytes.
pub fn gap(busy: &[(usize, usize)], bytes: usize, total: usize) -> Option<usize> {
    if bytes == 0 {
        return Some(0);
    }
    let is_free = |start: &usize| {
        let range = (*start, start + bytes);
        range.1 <= total && !busy.iter().any(|taken| overlap(*taken, range))
    };
    let ends = busy.iter().map(|range| range.1.next_multiple_of(4));
    std::iter::once(0).chain(ends).filter(is_free).min()
}
