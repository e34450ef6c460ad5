//! The network of a configuration and its costs.

use super::cells::{self, Row};
use super::estimates::EstimateRequest;
use crate::config::{ConfigFile, Diagnostics, KeyPath, NumClasses};
use crate::graph::Graph;
use crate::plan::{Board, Boards, Estimate, Verdict};
use std::sync::Arc;

/// A valid network.
#[derive(Debug, Clone)]
pub struct Model {
    /// The configuration.
    pub spec: ConfigFile,
    /// Its costs. While [`pending`](Self::pending) is set, those of an earlier network.
    pub estimate: Arc<Estimate>,
    /// The estimate of its own costs, if that is still being computed.
    pub pending: Option<EstimateRequest>,
    /// The board it is meant for.
    pub board: Option<Board>,
    /// Whether `estimate` fits each board.
    pub verdicts: Arc<[Verdict]>,
    /// The rows of its table.
    pub rows: Arc<[Row]>,
    graph: Arc<Graph>,
}

/// Number of classes that an `auto` stands for until those of the data are known.
const UNKNOWN_CLASSES: usize = 10;

impl Model {
    /// As [`Self::of`], for the `text` of `file`; the costs are always its own.
    ///
    /// # Errors
    /// As [`Self::of`]; errors of syntax.
    #[cfg(test)]
    pub fn parse(file: &str, text: &str, classes: Option<usize>, boards: &Boards) -> Result<Self, Diagnostics> {
        Self::of(ConfigFile::parse(file, text, &[])?, classes, boards, None)
    }

    /// The network that `spec` describes; `classes` is the number of classes of the data, if known. The costs of a
    /// large network are left to be computed by whoever performs the request in [`pending`](Self::pending), and
    /// those of `last` stand in for them. Without `last` they are computed here.
    ///
    /// # Errors
    /// Its errors, with their positions.
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
            return Ok(Self { spec, estimate, pending: Some(request), board, verdicts, rows, graph });
        }
        let estimate = Arc::new(request.estimate());
        let rows = cells::rows(&spec.config, &graph, Some(&estimate)).into();
        let verdicts = verdicts(&estimate, boards);
        Ok(Self { spec, estimate, pending: None, board, verdicts, rows, graph })
    }

    /// Takes `estimate` if it is the pending one.
    pub fn take(&mut self, request: &EstimateRequest, estimate: &Arc<Estimate>, boards: &Boards) {
        if self.pending.as_ref() == Some(request) {
            self.pending = None;
            self.rows = cells::rows(&self.spec.config, &self.graph, Some(estimate)).into();
            self.verdicts = verdicts(estimate, boards);
            self.estimate = estimate.clone();
        }
    }

    /// Where the images come from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.spec.config.data.source
    }

    /// Whether it fits the board it is meant for; `None` if it is meant for none.
    #[must_use]
    pub fn verdict(&self) -> Option<&Verdict> {
        let board = self.board.as_ref()?;
        self.verdicts.iter().find(|verdict| verdict.id == board.id)
    }
}

fn verdicts(estimate: &Estimate, boards: &Boards) -> Arc<[Verdict]> {
    boards.0.iter().map(|board| board.verdict(estimate)).collect()
}
