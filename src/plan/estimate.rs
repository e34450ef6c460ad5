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

    fn estimate(name: &str, precision: Precision) -> Estimate {
        Estimate::of(&graph_of(name, 5), precision, Plan::Smallest)
    }

    #[test]
    fn totals_are_those_of_the_graph_and_of_the_program() {
        for name in ["pico", "nano", "micro", "milli", "mobilenet", "squeeze"] {
            let graph = graph_of(name, 5);
            for precision in [Precision::Float, Precision::Int8] {
                let estimate = estimate(name, precision);
                let program = Program::of(&graph.folded(), precision, Plan::Smallest);
                assert_eq!(estimate.params, graph.trainable());
                assert_eq!(estimate.deployed_params, graph.folded().trainable());
                assert_eq!(estimate.macs, graph.macs());
                assert_eq!(estimate.peak_activation_bytes, program.arena_bytes as u64);
                assert_eq!(estimate.ram_bytes, program.object_bytes() as u64);
                assert!(estimate.table_bytes > estimate.weight_bytes);
                let folded = Estimate::of(&graph.folded(), precision, Plan::Smallest);
                assert_eq!(folded.params, folded.deployed_params);
                assert_eq!(folded.ram_bytes, estimate.ram_bytes);
            }
        }
    }

    #[test]
    fn objects_of_the_family_are_as_small_as_asked_for() {
        for (name, most) in [("pico", 1_000), ("nano", 1_650), ("micro", 4_640), ("milli", 4_640), ("mobilenet", 4_640)]
        {
            let bytes = estimate(name, Precision::Int8).ram_bytes;
            assert!(bytes <= most, "{name}: {bytes}");
        }
        let micro = estimate("micro", Precision::Float).ram_bytes;
        assert!(micro <= 18_000, "{micro}");
        let tables = estimate("micro", Precision::Int8).table_bytes;
        assert!(tables * 10 <= 4_139 * 16, "{tables}");
    }

    #[test]
    fn json_has_the_fields_of_the_design() {
        let json = serde_json::to_value(estimate("pico", Precision::Int8)).unwrap();
        let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        for key in ["layers", "params", "deployed_params", "macs", "weight_bytes", "peak_activation_bytes", "ram_bytes"]
        {
            assert!(keys(&json).contains(&key.to_owned()), "{key}");
        }
        assert_eq!(
            keys(&json["layers"][0]),
            ["name", "output", "params", "deployed_params", "macs", "weight_bytes", "activation_bytes"]
        );
        assert_eq!(json["layers"][0]["output"], serde_json::json!({"channels": 3, "height": 32, "width": 32}));
    }

    #[test]
    fn the_table_is_aligned_and_fits_80_columns() {
        for name in ["pico", "mobilenet", "squeeze"] {
            let table = estimate(name, Precision::Int8).table(80);
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
    fn names_are_cut_where_the_screen_is_narrow() {
        let table = estimate("pico", Precision::Float).table(46);
        assert!(table.contains("block0.…"), "{table}");
    }

    #[test]
    fn digits_come_in_threes() {
        for (value, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(value), text);
        }
    }
}
