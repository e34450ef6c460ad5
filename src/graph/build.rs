//! Builds a graph from a configuration.

use super::op::{Add, Conv, Dense, Depthwise, GlobalPool, Norm, SqueezeExcite};
use super::shape::{Shape, Window};
use super::{Graph, Kind, OpId, Pixels};
use crate::config::{Activation, After, Block, Config, ConfigFile, Diagnostics, KeyPath, Problem};

/// Maximum number of blocks, repeats included.
const MAX_BLOCKS: usize = 512;
/// Maximum number of parameters.
const MAX_PARAMS: u64 = 100_000_000;

impl Graph {
    /// Builds the graph of `config` with `classes` classes.
    ///
    /// # Errors
    /// An illegal key, a feature map that is too small, a network beyond the limits, or a list without one value
    /// per channel.
    pub fn build(config: &Config, classes: usize) -> Result<Self, BuildError> {
        match config.problems().into_iter().next() {
            Some(problem) => Err(BuildError(problem)),
            None => Builder::new(config, classes).build().map_err(BuildError),
        }
    }

    /// Builds the graph of the configuration in `file`, whose keys are legal.
    ///
    /// # Errors
    /// The errors of [`Self::build`], with their positions in the file.
    pub fn of_file(file: &ConfigFile, classes: usize) -> Result<Self, Diagnostics> {
        Builder::new(&file.config, classes).build().map_err(|problem| file.diagnose_all(vec![problem]))
    }
}

/// Error: the configuration does not describe a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BuildError(pub Problem);

struct Builder<'a> {
    config: &'a Config,
    graph: Graph,
    /// Table of the configuration that the next operations come from.
    place: KeyPath,
    block: Option<usize>,
}

type Fallible<T> = Result<T, Problem>;

impl<'a> Builder<'a> {
    fn new(config: &'a Config, classes: usize) -> Self {
        let input = config.model.input;
        let input = Shape::new(input.channels as usize, input.height as usize, input.width as usize);
        let graph = Graph {
            name: config.model.name.clone(),
            input,
            pixels: Pixels { mean: Vec::new(), scale: Vec::new() },
            ops: Vec::new(),
            classes,
            dropout: config.head.dropout as f32,
        };
        Self { config, graph, place: KeyPath::default(), block: None }
    }

    fn build(mut self) -> Fallible<Graph> {
        self.graph.pixels = self.pixels()?;
        let config = self.config;
        self.place = KeyPath::of("stem");
        let stem = &config.stem;
        let window = Window::new(stem.kernel as usize, stem.stride as usize, stem.padding);
        let filters = self.widened(stem.filters);
        self.conv("stem", filters, window, stem.activation)?;
        for (index, block) in config.blocks.iter().enumerate() {
            self.place = KeyPath::of("blocks").index(index);
            for repeat in 0..block.repeat() {
                self.block(block, repeat == 0)?;
            }
        }
        self.place = KeyPath::of("head");
        self.block = None;
        self.push("pool", GlobalPool { pool: config.head.pool })?;
        for (index, units) in config.head.hidden.each().into_iter().enumerate() {
            self.push(&format!("hidden{index}"), Dense::hidden(units as usize, config.head.activation))?;
        }
        self.push("head", Dense::logits(self.graph.classes))?;
        let params: u64 = self.graph.params().iter().map(|param| param.values() as u64).sum();
        if params > MAX_PARAMS {
            let message = format!("this network has {params} parameters; at most {MAX_PARAMS} are supported");
            return Err(Self::fault(&KeyPath::of("blocks"), message, Some("use fewer filters or blocks")));
        }
        Ok(self.graph)
    }

    /// Appends a block with its repeats. The stride applies to the first.
    fn block(&mut self, block: &Block, first: bool) -> Fallible<()> {
        let number = self.block.map_or(0, |number| number + 1);
        if number >= MAX_BLOCKS {
            return Err(Self::fault(&self.place, format!("more than {MAX_BLOCKS} blocks, repeats counted"), None));
        }
        self.block = Some(number);
        let window = |kernel: u32, stride: u32, padding| {
            Window::new(kernel as usize, if first { stride as usize } else { 1 }, padding)
        };
        match *block {
            Block::Separable { filters, kernel, stride, padding, activation, .. } => {
                self.depthwise(window(kernel, stride, padding), activation)?;
                self.pointwise("pointwise", self.widened(filters), activation)
            }
            Block::Bottleneck { filters, expansion, kernel, stride, padding, activation, squeeze_excite, .. } => {
                let (skip, window) = (self.graph.end(), window(kernel, stride, padding));
                if expansion > 1.0 {
                    let expanded = (expansion * skip.1.channels as f64 + 0.5).floor() as usize;
                    self.pointwise("expand", expanded, activation)?;
                }
                self.depthwise(window, activation)?;
                let ratio = |after| squeeze_excite.filter(|se| se.after == after).map(|se| se.ratio);
                self.squeeze_excite(ratio(After::Depthwise))?;
                self.pointwise("project", self.widened(filters), Activation::None)?;
                self.squeeze_excite(ratio(After::Project))?;
                // Compares shapes instead of stride and channels, since a convolution without padding shrinks the map.
                if window.stride == 1 && self.graph.end().1 == skip.1 {
                    let OpId(add) = self.push("add", Add)?;
                    self.graph.ops[add].inputs.push(skip.0);
                }
                Ok(())
            }
            Block::Conv { filters, kernel, stride, padding, activation, .. } => {
                self.conv("conv", self.widened(filters), window(kernel, stride, padding), activation)
            }
        }
    }

    fn depthwise(&mut self, window: Window, activation: Activation) -> Fallible<()> {
        let norm = self.norm();
        self.push("depthwise", Depthwise { window, norm, activation })?;
        Ok(())
    }

    fn pointwise(&mut self, name: &str, filters: usize, activation: Activation) -> Fallible<()> {
        self.conv(name, filters, Window::PIXEL, activation)
    }

    fn conv(&mut self, name: &str, filters: usize, window: Window, activation: Activation) -> Fallible<()> {
        let norm = self.norm();
        self.push(name, Conv { filters, window, norm, activation })?;
        Ok(())
    }

    fn squeeze_excite(&mut self, ratio: Option<u32>) -> Fallible<()> {
        let Some(ratio) = ratio else { return Ok(()) };
        let hidden = (self.graph.end().1.channels / ratio as usize).max(1);
        self.push("se", SqueezeExcite { hidden })?;
        Ok(())
    }

    fn push(&mut self, name: &str, kind: impl Into<Kind>) -> Fallible<OpId> {
        let name = self.block.map_or_else(|| name.to_owned(), |number| format!("block{number}.{name}"));
        let appended = self.graph.append(&name, self.place.clone(), self.block, kind);
        appended.map_err(|error| Self::fault(&self.place, error.to_string(), Some(error.help())))
    }

    fn fault(key: &KeyPath, message: String, help: Option<&str>) -> Problem {
        Problem::of(key.clone(), message, help.map(ToOwned::to_owned))
    }

    /// max(1, round half up(filters × multiplier)), or `_make_divisible` of MobileNetV2's code:
    /// <https://github.com/tensorflow/models/blob/master/research/slim/nets/mobilenet/mobilenet.py>
    fn widened(&self, filters: u32) -> usize {
        let model = &self.config.model;
        let (wanted, divisor) = (f64::from(filters) * model.width_multiplier, f64::from(model.width_divisor));
        let nearest = divisor * ((wanted / divisor + 0.5).floor()).max(1.0);
        let is_much_less = divisor > 1.0 && nearest < 0.9 * wanted;
        (nearest + if is_much_less { divisor } else { 0.0 }) as usize
    }

    fn norm(&self) -> Norm {
        let model = &self.config.model;
        if model.batch_norm { Norm::Batch { epsilon: model.batch_norm_epsilon } } else { Norm::None }
    }

    fn pixels(&self) -> Fallible<Pixels> {
        let data = &self.config.data;
        let channels = self.graph.input.channels;
        let wrong = |key: &str| {
            Self::fault(
                &KeyPath::of(key),
                format!("the input has {channels} channels; give one number or {channels}"),
                None,
            )
        };
        let mean = data.mean.each(channels).ok_or_else(|| wrong("data.mean"))?;
        let std = data.std.each(channels).ok_or_else(|| wrong("data.std"))?;
        Ok(Pixels {
            mean: mean.into_iter().map(|mean| (mean.0 * 255.0).round() as u8).collect(),
            scale: std.into_iter().map(|std| (1.0 / (255.0 * std.0)) as f32).collect(),
        })
    }
}
