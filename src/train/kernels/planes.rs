//! Shapes of planes, and the scratch memory that the kernels need.

use crate::graph::{Shape, Window};
use std::ops::Range;

/// The shapes of an input plane and of its output plane for a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planes {
    /// Kernel size, stride and padding.
    pub window: Window,
    /// Rows and columns of the input.
    pub input: (usize, usize),
    /// Rows and columns of the output.
    pub output: (usize, usize),
}

impl Planes {
    /// The shapes of one channel of `input` and `output`.
    pub fn new(window: Window, input: Shape, output: Shape) -> Self {
        Self { window, input: (input.height, input.width), output: (output.height, output.width) }
    }

    /// Columns of the padded input.
    pub fn padded_width(&self) -> usize {
        self.window.padded(self.input.1)
    }

    /// Rows of the padded input.
    pub fn padded_height(&self) -> usize {
        self.window.padded(self.input.0)
    }

    /// Number of strides until the last input column is passed.
    pub fn steps(&self) -> usize {
        self.window.steps(self.input.1)
    }

    /// Padding before the first gradient of a row.
    pub fn before(&self) -> usize {
        self.window.overlap()
    }

    /// Columns of a padded row of gradients.
    pub fn gradient_width(&self) -> usize {
        self.before() + self.output.1.max(self.steps())
    }

    /// The input rows whose gradient is complete after the output rows `band`. The last band also has the rows
    /// after its own.
    pub fn input_rows(&self, band: &Range<usize>) -> Range<usize> {
        let first = |y: usize| self.window.first(y, self.input.0);
        let start = if band.start == 0 { 0 } else { first(band.start) };
        let end = if band.end == self.output.0 { self.input.0 } else { first(band.end) };
        start..end
    }

    /// Scratch memory of [`super::depthwise::Forward`] in lanes.
    pub fn forward_scratch(&self) -> usize {
        self.window.kernel * self.padded_width()
    }

    /// Scratch memory of [`super::depthwise::Backward`] in lanes.
    pub fn backward_scratch(&self) -> usize {
        let rows = self.window.kernel * self.gradient_width() + self.steps() * self.window.stride;
        self.window.taps() + self.forward_scratch() + rows
    }
}
