//! What a training shows while it runs: bars on a terminal, lines elsewhere, objects for machines.

use super::console::Console;
use crate::escape;
use crate::jobs::{Pace, clock};
use crate::train::{BatchProgress, End, EpochMetrics, Observer, Start, Validation};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::path::Path;

/// The observer that suits `console`.
pub fn observer(console: Console) -> Box<dyn Observer> {
    if console.is_json() {
        Box::new(Objects(console))
    } else if console.has_bars() {
        Box::new(Bars::new(console))
    } else {
        Box::new(Lines { console, epochs: 0 })
    }
}

/// How wide the column of epochs is.
fn epoch_width(epochs: u32) -> usize {
    (2 * epochs.to_string().len() + 1).max("epoch".len())
}

/// The names above the lines of [`line()`].
fn heading(epochs: u32) -> String {
    let width = epoch_width(epochs);
    format!("{:>width$}    loss  val_loss  accuracy  val_accuracy  images/s  seconds", "epoch")
}

/// One line on an epoch.
fn line(metrics: &EpochMetrics, epochs: u32) -> String {
    let width = epoch_width(epochs);
    format!(
        "{:>width$}  {:>6.4}  {:>8.4}  {:>6.1} %  {:>10.1} %  {:>8.0}  {:>7.1}",
        format!("{}/{epochs}", metrics.epoch),
        metrics.loss,
        metrics.val_loss,
        100.0 * metrics.accuracy,
        100.0 * metrics.val_accuracy,
        metrics.images_per_second,
        metrics.seconds
    )
}

/// `1 epoch`, `2 epochs`.
fn count(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn begun(start: &Start) -> String {
    let resumed = match start.done {
        0 => String::new(),
        done if done >= start.epochs => ": all are done".to_owned(),
        done => format!("\nresumed after epoch {done}"),
    };
    format!(
        "training {}: {}, {}, {}, {}{resumed}",
        start.name,
        count(start.trainable, "parameter"),
        count(start.images as u64, "image"),
        count(start.threads as u64, "thread"),
        count(start.epochs.into(), "epoch"),
    )
}

/// Says where the run is.
fn name(console: Console, run: &Path) {
    console.say(&format!("run: {}", escape::terminal(&run.to_string_lossy())));
}

/// What is said before the first epoch.
fn introduce(console: Console, start: &Start) {
    console.say(&begun(start));
    if start.done < start.epochs {
        console.say(&heading(start.epochs));
    }
}

/// Lines, for logs and pipes.
struct Lines {
    console: Console,
    epochs: u32,
}

impl Observer for Lines {
    fn decoded(&mut self, done: usize, total: usize) {
        if done == total {
            self.console.note(&format!("read {total} images"));
        }
    }
    fn begun(&mut self, run: &Path) {
        name(self.console, run);
    }
    fn start(&mut self, start: &Start) {
        self.epochs = start.epochs;
        introduce(self.console, start);
    }
    fn batch(&mut self, _: &BatchProgress) {}
    fn epoch(&mut self, metrics: &EpochMetrics, _: Validation<'_>) {
        self.console.say(&line(metrics, self.epochs));
    }
    fn end(&mut self, _: &End) {}
}

/// Objects, for machines.
struct Objects(Console);

impl Observer for Objects {
    fn begun(&mut self, run: &Path) {
        self.0.object("run", json!({ "path": run }));
    }
    fn start(&mut self, _: &Start) {}
    fn batch(&mut self, _: &BatchProgress) {}
    fn epoch(&mut self, metrics: &EpochMetrics, _: Validation<'_>) {
        self.0.object("epoch", metrics);
    }
    fn end(&mut self, _: &End) {}
}

/// Bars, for a person at a terminal.
struct Bars {
    console: Console,
    bar: ProgressBar,
    epochs: u32,
    pace: Option<Pace>,
}

impl Bars {
    fn new(console: Console) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
        Self { console, bar, epochs: 0, pace: None }
    }

    fn style(&self, template: &str) {
        // A template that does not parse leaves the plain bar.
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style.progress_chars("━╸─"));
        }
    }
}

impl Observer for Bars {
    fn decoded(&mut self, done: usize, total: usize) {
        if self.bar.length() != Some(total as u64) {
            self.style("reading images {wide_bar:.cyan/dim} {pos}/{len}");
            self.bar.set_length(total as u64);
        }
        self.bar.set_position(done as u64);
        if done == total {
            self.bar.finish_and_clear();
        }
    }

    fn begun(&mut self, run: &Path) {
        name(self.console, run);
    }

    fn start(&mut self, start: &Start) {
        introduce(self.console, start);
        self.epochs = start.epochs;
        self.pace = Some(Pace::begin(start));
        self.bar = ProgressBar::with_draw_target(Some(start.batches as u64), ProgressDrawTarget::stderr_with_hz(10));
        self.style("{prefix} {wide_bar:.cyan/dim} {msg}");
    }

    fn batch(&mut self, progress: &BatchProgress) {
        let Some(pace) = &self.pace else { return };
        self.bar.set_prefix(format!("epoch {}/{}", progress.epoch, self.epochs));
        self.bar.set_message(format!(
            "loss {:.4}  {:>5.1} % right  {:.0} images/s  {} left",
            progress.loss,
            100.0 * progress.accuracy,
            progress.images_per_second,
            clock(pace.left(progress)),
        ));
        self.bar.set_position(progress.batch as u64);
    }

    fn epoch(&mut self, metrics: &EpochMetrics, _: Validation<'_>) {
        self.bar.suspend(|| self.console.say(&line(metrics, self.epochs)));
    }

    fn paused(&mut self, paused: bool) {
        if let Some(pace) = &mut self.pace {
            pace.paused(paused);
        }
        if paused {
            self.bar.set_message("paused");
        }
    }

    fn end(&mut self, _: &End) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_below_their_heading_in_80_columns() {
        for epochs in [3, 60, 1000, 100_000] {
            let metrics = EpochMetrics {
                epoch: epochs,
                loss: 0.5,
                accuracy: 1.0,
                val_loss: 12.25,
                val_accuracy: 0.5,
                lr: 0.1,
                images_per_second: 123_456.7,
                seconds: 9999.9,
            };
            let (heading, line) = (heading(epochs), line(&metrics, epochs));
            assert_eq!(heading.len(), line.len(), "{heading}\n{line}");
            assert!(line.len() < 80, "{line}");
        }
    }
}
