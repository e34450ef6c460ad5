//! Operations put together one after the other, each checked against the map it reads.

use super::op::{Dense, Kind};
use super::shape::Shape;
use super::{Graph, Op, OpId, Source};
use crate::config::KeyPath;

/// The most channels a map may have.
const MAX_CHANNELS: usize = 16_384;
/// The most values a map may have.
const MAX_MAP: u64 = 1 << 28;

/// Why an operation cannot follow those of a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Its kernel does not fit into the map once.
    #[error(
        "the map shrinks to nothing: {name} has a {kernel}x{kernel} kernel without padding, and {before} gives it only {}x{}",
        input.height, input.width
    )]
    TooSmall {
        /// The operation.
        name: String,
        /// The side of its kernel.
        kernel: usize,
        /// The operation before it, or the image.
        before: String,
        /// The size of its input.
        input: Shape,
    },
    /// It reads a vector, but the map before it has several pixels.
    #[error("{name} reads one pixel, and {before} gives it {}x{}", input.height, input.width)]
    NotPooled {
        /// The operation.
        name: String,
        /// The operation before it, or the image.
        before: String,
        /// The size of its input.
        input: Shape,
    },
    /// There is a global pool already.
    #[error("{0} pools a map that was pooled before")]
    PooledTwice(String),
    /// Its output has too many channels or values.
    #[error("{name} makes a map of {output}; at most {MAX_CHANNELS} channels and {MAX_MAP} values can be handled")]
    TooLarge {
        /// The operation.
        name: String,
        /// The size of its output.
        output: Shape,
    },
}

impl AppendError {
    /// What to change.
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
    /// The last map and its size: those of the image where there is no operation yet.
    #[must_use]
    pub fn end(&self) -> (Source, Shape) {
        self.ops.last().map_or((Source::Image, self.input), |op| (Source::Op(op.id), op.output))
    }

    /// Appends an operation that reads the last map. `place` is the table of the configuration it
    /// comes from, `block` its block, counted with repeats. A second input, as of an addition, is
    /// for the caller to push.
    ///
    /// # Errors
    /// Where the operation does not fit the map before it, or makes too large a one.
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

    /// Why `op`, which is not part of the network yet, does not fit its input.
    fn misfit(&self, op: &Op) -> AppendError {
        let before = self.ops.last().map_or_else(|| "the image".to_owned(), |op| op.name.clone());
        let (name, input, kernel) = (op.name.clone(), op.input, op.window().kernel);
        if kernel > 1 {
            AppendError::TooSmall { name, kernel, before, input }
        } else {
            AppendError::NotPooled { name, before, input }
        }
    }

    /// The same network with the dense layers `hidden` between its pool and its head, called
    /// `hidden0`, `hidden1`, ….
    ///
    /// # Errors
    /// Where there is no head to put them in front of, or one of them is too large.
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
