//! The sizes of a plane, of what a window makes of it, and of the room that the kernels need.

use crate::graph::{Shape, Window};
use std::ops::Range;

/// The sizes of an input plane and of the output plane that a window makes of it.
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
    /// Those of one channel of `input` and `output`.
    pub fn new(window: Window, input: Shape, output: Shape) -> Self {
        Self { window, input: (input.height, input.width), output: (output.height, output.width) }
    }

    /// Columns of the input with its padding.
    pub fn padded_width(&self) -> usize {
        self.window.padded(self.input.1)
    }

    /// Rows of the input with its padding.
    pub fn padded_height(&self) -> usize {
        self.window.padded(self.input.0)
    }

    /// Steps of the stride until the last column of the input is passed.
    pub fn steps(&self) -> usize {
        self.window.steps(self.input.1)
    }

    /// Places of padding before the first gradient of a row.
    pub fn before(&self) -> usize {
        self.window.overlap()
    }

    /// Columns of a row of gradients with its padding.
    pub fn gradient_width(&self) -> usize {
        self.before() + self.output.1.max(self.steps())
    }

    /// The input rows whose gradient the output rows `band` are the last to add to. The last band
    /// has those beyond its own, too.
    pub fn input_rows(&self, band: &Range<usize>) -> Range<usize> {
        let first = |y: usize| self.window.first(y, self.input.0);
        let start = if band.start == 0 { 0 } else { first(band.start) };
        let end = if band.end == self.output.0 { self.input.0 } else { first(band.end) };
        start..end
    }

    /// Lanes that [`super::depthwise::Forward`] needs beside the maps.
    pub fn forward_scratch(&self) -> usize {
        self.window.kernel * self.padded_width()
    }

    /// Lanes that [`super::depthwise::Backward`] needs beside the maps.
    pub fn backward_scratch(&self) -> usize {
        self.forward_scratch() + self.window.kernel * self.gradient_width() + self.steps() * self.window.stride
    }
}
