//! The command line.

use crate::config::{Edit, PRESETS, Value};
#[cfg(feature = "tui")]
use crate::headless::threads;
use crate::headless::{Request, Split};
use crate::jobs::Folders;
#[cfg(feature = "tui")]
use crate::runs::Run;
#[cfg(feature = "tui")]
use crate::tui;
use clap::{ArgGroup, Parser};
use std::path::PathBuf;

/// Design, train and export MobileNet-like networks for microcontroller boards with a few kilobytes of memory
#[derive(Debug, Clone, Parser)]
#[command(
    version,
    long_about = None,
    max_term_width = 100,
    next_help_heading = "Options",
    disable_help_flag = true,
    disable_version_flag = true,
    override_usage = "micromobilenet [FILE.toml]                         start the workbench
       micromobilenet [FILE.toml] ACTION... [OPTIONS]     run actions without the workbench",
    after_help = AFTER,
    group = ArgGroup::new("for_a_board").args(["estimate", "export"]).multiple(true)
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that somebody may give")]
pub struct Cli {
    /// Show parameters, MACs, RAM and flash per layer, and which boards the network fits
    #[arg(long, help_heading = ACTIONS)]
    estimate: bool,
    /// Train with progress output; creates a run folder in runs/
    #[arg(long, help_heading = ACTIONS)]
    train: bool,
    /// Evaluate: accuracy, metrics per class, confusion matrix, worst mistakes
    #[arg(long, help_heading = ACTIONS)]
    evaluate: bool,
    /// Export a C++ header, an Arduino sketch and sample images
    #[arg(long, help_heading = ACTIONS)]
    export: bool,
    /// Classify images, or all images in a folder
    #[arg(long, value_name = "IMAGE|DIR", num_args = 1.., help_heading = ACTIONS)]
    predict: Vec<PathBuf>,
    /// Classify new images as they appear in a folder, until Ctrl-C; existing images are ignored
    #[arg(long, value_name = "DIR", help_heading = ACTIONS)]
    watch: Option<PathBuf>,
    /// Compare runs: a table, and a plot of their learning curves
    #[arg(long, value_name = "RUN", num_args = 1.., help_heading = ACTIONS)]
    report: Vec<PathBuf>,

    #[arg(value_name = "FILE.toml", conflicts_with = "config", help = "Same as --config FILE.toml")]
    file: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = about_config())]
    config: Option<PathBuf>,
    /// Data set: a folder with one sub-folder per class, IDX, CIFAR or npz files, or the name of a bundled set
    #[arg(long, value_name = "DIR|FILE|NAME")]
    data: Option<String>,
    /// Override a key of the configuration, for example train.epochs=5 or blocks.2.filters=8 (repeatable)
    #[arg(long, value_name = "KEY=VALUE", value_parser = Edit::parse)]
    set: Vec<Edit>,
    /// Target board. With --estimate: exit code 1 if the network does not fit. With --export: limits the
    /// sample images to its flash. Same as --set target.board=ID
    #[arg(long, value_name = "ID", requires = "for_a_board")]
    board: Option<String>,
    /// Run folder: written by --train, otherwise source of configuration and weights
    #[arg(long, value_name = "DIR")]
    run: Option<PathBuf>,
    /// Resume an interrupted training (the latest run, or --run DIR)
    #[arg(long, requires = "train")]
    resume: bool,
    /// Knowledge distillation: train with the predictions of this run as well as with the labels
    #[arg(long, value_name = "RUN", requires = "train", conflicts_with = "resume")]
    distill: Option<PathBuf>,
    /// Load weights from this file, by parameter name
    #[arg(long, value_name = "FILE.safetensors")]
    weights: Option<PathBuf>,
    /// Output folder of --export [default: ArduinoCode] and --report [default: runs/report]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Number of epochs, same as --set train.epochs=N; auto: derived from train.images_seen
    #[arg(long, value_name = "N|auto", value_parser = epochs)]
    epochs: Option<String>,
    /// Training seed, same as --set train.seed=N
    #[arg(long, value_name = "N")]
    seed: Option<u32>,
    /// With --train: train N times (2 to 100) with consecutive seeds, each in its own run folder
    /// (--run DIR: in DIR-seed0, DIR-seed1, …), and report mean and standard deviation of the accuracy
    #[arg(long, value_name = "N", requires = "train", value_parser = |text: &str| within(text, 2, 100))]
    seeds: Option<u16>,
    /// Number of threads [default: number of cores]
    #[arg(long, value_name = "N", value_parser = |text: &str| within(text, 1, 256))]
    threads: Option<u16>,
    /// Pause training at this processor temperature, in °C, until it is 5 °C cooler
    #[arg(long, value_name = "CELSIUS", value_parser = |text: &str| within(text, 40, 110))]
    max_temp: Option<u16>,
    /// Images to evaluate on: validation, test, train, or all labelled images, for example of another
    /// folder, which may have fewer classes: --data DIR --split all
    #[arg(long, value_enum, default_value_t, value_name = "SPLIT", hide_possible_values = true)]
    split: Split,
    /// Smoke test: one epoch on few images
    #[arg(long)]
    test: bool,
    /// Precision of estimate, evaluation, export and prediction, same as --set export.precision=… [default: int8]
    #[arg(long, value_name = "float|int8")]
    precision: Option<String>,
    /// Exit with 1, and export nothing, if int8 loses more accuracy than this fraction, for example 0.005
    #[arg(long, value_name = "FRACTION", value_parser = fraction)]
    max_accuracy_drop: Option<f64>,
    /// Export without checking the header. By default, if a C++ compiler is on the path, the header is
    /// compiled and run on samples and test images; if its outputs differ from those of the reference
    /// executor, the exit code is 1 and nothing is written
    #[arg(long, requires = "export")]
    no_check: bool,
    /// Print JSON lines on stdout, and nothing else
    #[arg(long)]
    json: bool,
    /// Do not start the workbench
    #[arg(long)]
    no_tui: bool,
    /// Verbose output; with --train, a profile at the end
    #[arg(short, long)]
    verbose: bool,
    /// Print this help
    #[arg(short, long, action = clap::ArgAction::Help)]
    help: Option<bool>,
    /// Print the version
    #[arg(short = 'V', long, action = clap::ArgAction::Version)]
    version: Option<bool>,
}

const ACTIONS: &str = "Actions, which can be combined and run in this order (--report only alone)";

const AFTER: &str = "\
Examples:
  micromobilenet --config micro --estimate
  micromobilenet --config nano --estimate --board uno-r3
  micromobilenet --config micro --data photos --epochs 60 --train --evaluate --export
  micromobilenet --train --resume
  micromobilenet --run runs/2026-01-31_14-05-09_micro --predict a.jpg b.jpg
  micromobilenet --run runs/2026-01-31_14-05-09_micro --watch camera --json
  micromobilenet --report runs/*

Exit codes: 0 success; 1 negative result (does not fit, accuracy drop too large) or failure;
2 wrong usage, configuration or data; 3 system error (output, disk, permission); 130 interrupted.";

impl Cli {
    /// The start options of the workbench, if no action is requested and stdin and stdout are a terminal.
    #[cfg(feature = "tui")]
    #[must_use]
    pub fn workbench(&self) -> Option<tui::Start> {
        use std::io::IsTerminal as _;
        let Self { estimate, train, evaluate, export, predict, watch, report, json, no_tui, .. } = self;
        let is_headless = *estimate || *train || *evaluate || *export || watch.is_some() || *json || *no_tui;
        if is_headless || !predict.is_empty() || !report.is_empty() {
            return None;
        }
        if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
            return None;
        }
        let of_run = self.run.as_ref().map(|run| run.join(Run::CONFIG));
        let request = self.clone().into_request();
        Some(tui::Start {
            config: request.config.or(of_run),
            overrides: request.overrides,
            folders: request.folders,
            threads: threads(request.threads),
            max_temperature: request.max_temperature,
        })
    }

    /// The options of the headless actions.
    #[must_use]
    pub fn into_request(self) -> Request {
        let mut overrides = self.set;
        overrides.extend(self.data.map(|source| Edit::set("data.source", source)));
        overrides.extend(self.epochs.map(|epochs| Edit::set("train.epochs", Value::parse(&epochs))));
        overrides.extend(self.seed.map(|seed| Edit::set("train.seed", i64::from(seed))));
        overrides.extend(self.precision.map(|precision| Edit::set("export.precision", precision)));
        Request {
            config: self.config.or(self.file),
            estimate: self.estimate,
            train: self.train,
            evaluate: self.evaluate,
            export: self.export,
            predict: self.predict,
            watch: self.watch,
            report: self.report,
            overrides,
            run: self.run,
            seeds: self.seeds,
            resume: self.resume,
            distill: self.distill,
            weights: self.weights,
            folders: Folders::default(),
            output: self.output,
            board: self.board,
            threads: self.threads.map(usize::from),
            max_temperature: self.max_temp.map(f64::from),
            max_accuracy_drop: self.max_accuracy_drop,
            no_check: self.no_check,
            split: self.split,
            test: self.test,
            json: self.json,
            verbose: self.verbose,
        }
    }
}

/// The help of `--config`.
fn about_config() -> String {
    let names = PRESETS.map(|(name, _)| name).join(", ");
    format!("Configuration file (./NAME, if it has the name of a preset), or a preset: {names}")
}

/// A whole number from `least` to `most`.
fn within(text: &str, least: u16, most: u16) -> Result<u16, String> {
    let range = format!("expected a whole number from {least} to {most}");
    let value: i64 = text.parse().map_err(|_| range.clone())?;
    let nearest = value.clamp(least.into(), most.into());
    match u16::try_from(nearest) {
        Ok(legal) if nearest == value => Ok(legal),
        _ => Err(format!("{range}; the nearest is {nearest}")),
    }
}

/// A number of epochs, or `auto`.
fn epochs(text: &str) -> Result<String, String> {
    let is_legal = text == "auto" || text.parse::<u32>().is_ok();
    if is_legal { Ok(text.to_owned()) } else { Err("expected a whole number or auto".to_owned()) }
}

/// A number from 0 to 1.
fn fraction(text: &str) -> Result<f64, String> {
    let value = text.parse().ok().filter(|value| (0.0..=1.0).contains(value));
    value.ok_or_else(|| "expected a fraction from 0 to 1, for example 0.005".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn short_options_become_overrides_behind_set() {
        assert!(Cli::try_parse_from(["micromobilenet", "--epochs", "auto"]).is_ok());
        assert!(Cli::try_parse_from(["micromobilenet", "--epochs", "many"]).is_err());
        let words = ["micromobilenet", "--set", "train.epochs=9", "--epochs", "3", "--data", "a \"b\"", "--seed", "7"];
        let request = Cli::parse_from(words).into_request();
        let overrides: Vec<String> = request.overrides.iter().map(ToString::to_string).collect();
        assert_eq!(overrides, ["train.epochs=9", "data.source=a \"b\"", "train.epochs=3", "train.seed=7"]);
    }
}
