//! Profile: time spent by kind of work during a training.
//!
//! The training thread always does one kind of [`Work`]; a [`Span`] switches to another kind for a while and pauses
//! the time of the previous one, so that the times add up to the total. Work stolen from other threads while
//! waiting is counted under its own kind. Each switch reads the clock once (some tens of nanoseconds), so the
//! profile is always on.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::time::{Duration, Instant};

/// Operations of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// Standard convolution, including the stem.
    Convolution,
    /// Depthwise convolution.
    Depthwise,
    /// 1×1 convolution, and dense layers except the head, which dfdx computes.
    Pointwise,
    /// Global pooling.
    Pool,
    /// Squeeze-and-excitation.
    SqueezeExcite,
    /// Addition of skip connections.
    Add,
}

impl Layer {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::Convolution, Self::Depthwise, Self::Pointwise, Self::Pool, Self::SqueezeExcite, Self::Add];
}

/// Kinds of work of a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Forward passes of one kind of operation, including the preceding norm and activation.
    Forward(Layer),
    /// Backward passes of one kind of operation.
    Backward(Layer),
    /// Assembly and augmentation of batches, as far as the step waits for it.
    Batches,
    /// dfdx: tensors, tape, head and loss; everything in a step without a kind of its own.
    Engine,
    /// The optimiser and the moving average of the weights.
    Optimizer,
    /// Predictions for the validation images.
    Validation,
    /// Checkpoints, metrics and progress reports.
    Rest,
}

const LAYERS: usize = Layer::ALL.len();
const WORKS: usize = 2 * LAYERS + 5;

impl Work {
    const fn place(self) -> usize {
        match self {
            Self::Forward(layer) => layer as usize,
            Self::Backward(layer) => LAYERS + layer as usize,
            Self::Batches => 2 * LAYERS,
            Self::Engine => 2 * LAYERS + 1,
            Self::Optimizer => 2 * LAYERS + 2,
            Self::Validation => 2 * LAYERS + 3,
            Self::Rest => 2 * LAYERS + 4,
        }
    }

    /// Every kind of work, passes first.
    pub fn all() -> impl Iterator<Item = Self> {
        let forward = Layer::ALL.into_iter().map(Self::Forward);
        let others = [Self::Batches, Self::Engine, Self::Optimizer, Self::Validation, Self::Rest];
        forward.chain(Layer::ALL.into_iter().map(Self::Backward)).chain(others)
    }
}

/// Wall-clock time by kind of work, without pauses.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    spent: [Duration; WORKS],
    /// Completed steps.
    pub steps: u32,
    /// Number of threads.
    pub threads: usize,
}

impl Profile {
    /// Seconds spent on `work`.
    #[must_use]
    pub fn seconds(&self, work: Work) -> f64 {
        self.spent[work.place()].as_secs_f64()
    }

    /// Total seconds.
    #[must_use]
    pub fn total(&self) -> f64 {
        Work::all().map(|work| self.seconds(work)).sum()
    }

    /// The fraction of the total time spent on `work`, from 0 to 1.
    #[must_use]
    pub fn share(&self, work: Work) -> f64 {
        self.seconds(work) / self.total().max(1e-9)
    }

    /// The fraction of the step time spent in dfdx, from 0 to 1. A step consists of forward and backward passes,
    /// dfdx and the optimiser.
    #[must_use]
    pub fn engine_share_of_steps(&self) -> f64 {
        let is_step = |work: &Work| !matches!(work, Work::Batches | Work::Validation | Work::Rest);
        let steps: f64 = Work::all().filter(is_step).map(|work| self.seconds(work)).sum();
        self.seconds(Work::Engine) / steps.max(1e-9)
    }
}

struct Clock {
    spent: [Duration; WORKS],
    now: Work,
    since: Instant,
}

impl Clock {
    /// Switches to `work` and returns the previous kind of work.
    fn turn(&mut self, work: Work) -> Work {
        let now = Instant::now();
        self.spent[self.now.place()] += now - self.since;
        self.since = now;
        std::mem::replace(&mut self.now, work)
    }
}

thread_local!(static CLOCK: RefCell<Option<Clock>> = const { RefCell::new(None) });

/// Starts the profile of this thread.
pub(super) fn begin() {
    let clock = Clock { spent: [Duration::ZERO; WORKS], now: Work::Rest, since: Instant::now() };
    CLOCK.set(Some(clock));
}

/// Ends the profile started by [`begin`], with `steps` completed on `threads` threads.
pub(super) fn end(steps: u32, threads: usize) -> Profile {
    let mut clock = CLOCK.take();
    let spent = clock.as_mut().map_or([Duration::ZERO; WORKS], |clock| {
        clock.turn(Work::Rest);
        clock.spent
    });
    Profile { spent, steps, threads }
}

/// Subtracts the last `waited` from the current kind of work.
pub(super) fn leave_out(waited: Duration) {
    CLOCK.with_borrow_mut(|clock| {
        if let Some(clock) = clock {
            clock.since = (clock.since + waited).min(Instant::now());
        }
    });
}

/// Guard: while it exists, the time of its thread is counted as one kind of work. Validation is not subdivided.
pub(super) struct Span {
    before: Option<Work>,
    /// Not `Send`: it must end on the thread that created it.
    _here: PhantomData<*const ()>,
}

/// Counts the time from now on as `work`.
pub(super) fn span(work: Work) -> Span {
    let before = CLOCK.with_borrow_mut(|clock| {
        let clock = clock.as_mut().filter(|clock| clock.now != Work::Validation)?;
        Some(clock.turn(work))
    });
    Span { before, _here: PhantomData }
}

impl Drop for Span {
    fn drop(&mut self) {
        if let Some(before) = self.before {
            CLOCK.with_borrow_mut(|clock| clock.as_mut().map(|clock| clock.turn(before)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread::sleep;

    const NAP: Duration = Duration::from_millis(20);

    #[test]
    fn what_interrupts_is_not_counted_twice_and_all_is_counted() {
        let begun = Instant::now();
        begin();
        {
            let _step = span(Work::Engine);
            sleep(NAP);
            {
                let _kernel = span(Work::Forward(Layer::Pool));
                sleep(3 * NAP);
            }
            let _optimizer = span(Work::Optimizer);
        }
        {
            let _validation = span(Work::Validation);
            let _kernel = span(Work::Forward(Layer::Add));
            sleep(NAP);
        }
        sleep(2 * NAP);
        leave_out(2 * NAP);
        let profile = end(1, 1);
        let least = |work, nap: Duration| assert!(profile.seconds(work) >= nap.as_secs_f64(), "{work:?} {profile:?}");
        least(Work::Engine, NAP);
        least(Work::Forward(Layer::Pool), 3 * NAP);
        least(Work::Validation, NAP);
        assert_eq!(profile.seconds(Work::Forward(Layer::Add)), 0.0);
        assert!(profile.total() <= (begun.elapsed().checked_sub(2 * NAP).unwrap()).as_secs_f64());
        assert!((Work::all().map(|work| profile.share(work)).sum::<f64>() - 1.0).abs() < 1e-9);
        let step = [Work::Engine, Work::Forward(Layer::Pool), Work::Optimizer].map(|work| profile.seconds(work));
        let share = profile.seconds(Work::Engine) / step.iter().sum::<f64>();
        assert!((profile.engine_share_of_steps() - share).abs() < 1e-9);
    }

    #[test]
    fn a_thread_that_is_not_measured_has_spans_for_nothing() {
        let _span = span(Work::Engine);
        assert_eq!(end(0, 1), Profile { threads: 1, ..Profile::default() });
    }

    #[test]
    fn every_kind_of_work_has_a_place_of_its_own() {
        assert!(Work::all().map(Work::place).eq(0..WORKS));
    }
}
