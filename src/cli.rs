//! The command line.

use crate::config::{Edit, PRESETS, Value};
#[cfg(feature = "tui")]
use crate::headless::{DEFAULT_CONFIG, threads};
use crate::headless::{Request, Split};
use crate::jobs::Folders;
#[cfg(feature = "tui")]
use crate::runs::Run;
#[cfg(feature = "tui")]
use crate::tui;
use clap::{ArgGroup, Parser};
use std::path::PathBuf;

/// Design, train and export MobileNet-like networks for boards with a few kilobytes of memory.
#[derive(Debug, Clone, Parser)]
#[command(
    version,
    long_about = None,
    max_term_width = 100,
    next_help_heading = "Options",
    disable_help_flag = true,
    disable_version_flag = true,
    override_usage = "micromobilenet [FILE.toml]                         the workbench
       micromobilenet [FILE.toml] ACTION... [OPTIONS]     without a screen",
    after_help = AFTER,
    group = ArgGroup::new("for_a_board").args(["estimate", "export"]).multiple(true)
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that somebody may give")]
pub struct Cli {
    /// Show what every layer costs, and which boards the network fits
    #[arg(long, help_heading = ACTIONS)]
    estimate: bool,
    /// Train, with progress; writes a run folder below runs/
    #[arg(long, help_heading = ACTIONS)]
    train: bool,
    /// Accuracy per class, confusion matrix, worst mistakes
    #[arg(long, help_heading = ACTIONS)]
    evaluate: bool,
    /// Write a C++ header, a sketch and sample images
    #[arg(long, help_heading = ACTIONS)]
    export: bool,
    /// Classify images, of a folder all in it
    #[arg(long, value_name = "IMAGE|DIR", num_args = 1.., help_heading = ACTIONS)]
    predict: Vec<PathBuf>,
    /// Classify images as they appear in a folder, until Ctrl-C; those already there are left alone
    #[arg(long, value_name = "DIR", help_heading = ACTIONS)]
    watch: Option<PathBuf>,
    /// Compare runs: a table and their curves in one picture
    #[arg(long, value_name = "RUN", num_args = 1.., help_heading = ACTIONS)]
    report: Vec<PathBuf>,

    #[arg(value_name = "FILE.toml", conflicts_with = "config", help = "As --config FILE.toml")]
    file: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = about_config())]
    config: Option<PathBuf>,
    /// Images: a folder with one sub-folder per class, IDX, CIFAR or npz files, or a bundled name
    #[arg(long, value_name = "DIR|FILE|NAME")]
    data: Option<String>,
    /// Override a key of the configuration, like train.epochs=5 or blocks.2.filters=8 (repeatable)
    #[arg(long, value_name = "KEY=VALUE", value_parser = Edit::parse)]
    set: Vec<Edit>,
    /// With --estimate: does it fit this board? Exit code 1 if not. With --export: no more sample
    /// images than its flash holds. As --set target.board=ID
    #[arg(long, value_name = "ID", requires = "for_a_board")]
    board: Option<String>,
    /// Run folder to write, or to take configuration and weights from
    #[arg(long, value_name = "DIR")]
    run: Option<PathBuf>,
    /// Go on with a training that was interrupted (the latest run, or --run DIR)
    #[arg(long, requires = "train")]
    resume: bool,
    /// Learn from the network of this run as well as from the labels
    #[arg(long, value_name = "RUN", requires = "train", conflicts_with = "resume")]
    distill: Option<PathBuf>,
    /// Take weights from this file, by the names of the parameters
    #[arg(long, value_name = "FILE.safetensors")]
    weights: Option<PathBuf>,
    /// Where --export (ArduinoCode) and --report (runs/report) write
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Epochs to train, as --set train.epochs=N; auto: as many as see train.images_seen images
    #[arg(long, value_name = "N|auto", value_parser = epochs)]
    epochs: Option<String>,
    /// Training seed, as --set train.seed=N
    #[arg(long, value_name = "N")]
    seed: Option<u32>,
    /// With --train: train N times (2 to 100), with this seed and those after it, each in a run folder
    /// of its own (--run DIR: in DIR-seed0, DIR-seed1, …); says mean and deviation of what they reach
    #[arg(long, value_name = "N", requires = "train", value_parser = |text: &str| within(text, 2, 100))]
    seeds: Option<u16>,
    /// Threads to work with [default: as many as the machine has cores]
    #[arg(long, value_name = "N", value_parser = |text: &str| within(text, 1, 256))]
    threads: Option<u16>,
    /// Training waits from this temperature of the processor on, in °C, until it is 5 °C cooler
    #[arg(long, value_name = "CELSIUS", value_parser = |text: &str| within(text, 40, 110))]
    max_temp: Option<u16>,
    /// Images to evaluate on: validation, test, train, or all that have a label, for instance of another
    /// folder, which may have fewer classes: --data DIR --split all
    #[arg(long, value_enum, default_value_t, value_name = "SPLIT", hide_possible_values = true)]
    split: Split,
    /// Try the whole path: one epoch on few images
    #[arg(long)]
    test: bool,
    /// Arithmetic to evaluate, export and predict in, as --set export.precision=…
    #[arg(long, value_name = "float|int8")]
    precision: Option<String>,
    /// Exit with 1, and export nothing, where int8 loses more accuracy than this, like 0.005
    #[arg(long, value_name = "FRACTION", value_parser = fraction)]
    max_accuracy_drop: Option<f64>,
    /// Export without trying the header first. Otherwise, with a C++ compiler on the path, it is
    /// compiled and run on the samples and on test images; where it answers something else than the
    /// executor does, the exit code is 1 and nothing is written
    #[arg(long, requires = "export")]
    no_check: bool,
    /// Machine-readable lines on stdout, and nothing else there
    #[arg(long)]
    json: bool,
    /// Never start the screen
    #[arg(long)]
    no_tui: bool,
    /// Say more; with --train, afterwards, where its time went
    #[arg(short, long)]
    verbose: bool,
    /// Print this help
    #[arg(short, long, action = clap::ArgAction::Help)]
    help: Option<bool>,
    /// Print the version
    #[arg(short = 'V', long, action = clap::ArgAction::Version)]
    version: Option<bool>,
}

const ACTIONS: &str = "Actions, which compose and run in this order (--report alone)";

const AFTER: &str = "\
Examples:
  micromobilenet --config micro --estimate
  micromobilenet --config nano --precision int8 --estimate --board uno-r3
  micromobilenet --config micro --data photos --epochs 60 --train --evaluate --export
  micromobilenet --train --resume
  micromobilenet --run runs/2026-01-31_14-05-09_micro --predict a.jpg b.jpg
  micromobilenet --run runs/2026-01-31_14-05-09_micro --watch camera --json
  micromobilenet --report runs/*

Exit codes: 0 done; 1 it ran and the answer is no; 2 bad usage, configuration or data;
3 the system failed (output, disk, permission); 130 interrupted.";

impl Cli {
    /// The workbench, where it is meant: no action is asked for, and somebody sits at a terminal.
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
            config: request.config.or(of_run).unwrap_or_else(|| PathBuf::from(DEFAULT_CONFIG)),
            overrides: request.overrides,
            folders: request.folders,
            threads: threads(request.threads),
            max_temperature: request.max_temperature,
        })
    }

    /// What is asked for.
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
    format!("Configuration file (./NAME, where it is called like a preset), or the name of a preset: {names}")
}

/// A whole number from `least` to `most`.
fn within(text: &str, least: u16, most: u16) -> Result<u16, String> {
    let range = format!("it is a whole number from {least} to {most}");
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
    if is_legal { Ok(text.to_owned()) } else { Err("it is a whole number, or auto".to_owned()) }
}

/// A number from 0 to 1.
fn fraction(text: &str) -> Result<f64, String> {
    let value = text.parse().ok().filter(|value| (0.0..=1.0).contains(value));
    value.ok_or_else(|| "it is a fraction from 0 to 1, like 0.005".to_owned())
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
