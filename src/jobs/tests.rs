//! Tests of trainings, images and exports with synthetic images, as front ends use them.

use super::*;
use crate::config::{ConfigFile, Place as TextPlace};
use crate::data::{DataCheck, DataError, Dataset, Images, NoProgress};
use crate::files::{Disk, RealDisk};
use crate::graph::{Graph, Weights};
use crate::random::{Purpose, Stream};
use crate::runs::{self, Run, RunError, Status};
use crate::train::{
    BatchProgress, Control, End, EpochMetrics, Governor, Observer, Start, Trainer, Unobserved, Validation,
};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

const NET: &str = "[model]\nname = \"tiny\"\ninput = { height = 12, width = 12, channels = 1 }\n\
    [stem]\nfilters = 4\n[[blocks]]\ntype = \"separable\"\nfilters = 6\nstride = 2\n\
    [data]\nsource = \"fashion-mnist\"\n[train]\nepochs = 3\nbatch_size = 20\nlearning_rate = 0.01\n";

fn images(count: usize, seed: u32) -> Images {
    let mut stream = Stream::new(seed, Purpose::Split, 0, 0);
    let labels: Vec<u16> = (0..count).map(|i| (i % 3) as u16).collect();
    let mut pixels = Vec::new();
    for label in &labels {
        // Each class is bright in a different third of the rows.
        let bright = |i: usize| if i / 48 == usize::from(*label) { 200.0 } else { 60.0 };
        pixels.extend((0..144).map(|i| (bright(i) + 50.0 * stream.uniform()) as u8));
    }
    let names = (0..count).map(|i| i.to_string()).collect();
    Images { height: 12, width: 12, channels: 1, pixels, labels, names, ..Images::default() }
}

fn dataset() -> Arc<Dataset> {
    let labels = ["a", "b", "c"].map(ToOwned::to_owned).to_vec();
    let (train, validation) = (images(70, 1), images(24, 2));
    let (fingerprint, source) = ("0123".to_owned(), "made up".to_owned());
    Arc::new(Dataset { labels, train, validation, test: None, fingerprint, check: DataCheck::default(), source })
}

pub(super) fn spec(sets: &[&str]) -> ConfigFile {
    ConfigFile::parse("tiny.toml", NET, &crate::config::overrides(sets).unwrap()).unwrap()
}

pub(super) fn training(place: Place, sets: &[&str]) -> Training {
    let spec = spec(sets);
    let graph = Graph::of_file(&spec, 3).unwrap();
    let (threads, governor, disk) = (1, Governor::default(), Arc::new(RealDisk));
    Training { spec, graph, dataset: dataset(), place, weights: None, teacher: None, threads, governor, disk }
}

/// Records the calls; stops the training at the call `stop_at`.
#[derive(Clone, Default)]
struct Notes {
    calls: Arc<Mutex<Vec<String>>>,
    stop_at: Option<(&'static str, Control)>,
}

impl Notes {
    fn stopping(at: &'static str, control: &Control) -> Self {
        Self { stop_at: Some((at, control.clone())), ..Self::default() }
    }

    fn note(&self, call: String) {
        if let Some((at, control)) = &self.stop_at
            && *at == call
        {
            control.stop();
        }
        self.calls.lock().unwrap().push(call);
    }

    fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }
}

impl Observer for Notes {
    fn begun(&mut self, run: &Path) {
        assert!(Run::open(run).unwrap().is_locked() && run.join(Run::LAYERS).exists());
        self.note("begun".into());
    }
    fn start(&mut self, start: &Start) {
        self.note(format!("start {}", start.done));
    }
    fn batch(&mut self, progress: &BatchProgress) {
        self.note(format!("batch {}.{}", progress.epoch, progress.batch));
    }
    fn epoch(&mut self, metrics: &EpochMetrics, _: Validation<'_>) {
        self.note(format!("epoch {}", metrics.epoch));
    }
    fn paused(&mut self, paused: bool) {
        self.note(format!("paused {paused}"));
    }
    fn end(&mut self, end: &End) {
        self.note(format!("{end:?}"));
    }
}

fn evaluated(deployment: &Deployment, images: &Images, control: &Control) -> Option<runs::Evaluation> {
    evaluate(&deployment.graph, &deployment.trained, &deployment.labels, images, control)
}

#[test]
fn a_front_end_hears_of_a_training_and_gets_run_weights_and_evaluation() {
    let folder = tempfile::tempdir().unwrap();
    let notes = Notes::default();
    let place = Place::Below(folder.path().join("runs"));
    let ended = training(place, &["train.epochs=1"]).run(&Control::default(), Box::new(notes.clone())).unwrap();
    let batches = ["batch 1.1", "batch 1.2", "batch 1.3", "batch 1.4"];
    assert_eq!(notes.calls(), [&["begun", "start 0"], &batches[..], &["epoch 1", "Finished"]].concat());
    assert_eq!((&ended.outcome.end, ended.outcome.history.len()), (&End::Finished, 1));
    let evaluation = ended.evaluation.unwrap();
    assert_eq!(evaluation.accuracy, ended.outcome.history[0].val_accuracy);
    assert_eq!(ended.trained.unwrap().metrics, ended.outcome.best);
    assert_eq!(ended.run.info().unwrap().status, Status::Finished);
    assert!(!ended.run.is_locked() && ended.run.file(Run::REPORT).exists());
    assert_eq!(ended.run.path().parent(), Some(&*folder.path().join("runs")));
}

#[test]
fn a_stopped_training_is_resumed_to_the_end_it_would_have_had() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| Place::At(folder.path().join(name));
    let whole = training(at("whole"), &[]).run(&Control::default(), Box::new(Unobserved)).unwrap();
    let control = Control::default();
    let first = training(at("run"), &[]).run(&control, Box::new(Notes::stopping("batch 2.1", &control))).unwrap();
    assert_eq!((&first.outcome.end, first.run.info().unwrap().status), (&End::Stopped, Status::Stopped));
    assert!(first.evaluation.is_some(), "an epoch was done");
    let error = training(at("run"), &[]).run(&Control::default(), Box::new(Unobserved)).unwrap_err();
    assert!(matches!(error, TrainingError::Place(RunError::Begun { .. })), "{error}");
    let resume = || Place::Resume(first.run.clone());
    let error = training(resume(), &["train.seed=4"]).run(&Control::default(), Box::new(Unobserved)).unwrap_err();
    assert!(matches!(error, TrainingError::State(_)), "{error}");
    assert_eq!(first.run.info().unwrap().status, Status::Stopped, "it is as it was");
    let notes = Notes::default();
    // Initial weights are ignored if the run has a saved state.
    let mut rest = training(resume(), &[]);
    rest.weights = Some(Weights::random(&rest.graph, 9));
    let rest = rest.run(&Control::default(), Box::new(notes.clone())).unwrap();
    assert_eq!(notes.calls()[1..3], ["start 1", "batch 2.2"]);
    assert_eq!(rest.outcome.weights, whole.outcome.weights);
    assert_eq!(rest.run.info().unwrap().best, whole.run.info().unwrap().best);
}

#[test]
fn trainings_in_a_queue_run_one_after_another_and_each_is_stopped_by_its_own_control() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("runs");
    let trainer = Trainer::start(Control::default()).unwrap();
    let controls: [Control; 3] = Default::default();
    let notes: Vec<Notes> = vec![Notes::stopping("batch 2.3", &controls[0]), Notes::default(), Notes::default()];
    controls[0].pause();
    let mut tickets = controls.iter().zip(&notes).map(|(control, notes)| {
        training(Place::Below(root.clone()), &[]).queue(&trainer, control, Box::new(notes.clone()))
    });
    let (first, second, third) = (tickets.next().unwrap(), tickets.next().unwrap(), tickets.next().unwrap());
    controls[1].stop();
    let begun = std::time::Instant::now();
    while !notes[0].calls().contains(&"paused true".to_owned()) {
        assert!(begun.elapsed().as_secs() < 20, "{:?}", notes[0].calls());
        std::thread::yield_now();
    }
    assert_eq!(runs::list(&root).unwrap().len(), 1, "those that wait have no folder");
    controls[0].resume();
    assert_eq!(first.recv().unwrap().unwrap().outcome.end, End::Stopped);
    assert!(matches!(second.recv().unwrap(), Err(TrainingError::NotBegun { run: None })));
    assert_eq!(third.recv().unwrap().unwrap().outcome.end, End::Finished);
    assert_eq!(notes[1].calls(), [""; 0]);
    assert_eq!(runs::list(&root).unwrap().len(), 2);
}

#[test]
fn a_stop_before_the_first_batch_leaves_a_run_to_resume() {
    let folder = tempfile::tempdir().unwrap();
    let control = Control::default();
    let early = training(Place::Below(folder.path().into()), &["train.epochs=1"]);
    let error = early.run(&control, Box::new(Notes::stopping("begun", &control))).unwrap_err();
    let TrainingError::NotBegun { run: Some(path) } = error else { panic!("{error}") };
    let run = Run::open(&path).unwrap();
    assert_eq!(run.info().unwrap().status, Status::Stopped);
    let ended = training(Place::Resume(run), &["train.epochs=1"]).run(&Control::default(), Box::new(Unobserved));
    assert_eq!(ended.unwrap().outcome.end, End::Finished);
}

/// A disk on which rows cannot be appended to `metrics.csv`.
struct FullDisk;

impl Disk for FullDisk {
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        RealDisk.create(path, bytes)
    }
    fn sync(&self, path: &Path) -> io::Result<()> {
        RealDisk.sync(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }
    fn append(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(io::Error::other("no space left"))
    }
}

#[test]
fn a_row_that_cannot_be_written_ends_the_training_as_failed() {
    let folder = tempfile::tempdir().unwrap();
    let full = Training { disk: Arc::new(FullDisk), ..training(Place::At(folder.path().join("run")), &[]) };
    let control = Control::default();
    let error = full.run(&control, Box::new(Unobserved)).unwrap_err();
    assert!(matches!(&error, TrainingError::Run(_)) && error.to_string().contains("no space left"), "{error}");
    let info = Run::open(&folder.path().join("run")).unwrap().info().unwrap();
    assert_eq!((info.status, info.epochs_done), (Status::Failed, 1));
    assert!(control.is_stopped());
}

#[test]
fn a_held_folder_is_nobody_elses() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let held = Place::At(path.clone()).hold("tiny").unwrap();
    assert!(!held.has_state());
    assert!(matches!(Place::At(path.clone()).hold("tiny"), Err(RunError::Busy { .. })));
    let ended = training(Place::Held(held), &["train.epochs=1"]).run(&Control::default(), Box::new(Unobserved));
    assert_eq!(ended.unwrap().run.path(), path);
    assert!(Place::Resume(Run::open(&path).unwrap()).hold("tiny").unwrap().has_state());
}

#[test]
fn the_newest_run_of_a_model_that_has_weights_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("runs");
    let latest = |model, trained| latest_run(&root, model, trained).unwrap();
    assert_eq!(latest(None, false), None, "there is no such folder");
    let train = |name: &str| {
        let name = format!("model.name={name}");
        let trained = training(Place::Below(root.clone()), &[&name, "train.epochs=1"]);
        trained.run(&Control::default(), Box::new(Unobserved)).unwrap().run
    };
    let (old, other) = (train("tiny"), train("other"));
    let control = Control::default();
    let stopped = training(Place::Below(root.clone()), &[]).run(&control, Box::new(Notes::stopping("begun", &control)));
    assert!(matches!(stopped, Err(TrainingError::NotBegun { .. })));
    assert_eq!(latest(None, true), Some(other));
    assert_eq!(latest(Some("tiny"), true).as_ref(), Some(&old));
    assert_ne!(latest(Some("tiny"), false), Some(old.clone()), "the one that has not begun is newer");
    assert_eq!(latest(Some("third"), false), None);
    let graph = Graph::of_file(&spec(&[]), 3).unwrap();
    assert!(read_weights(&old.weights(), &graph).unwrap().metrics.is_some());
    std::fs::remove_file(old.weights()).unwrap();
    assert!(old.weights().ends_with("checkpoints/last.safetensors"));
    let other = Graph::of_file(&spec(&["stem.filters=5"]), 3).unwrap();
    let error = read_weights(&old.weights(), &other).unwrap_err();
    assert!(matches!(error, ReadWeightsError::Content { .. }) && error.to_string().contains("stem.weight"), "{error}");
    assert!(matches!(read_weights(&old.file("none"), &graph), Err(ReadWeightsError::File(_))));
}

#[test]
fn classes_are_those_of_the_data_or_numbered_or_unknown() {
    assert_eq!(class_labels(&spec(&[])).unwrap()[1], "Trouser");
    assert_eq!(class_labels(&spec(&["model.num_classes=10"])).unwrap()[1], "Trouser");
    assert_eq!(class_labels(&spec(&["model.num_classes=2"])).unwrap(), ["class 0", "class 1"]);
    let nowhere = spec(&["data.source=nowhere"]);
    let unknown = class_labels(&nowhere).unwrap_err();
    let diagnostic = unknown.diagnostics(&nowhere, "name a folder").0.remove(0);
    assert!(matches!(diagnostic.place, TextPlace::Text { line: 1, .. }), "{diagnostic}");
    assert!(diagnostic.message.contains("\"auto\"") && diagnostic.help.as_deref() == Some("name a folder"));
}

#[test]
fn images_of_other_classes_are_refused_where_they_are_wrong() {
    let load = |spec: &ConfigFile, classes: Classes<'_>| load_dataset(spec, classes, Some(20), &NoProgress);
    let ten = spec(&["model.num_classes=10"]);
    let found = load(&ten, Classes::Count(10)).unwrap();
    assert!(load(&ten, Classes::Named(&found.labels)).is_ok());
    let Err(DatasetError::Config(diagnostics)) = load(&spec(&["model.num_classes=3"]), Classes::Count(3)) else {
        panic!("three classes");
    };
    assert!(diagnostics.to_string().contains("model.num_classes=3: the network has 3 classes"), "{diagnostics}");
    let mut renamed = found.labels.clone();
    renamed.swap(0, 1);
    let error = load(&ten, Classes::Named(&renamed)).unwrap_err();
    assert!(error.to_string().starts_with("the classes differ: trained on Trouser, T-shirt/top, "), "{error}");
    let control = Control::default();
    control.stop();
    let stopped = load_dataset(&ten, Classes::Count(10), Some(20), &Decoding::new(&mut Unobserved, &control));
    assert!(matches!(stopped, Err(DatasetError::Data(DataError::Cancelled))));
}

#[test]
fn an_export_is_looked_at_before_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let ended = training(Place::At(folder.path().join("run")), &[]).run(&Control::default(), Box::new(Unobserved));
    let ended = ended.unwrap();
    let (spec, dataset) = (spec(&[]), dataset());
    let graph = Graph::of_file(&spec, 3).unwrap();
    let trained = Arc::new(ended.trained.unwrap());
    let deployment = Deployment { spec, graph, labels: dataset.labels.clone(), trained, dataset };
    let (images, go) = (&deployment.dataset.validation, Control::default());
    assert_eq!(evaluated(&deployment, images, &go), ended.evaluation);
    let float = deployment.export(Build::Float, None).unwrap();
    assert_eq!((float.accuracy, float.int8_accuracy), (ended.outcome.best.map(|best| best.val_accuracy), None));

    let deployed = deployment.quantise().unwrap();
    let evaluated_int8 = deployment.evaluate_int8(&deployed, images, &go).unwrap();
    assert_eq!(evaluated_int8.evaluation.accuracy, evaluated_int8.comparison.int8_accuracy);
    let without_comparison = deployment.export(Build::Int8 { deployed: &deployed, comparison: None }, None).unwrap();
    assert_eq!((without_comparison.accuracy, without_comparison.int8_accuracy), (float.accuracy, None));
    let int8 = deployment
        .export(Build::Int8 { deployed: &deployed, comparison: Some(&evaluated_int8.comparison) }, None)
        .unwrap();
    assert_eq!(int8.int8_accuracy, Some(evaluated_int8.comparison.int8_accuracy));
    let said = format!("int8 accuracy   {:.4} ", evaluated_int8.comparison.int8_accuracy);
    assert!(int8.sources.header.contains(&said) && !without_comparison.sources.header.contains(&said));
    assert!(int8.estimate.ram_bytes < float.estimate.ram_bytes);

    let root = folder.path().join("out");
    assert!(!root.exists());
    let files = int8.write(&root).unwrap();
    assert_eq!(files[0], root.join("Tiny/Tiny.h"));
    assert_eq!(std::fs::read_to_string(&files[0]).unwrap(), int8.sources.header);
    go.stop();
    assert!(
        deployment.evaluate_int8(&deployed, images, &go).is_none() && evaluated(&deployment, images, &go).is_none()
    );
}
