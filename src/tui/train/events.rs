//! Events of trainings.

use super::messages::{Beginning, Event, News};
use super::session::{Outcome, Phase, Session};
use super::{Reply, State};
use crate::text::{self, percent};
use crate::train::End;
use crate::tui::effect;

impl State {
    /// Handles an event of a training.
    pub(super) fn receive(&mut self, news: News, reply: &mut Reply) {
        let Some(session) = self.sessions.iter_mut().find(|session| session.id == news.id) else { return };
        match news.event {
            Event::Reading { done, total } => session.phase = Phase::Reading { done, total },
            Event::Begun(run) => session.run = Some(run),
            Event::Warning(text) => reply.warn(format!("{}: {text}", session.name)),
            Event::Started(beginning) => start(session, *beginning),
            Event::Batch(batch) => session.advance(batch),
            Event::Epoch { metrics, insight, is_best } => {
                session.history.push(metrics);
                session.trail.clear();
                if is_best {
                    session.best = Some(metrics.epoch);
                    session.best_insight = Some(insight.clone());
                }
                session.insight = insight;
            }
            Event::Paused(paused) => {
                session.phase = if paused { Phase::Paused } else { Phase::Training };
            }
            Event::Thermal(state) => session.thermal = Some(state),
            Event::Over(outcome) => {
                report_end(session, &outcome, reply);
                let is_asked = session.is_stopping;
                session.phase = Phase::Over(outcome);
                if let Some(notice) = reply.notice.as_ref().filter(|_| !is_asked) {
                    let text = notice.text.clone();
                    reply.effect(effect::Effect::Announce(text));
                }
                self.begin_next(reply);
            }
            Event::NotOpened(error) => reply.error(error),
            Event::Moved(moving, done) => self.moved(moving, done, reply),
            Event::Rescued(folder) => {
                session.rescued = Some(folder);
                self.ask_for_folder(news.id, None, reply);
            }
            Event::RunMoved(done) => self.run_moved(news.id, done, reply),
        }
    }
}

fn start(session: &mut Session, beginning: Beginning) {
    let Beginning { start, history, best, dataset, folder } = beginning;
    session.phase = Phase::Training;
    session.name.clone_from(&start.name);
    (session.start, session.history, session.best) = (Some(start), history, best);
    (session.dataset, session.folder) = (Some(dataset), folder);
}

/// Reports the end of a training and its metrics.
fn report_end(session: &Session, outcome: &Outcome, reply: &mut Reply) {
    let Session { name, run, .. } = session;
    let place = run.as_ref().map(|run| format!(" · {}", text::path(run))).unwrap_or_default();
    match outcome {
        Outcome::NotBegun if session.is_stopping => reply.warn(format!("{name} was stopped before its first batch")),
        Outcome::NotBegun => {}
        Outcome::Failed(why) => reply.error(format!("{name}: {why}")),
        Outcome::Ended { end, best, last } => {
            let figures = match (best, last) {
                (Some(best), Some(last)) if best.epoch != last.epoch => {
                    format!("best {}, last {}", percent(best.val_accuracy), percent(last.val_accuracy))
                }
                (_, Some(last)) => percent(last.val_accuracy),
                _ => "no epoch completed".to_owned(),
            };
            match end {
                End::Finished => reply.good(format!("{name} done: {figures}{place}")),
                End::NoProgress { epochs } => {
                    reply.good(format!("{name} done, no improvement for {epochs} epochs: {figures}{place}"));
                }
                End::Stopped => reply.warn(format!("{name} stopped: {figures}{place}")),
                End::Diverged { epoch, batch } => reply.error(format!(
                    "{name}: the loss became NaN or infinite in epoch {epoch}, batch {batch}; try a lower train.learning_rate, \
                     train.warmup, or train.gradient_clip = 1"
                )),
                End::Failed(why) => reply.error(format!("{name}: {why}")),
            }
        }
    }
}
