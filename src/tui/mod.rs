//! The workbench in a terminal.
//!
//! One loop waits for events of every kind (keys, jobs, files, signals), turns them into changes of
//! the state (`app`), has done what that asks for (`workshop`), and draws. The state knows
//! neither files nor threads nor the terminal; what is drawn is made of it alone.

mod action;
mod app;
mod data;
mod deploy;
mod design;
mod dialog;
mod effect;
mod events;
mod keymap;
mod line;
mod runs;
mod screen;
mod screens;
mod terminal;
mod theme;
mod train;
mod widgets;
mod workshop;

use crate::config::{self, ConfigFile, Diagnostics, Edit, Opened};
use crate::jobs::Folders;
use crate::plan::Boards;
use crate::sensors::Sensors;
use crate::train::Governor;
use anyhow::Context as _;
use app::App;
use design::{Origin, Sheet};
use events::{Event, Input};
use ratatui_textarea::Input as Typed;
use screens::{Effect, News};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use terminal::Screen;
use theme::Theme;
use workshop::Workshop;

/// What the workbench is started with.
#[derive(Debug, Clone)]
pub struct Start {
    /// The configuration, or the name of a preset.
    pub config: PathBuf,
    /// Edits of the configuration, as changes that are not saved.
    pub overrides: Vec<Edit>,
    /// Where runs and exports go.
    pub folders: Folders,
    /// Threads to train with.
    pub threads: usize,
    /// The processor temperature, in °C, at which training is paused.
    pub max_temperature: Option<f64>,
}

/// The least time between two frames while only a job has news.
const FRAME: Duration = Duration::from_millis(33);
/// The same over SSH: a link of a few kilobytes a second then has room for keys, and the server's
/// terminal does not fill with frames that come too late.
const FRAME_OVER_SSH: Duration = Duration::from_millis(250);
/// Bytes a second that frames of a job's news take of such a link at the most, however fast the job is.
const BYTES_OVER_SSH: f64 = 2_000.0;

/// Opens the workbench and stays until it is left.
///
/// # Errors
/// A configuration that cannot be read, a temperature to keep below where no sensor tells one, or a
/// terminal that cannot be used.
pub fn run(start: &Start) -> anyhow::Result<()> {
    let governor = Governor::new(Sensors::here(), start.max_temperature).context("--max-temp")?;
    let boards = Boards::beside(&start.config)?;
    let (path, text, origin) = opening(&start.config)?;
    let left = workshop::left_over(&path);
    let mut sheet = Sheet::open(path, text, origin, boards);
    if !start.overrides.is_empty() {
        let changed = ConfigFile::parse(&start.config.display().to_string(), sheet.text(), &start.overrides)?;
        sheet.replace(changed.text, None);
    }
    let theme = Theme::of(|name| std::env::var(name).ok());
    let pace = Pace::of(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    let (events, source) = events::channel();
    let is_ending = Arc::new(AtomicBool::new(false));
    let mut workshop = Workshop::new(source.clone(), start.folders.clone(), start.threads, governor);
    let signals = events::watch_signals(source.clone(), is_ending.clone(), workshop.copies()).context("signals")?;
    let mut screen = Screen::enter().context("the terminal cannot be used")?;
    let size = screen.size();
    let (mut app, effects) = App::new(sheet, left, theme, size);
    screen.draw(|frame| app::draw(&app, frame))?;
    let result = (|| {
        // What the terminal can draw is asked only now that something is to be seen.
        workshop.ask_terminal();
        let mut input = Input::start(source).context("keys")?;
        let mut todo = effects;
        loop {
            if perform(&mut app, &mut screen, &mut workshop, todo)? {
                return Ok(());
            }
            let bytes = screen.draw(|frame| app::draw(&app, frame))?;
            input.next();
            todo = wait(&events, &mut app, pace.after(bytes))?;
        }
    })();
    // Saving a training may take a while: the terminal is given back before, and the next signal, or
    // Ctrl-C in the shell's terminal, is not waited for.
    is_ending.store(true, Ordering::SeqCst);
    terminal::give_back();
    if app.screens.is_busy() {
        let _ = writeln!(std::io::stderr(), "stopping the training and saving its state; Ctrl-C ends at once");
    }
    workshop.close();
    signals.close();
    drop(screen);
    result
}

/// How fast frames follow each other while only a job has news.
struct Pace {
    frame: Duration,
    bytes_a_second: f64,
}

impl Pace {
    /// `is_set` says whether a variable of the environment has a value.
    fn of(is_set: impl Fn(&str) -> bool) -> Self {
        if is_set("SSH_CONNECTION") || is_set("SSH_TTY") {
            Self { frame: FRAME_OVER_SSH, bytes_a_second: BYTES_OVER_SSH }
        } else {
            Self { frame: FRAME, bytes_a_second: f64::INFINITY }
        }
    }

    /// The least time after a frame of so many bytes.
    fn after(&self, bytes: usize) -> Duration {
        self.frame.max(Duration::from_secs_f64(bytes as f64 / self.bytes_a_second))
    }
}

/// Waits for events until something is to be drawn or done; where only jobs have news, for `frame`
/// at least.
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
            Err(RecvTimeoutError::Disconnected) => anyhow::bail!("the workbench lost its events"),
        };
        let mut is_progress = true;
        // What came meanwhile is drawn with it.
        for event in std::iter::once(first).chain(std::iter::from_fn(|| events.try_recv().ok())) {
            is_progress &= matches!(&event, Event::News(news) if workshop::is_progress(news));
            todo.extend(take(event, app));
        }
        if !is_progress || !todo.is_empty() {
            return Ok(todo);
        }
        due.get_or_insert_with(|| Instant::now() + frame);
    }
}

/// Takes an event into the state.
fn take(event: Event, app: &mut App) -> Vec<Effect> {
    match event {
        Event::Keys(keys) => keys.into_iter().flat_map(|event| typed(event, app)).collect(),
        Event::News(news) => app.told(news),
        Event::Resized(columns, rows) => {
            let mut effects = app.resized(columns, rows);
            // On its way to a size that it has had before, a terminal may have lost what was drawn.
            effects.push(Effect::Redraw);
            effects
        }
        Event::Stop => vec![Effect::Quit],
        Event::Suspend => vec![Effect::Suspend],
        Event::Continue => vec![Effect::Redraw],
    }
}

/// An event of the terminal.
fn typed(event: crossterm::event::Event, app: &mut App) -> Vec<Effect> {
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
        // A size is told by its signal, which is heard from the first frame on.
        Term::Resize(..) | Term::FocusGained | Term::FocusLost => Vec::new(),
    }
}

/// Does what is to be done; whether the program ends.
fn perform(app: &mut App, screen: &mut Screen, workshop: &mut Workshop, todo: Vec<Effect>) -> anyhow::Result<bool> {
    // Unsaved texts are kept before anything that a closed terminal makes fail.
    let (copies, others): (Vec<_>, Vec<_>) = todo.into_iter().partition(|effect| matches!(effect, Effect::Keep { .. }));
    for effect in copies.into_iter().chain(others) {
        match effect {
            Effect::Quit => return Ok(true),
            Effect::Suspend => screen.suspend()?,
            Effect::Redraw => screen.redraw()?,
            Effect::External(text) => {
                let edited = screen.away(|| workshop::edit(&text))?;
                let news = edited.map_or_else(|error| News::Failed(format!("$EDITOR: {error:#}")), News::Edited);
                let more = app.told(news);
                if perform(app, screen, workshop, more)? {
                    return Ok(true);
                }
            }
            Effect::Save { path, text, expected, then_quit } => {
                let news = workshop::save(path, text, &expected);
                let is_saved = matches!(news, News::Saved { .. });
                let more = app.told(news);
                if perform(app, screen, workshop, more)? || (is_saved && then_quit) {
                    return Ok(true);
                }
            }
            other => workshop.perform(other),
        }
    }
    Ok(false)
}

/// The text to begin with.
fn opening(config: &Path) -> Result<(PathBuf, String, Origin), Diagnostics> {
    match config::open(config)? {
        Opened::File(text) => Ok((config.to_owned(), text, Origin::File)),
        Opened::Preset(text) => {
            // A preset is saved here; nobody asked for a folder of that name.
            let name = config.file_stem().unwrap_or(config.as_os_str());
            Ok((Path::new(name).with_extension("toml"), text.to_owned(), Origin::New))
        }
    }
}

#[cfg(test)]
mod tests;
