//! Tests of trainings whose folder vanishes.

use super::super::tests::{spec, training};
use super::super::{Place, Training, TrainingError};
use super::*;
use crate::graph::{Graph, Weights};
use crate::runs::{self, Status};
use crate::train::{BatchProgress, Control, End, EpochMetrics, Observer, Start, Unobserved, Validation};
use std::sync::atomic::{AtomicBool, Ordering};

/// Does something at one of the calls of an observer, and collects warnings.
struct At {
    call: &'static str,
    act: Option<Box<dyn FnOnce() + Send>>,
    /// Done after the last epoch.
    last: Option<Box<dyn FnOnce() + Send>>,
    warnings: Arc<Mutex<Vec<String>>>,
}

impl At {
    fn new(call: &'static str, act: impl FnOnce() + Send + 'static) -> (Self, Arc<Mutex<Vec<String>>>) {
        let warnings = Arc::new(Mutex::new(Vec::new()));
        (Self { call, act: Some(Box::new(act)), last: None, warnings: warnings.clone() }, warnings)
    }

    fn note(&mut self, call: &str) {
        if self.call == call
            && let Some(act) = self.act.take()
        {
            act();
        }
    }
}

impl Observer for At {
    fn warning(&mut self, text: &str) {
        self.warnings.lock().unwrap().push(text.to_owned());
    }
    fn start(&mut self, _: &Start) {}
    fn batch(&mut self, progress: &BatchProgress) {
        self.note(&format!("batch {}.{}", progress.epoch, progress.batch));
    }
    fn epoch(&mut self, metrics: &EpochMetrics, _: Validation<'_>) {
        self.note(&format!("epoch {}", metrics.epoch));
        if let Some(last) = self.last.take_if(|_| metrics.epoch == 3) {
            last();
        }
    }
    fn end(&mut self, _: &End) {
        self.note("end");
    }
}

/// Every file below `folder` whose content does not depend on the time.
fn lasting_files(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for name in ["config.toml", "labels.txt", "layers.csv", "data-check.md", "training-images.txt"] {
        found.push((name.into(), std::fs::read(folder.join(name)).unwrap()));
    }
    let rows = runs::metrics::read(&folder.join(Run::METRICS)).unwrap();
    let rows = rows.iter().map(|row| format!("{} {:?} {:?}", row.epoch, row.loss, row.val_accuracy));
    found.push((Run::METRICS.into(), rows.collect::<Vec<_>>().join("\n").into_bytes()));
    for name in [crate::train::BEST, crate::train::LAST] {
        let graph = Graph::of_file(&spec(&[]), 3).unwrap();
        let bytes = std::fs::read(folder.join(Run::CHECKPOINTS).join(name)).unwrap();
        let weights = Weights::from_safetensors(&bytes, &graph).unwrap();
        found.push((name.into(), weights.to_safetensors(&std::collections::BTreeMap::new()).unwrap()));
    }
    found
}

#[test]
fn a_run_folder_that_vanishes_is_written_anew_and_training_continues() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join("runs").join(name);
    training(Place::At(at("whole")), &[]).run(&Control::default(), Box::new(Unobserved)).unwrap();
    let expected = lasting_files(&at("whole"));
    for call in ["batch 1.1", "batch 2.2", "epoch 1", "epoch 3", "end"] {
        let run = at("run");
        let gone = run.clone();
        let (observer, warnings) = At::new(call, move || std::fs::remove_dir_all(gone).unwrap());
        let ended = training(Place::At(run.clone()), &[]).run(&Control::default(), Box::new(observer)).unwrap();
        assert_eq!(
            (&ended.outcome.end, ended.run.info().unwrap().status),
            (&End::Finished, Status::Finished),
            "{call}"
        );
        assert!(lasting_files(&run) == expected, "{call}");
        assert!(run.join(Run::REPORT).exists() && !ended.run.is_locked());
        let warnings = warnings.lock().unwrap();
        assert!(call == "end" || warnings.iter().any(|text| text.contains("vanished")), "{call}: {warnings:?}");
        std::fs::remove_dir_all(run).unwrap();
    }
}

#[test]
fn training_continues_in_memory_while_its_folder_cannot_be_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (runs, run) = (folder.path().join("runs"), folder.path().join("runs/run"));
    let parent = runs.clone();
    let block = move || {
        std::fs::remove_dir_all(&parent).unwrap();
        std::fs::write(&parent, "a file in its place").unwrap();
    };
    let (observer, warnings) = At::new("epoch 1", block);
    let error = training(Place::At(run), &[]).run(&Control::default(), Box::new(observer)).unwrap_err();
    let text = error.to_string();
    let TrainingError::Rescued { folder: saved, .. } = error else { panic!("{text}") };
    assert!(text.contains(&format!("its files are saved in {}", saved.display())), "{text}");
    assert_eq!(Run::open(&saved).unwrap().info().unwrap().status, Status::Finished);
    let rows = runs::metrics::read(&saved.join(Run::METRICS)).unwrap();
    assert_eq!(rows.len(), 3, "the epochs after it vanished too");
    assert!(saved.join(Run::CHECKPOINTS).join(crate::train::LAST).exists());
    std::fs::remove_dir_all(saved.parent().unwrap()).unwrap();
    assert!(warnings.lock().unwrap().iter().any(|text| text.contains("training continues in memory")));
    assert_eq!(std::fs::read_to_string(runs).unwrap(), "a file in its place");
}

/// The names of all files below `folder`.
fn names(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path().strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn single_files_that_vanish_are_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join("runs").join(name);
    training(Place::At(at("whole")), &[]).run(&Control::default(), Box::new(Unobserved)).unwrap();
    let (expected, all) = (lasting_files(&at("whole")), names(&at("whole")));
    let files = [Run::CONFIG, Run::LABELS, Run::INFO, Run::METRICS, Run::CHECKPOINTS, ".lock"];
    for (name, call) in files.iter().flat_map(|name| ["batch 1.1", "epoch 2", "end"].map(|call| (*name, call))) {
        let run = at("run");
        let gone = run.join(name);
        let remove = move || {
            if gone.is_dir() { std::fs::remove_dir_all(gone).unwrap() } else { std::fs::remove_file(gone).unwrap() }
        };
        let (observer, warnings) = At::new(call, remove);
        let ended = training(Place::At(run.clone()), &[]).run(&Control::default(), Box::new(observer)).unwrap();
        let info = ended.run.info().unwrap();
        assert_eq!((info.status, info.epochs_done), (Status::Finished, 3), "{name} at {call}");
        assert_eq!(names(&run), all, "{name} at {call}");
        assert!(lasting_files(&run) == expected, "{name} at {call}");
        // What is written next anyway is not missed, and nobody is told about locks.
        let is_told = call != "end" && [Run::CONFIG, Run::LABELS].contains(&name);
        let warnings = warnings.lock().unwrap();
        let text = format!("{name} of {} vanished", text::path(&run));
        assert!(!is_told || warnings.iter().any(|warning| warning.starts_with(&text)), "{name}, {call}: {warnings:?}");
        std::fs::remove_dir_all(run).unwrap();
    }
}

/// A disk of which the operation number `at` fails with an error of this kind.
struct Flaky {
    at: usize,
    kind: std::io::ErrorKind,
    count: Mutex<usize>,
}

impl Flaky {
    fn new(at: usize, kind: std::io::ErrorKind) -> Arc<Self> {
        Arc::new(Self { at, kind, count: Mutex::default() })
    }

    fn step(&self) -> io::Result<()> {
        let mut count = self.count.lock().unwrap();
        *count += 1;
        if *count - 1 == self.at { Err(self.kind.into()) } else { Ok(()) }
    }
}

impl Disk for Flaky {
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.step()?;
        crate::files::RealDisk.create(path, bytes)
    }
    fn sync(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        crate::files::RealDisk.sync(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        crate::files::RealDisk.rename(from, to)
    }
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        // Half of it is written before the error.
        let result = self.step();
        let part = if result.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
        crate::files::RealDisk.append(path, part)?;
        result
    }
}

#[test]
fn an_operation_that_fails_once_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join("runs").join(name);
    let whole = Flaky::new(usize::MAX, std::io::ErrorKind::NotFound);
    let train = |run: PathBuf, disk: Arc<Flaky>| {
        let training = Training { disk, ..training(Place::At(run), &[]) };
        training.run(&Control::default(), Box::new(Unobserved))
    };
    train(at("whole"), whole.clone()).unwrap();
    let (expected, all) = (lasting_files(&at("whole")), names(&at("whole")));
    let steps = *whole.count.lock().unwrap();
    assert!(steps > 20, "{steps}");
    // The first table is written before training begins.
    for (step, kind) in
        (4..steps).zip([std::io::ErrorKind::NotFound, std::io::ErrorKind::Interrupted].into_iter().cycle())
    {
        let run = at("run");
        let ended = train(run.clone(), Flaky::new(step, kind)).unwrap_or_else(|error| panic!("{step}: {error}"));
        assert_eq!(ended.run.info().unwrap().status, Status::Finished, "{step}");
        assert_eq!(names(&run), all, "{step}");
        assert!(lasting_files(&run) == expected, "{step}");
        std::fs::remove_dir_all(run).unwrap();
    }
}

#[test]
fn a_slow_deletion_of_the_folder_ends_no_training() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join("runs").join(name);
    training(Place::At(at("whole")), &[]).run(&Control::default(), Box::new(Unobserved)).unwrap();
    let (expected, all) = (lasting_files(&at("whole")), names(&at("whole")));
    let run = at("run");
    let gone = run.clone();
    let (stop, is_over) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let remove = {
        let stop = stop.clone();
        move || {
            while !stop.load(Ordering::SeqCst) {
                for name in names_or_none(&gone) {
                    let _ = std::fs::remove_file(name);
                    std::thread::yield_now();
                }
                let _ = std::fs::remove_dir_all(&gone);
            }
        }
    };
    // From the first batch to the last epoch.
    let mut begin = At::new("batch 1.1", || {}).0;
    let done = is_over.clone();
    let remover = Arc::new(Mutex::new(None::<std::thread::JoinHandle<()>>));
    let joined = remover.clone();
    begin.act = Some(Box::new(move || *remover.lock().unwrap() = Some(std::thread::spawn(remove))));
    begin.last = Some(Box::new(move || {
        stop.store(true, Ordering::SeqCst);
        joined.lock().unwrap().take().unwrap().join().unwrap();
        done.store(true, Ordering::SeqCst);
    }));
    let ended = training(Place::At(run.clone()), &[]).run(&Control::default(), Box::new(begin)).unwrap();
    assert!(is_over.load(Ordering::SeqCst));
    assert_eq!(ended.run.info().unwrap().status, Status::Finished);
    assert!(names(&run) == all && lasting_files(&run) == expected);
}

/// The files below `folder`, whatever is deleted meanwhile.
fn names_or_none(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| if entry.path().is_dir() { names_or_none(&entry.path()) } else { vec![entry.path()] })
        .collect()
}
