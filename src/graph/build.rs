//! From a configuration to operations.

use super::op::{Add, Conv, Dense, Depthwise, GlobalPool, Norm, SqueezeExcite};
use super::shape::{Shape, Window};
use super::{Graph, Kind, Op, OpId, Pixels, Source};
use crate::config::{Activation, After, Block, Config, ConfigFile, Diagnostics, KeyPath, Problem};

/// The most blocks a network may have, repeats counted.
const MAX_BLOCKS: usize = 512;
/// The most channels a map may have.
const MAX_CHANNELS: usize = 16_384;
/// The most values a map may have.
const MAX_MAP: u64 = 1 << 28;
/// The most parameters a network may have.
const MAX_PARAMS: u64 = 100_000_000;

impl Graph {
    /// The operations of `config` for `classes` classes.
    ///
    /// # Errors
    /// A key that is not legal, a feature map that shrinks to nothing, a network beyond the limits, or
    /// a list without one value per channel.
    pub fn build(config: &Config, classes: usize) -> Result<Self, BuildError> {
        match config.problems().into_iter().next() {
            Some(problem) => Err(BuildError(problem)),
            None => Builder::new(config, classes).build().map_err(BuildError),
        }
    }

    /// The operations of the configuration in `file`, whose keys are legal.
    ///
    /// # Errors
    /// As [`Self::build`], placed in the file.
    pub fn of_file(file: &ConfigFile, classes: usize) -> Result<Self, Diagnostics> {
        Builder::new(&file.config, classes).build().map_err(|problem| file.diagnose_all(vec![problem]))
    }
}

/// The configuration does not describe a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BuildError(pub Problem);

struct Builder<'a> {
    config: &'a Config,
    graph: Graph,
    /// Where the last map comes from and its size.
    last: (Source, Shape),
    /// What the next operations stand for.
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
        Self { config, graph, last: (Source::Image, input), place: KeyPath::default(), block: None }
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
        self.push("pool", Kind::GlobalPool(GlobalPool { pool: config.head.pool }))?;
        self.push("head", Kind::Dense(Dense { outputs: self.graph.classes }))?;
        let params: u64 = self.graph.params().iter().map(|param| param.values() as u64).sum();
        if params > MAX_PARAMS {
            let message = format!("this network has {params} parameters; at most {MAX_PARAMS} can be handled");
            return Err(Self::fault(&KeyPath::of("blocks"), message, Some("use fewer filters or blocks")));
        }
        Ok(self.graph)
    }

    /// One block, as often as it is repeated; the stride applies to the first.
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
            Block::Separable { filters, kernel, stride, padding, .. } => {
                self.depthwise(window(kernel, stride, padding))?;
                self.pointwise("pointwise", self.widened(filters), Activation::Relu6)
            }
            Block::Bottleneck { filters, expansion, kernel, stride, padding, squeeze_excite, .. } => {
                let (skip, window) = (self.last, window(kernel, stride, padding));
                if expansion > 1 {
                    self.pointwise("expand", expansion as usize * skip.1.channels, Activation::Relu6)?;
                }
                self.depthwise(window)?;
                let ratio = |after| squeeze_excite.filter(|se| se.after == after).map(|se| se.ratio);
                self.squeeze_excite(ratio(After::Depthwise))?;
                self.pointwise("project", self.widened(filters), Activation::None)?;
                self.squeeze_excite(ratio(After::Project))?;
                // A valid kernel shrinks the map, so the sizes are compared and not just stride and channels.
                if window.stride == 1 && self.last.1 == skip.1 {
                    self.push("add", Kind::Add(Add))?;
                    let Some(add) = self.graph.ops.last_mut() else { return Ok(()) };
                    add.inputs.push(skip.0);
                }
                Ok(())
            }
            Block::Conv { filters, kernel, stride, padding, activation, .. } => {
                self.conv("conv", self.widened(filters), window(kernel, stride, padding), activation)
            }
        }
    }

    fn depthwise(&mut self, window: Window) -> Fallible<()> {
        let norm = self.norm();
        self.push("depthwise", Kind::Depthwise(Depthwise { window, norm, activation: Activation::Relu6 }))
    }

    fn pointwise(&mut self, name: &str, filters: usize, activation: Activation) -> Fallible<()> {
        self.conv(name, filters, Window::PIXEL, activation)
    }

    fn conv(&mut self, name: &str, filters: usize, window: Window, activation: Activation) -> Fallible<()> {
        let norm = self.norm();
        self.push(name, Kind::Conv(Conv { filters, window, norm, activation }))
    }

    fn squeeze_excite(&mut self, ratio: Option<u32>) -> Fallible<()> {
        let Some(ratio) = ratio else { return Ok(()) };
        let hidden = (self.last.1.channels / ratio as usize).max(1);
        self.push("se", Kind::SqueezeExcite(SqueezeExcite { hidden }))
    }

    fn push(&mut self, name: &str, kind: Kind) -> Fallible<()> {
        let (source, input) = self.last;
        let name = self.block.map_or_else(|| name.to_owned(), |number| format!("block{number}.{name}"));
        let output = kind.operator().output(input).ok_or_else(|| self.too_small(&name, &kind, input))?;
        let values = output.channels as u64 * output.height as u64 * output.width as u64;
        if output.channels > MAX_CHANNELS || values > MAX_MAP {
            let message = format!(
                "{name} makes a map of {output}; at most {MAX_CHANNELS} channels and {MAX_MAP} values can be handled"
            );
            return Err(Self::fault(
                &self.place,
                message,
                Some("use fewer filters, less expansion or a smaller input"),
            ));
        }
        let id = OpId(self.graph.ops.len());
        let (place, block) = (self.place.clone(), self.block);
        self.graph.ops.push(Op { id, name, place, block, kind, inputs: vec![source], input, output });
        self.last = (Source::Op(id), output);
        Ok(())
    }

    fn too_small(&self, name: &str, kind: &Kind, input: Shape) -> Problem {
        let kernel = match kind {
            Kind::Conv(Conv { window, .. }) | Kind::Depthwise(Depthwise { window, .. }) => window.kernel,
            _ => 1,
        };
        let before = match self.last.0 {
            Source::Image => "the image".to_owned(),
            Source::Op(OpId(index)) => self.graph.ops[index].name.clone(),
        };
        let message = format!(
            "the map shrinks to nothing: {name} has a {kernel}x{kernel} kernel without padding, and {before} gives it only {}x{}",
            input.height, input.width
        );
        Self::fault(&self.place, message, Some("use padding = \"same\", fewer strides before it, or a larger input"))
    }

    fn fault(key: &KeyPath, message: String, help: Option<&str>) -> Problem {
        Problem::of(key.clone(), message, help.map(ToOwned::to_owned))
    }

    /// max(1, round half up(filters × multiplier)).
    fn widened(&self, filters: u32) -> usize {
        ((f64::from(filters) * self.config.model.width_multiplier + 0.5).floor() as usize).max(1)
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
