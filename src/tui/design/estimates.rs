//! Requests for estimates of large networks, which a worker computes in the background.

use crate::config::{Export, Plan, Precision};
use crate::graph::Graph;
use crate::plan::Estimate;
use std::sync::Arc;

/// Maximum number of operations of a network whose costs are estimated within a keystroke. `cargo bench --bench plan`
/// times networks on both sides of it: with 30 and with 100 blocks.
const MAX_IMMEDIATE_OPS: usize = 100;

/// A request to estimate the costs of a network. Two requests are equal if one is a clone of the other.
#[derive(Debug, Clone)]
pub struct EstimateRequest {
    graph: Arc<Graph>,
    precision: Precision,
    plan: Plan,
}

impl EstimateRequest {
    /// The request for `graph`, exported by the settings in `export`.
    #[must_use]
    pub const fn new(graph: Arc<Graph>, export: &Export) -> Self {
        Self { graph, precision: export.precision, plan: export.plan }
    }

    /// Whether the estimate may take longer than a frame.
    #[must_use]
    pub fn is_slow(&self) -> bool {
        self.graph.ops.len() > MAX_IMMEDIATE_OPS
    }

    /// Computes the estimate.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        Estimate::of(&self.graph, self.precision, self.plan)
    }
}

impl PartialEq for EstimateRequest {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.graph, &other.graph)
    }
}
