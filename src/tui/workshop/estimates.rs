//! Estimates the costs of large networks.

use crate::jobs::{Events, Queue, Work, Worker};
use crate::train::Control;
use crate::tui::design::EstimateRequest;
use crate::tui::effect::EstimateSubject;
use crate::tui::screens::News;
use std::sync::Arc;
use std::time::Duration;

/// A command to estimate the costs of a network.
pub struct Command {
    /// The text that describes the network: the edited or the saved one.
    pub subject: EstimateSubject,
    /// The network and its export settings.
    pub request: EstimateRequest,
}

/// Estimates the costs of networks.
pub struct Estimator;

/// Starts the thread that estimates; a new command replaces an earlier one for the same subject.
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
