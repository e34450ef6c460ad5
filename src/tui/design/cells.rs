//! The configuration as a table of cells that are edited in place. Their legal values come from the schema.

use crate::config::{
    Block, BlockKind, Config, Edit, Key, KeyInfo, KeyPath, Legal, NumClasses, Step, Value, Values, key_info, keys,
};
use crate::graph::{Graph, Op, Shape};
use crate::plan::{Boards, Estimate};

/// The part of the configuration that a row contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The name, the input and the settings of the whole network.
    Model,
    /// Board, export and training.
    Target,
    /// The first convolution.
    Stem,
    /// A block, by its index.
    Block(usize),
    /// Pooling and classifier.
    Head,
    /// The settings form.
    Settings,
}

/// A value of the configuration that can be edited.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Its label.
    pub label: &'static str,
    /// Its key path.
    pub key: KeyPath,
    /// Its value as written in the file, strings without quotes.
    pub value: String,
    /// The kind of the block it belongs to.
    kind: Option<BlockKind>,
}

impl Cell {
    /// Its legal values.
    #[must_use]
    pub fn legal(&self, boards: &Boards) -> Legal {
        let words = |words: &mut dyn Iterator<Item = &str>| Legal::Choice(words.map(str::to_owned).collect());
        match self.label {
            TYPE => words(&mut BlockKind::ALL.iter().map(|kind| kind.word())),
            BOARD => words(&mut std::iter::once("").chain(boards.0.iter().map(|board| board.id.as_str()))),
            _ => {
                let known = key_info(&self.key, self.kind).map_or(Legal::Text, |info| info.legal.clone());
                match known {
                    Legal::Choice(mut known) if self.label == SE_AFTER => {
                        known.insert(0, NONE.to_owned());
                        Legal::Choice(known)
                    }
                    known => known,
                }
            }
        }
    }

    /// What is known about its key.
    #[must_use]
    pub fn info(&self) -> Option<&'static KeyInfo> {
        key_info(&self.key, self.kind)
    }

    /// Its default; `None` if the key is required.
    #[must_use]
    pub fn default(&self) -> Option<String> {
        if self.label == SE_AFTER { Some(NONE.to_owned()) } else { self.info()?.default.clone() }
    }
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The part of the configuration.
    pub place: Place,
    /// Its cells, left to right.
    pub cells: Vec<Cell>,
    /// The input and output shapes; `None` for rows without operations.
    pub shapes: Option<(Shape, Shape)>,
    /// Number of trainable parameters.
    pub params: u64,
    /// Multiply-accumulate operations per image.
    pub macs: u64,
    /// Bytes of the arena in use while it runs, 0 for rows without operations; `None` until they are estimated.
    pub ram_bytes: Option<u64>,
}

/// The value that means no squeeze-and-excitation.
pub const NONE: &str = "none";
/// Labels of the cells whose legal values are not from the schema alone.
const TYPE: &str = "type";
pub const BOARD: &str = "board";
pub const SE_AFTER: &str = "SE after";

/// All rows of a network, top to bottom, with the RAM of its `estimate`.
#[must_use]
pub fn rows(config: &Config, graph: &Graph, estimate: Option<&Estimate>) -> Vec<Row> {
    let row = |place, cells| row(graph, estimate, place, cells);
    let mut rows = vec![
        row(Place::Model, model_cells(config)),
        row(Place::Target, target_cells(config)),
        row(Place::Stem, stem_cells(config)),
    ];
    for (index, block) in config.blocks.iter().enumerate() {
        rows.push(row(Place::Block(index), block_cells(index, block)));
    }
    rows.push(row(Place::Head, head_cells(config)));
    rows
}

/// The tables of the settings form, in order.
const SECTIONS: [&str; 6] = ["train", "augment", "data", "export", "target", "model"];

/// The cells of the settings form.
#[must_use]
pub fn settings(config: &Config) -> Vec<Cell> {
    let values = Values::of(config);
    let within = |section: &str| {
        let section = KeyPath::of(section);
        keys().iter().filter(move |key| key.path.is_within(&section))
    };
    let field = |key: &'static Key| {
        let label = match key.path.steps().last() {
            Some(Step::Key(name)) => name.as_str(),
            _ => "",
        };
        cell(label, key.path.clone(), values.get(&key.path).unwrap_or_default())
    };
    SECTIONS.into_iter().flat_map(within).map(field).collect()
}

/// The edit that sets `cell` of the row `place` to `value`.
///
/// # Errors
/// Unknown kinds of blocks.
pub fn edit(cell: &Cell, place: Place, value: &str) -> Result<Edit, String> {
    match (place, cell.label) {
        (Place::Block(index), TYPE) => match BlockKind::of(value) {
            Some(kind) => Ok(Edit::SetBlockKind(index, kind)),
            None => Err(format!("unknown block type {value}")),
        },
        (Place::Block(index), SE_AFTER) => {
            let table = KeyPath::of("blocks").index(index).key("squeeze_excite");
            Ok(if value == NONE { Edit::Unset(table) } else { Edit::Set(table.key("after"), value.into()) })
        }
        _ => {
            let is_word = match key_info(&cell.key, cell.kind).map(|info| &info.legal) {
                None | Some(Legal::Text) => true,
                Some(Legal::Choice(words)) => words.iter().any(|word| word.parse::<f64>().is_err()),
                Some(Legal::Number(range)) => range.word.as_deref() == Some(value),
                Some(Legal::Flag) => false,
            };
            Ok(Edit::Set(cell.key.clone(), if is_word { value.into() } else { Value::parse(value) }))
        }
    }
}

fn row(graph: &Graph, estimate: Option<&Estimate>, place: Place, cells: Vec<Cell>) -> Row {
    let key = match place {
        Place::Model | Place::Target | Place::Settings => None,
        Place::Stem => Some(KeyPath::of("stem")),
        Place::Block(index) => Some(KeyPath::of("blocks").index(index)),
        Place::Head => Some(KeyPath::of("head")),
    };
    let ops: Vec<&Op> = graph.ops.iter().filter(|op| key.as_ref() == Some(&op.place)).collect();
    let shapes = ops.first().zip(ops.last()).map(|(first, last)| (first.input, last.output));
    let total = |of: fn(&Op) -> u64| ops.iter().map(|op| of(op)).sum();
    let ram = |estimate: &Estimate| ops.iter().map(|op| estimate.layers[op.id.0].ram_bytes).max().unwrap_or(0);
    Row { place, cells, shapes, params: total(Op::trainable), macs: total(Op::macs), ram_bytes: estimate.map(ram) }
}

fn cell(label: &'static str, key: KeyPath, value: impl Into<String>) -> Cell {
    Cell { label, key, value: value.into(), kind: None }
}

/// The name of an enum variant in the file.
fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn model_cells(config: &Config) -> Vec<Cell> {
    let model = &config.model;
    let classes = match model.num_classes {
        NumClasses::Auto(_) => "auto".to_owned(),
        NumClasses::Count(count) => count.to_string(),
    };
    let of = |label, key: &str, value: String| cell(label, KeyPath::of("model").key_of(key), value);
    vec![
        of("name", "name", model.name.clone()),
        of("height", "input.height", model.input.height.to_string()),
        of("width", "input.width", model.input.width.to_string()),
        of("channels", "input.channels", model.input.channels.to_string()),
        of("classes", "num_classes", classes),
        of("width ×", "width_multiplier", model.width_multiplier.to_string()),
        of("divisor", "width_divisor", model.width_divisor.to_string()),
        of("batch norm", "batch_norm", model.batch_norm.to_string()),
    ]
}

fn target_cells(config: &Config) -> Vec<Cell> {
    vec![
        cell(BOARD, KeyPath::of("target.board"), config.target.board.as_str()),
        cell("precision", KeyPath::of("export.precision"), word(config.export.precision)),
        cell("plan", KeyPath::of("export.plan"), word(config.export.plan)),
        cell("epochs", KeyPath::of("train.epochs"), config.train.epochs.to_string()),
        cell("rate", KeyPath::of("train.learning_rate"), config.train.learning_rate.to_string()),
    ]
}

fn stem_cells(config: &Config) -> Vec<Cell> {
    let stem = &config.stem;
    let of = |label, key: &str, value: String| cell(label, KeyPath::of("stem").key(key), value);
    vec![
        of("filters", "filters", stem.filters.to_string()),
        of("kernel", "kernel", stem.kernel.to_string()),
        of("stride", "stride", stem.stride.to_string()),
        of("padding", "padding", word(stem.padding)),
        of("activation", "activation", word(stem.activation)),
    ]
}

fn block_cells(index: usize, block: &Block) -> Vec<Cell> {
    let kind = BlockKind::from(block);
    let of = |label, key: &str, value: String| Cell {
        label,
        key: KeyPath::of("blocks").index(index).key_of(key),
        value,
        kind: Some(kind),
    };
    let (filters, kernel, stride, padding, activation, repeat) = match block {
        Block::Separable { filters, kernel, stride, padding, activation, repeat }
        | Block::Bottleneck { filters, kernel, stride, padding, activation, repeat, .. }
        | Block::Conv { filters, kernel, stride, padding, activation, repeat } => {
            (filters, kernel, stride, padding, activation, repeat)
        }
    };
    let mut cells = vec![
        of(TYPE, "type", kind.word().to_owned()),
        of("filters", "filters", filters.to_string()),
        of("kernel", "kernel", kernel.to_string()),
        of("stride", "stride", stride.to_string()),
    ];
    if let Block::Bottleneck { expansion, squeeze_excite, .. } = block {
        cells.push(of("t", "expansion", expansion.to_string()));
        let after = squeeze_excite.map_or_else(|| NONE.to_owned(), |gate| word(gate.after));
        cells.push(of(SE_AFTER, "squeeze_excite.after", after));
        cells.extend(squeeze_excite.map(|gate| of("SE ratio", "squeeze_excite.ratio", gate.ratio.to_string())));
    }
    cells.push(of("activation", "activation", word(activation)));
    cells.push(of("padding", "padding", word(padding)));
    cells.push(of("repeat", "repeat", repeat.to_string()));
    cells
}

fn head_cells(config: &Config) -> Vec<Cell> {
    vec![
        cell("pool", KeyPath::of("head.pool"), word(config.head.pool)),
        cell("dropout", KeyPath::of("head.dropout"), config.head.dropout.to_string()),
        cell("hidden", KeyPath::of("head.hidden"), config.head.hidden.to_string()),
        cell("hidden act", KeyPath::of("head.activation"), word(config.head.activation)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PRESETS;
    use crate::tui::design::Model;

    #[test]
    fn the_schema_knows_every_cell_of_every_preset() {
        let boards = Boards::built_in().unwrap();
        for (name, text) in PRESETS {
            let model = Model::parse(name, text, Some(5), &boards).unwrap();
            let rows = &model.rows;
            assert_eq!(rows.len(), model.spec.config.blocks.len() + 4);
            for cell in rows.iter().flat_map(|row| &row.cells) {
                assert!(key_info(&cell.key, cell.kind).is_some(), "{name}: {}", cell.key);
                if let Legal::Choice(words) = cell.legal(&boards) {
                    assert!(words.contains(&cell.value), "{name}: {} is {}", cell.key, cell.value);
                }
            }
            let total = |of: fn(&Row) -> u64| rows.iter().map(of).sum::<u64>();
            let pooled: u64 = model.estimate.layers.iter().map(|layer| layer.params).sum();
            assert_eq!(total(|row| row.params), pooled);
            assert_eq!(total(|row| row.macs), model.estimate.macs);
            let most = rows.iter().filter_map(|row| row.ram_bytes).max();
            assert_eq!(most, Some(model.estimate.peak_activation_bytes), "{name}");
        }
    }

    #[test]
    fn the_form_and_the_table_have_every_key_of_the_configuration() {
        let boards = Boards::built_in().unwrap();
        let model =
            Model::parse("squeeze", crate::config::preset("squeeze".as_ref()).unwrap(), Some(5), &boards).unwrap();
        let (settings, rows) = (model.settings(), &model.rows);
        let cells: Vec<&Cell> = settings.iter().chain(rows.iter().flat_map(|row| &row.cells)).collect();
        for key in keys().iter().filter(|key| key.path != KeyPath::of("format")) {
            let is_it = |cell: &&&Cell| cell.info() == Some(&key.info);
            assert!(cells.iter().any(|cell| is_it(&cell)) || key.kind == Some(BlockKind::Conv), "{}", key.path);
        }
        for cell in &*settings {
            let mut config = model.spec.config.clone();
            config.apply(&edit(cell, Place::Settings, &cell.value).unwrap()).unwrap();
            assert_eq!(config, model.spec.config, "{}", cell.key);
        }
    }

    #[test]
    fn every_value_can_be_written_where_it_was_read() {
        let boards = Boards::built_in().unwrap();
        for (name, text) in PRESETS {
            let model = Model::parse(name, text, Some(5), &boards).unwrap();
            for row in &*model.rows {
                for cell in &row.cells {
                    let mut config = model.spec.config.clone();
                    config.apply(&edit(cell, row.place, &cell.value).unwrap()).unwrap();
                    assert_eq!(config, model.spec.config, "{name}: {}", cell.key);
                }
            }
        }
    }
}
