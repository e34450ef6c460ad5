//! Training progress: bars on a terminal, lines elsewhere, JSON objects for programs.

use super::console::Console;
use crate::escape;
use crate::jobs::{Pace, clock};
use crate::sensors::celsius;
use crate::text::counted;
use crate::text::fixed;
use crate::train::{BatchProgress, End, EpochMetrics, Observer, Start, Thermal, Validation};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use serde_json::json;
use std::path::Path;

/// The observer for `console`.
pub fn observer(console: Console) -> Box<dyn Observer> {
    if console.is_json() {
        Box::new(Objects { console, heat: ThermalMessages::new(console) })
    } else if console.has_bars() {
        Box::new(Bars::new(console))
    } else {
        Box::new(Lines { console, heat: ThermalMessages::new(console), epochs: 0 })
    }
}

/// Width of the epoch column.
fn epoch_width(epochs: u32) -> usize {
    (2 * epochs.to_string().len() + 1).max("epoch".len())
}

/// The header of the lines of [`line()`].
fn heading(epochs: u32) -> String {
    let width = epoch_width(epochs);
    format!("{:>width$}    loss  val_loss  accuracy  val_accuracy  images/s  seconds", "epoch")
}

/// The line of an epoch.
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

fn begun(start: &Start) -> String {
    let resumed = match start.done {
        0 => String::new(),
        done if done >= start.epochs => ": all are done".to_owned(),
        done => format!("\nresumed after epoch {done}"),
    };
    format!(
        "training {}: {}, {}, {}, {}{resumed}",
        start.name,
        counted(start.trainable, "parameter"),
        counted(start.images as u64, "image"),
        counted(start.threads as u64, "thread"),
        counted(start.epochs, "epoch"),
    )
}

/// Prints the run folder.
fn name(console: Console, run: &Path) {
    console.say(&format!("run: {}", escape::terminal(&run.to_string_lossy())));
}

/// Prints the introduction before the first epoch.
fn introduce(console: Console, start: &Start) {
    console.say(&begun(start));
    if start.done < start.epochs {
        console.say(&heading(start.epochs));
    }
}

/// Messages about temperature and throttling of the processor.
struct ThermalMessages {
    console: Console,
    /// State at the last call; `None` before the first.
    state: Option<Thermal>,
}

impl ThermalMessages {
    const fn new(console: Console) -> Self {
        Self { console, state: None }
    }

    fn temperature(&self) -> Option<f64> {
        self.state.and_then(|state| state.temperature)
    }

    /// Prints changes of the state.
    fn report(&mut self, state: &Thermal) {
        let before = self.state.replace(*state);
        if before.is_none() && !state.throttling.so_far().is_empty() {
            self.console.detail(&format!("since the board was started: {}", state.throttling.so_far()));
        }
        for note in changes(&before.unwrap_or_default(), state) {
            self.console.note(&note);
        }
    }

    /// Prints the temperature at the end of an epoch if output is verbose.
    fn epoch(&self, epoch: u32) {
        if let Some(temperature) = self.temperature() {
            self.console.detail(&format!("epoch {epoch}: {} °C", fixed(temperature, 1)));
        }
    }
}

/// The messages for a change from `before` to `now`.
fn changes(before: &Thermal, now: &Thermal) -> Vec<String> {
    let mut notes = Vec::new();
    let (was, is) = (before.throttling.now(), now.throttling.now());
    if was != is {
        notes.push(if is.is_empty() { format!("no longer throttled: {was}") } else { format!("throttled: {is}") });
    }
    let temperature = now.temperature.map_or_else(|| "temperature unknown".to_owned(), celsius);
    match (before.cooling_to, now.cooling_to) {
        (None, Some(to)) => {
            notes.push(format!("{temperature}: training paused until the processor has cooled to {}", celsius(to)));
        }
        (Some(_), None) => notes.push(format!("{temperature}: training resumed")),
        _ => {}
    }
    notes
}

/// Lines, for logs and pipes.
struct Lines {
    console: Console,
    heat: ThermalMessages,
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
    fn warning(&mut self, text: &str) {
        self.console.warn(text);
    }
    fn start(&mut self, start: &Start) {
        self.epochs = start.epochs;
        introduce(self.console, start);
    }
    fn batch(&mut self, _: &BatchProgress) {}
    fn epoch(&mut self, metrics: &EpochMetrics, _: Validation<'_>) {
        self.console.say(&line(metrics, self.epochs));
        self.heat.epoch(metrics.epoch);
    }
    fn thermal(&mut self, state: &Thermal) {
        self.heat.report(state);
    }
    fn end(&mut self, _: &End) {}
}

/// Objects, for machines.
struct Objects {
    console: Console,
    heat: ThermalMessages,
}

/// The fields of an epoch's object.
#[derive(Serialize)]
struct Epoch<'a> {
    #[serde(flatten)]
    metrics: &'a EpochMetrics,
    /// In °C, if there is a sensor.
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
}

impl Observer for Objects {
    fn begun(&mut self, run: &Path) {
        self.console.object("run", json!({ "path": run }));
    }
    fn warning(&mut self, text: &str) {
        self.console.warn(text);
    }
    fn start(&mut self, _: &Start) {}
    fn batch(&mut self, _: &BatchProgress) {}
    fn epoch(&mut self, metrics: &EpochMetrics, _: Validation<'_>) {
        self.console.object("epoch", Epoch { metrics, temperature: self.heat.temperature() });
    }
    fn thermal(&mut self, state: &Thermal) {
        self.heat.report(state);
    }
    fn end(&mut self, _: &End) {}
}

/// Bars, for a person at a terminal.
struct Bars {
    console: Console,
    bar: ProgressBar,
    heat: ThermalMessages,
    epochs: u32,
    pace: Option<Pace>,
}

impl Bars {
    fn new(console: Console) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
        Self { console, bar, heat: ThermalMessages::new(console), epochs: 0, pace: None }
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
    fn warning(&mut self, text: &str) {
        self.console.warn(text);
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
            "loss {:.4}  accuracy {:>5.1} %  {:.0} images/s  {} left",
            progress.loss,
            100.0 * progress.accuracy,
            progress.images_per_second,
            clock(pace.left(progress)),
        ));
        self.bar.set_position(progress.batch as u64);
    }

    fn epoch(&mut self, metrics: &EpochMetrics, _: Validation<'_>) {
        self.bar.suspend(|| {
            self.console.say(&line(metrics, self.epochs));
            self.heat.epoch(metrics.epoch);
        });
    }

    fn paused(&mut self, paused: bool) {
        if let Some(pace) = &mut self.pace {
            pace.paused(paused);
        }
        if paused {
            self.bar.set_message("paused");
        }
    }

    fn thermal(&mut self, state: &Thermal) {
        if let Some(pace) = &mut self.pace {
            pace.thermal(state);
        }
        self.bar.suspend(|| self.heat.report(state));
        if let Some(to) = state.cooling_to {
            self.bar.set_message(format!("cooling to {}", celsius(to)));
        }
    }

    fn end(&mut self, _: &End) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensors::Throttling;

    #[test]
    fn heat_is_told_when_it_begins_and_when_it_ends() {
        let calm = Thermal { temperature: Some(61.2), ..Thermal::default() };
        let weak = Thermal { throttling: Throttling(0x1_0001), ..calm };
        let cooling = Thermal { temperature: Some(82.0), cooling_to: Some(75.0), ..weak };
        assert_eq!(changes(&Thermal::default(), &calm), <[String; 0]>::default());
        assert_eq!(changes(&calm, &weak), ["throttled: under-voltage"]);
        assert_eq!(changes(&weak, &cooling), ["82 °C: training paused until the processor has cooled to 75 °C"]);
        assert_eq!(changes(&cooling, &Thermal { temperature: Some(78.0), ..cooling }), <[String; 0]>::default());
        let over = ["no longer throttled: under-voltage", "61 °C: training resumed"];
        assert_eq!(changes(&cooling, &calm), over);
        let silent = Thermal { temperature: None, cooling_to: None, ..cooling };
        assert_eq!(changes(&cooling, &silent), ["temperature unknown: training resumed"]);
    }

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
