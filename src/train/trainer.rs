//! The training loop: batches, steps, validation and checkpoints.

use super::awake::Awake;
use super::aware;
use super::batches::{Batches, Targets};
use super::checkpoint::{Checkpoint, Identity, Progress};
use super::control::Control;
use super::distill::{self, Distillation};
use super::job::{Begin, Job, Outcome, TrainError};
use super::lanes::LaneMap;
use super::layer::Activations;
use super::network::Network;
use super::observer::{BatchProgress, End, EpochMetrics, Observer, Start, Validation};
use super::optimizer::Optimizer;
use super::predict::{self, Predictions};
use super::profile::{self, Work};
use super::schedule::learning_rate;
use super::select::Selection;
use super::simd::flush_denormals;
use crate::data::Images;
use crate::graph::{Weights, argmax};
use dfdx::prelude::{Backward as _, Optimizer as _};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Trains `job` on its own thread pool and reports to `observer`. A panic ends the job, but not the program.
///
/// # Errors
/// If a checkpoint cannot be written, memory does not suffice, or there are no images. The observer is notified of
/// every end, including errors.
pub fn train(job: Job, control: &Control, observer: &mut dyn Observer) -> Result<Outcome, TrainError> {
    let attempt = catch_unwind(AssertUnwindSafe(|| attempt(job, control, observer)));
    attempt.unwrap_or_else(|panic| {
        let reason = reason(&*panic);
        observer.end(&End::Failed(reason.clone()));
        Err(TrainError::Defect(reason))
    })
}

fn attempt(job: Job, control: &Control, observer: &mut dyn Observer) -> Result<Outcome, TrainError> {
    let threads = job.threads.max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|i| format!("trainer {i}"))
        .start_handler(|_| flush_denormals())
        .build()
        .map_err(|error| TrainError::Threads { threads, reason: error.to_string() })?;
    // The whole loop runs on the pool, so that tasks start on its threads.
    let result = pool.install(|| Loop::new(job, observer).and_then(|mut work| work.run(control, observer)));
    match &result {
        Ok(outcome) => observer.end(&outcome.end),
        Err(error) => observer.end(&End::Failed(error.to_string())),
    }
    result
}

fn reason(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a defect in the program").to_owned()
}

struct Loop {
    job: Job,
    identity: Identity,
    network: Network,
    optimizer: Optimizer,
    average: Option<Weights>,
    batches: Arc<Batches>,
    targets: Targets,
    distillation: Option<Distillation>,
    progress: Progress,
    /// Total number of epochs.
    epochs: u32,
    selection: Selection,
}

/// The reason why the batches of an epoch ended.
enum Batching {
    Done,
    Stopped,
    Diverged { batch: usize },
}

impl Loop {
    fn new(job: Job, observer: &mut dyn Observer) -> Result<Self, TrainError> {
        let config = &job.spec.config.train;
        for (images, what) in [(&job.dataset.train, "learn from"), (&job.dataset.validation, "validate with")] {
            if images.is_empty() {
                return Err(TrainError::Empty(what));
            }
        }
        predict::enough_memory(&job.graph, config.batch_size)?;
        let identity = Identity::of(&job.spec, &job.graph, &job.dataset.fingerprint);
        let mut optimizer = Optimizer::new(config);
        let mut progress = Progress::default();
        let (weights, average) = match &job.begin {
            Begin::Random => (Weights::random(&job.graph, config.seed), None),
            Begin::Weights(weights) => ((**weights).clone(), None),
            Begin::Resume(state) => {
                progress = state.progress.clone();
                optimizer.steps = progress.steps;
                optimizer.state.clone_from(&state.optimizer);
                (state.weights.clone(), state.average.clone())
            }
        };
        let distillation = job.teacher.as_deref().map(|teacher| Distillation::new(teacher, config));
        let average = average.or_else(|| (config.ema > 0.0).then(|| weights.clone()));
        let mut network = Network::new(&job.graph, &weights);
        if let Begin::Resume(state) = &job.begin {
            network.set_grids(state.grids.clone());
        }
        let batches = Arc::new(Batches::new(&job.dataset.train, &job.spec.config, &job.graph));
        let epochs = config.epochs_on(job.dataset.train.len());
        observer.start(&Start {
            name: job.graph.name.clone(),
            epochs,
            done: progress.epoch,
            batches: batches.count(),
            images: job.dataset.train.len(),
            trainable: job.graph.trainable(),
            threads: job.threads.max(1),
        });
        let selection = Selection::of(config, &job.dataset);
        let targets = Targets::new(config, &job.dataset.train, job.graph.classes);
        Ok(Self {
            job,
            identity,
            network,
            optimizer,
            average,
            batches,
            targets,
            distillation,
            progress,
            epochs,
            selection,
        })
    }

    fn run(&mut self, control: &Control, observer: &mut dyn Observer) -> Result<Outcome, TrainError> {
        let epochs = self.epochs;
        let steps = self.progress.steps;
        profile::begin();
        self.job.governor.look(observer);
        let end = loop {
            if self.progress.epoch >= epochs {
                break End::Finished;
            }
            if let Some(end) = self.no_progress() {
                break end;
            }
            self.start_quantisation_aware()?;
            match self.epoch(control, observer) {
                Batching::Done => {}
                Batching::Stopped => {
                    self.save(false)?;
                    break End::Stopped;
                }
                Batching::Diverged { batch } => break End::Diverged { epoch: self.progress.epoch + 1, batch },
            }
            let validated = self.validate();
            if !validated.loss.is_finite() {
                break End::Diverged { epoch: self.progress.epoch + 1, batch: self.batches.count() };
            }
            let metrics = self.finish_epoch(&validated);
            let labels = &self.job.dataset.validation.labels;
            let Predictions { classes: predictions, confidences, .. } = &validated;
            observer.epoch(&metrics, Validation { labels, predictions, confidences });
            self.save(self.selection.keeps(&self.progress.history))?;
            // If a stop was requested during validation, the epoch is completed and saved.
            if control.is_stopped() && self.progress.epoch < epochs {
                break End::Stopped;
            }
        };
        let history = self.progress.history.clone();
        let best = self.selection.best(&history);
        let weights = self.average.clone().unwrap_or_else(|| self.network.weights());
        let profile = profile::end(self.progress.steps - steps, self.job.threads.max(1));
        Ok(Outcome { end, history, best, weights, profile })
    }

    /// Starts quantisation-aware training when its first epoch is reached.
    fn start_quantisation_aware(&mut self) -> Result<(), TrainError> {
        let train = &self.job.spec.config.train;
        if self.progress.epoch + train.integer_epochs(self.epochs) >= self.epochs && self.network.grids().is_empty() {
            let grids = aware::grids(&self.job.graph, &self.network.weights(), &self.job.dataset.train)?;
            self.network.set_grids(grids);
        }
        Ok(())
    }

    /// Runs the remaining batches of the epoch.
    fn epoch(&mut self, control: &Control, observer: &mut dyn Observer) -> Batching {
        let dataset = self.job.dataset.clone();
        let epoch = self.progress.epoch;
        let count = self.batches.count();
        let order = self.batches.order(epoch);
        let begun = Instant::now();
        let spent = self.progress.seconds;
        let mut waited = Duration::ZERO;
        let batches = self.batches.clone();
        let assemble = |batch| batches.assemble(&dataset.train, epoch, &order, batch);
        let mut next = None;
        while self.progress.batch < count {
            let batch = self.progress.batch;
            let waiting = profile::span(Work::Batches);
            let input = next.take().unwrap_or_else(|| assemble(batch));
            let places = batches.places(&order, batch);
            // Idle threads prepare the next batch.
            let result = rayon::in_place_scope(|scope| {
                let _awake = Awake::new();
                if batch + 1 < count {
                    scope.spawn(|_| next = Some(assemble(batch + 1)));
                }
                self.step(input, &dataset.train, places)
            });
            drop(waiting);
            let Some((loss, correct)) = result else {
                return Batching::Diverged { batch: self.progress.batch + 1 };
            };
            self.progress.batch += 1;
            self.progress.loss_sum += loss * places.len() as f64;
            self.progress.correct += correct;
            self.progress.seconds = spent + begun.elapsed().saturating_sub(waited).as_secs_f64();
            let images = self.batches.images_until(self.progress.batch);
            observer.batch(&BatchProgress {
                epoch: epoch + 1,
                batch: self.progress.batch,
                batches: count,
                loss: self.progress.loss_sum / images as f64,
                accuracy: self.progress.correct as f64 / images as f64,
                lr: self.progress.lr,
                images_per_second: images as f64 / self.progress.seconds.max(1e-9),
            });
            let pause = control.checkpoint(&mut self.job.governor, observer);
            profile::leave_out(pause);
            waited += pause;
            if control.is_stopped() && self.progress.batch < count {
                return Batching::Stopped;
            }
        }
        Batching::Done
    }

    /// Runs one step; returns its loss and the number of correct predictions, or `None` (and changes nothing) if
    /// the loss is not finite.
    fn step(&mut self, input: LaneMap, images: &Images, places: &[u32]) -> Option<(f64, usize)> {
        let _step = profile::span(Work::Engine);
        let config = &self.job.spec.config.train;
        let (epoch, batch) = (self.progress.epoch, self.progress.batch);
        let before = self.network.running_statistics();
        let keep = self.batches.dropout(epoch, batch, places.len(), self.job.graph.feature_count());
        let input = Arc::new(Activations::plain(input));
        let distillation =
            self.distillation.as_ref().map(|distillation| (distillation, distillation.soft_targets(&input)));
        let logits = self.network.train(&input, keep);
        let (count, classes) = (places.len(), self.job.graph.classes);
        let mut values = vec![0.0; count * classes];
        logits.copy_into(&mut values);
        let labels: Vec<usize> = places.iter().map(|place| usize::from(images.labels[*place as usize])).collect();
        let right = values.chunks_exact(classes).zip(&labels).filter(|(row, label)| argmax(row) == **label).count();
        let shares = self.batches.shares(epoch, batch, places.len());
        let targets = self.targets.rows(&labels, shares.as_deref());
        let (loss, value) = distill::loss(logits, targets, distillation);
        if !value.is_finite() {
            self.network.set_running_statistics(&before);
            return None;
        }
        let gradients = loss.backward();
        let _last = profile::span(Work::Optimizer);
        let done = f64::from(epoch) + batch as f64 / self.batches.count() as f64;
        self.progress.lr = learning_rate(config, self.epochs, done);
        self.optimizer.learning_rate = self.progress.lr as f32;
        // `update` fails for parameters without a gradient, which do not occur.
        let _ = self.optimizer.update(&mut self.network, &gradients);
        self.progress.steps = self.optimizer.steps;
        if let Some(average) = &mut self.average {
            self.network.average_into(average, config.ema, self.optimizer.steps);
        }
        Some((f64::from(value), right))
    }

    /// Predictions for the validation images with the weights to deploy.
    fn validate(&self) -> Predictions {
        let _validation = profile::span(Work::Validation);
        let images = &self.job.dataset.validation;
        match &self.average {
            Some(average) => predict::predict(&Network::new(&self.job.graph, average), images),
            None => predict::predict(&self.network, images),
        }
    }

    fn finish_epoch(&mut self, validated: &Predictions) -> EpochMetrics {
        let images = self.job.dataset.train.len() as f64;
        let progress = &mut self.progress;
        let metrics = EpochMetrics {
            epoch: progress.epoch + 1,
            loss: progress.loss_sum / images,
            accuracy: progress.correct as f64 / images,
            val_loss: validated.loss,
            val_accuracy: validated.accuracy,
            lr: progress.lr,
            images_per_second: images / progress.seconds.max(1e-9),
            seconds: progress.seconds + validated.seconds,
        };
        progress.history.push(metrics);
        *progress = Progress {
            epoch: progress.epoch + 1,
            steps: progress.steps,
            lr: progress.lr,
            history: std::mem::take(&mut progress.history),
            ..Progress::default()
        };
        metrics
    }

    fn no_progress(&self) -> Option<End> {
        let patience = self.job.spec.config.train.early_stopping;
        let waited = self.selection.waited(&self.progress.history)?;
        (patience > 0 && self.progress.batch == 0 && waited >= patience).then_some(End::NoProgress { epochs: waited })
    }

    fn save(&self, best: bool) -> Result<(), TrainError> {
        let state = Checkpoint {
            identity: self.identity.clone(),
            progress: self.progress.clone(),
            weights: self.network.weights(),
            average: self.average.clone(),
            optimizer: self.optimizer.state.clone(),
            grids: self.network.grids().to_vec(),
        };
        state.save(&*self.job.disk, &self.job.checkpoints, best)
    }
}
