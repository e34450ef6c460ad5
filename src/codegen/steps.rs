//! Writes the tables of steps, of segments, and of gates of squeeze-and-excitation.

use super::tables::{Gates, OpConstants, Tables};
use super::writer::CWriter;
use crate::config::{Activation, Precision};
use crate::graph::{Graph, Op};
use crate::plan::{Inputs, Kernel, Kernels, Program, SkipBuffer, Step, StepFormat, Target, reads_interleaved};

/// The C++ enumerator of the squeeze-and-excitation kernel.
const GATES: &str = "gatesKind";

/// The C++ enumerator of a kernel.
fn kind(kernel: Kernel, is_interleaved: bool) -> &'static str {
    match kernel {
        Kernel::FirstLayer { .. } => "firstLayerKind",
        Kernel::Depthwise3 { .. } => "depthwise3Kind",
        Kernel::Depthwise { .. } => "depthwiseKind",
        Kernel::Pointwise { is_shallow: true } => "shallowKind",
        Kernel::Pointwise { is_shallow: false } => "pointwiseKind",
        Kernel::Convolution { inputs: Inputs::Quads { .. } } => "quadsKind",
        Kernel::Planes | Kernel::Gathered | Kernel::Convolution { .. } | Kernel::Shifted { .. } if is_interleaved => {
            "imageKind"
        }
        Kernel::Planes | Kernel::Gathered | Kernel::Convolution { .. } | Kernel::Shifted { .. } => "filtersKind",
        Kernel::Addition => "additionKind",
        Kernel::Gates => GATES,
    }
}

/// The output columns whose window does not overlap the padding: the first one and their number.
fn inner(step: &Step) -> (usize, usize) {
    let inner = step.window.inner(step.input.width, step.output.width);
    (inner.start, inner.len())
}

/// Bit flags: windows overlap the padding on the left (1) or on the right (2), the stride is two (16) or
/// three (32), all outputs of a channel of a row are computed together (64), and such a row has three columns (128).
fn edges(step: &Step, kernel: Kernel) -> usize {
    let (first, inner) = inner(step);
    let stride = match step.window.stride {
        2 => 16,
        3 => 32,
        _ => 0,
    };
    let is_short = kernel.has_short_rows(step);
    let short = usize::from(is_short) << 6 | usize::from(is_short && step.input.width == 3) << 7;
    usize::from(first > 0) | usize::from(first + inner < step.output.width) << 1 | stride | short
}

/// Writes the tables of steps and of segments, in the order of execution.
pub fn write(w: &mut CWriter, graph: &Graph, program: &Program, kernels: &Kernels, tables: &Tables) {
    let format = StepFormat::of(program);
    let lines = program.steps.iter().zip(&kernels.0).zip(&tables.steps).map(|((step, kernel), numbers)| {
        let op = &graph.ops[step.op.0];
        let kind = kind(*kernel, reads_interleaved(graph, op));
        (fields(format, program, op, step, (*kernel, kind), numbers), comment(op))
    });
    w.table(&format!("static const Step steps[{}] MICROMOBILENET_FLASH", program.steps.len()), lines);
    w.line(&format!("static_assert(sizeof(Step) == {}, \"Step contains no implicit padding\");", format.step_bytes()));
    if program.segments.len() > 1 {
        w.blank();
        let lines = program.segments.iter().map(|segment| {
            let mut items = vec![segment.source.unwrap_or(0).to_string()];
            if format.copies {
                items.push(place(segment.copy));
            }
            items.extend([segment.first, segment.end].map(|step| step.to_string()));
            if format.segment_padding() > 0 {
                items.push("{0}".into());
            }
            let from = segment.source.map_or("reads camera rows".to_owned(), |_| "reads a feature map".to_owned());
            (items, from)
        });
        w.table(&format!("static const Segment segments[{}] MICROMOBILENET_FLASH", program.segments.len()), lines);
        w.line(&format!(
            "static_assert(sizeof(Segment) == {}, \"Segment contains no implicit padding\");",
            format.segment_bytes()
        ));
    }
    w.blank();
    w.directive("if defined(MICROMOBILENET_PROFILE)");
    let names: Vec<String> =
        program.steps.iter().map(|step| crate::escape::c_string(&graph.ops[step.op.0].name)).collect();
    w.array(&format!("static const char *const names[{}]", names.len()), &names);
    w.directive("endif");
}

/// Writes the table of gates.
pub fn write_gates(w: &mut CWriter, precision: Precision, gates: &[Gates]) {
    let lines = gates.iter().map(|gates| {
        let Gates { reduce, expand, hidden, mean, mean_shift } = *gates;
        let items = match precision {
            Precision::Int8 => vec![
                reduce.weights,
                expand.weights,
                mean,
                reduce.constants,
                expand.constants,
                hidden,
                mean_shift as usize,
                usize::from(reduce.shift),
                usize::from(expand.shift),
                0,
            ],
            Precision::Float => vec![reduce.weights, expand.weights, hidden, 0],
        };
        (items.iter().map(usize::to_string).collect(), String::new())
    });
    w.table(&format!("static const Gates gatesTable[{}] MICROMOBILENET_FLASH", gates.len()), lines);
}

fn fields(
    format: StepFormat,
    program: &Program,
    op: &Op,
    step: &Step,
    (kernel, kind): (Kernel, &str),
    numbers: &OpConstants,
) -> Vec<String> {
    let gates = program.segments.iter().find(|segment| program.steps[segment.first].op == op.id);
    // Squeeze-and-excitation has no row buffers; the field is the offset of its gates.
    let ring = if kind == GATES { gates.map_or(0, |segment| segment.gates) } else { step.ring };
    let (target, row) = match step.target {
        Target::Row(at) => ("intoRow", at),
        Target::Over => ("overRow", 0),
        Target::Map(at) => ("intoMap", at),
    };
    let at = |buffer: Option<SkipBuffer>| buffer.map_or(0, |buffer| buffer.at).to_string();
    let rows = |buffer: Option<SkipBuffer>| buffer.map_or(0, |buffer| buffer.rows).to_string();
    let (first, inner) = inner(step);
    let mut fields = vec![numbers.weights.to_string(), ring.to_string(), row.to_string()];
    if format.tiles {
        fields.push(place(step.tile));
    }
    if format.additions {
        fields.extend([at(step.keeps), at(step.adds)]);
    }
    let (input, output, window) = (step.input, step.output, step.window);
    let sizes = [input.height, input.width, input.channels, output.height, output.width, output.channels, first, inner];
    if program.precision == Precision::Int8 {
        fields.push(numbers.constants.to_string());
    }
    fields.extend(sizes.map(|size| size.to_string()));
    if format.additions {
        fields.extend([rows(step.keeps), rows(step.adds)]);
    }
    fields.extend([kind, target].map(str::to_owned));
    let counts = [window.kernel, window.stride, window.pad, step.counter_in, step.counter_out];
    fields.extend(counts.map(|count| count.to_string()));
    match program.precision {
        Precision::Int8 => {
            fields.push(numbers.zero.to_string());
            if format.additions {
                fields.push(numbers.other_zero.to_string());
            }
            fields.push(numbers.shift.to_string());
            fields.push(edges(step, kernel).to_string());
        }
        Precision::Float => fields.push(activation(op).to_owned()),
    }
    if format.step_padding() > 0 {
        fields.push("{0}".into());
    }
    fields
}

/// An offset into the arena, or `noPlace`.
fn place(at: Option<usize>) -> String {
    at.map_or("noPlace".to_owned(), |at| at.to_string())
}

/// The comment above a line of the table of steps.
fn comment(op: &Op) -> String {
    format!("{}: {}, {} -> {}", op.name, op.kind.operator().describe(), op.input, op.output)
}

fn activation(op: &Op) -> &'static str {
    match op.activation() {
        Activation::None => "linear",
        Activation::Relu => "relu",
        Activation::Relu6 => "relu6",
    }
}
