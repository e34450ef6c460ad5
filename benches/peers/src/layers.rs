//! The layers of a configuration, as `benches/pytorch.py` builds them.

use std::path::Path;
use toml::{Table, Value};

/// A convolution, without bias.
#[derive(Debug, Clone, Copy)]
pub struct Conv {
    pub inputs: usize,
    pub outputs: usize,
    pub kernel: usize,
    pub stride: usize,
    pub pad: usize,
    pub groups: usize,
}

#[derive(Debug, Clone)]
pub enum Layer {
    Conv(Conv),
    /// Batch norm of so many channels.
    Norm(usize),
    Relu,
    Relu6,
    /// Squeeze-and-excitation: channels and hidden channels.
    Gate(usize, usize),
    /// Layers whose input is added to their output.
    Residual(Vec<Layer>),
}

#[derive(Debug, Clone)]
pub struct Network {
    /// Channels, rows and columns of an image.
    pub input: [usize; 3],
    pub layers: Vec<Layer>,
    /// Whether the global pool is the maximum; otherwise it is the mean.
    pub has_max_pool: bool,
    /// Channels before the head, which has five classes.
    pub features: usize,
    pub epsilon: f64,
}

pub const CLASSES: usize = 5;

fn number(table: &Table, key: &str, default: usize) -> usize {
    table.get(key).and_then(Value::as_integer).map_or(default, |value| value as usize)
}

fn word<'a>(table: &'a Table, key: &str, default: &'a str) -> &'a str {
    table.get(key).and_then(Value::as_str).unwrap_or(default)
}

struct Builder {
    layers: Vec<Layer>,
    channels: usize,
    width: f64,
    divisor: usize,
    has_norm: bool,
}

impl Builder {
    fn widened(&self, table: &Table, default: usize) -> usize {
        let wanted = number(table, "filters", default) as f64 * self.width;
        let nearest = self.divisor * ((wanted / self.divisor as f64 + 0.5) as usize).max(1);
        let is_much_less = self.divisor > 1 && (nearest as f64) < 0.9 * wanted;
        nearest + if is_much_less { self.divisor } else { 0 }
    }

    fn conv(&mut self, outputs: usize, kernel: usize, stride: usize, padding: &str, groups: usize, activation: &str) {
        let pad = if padding == "valid" { 0 } else { kernel / 2 };
        self.layers.push(Layer::Conv(Conv { inputs: self.channels, outputs, kernel, stride, pad, groups }));
        if self.has_norm {
            self.layers.push(Layer::Norm(outputs));
        }
        match activation {
            "relu" => self.layers.push(Layer::Relu),
            "relu6" => self.layers.push(Layer::Relu6),
            _ => {}
        }
        self.channels = outputs;
    }

    fn block(&mut self, block: &Table, stride: usize) {
        let (kernel, padding) = (number(block, "kernel", 3), word(block, "padding", "same"));
        let (filters, activation) = (self.widened(block, 8), word(block, "activation", "relu6"));
        match word(block, "type", "separable") {
            "conv" => self.conv(filters, kernel, stride, padding, 1, activation),
            "separable" => {
                self.conv(self.channels, kernel, stride, padding, self.channels, activation);
                self.conv(filters, 1, 1, "same", 1, activation);
            }
            _ => {
                let before = self.channels;
                let outside = std::mem::take(&mut self.layers);
                let expansion = block.get("expansion");
                let expansion = expansion.and_then(|t| t.as_float().or(t.as_integer().map(|t| t as f64))).unwrap_or(4.0);
                if expansion > 1.0 {
                    self.conv((expansion * before as f64 + 0.5) as usize, 1, 1, "same", 1, activation);
                }
                self.conv(self.channels, kernel, stride, padding, self.channels, activation);
                let gate = block.get("squeeze_excite").and_then(Value::as_table);
                let after = gate.map(|gate| word(gate, "after", "depthwise").to_owned());
                let hidden = |channels: usize| gate.map_or(1, |gate| (channels / number(gate, "ratio", 4)).max(1));
                if after.as_deref() == Some("depthwise") {
                    self.layers.push(Layer::Gate(self.channels, hidden(self.channels)));
                }
                self.conv(filters, 1, 1, "same", 1, "none");
                if after.as_deref() == Some("project") {
                    self.layers.push(Layer::Gate(filters, hidden(filters)));
                }
                let inside = std::mem::replace(&mut self.layers, outside);
                if stride == 1 && before == filters && (padding == "same" || kernel == 1) {
                    self.layers.push(Layer::Residual(inside));
                } else {
                    self.layers.extend(inside);
                }
            }
        }
    }
}

impl Network {
    /// The network of a preset (`meadow`, in colour `meadow:rgb`) or of a file.
    pub fn read(name: &str, has_norm: bool) -> Self {
        let plain = name.trim_end_matches(":rgb");
        let preset = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs").join(plain).with_extension("toml");
        let path = if preset.exists() { preset.as_path() } else { Path::new(plain) };
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let config: Table = text.parse().expect("a configuration");
        let none = Table::new();
        let table = |key: &str| config.get(key).and_then(Value::as_table).unwrap_or(&none);
        let model = table("model");
        let input = model["input"].as_table().expect("an input");
        let input = match preset.exists() {
            true => [if plain == name { 1 } else { 3 }, 96, 96],
            false => [number(input, "channels", 1), number(input, "height", 96), number(input, "width", 96)],
        };
        let width = model.get("width_multiplier").and_then(Value::as_float).unwrap_or(1.0);
        let divisor = number(model, "width_divisor", 1);
        let mut builder = Builder { layers: Vec::new(), channels: input[0], width, divisor, has_norm };
        let stem = table("stem");
        let filters = builder.widened(stem, 8);
        let (kernel, stride) = (number(stem, "kernel", 3), number(stem, "stride", 2));
        builder.conv(filters, kernel, stride, word(stem, "padding", "same"), 1, word(stem, "activation", "relu6"));
        for block in config.get("blocks").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table) {
            for repeat in 0..number(block, "repeat", 1) {
                builder.block(block, if repeat == 0 { number(block, "stride", 1) } else { 1 });
            }
        }
        Self {
            input,
            features: builder.channels,
            layers: builder.layers,
            has_max_pool: word(table("head"), "pool", "avg") == "max",
            epsilon: model.get("batch_norm_epsilon").and_then(Value::as_float).unwrap_or(0.001),
        }
    }
}
