//! Estimates the costs of a network, per layer and in total. The C++ export allocates exactly these sizes.

use super::arena::ArenaPicture;
use super::code::Pieces;
use super::flash::Tables;
use super::limits::{Limit, exceeded};
use super::program::Program;
use super::targets::{Family, TargetEstimate};
use crate::config::{Plan, Precision};
use crate::graph::{Graph, Shape};
use serde::Serialize;

/// Costs of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayerEstimate {
    /// Name of the operation, such as `block3.depthwise`.
    pub name: String,
    /// Shape of its output.
    pub output: Shape,
    /// Number of trainable parameter values.
    pub params: u64,
    /// Number of parameter values in the exported program, with batch norm folded.
    pub deployed_params: u64,
    /// Multiply-accumulate operations (MACs) for one image.
    pub macs: u64,
    /// Bytes of its weights and constants in flash.
    pub weight_bytes: u64,
    /// Bytes of its output feature map.
    pub activation_bytes: u64,
    /// Bytes of the arena in use while it runs, those of layers whose rows are computed together included. The
    /// largest is the arena.
    pub ram_bytes: u64,
}

/// Costs of a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// The layers, in order.
    pub layers: Vec<LayerEstimate>,
    /// Number of trainable parameter values.
    pub params: u64,
    /// Number of parameter values in the exported program, with batch norm folded.
    pub deployed_params: u64,
    /// Multiply-accumulate operations (MACs) for one image.
    pub macs: u64,
    /// Bytes of flash for weights and constants.
    pub weight_bytes: u64,
    /// Bytes of flash for all tables: weights, constants and the steps of the program.
    pub table_bytes: u64,
    /// Bytes of the largest of these tables that is one array.
    pub largest_array_bytes: u64,
    /// Bytes of the arena for row buffers and feature maps.
    pub peak_activation_bytes: u64,
    /// Bytes of RAM: the object that the header declares.
    pub ram_bytes: u64,
    /// The arithmetic of these costs.
    pub precision: Precision,
    /// The exceeded limit, if the network cannot be exported.
    pub limit: Option<Limit>,
    /// Names of the first and last layer of the segment with the peak use of the arena.
    pub peak_layers: String,
    /// Processor-specific costs, for each of [`Family::ALL`].
    pub targets: Vec<TargetEstimate>,
    /// The arena over time.
    pub arena: ArenaPicture,
}

impl Estimate {
    /// Estimates the costs of `graph`, folded or not, with this arithmetic and a memory plan for `goal`.
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
                params: op.trainable(),
                deployed_params: deployed.params().iter().map(|param| param.values() as u64).sum(),
                macs: op.macs(),
                weight_bytes: *bytes as u64,
                activation_bytes: (op.output.values() * program.value_bytes()) as u64,
                ram_bytes: program.bytes_during(op) as u64,
            })
            .collect();
        let pieces = Pieces::of(&folded, &program);
        let total = |of: fn(&LayerEstimate) -> u64| layers.iter().map(of).sum();
        let name = |step: usize| graph.ops[program.steps[step].op.0].name.as_str();
        let peak_layers = program.segments.get(program.peak).map_or_else(String::new, |peak| {
            let (first, last) = (name(peak.first), name(peak.end - 1));
            if first == last { first.to_owned() } else { format!("{first} to {last}") }
        });
        Self {
            params: total(|layer| layer.params),
            deployed_params: total(|layer| layer.deployed_params),
            macs: total(|layer| layer.macs),
            weight_bytes: total(|layer| layer.weight_bytes),
            table_bytes: tables.bytes() as u64,
            largest_array_bytes: tables.largest_array as u64,
            peak_activation_bytes: program.arena_bytes as u64,
            ram_bytes: program.object_bytes() as u64,
            precision,
            limit: exceeded(&folded, &program),
            peak_layers,
            targets: Family::ALL.map(|family| TargetEstimate::of(family, &pieces, tables.bytes() as u64)).to_vec(),
            arena: ArenaPicture::of(graph, &program),
            layers,
        }
    }

    /// Peak RAM on `family`, in bytes: the object and the stack.
    #[must_use]
    pub fn ram_and_stack(&self, family: Family) -> u64 {
        self.ram_bytes + self.on(family).stack_bytes
    }

    /// Bytes of the object beside the arena: results and row counters.
    #[must_use]
    pub const fn result_bytes(&self) -> u64 {
        self.ram_bytes.saturating_sub(self.peak_activation_bytes)
    }

    /// The costs on `family`.
    #[must_use]
    pub fn on(&self, family: Family) -> TargetEstimate {
        self.targets[family as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::tests::{build, graph_of};

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
    fn the_layer_with_the_most_ram_takes_the_whole_arena() {
        for (name, _) in crate::config::PRESETS {
            let graph = graph_of(name, 5);
            for (precision, goal) in [
                (Precision::Float, Plan::Smallest),
                (Precision::Float, Plan::LowestLatency),
                (Precision::Int8, Plan::Smallest),
                (Precision::Int8, Plan::LowestLatency),
            ] {
                let estimate = Estimate::of(&graph, precision, goal);
                let most = estimate.layers.iter().map(|layer| layer.ram_bytes).max();
                assert_eq!(most, Some(estimate.peak_activation_bytes), "{name}, {precision:?}, {goal:?}");
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
    fn meadow_takes_less_memory_than_micro_in_color_too() {
        let bytes = |overrides| {
            let graph = build("meadow", overrides, 5).unwrap();
            Estimate::of(&graph, Precision::Int8, Plan::Smallest).ram_bytes
        };
        let (gray, color) = (bytes(&[]), bytes(&["model.input.channels=3"]));
        assert!(gray < estimate("micro", Precision::Int8).ram_bytes && color <= gray, "{gray}, {color}");
    }

    #[test]
    fn json_has_the_fields_of_the_design() {
        let json = serde_json::to_value(estimate("pico", Precision::Int8)).unwrap();
        let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        for key in [
            "layers",
            "params",
            "deployed_params",
            "macs",
            "weight_bytes",
            "table_bytes",
            "peak_activation_bytes",
            "ram_bytes",
            "targets",
            "arena",
        ] {
            assert!(keys(&json).contains(&key.to_owned()), "{key}");
        }
        assert_eq!(keys(&json["targets"][0]), ["family", "code_bytes", "flash_bytes", "stack_bytes"]);
        assert_eq!(keys(&json["arena"]), ["bytes", "segments"]);
        assert_eq!(keys(&json["arena"]["segments"][0]), ["first", "last", "bytes", "regions"]);
        assert_eq!(keys(&json["arena"]["segments"][0]["regions"][0]), ["use", "at", "bytes"]);
        assert_eq!(
            keys(&json["layers"][0]),
            ["name", "output", "params", "deployed_params", "macs", "weight_bytes", "activation_bytes", "ram_bytes"]
        );
        assert_eq!(json["layers"][0]["output"], serde_json::json!({"channels": 3, "height": 32, "width": 32}));
    }
}
