//! Estimates the costs of large networks.

use crate::jobs::{Events, Queue, Work, Worker};
use crate::train::Control;
use crate::tui::design::EstimateRequest;
use crate::tui::effect::EstimateSubject;
use crate::tui::screens::News;
use std::sync::Arc;
use std::time::Duration;

/// A network to estimate.
pub struct Command {
    /// The text that describes it.
    pub subject: EstimateSubject,
    /// The network.
    pub request: EstimateRequest,
}

/// Estimates networks.
pub struct Estimator;

/// The thread that estimates; of each subject the newest command counts.
#[must_use]
pub fn start(events: Events<News>) -> Worker<Estimator> {
    let same_subject = |new: &Command, old: &Command| new.subject == old.subject;
    Worker::new("estimates", Queue::delayed(Duration::ZERO, same_subject), Estimator, events)
}

impl Work for Estimator {
    type Command = Command;
    type Event = News;

    fn run(&mut self, Command { request, .. }: &Command, control: &Control, events: &Events<News>) {
        if !control.is_stopped() {
            events.send(News::Estimated { estimate: Arc::new(request.estimate()), request: request.clone() });
        }
    }

    fn failed(&self, _: &Command, reason: &str) -> News {
        News::Failed(format!("the costs cannot be estimated: {reason}"))
    }
}
