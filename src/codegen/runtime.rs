//! Which of the runtime's texts a network needs, and the values in them.

use super::literal;
use super::steps::kind;
use super::tables::{Numbers, Tables};
use super::template::Template;
use crate::graph::{Graph, Kind, Op, Window};
use crate::plan::{ARENA_ALIGNMENT, Program, Step, StepFormat, Target, depth};
use crate::spec::{Pool, Precision, Resize};

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
pub fn template(class: &str, resize: Resize, graph: &Graph, program: &Program, tables: &Tables) -> Template {
    let mut template = Template::default();
    let format = StepFormat::of(program);
    let steps =
        || program.steps.iter().zip(&tables.steps).map(|(step, numbers)| (step, &graph.ops[step.op.0], numbers));
    let apart = || steps().filter(|(_, op, _)| kind(op) == "depthwiseKind");
    let pool =
        graph.ops.iter().find_map(|op| if let Kind::GlobalPool(pool) = op.kind { Some((op, pool.pool)) } else { None });
    let has = |of: fn(&Kind) -> bool| graph.ops.iter().any(|op| of(&op.kind));
    let is_fast = |step: &Step, shift: u8| step.window.kernel == 3 && step.input.width >= 3 && matches!(shift, 0 | 16);
    // A row of filters straight from its planes; all others collect what a filter reads.
    let is_pointwise = |step: &Step, op: &Op, shift: u8| {
        let is_pixel = step.window.kernel == 1 && step.window.stride == 1;
        let is_small = step.output.width >= 3 && depth(op) <= 256;
        kind(op) == "filtersKind" && is_pixel && is_small && matches!(shift, 0 | 16)
    };
    let filters = || steps().filter(|(_, op, _)| matches!(kind(op), "filtersKind" | "imageKind"));
    // A first layer over a single plane that one function does for all of its filters.
    let stem = steps().next().filter(|(step, op, numbers)| {
        let (width, filters) = (step.output.width, step.output.channels);
        kind(op) == "depthwiseKind"
            && op.input.channels == 1
            && is_fast(step, numbers.shift)
            && step.window.pad == 0
            && matches!(step.window.stride, 2 | 3)
            && width >= 2
            && matches!(filters, 2..=4)
            && width * filters < 4096
    });
    let stem = stem.map(|(step, _, _)| step);
    // Whether a step may be given a row before it can make one of its own: rows land where they are
    // kept only if they come from the step before, and not if they were written over its own.
    let waits = program.streams.len() > 1
        || program.steps.iter().any(|step| {
            let is_windowed = step.counter_in != step.counter_out;
            step.target == Target::Over || (is_windowed && step.window.kernel == 1)
        });
    let kernel_rows = program.steps.iter().map(|step| step.window.kernel).max().unwrap_or(1);
    let is_pixel = |step: &Step, op: &Op| kind(op) == "filtersKind" && step.window == Window::PIXEL;
    let stride =
        |stride: usize| apart().any(|(step, _, numbers)| is_fast(step, numbers.shift) && step.window.stride == stride);
    let stem_alone = |stride: usize| {
        let more =
            || apart().skip(1).any(|(step, _, numbers)| is_fast(step, numbers.shift) && step.window.stride == stride);
        stem.is_some_and(|step| step.window.stride == stride) && !more()
    };
    for (flag, is_set) in [
        ("int8", program.precision == Precision::Int8),
        ("float", program.precision == Precision::Float),
        ("tiles", format.tiles),
        ("additions", format.additions),
        ("copies", format.copies),
        ("streams", program.streams.len() > 1),
        ("singleStream", program.streams.len() == 1),
        ("deep", graph.ops.iter().any(|op| depth(op) > 256)),
        ("shifts", tables.has_shifts()),
        ("gates", !tables.gates.is_empty()),
        ("colours", graph.input.channels > 1),
        ("convolutions", steps().any(|(step, op, _)| depth(op) > 0 && step.window.kernel > 1)),
        ("pointwise", filters().any(|(step, op, numbers)| is_pointwise(step, op, numbers.shift))),
        ("tiled", filters().any(|(step, op, numbers)| !is_pointwise(step, op, numbers.shift))),
        ("waits", waits),
        ("threeRows", kernel_rows == 3 && program.steps.iter().all(|step| matches!(step.window.kernel, 1 | 3))),
        ("depthwise", apart().next().is_some()),
        ("stem", stem.is_some()),
        ("stem2", stem.is_some_and(|step| step.window.stride == 2)),
        ("shallow", steps().any(|(step, op, _)| is_pixel(step, op) && depth(op) <= 4 && step.output.width >= 3)),
        ("tilesByValue", steps().any(|(step, op, _)| depth(op) > 0 && !is_pixel(step, op))),
        ("anyDepthwise", apart().any(|(step, _, numbers)| !is_fast(step, numbers.shift))),
        ("stride1", stride(1)),
        ("stride2", stride(2)),
        ("stride3", stride(3)),
        ("depthwise1", stride(1) && !stem_alone(1)),
        ("depthwise2", stride(2) && !stem_alone(2)),
        ("depthwise3", stride(3) && !stem_alone(3)),
        ("otherStrides", (stride(1) && !stem_alone(1)) || (stride(2) && !stem_alone(2))),
        ("fastDepthwise", apart().any(|(step, _, numbers)| is_fast(step, numbers.shift))),
        ("bothDepthwise", {
            let fast = |(step, _, numbers): &(&Step, &Op, &Numbers)| is_fast(step, numbers.shift);
            apart().any(|step| fast(&step)) && apart().any(|step| !fast(&step))
        }),
        ("max", pool.is_some_and(|(_, pool)| pool == Pool::Max)),
        ("avg", pool.is_some_and(|(_, pool)| pool == Pool::Avg)),
        ("headTile", program.head_tile.is_some()),
        ("padding", program.padding_bytes() > 0),
        ("stepPadding", format.step_padding() > 0),
        ("streamPadding", format.stream_padding() > 0),
        ("add", has(|kind| matches!(kind, Kind::Add(_)))),
    ] {
        template.flag(flag, is_set);
    }
    let input = graph.input;
    let pooled = pool.map_or(graph.input, |(op, _)| op.input);
    let mean = tables.mean.unwrap_or_default();
    let stem_filters = stem.map_or(0, |step| step.output.channels);
    let value_bytes = if program.precision == Precision::Float { 4 } else { 1 };
    let sum_bytes = if pool.is_some_and(|(_, pool)| pool == Pool::Avg) { 4 } else { value_bytes };
    let stacked = steps().map(|(_, op, _)| depth(op)).filter(|depth| *depth <= program.stack_tile);
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
        ("stemColumns", stem.map_or(0, |step| step.output.width)),
        ("padding", program.padding_bytes()),
        ("stepPadding", format.step_padding()),
        ("streamPadding", format.stream_padding()),
    ] {
        template.value(name, &value);
    }
    for (flag, mode) in [("fit", Resize::Fit), ("crop", Resize::Crop), ("pad", Resize::Pad)] {
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
