//! Selects the kernel of each step. Code size, stack, template flags and the table of steps all use this
//! value.

use super::op::{Extras, RowWork, depth};
use super::program::{Program, Step};
use crate::graph::{Graph, Op, Source, Window};

/// Maximum number of products whose sum fits into 24 bits, for 8-bit processors.
pub const DEEP: usize = 256;
/// Minimum number of columns of kernels for several neighbouring pixels.
const LEAST_COLUMNS: usize = 3;
/// Maximum number of channels of a pixel that fit into registers together.
const SHALLOW: usize = 4;
/// Maximum number of columns of a row whose pixels fit into registers together.
const SHORT_ROW: usize = 4;
/// Number of pixels that filters compute together.
const TILE_PIXELS: usize = 3;
/// The usual shift of int8 steps; float steps have none.
const SHIFTS: [u8; 2] = [0, crate::contract::FRACTION_BITS as u8];

/// How the inputs of a convolution are gathered, if the processor has such a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Inputs {
    /// Four adjacent values of an interleaved image at once.
    Interleaved,
    /// Four planes at several pixels at once, with a multiple of four channels.
    Quads {
        /// The stride: 1 or 2.
        stride: usize,
    },
    /// Value by value.
    Single,
}

impl Inputs {
    fn of(depth: usize, is_interleaved: bool, window: Window) -> Self {
        if is_interleaved {
            return Self::Interleaved;
        }
        let channels = depth / (window.kernel * window.kernel);
        let stride = window.stride;
        if channels.is_multiple_of(4) && stride <= 2 { Self::Quads { stride } } else { Self::Single }
    }
}

/// The kernel that computes the rows of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kernel {
    /// First layer, all filters at once: 3×3 on a single channel, no padding, two to four filters.
    FirstLayer {
        /// Its stride: 2 or 3.
        stride: usize,
    },
    /// Depthwise 3×3 with at least three columns.
    Depthwise3 {
        /// Its stride: 1, 2 or 3.
        stride: usize,
    },
    /// Depthwise with any window and any shift.
    Depthwise {
        /// Its stride: 1, 2 or 3.
        stride: usize,
    },
    /// Pointwise on a row of at least three pixels, without a tile if the processor has such a kernel.
    Pointwise {
        /// Whether it has at most four input channels.
        is_shallow: bool,
    },
    /// Pointwise on planes, with a remainder of one or two pixels, or with many channels.
    Planes,
    /// Pointwise on pixels that are not adjacent: with a stride, or in an interleaved image.
    Gathered,
    /// Convolution over all channels, larger than 1×1.
    Convolution {
        /// How its inputs are gathered.
        inputs: Inputs,
    },
    /// Filters whose sums are so large that they have a smaller shift.
    Shifted {
        /// Whether the kernel is larger than 1×1.
        is_windowed: bool,
    },
    /// Addition of two rows.
    Addition,
    /// Multiplication of a row by the gates of squeeze-and-excitation.
    Gates,
}

impl Kernel {
    /// Selects the kernel of `step`, which runs `op` of the folded `graph`. `is_first` marks the first step. `shift`
    /// depends on the weights; `None` assumes the usual one.
    #[must_use]
    pub fn of(graph: &Graph, op: &Op, step: &Step, is_first: bool, shift: Option<u8>) -> Self {
        let is_usual = shift.is_none_or(|shift| SHIFTS.contains(&shift));
        match Extras::of(op).work {
            RowWork::Addition => Self::Addition,
            RowWork::Gates => Self::Gates,
            RowWork::Pool => Self::of_channels(op, step, is_first, is_usual),
            RowWork::Filters => match depth(op) {
                0 => Self::of_channels(op, step, is_first, is_usual),
                depth => Self::of_filters(depth, reads_interleaved(graph, op), step, is_usual),
            },
        }
    }

    fn of_filters(depth: usize, is_interleaved: bool, step: &Step, is_usual: bool) -> Self {
        let is_windowed = step.window.kernel > 1;
        if !is_usual {
            return Self::Shifted { is_windowed };
        }
        if is_windowed {
            return Self::Convolution { inputs: Inputs::of(depth, is_interleaved, step.window) };
        }
        if step.window != Window::PIXEL || is_interleaved {
            return Self::Gathered;
        }
        if step.output.width < LEAST_COLUMNS || depth > DEEP {
            return Self::Planes;
        }
        Self::Pointwise { is_shallow: depth <= SHALLOW }
    }

    fn of_channels(op: &Op, step: &Step, is_first: bool, is_usual: bool) -> Self {
        let Window { kernel, stride, pad } = step.window;
        if kernel != 3 || step.input.width < LEAST_COLUMNS || !is_usual {
            return Self::Depthwise { stride };
        }
        let (columns, filters) = (step.output.width, step.output.channels);
        let fits_first = op.input.channels == 1 && pad == 0 && matches!(stride, 2 | 3);
        // The kernel counts the outputs of a row in 12 bits, in pairs.
        let has_size = columns >= 2 && matches!(filters, 2..=4) && columns * filters < 4096;
        if is_first && fits_first && has_size { Self::FirstLayer { stride } } else { Self::Depthwise3 { stride } }
    }

    /// Whether this kernel computes all outputs of a channel of a row of `step` together: depthwise 3×3 with stride 1
    /// and padding, on three or four columns.
    #[must_use]
    pub fn has_short_rows(self, step: &Step) -> bool {
        self == Self::Depthwise3 { stride: 1 } && step.window.pad == 1 && step.input.width <= SHORT_ROW
    }

    /// Whether this kernel reads the last pixels of a row of `step` in pairs: pointwise on planes, with a remainder of
    /// one or two pixels beside blocks of three.
    #[must_use]
    pub const fn has_pair_tiles(self, step: &Step) -> bool {
        matches!(self, Self::Pointwise { is_shallow: false } | Self::Planes)
            && !step.output.width.is_multiple_of(TILE_PIXELS)
    }

    /// Whether each filter reads one channel (depthwise).
    #[must_use]
    pub const fn is_depthwise(self) -> bool {
        match self {
            Self::FirstLayer { .. } | Self::Depthwise3 { .. } | Self::Depthwise { .. } => true,
            Self::Pointwise { .. }
            | Self::Planes
            | Self::Gathered
            | Self::Convolution { .. }
            | Self::Shifted { .. }
            | Self::Addition
            | Self::Gates => false,
        }
    }

    /// Whether each filter reads all channels.
    #[must_use]
    pub const fn is_filters(self) -> bool {
        match self {
            Self::Pointwise { .. }
            | Self::Planes
            | Self::Gathered
            | Self::Convolution { .. }
            | Self::Shifted { .. } => true,
            Self::FirstLayer { .. }
            | Self::Depthwise3 { .. }
            | Self::Depthwise { .. }
            | Self::Addition
            | Self::Gates => false,
        }
    }

    /// Whether each filter reads all channels with a kernel larger than 1×1.
    #[must_use]
    pub const fn is_convolution(self) -> bool {
        matches!(self, Self::Convolution { .. } | Self::Shifted { is_windowed: true })
    }
}

/// Whether `op` reads the image, whose channels are interleaved.
#[must_use]
pub fn reads_interleaved(graph: &Graph, op: &Op) -> bool {
    graph.input.channels > 1 && op.inputs.contains(&Source::Image)
}

/// The kernel of each step of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kernels(pub Vec<Kernel>);

impl Kernels {
    /// The kernels of `program`, which runs the folded `graph`. `shift` gives the shift of a step, if it is known.
    #[must_use]
    pub fn of(graph: &Graph, program: &Program, shift: impl Fn(usize) -> Option<u8>) -> Self {
        let steps = program.steps.iter().enumerate();
        Self(steps.map(|(at, step)| Kernel::of(graph, &graph.ops[step.op.0], step, at == 0, shift(at))).collect())
    }

    /// Whether the kernel of any step of `program` satisfies `is`.
    #[must_use]
    pub fn any_step(&self, program: &Program, is: fn(Kernel, &Step) -> bool) -> bool {
        program.steps.iter().zip(&self.0).any(|(step, kernel)| is(*kernel, step))
    }

    /// Whether any kernel satisfies `is`.
    #[must_use]
    pub fn any(&self, is: impl Fn(Kernel) -> bool) -> bool {
        self.0.iter().any(|kernel| is(*kernel))
    }
}
