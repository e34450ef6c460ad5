//! What the actions work on: configuration, classes, operations, images, weights.

use super::console::Console;
use super::progress;
use super::{Failure, Request};
use crate::data::{self, Dataset};
use crate::files;
use crate::graph::{Graph, Weights, metadata};
use crate::plan::{Board, Boards, Estimate, UnknownBoard};
use crate::quant::{Deployed, Settings};
use crate::runs::{self, Run};
use crate::spec::{self, KeyPath, NumClasses, Spec};
use crate::train::{BEST, Control, EpochMetrics, LAST};
use anyhow::{Context as _, anyhow};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The folder of all runs.
pub const RUNS: &str = "runs";
/// Images of each split with `--test`.
const FEW: usize = 96;
/// The largest file of weights, in bytes.
const MAX_WEIGHTS: u64 = 2_000_000_000;

/// Weights and what is known of them.
pub struct Trained {
    /// The weights.
    pub weights: Weights,
    /// The file's bytes, hashed.
    pub hash: String,
    /// The figures of the epoch they come from, where the file says.
    pub metrics: Option<EpochMetrics>,
}

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
    /// The configuration.
    pub spec: Spec,
    /// The classes, in the order of the outputs.
    pub labels: Vec<String>,
    /// The operations.
    pub graph: Graph,
    /// The run that weights come from or training writes to.
    pub run: Option<Run>,
    dataset: Option<Arc<Dataset>>,
    trained: Option<Arc<Trained>>,
    deployed: Option<Arc<Deployed>>,
}

impl<'a> Project<'a> {
    /// Opens what `request` names.
    pub fn open(request: &'a Request, console: Console, control: Control, threads: usize) -> Result<Self, Failure> {
        let run = find_run(request, console)?;
        let path = match (&request.config, &run) {
            (Some(config), _) => config.clone(),
            (None, Some(run)) if !run.file(Run::CONFIG).exists() => {
                let path = run.path().display();
                return Err(
                    anyhow!("{path} was not begun properly and has no config.toml: pass --config as well").into()
                );
            }
            (None, Some(run)) => run.file(Run::CONFIG),
            (None, None) => PathBuf::from("configs/micro.toml"),
        };
        let mut overrides = request.overrides.clone();
        if request.test {
            overrides.push("train.epochs=1".into());
        }
        let spec = spec::load(&path, &overrides)?;
        let labels = labels(request, &spec, run.as_ref())?;
        let graph = Graph::build(&spec, labels.len())?;
        Ok(Self {
            request,
            console,
            control,
            threads,
            config_path: path,
            spec,
            labels,
            graph,
            run,
            dataset: None,
            trained: None,
            deployed: None,
        })
    }

    /// What the network costs, as it would be exported.
    pub fn estimate(&self) -> Estimate {
        let export = &self.spec.config.export;
        Estimate::of(&self.graph, export.precision, export.plan)
    }

    /// The board that is asked for, of those that are known.
    pub fn board<'b>(&self, boards: &'b Boards) -> Result<Option<&'b Board>, Failure> {
        match (&self.request.board, self.spec.config.target.board.as_str()) {
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
        if let Some(dataset) = &self.dataset {
            return Ok(dataset.clone());
        }
        let config = &self.spec.config;
        let limit = self.request.test.then_some(FEW);
        let mut observer = progress::observer(self.console, Vec::new());
        let loaded = {
            let watch = progress::Decoding::new(&mut *observer, &self.control);
            data::load(&config.data, config.model.input, limit, &watch)
        };
        self.go_on()?;
        let dataset = Arc::new(loaded?);
        if dataset.labels.len() != self.labels.len() {
            let message = format!(
                "the network tells {} classes apart, but {} has {}: {}",
                self.labels.len(),
                dataset.source,
                dataset.labels.len(),
                dataset.labels.join(", ")
            );
            return Err(self.fault("model.num_classes", message, Some("use num_classes = \"auto\"")));
        }
        if dataset.labels != self.labels && self.trained.is_some() {
            let (trained, found) = (self.labels.join(", "), dataset.labels.join(", "));
            return Err(anyhow!("the classes differ: trained on {trained}; {} has {found}", dataset.source).into());
        }
        self.labels.clone_from(&dataset.labels);
        self.dataset = Some(dataset.clone());
        Ok(dataset)
    }

    /// The weights: those just trained, `--weights`, or the run's best (its last where none was
    /// good enough to be kept as best).
    pub fn trained(&mut self) -> Result<Arc<Trained>, Failure> {
        if let Some(trained) = &self.trained {
            return Ok(trained.clone());
        }
        let path = match (&self.request.weights, &self.run) {
            // With --train, they are what it began with.
            (Some(path), _) if !self.request.train => path.clone(),
            (_, Some(run)) => checkpoint(run),
            (_, None) => {
                return Err(anyhow!("there are no weights: pass --train, --run DIR or --weights FILE").into());
            }
        };
        let trained = Arc::new(read_weights(&path, &self.graph)?);
        self.trained = Some(trained.clone());
        Ok(trained)
    }

    /// The trained network in integers, calibrated on the training images.
    pub fn deployed(&mut self) -> Result<Arc<Deployed>, Failure> {
        if let Some(deployed) = &self.deployed {
            return Ok(deployed.clone());
        }
        let trained = self.trained()?;
        let dataset = self.dataset()?;
        let deployed = Deployed::of(&self.graph, &trained.weights, &dataset.train, Settings::default())?;
        self.go_on()?;
        let deployed = Arc::new(deployed);
        self.deployed = Some(deployed.clone());
        Ok(deployed)
    }

    /// Ends here where Ctrl-C was pressed.
    pub fn go_on(&self) -> Result<(), Failure> {
        if self.control.is_stopped() { Err(Failure::interrupted()) } else { Ok(()) }
    }

    /// Forgets weights and run in favour of `run`, which training has just written.
    pub fn trained_in(&mut self, run: Run) {
        self.run = Some(run);
        self.trained = None;
        self.deployed = None;
    }

    /// A failure about `key` of the configuration.
    pub fn fault(&self, key: &str, message: String, help: Option<&str>) -> Failure {
        let diagnostic = self.spec.diagnose(&KeyPath::of(key), message, help.map(ToOwned::to_owned));
        spec::Diagnostics(vec![diagnostic]).into()
    }
}

/// Reads weights for `graph` from `path`.
pub fn read_weights(path: &Path, graph: &Graph) -> Result<Trained, Failure> {
    let bytes = files::read_limited(path, MAX_WEIGHTS)?;
    let weights = Weights::from_safetensors(&bytes, graph).with_context(|| path.display().to_string())?;
    let about = metadata(&bytes);
    let metrics = about.get("metrics").and_then(|text| serde_json::from_str(text).ok());
    Ok(Trained { weights, hash: runs::bytes_hash(&bytes), metrics })
}

fn checkpoint(run: &Run) -> PathBuf {
    let folder = run.file(Run::CHECKPOINTS);
    let best = folder.join(BEST);
    if best.exists() { best } else { folder.join(LAST) }
}

/// The run that `request` means: `--run`; else, where weights are wanted and nothing else gives
/// them, the latest one (of the model that `--config` names).
fn find_run(request: &Request, console: Console) -> Result<Option<Run>, Failure> {
    let fresh = request.train && !request.resume;
    let wanted = request.resume || request.evaluate || request.export || !request.predict.is_empty();
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
    let model = request.config.as_ref().map(|path| spec::load(path, &request.overrides)).transpose()?;
    let model = model.map(|spec| spec.config.model.name);
    let all = if Path::new(RUNS).is_dir() { runs::list(Path::new(RUNS))? } else { Vec::new() };
    let begun = |info: &runs::RunInfo| request.resume || info.epochs_done > 0;
    let fits = |info: &runs::RunInfo| model.as_ref().is_none_or(|model| *model == info.name) && begun(info);
    let Some(found) = all.iter().find(|run| run.info.as_ref().is_ok_and(fits)) else {
        let of = model.map(|model| format!(" of {model}")).unwrap_or_default();
        return Err(anyhow!("there is no run{of} in {RUNS}/: pass --train, --run DIR or --weights FILE").into());
    };
    console.note(&format!("taking {}", found.path.display()));
    Ok(Some(Run::open(&found.path)?))
}

/// The classes: as the run has them, as the data has them, or numbered.
fn labels(request: &Request, spec: &Spec, run: Option<&Run>) -> Result<Vec<String>, Failure> {
    // A training that was killed at its very beginning has none yet.
    let has_them = |run: &&Run| request.weights.is_none() && (!request.resume || run.file(Run::LABELS).exists());
    if let Some(run) = run.filter(has_them) {
        return Ok(run.labels()?);
    }
    let source = &spec.config.data.source;
    match (spec.config.model.num_classes, data::class_names(source)) {
        (NumClasses::Auto(_), Ok(labels)) => Ok(labels),
        (NumClasses::Count(count), Ok(labels)) if labels.len() == count as usize => Ok(labels),
        (NumClasses::Count(count), _) => Ok((0..count).map(|class| format!("class {class}")).collect()),
        (NumClasses::Auto(_), Err(error)) if request.train || request.evaluate || request.export => Err(error.into()),
        (NumClasses::Auto(_), Err(error)) => {
            let message = format!("num_classes is \"auto\", but the classes cannot be read: {error}");
            let help = "name images with --data DIR, or give a number: --set model.num_classes=5";
            let diagnostic = spec.diagnose(&KeyPath::of("model.num_classes"), message, Some(help.into()));
            Err(spec::Diagnostics(vec![diagnostic]).into())
        }
    }
}
