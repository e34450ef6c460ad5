//! The C++ texts of `runtime/`, with what a network does not need left out.
//!
//! A line `//@if flag` begins a part that stays where the flag is set, `//@unless flag` one that stays
//! where it is not; `//@else` begins the other part, and `//@end` ends both. Parts nest. `@name@` stands
//! for a value.

use std::collections::{BTreeMap, BTreeSet};

macro_rules! flags {
    ($($(#[$doc:meta])* $flag:ident = $name:literal),+ $(,)?) => {
        /// What a part of a text depends on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Flag { $($(#[$doc])* $flag),+ }

        impl Flag {
            /// All of them.
            #[cfg(test)]
            pub const ALL: &'static [Self] = &[$(Self::$flag),+];

            /// The flag of this name.
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
    /// 8-bit integers.
    Int8 = "int8",
    /// Floats.
    Float = "float",
    /// Tiles lie in the arena.
    Tiles = "tiles",
    /// Maps are added, or kept for it.
    Additions = "additions",
    /// Some step is an addition.
    Add = "add",
    /// Rows of maps are copied before they are read.
    Copies = "copies",
    /// There are several streams.
    Streams = "streams",
    /// There is one.
    SingleStream = "singleStream",
    /// Operations follow the global pool before the head.
    Tail = "tail",
    /// Some filter sums more than 256 products.
    Deep = "deep",
    /// Some filters over all channels have results with other fractional bits than 16.
    ShiftedFilters = "shiftedFilters",
    /// Some filters over one channel each have such results.
    ShiftedDepthwise = "shiftedDepthwise",
    /// Some step runs filters over all channels.
    Filters = "filters",
    /// Squeeze-and-excitation.
    Gates = "gates",
    /// The image has three channels.
    Colours = "colours",
    /// Filters have windows of more than a pixel.
    Convolutions = "convolutions",
    /// Such filters, with 16 fractional bits, collect what they read.
    Collected = "collected",
    /// Filters read rows straight from planes.
    Pointwise = "pointwise",
    /// They read at most four planes.
    Shallow = "shallow",
    /// Filters collect what they read.
    Tiled = "tiled",
    /// They collect it value by value.
    TilesByValue = "tilesByValue",
    /// A step may be given a row before it can make one.
    Waits = "waits",
    /// No window is higher than three rows.
    ThreeRows = "threeRows",
    /// Filters over one channel each.
    Depthwise = "depthwise",
    /// Such of 3×3, the first layer apart.
    Depthwise3 = "depthwise3",
    /// The first layer is computed for all of its filters at once.
    FirstLayer = "firstLayer",
    /// It moves by two pixels, not by three.
    FirstLayerBy2 = "firstLayerBy2",
    /// Windows of any size over one channel each.
    AnyDepthwise = "anyDepthwise",
    /// Windows of 3×3 over one channel each, the first layer among them.
    FastDepthwise = "fastDepthwise",
    /// Both of them.
    BothDepthwise = "bothDepthwise",
    /// Windows of 3×3 move by one pixel.
    Stride1 = "stride1",
    /// By two, the first layer among them.
    Stride2 = "stride2",
    /// By three, the first layer among them.
    Stride3 = "stride3",
    /// By two, the first layer apart.
    Depthwise2 = "depthwise2",
    /// By three, the first layer apart.
    Depthwise3By3 = "depthwise3By3",
    /// By one or two.
    OtherStrides = "otherStrides",
    /// Global maximum pooling.
    Max = "max",
    /// Global average pooling.
    Avg = "avg",
    /// The head gathers what it reads.
    HeadTile = "headTile",
    /// The object is filled up.
    Padding = "padding",
    /// Steps are filled up.
    StepPadding = "stepPadding",
    /// Descriptions of streams are filled up.
    StreamPadding = "streamPadding",
    /// Images are stretched.
    Fit = "fit",
    /// Images are cropped.
    Crop = "crop",
    /// Images have bars.
    Pad = "pad",
}

/// What a network needs, and the values of its texts.
#[derive(Debug, Default)]
pub struct Template {
    flags: BTreeSet<Flag>,
    values: BTreeMap<&'static str, String>,
}

/// A directive of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Directive<'a> {
    If(&'a str),
    Unless(&'a str),
    Else,
    End,
}

/// The directive that `line` is.
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
    /// Keeps what depends on `flag` where `is_set`.
    pub fn flag(&mut self, flag: Flag, is_set: bool) {
        if is_set {
            self.flags.insert(flag);
        } else {
            self.flags.remove(&flag);
        }
    }

    /// What `@name@` stands for.
    pub fn value(&mut self, name: &'static str, value: &(impl ToString + ?Sized)) {
        self.values.insert(name, value.to_string());
    }

    fn is_set(&self, name: &str) -> bool {
        let flag = Flag::named(name);
        debug_assert!(flag.is_some(), "there is no flag {name}");
        flag.is_some_and(|flag| self.flags.contains(&flag))
    }

    /// The places of the lines of `text` that stay, and the lines.
    fn kept<'a>(&self, text: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
        // For each open part: whether it stays.
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
                None if open.iter().all(|stays| *stays) => kept.push((at, line)),
                None => {}
            }
        }
        debug_assert!(open.is_empty(), "a part is not closed");
        kept.into_iter()
    }

    /// The lines of `text` that stay.
    pub fn lines(&self, text: &str) -> Vec<String> {
        self.kept(text).map(|(_, line)| self.filled(line)).collect()
    }

    fn filled(&self, line: &str) -> String {
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

    /// All texts, by their files.
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

    /// Places of the lines of `text` that are no directives and do not stay.
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
