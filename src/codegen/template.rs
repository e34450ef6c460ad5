//! Templates: instantiates the C++ texts of `runtime/` for a network.
//!
//! The lines after `//@if flag` are kept if the flag is set, those after `//@unless flag` if it is not;
//! `//@else` begins the alternative, and `//@end` ends both. Conditions nest. `@name@` is replaced by a
//! value.

use std::collections::{BTreeMap, BTreeSet};

macro_rules! flags {
    ($($(#[$doc:meta])* $flag:ident = $name:literal),+ $(,)?) => {
        /// A condition of template lines.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Flag { $($(#[$doc])* $flag),+ }

        impl Flag {
            /// All flags.
            #[cfg(test)]
            pub const ALL: &'static [Self] = &[$(Self::$flag),+];

            /// The flag named `name` in templates.
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$flag),)+
                    _ => None,
                }
            }
        }
    };
}

flags! {
    /// The network is int8.
    Int8 = "int8",
    /// The network is float.
    Float = "float",
    /// Some tiles are in the arena instead of on the stack.
    Tiles = "tiles",
    /// The program has additions, or buffers for their skip connections.
    Additions = "additions",
    /// Some step is an addition.
    Add = "add",
    /// Some segments copy rows of a feature map before they read them.
    Copies = "copies",
    /// The program has several segments.
    Segments = "segments",
    /// A single segment precedes the pool.
    SingleSegment = "singleSegment",
    /// There are operations between the global pool and the head.
    Tail = "tail",
    /// Some filter sums more than 256 products.
    Deep = "deep",
    /// Some filters over all channels have a shift other than 16.
    ShiftedFilters = "shiftedFilters",
    /// Some depthwise filters have a shift other than 16.
    ShiftedDepthwise = "shiftedDepthwise",
    /// Some step has filters over all channels.
    Filters = "filters",
    /// There is squeeze-and-excitation.
    Gates = "gates",
    /// The image has three channels.
    Colours = "colours",
    /// There is a convolution with a kernel larger than 1×1.
    Convolutions = "convolutions",
    /// There is such a convolution, or a depthwise one with the generic kernel.
    Windows = "windows",
    /// There is such a convolution with a shift of 16, which gathers its inputs (im2col).
    Collected = "collected",
    /// There is one that reads a colour image.
    CollectsImage = "collectsImage",
    /// There is one that reads four planes at once.
    CollectsQuads = "collectsQuads",
    /// One that does has stride 1.
    QuadsBy1 = "quadsBy1",
    /// One that does has stride 2.
    QuadsBy2 = "quadsBy2",
    /// Some tiles gather the channels of a pixel, as those of dense layers do.
    Gathers = "gathers",
    /// Pointwise steps may read planes without a tile.
    Pointwise = "pointwise",
    /// Some of them have at most four input channels.
    Shallow = "shallow",
    /// Some filters need a tile on every processor.
    Tiled = "tiled",
    /// Some of them gather it value by value.
    TilesByValue = "tilesByValue",
    /// The last pixels of rows of pointwise convolutions are read in pairs.
    PairTiles = "pairTiles",
    /// Some step may receive a row before it can compute one.
    Waits = "waits",
    /// All kernels have one or three rows, and at least one has three.
    ThreeRows = "threeRows",
    /// There is a depthwise convolution or a first layer with a single input channel.
    Depthwise = "depthwise",
    /// There is a depthwise 3×3 convolution other than the first layer.
    Depthwise3 = "depthwise3",
    /// The first layer has a kernel that computes all of its filters at once.
    FirstLayer = "firstLayer",
    /// The stride of that first layer is two, not three.
    FirstLayerBy2 = "firstLayerBy2",
    /// Some depthwise convolution needs the generic kernel.
    AnyDepthwise = "anyDepthwise",
    /// Some depthwise convolution with the generic kernel has stride 1.
    AnyStride1 = "anyStride1",
    /// Some has stride 2.
    AnyStride2 = "anyStride2",
    /// Some has stride 3.
    AnyStride3 = "anyStride3",
    /// There is a depthwise 3×3 convolution, including the first layer.
    FastDepthwise = "fastDepthwise",
    /// Both `AnyDepthwise` and `FastDepthwise`.
    BothDepthwise = "bothDepthwise",
    /// Some depthwise 3×3 convolution has stride 1.
    Stride1 = "stride1",
    /// Some with stride 1 has rows of three or four columns.
    ShortRows = "shortRows",
    /// Some has stride 2, including the first layer.
    Stride2 = "stride2",
    /// Some has stride 3, including the first layer.
    Stride3 = "stride3",
    /// Some other than the first layer has stride 2.
    Depthwise2 = "depthwise2",
    /// Some other than the first layer has stride 3.
    Depthwise3By3 = "depthwise3By3",
    /// Some other than the first layer has stride 1 or 2.
    OtherStrides = "otherStrides",
    /// Global maximum pooling.
    Max = "max",
    /// Global average pooling.
    Avg = "avg",
    /// Bytes are added up: for global average pooling or for gates.
    Sums = "sums",
    /// The tile of the head is in the arena.
    HeadTile = "headTile",
    /// The object has explicit padding bytes.
    Padding = "padding",
    /// `Step` has explicit padding bytes.
    StepPadding = "stepPadding",
    /// `Segment` has explicit padding bytes.
    SegmentPadding = "segmentPadding",
    /// Images are stretched to the input size.
    Fit = "fit",
    /// Images are cropped to the input's aspect ratio.
    Crop = "crop",
    /// Images are padded with black bars.
    Pad = "pad",
}

/// The flags and values for the templates of a network.
#[derive(Debug, Default)]
pub struct Template {
    flags: BTreeSet<Flag>,
    values: BTreeMap<&'static str, String>,
}

/// A directive in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Directive<'a> {
    If(&'a str),
    Unless(&'a str),
    Else,
    End,
}

/// Parses a directive; `None` if `line` is not one.
fn directive(line: &str) -> Option<Directive<'_>> {
    let text = line.trim().strip_prefix("//@")?;
    Some(match text.split_once(' ') {
        Some(("if", flag)) => Directive::If(flag),
        Some(("unless", flag)) => Directive::Unless(flag),
        _ if text == "else" => Directive::Else,
        _ => Directive::End,
    })
}

impl Template {
    /// Sets or clears `flag`.
    pub fn flag(&mut self, flag: Flag, is_set: bool) {
        if is_set {
            self.flags.insert(flag);
        } else {
            self.flags.remove(&flag);
        }
    }

    /// Sets the value that replaces `@name@`.
    pub fn value(&mut self, name: &'static str, value: &(impl ToString + ?Sized)) {
        self.values.insert(name, value.to_string());
    }

    fn is_set(&self, name: &str) -> bool {
        let flag = Flag::named(name);
        debug_assert!(flag.is_some(), "there is no flag {name}");
        flag.is_some_and(|flag| self.flags.contains(&flag))
    }

    /// The lines of `text` that are kept, with their indices.
    fn kept<'a>(&self, text: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
        // For each open condition: whether its lines are kept.
        let mut open: Vec<bool> = Vec::new();
        let mut kept = Vec::new();
        for (at, line) in text.lines().enumerate() {
            match directive(line) {
                Some(Directive::If(flag)) => open.push(self.is_set(flag)),
                Some(Directive::Unless(flag)) => open.push(!self.is_set(flag)),
                Some(Directive::Else) => {
                    if let Some(last) = open.last_mut() {
                        *last = !*last;
                    }
                }
                Some(Directive::End) => {
                    open.pop();
                }
                None if open.iter().all(|is_kept| *is_kept) => kept.push((at, line)),
                None => {}
            }
        }
        debug_assert!(open.is_empty(), "a condition is not closed");
        kept.into_iter()
    }

    /// The instantiated lines of `text`.
    pub fn lines(&self, text: &str) -> Vec<String> {
        self.kept(text).map(|(_, line)| self.fill(line)).collect()
    }

    fn fill(&self, line: &str) -> String {
        let mut out = line.to_owned();
        for (name, value) in &self.values {
            out = out.replace(&format!("@{name}@"), value);
        }
        debug_assert!(!out.contains('@'), "a value is missing: {out}");
        out
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::fs;
    use std::path::{Path, PathBuf};

    #[test]
    fn parts_stay_or_go_and_values_are_filled_in() {
        let text =
            "a\n//@if int8\nb @n@\n//@if add\nc\n//@else\nd\n//@end\n//@else\ne\n//@end\n//@unless add\nf\n//@end";
        let mut template = Template::default();
        template.value("n", &7);
        assert_eq!(template.lines(text), ["a", "e", "f"]);
        template.flag(Flag::Int8, true);
        assert_eq!(template.lines(text), ["a", "b 7", "d", "f"]);
        template.flag(Flag::Add, true);
        assert_eq!(template.lines(text), ["a", "b 7", "c"]);
        template.flag(Flag::Int8, false);
        assert_eq!(template.lines(text), ["a", "e"]);
    }

    /// All templates and their paths.
    pub(in super::super) fn texts() -> Vec<(PathBuf, String)> {
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/codegen/runtime")];
        let mut texts = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let text = fs::read_to_string(&path).unwrap();
                    texts.push((path, text));
                }
            }
        }
        assert!(texts.len() > 30);
        texts
    }

    /// Indices of the lines of `text` that are neither directives nor kept.
    pub(in super::super) fn left_out(template: &Template, text: &str) -> BTreeSet<usize> {
        let kept: BTreeSet<usize> = template.kept(text).map(|(at, _)| at).collect();
        let lines = text.lines().enumerate().filter(|(_, line)| directive(line).is_none());
        lines.map(|(at, _)| at).filter(|at| !kept.contains(at)).collect()
    }

    #[test]
    fn every_flag_of_a_text_is_known_and_every_flag_is_used() {
        let mut used = BTreeSet::new();
        for (path, text) in texts() {
            for (at, line) in text.lines().enumerate() {
                let place = format!("{}:{}", path.display(), at + 1);
                match directive(line) {
                    Some(Directive::If(flag) | Directive::Unless(flag)) => {
                        used.insert(Flag::named(flag).unwrap_or_else(|| panic!("{place}: no flag {flag}")));
                    }
                    Some(Directive::End) => assert_eq!(line.trim(), "//@end", "{place}"),
                    Some(Directive::Else) | None => {}
                }
            }
        }
        let unused: Vec<&Flag> = Flag::ALL.iter().filter(|flag| !used.contains(flag)).collect();
        assert!(unused.is_empty(), "{unused:?}");
    }
}
