//! What the actions work on: configuration, classes, operations, images, weights.

use super::console::Console;
use super::progress;
use super::{DEFAULT_CONFIG, Failure, Request};
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

/// Images of each split with `--test`.
const FEW: usize = 96;

/// What the actions work on.
pub struct Project<'a> {
    /// What is asked for.
    pub request: &'a Request,
    /// Where to print.
    pub console: Console,
    /// Stops long work.
    pub control: Control,
    /// Threads to work with.
    pub threads: usize,
    /// Where the configuration is from; of a preset, where its file would be.
    pub config_path: PathBuf,
    /// Configuration, classes, operations, images, weights and run.
    pub session: Session,
}

impl<'a> Project<'a> {
    /// Opens what `request` names.
    pub fn open(request: &'a Request, console: Console, control: Control, threads: usize) -> Result<Self, Failure> {
        let run = find_run(request, console)?;
        let path = match (&request.config, &run) {
            // A preset says which network is meant; what it was trained with, and on, is the run's.
            (Some(config), Some(run)) if is_of_preset(run, config) => {
                console.note(&format!("the configuration is that of the run: {}", text::path(&run.file(Run::CONFIG))));
                run.file(Run::CONFIG)
            }
            (Some(config), _) => config.clone(),
            (None, Some(run)) if !run.file(Run::CONFIG).exists() => {
                let path = run.path().display();
                return Err(
                    anyhow!("{path} was not begun properly and has no config.toml: pass --config as well").into()
                );
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

    /// What the network costs, as it would be exported.
    pub fn estimate(&self) -> Estimate {
        let export = &self.session.spec.config.export;
        Estimate::of(&self.session.graph, export.precision, export.plan)
    }

    /// The board that is asked for, of those that are known.
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

    /// The images, loaded once.
    pub fn dataset(&mut self) -> Result<Arc<Dataset>, Failure> {
        if let Some(dataset) = self.session.dataset() {
            return Ok(dataset);
        }
        let limit = self.request.test.then_some(FEW);
        let mut observer = progress::observer(self.console);
        let loaded = self.session.load_images(limit, None, &Decoding::new(&mut *observer, &self.control));
        self.go_on()?;
        let dataset = match loaded {
            Err(error @ DatasetError::Labels { .. }) => {
                let told = format!("{error}\n  help: {}", self.other_classes());
                return Err(anyhow::Error::from(error).context(told).into());
            }
            other => other?,
        };
        if let Some(changed) = self.session.leave_out_training_images()? {
            // A part of the same images is no change.
            if !self.request.test || changed.validation + changed.test > 0 {
                self.console.note(&changed.to_string());
            }
        }
        Ok(self.session.dataset().unwrap_or(dataset))
    }

    /// The run that the weights are of, if they are of one.
    pub fn run_of_weights(&self) -> Option<&Run> {
        self.session.run_of_weights()
    }

    /// What to do where the images are of other classes than the network was trained on.
    fn other_classes(&self) -> &'static str {
        let request = self.request;
        if self.session.run().is_none() {
            "name the images that the weights were trained on by --data DIR"
        } else if request.overrides.iter().any(|edit| edit.key() == KeyPath::of("data.source")) {
            "leave out --data: the images that the run was trained on are then taken"
        } else if request.config.is_some() {
            "leave out --config: the run's own configuration names the images that it was trained on"
        } else {
            "the images have changed since the run: name those that it was trained on by --data DIR"
        }
    }

    /// The weights: those just trained, `--weights`, or the run's best (its last where none was
    /// good enough to be kept as best).
    pub fn trained(&mut self) -> Result<Arc<Trained>, Failure> {
        let is_new = !self.session.has_weights();
        let trained = self.session.trained()?;
        let trained =
            trained.ok_or_else(|| anyhow!("there are no weights: pass --train, --run DIR or --weights FILE"))?;
        if is_new {
            self.look_at_weights(&trained);
        }
        Ok(trained)
    }

    /// Says what in `weights` does not go with the configuration.
    pub fn look_at_weights(&self, weights: &Trained) {
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

    /// The trained network in integers, calibrated on the training images.
    pub fn deployed(&mut self) -> Result<Arc<Deployed>, Failure> {
        self.trained()?;
        let dataset = match self.session.quantised() {
            Some(deployed) => return Ok(deployed),
            None => match self.own_images()? {
                Some(own) => own,
                None => self.dataset()?,
            },
        };
        let deployed = self.session.deployed(dataset)?;
        self.go_on()?;
        deployed.ok_or_else(|| anyhow!("there are no weights").into())
    }

    /// Where the run is looked at on other images, those that it was trained on, so that its integers are
    /// the exported ones; `None` where there are no others, or where those of the run cannot be had.
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
        self.go_on()?;
        Ok(loaded
            .inspect_err(|error| {
                let note = "the images that the run was trained on cannot be had, so that int8 is calibrated on others";
                self.console.note(&format!("{note}: {error}"));
            })
            .ok())
    }

    /// Ends here where Ctrl-C was pressed.
    pub fn go_on(&self) -> Result<(), Failure> {
        if self.control.is_stopped() { Err(Failure::interrupted()) } else { Ok(()) }
    }

    /// A failure about `key` of the configuration.
    pub fn fault(&self, key: &str, message: String, help: Option<&str>) -> Failure {
        let diagnostic = self.session.spec.diagnose(&KeyPath::of(key), message, help.map(ToOwned::to_owned));
        config::Diagnostics(vec![diagnostic]).into()
    }
}

/// The run that `request` means: `--run`; else, where weights are wanted and nothing else gives
/// them, the latest one (of the model that `--config` names).
fn find_run(request: &Request, console: Console) -> Result<Option<Run>, Failure> {
    let fresh = request.train && !request.resume;
    let classifies = !request.predict.is_empty() || request.watch.is_some();
    let wanted = request.resume || request.evaluate || request.export || classifies;
    if fresh {
        return Ok(None);
    }
    if let Some(path) = &request.run {
        if request.resume && path.is_dir() {
            // It may have been killed before its first file was written.
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
                "there is no run{of} in {folder}/ to go on with: train without --resume, or name its folder by --run DIR"
            )
        } else {
            anyhow!("there is no trained run{of} in {folder}/: pass --train, --run DIR or --weights FILE")
        }
        .into());
    };
    console.note(&format!("taking {}", found.path().display()));
    Ok(Some(found))
}

/// Whether `config` is the preset that `run` was begun with.
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

/// The classes: as the run has them, as the data has them, or numbered.
fn labels(request: &Request, spec: &ConfigFile, run: Option<&Run>) -> Result<Vec<String>, Failure> {
    // A training that was killed at its very beginning has none yet.
    let has_them = |run: &&Run| request.weights.is_none() && (!request.resume || run.file(Run::LABELS).exists());
    if let Some(run) = run.filter(has_them) {
        return Ok(run.labels()?);
    }
    jobs::class_labels(spec).map_err(|unknown| {
        if request.train || request.evaluate || request.export {
            return unknown.of_data(spec).into();
        }
        let help = if request.overrides.iter().any(|edit| edit.key() == KeyPath::of("data.source")) {
            "give --data another folder, or a number in place of it: --set model.num_classes=5"
        } else {
            "name images with --data DIR, or give a number: --set model.num_classes=5"
        };
        unknown.diagnostics(spec, help).into()
    })
}
