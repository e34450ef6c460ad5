//! `--watch DIR`

mod arrivals;
mod source;

use super::classify::{BATCH, Classifier, width};
use super::project::Project;
use super::{Exit, Failure, console, interrupt};
use crate::escape;
use crate::text;
use anyhow::{Context as _, anyhow};
use arrivals::Arrivals;
use source::{News, Source};
use std::collections::HashSet;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Instant;

/// Checks early that `folder` is a readable folder.
pub fn check(folder: &Path) -> Result<(), Failure> {
    let read = std::fs::read_dir(folder).map(drop);
    Ok(read.with_context(|| format!("cannot watch the folder {}", text::path(folder)))?)
}

/// Classifies images as they appear in `folder`, until a signal arrives. It sleeps while nothing happens.
pub fn run(project: &mut Project<'_>, folder: &Path) -> Result<Exit, Failure> {
    let mut classifier = Classifier::of(project)?;
    let (teller, news) = mpsc::channel();
    let alarm = teller.clone();
    interrupt::tell(move || drop(alarm.send(News::Stop)));
    // List files before and after starting the source, so that no file in between is missed.
    let listed = Arrivals::new(folder, source::reports_closing());
    let mut arrivals = listed.map_err(|error| cannot(folder, &error))?;
    let source = Source::start(folder, teller).map_err(|error| cannot(folder, &error))?;
    arrivals.look_through(Instant::now()).map_err(|error| cannot(folder, &error))?;
    project.console.note(&format!("watching {}: stop with Ctrl-C", text::path(folder)));
    let ended = follow(project, &mut classifier, &mut arrivals, &source, &news);
    classifier.report_speed(project);
    ended.map(|()| if console::is_reader_gone() { Exit::Done } else { Exit::Interrupted })
}

/// Classifies complete files until a signal arrives.
///
/// # Errors
/// If the folder can no longer be watched.
fn follow(
    project: &Project<'_>,
    classifier: &mut Classifier,
    arrivals: &mut Arrivals,
    source: &Source,
    news: &Receiver<News>,
) -> Result<(), Failure> {
    let folder = arrivals.folder().to_owned();
    let lost = |reason: &dyn std::fmt::Display| Failure::on_the_way(cannot(&folder, reason));
    let mut look_again = source.every().map(|every| Instant::now() + every);
    // A signal may have arrived before the channel was connected.
    while !project.control.is_stopped() {
        let due = [arrivals.due(), look_again].into_iter().flatten().min();
        let mut complete = Vec::new();
        let mut heard = next(news, due);
        while let Some(one) = heard {
            match one {
                News::Stop => return Ok(()),
                News::File(name, sign) => complete.extend(arrivals.hear(name, sign, Instant::now())),
                News::Missed => arrivals.look_through(Instant::now()).map_err(|error| lost(&error))?,
                News::Gone => return Err(lost(&"the folder was removed or renamed")),
                News::Failed(reason) => return Err(lost(&escape::terminal(&reason))),
            }
            heard = if complete.len() < BATCH { news.try_recv().ok() } else { None };
        }
        let now = Instant::now();
        if let Some(every) = source.every().filter(|_| look_again.is_some_and(|at| at <= now)) {
            arrivals.look_through(now).map_err(|error| lost(&error))?;
            look_again = Some(now + every);
        }
        complete.extend(arrivals.quiet(now));
        // There may be several events for a file during classification.
        let mut once = HashSet::new();
        complete.retain(|path| !arrivals.is_written(path) && once.insert(path.clone()));
        for batch in complete.chunks(BATCH) {
            if project.control.is_stopped() {
                break;
            }
            classifier.classify(project, batch, width(batch), true);
            // The reader of the output is gone.
            if console::is_reader_gone() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The next event, or `None` at `due`.
fn next(news: &Receiver<News>, due: Option<Instant>) -> Option<News> {
    let heard = match due {
        Some(due) => news.recv_timeout(due.saturating_duration_since(Instant::now())),
        None => news.recv().map_err(|_| RecvTimeoutError::Disconnected),
    };
    match heard {
        Ok(news) => Some(news),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => Some(News::Failed("the system no longer reports events".into())),
    }
}

fn cannot(folder: &Path, reason: &dyn std::fmt::Display) -> anyhow::Error {
    anyhow!("cannot watch the folder {}: {reason}", text::path(folder))
}
