//! Selects the templates of `runtime/` for a network and computes their flags and values.

use super::literal;
use super::tables::Tables;
use super::template::{Flag, Template};
use crate::config::{Pool, Precision, Resize};
use crate::graph::{Graph, Op};
use crate::plan::{ARENA_ALIGNMENT, DEEP, Inputs, Kernel, Kernels, Program, Step, StepFormat, Target, depth};

/// The processor-specific int8 kernels: for each family of processors the preprocessor condition and the
/// templates. The last family, with an empty condition, is for all other processors.
pub const INT8_FAMILIES: [(&str, &[&str]); 4] = [
    (
        "defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'",
        &[
            include_str!("runtime/int8/requantise_dsp.h"),
            include_str!("runtime/int8/short_dsp.h"),
            include_str!("runtime/int8/depthwise_dsp.h"),
            include_str!("runtime/int8/pairs_dsp.h"),
            include_str!("runtime/int8/stem_dsp.h"),
            include_str!("runtime/int8/products_dsp.h"),
        ],
    ),
    (
        "defined(__AVR_HAVE_MUL__)",
        &[
            include_str!("runtime/int8/requantise_avr.h"),
            include_str!("runtime/int8/depthwise_avr.h"),
            include_str!("runtime/int8/products_avr.h"),
            include_str!("runtime/int8/pointwise_avr.h"),
        ],
    ),
    (
        "defined(__ARM_ARCH_6M__)",
        &[
            include_str!("runtime/int8/requantise_plain.h"),
            include_str!("runtime/int8/depthwise_thumb.h"),
            include_str!("runtime/int8/products_thumb.h"),
        ],
    ),
    (
        "",
        &[
            include_str!("runtime/int8/requantise_plain.h"),
            include_str!("runtime/int8/depthwise_plain.h"),
            include_str!("runtime/int8/products_plain.h"),
        ],
    ),
];

/// The kernels for all processors, in the order of the header.
pub fn kernels(precision: Precision) -> &'static [&'static str] {
    match precision {
        Precision::Int8 => &[
            include_str!("runtime/int8/depthwise.h"),
            include_str!("runtime/int8/filters.h"),
            include_str!("runtime/int8/addition.h"),
            include_str!("runtime/int8/sums.h"),
            include_str!("runtime/int8/gates.h"),
            include_str!("runtime/int8/pool.h"),
            include_str!("runtime/int8/compute.h"),
        ],
        Precision::Float => &[
            include_str!("runtime/float/activate.h"),
            include_str!("runtime/float/block.h"),
            include_str!("runtime/float/depthwise.h"),
            include_str!("runtime/float/filters.h"),
            include_str!("runtime/float/addition.h"),
            include_str!("runtime/float/gates.h"),
            include_str!("runtime/float/pool.h"),
            include_str!("runtime/float/compute.h"),
        ],
    }
}

/// The template that declares the table of gates of squeeze-and-excitation.
pub fn gates(precision: Precision) -> &'static str {
    match precision {
        Precision::Int8 => include_str!("runtime/int8/gates_table.h"),
        Precision::Float => include_str!("runtime/float/gates_table.h"),
    }
}

/// The flags and values of all templates.
pub fn template(
    class: &str,
    resize: Resize,
    graph: &Graph,
    program: &Program,
    kernels: &Kernels,
    tables: &Tables,
) -> Template {
    let mut template = Template::default();
    let program_flags = program_flags(graph, program).into_iter();
    let resizes = [(Flag::Fit, Resize::Fit), (Flag::Crop, Resize::Crop), (Flag::Pad, Resize::Pad)];
    let resizes = resizes.map(|(flag, mode)| (flag, resize == mode));
    for (flag, is_set) in program_flags.chain(kernel_flags(program, kernels, tables)).chain(resizes) {
        template.flag(flag, is_set);
    }
    let sizes = sizes(graph, program).into_iter().chain(row_sizes(program, kernels));
    for (name, value) in sizes.chain(table_sizes(graph, program, tables)) {
        template.value(name, &value);
    }
    let resize_text = match resize {
        Resize::Fit => "stretched",
        Resize::Crop => "cropped to the centre",
        Resize::Pad => "padded with black bars",
    };
    let stem_filters = first_layer(program, kernels).map_or(0, |step| step.output.channels);
    let others: Vec<String> = (1..stem_filters).rev().map(|filter| filter.to_string()).collect();
    for (name, text) in [
        ("resizeText", resize_text),
        ("stemOthers", &others.join(", ")),
        // The pool reads the rows of the last step before it.
        ("pooledSteps", if has_tail(program) { "bodySteps" } else { "numSteps" }),
        ("Class", class),
        ("place", if StepFormat::of(program).place_bytes == 2 { "uint16_t" } else { "uint32_t" }),
        ("counter", if program.counter_bytes == 1 { "uint8_t" } else { "uint16_t" }),
        ("scoreScale", &tables.score_scale),
        ("centre", &centre(graph)),
    ] {
        template.value(name, text);
    }
    template
}

/// Whether there are operations between the pool and the head.
const fn has_tail(program: &Program) -> bool {
    program.body < program.steps.len()
}

/// The first step, if its kernel computes all of its filters at once.
fn first_layer<'a>(program: &'a Program, kernels: &Kernels) -> Option<&'a Step> {
    let first = program.steps.first().zip(kernels.0.first());
    first.filter(|(_, kernel)| matches!(kernel, Kernel::FirstLayer { .. })).map(|(step, _)| step)
}

/// The global pool and its kind.
fn pool(graph: &Graph) -> Option<(&Op, Pool)> {
    graph.ops.get(graph.pool_at()).and_then(|op| Some((op, op.pool()?)))
}

/// The flags that depend on the program.
fn program_flags(graph: &Graph, program: &Program) -> Vec<(Flag, bool)> {
    let format = StepFormat::of(program);
    let pool = pool(graph).map(|(_, pool)| pool);
    let body_segments = program.segments.iter().filter(|segment| segment.end <= program.body).count();
    // Whether a step may receive a row before it can compute one: only a row from the previous step can be
    // written directly to the row buffers, and not if that step works in place.
    let may_wait = program.segments.len() > 1
        || program.steps.iter().any(|step| {
            let is_windowed = step.counter_in != step.counter_out;
            step.target == Target::Over || (is_windowed && step.window.kernel == 1)
        });
    vec![
        (Flag::Int8, program.precision == Precision::Int8),
        (Flag::Float, program.precision == Precision::Float),
        (Flag::Tiles, format.tiles),
        (Flag::Additions, format.additions),
        (Flag::Copies, format.copies),
        (Flag::Segments, program.segments.len() > 1),
        (Flag::SingleSegment, body_segments == 1),
        (Flag::Tail, has_tail(program)),
        (Flag::Deep, graph.ops.iter().any(|op| depth(op) > DEEP)),
        (Flag::Colours, graph.input.channels > 1),
        (Flag::Waits, may_wait),
        (
            Flag::ThreeRows,
            kernel_rows(program) == 3 && program.steps.iter().all(|step| matches!(step.window.kernel, 1 | 3)),
        ),
        (Flag::Max, pool == Some(Pool::Max)),
        (Flag::Avg, pool == Some(Pool::Avg)),
        (Flag::Sums, pool == Some(Pool::Avg) || graph.ops.iter().any(|op| op.filters().len() > 1)),
        (Flag::HeadTile, program.head_tile.is_some()),
        (Flag::Padding, program.padding_bytes() > 0),
        (Flag::StepPadding, format.step_padding() > 0),
        (Flag::SegmentPadding, format.segment_padding() > 0),
    ]
}

/// Maximum number of rows of a kernel.
fn kernel_rows(program: &Program) -> usize {
    program.steps.iter().map(|step| step.window.kernel).max().unwrap_or(1)
}

/// The flags that depend on the kernels.
fn kernel_flags(program: &Program, kernels: &Kernels, tables: &Tables) -> Vec<(Flag, bool)> {
    let has = |is: fn(Kernel) -> bool| kernels.any(is);
    let has_stride = |stride: usize| kernels.any(|kernel| kernel == Kernel::Depthwise3 { stride });
    let first_layer = first_layer(program, kernels);
    let first_has_stride = |stride: usize| first_layer.is_some_and(|step| step.window.stride == stride);
    let collects = has(|kernel| matches!(kernel, Kernel::Convolution { .. }));
    let collects_from = |from: Inputs| kernels.any(|kernel| kernel == Kernel::Convolution { inputs: from });
    let gathers = !collects
        || tables.has_usual_dense()
        || has(|kernel| matches!(kernel, Kernel::Pointwise { .. } | Kernel::Planes | Kernel::Gathered));
    let fast = has(|kernel| matches!(kernel, Kernel::Depthwise3 { .. } | Kernel::FirstLayer { .. }));
    let other = has(|kernel| matches!(kernel, Kernel::Depthwise { .. }));
    let other_has_stride = |stride: usize| kernels.any(|kernel| kernel == Kernel::Depthwise { stride });
    vec![
        (Flag::Add, has(|kernel| kernel == Kernel::Addition)),
        (Flag::Gates, has(|kernel| kernel == Kernel::Gates)),
        (Flag::Convolutions, has(Kernel::is_convolution)),
        (Flag::Windows, other || has(Kernel::is_convolution)),
        (Flag::Collected, collects),
        (Flag::CollectsImage, collects_from(Inputs::Interleaved)),
        (Flag::CollectsQuads, collects_from(Inputs::Quads { stride: 1 }) || collects_from(Inputs::Quads { stride: 2 })),
        (Flag::QuadsBy1, collects_from(Inputs::Quads { stride: 1 })),
        (Flag::QuadsBy2, collects_from(Inputs::Quads { stride: 2 })),
        (Flag::Gathers, gathers),
        (Flag::Filters, has(Kernel::is_filters)),
        (Flag::ShiftedFilters, has(|kernel| matches!(kernel, Kernel::Shifted { .. })) || tables.has_shifted_dense()),
        (Flag::ShiftedDepthwise, tables.has_shifted_depthwise(kernels)),
        (Flag::Pointwise, has(|kernel| matches!(kernel, Kernel::Pointwise { .. }))),
        (Flag::Shallow, has(|kernel| kernel == Kernel::Pointwise { is_shallow: true })),
        (Flag::Tiled, has(|kernel| kernel.is_filters() && !matches!(kernel, Kernel::Pointwise { .. }))),
        (Flag::TilesByValue, has(|kernel| matches!(kernel, Kernel::Gathered | Kernel::Convolution { .. }))),
        (Flag::Depthwise, fast || other),
        (Flag::Depthwise3, has(|kernel| matches!(kernel, Kernel::Depthwise3 { .. }))),
        (Flag::FirstLayer, first_layer.is_some()),
        (Flag::FirstLayerBy2, first_has_stride(2)),
        (Flag::AnyDepthwise, other),
        (Flag::AnyStride1, other_has_stride(1)),
        (Flag::AnyStride2, other_has_stride(2)),
        (Flag::AnyStride3, other_has_stride(3)),
        (Flag::FastDepthwise, fast),
        (Flag::BothDepthwise, fast && other),
        (Flag::Stride1, has_stride(1)),
        (Flag::ShortRows, kernels.any_step(program, Kernel::has_short_rows)),
        (Flag::PairTiles, kernels.any_step(program, Kernel::has_pair_tiles)),
        (Flag::Stride2, has_stride(2) || first_has_stride(2)),
        (Flag::Stride3, has_stride(3) || first_has_stride(3)),
        (Flag::Depthwise2, has_stride(2)),
        (Flag::Depthwise3By3, has_stride(3)),
        (Flag::OtherStrides, has_stride(1) || has_stride(2)),
    ]
}

type Sizes = Vec<(&'static str, usize)>;

/// Sizes of the image, the object and the program.
fn sizes(graph: &Graph, program: &Program) -> Sizes {
    let format = StepFormat::of(program);
    let stacked =
        program.steps.iter().map(|step| depth(&graph.ops[step.op.0])).filter(|depth| *depth <= program.stack_tile);
    let stack_quads = stacked.max().unwrap_or(0).div_ceil(4);
    vec![
        ("height", graph.input.height),
        ("width", graph.input.width),
        ("channels", graph.input.channels),
        ("classes", graph.classes),
        ("numInputs", graph.input.values()),
        ("arenaBytes", program.arena_bytes.next_multiple_of(ARENA_ALIGNMENT)),
        ("arenaAlignment", ARENA_ALIGNMENT),
        ("callerArenaBytes", program.caller_arena_bytes()),
        ("objectBytes", program.object_bytes()),
        ("counters", program.counters),
        ("steps", program.steps.len()),
        ("bodySteps", program.body),
        ("numSegments", program.segments.len()),
        ("firstSegmentEnd", program.segments.first().map_or(0, |segment| segment.end)),
        ("stackQuads", stack_quads.max(1)),
        ("padding", program.padding_bytes()),
        ("stepPadding", format.step_padding()),
        ("segmentPadding", format.segment_padding()),
    ]
}

/// Sizes of the first step, whose row buffers receive camera rows, and of kernels.
fn row_sizes(program: &Program, kernels: &Kernels) -> Sizes {
    let of_first = |of: fn(&Step) -> usize, none: usize| program.steps.first().map_or(none, of);
    let first_layer = first_layer(program, kernels);
    vec![
        ("camera", program.camera),
        ("cameraRing", of_first(|step| step.ring, 0)),
        ("cameraKernel", of_first(|step| step.window.kernel, 1)),
        ("cameraStride", of_first(|step| step.window.stride, 1)),
        ("cameraPad", of_first(|step| step.window.pad, 0)),
        ("cameraRows", of_first(|step| step.output.height, 0)),
        ("cameraMade", of_first(|step| step.counter_out, 0)),
        ("kernelRows", kernel_rows(program)),
        ("stemFilters", first_layer.map_or(0, |step| step.output.channels)),
        ("stemColumns", first_layer.map_or(0, |step| step.output.width)),
    ]
}

/// Sizes and arena offsets of the pool and the head.
fn table_sizes(graph: &Graph, program: &Program, tables: &Tables) -> Sizes {
    let pool = pool(graph);
    let pooled = pool.map_or(graph.input, |(op, _)| op.input);
    let mean = tables.mean.unwrap_or_default();
    let sum_bytes = if pool.is_some_and(|(_, pool)| pool == Pool::Avg) { 4 } else { program.value_bytes() };
    vec![
        ("poolPlace", program.pool),
        ("poolBytes", pooled.channels * sum_bytes),
        ("pooledChannels", pooled.channels),
        ("pooledWidth", pooled.width),
        ("pooledPixels", pooled.pixels()),
        ("meanConstants", mean.constants),
        ("meanShift", mean.shift as usize),
        ("pooledZeros", mean.zeros as usize),
        ("headPlace", program.head_input),
        ("headChannels", graph.feature_count()),
        ("headWeights", tables.head.weights),
        ("headConstants", tables.head.constants),
        ("headShift", usize::from(tables.head.shift)),
        ("headTile", program.head_tile.unwrap_or(0)),
        ("logits", program.logits),
    ]
}

/// The C++ expression that subtracts the pixel mean from value `i` of a camera row; empty if all means are 0.
fn centre(graph: &Graph) -> String {
    let means: Vec<String> =
        graph.pixels.mean.iter().map(|mean| literal::float(f32::from(*mean)).unwrap_or_default()).collect();
    match means.as_slice() {
        means if means.iter().all(|mean| mean == "0.0f") => String::new(),
        [mean] => format!(" - {mean}"),
        [red, green, blue] => format!(" - (i % 3 == 0 ? {red} : (i % 3 == 1 ? {green} : {blue}))"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables::{Gates, Mean, OpConstants};
    use super::super::template::tests::{left_out, texts};
    use super::*;
    use crate::config::{Activation, ConfigFile, Plan};
    use crate::graph::Dense;
    use crate::plan::row_tests::networks;
    use proptest::strategy::{Strategy as _, ValueTree as _};
    use proptest::test_runner::TestRunner;

    /// Tables of a network, without weights; every third step has the given `shift`.
    fn tables(graph: &Graph, program: &Program, shift: u8) -> Tables {
        let usual = if program.precision == Precision::Int8 { 16 } else { 0 };
        let numbers =
            |at: usize| OpConstants { shift: if at % 3 == 1 { shift } else { usual }, ..OpConstants::default() };
        let gates = graph.ops.iter().filter(|op| op.filters().len() > 1).map(|_| Gates::default());
        Tables {
            steps: (0..program.steps.len()).map(numbers).collect(),
            gates: gates.collect(),
            head: OpConstants { shift: usual, ..OpConstants::default() },
            mean: Some(Mean::default()),
            ..Tables::default()
        }
    }

    #[test]
    fn every_line_of_the_runtime_stands_in_the_header_of_some_network() {
        let texts = texts();
        let mut never: Vec<_> = texts.iter().map(|(_, text)| left_out(&Template::default(), text)).collect();
        let mut runner = TestRunner::deterministic();
        for number in 0..600 {
            let mut text = networks().new_tree(&mut runner).unwrap().current();
            if number % 5 == 0 {
                let moved = 2 + number % 2;
                let first = format!("filters = 3\nstride = {moved}\npadding = \"valid\"\n[head]");
                text = text.replace("filters = 4\n[head]", &first);
            }
            if number % 7 == 0 {
                text = text.replace("filters = 6\n", "filters = 300\n");
            }
            if number % 11 == 0 {
                // Arena offsets beyond 16 bits.
                let (_, after) = text.split_once("[stem]").unwrap();
                text = format!("[model]\ninput = {{ height = 300, width = 300, channels = 3 }}\n[stem]{after}");
            }
            let Ok(graph) = Graph::of_file(&ConfigFile::parse("net.toml", &text, &[]).unwrap(), 3) else { continue };
            let hidden = [Dense::hidden(5, Activation::Relu)];
            let graph = graph.with_hidden(&hidden[..usize::from(number % 9 == 0)]).unwrap().folded();
            for (precision, shift) in [(Precision::Float, 0), (Precision::Int8, 16), (Precision::Int8, 13)] {
                let program = Program::of(&graph, precision, Plan::Smallest);
                let tables = tables(&graph, &program, shift);
                let kernels = tables.kernels(&graph, &program);
                let resize = [Resize::Fit, Resize::Crop, Resize::Pad][number % 3];
                let template = template("Net", resize, &graph, &program, &kernels, &tables);
                for (never, (_, text)) in never.iter_mut().zip(&texts) {
                    let left = left_out(&template, text);
                    never.retain(|line| left.contains(line));
                }
            }
        }
        for (never, (path, text)) in never.iter().zip(&texts) {
            let lines: Vec<&str> = text.lines().collect();
            let shown: Vec<String> = never.iter().map(|at| format!("{}: {}", at + 1, lines[*at])).collect();
            assert!(never.is_empty(), "{} stands in no header:\n{}", path.display(), shown.join("\n"));
        }
    }
}
