//! What a network costs, layer by layer and in all: the numbers the screen shows and the
//! generator then allocates.

use super::flash::Tables;
use super::program::Program;
use crate::graph::{Graph, Op, Shape};
use crate::spec::{Plan, Precision};
use serde::Serialize;
use std::fmt::Write as _;

/// What one layer costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayerEstimate {
    /// Name of the operation: `block3.depthwise`.
    pub name: String,
    /// Size of the map it makes.
    pub output: Shape,
    /// Values that training changes.
    pub params: u64,
    /// Values in the exported program, batch norm being folded.
    pub deployed_params: u64,
    /// Multiplications for one image.
    pub macs: u64,
    /// Bytes of its weights and constants in flash.
    pub weight_bytes: u64,
    /// Bytes of the map it makes.
    pub activation_bytes: u64,
}

/// What a network costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// Every layer, in order.
    pub layers: Vec<LayerEstimate>,
    /// Values that training changes.
    pub params: u64,
    /// Values in the exported program, batch norm being folded.
    pub deployed_params: u64,
    /// Multiplications for one image.
    pub macs: u64,
    /// Bytes of flash for weights and constants.
    pub weight_bytes: u64,
    /// Bytes of flash for all tables: weights, constants and the steps of the program.
    pub table_bytes: u64,
    /// Bytes of the arena for rows and maps.
    pub peak_activation_bytes: u64,
    /// Bytes of RAM: the object that the header declares.
    pub ram_bytes: u64,
    /// The arithmetic that all of this is for.
    pub precision: Precision,
    /// The layers that stream together where most of the arena is in use.
    pub peak_layers: String,
}

impl Estimate {
    /// What `graph`, folded or not, costs with this arithmetic and a memory plan that aims at
    /// `goal`.
    #[must_use]
    pub fn of(graph: &Graph, precision: Precision, goal: Plan) -> Self {
        let folded = graph.folded();
        let program = Program::of(&folded, precision, goal);
        let tables = Tables::of(&folded, &program);
        let layers: Vec<LayerEstimate> = graph
            .ops
            .iter()
            .zip(&folded.ops)
            .zip(&tables.ops)
            .map(|((op, deployed), bytes)| LayerEstimate {
                name: op.name.clone(),
                output: op.output,
                params: values(op, true),
                deployed_params: values(deployed, false),
                macs: op.macs(),
                weight_bytes: *bytes as u64,
                activation_bytes: (op.output.values() * program.value_bytes()) as u64,
            })
            .collect();
        let total = |of: fn(&LayerEstimate) -> u64| layers.iter().map(of).sum();
        let name = |step: usize| graph.ops[program.steps[step].op.0].name.as_str();
        let peak_layers = program.streams.get(program.peak).map_or_else(String::new, |peak| {
            let (first, last) = (name(peak.first), name(peak.end - 1));
            if first == last { first.to_owned() } else { format!("{first} to {last}") }
        });
        Self {
            params: total(|layer| layer.params),
            deployed_params: total(|layer| layer.deployed_params),
            macs: total(|layer| layer.macs),
            weight_bytes: total(|layer| layer.weight_bytes),
            table_bytes: tables.bytes() as u64,
            peak_activation_bytes: program.arena_bytes as u64,
            ram_bytes: program.object_bytes() as u64,
            precision,
            peak_layers,
            layers,
        }
    }

    /// A table for people, at most `width` columns wide as far as the numbers allow; names that
    /// are too long are cut. Every line ends with a line break.
    #[must_use]
    pub fn table(&self, width: usize) -> String {
        let header = ["layer", "output", "params", "MACs", "activations"].map(str::to_owned);
        let row = |layer: &LayerEstimate| {
            let LayerEstimate { name, output, params, macs, activation_bytes, .. } = layer;
            [
                name.clone(),
                output.to_string(),
                count(*params),
                count(*macs),
                format!("{} B", thousands(*activation_bytes)),
            ]
        };
        let rows: Vec<[String; 5]> = std::iter::once(header).chain(self.layers.iter().map(row)).collect();
        let mut columns = [0; 5];
        for row in &rows {
            for (column, cell) in columns.iter_mut().zip(row) {
                *column = (*column).max(cell.chars().count());
            }
        }
        let numbers: usize = columns[1..].iter().map(|column| column + GAP.len()).sum();
        columns[0] = columns[0].min(width.saturating_sub(numbers).max(SHORTEST_NAME));
        let rule = "─".repeat(columns[0] + numbers);
        let mut out = String::new();
        for (index, row) in rows.iter().enumerate() {
            let _ = write!(out, "{:<at$}", cut(&row[0], columns[0]), at = columns[0]);
            for (cell, column) in row.iter().zip(columns).skip(1) {
                let _ = write!(out, "{GAP}{cell:>column$}");
            }
            out.push('\n');
            if index == 0 || index + 1 == rows.len() {
                let _ = writeln!(out, "{rule}");
            }
        }
        out + &self.totals()
    }

    const fn arithmetic(&self) -> &'static str {
        match self.precision {
            Precision::Float => "float",
            Precision::Int8 => "int8",
        }
    }

    /// The lines below the table.
    fn totals(&self) -> String {
        let totals = [
            ("trainable parameters", thousands(self.params), String::new()),
            ("deployed parameters", thousands(self.deployed_params), "batch norm folded".to_owned()),
            ("MACs", thousands(self.macs), String::new()),
            ("weights", format!("{} B", thousands(self.weight_bytes)), "with constants, in flash".to_owned()),
            ("tables", format!("{} B", thousands(self.table_bytes)), "weights and steps, in flash".to_owned()),
            (
                "rows and maps",
                format!("{} B", thousands(self.peak_activation_bytes)),
                format!("at {}", self.peak_layers),
            ),
            ("object", format!("{} B", thousands(self.ram_bytes)), format!("{}, in RAM", self.arithmetic())),
        ];
        // The unit stands apart so that the digits of all lines end in one column.
        let digits = |cell: &str| cell.trim_end_matches(" B").len();
        let widest = totals.iter().map(|(_, cell, _)| digits(cell)).max().unwrap_or(0);
        let line = |(name, cell, note): &(&str, String, String)| {
            let (number, unit) = cell.split_at(digits(cell));
            format!("{name:<20}{GAP}{number:>widest$}{unit:<2}{GAP}{note}").trim_end().to_owned() + "\n"
        };
        totals.iter().map(line).collect()
    }
}

const GAP: &str = "  ";
const SHORTEST_NAME: usize = 8;

fn values(op: &Op, trained: bool) -> u64 {
    let params = op.params();
    params.iter().filter(|param| !trained || param.role.is_trained()).map(|param| param.values() as u64).sum()
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(std::iter::once('…')).collect()
}

/// A number of things, or a dash for none.
fn count(value: u64) -> String {
    if value == 0 { "-".to_owned() } else { thousands(value) }
}

/// Digits in threes: 1,234,567.
fn thousands(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::tests::graph_of;

    #[test]
    fn totals_are_those_of_the_graph_and_of_the_program() {
        for name in ["pico", "nano", "micro", "milli", "mobilenet", "squeeze"] {
            let graph = graph_of(name, 5);
            let estimate = Estimate::of(&graph);
            assert_eq!(estimate.params, graph.trainable());
            assert_eq!(estimate.deployed_params, graph.folded().trainable());
            assert_eq!(estimate.weight_bytes, 4 * estimate.deployed_params);
            assert_eq!(estimate.macs, graph.macs());
            assert_eq!(estimate.peak_activation_bytes, Program::of(&graph).arena_bytes as u64);
            let largest = estimate.layers.iter().map(|layer| layer.activation_bytes).max().unwrap();
            assert!(estimate.peak_activation_bytes >= largest);
            let folded = Estimate::of(&graph.folded());
            assert_eq!(folded.params, folded.deployed_params);
            assert_eq!(folded.peak_activation_bytes, estimate.peak_activation_bytes);
        }
    }

    #[test]
    fn json_has_the_fields_of_the_design() {
        let json = serde_json::to_value(Estimate::of(&graph_of("pico", 5))).unwrap();
        let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(
            keys(&json),
            ["layers", "params", "deployed_params", "macs", "weight_bytes", "peak_activation_bytes"]
        );
        assert_eq!(
            keys(&json["layers"][0]),
            ["name", "output", "params", "deployed_params", "macs", "activation_bytes"]
        );
        assert_eq!(json["layers"][0]["output"], serde_json::json!({"channels": 3, "height": 32, "width": 32}));
    }

    #[test]
    fn the_table_is_aligned_and_fits_80_columns() {
        for name in ["pico", "mobilenet", "squeeze"] {
            let table = Estimate::of(&graph_of(name, 5)).table(80);
            let lines: Vec<&str> = table.lines().collect();
            assert!(lines.iter().all(|line| line.chars().count() <= 80), "{table}");
            let rules: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].starts_with('─')).collect();
            assert_eq!(rules.len(), 2, "{table}");
            let wide = lines[rules[0]].chars().count();
            assert!(lines[..rules[1]].iter().all(|line| line.chars().count() == wide), "{table}");
            assert!(!table.contains(" \n"), "{table}");
        }
    }

    #[test]
    fn the_table_of_pico_reads_as_it_should() {
        let table = Estimate::of(&graph_of("pico", 5)).table(80);
        assert!(table.starts_with("layer              output  params    MACs  activations\n"), "{table}");
        assert!(table.contains("\nstem              32x32x3      33  27,648     12,288 B\n"), "{table}");
        assert!(table.contains("\npool               1x1x24       -       -         96 B\n"), "{table}");
        assert!(table.contains("\ntrainable parameters     851\n"), "{table}");
        assert!(table.contains("\npeak activations      15,360 B  float, in RAM; at block0.depthwise\n"), "{table}");
    }

    #[test]
    fn names_are_cut_where_the_screen_is_narrow() {
        let table = Estimate::of(&graph_of("pico", 5)).table(46);
        assert!(table.contains("block0.…"), "{table}");
    }

    #[test]
    fn digits_come_in_threes() {
        for (value, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(value), text);
        }
    }
}
