//! `run.json`: settings, machine, status and results of a run.

use crate::format;
use crate::text::fnv1a_hex;
use crate::train::{End, EpochMetrics, Selection};
use jiff::{Timestamp, Unit};
use serde::{Deserialize, Serialize};
use std::fs;

/// The value of `program` in every `run.json` of this program.
pub(super) const PROGRAM: &str = "micromobilenet";

/// Status of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// Training, or killed while training.
    #[default]
    Running,
    /// All epochs are done, or early stopping ended training.
    Finished,
    /// Stopped by the user.
    Stopped,
    /// The loss became NaN or infinite.
    Diverged,
    /// Ended by an error.
    Failed,
    /// Interrupted by Ctrl-C, or `Running` in the file while no process holds the lock.
    Interrupted,
}

impl Status {
    /// The name in `run.json`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Stopped => "stopped",
            Self::Diverged => "diverged",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// The images of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DataInfo {
    /// The source as given in the configuration or by `--data`.
    pub source: String,
    /// Hash of all images, labels and the split.
    pub fingerprint: String,
    /// Training images.
    pub train: usize,
    /// Validation images.
    pub validation: usize,
}

/// The machine of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Host {
    /// Operating system: `linux`, `macos`, `windows`.
    pub os: String,
    /// Architecture: `x86_64`, `aarch64`.
    pub arch: String,
    /// Name of the processor; empty if unknown.
    pub cpu: String,
    /// Number of threads.
    pub threads: usize,
}

impl Host {
    /// This machine, training with `threads` threads.
    #[must_use]
    pub fn here(threads: usize) -> Self {
        Self { os: std::env::consts::OS.into(), arch: std::env::consts::ARCH.into(), cpu: processor(), threads }
    }
}

/// Name of the processor (or, on boards that do not name it, of the board) from Linux.
fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |wanted: &str| {
        let line = text.lines().find(|line| line.split(':').next().is_some_and(|key| key.trim() == wanted))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    ["model name", "Model", "Hardware"].into_iter().find_map(field).unwrap_or_default()
}

/// Metrics of one epoch, for `best` and `last`. A value that is not finite is `null` in the file and NaN here.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EpochSummary {
    /// The epoch, from 1.
    pub epoch: u32,
    /// Validation accuracy, 0 to 1.
    #[serde(with = "nullable")]
    pub val_accuracy: f64,
    /// Mean validation loss.
    #[serde(with = "nullable")]
    pub val_loss: f64,
    /// Training accuracy, 0 to 1.
    #[serde(with = "nullable")]
    pub accuracy: f64,
    /// Mean training loss.
    #[serde(with = "nullable")]
    pub loss: f64,
}

impl From<&EpochMetrics> for EpochSummary {
    fn from(row: &EpochMetrics) -> Self {
        let EpochMetrics { epoch, val_accuracy, val_loss, accuracy, loss, .. } = *row;
        Self { epoch, val_accuracy, val_loss, accuracy, loss }
    }
}

/// JSON has no NaN: values that are not finite are written as `null`.
mod nullable {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub fn serialize<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
        value.is_finite().then_some(*value).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        Ok(Option::deserialize(from)?.unwrap_or(f64::NAN))
    }
}

/// The content of `run.json`. Unknown keys, perhaps of a later version, are ignored when reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunInfo {
    /// Always `micromobilenet`; identifies run folders of this program.
    pub program: String,
    /// [`format::RUN`]; 1 if absent.
    pub format: u32,
    /// Program version that trained the run.
    pub version: String,
    /// The model's name.
    pub name: String,
    /// The training seed.
    pub seed: u32,
    /// The images.
    pub data: DataInfo,
    /// Number of classes.
    pub classes: usize,
    /// The machine.
    pub host: Host,
    /// Start time.
    pub started: Timestamp,
    /// End time; absent while training.
    pub ended: Option<Timestamp>,
    /// Status.
    pub status: Status,
    /// The reason why it ended, if there is more to say than the status does.
    pub reason: Option<String>,
    /// Number of completed epochs.
    pub epochs_done: u32,
    /// The epoch whose weights are kept as best.
    pub best: Option<EpochSummary>,
    /// The last epoch.
    pub last: Option<EpochSummary>,
    /// [`config_hash`] of `config.toml`.
    pub config_hash: String,
}

impl Default for RunInfo {
    fn default() -> Self {
        Self {
            program: PROGRAM.into(),
            format: format::RUN,
            version: env!("CARGO_PKG_VERSION").into(),
            name: String::new(),
            seed: 0,
            data: DataInfo::default(),
            classes: 0,
            host: Host::default(),
            started: Timestamp::UNIX_EPOCH,
            ended: None,
            status: Status::Running,
            reason: None,
            epochs_done: 0,
            best: None,
            last: None,
            config_hash: String::new(),
        }
    }
}

impl RunInfo {
    /// Updates the epoch count, the last epoch, and the best epoch according to `selection`.
    pub fn record(&mut self, history: &[EpochMetrics], selection: &Selection) {
        self.best = selection.kept(history).as_ref().map(EpochSummary::from);
        self.last = history.last().map(EpochSummary::from);
        self.epochs_done = history.last().map_or(0, |row| row.epoch);
    }

    /// Sets status, reason and end time.
    pub fn end(&mut self, end: &End) {
        (self.status, self.reason) = match end {
            End::Finished => (Status::Finished, None),
            End::NoProgress { epochs } => (Status::Finished, Some(format!("no improvement for {epochs} epochs"))),
            End::Stopped => (Status::Stopped, None),
            End::Diverged { epoch, batch } => {
                (Status::Diverged, Some(format!("the loss was NaN or infinite at batch {batch} of epoch {epoch}")))
            }
            End::Failed(why) => (Status::Failed, Some(why.clone())),
        };
        self.ended = Some(now());
    }
}

/// The current time, to the millisecond.
#[must_use]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Millisecond).unwrap_or(now)
}

/// 64-bit FNV-1a hash of the text of a configuration, as 16 hexadecimal digits. Not collision-resistant against
/// deliberate manipulation.
#[must_use]
pub fn config_hash(text: &str) -> String {
    fnv1a_hex(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_that_are_not_finite_survive_a_trip_through_json() {
        let reached =
            EpochSummary { epoch: 3, val_accuracy: 0.5, val_loss: f64::NAN, accuracy: 0.25, loss: f64::NEG_INFINITY };
        let text = serde_json::to_string(&reached).unwrap();
        assert_eq!(text, r#"{"epoch":3,"val_accuracy":0.5,"val_loss":null,"accuracy":0.25,"loss":null}"#);
        let back: EpochSummary = serde_json::from_str(&text).unwrap();
        assert!(back.val_loss.is_nan() && back.loss.is_nan());
        assert_eq!((back.epoch, back.val_accuracy), (3, 0.5));
    }

    #[test]
    fn best_is_what_the_selection_keeps_and_last_the_last() {
        let row = |epoch, val_accuracy| EpochMetrics {
            epoch,
            loss: 1.0,
            accuracy: 0.5,
            val_loss: 1.0,
            val_accuracy,
            lr: 0.1,
            images_per_second: 1.0,
            seconds: 1.0,
        };
        let mut info = RunInfo::default();
        let history = [row(1, 0.25), row(2, f64::NAN), row(3, 0.75), row(4, 0.6)];
        for (done, expected) in [(1, Some(1)), (2, Some(1)), (3, Some(3)), (4, Some(3))] {
            info.record(&history[..done], &Selection::default());
            assert_eq!(info.best.map(|best| best.epoch), expected, "epoch {done}");
            assert_eq!((info.epochs_done, info.last.unwrap().epoch), (done as u32, done as u32));
        }
    }

    #[test]
    fn every_end_has_its_status() {
        for (end, status, reason) in [
            (End::Finished, Status::Finished, None),
            (End::NoProgress { epochs: 5 }, Status::Finished, Some("for 5 epochs")),
            (End::Stopped, Status::Stopped, None),
            (End::Diverged { epoch: 2, batch: 7 }, Status::Diverged, Some("batch 7 of epoch 2")),
            (End::Failed("disk full".into()), Status::Failed, Some("disk full")),
        ] {
            let mut info = RunInfo::default();
            info.end(&end);
            assert_eq!(info.status, status);
            assert_eq!(info.reason.is_some(), reason.is_some());
            assert!(info.reason.unwrap_or_default().contains(reason.unwrap_or_default()));
            assert!(info.ended.is_some());
        }
    }

    #[test]
    fn the_hash_is_the_published_fnv_1a() {
        assert_eq!(config_hash(""), "cbf29ce484222325");
        assert_eq!(config_hash("foobar"), "85944171f73967e8");
    }

    #[test]
    fn keys_of_a_later_version_are_no_error() {
        let info: RunInfo = serde_json::from_str(r#"{"program":"micromobilenet","new":{"a":1},"seed":7}"#).unwrap();
        assert_eq!(info.seed, 7);
    }
}
