//! The program that works layer by layer: every map is whole, and lives from the step that makes
//! it to the last one that reads it.
//!
//! Squeeze-and-excitation, addition and global pooling write over what they read where nobody
//! needs it any more: with the channels of a pixel side by side, each value is read for the last
//! time before its place is written. The image stays with the caller, and the logits go into the
//! outputs of the object; everything else is in the arena.

use super::arena::{Arena, BufferId};
use crate::graph::{Graph, Kind, OpId, Source};

/// Bytes of a value.
pub const VALUE_BYTES: usize = size_of::<f32>();

/// Where a step reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operand {
    /// The image, which is the caller's.
    Image,
    /// A buffer of the arena: see [`Program::buffers`].
    Buffer(BufferId),
    /// The outputs of the object.
    Outputs,
}

/// One operation of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The operation.
    pub op: OpId,
    /// What it reads; the skip of an addition comes second.
    pub inputs: Vec<Operand>,
    /// What it writes; equal to the first input where it works in place.
    pub output: Operand,
    /// What it needs meanwhile.
    pub scratch: Option<BufferId>,
}

/// A piece of the arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Buffer {
    /// Bytes from the start of the arena, a multiple of [`VALUE_BYTES`].
    pub offset: usize,
    /// Its size.
    pub bytes: usize,
    /// The first step that uses it.
    pub first_step: usize,
    /// The last step that uses it.
    pub last_step: usize,
}

/// What runs on the board, and where everything is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The operations in order, one for each of the graph.
    pub steps: Vec<Step>,
    /// The pieces of the arena.
    pub buffers: Vec<Buffer>,
    /// Bytes of the arena.
    pub arena_bytes: usize,
    /// The step with the most bytes alive; the first of equals.
    pub peak_step: usize,
    /// How many classes the outputs hold.
    pub classes: usize,
}

impl Program {
    /// The program of `graph`.
    #[must_use]
    pub fn of(graph: &Graph) -> Self {
        let last_reads = last_reads(graph);
        let mut arena = Arena::default();
        let mut places: Vec<Operand> = Vec::with_capacity(graph.ops.len());
        let mut steps = Vec::with_capacity(graph.ops.len());
        for (index, op) in graph.ops.iter().enumerate() {
            let read = |source: &Source| match source {
                Source::Image => Operand::Image,
                Source::Op(OpId(index)) => places[*index],
            };
            let inputs: Vec<Operand> = op.inputs.iter().map(read).collect();
            let dies = |source: &Source| matches!(source, Source::Op(OpId(from)) if last_reads[*from] == index);
            let output = match inputs.first() {
                _ if index + 1 == graph.ops.len() => Operand::Outputs,
                Some(Operand::Buffer(buffer)) if overwrites(&op.kind) && op.inputs.first().is_some_and(dies) => {
                    arena.extend(*buffer, last_reads[index]);
                    Operand::Buffer(*buffer)
                }
                _ => {
                    let bytes = op.output.values() * VALUE_BYTES;
                    Operand::Buffer(arena.add(bytes, index, last_reads[index], VALUE_BYTES))
                }
            };
            let scratch = scratch_values(&op.kind, op.input.channels)
                .map(|values| arena.add(values * VALUE_BYTES, index, index, VALUE_BYTES));
            places.push(output);
            steps.push(Step { op: op.id, inputs, output, scratch });
        }
        let placement = arena.solve();
        let buffers = placement.offsets.iter().enumerate().map(|(index, offset)| {
            let (bytes, first_step, last_step) = arena.lifetime(BufferId(index));
            Buffer { offset: *offset, bytes, first_step, last_step }
        });
        let peak = |best: usize, step| if arena.live_bytes(step) > arena.live_bytes(best) { step } else { best };
        Self {
            buffers: buffers.collect(),
            arena_bytes: placement.total,
            peak_step: (0..steps.len()).fold(0, peak),
            classes: graph.classes,
            steps,
        }
    }

    /// Bytes of the object that holds the arena, a probability for each class, the class found
    /// (`uint32_t`) and its probability. The same on every processor: no member needs padding.
    #[must_use]
    pub const fn object_bytes(&self) -> usize {
        self.arena_bytes + (self.classes + 2) * VALUE_BYTES
    }

    /// The buffers alive at `step`.
    pub fn live_at(&self, step: usize) -> impl Iterator<Item = &Buffer> {
        self.buffers.iter().filter(move |buffer| buffer.first_step <= step && step <= buffer.last_step)
    }
}

/// The last operation that reads what each operation makes; itself where none does.
fn last_reads(graph: &Graph) -> Vec<usize> {
    let mut last: Vec<usize> = (0..graph.ops.len()).collect();
    for (index, op) in graph.ops.iter().enumerate() {
        for source in &op.inputs {
            if let Source::Op(OpId(from)) = source {
                last[*from] = index;
            }
        }
    }
    last
}

/// Whether whole maps can be worked on in place without scratch rows.
const fn overwrites(kind: &Kind) -> bool {
    matches!(kind, Kind::SqueezeExcite(_) | Kind::Add(_) | Kind::GlobalPool(_))
}

/// Values an operation needs besides its maps: the means or gates and the hidden layer.
const fn scratch_values(kind: &Kind, channels: usize) -> Option<usize> {
    match kind {
        Kind::SqueezeExcite(op) => Some(channels + op.hidden),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::tests::graph_of;

    fn step<'a>(graph: &Graph, program: &'a Program, name: &str) -> &'a Step {
        &program.steps[graph.ops.iter().position(|op| op.name == name).unwrap()]
    }

    #[test]
    fn the_widest_pair_of_maps_is_the_peak_of_micro() {
        let graph = graph_of("micro", 5).folded();
        let program = Program::of(&graph);
        assert_eq!(program.arena_bytes, 47 * 47 * (3 + 6) * 4);
        assert_eq!(graph.ops[program.peak_step].name, "block0.pointwise");
        assert_eq!(program.object_bytes(), program.arena_bytes + 5 * 4 + 8);
    }

    #[test]
    fn a_skip_stays_alive_until_it_is_added_in_place() {
        let graph = graph_of("squeeze", 5).folded();
        let program = Program::of(&graph);
        let add = step(&graph, &program, "block2.add");
        assert_eq!(add.output, add.inputs[0]);
        assert_eq!(add.inputs[1], step(&graph, &program, "block1.project").output);
        let Operand::Buffer(BufferId(skip)) = add.inputs[1] else { panic!("the skip is a map") };
        let at = graph.ops.iter().position(|op| op.name == "block2.add").unwrap();
        assert_eq!(program.buffers[skip].last_step, at);
        assert!(program.live_at(at).count() == 2);
    }

    #[test]
    fn squeeze_and_excitation_and_pooling_overwrite_their_input() {
        let graph = graph_of("squeeze", 5).folded();
        let program = Program::of(&graph);
        for name in ["block1.se", "pool"] {
            let step = step(&graph, &program, name);
            assert_eq!(step.output, step.inputs[0], "{name}");
        }
        assert!(step(&graph, &program, "block1.se").scratch.is_some());
        assert_eq!(step(&graph, &program, "head").output, Operand::Outputs);
        assert_eq!(step(&graph, &program, "stem").inputs, [Operand::Image]);
    }

    #[test]
    fn no_step_reads_a_buffer_before_it_is_written_or_after_it_is_reused() {
        for name in ["pico", "nano", "micro", "milli", "mobilenet", "squeeze"] {
            let graph = graph_of(name, 5).folded();
            let program = Program::of(&graph);
            let live: usize = program.live_at(program.peak_step).map(|buffer| buffer.bytes).sum();
            assert_eq!(program.arena_bytes, live, "{name}: no byte is lost to gaps");
            let mut owner = vec![None; program.arena_bytes / VALUE_BYTES];
            for (index, step) in program.steps.iter().enumerate() {
                let span = |operand: &Operand| match operand {
                    Operand::Buffer(BufferId(id)) => {
                        let buffer = program.buffers[*id];
                        buffer.offset / VALUE_BYTES..(buffer.offset + buffer.bytes) / VALUE_BYTES
                    }
                    _ => 0..0,
                };
                for (operand, source) in step.inputs.iter().zip(&graph.ops[index].inputs) {
                    let Source::Op(OpId(from)) = source else { continue };
                    let values = graph.ops[*from].output.values();
                    let read = span(operand).start..span(operand).start + values;
                    assert!(owner[read].iter().all(|owner| *owner == Some(*from)), "{name} step {index}");
                }
                if let Some(scratch) = step.scratch {
                    owner[span(&Operand::Buffer(scratch))].fill(None);
                }
                owner[span(&step.output)].fill(Some(index));
            }
        }
    }
}
