//! Buffers with known lifetimes, placed in one block of memory.
//!
//! The algorithm is the greedy one that TensorFlow Lite Micro describes: take the buffers from
//! the largest to the smallest (of equals, the one asked for first), and put each at the lowest
//! aligned offset where it overlaps none of the buffers placed before it that are alive at a step
//! it is alive at. Nothing in it is random, so equal requests give equal offsets. It is not always
//! the best placement, but no placement can be smaller than the bytes alive at the worst step.

/// A buffer of an [`Arena`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BufferId(pub usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Request {
    bytes: usize,
    first_step: usize,
    last_step: usize,
    align: usize,
}

impl Request {
    const fn meets(&self, other: &Self) -> bool {
        self.first_step <= other.last_step && other.first_step <= self.last_step
    }

    const fn lives_at(&self, step: usize) -> bool {
        self.first_step <= step && step <= self.last_step
    }
}

/// Buffers that want a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arena {
    requests: Vec<Request>,
}

/// Where the buffers of an [`Arena`] are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The offset of each buffer in bytes, in the order they were added.
    pub offsets: Vec<usize>,
    /// Bytes in all.
    pub total: usize,
}

impl Arena {
    /// Asks for `bytes` from `first_step` to `last_step`, both included, at a multiple of `align`
    /// bytes (0 counts as 1). A last step before the first counts as the first.
    pub fn add(&mut self, bytes: usize, first_step: usize, last_step: usize, align: usize) -> BufferId {
        let last_step = last_step.max(first_step);
        self.requests.push(Request { bytes, first_step, last_step, align: align.max(1) });
        BufferId(self.requests.len() - 1)
    }

    /// Keeps `buffer` alive up to `step`.
    pub fn extend(&mut self, buffer: BufferId, step: usize) {
        let request = &mut self.requests[buffer.0];
        request.last_step = request.last_step.max(step);
    }

    /// The bytes, first step and last step of `buffer`.
    #[must_use]
    pub fn lifetime(&self, buffer: BufferId) -> (usize, usize, usize) {
        let request = &self.requests[buffer.0];
        (request.bytes, request.first_step, request.last_step)
    }

    /// Bytes alive at `step`.
    #[must_use]
    pub fn live_bytes(&self, step: usize) -> usize {
        self.requests.iter().filter(|request| request.lives_at(step)).map(|request| request.bytes).sum()
    }

    /// Places every buffer.
    #[must_use]
    pub fn solve(&self) -> Placement {
        let mut order: Vec<usize> = (0..self.requests.len()).collect();
        order.sort_by_key(|&i| (std::cmp::Reverse(self.requests[i].bytes), i));
        let mut placement = Placement { offsets: vec![0; self.requests.len()], total: 0 };
        let mut placed: Vec<usize> = Vec::with_capacity(order.len());
        for i in order {
            let request = &self.requests[i];
            let mut taken: Vec<(usize, usize)> = placed
                .iter()
                .filter(|&&other| self.requests[other].meets(request))
                .map(|&other| (placement.offsets[other], placement.offsets[other] + self.requests[other].bytes))
                .collect();
            taken.sort_unstable();
            let mut offset = 0_usize;
            for (start, end) in taken {
                if offset + request.bytes <= start {
                    break;
                }
                offset = offset.max(end.next_multiple_of(request.align));
            }
            placement.offsets[i] = offset;
            placement.total = placement.total.max(offset + request.bytes);
            placed.push(i);
        }
        debug_assert!(!self.overlaps(&placement), "buffers that live together share bytes: {self:?} {placement:?}");
        placement
    }

    /// Whether two buffers that are alive at one step share a byte in `placement`.
    #[must_use]
    pub fn overlaps(&self, placement: &Placement) -> bool {
        let end = |i: usize| placement.offsets[i] + self.requests[i].bytes;
        (0..self.requests.len()).any(|a| {
            (0..a).any(|b| {
                self.requests[a].meets(&self.requests[b])
                    && placement.offsets[a] < end(b)
                    && placement.offsets[b] < end(a)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn buffers_that_never_meet_share_their_place() {
        let mut arena = Arena::default();
        arena.add(100, 0, 1, 4);
        arena.add(60, 1, 2, 4);
        arena.add(100, 2, 3, 4);
        let placement = arena.solve();
        assert_eq!(placement, Placement { offsets: vec![0, 100, 0], total: 160 });
    }

    #[test]
    fn a_gap_is_filled_before_the_arena_grows() {
        let mut arena = Arena::default();
        arena.add(64, 0, 1, 4);
        arena.add(48, 0, 4, 4);
        arena.add(32, 3, 4, 4);
        assert_eq!(arena.solve(), Placement { offsets: vec![0, 64, 0], total: 112 });
    }

    #[test]
    fn an_overlap_is_noticed() {
        let mut arena = Arena::default();
        arena.add(8, 0, 1, 4);
        arena.add(8, 1, 2, 4);
        assert!(arena.overlaps(&Placement { offsets: vec![0, 4], total: 12 }));
        assert!(!arena.overlaps(&Placement { offsets: vec![0, 8], total: 16 }));
    }

    proptest! {
        #[test]
        fn placements_never_overlap_are_aligned_and_hold_the_worst_step(
            requests in prop::collection::vec((0usize..200, 0usize..12, 0usize..6, prop::sample::select(vec![0, 1, 4, 8])), 0..24)
        ) {
            let mut arena = Arena::default();
            for (bytes, first, length, align) in &requests {
                arena.add(*bytes, *first, first + length, *align);
            }
            let placement = arena.solve();
            prop_assert!(!arena.overlaps(&placement));
            prop_assert!((0..20).all(|step| arena.live_bytes(step) <= placement.total));
            for ((bytes, _, _, align), offset) in requests.iter().zip(&placement.offsets) {
                prop_assert_eq!(offset % (*align).max(1), 0);
                prop_assert!(offset + bytes <= placement.total);
            }
            prop_assert_eq!(&placement, &arena.solve());
        }
    }
}
