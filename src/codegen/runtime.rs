//! Which of the runtime's texts a network needs, and the values in them.

use super::literal;
use super::tables::Tables;
use super::template::{Flag, Template};
use crate::config::{Pool, Precision, Resize};
use crate::graph::{Graph, Kind};
use crate::plan::{ARENA_ALIGNMENT, DEEP, Kernel, Kernels, Program, StepFormat, Target, depth};

/// The int8 kernels that processors are particular about: the condition in the preprocessor and
/// the texts of each family, the last of which serves all others.
pub const INT8_FAMILIES: [(&str, &[&str]); 4] = [
    (
        "defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'",
        &[
            include_str!("runtime/int8/requantise_dsp.h"),
            include_str!("runtime/int8/depthwise_dsp.h"),
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

/// The other kernels, in the order they stand in a header.
pub fn kernels(precision: Precision) -> &'static [&'static str] {
    match precision {
        Precision::Int8 => &[
            include_str!("runtime/int8/depthwise.h"),
            include_str!("runtime/int8/filters.h"),
            include_str!("runtime/int8/addition.h"),
            include_str!("runtime/int8/gates.h"),
            include_str!("runtime/int8/pool.h"),
            include_str!("runtime/int8/compute.h"),
        ],
        Precision::Float => &[
            include_str!("runtime/float/activate.h"),
            include_str!("runtime/float/depthwise.h"),
            include_str!("runtime/float/filters.h"),
            include_str!("runtime/float/addition.h"),
            include_str!("runtime/float/gates.h"),
            include_str!("runtime/float/pool.h"),
            include_str!("runtime/float/compute.h"),
        ],
    }
}

/// What describes the gates of squeeze-and-excitation.
pub fn gates(precision: Precision) -> &'static str {
    match precision {
        Precision::Int8 => include_str!("runtime/int8/gates_table.h"),
        Precision::Float => include_str!("runtime/float/gates_table.h"),
    }
}

/// The flags and values of every text.
pub fn template(
    class: &str,
    resize: Resize,
    graph: &Graph,
    program: &Program,
    kernels: &Kernels,
    tables: &Tables,
) -> Template {
    let mut template = Template::default();
    let format = StepFormat::of(program);
    let has = |is: fn(Kernel) -> bool| kernels.any(is);
    let moves = |moved: usize| kernels.any(|kernel| kernel == Kernel::Depthwise3 { stride: moved });
    let first_layer = program.steps.first().zip(kernels.0.first());
    let first_layer =
        first_layer.filter(|(_, kernel)| matches!(kernel, Kernel::FirstLayer { .. })).map(|(step, _)| step);
    let first_moves = |moved: usize| first_layer.is_some_and(|step| step.window.stride == moved);
    let fast = has(|kernel| matches!(kernel, Kernel::Depthwise3 { .. } | Kernel::FirstLayer { .. }));
    let other = has(|kernel| kernel == Kernel::Depthwise);
    let pool =
        graph.ops.iter().find_map(|op| if let Kind::GlobalPool(pool) = op.kind { Some((op, pool.pool)) } else { None });
    // Whether a step may be given a row before it can make one of its own: rows land where they are
    // kept only if they come from the step before, and not if they were written over its own.
    let waits = program.streams.len() > 1
        || program.steps.iter().any(|step| {
            let is_windowed = step.counter_in != step.counter_out;
            step.target == Target::Over || (is_windowed && step.window.kernel == 1)
        });
    let kernel_rows = program.steps.iter().map(|step| step.window.kernel).max().unwrap_or(1);
    for (flag, is_set) in [
        (Flag::Int8, program.precision == Precision::Int8),
        (Flag::Float, program.precision == Precision::Float),
        (Flag::Tiles, format.tiles),
        (Flag::Additions, format.additions),
        (Flag::Add, has(|kernel| kernel == Kernel::Addition)),
        (Flag::Copies, format.copies),
        (Flag::Streams, program.streams.len() > 1),
        (Flag::SingleStream, program.streams.len() == 1),
        (Flag::Deep, graph.ops.iter().any(|op| depth(op) > DEEP)),
        (Flag::Shifts, tables.has_shifts()),
        (Flag::Gates, has(|kernel| kernel == Kernel::Gates)),
        (Flag::Colours, graph.input.channels > 1),
        (Flag::Convolutions, has(Kernel::is_convolution)),
        (Flag::Pointwise, has(|kernel| matches!(kernel, Kernel::Pointwise { .. }))),
        (Flag::Shallow, has(|kernel| kernel == Kernel::Pointwise { is_shallow: true })),
        (Flag::Tiled, has(|kernel| kernel.is_filters() && !matches!(kernel, Kernel::Pointwise { .. }))),
        (Flag::TilesByValue, has(|kernel| kernel == Kernel::Gathered || kernel.is_convolution())),
        (Flag::Waits, waits),
        (Flag::ThreeRows, kernel_rows == 3 && program.steps.iter().all(|step| matches!(step.window.kernel, 1 | 3))),
        (Flag::Depthwise, fast || other),
        (Flag::Depthwise3, has(|kernel| matches!(kernel, Kernel::Depthwise3 { .. }))),
        (Flag::FirstLayer, first_layer.is_some()),
        (Flag::FirstLayerBy2, first_moves(2)),
        (Flag::AnyDepthwise, other),
        (Flag::FastDepthwise, fast),
        (Flag::BothDepthwise, fast && other),
        (Flag::Stride1, moves(1)),
        (Flag::Stride2, moves(2) || first_moves(2)),
        (Flag::Stride3, moves(3) || first_moves(3)),
        (Flag::Depthwise2, moves(2)),
        (Flag::Depthwise3By3, moves(3)),
        (Flag::OtherStrides, moves(1) || moves(2)),
        (Flag::Max, pool.is_some_and(|(_, pool)| pool == Pool::Max)),
        (Flag::Avg, pool.is_some_and(|(_, pool)| pool == Pool::Avg)),
        (Flag::HeadTile, program.head_tile.is_some()),
        (Flag::Padding, program.padding_bytes() > 0),
        (Flag::StepPadding, format.step_padding() > 0),
        (Flag::StreamPadding, format.stream_padding() > 0),
    ] {
        template.flag(flag, is_set);
    }
    let input = graph.input;
    let pooled = pool.map_or(graph.input, |(op, _)| op.input);
    let mean = tables.mean.unwrap_or_default();
    let stem_filters = first_layer.map_or(0, |step| step.output.channels);
    let value_bytes = if program.precision == Precision::Float { 4 } else { 1 };
    let sum_bytes = if pool.is_some_and(|(_, pool)| pool == Pool::Avg) { 4 } else { value_bytes };
    let stacked =
        program.steps.iter().map(|step| depth(&graph.ops[step.op.0])).filter(|depth| *depth <= program.stack_tile);
    let stack_quads = stacked.max().unwrap_or(0).div_ceil(4);
    for (name, value) in [
        ("height", input.height),
        ("width", input.width),
        ("channels", input.channels),
        ("classes", graph.classes),
        ("numInputs", input.values()),
        ("arenaBytes", program.arena_bytes.next_multiple_of(ARENA_ALIGNMENT)),
        ("arenaAlignment", ARENA_ALIGNMENT),
        ("callerArenaBytes", program.caller_arena_bytes()),
        ("objectBytes", program.object_bytes()),
        ("camera", program.camera),
        ("counters", program.counters),
        ("cameraRing", program.steps.first().map_or(0, |step| step.ring)),
        ("cameraKernel", program.steps.first().map_or(1, |step| step.window.kernel)),
        ("cameraStride", program.steps.first().map_or(1, |step| step.window.stride)),
        ("cameraPad", program.steps.first().map_or(0, |step| step.window.pad)),
        ("cameraRows", program.steps.first().map_or(0, |step| step.output.height)),
        ("cameraMade", program.steps.first().map_or(0, |step| step.counter_out)),
        ("steps", program.steps.len()),
        ("numStreams", program.streams.len()),
        ("firstStreamEnd", program.streams.first().map_or(0, |stream| stream.end)),
        ("kernelRows", kernel_rows),
        ("poolPlace", program.pool),
        ("poolBytes", pooled.channels * sum_bytes),
        ("pooledChannels", pooled.channels),
        ("pooledWidth", pooled.width),
        ("pooledPixels", pooled.pixels()),
        ("meanConstants", mean.constants),
        ("meanShift", mean.shift as usize),
        ("pooledZeros", mean.zeros as usize),
        ("headWeights", tables.head.weights),
        ("headConstants", tables.head.constants),
        ("headShift", usize::from(tables.head.shift)),
        ("headTile", program.head_tile.unwrap_or(0)),
        ("logits", program.logits),
        ("stackQuads", stack_quads.max(1)),
        ("stemFilters", stem_filters),
        ("stemColumns", first_layer.map_or(0, |step| step.output.width)),
        ("padding", program.padding_bytes()),
        ("stepPadding", format.step_padding()),
        ("streamPadding", format.stream_padding()),
    ] {
        template.value(name, &value);
    }
    for (flag, mode) in [(Flag::Fit, Resize::Fit), (Flag::Crop, Resize::Crop), (Flag::Pad, Resize::Pad)] {
        template.flag(flag, resize == mode);
    }
    template.value(
        "resizeText",
        match resize {
            Resize::Fit => "stretched",
            Resize::Crop => "the middle of them, cropped",
            Resize::Pad => "whole, with black beside them",
        },
    );
    let others: Vec<String> = (1..stem_filters).rev().map(|filter| filter.to_string()).collect();
    template.value("stemOthers", &others.join(", "));
    template.value("Class", class);
    template.value("place", if format.place_bytes == 2 { "uint16_t" } else { "uint32_t" });
    template.value("counter", if program.counter_bytes == 1 { "uint8_t" } else { "uint16_t" });
    template.value("scoreScale", &tables.score_scale);
    template.value("centre", &centre(graph));
    template
}

/// What is subtracted from camera value `i` of a row.
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
    use super::super::tables::{Gates, Mean, Numbers};
    use super::super::template::tests::{left_out, texts};
    use super::*;
    use crate::config::{ConfigFile, Plan};
    use crate::plan::row_tests::networks;
    use proptest::strategy::{Strategy as _, ValueTree as _};
    use proptest::test_runner::TestRunner;

    /// Tables of a network, without weights, whose results have `shift` fractional bits in one step of three.
    fn tables(graph: &Graph, program: &Program, shift: u8) -> Tables {
        let usual = if program.precision == Precision::Int8 { 16 } else { 0 };
        let numbers = |at: usize| Numbers { shift: if at % 3 == 1 { shift } else { usual }, ..Numbers::default() };
        let gates = graph.ops.iter().filter(|op| matches!(op.kind, Kind::SqueezeExcite(_))).map(|_| Gates::default());
        Tables {
            steps: (0..program.steps.len()).map(numbers).collect(),
            gates: gates.collect(),
            head: Numbers { shift: usual, ..Numbers::default() },
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
                // Places beyond 16 bits.
                let (_, after) = text.split_once("[stem]").unwrap();
                text = format!("[model]\ninput = {{ height = 300, width = 300, channels = 3 }}\n[stem]{after}");
            }
            let Ok(graph) = Graph::of_file(&ConfigFile::parse("net.toml", &text, &[]).unwrap(), 3) else { continue };
            let graph = graph.folded();
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
