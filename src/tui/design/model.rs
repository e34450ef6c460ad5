//! The network of a configuration and its costs: everything that the screen shows, computed
//! at once from the text.

use super::cells::{self, Row};
use crate::config::{ConfigFile, Diagnostics, KeyPath, NumClasses};
use crate::graph::Graph;
use crate::plan::{Board, Boards, Estimate, Verdict};
use std::sync::Arc;

/// A network that holds together.
#[derive(Debug, Clone)]
pub struct Model {
    /// The configuration.
    pub spec: ConfigFile,
    /// What they cost.
    pub estimate: Estimate,
    /// The board it is meant for.
    pub board: Option<Board>,
    /// Whether it fits each board.
    pub verdicts: Vec<Verdict>,
    /// The rows of its table.
    pub rows: Arc<[Row]>,
}

/// How many classes an `auto` stands for until the data's own are known.
const UNKNOWN_CLASSES: usize = 10;

impl Model {
    /// As [`Self::of`], for the `text` of `file`.
    ///
    /// # Errors
    /// As [`Self::of`]; errors of syntax.
    #[cfg(test)]
    pub fn parse(file: &str, text: &str, classes: Option<usize>, boards: &Boards) -> Result<Self, Diagnostics> {
        Self::of(ConfigFile::parse(file, text, &[])?, classes, boards)
    }

    /// The network that `spec` describes; `classes` is the number of classes of the data, if known.
    ///
    /// # Errors
    /// Its errors, with their positions.
    pub fn of(spec: ConfigFile, classes: Option<usize>, boards: &Boards) -> Result<Self, Diagnostics> {
        let classes = match spec.config.model.num_classes {
            NumClasses::Count(count) => count as usize,
            NumClasses::Auto(_) => classes.unwrap_or(UNKNOWN_CLASSES),
        };
        let graph = Graph::of_file(&spec, classes)?;
        let board = match spec.config.target.board.as_str() {
            "" => None,
            id => Some(boards.get(id).cloned().map_err(|error| {
                let help = Some(error.help.clone());
                Diagnostics(vec![spec.diagnose(&KeyPath::of("target.board"), error.to_string(), help)])
            })?),
        };
        let export = &spec.config.export;
        let estimate = Estimate::of(&graph, export.precision, export.plan);
        let verdicts = boards.0.iter().map(|board| board.verdict(&estimate)).collect();
        let rows = cells::rows(&spec.config, &graph, &estimate).into();
        Ok(Self { spec, estimate, board, verdicts, rows })
    }

    /// Where the images come from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.spec.config.data.source
    }

    /// Whether it fits the board it is meant for; `None` where none is named.
    #[must_use]
    pub fn verdict(&self) -> Option<&Verdict> {
        let board = self.board.as_ref()?;
        self.verdicts.iter().find(|verdict| verdict.id == board.id)
    }
}
