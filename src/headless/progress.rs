//! What a training shows while it runs: bars on a terminal, lines elsewhere, objects for machines.

use super::console::Console;
use crate::data;
use crate::train::{BatchProgress, Control, End, EpochMetrics, Observer, Start, Validation};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The observer that suits `console`, after `others`.
pub fn observer(console: Console, mut others: Vec<Box<dyn Observer>>) -> Box<dyn Observer> {
    others.push(if console.is_json() {
        Box::new(Objects(console))
    } else if console.has_bars() {
        Box::new(Bars::new(console))
    } else {
        Box::new(Lines { console, epochs: 0 })
    });
    Box::new(All(others))
}

/// Several observers, called in their order.
struct All(Vec<Box<dyn Observer>>);

impl Observer for All {
    fn decoded(&mut self, done: usize, total: usize) {
        self.0.iter_mut().for_each(|observer| observer.decoded(done, total));
    }
    fn start(&mut self, start: &Start) {
        self.0.iter_mut().for_each(|observer| observer.start(start));
    }
    fn batch(&mut self, progress: &BatchProgress) {
        self.0.iter_mut().for_each(|observer| observer.batch(progress));
    }
    fn epoch(&mut self, metrics: &EpochMetrics, validation: Validation<'_>) {
        self.0.iter_mut().for_each(|observer| observer.epoch(metrics, validation));
    }
    fn paused(&mut self, paused: bool) {
        self.0.iter_mut().for_each(|observer| observer.paused(paused));
    }
    fn end(&mut self, end: &End) {
        self.0.iter_mut().for_each(|observer| observer.end(end));
    }
}

/// Passes the progress of decoding, which comes from many threads, to an observer.
pub struct Decoding<'a> {
    observer: Mutex<(&'a mut dyn Observer, usize)>,
    control: &'a Control,
}

impl<'a> Decoding<'a> {
    /// Tells `observer`; `control` cancels.
    pub fn new(observer: &'a mut dyn Observer, control: &'a Control) -> Self {
        Self { observer: Mutex::new((observer, 0)), control }
    }
}

impl data::Progress for Decoding<'_> {
    fn decoded(&self, done: usize, total: usize) {
        let mut guard = self.observer.lock().unwrap_or_else(PoisonError::into_inner);
        let (observer, shown) = &mut *guard;
        // Threads overtake each other; what is shown only rises.
        if done > *shown || done == total {
            *shown = done;
            observer.decoded(done, total);
        }
    }

    fn cancelled(&self) -> bool {
        self.control.is_stopped()
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

/// `0:07`, `12:34`, `1:02:03`.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds / 3600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
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
    start: Option<Start>,
    begun: Instant,
}

impl Bars {
    fn new(console: Console) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
        Self { console, bar, start: None, begun: Instant::now() }
    }

    fn style(&self, template: &str) {
        // A template that does not parse leaves the plain bar.
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style.progress_chars("━╸─"));
        }
    }

    /// Time left, judging by the batches done since the start.
    fn left(&self, start: &Start, progress: &BatchProgress) -> Duration {
        let batches = |epochs: u32| f64::from(epochs) * start.batches as f64;
        let done = batches(progress.epoch - 1 - start.done.min(progress.epoch - 1)) + progress.batch as f64;
        let left = batches(start.epochs - start.done.min(start.epochs)) - done;
        Duration::from_secs_f64((self.begun.elapsed().as_secs_f64() / done.max(1.0) * left).max(0.0))
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

    fn start(&mut self, start: &Start) {
        introduce(self.console, start);
        self.begun = Instant::now();
        self.start = Some(start.clone());
        self.bar = ProgressBar::with_draw_target(Some(start.batches as u64), ProgressDrawTarget::stderr_with_hz(10));
        self.style("{prefix} {wide_bar:.cyan/dim} {msg}");
    }

    fn batch(&mut self, progress: &BatchProgress) {
        let Some(start) = &self.start else { return };
        self.bar.set_prefix(format!("epoch {}/{}", progress.epoch, start.epochs));
        self.bar.set_message(format!(
            "loss {:.4}  {:>5.1} % right  {:.0} images/s  {} left",
            progress.loss,
            100.0 * progress.accuracy,
            progress.images_per_second,
            clock(self.left(start, progress)),
        ));
        self.bar.set_position(progress.batch as u64);
    }

    fn epoch(&mut self, metrics: &EpochMetrics, _: Validation<'_>) {
        let epochs = self.start.as_ref().map_or(0, |start| start.epochs);
        self.bar.suspend(|| self.console.say(&line(metrics, epochs)));
    }

    fn paused(&mut self, paused: bool) {
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

    #[test]
    fn times_are_read_as_on_a_clock() {
        assert_eq!([7, 754, 3723].map(|s| clock(Duration::from_secs(s))), ["0:07", "12:34", "1:02:03"]);
    }
}
