//! The workbench: the terminal user interface.
//!
//! The main loop waits for events (keys, jobs, files, signals), updates the state (`app`), performs the effects
//! that the update requests (`workshop`), and draws. The state has no access to files, threads or the terminal;
//! frames are drawn from the state alone.

mod action;
mod announce;
mod app;
mod begin;
mod data;
mod deploy;
mod design;
mod dialog;
mod effect;
mod events;
mod keymap;
mod line;
mod memory;
mod preferences;
mod presets;
mod runs;
mod screen;
mod screens;
mod start;
mod terminal;
mod theme;
mod train;
mod widgets;
mod workshop;

use crate::config::Edit;
use crate::jobs::Folders;
use crate::sensors::Sensors;
use crate::train::Governor;
use anyhow::Context as _;
use app::App;
use effect::AfterSave;
use events::{Event, Input};
use ratatui_textarea::Input as Typed;
use screens::{Effect, News};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use terminal::Screen;
use workshop::Workshop;

/// The start options of the workbench.
#[derive(Debug, Clone)]
pub struct Start {
    /// The path of a configuration, or the name of a preset; `None` for the only one in the working folder, or else
    /// the start screen.
    pub config: Option<PathBuf>,
    /// Edits of the configuration, applied as unsaved changes.
    pub overrides: Vec<Edit>,
    /// The folders of runs and exports.
    pub folders: Folders,
    /// Number of training threads.
    pub threads: usize,
    /// The processor temperature, in °C, at which training is paused.
    pub max_temperature: Option<f64>,
}

/// Minimum time between two frames while only jobs send news.
const FRAME: Duration = Duration::from_millis(33);
/// The same over SSH, so that a connection of a few kB/s has capacity left for keys, and delayed frames do not
/// queue up in the buffers of the server.
const FRAME_OVER_SSH: Duration = Duration::from_millis(250);
/// Maximum rate of frames of jobs' news over SSH, in bytes per second.
const BYTES_OVER_SSH: f64 = 2_000.0;

/// Runs the workbench until the user quits.
///
/// # Errors
/// The configuration cannot be read, a maximum temperature is given but no sensor was found, or the terminal
/// cannot be used.
pub fn run(start: &Start) -> anyhow::Result<()> {
    let governor = Governor::new(Sensors::here(), start.max_temperature).context("--max-temp")?;
    let pace = Pace::of(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    let (events, source) = events::channel();
    let mut workshop = Workshop::new(source.clone(), start.folders.clone(), start.threads, governor);
    let preferences = begin::preferences();
    let (mut app, mut effects) = begin::app(start, &preferences, &mut workshop)?;
    let is_ending = Arc::new(AtomicBool::new(false));
    let signals = events::watch_signals(source.clone(), is_ending.clone(), workshop.copies()).context("signals")?;
    let mut screen = Screen::enter().context("the terminal cannot be used")?;
    let (columns, rows) = screen.size();
    effects.extend(app.resized(columns, rows));
    screen.draw(|frame| app::draw(&app, frame))?;
    let result = (|| {
        // The first frame appears without delay: what is not on it follows.
        if app.screen != action::Screen::Start {
            begin::list_files(&mut app, &workshop);
        }
        workshop.ask_terminal();
        let mut late = keymap::LateReply::new(false);
        if begin::has_unknown_background(&preferences, &app) {
            let workshop::background::Reply { is_light, typed, is_complete } = workshop::background::ask();
            app.theme.is_light = is_light.unwrap_or(app.theme.is_light);
            source.send(Event::Keys(keymap::keys_of_bytes(&typed)));
            late = keymap::LateReply::new(!is_complete);
        }
        let mut input = Input::start(source, late).context("keys")?;
        let mut todo = effects;
        loop {
            if perform(&mut app, &mut screen, &mut workshop, todo)? {
                return Ok(());
            }
            screen.set_title(app.screens.train.title())?;
            let bytes = screen.draw(|frame| app::draw(&app, frame))?;
            input.next();
            todo = wait(&events, &mut app, pace.after(bytes))?;
        }
    })();
    // Saving the state of training may take a while: the terminal is restored before, and the next signal
    // (or Ctrl-C) exits at once.
    is_ending.store(true, Ordering::SeqCst);
    terminal::restore();
    if app.screens.is_busy() {
        let _ = writeln!(std::io::stderr(), "stopping the training and saving its state; Ctrl-C ends at once");
    }
    if let Some(recent) = app.recent() {
        workshop.perform(Effect::Remember(Box::new(recent)));
    }
    workshop.close();
    signals.close();
    drop(screen);
    result
}

/// The rate of frames while only jobs send news.
struct Pace {
    frame: Duration,
    bytes_per_second: f64,
}

impl Pace {
    /// The rate for the environment; `is_set` returns whether a variable is set and not empty.
    fn of(is_set: impl Fn(&str) -> bool) -> Self {
        if is_set("SSH_CONNECTION") || is_set("SSH_TTY") {
            Self { frame: FRAME_OVER_SSH, bytes_per_second: BYTES_OVER_SSH }
        } else {
            Self { frame: FRAME, bytes_per_second: f64::INFINITY }
        }
    }

    /// The minimum time to the next frame after one of `bytes`.
    fn after(&self, bytes: usize) -> Duration {
        self.frame.max(Duration::from_secs_f64(bytes as f64 / self.bytes_per_second))
    }
}

/// Waits for events, applies them, and returns the requested effects. If all events report only the progress of
/// jobs, collects events for at least `frame`.
fn wait(events: &Receiver<Event>, app: &mut App, frame: Duration) -> anyhow::Result<Vec<Effect>> {
    let mut todo = Vec::new();
    let mut due: Option<Instant> = None;
    loop {
        let event = match due {
            None => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(due) => events.recv_timeout(due.saturating_duration_since(Instant::now())),
        };
        let first = match event {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout) => return Ok(todo),
            Err(RecvTimeoutError::Disconnected) => anyhow::bail!("the event channel is closed"),
        };
        let mut is_progress = true;
        // Events that are available already share its frame.
        for event in std::iter::once(first).chain(std::iter::from_fn(|| events.try_recv().ok())) {
            is_progress &= matches!(&event, Event::News(news) if workshop::is_progress(news));
            todo.extend(apply(event, app));
        }
        if !is_progress || !todo.is_empty() {
            return Ok(todo);
        }
        due.get_or_insert_with(|| Instant::now() + frame);
    }
}

/// Updates the state by an event.
fn apply(event: Event, app: &mut App) -> Vec<Effect> {
    match event {
        Event::Keys(keys) => keys.into_iter().flat_map(|event| apply_input(event, app)).collect(),
        Event::News(news) => app.handle_news(news),
        Event::Resized(columns, rows) => {
            let mut effects = app.resized(columns, rows);
            // The terminal may have been resized back and forth meanwhile, which loses contents.
            effects.push(Effect::Redraw);
            effects
        }
        Event::Stop => vec![Effect::Quit],
        Event::Suspend => vec![Effect::Suspend],
        Event::Continue => vec![Effect::Redraw],
    }
}

/// Updates the state by an input event of the terminal.
fn apply_input(event: crossterm::event::Event, app: &mut App) -> Vec<Effect> {
    use crossterm::event::{Event as Term, MouseButton, MouseEventKind};
    match event {
        Term::Key(key) => match keymap::Key::of(&key) {
            Some(known) => app.key(known, Typed::from(key)),
            None => Vec::new(),
        },
        Term::Paste(text) => app.act(&action::Action::Paste(text)),
        Term::Mouse(mouse) => {
            let what = match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => action::Mouse::Click,
                MouseEventKind::ScrollUp => action::Mouse::Up,
                MouseEventKind::ScrollDown => action::Mouse::Down,
                _ => return Vec::new(),
            };
            app.act(&action::Action::Mouse(what, mouse.column, mouse.row))
        }
        // Resizes are handled by SIGWINCH, which is caught from the first frame on.
        Term::Resize(..) | Term::FocusGained | Term::FocusLost => Vec::new(),
    }
}

/// Performs the effects `todo`; returns whether the program ends.
fn perform(app: &mut App, screen: &mut Screen, workshop: &mut Workshop, todo: Vec<Effect>) -> anyhow::Result<bool> {
    // Recovery copies come first, since other effects fail if the terminal is closed.
    let (copies, others): (Vec<_>, Vec<_>) = todo.into_iter().partition(|effect| matches!(effect, Effect::Keep { .. }));
    for effect in copies.into_iter().chain(others) {
        match effect {
            Effect::Quit => return Ok(true),
            Effect::Suspend => screen.suspend()?,
            Effect::Redraw => screen.redraw()?,
            Effect::Copy(text) => Screen::copy(&text)?,
            Effect::Announce(text) => screen.announce(&text)?,
            Effect::External(text) => {
                let edited = screen.run_outside(|| workshop::edit(&text))?;
                let news = edited.map_or_else(
                    |error| News::Failed(format!("$EDITOR: {}", crate::text::with_causes(error.as_ref()))),
                    News::Edited,
                );
                let more = app.handle_news(news);
                if perform(app, screen, workshop, more)? {
                    return Ok(true);
                }
            }
            Effect::Save { path, text, expected, then } => {
                let news = workshop::save(path, text, &expected);
                let is_saved = matches!(news, News::Saved { .. });
                let mut more = app.handle_news(news);
                match then {
                    AfterSave::Quit if is_saved => more.push(Effect::Quit),
                    AfterSave::Open(request) if is_saved => more.push(Effect::Open(request)),
                    _ => {}
                }
                if perform(app, screen, workshop, more)? {
                    return Ok(true);
                }
            }
            other => workshop.perform(other),
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
