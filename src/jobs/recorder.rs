//! Updates of a run folder during training.

use super::keeper::Keeper;
use crate::runs::{self, Run, RunError, RunInfo};
use crate::train::{BatchProgress, Control, End, EpochMetrics, Observer, Selection, Start, Thermal, Validation};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The interval at which the files of the run are looked for during an epoch.
const LOOK: Duration = Duration::from_secs(1);

/// Writes the metrics of every epoch into the run folder, then notifies the front end. Training stops if writing
/// fails.
pub(super) struct Recorder<'a> {
    pub run: &'a Run,
    /// The contents of `run.json`.
    pub info: RunInfo,
    /// The selection of the best epoch.
    pub selection: Selection,
    /// The metrics of the completed epochs.
    pub history: Vec<EpochMetrics>,
    /// The disk of the run folder.
    pub keeper: Arc<Keeper>,
    /// When the files were last looked for.
    pub looked: Instant,
    pub control: &'a Control,
    /// The error of the first write that failed.
    pub failure: Option<RunError>,
    pub front: Box<dyn Observer>,
}

impl Recorder<'_> {
    /// Writes the files anew that have vanished, and tells the front end. While that fails, training continues in
    /// memory.
    pub fn ensure_files(&mut self) {
        let _ = self.keeper.ensure();
        for message in self.keeper.take_messages() {
            self.front.warning(&message);
        }
        self.looked = Instant::now();
    }

    /// Adds the last epoch to the run folder.
    fn write_epoch(&mut self, last: &EpochMetrics) -> Result<(), RunError> {
        self.ensure_files();
        let path = self.run.file(Run::METRICS);
        runs::metrics::append(&*self.keeper, &path, last)?;
        // Where the table was missing, it has only the last row now.
        if self.keeper.lines(&path) != self.history.len() + 1 {
            runs::metrics::rewrite(&*self.keeper, &path, &self.history)?;
        }
        self.keeper.save(&self.info)
    }
}

impl Observer for Recorder<'_> {
    fn decoded(&mut self, done: usize, total: usize) {
        self.front.decoded(done, total);
    }

    fn begun(&mut self, run: &Path) {
        self.front.begun(run);
    }

    fn warning(&mut self, text: &str) {
        self.front.warning(text);
    }

    fn start(&mut self, start: &Start) {
        self.front.start(start);
    }

    fn batch(&mut self, progress: &BatchProgress) {
        if self.looked.elapsed() >= LOOK {
            self.ensure_files();
        }
        self.front.batch(progress);
    }

    fn epoch(&mut self, metrics: &EpochMetrics, validation: Validation<'_>) {
        self.history.push(*metrics);
        self.info.record(&self.history, &self.selection);
        if let Err(error) = self.write_epoch(metrics) {
            self.failure.get_or_insert(error);
            self.control.stop();
        }
        self.front.epoch(metrics, validation);
    }

    fn paused(&mut self, paused: bool) {
        self.front.paused(paused);
    }

    fn thermal(&mut self, state: &Thermal) {
        self.front.thermal(state);
    }

    fn end(&mut self, end: &End) {
        self.ensure_files();
        self.info.end(end);
        self.front.end(end);
    }
}
