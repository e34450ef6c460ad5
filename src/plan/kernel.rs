//! Which kernel computes the rows of a step: decided here and nowhere else. Code size, stack, the
//! parts of the header's texts and the table of steps all read this value.

use super::op::{Extras, RowWork, depth};
use super::program::{Program, Step};
use crate::graph::{Graph, Op, Source, Window};

/// Sums of more products than this need more bits on an 8-bit processor.
pub const DEEP: usize = 256;
/// Fewest columns that a kernel for several neighbouring pixels serves.
const LEAST_COLUMNS: usize = 3;
/// Most channels of a pixel that fit into registers together.
const SHALLOW: usize = 4;
/// Fractional bits of an int8 result, where its sums allow it; a float step has none.
const SHIFTS: [u8; 2] = [0, crate::contract::FRACTION_BITS as u8];

/// How the rows of a step are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// All filters of the first layer at once: 3×3 over a single plane, without padding, two to four filters.
    FirstLayer {
        /// 2 or 3.
        stride: usize,
    },
    /// 3×3 over each channel by itself, over at least three columns.
    Depthwise3 {
        /// 1, 2 or 3.
        stride: usize,
    },
    /// Any window over each channel by itself, in any number of fractional bits.
    Depthwise,
    /// 1×1 over a row of at least three pixels, straight from its planes.
    Pointwise {
        /// Whether it reads at most four channels.
        is_shallow: bool,
    },
    /// 1×1 over planes of which one pixel or two are left over, or of many channels.
    Planes,
    /// 1×1 whose pixels do not lie next to each other: with a stride, or in an interleaved image.
    Gathered,
    /// A window of more than one pixel over all channels.
    Convolution,
    /// Filters whose sums are so large that results have fewer fractional bits.
    Shifted {
        /// Whether their window is of more than one pixel.
        is_windowed: bool,
    },
    /// The sum of two rows.
    Addition,
    /// A row times the gates of squeeze-and-excitation.
    Gates,
}

impl Kernel {
    /// The kernel of `step`, which runs `op` of `graph`, folded; the first step `is_first`. `shift` is the
    /// number of fractional bits of its results, which only weights tell: `None` assumes the usual one.
    #[must_use]
    pub fn of(graph: &Graph, op: &Op, step: &Step, is_first: bool, shift: Option<u8>) -> Self {
        let is_usual = shift.is_none_or(|shift| SHIFTS.contains(&shift));
        match Extras::of(op).work {
            RowWork::Addition => Self::Addition,
            RowWork::Gates => Self::Gates,
            RowWork::Filters if depth(op) > 0 => Self::of_filters(reads_interleaved(graph, op), op, step, is_usual),
            RowWork::Filters | RowWork::Pool => Self::of_channels(op, step, is_first, is_usual),
        }
    }

    fn of_filters(is_interleaved: bool, op: &Op, step: &Step, is_usual: bool) -> Self {
        let is_windowed = step.window.kernel > 1;
        if !is_usual {
            return Self::Shifted { is_windowed };
        }
        if is_windowed {
            return Self::Convolution;
        }
        if step.window != Window::PIXEL || is_interleaved {
            return Self::Gathered;
        }
        if step.output.width < LEAST_COLUMNS || depth(op) > DEEP {
            return Self::Planes;
        }
        Self::Pointwise { is_shallow: depth(op) <= SHALLOW }
    }

    fn of_channels(op: &Op, step: &Step, is_first: bool, is_usual: bool) -> Self {
        let Window { kernel, stride, pad } = step.window;
        if kernel != 3 || step.input.width < LEAST_COLUMNS || !is_usual {
            return Self::Depthwise;
        }
        let (columns, filters) = (step.output.width, step.output.channels);
        let fits_first = op.input.channels == 1 && pad == 0 && matches!(stride, 2 | 3);
        // It counts the outputs of a row in 12 bits, two of them at a time.
        let has_size = columns >= 2 && matches!(filters, 2..=4) && columns * filters < 4096;
        if is_first && fits_first && has_size { Self::FirstLayer { stride } } else { Self::Depthwise3 { stride } }
    }

    /// Whether each filter reads one channel.
    #[must_use]
    pub const fn is_depthwise(self) -> bool {
        matches!(self, Self::FirstLayer { .. } | Self::Depthwise3 { .. } | Self::Depthwise)
    }

    /// Whether each filter reads all channels.
    #[must_use]
    pub const fn is_filters(self) -> bool {
        !self.is_depthwise() && !matches!(self, Self::Addition | Self::Gates)
    }

    /// Whether each filter reads a window of more than one pixel of all channels.
    #[must_use]
    pub const fn is_convolution(self) -> bool {
        matches!(self, Self::Convolution | Self::Shifted { is_windowed: true })
    }
}

/// Whether `op` reads the camera's image, whose channels stand side by side.
#[must_use]
pub fn reads_interleaved(graph: &Graph, op: &Op) -> bool {
    graph.input.channels > 1 && op.inputs.contains(&Source::Image)
}

/// The kernel of each step of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kernels(pub Vec<Kernel>);

impl Kernels {
    /// Those of `program`, which runs `graph`, folded; `shift` gives the fractional bits of a step's results
    /// where they are known.
    #[must_use]
    pub fn of(graph: &Graph, program: &Program, shift: impl Fn(usize) -> Option<u8>) -> Self {
        let steps = program.steps.iter().enumerate();
        Self(steps.map(|(at, step)| Kernel::of(graph, &graph.ops[step.op.0], step, at == 0, shift(at))).collect())
    }

    /// Whether one of them is such a one.
    #[must_use]
    pub fn any(&self, is: impl Fn(Kernel) -> bool) -> bool {
        self.0.iter().any(|kernel| is(*kernel))
    }
}
