//! One C++ function for each step, its sizes written as constants.
//!
//! Borders are bounds of loops: what a kernel would read beyond the map is not visited, and
//! padding is never stored.

use super::literal;
use super::parameters::{Array, Layer};
use super::writer::CWriter;
use crate::graph::{Conv, Dense, Depthwise, GlobalPool, Kind, Op, Pixels, SqueezeExcite, Window};
use crate::spec::{Activation, Pool};

/// Helper functions that the kernels call, to be claimed before other names.
pub const HELPERS: [&str; 8] = ["flash", "relu", "relu6", "sigmoid", "Labels", "Bytes", "Fractions", "FlashBytes"];

/// Writes the function of `op`. Its parameters are: the map it reads (or `pixels`, where the
/// image is read), the second one of an addition or the scratch of squeeze-and-excitation, and
/// the map it writes.
pub fn write(w: &mut CWriter, op: &Op, layer: &Layer, pixels: Option<&Pixels>) {
    w.blank();
    w.comment(&describe(op));
    match (&op.kind, pixels) {
        (Kind::Conv(conv), Some(pixels)) => image_conv(w, op, layer, conv, pixels),
        (Kind::Conv(conv), None) if conv.window == Window::PIXEL => pointwise(w, op, layer, conv),
        (Kind::Conv(conv), None) => convolution(w, op, layer, conv),
        (Kind::Depthwise(depthwise), _) => depthwise_conv(w, op, layer, depthwise),
        (Kind::SqueezeExcite(se), _) => squeeze_excite(w, op, layer, *se),
        (Kind::Add(_), _) => add(w, op, layer),
        (Kind::GlobalPool(pool), _) => global_pool(w, op, layer, *pool),
        (Kind::Dense(dense), _) => fully_connected(w, op, layer, *dense),
    }
}

/// The rectifier that the function of `op` calls.
pub fn rectifier(op: &Op) -> Activation {
    match op.kind {
        Kind::Conv(Conv { activation, .. }) | Kind::Depthwise(Depthwise { activation, .. }) => activation,
        Kind::SqueezeExcite(_) => Activation::Relu,
        _ => Activation::None,
    }
}

fn describe(op: &Op) -> String {
    let sizes = format!("{} -> {}", op.input, op.output);
    let window = |window: Window| {
        let Window { kernel, stride, pad } = window;
        format!("{kernel}x{kernel}, stride {stride}, padding {pad}")
    };
    let what = match &op.kind {
        Kind::Conv(conv) if conv.window.kernel == 1 => format!("pointwise convolution, stride {}", conv.window.stride),
        Kind::Conv(conv) => format!("convolution {}", window(conv.window)),
        Kind::Depthwise(depthwise) => format!("depthwise convolution {}", window(depthwise.window)),
        Kind::SqueezeExcite(se) => format!("squeeze-and-excitation through {} units", se.hidden),
        Kind::Add(_) => "the skip is added".to_owned(),
        Kind::GlobalPool(GlobalPool { pool: Pool::Max }) => "the largest value of each channel".to_owned(),
        Kind::GlobalPool(GlobalPool { pool: Pool::Avg }) => "the mean of each channel".to_owned(),
        Kind::Dense(_) => "fully connected".to_owned(),
    };
    format!("{}: {what}, {sizes}", op.name)
}

/// The kernel positions that fall on the map, along one axis.
struct Span {
    first: String,
    /// One past the last.
    end: String,
    /// How many there are.
    count: String,
}

impl Span {
    /// Along an axis of `size`, for output `at`. Writes what has to be worked out at run time,
    /// under the names `first` and `end`.
    fn write(w: &mut CWriter, window: Window, size: usize, at: &str, first: &str, end: &str) -> Self {
        let Window { kernel, stride, pad } = window;
        if pad == 0 {
            return Self { first: "0".into(), end: kernel.to_string(), count: kernel.to_string() };
        }
        let start = times(at, stride);
        w.line(&format!("const size_t {first} = {start} < {pad} ? {pad} - {start} : 0;"));
        let limit = size + pad;
        w.line(&format!("const size_t {end} = {start} + {kernel} > {limit} ? {limit} - {start} : {kernel};"));
        Self { first: first.into(), end: end.into(), count: format!("{end} - {first}") }
    }
}

fn image_conv(w: &mut CWriter, op: &Op, layer: &Layer, conv: &Conv, pixels: &Pixels) {
    w.line("template <typename Pixels>");
    w.block(&format!("static inline void {}(const Pixels &pixels, float *out)", layer.function), |w| {
        each_output(w, op, conv.window, |w, rows, columns| {
            let weight = &layer.arrays[0].symbol;
            let (kernel, channels) = (conv.window.kernel, op.input.channels);
            each(w, "o", op.output.channels, |w| {
                begin_sum(w, layer.arrays.get(1), "o");
                w.block(&range("ky", &rows.first, &rows.end), |w| {
                    let tap = times(&plus(&times(&plus(&times("o", kernel), "ky"), kernel), &columns.first), channels);
                    w.line(&format!("const float *w = {weight} + {tap};"));
                    let at = times(&pixel_at(op, conv.window, &columns.first), channels);
                    w.line(&format!("const size_t at = {at};"));
                    w.block(&range("i", "0", &columns.count), |w| {
                        for c in 0..channels {
                            let index = plus(&times("i", channels), &c.to_string());
                            let pixel = centred(&format!("pixels.at(at + {index})"), pixels, c);
                            w.line(&format!("sum += flash(w + {index}) * {pixel};"));
                        }
                    });
                });
                finish_sum(w, conv.activation);
            });
        });
    });
}

/// `(pixel - 102.0f)`; the pixel itself where the mean is 0.
fn centred(pixel: &str, pixels: &Pixels, channel: usize) -> String {
    match pixels.mean[channel] {
        0 => pixel.to_owned(),
        mean => format!("({pixel} - {})", whole(usize::from(mean))),
    }
}

fn convolution(w: &mut CWriter, op: &Op, layer: &Layer, conv: &Conv) {
    w.block(&signature(layer, "const float *in, float *out"), |w| {
        each_output(w, op, conv.window, |w, rows, columns| {
            let weight = &layer.arrays[0].symbol;
            let (kernel, channels) = (conv.window.kernel, op.input.channels);
            each(w, "o", op.output.channels, |w| {
                begin_sum(w, layer.arrays.get(1), "o");
                w.block(&range("ky", &rows.first, &rows.end), |w| {
                    let tap = times(&plus(&times(&plus(&times("o", kernel), "ky"), kernel), &columns.first), channels);
                    w.line(&format!("const float *w = {weight} + {tap};"));
                    let at = times(&pixel_at(op, conv.window, &columns.first), channels);
                    w.line(&format!("const float *row = in + {at};"));
                    let products = times(&columns.count, channels);
                    w.block(&range("i", "0", &products), |w| w.line("sum += flash(w + i) * row[i];"));
                });
                finish_sum(w, conv.activation);
            });
        });
    });
}

fn pointwise(w: &mut CWriter, op: &Op, layer: &Layer, conv: &Conv) {
    let channels = op.input.channels;
    w.block(&signature(layer, "const float *in, float *out"), |w| {
        w.block(&format!("for (size_t p = 0; p < {}; p++, in += {channels})", op.input.pixels()), |w| {
            each(w, "o", op.output.channels, |w| {
                w.line(&format!("const float *w = {} + {};", layer.arrays[0].symbol, times("o", channels)));
                begin_sum(w, layer.arrays.get(1), "o");
                each(w, "i", channels, |w| w.line("sum += flash(w + i) * in[i];"));
                finish_sum(w, conv.activation);
            });
        });
    });
}

fn depthwise_conv(w: &mut CWriter, op: &Op, layer: &Layer, depthwise: &Depthwise) {
    w.block(&signature(layer, "const float *in, float *out"), |w| {
        each_output(w, op, depthwise.window, |w, rows, columns| {
            let (kernel, channels) = (depthwise.window.kernel, op.input.channels);
            each(w, "c", channels, |w| {
                begin_sum(w, layer.arrays.get(1), "c");
                w.block(&range("ky", &rows.first, &rows.end), |w| {
                    let tap = times(&plus(&times("ky", kernel), &columns.first), channels);
                    w.line(&format!("const float *w = {} + {tap} + c;", layer.arrays[0].symbol));
                    let at = times(&pixel_at(op, depthwise.window, &columns.first), channels);
                    w.line(&format!("const float *row = in + {at} + c;"));
                    let index = times("i", channels);
                    w.block(&range("i", "0", &columns.count), |w| {
                        w.line(&format!("sum += flash(w + {index}) * row[{index}];"));
                    });
                });
                finish_sum(w, depthwise.activation);
            });
        });
    });
}

fn squeeze_excite(w: &mut CWriter, op: &Op, layer: &Layer, se: SqueezeExcite) {
    let (channels, pixels, hidden) = (op.input.channels, op.input.pixels(), se.hidden);
    let [reduce, reduce_bias, expand, expand_bias] = [0, 1, 2, 3].map(|at| &layer.arrays[at].symbol);
    w.block(&signature(layer, "const float *in, float *gates, float *out"), |w| {
        w.line(&format!("float *hidden = gates + {channels};"));
        each(w, "c", channels, |w| {
            w.line("float sum = 0.0f;");
            each(w, "p", pixels, |w| w.line(&format!("sum += in[{} + c];", times("p", channels))));
            w.line(&format!("gates[c] = sum / {};", whole(pixels)));
        });
        each(w, "h", hidden, |w| {
            w.line(&format!("float sum = flash({reduce_bias} + h);"));
            let index = plus(&times("h", channels), "c");
            each(w, "c", channels, |w| w.line(&format!("sum += flash({reduce} + {index}) * gates[c];")));
            w.line("hidden[h] = relu(sum);");
        });
        each(w, "c", channels, |w| {
            w.line(&format!("float sum = flash({expand_bias} + c);"));
            let index = plus(&times("c", hidden), "h");
            each(w, "h", hidden, |w| w.line(&format!("sum += flash({expand} + {index}) * hidden[h];")));
            w.line("gates[c] = sigmoid(sum);");
        });
        each(w, "p", pixels, |w| {
            let index = plus(&times("p", channels), "c");
            each(w, "c", channels, |w| w.line(&format!("out[{index}] = in[{index}] * gates[c];")));
        });
    });
}

fn add(w: &mut CWriter, op: &Op, layer: &Layer) {
    w.block(&signature(layer, "const float *in, const float *skip, float *out"), |w| {
        each(w, "i", op.output.values(), |w| w.line("out[i] = in[i] + skip[i];"));
    });
}

fn global_pool(w: &mut CWriter, op: &Op, layer: &Layer, pool: GlobalPool) {
    let (channels, pixels) = (op.input.channels, op.input.pixels());
    w.block(&signature(layer, "const float *in, float *out"), |w| {
        each(w, "c", channels, |w| {
            w.line("float result = in[c];");
            let value = format!("in[{} + c]", times("p", channels));
            w.block(&range("p", "1", &pixels.to_string()), |w| match pool.pool {
                Pool::Max => {
                    w.line(&format!("const float value = {value};"));
                    w.line("result = value > result ? value : result;");
                }
                Pool::Avg => w.line(&format!("result += {value};")),
            });
            match pool.pool {
                Pool::Max => w.line("out[c] = result;"),
                Pool::Avg => w.line(&format!("out[c] = result / {};", whole(pixels))),
            }
        });
    });
}

fn fully_connected(w: &mut CWriter, op: &Op, layer: &Layer, dense: Dense) {
    let inputs = op.input.values();
    w.block(&signature(layer, "const float *in, float *out"), |w| {
        each(w, "o", dense.outputs, |w| {
            w.line(&format!("const float *w = {} + {};", layer.arrays[0].symbol, times("o", inputs)));
            begin_sum(w, layer.arrays.get(1), "o");
            each(w, "i", inputs, |w| w.line("sum += flash(w + i) * in[i];"));
            w.line("out[o] = sum;");
        });
    });
}

/// Loops over the outputs' rows and columns, with the kernel positions that fall on the map.
fn each_output(w: &mut CWriter, op: &Op, window: Window, body: impl FnOnce(&mut CWriter, &Span, &Span)) {
    each(w, "y", op.output.height, |w| {
        let rows = Span::write(w, window, op.input.height, "y", "top", "bottom");
        each(w, "x", op.output.width, |w| {
            let columns = Span::write(w, window, op.input.width, "x", "left", "right");
            body(w, &rows, &columns);
        });
    });
}

/// The first pixel of row `ky` under the kernel. Additions come first: nothing gets below 0.
fn pixel_at(op: &Op, window: Window, left: &str) -> String {
    let row = minus(&plus(&times("y", window.stride), "ky"), window.pad);
    let column = minus(&plus(&times("x", window.stride), left), window.pad);
    plus(&times(&row, op.input.width), &column)
}

fn begin_sum(w: &mut CWriter, bias: Option<&Array>, channel: &str) {
    match bias {
        Some(bias) => w.line(&format!("float sum = flash({} + {channel});", bias.symbol)),
        None => w.line("float sum = 0.0f;"),
    }
}

fn finish_sum(w: &mut CWriter, activation: Activation) {
    w.line(match activation {
        Activation::None => "*out++ = sum;",
        Activation::Relu => "*out++ = relu(sum);",
        Activation::Relu6 => "*out++ = relu6(sum);",
    });
}

fn signature(layer: &Layer, parameters: &str) -> String {
    format!("static inline void {}({parameters})", layer.function)
}

fn each(w: &mut CWriter, index: &str, count: usize, body: impl FnOnce(&mut CWriter)) {
    w.block(&range(index, "0", &count.to_string()), body);
}

fn range(index: &str, first: &str, end: &str) -> String {
    format!("for (size_t {index} = {first}; {index} < {end}; {index}++)")
}

/// A whole number as a `float` literal.
fn whole(value: usize) -> String {
    literal::float(value as f32).unwrap_or_default()
}

/// `a * factor`, with `a` in parentheses where it is a sum.
fn times(a: &str, factor: usize) -> String {
    match factor {
        1 => a.to_owned(),
        _ if a.contains(' ') && !is_product(a) => format!("({a}) * {factor}"),
        _ => format!("{a} * {factor}"),
    }
}

/// Whether no sum stands outside parentheses.
fn is_product(a: &str) -> bool {
    let mut depth = 0_usize;
    !a.chars().any(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && matches!(c, '+' | '-')
    })
}

fn plus(a: &str, b: &str) -> String {
    match (a, b) {
        (a, "0") => a.to_owned(),
        ("0", b) => b.to_owned(),
        _ => format!("{a} + {b}"),
    }
}

fn minus(a: &str, value: usize) -> String {
    if value == 0 { a.to_owned() } else { format!("{a} - {value}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_keep_their_meaning() {
        assert_eq!(times("y", 1), "y");
        assert_eq!(times("y", 3), "y * 3");
        assert_eq!(times(&plus(&times("o", 3), "ky"), 5), "(o * 3 + ky) * 5");
        assert_eq!(times("right - left", 4), "(right - left) * 4");
        assert_eq!(times("(a + b) * 2 + c", 4), "((a + b) * 2 + c) * 4");
        assert_eq!(plus("y", "0"), "y");
        assert_eq!(minus(&plus("y", "ky"), 2), "y + ky - 2");
    }
}
