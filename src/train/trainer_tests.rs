//! Complete trainings of tiny networks: equal results with any number of threads and interruptions.

use super::*;
use crate::config::ConfigFile;
use crate::data::{DataCheck, Dataset, Images};
use crate::files::RealDisk;
use crate::graph::Graph;
use crate::random::{Purpose, Stream};
use crate::sensors::Sensors;
use std::path::Path;
use std::sync::{Arc, Mutex};

const NET: &str = "[model]\nname = \"tiny\"\ninput = { height = 12, width = 12, channels = 1 }\n[stem]\nfilters = 4\n\
    [[blocks]]\ntype = \"separable\"\nfilters = 6\nstride = 2\n\
    [[blocks]]\ntype = \"bottleneck\"\nfilters = 6\nexpansion = 2\nsqueeze_excite = { after = \"depthwise\", ratio = 2 }\n\
    [head]\ndropout = 0.1\n[augment]\nflip = true\nshift = 0.1\nnoise = 0.02\n\
    [train]\nepochs = 3\nbatch_size = 20\nlearning_rate = 0.01\nema = 0.9\nlabel_smoothing = 0.05\nclass_weights = \"balanced\"\n";

pub(super) fn images(count: usize, seed: u32) -> Images {
    let mut stream = Stream::new(seed, Purpose::Split, 0, 0);
    let labels: Vec<u16> = (0..count).map(|i| (i % 3) as u16).collect();
    // Each class is bright in a different third of its rows.
    let pixel =
        |label: u16, row: usize, noise: f32| if row / 4 == usize::from(label) { 200.0 } else { 60.0 } + 50.0 * noise;
    let mut pixels = Vec::new();
    for label in &labels {
        pixels.extend((0..144).map(|i| pixel(*label, i / 12, stream.uniform()) as u8));
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

fn spec(sets: &[&str]) -> ConfigFile {
    ConfigFile::parse("tiny.toml", NET, &crate::config::overrides(sets).unwrap()).unwrap()
}

pub(super) fn job(folder: &Path, sets: &[&str], threads: usize) -> Job {
    let spec = spec(sets);
    let graph = Graph::of_file(&spec, 3).unwrap();
    Job {
        spec,
        graph,
        dataset: dataset(),
        checkpoints: folder.to_owned(),
        begin: Begin::Random,
        teacher: None,
        threads,
        governor: Governor::default(),
        disk: Arc::new(RealDisk),
    }
}

/// `job`, resumed from its folder, or started if the folder is empty.
pub(super) fn resumed(mut job: Job) -> Job {
    if job.checkpoints.join(LAST).exists() {
        let now = Identity::of(&job.spec, &job.graph, &job.dataset.fingerprint);
        job.begin = Begin::Resume(Box::new(Checkpoint::open(&job.checkpoints, &job.graph, &now).unwrap()));
    }
    job
}

/// Tensors by name, bit by bit.
pub(super) type Bits = Vec<(String, Vec<u32>)>;

/// Results that must not depend on interruptions or threads: the tensors of `last` and `best`, and metrics except
/// times.
pub(super) fn essence(folder: &Path) -> (Bits, Bits, String) {
    let tensors = |name: &str| {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let all = crate::graph::Weights::with_prefix(&bytes, "").unwrap();
        all.iter().map(|(name, t)| (name.to_owned(), t.values.iter().map(|x| x.to_bits()).collect())).collect()
    };
    let about = crate::graph::metadata(&std::fs::read(folder.join(LAST)).unwrap());
    let mut progress: Progress = serde_json::from_str(&about["progress"]).unwrap();
    for metrics in &mut progress.history {
        (metrics.seconds, metrics.images_per_second) = (0.0, 0.0);
    }
    (tensors(LAST), tensors(BEST), serde_json::to_string(&progress).unwrap())
}

pub(super) fn finished(sets: &[&str], threads: usize) -> (Bits, Bits, String) {
    let folder = tempfile::tempdir().unwrap();
    let outcome = train(job(folder.path(), sets, threads), &Control::default(), &mut Unobserved).unwrap();
    assert_eq!(outcome.end, End::Finished);
    essence(folder.path())
}

/// Records every call, and stops the training after a number of batches.
#[derive(Clone, Default)]
pub(super) struct Notes {
    calls: Arc<Mutex<Vec<String>>>,
    stop: Option<(usize, Control)>,
}

impl Notes {
    /// An observer that stops the training after `after` batches.
    pub(super) fn stopping(batches: usize, control: &Control) -> Self {
        Self { stop: Some((batches, control.clone())), ..Self::default() }
    }

    fn note(&self, call: String) {
        self.calls.lock().unwrap().push(call);
    }
    fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }
}

impl Observer for Notes {
    fn start(&mut self, start: &Start) {
        self.note(format!("start {}/{}", start.done, start.epochs));
    }
    fn batch(&mut self, progress: &BatchProgress) {
        self.note(format!("batch {}.{}", progress.epoch, progress.batch));
        if let Some((left, control)) = &mut self.stop {
            *left -= 1;
            if *left == 0 {
                control.stop();
            }
        }
    }
    fn epoch(&mut self, metrics: &EpochMetrics, validation: Validation<'_>) {
        assert_eq!(validation.predictions.len(), 24);
        let right = validation.predictions.iter().zip(validation.labels).filter(|(a, b)| a == b).count();
        assert!((right as f64 / 24.0 - metrics.val_accuracy).abs() < 1e-9);
        self.note(format!("epoch {}", metrics.epoch));
    }
    fn paused(&mut self, paused: bool) {
        self.note(format!("paused {paused}"));
    }
    fn thermal(&mut self, state: &Thermal) {
        self.note(format!("{:?} °C, cooling to {:?}", state.temperature.unwrap(), state.cooling_to));
    }
    fn end(&mut self, end: &End) {
        self.note(format!("end {end:?}"));
    }
}

#[test]
fn a_network_learns_and_its_observer_hears_of_all_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let mut notes = Notes::default();
    let outcome = train(job(folder.path(), &["train.epochs=12"], 1), &Control::default(), &mut notes).unwrap();
    assert!(outcome.best.unwrap().val_accuracy > 0.9, "{:?}", outcome.history);
    let calls = notes.calls();
    assert_eq!(calls[..6], ["start 0/12", "batch 1.1", "batch 1.2", "batch 1.3", "batch 1.4", "epoch 1"]);
    assert_eq!(calls.last().unwrap(), "end Finished");
    assert_eq!(calls.len(), 2 + 12 * 5);
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    for sets in [&[][..], &["train.quantization_aware=0.5"]] {
        let one = finished(sets, 1);
        assert_eq!(one, finished(sets, 2));
        assert_eq!(one, finished(sets, 3));
    }
    let one = finished(&[], 1);
    assert_ne!(one, finished(&["train.quantization_aware=0.5"], 1), "integers are learned");
    assert_ne!(one.0, finished(&["train.seed=1"], 1).0);
}

#[test]
fn a_training_stopped_after_any_batch_and_resumed_ends_with_the_same_bytes() {
    let others = [vec!["train.optimizer=\"rmsprop\""], vec!["train.quantization_aware=0.5"], vec!["augment.mixup=0.5"]];
    for sets in [vec![], vec!["train.ema=0", "train.optimizer=\"sgd\""]].into_iter().chain(others) {
        let whole = finished(&sets, 2);
        for stops in [vec![1], vec![4], vec![6], vec![11], vec![2, 3, 1, 4]] {
            let folder = tempfile::tempdir().unwrap();
            for batches in stops {
                let control = Control::default();
                let mut notes = Notes { stop: Some((batches, control.clone())), ..Notes::default() };
                let outcome = train(resumed(job(folder.path(), &sets, 1)), &control, &mut notes).unwrap();
                assert_eq!(outcome.end, End::Stopped);
            }
            train(resumed(job(folder.path(), &sets, 2)), &Control::default(), &mut Unobserved).unwrap();
            assert_eq!(essence(folder.path()), whole);
        }
    }
}

#[test]
fn a_loss_that_is_no_number_ends_the_training_and_keeps_the_last_good_state() {
    let folder = tempfile::tempdir().unwrap();
    train(job(folder.path(), &["train.epochs=1"], 1), &Control::default(), &mut Unobserved).unwrap();
    let before = std::fs::read(folder.path().join(LAST)).unwrap();
    // Without norm and bounded activation, large steps diverge.
    let text = "[model]\ninput = { height = 12, width = 12, channels = 1 }\nbatch_norm = false\n\
        [stem]\nfilters = 4\nactivation = \"none\"\n\
        [[blocks]]\ntype = \"conv\"\nfilters = 6\nactivation = \"none\"\n\
        [train]\nepochs = 9\noptimizer = \"sgd\"\nlearning_rate = 10\nschedule = \"constant\"\n";
    let spec = ConfigFile::parse("steep.toml", text, &[]).unwrap();
    let graph = Graph::of_file(&spec, 3).unwrap();
    let steep = Job { spec, graph, ..job(folder.path(), &[], 1) };
    let mut notes = Notes::default();
    let outcome = train(steep, &Control::default(), &mut notes).unwrap();
    let End::Diverged { epoch, .. } = outcome.end else { panic!("{:?}", outcome.history) };
    assert_eq!(notes.calls().last().unwrap(), &format!("end {:?}", outcome.end));
    assert_eq!(outcome.history.len() as u32, epoch - 1);
    if outcome.history.is_empty() {
        assert_eq!(std::fs::read(folder.path().join(LAST)).unwrap(), before);
    }
}

#[test]
fn training_ends_early_without_progress_and_keeps_a_best_only_if_good_enough() {
    let folder = tempfile::tempdir().unwrap();
    let sets =
        ["train.epochs=200", "train.early_stopping=3", "train.checkpoint_min_accuracy=1.0", "train.learning_rate=1e-9"];
    let outcome = train(job(folder.path(), &sets, 1), &Control::default(), &mut Unobserved).unwrap();
    let waited = outcome.history.last().unwrap().epoch - outcome.best.unwrap().epoch;
    assert_eq!((outcome.end, waited), (End::NoProgress { epochs: 3 }, 3));
    assert!(folder.path().join(LAST).exists() && !folder.path().join(BEST).exists());
}

#[test]
fn a_changed_architecture_or_data_does_not_resume_and_the_difference_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    train(job(folder.path(), &["train.epochs=1"], 1), &Control::default(), &mut Unobserved).unwrap();
    let open = |sets: &[&str], fingerprint: &str| {
        let job = job(folder.path(), sets, 1);
        let now = Identity::of(&job.spec, &job.graph, fingerprint);
        Checkpoint::open(folder.path(), &job.graph, &now).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(open(&["train.epochs=9", "train.learning_rate=0.5"], "0123"), Ok(()));
    let error = open(&["blocks.0.filters=7"], "0123").unwrap_err();
    assert!(error.contains("-filters = 6\n+filters = 7"), "{error}");
    assert!(open(&[], "4567").unwrap_err().contains("the images"));
    assert!(open(&["train.optimizer=\"sgd\""], "0123").unwrap_err().contains("train.optimizer"));
    assert!(open(&["train.seed=5"], "0123").unwrap_err().contains("train.seed was 0"));
    std::fs::write(folder.path().join(LAST), b"damaged").unwrap();
    assert!(open(&[], "0123").unwrap_err().contains("not a valid safetensors file"));
}

#[test]
fn a_trainer_pauses_resumes_stops_and_takes_the_next_job() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let trainer = Trainer::start(Control::default()).unwrap();
    trainer.control().pause();
    let notes = Notes::default();
    let first = trainer.queue(job(folders[0].path(), &[], 1), Box::new(notes.clone()));
    let second = trainer.queue(job(folders[1].path(), &[], 1), Box::new(Unobserved));
    let begun = std::time::Instant::now();
    while !notes.calls().contains(&"paused true".to_owned()) {
        assert!(begun.elapsed().as_secs() < 20, "{:?}", notes.calls());
        std::thread::yield_now();
    }
    assert_eq!(notes.calls(), ["start 0/3", "batch 1.1", "paused true"]);
    trainer.control().resume();
    assert_eq!(first.recv().unwrap().unwrap().end, End::Finished);
    assert_eq!(second.recv().unwrap().unwrap().history.len(), 3);
    assert!(notes.calls().contains(&"paused false".to_owned()));
    trainer.control().stop();
    let third = trainer.queue(job(folders[2].path(), &[], 1), Box::new(Unobserved));
    assert!(matches!(third.recv().unwrap(), Err(TrainError::NotBegun)));
}

/// A file system with a processor temperature in thousandths of a degree.
fn heat(root: &Path, thousandths: i32) {
    let zone = root.join("sys/class/thermal/thermal_zone0");
    std::fs::create_dir_all(&zone).unwrap();
    std::fs::write(zone.join("new"), format!("{thousandths}\n")).unwrap();
    std::fs::rename(zone.join("new"), zone.join("temp")).unwrap();
}

fn paced(folder: &Path, root: &Path) -> Job {
    Job { governor: Governor::new(Sensors::at(root), Some(80.0)).unwrap(), ..job(folder, &[], 1) }
}

fn wait_for(notes: &Notes, call: &str) {
    let begun = std::time::Instant::now();
    while !notes.calls().iter().any(|other| other == call) {
        assert!(begun.elapsed().as_secs() < 20, "no {call}: {:?}", notes.calls());
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

#[test]
fn a_training_waits_while_it_is_too_hot_and_learns_the_same() {
    let (folder, root) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    heat(root.path(), 80_000);
    let trainer = Trainer::start(Control::default()).unwrap();
    let notes = Notes::default();
    let job = trainer.queue(paced(folder.path(), root.path()), Box::new(notes.clone()));
    wait_for(&notes, "batch 1.1");
    // Not cool enough yet.
    heat(root.path(), 75_001);
    wait_for(&notes, "75.001 °C, cooling to Some(75.0)");
    let begun = ["start 0/3", "80.0 °C, cooling to Some(75.0)", "batch 1.1", "75.001 °C, cooling to Some(75.0)"];
    assert_eq!(notes.calls(), begun);
    // A pause by the user is independent of it.
    trainer.control().pause();
    wait_for(&notes, "paused true");
    trainer.control().resume();
    wait_for(&notes, "paused false");
    heat(root.path(), 75_000);
    let outcome = job.recv().unwrap().unwrap();
    assert_eq!(outcome.end, End::Finished);
    assert_eq!(notes.calls()[4..8], ["paused true", "paused false", "75.0 °C, cooling to None", "batch 1.2"]);
    assert!(outcome.history[0].seconds < 1.0, "waiting is no work: {:?}", outcome.history[0]);
    assert_eq!(essence(folder.path()), finished(&[], 1));
}

#[test]
fn a_training_that_waits_to_cool_can_be_stopped_and_a_lost_sensor_lets_it_go_on() {
    let (folder, root) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    heat(root.path(), 95_500);
    let trainer = Trainer::start(Control::default()).unwrap();
    let notes = Notes::default();
    let job = trainer.queue(paced(folder.path(), root.path()), Box::new(notes.clone()));
    wait_for(&notes, "batch 1.1");
    trainer.control().stop();
    assert_eq!(job.recv().unwrap().unwrap().end, End::Stopped);
    let calls = ["start 0/3", "95.5 °C, cooling to Some(75.0)", "batch 1.1", "end Stopped"];
    assert_eq!(notes.calls(), calls);

    let mut silent = paced(folder.path(), root.path());
    std::fs::remove_dir_all(root.path().join("sys")).unwrap();
    silent.begin = Begin::Random;
    assert_eq!(train(silent, &Control::default(), &mut Unobserved).unwrap().end, End::Finished);
    let error = Governor::new(Sensors::at(root.path()), Some(80.0)).unwrap_err().to_string();
    assert!(error.contains("/sys/class/thermal/thermal_zone*/temp"), "{error}");
}

#[test]
fn a_defect_ends_the_job_and_not_the_trainer() {
    struct Broken;
    impl Observer for Broken {
        fn start(&mut self, _: &Start) {
            panic!("out of order");
        }
        fn batch(&mut self, _: &BatchProgress) {}
        fn epoch(&mut self, _: &EpochMetrics, _: Validation<'_>) {}
        fn end(&mut self, _: &End) {}
    }
    let folder = tempfile::tempdir().unwrap();
    let trainer = Trainer::start(Control::default()).unwrap();
    let broken = trainer.queue(job(folder.path(), &[], 1), Box::new(Broken));
    assert!(broken.recv().unwrap().unwrap_err().to_string().contains("out of order"));
    let sound = trainer.queue(job(folder.path(), &[], 1), Box::new(Unobserved));
    assert_eq!(sound.recv().unwrap().unwrap().end, End::Finished);
}

#[test]
fn a_batch_that_memory_cannot_hold_is_refused_before_anything_is_allocated() {
    let folder = tempfile::tempdir().unwrap();
    let sets = ["model.input.height=4096", "model.input.width=4096", "train.batch_size=1024"];
    let error = train(job(folder.path(), &sets, 1), &Control::default(), &mut Unobserved).unwrap_err().to_string();
    assert!(error.contains("use a smaller train.batch_size"), "{error}");
}

#[test]
fn other_work_waits_its_turn_and_a_defect_in_it_ends_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let trainer = Trainer::start(Control::default()).unwrap();
    let trained = trainer.queue(job(folder.path(), &["train.epochs=1"], 1), Box::new(Unobserved));
    let last = folder.path().join(LAST);
    let seen = trainer.queue_work(move || last.exists());
    let broken = trainer.queue_work(|| -> u8 { panic!("out of order") });
    assert_eq!(trainer.queue_work(|| 7).recv(), Ok(7));
    assert_eq!(seen.recv(), Ok(true), "it came after the training");
    assert!(broken.recv().is_err());
    assert_eq!(trained.recv().unwrap().unwrap().end, End::Finished);
}
