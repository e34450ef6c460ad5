//! The state shared by the actions: configuration, classes, graph, images, weights.

use super::console::Console;
use super::progress;
use super::{DEFAULT_CONFIG, Exit, Failure, Request};
use crate::config::{self, ConfigFile, Edit, KeyPath, Opened};
use crate::data::Dataset;
use crate::jobs::{self, DatasetError, Decoding, Deployment, Session, SessionError, Trained};
use crate::plan::{Board, Boards, Estimate, UnknownBoard};
use crate::quant::Deployed;
use crate::runs::Run;
use crate::text;
use crate::train::Control;
use anyhow::anyhow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Number of images per split with `--test`.
const FEW: usize = 96;
/// The help if there are no images to calibrate int8 on.
const NO_CALIBRATION: &str = "int8 is calibrated on the training images: pass their folder by --data DIR, or use \
                              --precision float, which needs no images";

/// The state shared by the actions.
pub struct Project<'a> {
    /// The options of the command line.
    pub request: &'a Request,
    /// The output.
    pub console: Console,
    /// Cancels long work.
    pub control: Control,
    /// Threads to work with.
    pub threads: usize,
    /// The path of the configuration; of a preset, the path that its file would have.
    pub config_path: PathBuf,
    /// Configuration, classes, graph, images, weights and run.
    pub session: Session,
}

impl<'a> Project<'a> {
    /// Reads configuration, run and classes of `request`.
    pub fn open(request: &'a Request, console: Console, control: Control, threads: usize) -> Result<Self, Failure> {
        let run = find_run(request, console)?;
        let path = match (&request.config, &run) {
            // A preset selects the network; its training settings and data are those of the run.
            (Some(config), Some(run)) if is_of_preset(run, config) => {
                console.note(&format!("using the configuration of the run: {}", text::path(&run.file(Run::CONFIG))));
                run.file(Run::CONFIG)
            }
            (Some(config), _) => config.clone(),
            (None, Some(run)) if !run.file(Run::CONFIG).exists() => {
                let path = run.path().display();
                return Err(anyhow!("{path} is incomplete and has no config.toml: pass --config as well").into());
            }
            (None, Some(run)) => run.file(Run::CONFIG),
            (None, None) => PathBuf::from(DEFAULT_CONFIG),
        };
        let mut overrides = request.overrides.clone();
        if request.test {
            overrides.push(Edit::set("train.epochs", 1));
        }
        let spec = config::load(&path, &overrides)?;
        let labels = labels(request, &spec, run.as_ref())?;
        let mut session = Session::new(spec, labels)?;
        session.set_source(run, request.weights.clone());
        Ok(Self { request, console, control, threads, config_path: request.config.clone().unwrap_or(path), session })
    }

    /// The estimate of the exported network.
    pub fn estimate(&self) -> Estimate {
        let export = &self.session.spec.config.export;
        Estimate::of(&self.session.graph, export.precision, export.plan)
    }

    /// The board of `--board` or `target.board`.
    pub fn board<'b>(&self, boards: &'b Boards) -> Result<Option<&'b Board>, Failure> {
        match (&self.request.board, self.session.spec.config.target.board.as_str()) {
            (Some(id), _) => {
                let board = boards.get(id).map_err(|error| anyhow!("--board: {error}\n  help: {}", error.help))?;
                Ok(Some(board))
            }
            (None, "") => Ok(None),
            (None, id) => {
                let placed = |error: UnknownBoard| self.fault("target.board", error.to_string(), Some(&error.help));
                Ok(Some(boards.get(id).map_err(placed)?))
            }
        }
    }

    /// The images; loaded at the first call.
    pub fn dataset(&mut self) -> Result<Arc<Dataset>, Failure> {
        if let Some(dataset) = self.session.dataset() {
            return Ok(dataset);
        }
        let limit = self.request.test.then_some(FEW);
        let mut observer = progress::observer(self.console);
        let loaded = self.session.load_images(limit, None, &Decoding::new(&mut *observer, &self.control));
        self.check_interrupt()?;
        let dataset = match loaded {
            Err(error @ DatasetError::Labels { .. }) => {
                let told = format!("{error}\n  help: {}", self.other_classes());
                return Err(anyhow::Error::from(error).context(told).into());
            }
            other => other?,
        };
        if let Some(changed) = self.session.leave_out_training_images()? {
            // With `--test` fewer images of the same set are no change.
            if !self.request.test || changed.validation + changed.test > 0 {
                self.console.note(&changed.to_string());
            }
        }
        Ok(self.session.dataset().unwrap_or(dataset))
    }

    /// The run that the weights come from, if any.
    pub fn run_of_weights(&self) -> Option<&Run> {
        self.session.run_of_weights()
    }

    /// Help for images with other classes than those of the network.
    fn other_classes(&self) -> &'static str {
        let request = self.request;
        if self.session.run().is_none() {
            "pass the images that the weights were trained on by --data DIR"
        } else if request.has_data() {
            "leave out --data to use the images that the run was trained on"
        } else if request.config.is_some() {
            "leave out --config to use the images that the run was trained on"
        } else {
            "the images have changed since the run: pass those that it was trained on by --data DIR"
        }
    }

    /// The weights: those just trained, of `--weights`, or the best of the run (the last, if no epoch qualified as
    /// best).
    pub fn trained(&mut self) -> Result<Arc<Trained>, Failure> {
        let is_new = !self.session.has_weights();
        let trained = self.session.trained()?;
        let trained = trained.ok_or_else(|| anyhow!("no weights: pass --train, --run DIR or --weights FILE"))?;
        if is_new {
            self.check_weights(&trained);
        }
        Ok(trained)
    }

    /// Warns if `weights` do not agree with the configuration.
    pub fn check_weights(&self, weights: &Trained) {
        let epsilon = self.session.spec.config.model.batch_norm_epsilon;
        let found = weights.is_foreign.then(|| jobs::epsilon_warning(&weights.weights, epsilon)).flatten();
        if let Some(warning) = found {
            self.console.warn(&warning);
        }
    }

    /// The trained network with its images.
    pub fn deployment(&mut self) -> Result<Deployment, Failure> {
        self.trained()?;
        self.dataset()?;
        self.session.deployment().ok_or_else(|| anyhow!("there are no weights or no images").into())
    }

    /// The int8 network, calibrated on the training images.
    pub fn deployed(&mut self) -> Result<Arc<Deployed>, Failure> {
        self.trained()?;
        let dataset = match self.session.quantised() {
            Some(deployed) => return Ok(deployed),
            None => match self.own_images()? {
                Some(own) => own,
                None => self.dataset().inspect_err(|failure| {
                    if failure.exit != Exit::Interrupted {
                        self.console.note(NO_CALIBRATION);
                    }
                })?,
            },
        };
        let deployed = self.session.deployed(dataset)?;
        self.check_interrupt()?;
        deployed.ok_or_else(|| anyhow!("there are no weights").into())
    }

    /// The training images of the run, if other images are loaded, so that calibration gives the same int8 network as
    /// at export; `None` if no other images are loaded, or those of the run are not available.
    fn own_images(&self) -> Result<Option<Arc<Dataset>>, Failure> {
        let Some(run) = self.run_of_weights() else { return Ok(None) };
        let is_of_network = |edit: &&Edit| !edit.key().is_within(&KeyPath::of("data"));
        let overrides: Vec<Edit> = self.request.overrides.iter().filter(is_of_network).cloned().collect();
        let mut own = Session::of_run(run.clone(), &overrides).map_err(session_failure)?;
        if own.spec.config.data.source == self.session.spec.config.data.source {
            return Ok(None);
        }
        let limit = self.request.test.then_some(FEW);
        let mut observer = progress::observer(self.console);
        let loaded = own.load_images(limit, None, &Decoding::new(&mut *observer, &self.control));
        self.check_interrupt()?;
        Ok(loaded
            .inspect_err(|error| {
                let note =
                    "the images that the run was trained on are not available; int8 is calibrated on other images";
                self.console.note(&format!("{note}: {error}"));
            })
            .ok())
    }

    /// Fails if the program was interrupted.
    pub fn check_interrupt(&self) -> Result<(), Failure> {
        if self.control.is_stopped() { Err(Failure::interrupted()) } else { Ok(()) }
    }

    /// An error about `key` of the configuration.
    pub fn fault(&self, key: &str, message: String, help: Option<&str>) -> Failure {
        let diagnostic = self.session.spec.diagnose(&KeyPath::of(key), message, help.map(ToOwned::to_owned));
        config::Diagnostics(vec![diagnostic]).into()
    }
}

/// The run of `request`: `--run`; else, if weights are needed and not given otherwise, the latest run (of the model in
/// `--config`).
fn find_run(request: &Request, console: Console) -> Result<Option<Run>, Failure> {
    let fresh = request.train && !request.resume;
    let classifies = !request.predict.is_empty() || request.watch.is_some();
    let wanted = request.resume || request.evaluate || request.export || classifies;
    if fresh {
        return Ok(None);
    }
    if let Some(path) = &request.run {
        if request.resume && path.is_dir() {
            // It may have been killed before writing its first file.
            return Ok(Some(Run::create_at(path, true)?));
        }
        return Ok(Some(Run::open(path)?));
    }
    if !wanted || request.weights.is_some() {
        return Ok(None);
    }
    let model = request.config.as_ref().map(|path| config::load(path, &request.overrides)).transpose()?;
    let model = model.map(|spec| spec.config.model.name);
    let Some(found) = jobs::latest_run(&request.folders.runs, model.as_deref(), !request.resume)? else {
        let of = model.map(|model| format!(" of {model}")).unwrap_or_default();
        let folder = text::path(&request.folders.runs);
        return Err(if request.resume {
            anyhow!(
                "there is no run{of} in {folder}/ to resume: train without --resume, or pass its folder by --run DIR"
            )
        } else {
            anyhow!("there is no trained run{of} in {folder}/: pass --train, --run DIR or --weights FILE")
        }
        .into());
    };
    console.note(&format!("using the run {}", found.path().display()));
    Ok(Some(found))
}

/// Whether `config` is the preset that `run` was started with.
fn is_of_preset(run: &Run, config: &Path) -> bool {
    let Ok(Opened::Preset(text)) = config::open(config) else { return false };
    let name = ConfigFile::parse(&config.display().to_string(), text, &[]).map(|preset| preset.config.model.name);
    let own = run.info().map(|info| info.name);
    run.file(Run::CONFIG).exists() && matches!((name, own), (Ok(name), Ok(own)) if name == own)
}

/// Why a session on a run cannot begin.
fn session_failure(error: SessionError) -> Failure {
    match error {
        SessionError::Config(error) => error.into(),
        SessionError::Run(error) => error.into(),
        error @ SessionError::Classes(_) => error.into(),
    }
}

/// The class names: those of the run, those of the data, or numbers.
fn labels(request: &Request, spec: &ConfigFile, run: Option<&Run>) -> Result<Vec<String>, Failure> {
    // A run killed at its very beginning has none yet.
    let has_them = |run: &&Run| request.weights.is_none() && (!request.resume || run.file(Run::LABELS).exists());
    if let Some(run) = run.filter(has_them) {
        return Ok(run.labels()?);
    }
    jobs::class_labels(spec).map_err(|unknown| {
        if request.train || request.evaluate || request.export {
            return unknown.of_data(spec).into();
        }
        let help = if request.has_data() {
            "pass another folder by --data, or the number of classes: --set model.num_classes=5"
        } else {
            "pass images by --data DIR, or the number of classes: --set model.num_classes=5"
        };
        unknown.diagnostics(spec, help).into()
    })
}
