//! The network of a configuration and its estimated costs.

use super::cells::{self, Cell, Row};
use super::estimates::EstimateRequest;
use crate::config::{ConfigFile, Diagnostics, KeyPath, NumClasses};
use crate::graph::Graph;
use crate::plan::{Board, Boards, Estimate, Verdict};
use std::sync::{Arc, OnceLock};

/// A valid network.
#[derive(Debug, Clone)]
pub struct Model {
    /// The configuration.
    pub spec: ConfigFile,
    /// Its estimated costs; those of an earlier network while [`pending`](Self::pending) is set.
    pub estimate: Arc<Estimate>,
    /// The request for its own estimate, while that is being computed.
    pub pending: Option<EstimateRequest>,
    /// The target board.
    pub board: Option<Board>,
    /// Whether the network fits each board, by `estimate`.
    pub verdicts: Arc<[Verdict]>,
    /// The rows of the table.
    pub rows: Arc<[Row]>,
    graph: Arc<Graph>,
    /// The cells of the settings form, once they are shown.
    settings: OnceLock<Arc<[Cell]>>,
}

/// Number of classes to use for `auto` until that of the data is known.
pub const UNKNOWN_CLASSES: usize = 10;

impl Model {
    /// As [`Self::of`] without `last`, for the `text` of `file`.
    ///
    /// # Errors
    /// Those of [`Self::of`], and syntax errors.
    #[cfg(test)]
    pub fn parse(file: &str, text: &str, classes: Option<usize>, boards: &Boards) -> Result<Self, Diagnostics> {
        Self::of(ConfigFile::parse(file, text, &[])?, classes, boards, None)
    }

    /// The network that `spec` describes; `classes` is the number of classes of the data, if known. For a large
    /// network the costs of `last` are used, and [`pending`](Self::pending) requests the estimate from a worker.
    /// Without `last`, the costs are computed here.
    ///
    /// # Errors
    /// The errors of the configuration, with their positions.
    pub fn of(
        spec: ConfigFile,
        classes: Option<usize>,
        boards: &Boards,
        last: Option<&Self>,
    ) -> Result<Self, Diagnostics> {
        let classes = match spec.config.model.num_classes {
            NumClasses::Count(count) => count as usize,
            NumClasses::Auto(_) => classes.unwrap_or(UNKNOWN_CLASSES),
        };
        let graph = Arc::new(Graph::of_file(&spec, classes)?);
        let board = match spec.config.target.board.as_str() {
            "" => None,
            id => Some(boards.get(id).cloned().map_err(|error| {
                let help = Some(error.help.clone());
                Diagnostics(vec![spec.diagnose(&KeyPath::of("target.board"), error.to_string(), help)])
            })?),
        };
        let request = EstimateRequest::new(graph.clone(), &spec.config.export);
        if let Some(last) = last.filter(|_| request.is_slow()) {
            let rows = cells::rows(&spec.config, &graph, None).into();
            let (estimate, verdicts) = (last.estimate.clone(), last.verdicts.clone());
            return Ok(Self {
                spec,
                estimate,
                pending: Some(request),
                board,
                verdicts,
                rows,
                graph,
                settings: OnceLock::new(),
            });
        }
        let estimate = Arc::new(request.estimate());
        let rows = cells::rows(&spec.config, &graph, Some(&estimate)).into();
        let verdicts = verdicts(&estimate, boards);
        Ok(Self { spec, estimate, pending: None, board, verdicts, rows, graph, settings: OnceLock::new() })
    }

    /// Sets the costs to `estimate` if `request` is the pending one.
    pub fn take(&mut self, request: &EstimateRequest, estimate: &Arc<Estimate>, boards: &Boards) {
        if self.pending.as_ref() == Some(request) {
            self.pending = None;
            self.rows = cells::rows(&self.spec.config, &self.graph, Some(estimate)).into();
            self.verdicts = verdicts(estimate, boards);
            self.estimate = estimate.clone();
        }
    }

    /// The remark in titles above figures of [`estimate`](Self::estimate).
    #[must_use]
    pub const fn estimate_remark(&self) -> &'static str {
        if self.pending.is_some() { ", being estimated" } else { "" }
    }

    /// The cells of the settings form: all keys outside of the table of the network.
    #[must_use]
    pub fn settings(&self) -> Arc<[Cell]> {
        self.settings.get_or_init(|| cells::settings(&self.spec.config).into()).clone()
    }

    /// A name for each layer of the estimate: that of its row in the table.
    #[must_use]
    pub fn layer_labels(&self) -> Vec<String> {
        let last = |text: &str| text.rsplit('.').next().unwrap_or_default().to_owned();
        if self.pending.is_none() {
            return self.graph.ops.iter().map(|op| last(&op.place.to_string())).collect();
        }
        // The estimate is of another network, of which the names of layers are known.
        let block = |name: &str| name.split('.').next().unwrap_or_default().trim_start_matches("block").to_owned();
        self.estimate.layers.iter().map(|layer| block(&layer.name)).collect()
    }

    /// The source of the images.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.spec.config.data.source
    }

    /// Whether it fits the target board; `None` without a target board.
    #[must_use]
    pub fn verdict(&self) -> Option<&Verdict> {
        let board = self.board.as_ref()?;
        self.verdicts.iter().find(|verdict| verdict.id == board.id)
    }
}

fn verdicts(estimate: &Estimate, boards: &Boards) -> Arc<[Verdict]> {
    boards.0.iter().map(|board| board.verdict(estimate)).collect()
}
