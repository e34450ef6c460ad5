//! Appends operations to a graph, each checked against its input feature map.

use super::op::{Dense, Kind};
use super::shape::Shape;
use super::{Graph, Op, OpId, Source};
use crate::config::KeyPath;

/// Maximum number of channels of a feature map.
const MAX_CHANNELS: usize = 16_384;
/// Maximum number of values of a feature map.
const MAX_MAP: u64 = 1 << 28;

/// An operation that cannot be appended to a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Its kernel is larger than its input.
    #[error(
        "the feature map is too small: {name} has a {kernel}x{kernel} kernel without padding, but its input from {before} is {}x{}",
        input.height, input.width
    )]
    TooSmall {
        /// The operation.
        name: String,
        /// Kernel size.
        kernel: usize,
        /// Name of the previous operation, or the image.
        before: String,
        /// Shape of its input.
        input: Shape,
    },
    /// It needs an input of 1×1 pixel, but has a larger one.
    #[error("{name} needs an input of 1x1, but its input from {before} is {}x{}", input.height, input.width)]
    NotPooled {
        /// The operation.
        name: String,
        /// Name of the previous operation, or the image.
        before: String,
        /// Shape of its input.
        input: Shape,
    },
    /// The network has a global pool already.
    #[error("{0} is a second global pool")]
    PooledTwice(String),
    /// Its output has too many channels or values.
    #[error("the output of {name} is {output}; at most {MAX_CHANNELS} channels and {MAX_MAP} values are supported")]
    TooLarge {
        /// The operation.
        name: String,
        /// Shape of its output.
        output: Shape,
    },
}

impl AppendError {
    /// Suggested correction.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::TooSmall { .. } => "use padding = \"same\", fewer strides before it, or a larger input",
            Self::NotPooled { .. } => "put it behind the global pool",
            Self::PooledTwice(_) => "leave one of the pools out",
            Self::TooLarge { .. } => "use fewer filters, less expansion or a smaller input",
        }
    }
}

impl Graph {
    /// Source and shape of the last output: those of the image if there is no operation yet.
    #[must_use]
    pub fn end(&self) -> (Source, Shape) {
        self.ops.last().map_or((Source::Image, self.input), |op| (Source::Op(op.id), op.output))
    }

    /// Appends an operation that reads the last output. `place` is its table in the configuration, `block` the
    /// index of its block, repeats included. The caller pushes a second input, such as that of an addition.
    ///
    /// # Errors
    /// An input that does not suit the operation, or an output that is too large.
    pub fn append(
        &mut self,
        name: &str,
        place: KeyPath,
        block: Option<usize>,
        kind: impl Into<Kind>,
    ) -> Result<OpId, AppendError> {
        let (kind, (source, input)) = (kind.into(), self.end());
        let name = name.to_owned();
        let id = OpId(self.ops.len());
        let placeholder = Shape::new(0, 0, 0);
        let mut op = Op { id, name, place, block, kind, inputs: vec![source], input, output: placeholder };
        if op.pool().is_some() && self.pool_at() < self.ops.len() {
            return Err(AppendError::PooledTwice(op.name));
        }
        op.output = kind.operator().output(input).ok_or_else(|| self.misfit(&op))?;
        if op.output.channels > MAX_CHANNELS || op.output.values() as u64 > MAX_MAP {
            return Err(AppendError::TooLarge { name: op.name, output: op.output });
        }
        self.ops.push(op);
        Ok(id)
    }

    /// The error of appending `op`, which does not suit its input.
    fn misfit(&self, op: &Op) -> AppendError {
        let before = self.ops.last().map_or_else(|| "the image".to_owned(), |op| op.name.clone());
        let (name, input, kernel) = (op.name.clone(), op.input, op.window().kernel);
        if kernel > 1 {
            AppendError::TooSmall { name, kernel, before, input }
        } else {
            AppendError::NotPooled { name, before, input }
        }
    }

    /// Inserts the dense layers `hidden` between pool and head, named `hidden0`, `hidden1`, ….
    ///
    /// # Errors
    /// A network without a head, or a layer that is too large.
    pub fn with_hidden(&self, hidden: &[Dense]) -> Result<Self, AppendError> {
        let mut graph = self.clone();
        let Some(head) = graph.ops.pop() else { return Ok(graph) };
        for (index, dense) in hidden.iter().enumerate() {
            graph.append(&format!("hidden{index}"), head.place.clone(), None, *dense)?;
        }
        graph.append(&head.name, head.place, head.block, head.kind)?;
        Ok(graph)
    }
}
