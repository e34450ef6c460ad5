//! Boards, and whether a network fits them.
//!
//! The list is `assets/boards.toml`; a `boards.toml` beside the configuration takes precedence.

use super::estimate::Estimate;
use super::limits::refused_on;
use super::targets::Core;
use crate::config::{Diagnostics, ID, KeyPath, ONE_LINE, Parsed, nearest, schema_of, text_of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::path::Path;
use std::sync::OnceLock;

/// The embedded list.
pub const BUILT_IN: &str = include_str!("../../assets/boards.toml");
/// File name of a user's list.
pub const FILE: &str = "boards.toml";

/// A board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Board {
    /// Identifier in command line and configuration, such as `uno-r3`.
    #[schemars(regex(pattern = ID))]
    pub id: String,
    /// Display name.
    #[schemars(regex(pattern = ONE_LINE))]
    pub name: String,
    /// Its processor's core.
    pub core: Core,
    /// Clock frequency, in Hz.
    #[schemars(range(min = 1))]
    pub clock_hz: u32,
    /// Bytes of RAM of the chip.
    #[schemars(range(min = 1))]
    pub ram_bytes: u32,
    /// Bytes of flash, internal or external.
    #[schemars(range(min = 1))]
    pub flash_bytes: u32,
    /// Bytes of RAM that are available to a sketch, for variables and stack.
    pub ram_left: u32,
    /// Bytes of flash that are available to a sketch, without boot loader and Arduino core.
    pub flash_left: u32,
    /// Sources of these numbers.
    #[serde(default)]
    pub source: Sources,
}

/// Sources of the numbers of a board.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(inline)]
pub struct Sources {
    /// Source of the sizes of the chip.
    pub chip: String,
    /// Source of the available RAM.
    pub ram_left: String,
    /// Source of the available flash.
    pub flash_left: String,
}

/// A file of boards.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct List {
    #[schemars(length(min = 0, max = 200))]
    board: Vec<Board>,
}

/// Whether a network fits a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The board.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Whether RAM and flash suffice and there is no other obstacle.
    pub fits: bool,
    /// Another obstacle: a limit of exported programs or of the compiler.
    pub why: Option<String>,
    /// Bytes of RAM needed: the object and the stack.
    pub ram_bytes: u64,
    /// Bytes of RAM that are available to a sketch.
    pub ram_left: u64,
    /// Bytes of flash needed: tables and code.
    pub flash_bytes: u64,
    /// Bytes of flash that are available to a sketch.
    pub flash_left: u64,
    /// The use of the chip's RAM by its parts.
    #[serde(skip)]
    pub ram: Parts,
    /// The use of the chip's flash by its parts.
    #[serde(skip)]
    pub flash: Parts,
}

/// The use of a board's memory: what a header needs, and what the Arduino core takes before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parts {
    /// The two parts of the header: object and stack in RAM, tables and code in flash.
    pub own: [u64; 2],
    /// Bytes that the core, and in flash the boot loader, take.
    pub core: u64,
    /// Bytes of the chip.
    pub chip: u64,
}

impl Parts {
    /// The sum of all parts.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.own[0] + self.own[1] + self.core
    }

    /// The fraction of the chip's memory in use; above 1 if the parts do not fit.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.total() as f64 / self.chip.max(1) as f64
    }

    /// Bytes that remain; negative if the parts do not fit.
    #[must_use]
    pub const fn rest(&self) -> i64 {
        self.chip as i64 - self.total() as i64
    }
}

impl Board {
    /// Its name without that of its maker, where that is plain.
    #[must_use]
    pub fn short_name(&self) -> &str {
        self.name.strip_prefix("Arduino ").unwrap_or(&self.name)
    }

    /// Whether the network of `estimate` fits.
    #[must_use]
    pub fn verdict(&self, estimate: &Estimate) -> Verdict {
        let family = self.core.family();
        let (ram_bytes, flash_bytes) = (estimate.ram_and_stack(family), estimate.on(family).flash_bytes);
        let (ram_left, flash_left) = (u64::from(self.ram_left), u64::from(self.flash_left));
        let limit = estimate.limit.as_ref().map(ToString::to_string);
        let refused = || refused_on(self.core.family(), estimate.largest_array_bytes);
        let why = limit.or_else(refused);
        let costs = estimate.on(family);
        let parts =
            |own, chip: u32, left: u32| Parts { own, core: u64::from(chip - left.min(chip)), chip: chip.into() };
        Verdict {
            id: self.id.clone(),
            name: self.name.clone(),
            fits: ram_bytes <= ram_left && flash_bytes <= flash_left && why.is_none(),
            why,
            ram_bytes,
            ram_left,
            flash_bytes,
            flash_left,
            ram: parts([estimate.ram_bytes, costs.stack_bytes], self.ram_bytes, self.ram_left),
            flash: parts([estimate.table_bytes, costs.code_bytes], self.flash_bytes, self.flash_left),
        }
    }
}

/// The known boards, with unique IDs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boards(pub Vec<Board>);

impl Boards {
    /// The embedded list.
    ///
    /// # Errors
    /// An invalid embedded list, which tests exclude.
    pub fn built_in() -> Result<Self, Diagnostics> {
        Ok(Self(parse("assets/boards.toml", BUILT_IN)?))
    }

    /// The embedded list and the `boards.toml` beside the configuration `config`, whose boards replace those with the
    /// same ID.
    ///
    /// # Errors
    /// A file that cannot be read, or its errors, with positions.
    pub fn beside(config: &Path) -> Result<Self, Diagnostics> {
        let mut boards = Self::built_in()?;
        let path = config.with_file_name(FILE);
        if let Some(text) = text_of(&path).map_err(without_help)? {
            boards.replace(parse(&path.display().to_string(), &text)?);
        }
        Ok(boards)
    }

    fn replace(&mut self, others: Vec<Board>) {
        for board in others {
            match self.0.iter_mut().find(|known| known.id == board.id) {
                Some(known) => *known = board,
                None => self.0.push(board),
            }
        }
    }

    /// The board with this `id`.
    ///
    /// # Errors
    /// An unknown ID, with a suggestion and the list of boards.
    pub fn get(&self, id: &str) -> Result<&Board, UnknownBoard> {
        self.0.iter().find(|board| board.id == id).ok_or_else(|| {
            let known: Vec<&str> = self.0.iter().map(|board| board.id.as_str()).collect();
            let near = self.like(id).map(|board| format!("did you mean {} ({})? ", board.id, board.name));
            let help = format!("{}boards: {}", near.unwrap_or_default(), known.join(", "));
            UnknownBoard { id: id.chars().take(60).collect(), help }
        })
    }

    /// The board that best matches `text`: the one with the shortest ID or name that contains it, otherwise the one
    /// with the most similar ID or name.
    fn like(&self, text: &str) -> Option<&Board> {
        let text = words(text);
        let names: Vec<(String, &Board)> =
            self.0.iter().flat_map(|board| [&board.id, &board.name].map(|name| (words(name), board))).collect();
        let holding = names.iter().filter(|(name, _)| !text.is_empty() && name.contains(&text));
        let like = || {
            let near = nearest(&text, names.iter().map(|(name, _)| name.as_str()))?;
            names.iter().find(|(name, _)| name == near)
        };
        holding.min_by_key(|(name, _)| name.len()).or_else(like).map(|(_, board)| *board)
    }
}

/// Normalises `text` to lower-case words of letters and digits, at most 64 characters.
fn words(text: &str) -> String {
    let plain: String = text.chars().take(64).map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    plain.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Error: unknown board.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no board \"{}\"", crate::escape::terminal(id))]
pub struct UnknownBoard {
    /// The unknown ID, truncated.
    pub id: String,
    /// A suggestion, or the known IDs.
    pub help: String,
}

/// Removes suggestions about `--config`, which do not apply to this file.
fn without_help(mut found: Diagnostics) -> Diagnostics {
    found.0.iter_mut().for_each(|diagnostic| diagnostic.help = None);
    found
}

fn parse(file: &str, text: &str) -> Result<Vec<Board>, Diagnostics> {
    static SCHEMA: OnceLock<Json> = OnceLock::new();
    let parsed: Parsed<List> = Parsed::parse(file, text, SCHEMA.get_or_init(schema_of::<List>))?;
    let boards = &parsed.value.board;
    let mut wrong = Vec::new();
    for (index, board) in boards.iter().enumerate() {
        let mut blame = |key: &str, message: String, help: String| {
            let key = KeyPath::of("board").index(index).key(key);
            wrong.push(parsed.diagnose(&key, message, Some(help)));
        };
        for (left, at_most, what) in
            [("ram_left", board.ram_bytes, "ram_bytes"), ("flash_left", board.flash_bytes, "flash_bytes")]
        {
            let bytes = if left == "ram_left" { board.ram_left } else { board.flash_left };
            if bytes > at_most {
                let message = format!("{left} is {bytes}, more than the {at_most} of {what}");
                blame(left, message, format!("{left} is a part of {what}"));
            }
        }
        if boards[..index].iter().any(|other| other.id == board.id) {
            blame("id", format!("a second board is called {}", board.id), "each id stands once in a file".to_owned());
        }
    }
    if wrong.is_empty() { Ok(parsed.value.board) } else { Err(Diagnostics(wrong)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "[[board]]\nid = \"mine\"\nname = \"Mine\"\ncore = \"cortex-m33\"\nclock_hz = 150_000_000\n\
                       ram_bytes = 532_480\nflash_bytes = 4_194_304\nram_left = 500_000\nflash_left = 4_000_000\n";

    fn error(text: &str) -> String {
        parse("boards.toml", text).unwrap_err().to_string()
    }

    #[test]
    fn the_ten_boards_are_there_with_a_source_for_each_number() {
        let boards = Boards::built_in().unwrap().0;
        let ids: Vec<&str> = boards.iter().map(|board| board.id.as_str()).collect();
        assert_eq!(
            ids,
            [
                "uno-r3",
                "mega-2560",
                "uno-r4",
                "nano-33-ble-sense",
                "portenta-h7",
                "esp8266",
                "esp32",
                "esp32-s3",
                "rp2040-pico",
                "nano-esp32"
            ]
        );
        for board in &boards {
            let Sources { chip, ram_left, flash_left } = &board.source;
            assert!(!chip.is_empty() && !ram_left.is_empty() && !flash_left.is_empty(), "{}", board.id);
            assert!(board.ram_left < board.ram_bytes && board.flash_left < board.flash_bytes, "{}", board.id);
            let line = format!("{} {}", board.name, board.id);
            assert!(line.len() < 50, "{line}");
        }
        assert_eq!((boards[0].ram_bytes, boards[0].ram_left), (2_048, 1_826));
    }

    #[test]
    fn the_parts_of_a_verdict_add_up_to_it() {
        use crate::config::{Plan, Precision};
        let graph = crate::graph::tests::graph_of("micro", 5);
        let mut seen = [false; 2];
        for precision in [Precision::Float, Precision::Int8] {
            let estimate = Estimate::of(&graph, precision, Plan::Smallest);
            for board in &Boards::built_in().unwrap().0 {
                let verdict = board.verdict(&estimate);
                assert_eq!(verdict.ram.own.iter().sum::<u64>(), verdict.ram_bytes);
                assert_eq!(verdict.flash.own.iter().sum::<u64>(), verdict.flash_bytes);
                assert_eq!(verdict.ram.chip, u64::from(board.ram_bytes));
                let fits = verdict.ram.share() <= 1.0 && verdict.flash.share() <= 1.0 && verdict.why.is_none();
                assert_eq!(fits, verdict.fits, "{}: {verdict:?}", board.id);
                assert_eq!(verdict.ram.rest(), verdict.ram_left as i64 - verdict.ram_bytes as i64);
                seen[usize::from(fits)] = true;
            }
        }
        assert_eq!(seen, [true; 2]);
    }

    #[test]
    fn a_list_of_ones_own_replaces_and_adds() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("net.toml");
        let known = Boards::built_in().unwrap();
        assert_eq!(Boards::beside(&config).unwrap(), known, "there is no file");
        let text = OWN.to_owned() + &OWN.replace("mine", "uno-r3");
        std::fs::write(folder.path().join(FILE), text).unwrap();
        let boards = Boards::beside(&config).unwrap();
        assert_eq!(boards.0.len(), known.0.len() + 1);
        assert_eq!(boards.get("uno-r3").unwrap().name, "Mine");
        assert_eq!(boards.get("mine").unwrap().core, Core::CortexM33);
        assert_eq!(boards.get("esp32"), known.get("esp32"));
        assert_eq!(boards.0[0].id, "uno-r3", "it keeps its place");
    }

    #[test]
    fn whatever_is_wrong_is_placed_and_says_what_would_be_right() {
        for (from, to, said) in [
            ("ram_left", "ram_lfet", "boards.toml:8:1: unknown key `ram_lfet` in board.0\n"),
            ("ram_left", "ram_lfet", "did you mean `ram_left`?"),
            ("ram_left = 500_000\n", "", "boards.toml:1:1: `ram_left` is missing in board.0"),
            ("\"cortex-m33\"", "\"cortex-m3f\"", "boards.toml:4:8: core must be \"avr\", \"cortex-m0\""),
            ("\"cortex-m33\"", "\"cortex-m3f\"", "did you mean \"cortex-m"),
            ("\"mine\"", "\"My Board\"", "boards.toml:2:6: id must be lower-case letters and digits"),
            ("\"Mine\"", "\"a\\u001b[31m\"", "boards.toml:3:8: name must be text of 1 to 60 characters"),
            ("500_000", "600_000", "boards.toml:8:12: ram_left is 600000, more than the 532480 of ram_bytes"),
            ("500_000", "-1", "boards.toml:8:12: ram_left must be a whole number"),
            ("500_000", "9_999_999_999_999_999_999_999", "boards.toml:8:12: ram_left must be a whole number"),
            ("500_000", "\"many\"", "boards.toml:8:12: ram_left must be a whole number"),
            ("[[board]]", "[board]", "board must be a list of"),
            ("[[board]]", "[[boards]]", "boards.toml:1:3: unknown key `boards`"),
            ("[[board]]", "epochs = 3\n[[board]]", "valid keys: board"),
            ("[[board]]", "[[board", "boards.toml:1:8: not valid TOML"),
        ] {
            let found = error(&OWN.replacen(from, to, 1));
            assert!(found.contains(said), "{to}: {found}\nexpected: {said}");
        }
        let twice = error(&(OWN.to_owned() + OWN));
        assert!(twice.starts_with("boards.toml:11:6: a second board is called mine"), "{twice}");
        assert!(error(&OWN.repeat(201)).contains("a list of 0 to 200"));
    }

    #[test]
    fn files_that_are_none_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let (config, path) = (folder.path().join("net.toml"), folder.path().join(FILE));
        for (bytes, said) in [(vec![0xff], ":1:1: not UTF-8"), (vec![b'#'; 2 << 20], "too large")] {
            std::fs::write(&path, bytes).unwrap();
            let found = Boards::beside(&config).unwrap_err().to_string();
            assert!(found.contains(said), "{found}");
        }
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        let found = Boards::beside(&config).unwrap_err().to_string();
        assert!(found.contains("boards.toml: this is a folder") && !found.contains("--config"), "{found}");
    }

    #[test]
    fn a_board_that_is_not_known_comes_with_what_may_have_been_meant() {
        let boards = Boards::built_in().unwrap();
        let error = boards.get("uno-r5\u{1b}").unwrap_err();
        assert_eq!(error.to_string(), "there is no board \"uno-r5\\u{1b}\"");
        assert!(error.help.starts_with("did you mean uno-r") && error.help.contains("rp2040-pico"), "{}", error.help);
        assert!(boards.get("xyz").unwrap_err().help.starts_with("boards: uno-r3, "));
    }
}
