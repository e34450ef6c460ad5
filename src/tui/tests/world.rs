//! A world around the state: files in memory, classes of the bundled images, jobs that take no time.

use crate::config::preset;
use crate::jobs::Checked;
use crate::plan::Boards;
use crate::runs::config_hash;
use crate::train::Control;
use crate::tui::action::{Action, OpenRequest};
use crate::tui::app::{self, App};
use crate::tui::design::{EstimateRequest, Origin, Sheet};
use crate::tui::effect::{AfterSave, Expected, Found, OpenedFile};
use crate::tui::keymap::Key;
use crate::tui::screens::{Effect, News, ScreenEffect};
use crate::tui::theme::Theme;
use crate::tui::train::{Event, Outcome};
use crate::tui::workshop::previews::augmented;
use crate::tui::{data, deploy, runs, train};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Color;
use ratatui_textarea::{Input, Key as Typed};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// An app with a world around it: files in memory, classes of the bundled images.
pub struct World {
    pub app: App,
    pub files: BTreeMap<PathBuf, String>,
    pub kept: BTreeMap<PathBuf, String>,
    pub has_quit: bool,
    /// Every text that was written, and whether the user had been told that it is broken.
    pub saves: Vec<String>,
    /// Requests for estimates, in order; `None`: each is answered at once.
    pub held_estimates: Option<Vec<EstimateRequest>>,
    pub runs: Vec<runs::Row>,
    discarded: Vec<runs::Row>,
}

pub fn theme() -> Theme {
    Theme::of(|name| (name == "TERM").then(|| "xterm-256color".to_owned()))
}

impl World {
    pub fn of(name: &str) -> Self {
        Self::open(name, preset(name.as_ref()).unwrap().to_owned())
    }

    /// The app on a file `name.toml` that contains `text`.
    pub fn open(name: &str, text: String) -> Self {
        let path = PathBuf::from(format!("{name}.toml"));
        let sheet = Sheet::open(path.clone(), text.clone(), Origin::File, Boards::built_in().unwrap());
        let (app, effects) = App::new(sheet, Found::default(), theme(), (80, 24));
        let files = BTreeMap::from([(path, text)]);
        let mut world = Self {
            app,
            files,
            kept: BTreeMap::new(),
            has_quit: false,
            saves: Vec::new(),
            held_estimates: None,
            runs: runs::tests::several(),
            discarded: Vec::new(),
        };
        world.perform(effects);
        world
    }

    pub fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let news = match effect {
                Effect::Quit => {
                    self.has_quit = true;
                    continue;
                }
                Effect::Save { path, text, expected, then } => {
                    let found = self.files.get(&path);
                    let is_expected = match (&expected, found) {
                        (Expected::Nothing, None) => true,
                        (Expected::Hash(hash), Some(found)) => config_hash(found) == *hash,
                        _ => false,
                    };
                    if is_expected {
                        self.files.insert(path.clone(), text.clone());
                        self.saves.push(text.clone());
                        self.has_quit |= then == AfterSave::Quit;
                        self.tell(News::Saved { path, text });
                        if let AfterSave::Open(request) = then {
                            self.perform(vec![Effect::Open(request)]);
                        }
                        continue;
                    }
                    News::Conflict { found: found.cloned(), path }
                }
                Effect::Open(OpenRequest { path, edits }) => {
                    match self.files.get(&path).cloned().or_else(|| preset(&path).map(str::to_owned)) {
                        Some(text) => {
                            let (left, holder, recent) = (None, None, None);
                            let origin = Origin::New;
                            News::Opened(Box::new(OpenedFile { path, text, origin, left, holder, edits, recent }))
                        }
                        None => News::Failed("there is no such file".into()),
                    }
                }
                Effect::Classes { source, .. } => {
                    News::Classes { source, found: Ok((0..10).map(|at| format!("class {at}")).collect()) }
                }
                Effect::Estimate(_, request) => match &mut self.held_estimates {
                    Some(held) => {
                        held.push(request);
                        continue;
                    }
                    None => News::Estimated { estimate: Arc::new(request.estimate()), request },
                },
                Effect::Keep { path, text } => {
                    match text {
                        Some(text) => self.kept.insert(path, text),
                        None => self.kept.remove(&path),
                    };
                    continue;
                }
                Effect::Screen(ScreenEffect::Data(data::Effect::Read { ticket, .. })) => {
                    let found = Ok(data::tests::dataset(&["daisy", "dandelion", "rose", "sunflower", "tulip"]));
                    News::data(data::News::Read { ticket, found })
                }
                Effect::Screen(ScreenEffect::Data(data::Effect::Preview { ticket, request, dataset })) => {
                    let pictures = augmented(&request, &dataset, &Control::default());
                    News::data(data::News::Previewed { ticket, pictures })
                }
                Effect::Screen(ScreenEffect::Train(effect)) => {
                    self.train(&effect);
                    continue;
                }
                Effect::Screen(ScreenEffect::Deploy(effect)) => {
                    self.deploy(&effect);
                    continue;
                }
                Effect::Screen(ScreenEffect::Runs(runs::Effect::List)) => {
                    News::runs(runs::News::Listed(Ok(self.runs.clone())))
                }
                Effect::Screen(ScreenEffect::Runs(runs::Effect::Delete(path))) => {
                    let trash = PathBuf::from("runs/.trash").join(path.file_name().unwrap());
                    self.discarded.extend(self.runs.extract_if(.., |row| row.path == path));
                    News::runs(runs::News::Deleted(path, Ok(trash)))
                }
                Effect::Screen(ScreenEffect::Runs(runs::Effect::Restore(discarded))) => {
                    self.runs.extend(self.discarded.pop());
                    News::runs(runs::News::Restored(discarded, Ok(())))
                }
                _ => continue,
            };
            self.tell(news);
        }
    }

    pub fn tell(&mut self, news: News) {
        let more = self.app.handle_news(news);
        self.perform(more);
    }

    /// A training goes two epochs and a half at once, and ends when it is stopped.
    fn train(&mut self, effect: &train::Effect) {
        use train::tests::{batch, beginning, insight, metrics};
        let mut tell = |id, event| self.tell(News::train(train::News { id, event }));
        match effect.clone() {
            train::Effect::Start { id, .. } | train::Effect::Resume { id, .. } => {
                tell(id, Event::Begun("runs/2026-01-31_14-05-09_micro".into()));
                let labels = (0..10).map(|class| format!("class {class}")).collect();
                tell(id, Event::Started(Box::new(beginning(4, labels))));
                for epoch in 1..3 {
                    tell(id, batch(epoch, 40));
                    tell(id, Event::Epoch { metrics: metrics(epoch), insight: insight(epoch, 10), is_best: true });
                }
                tell(id, batch(3, 20));
            }
            train::Effect::Pause { id, paused } => tell(id, Event::Paused(paused)),
            train::Effect::Stop(id) => {
                let outcome = Outcome::Ended { end: crate::train::End::Stopped, best: None, last: None };
                tell(id, Event::Over(outcome));
            }
            train::Effect::Open { .. } => {}
            train::Effect::Move(moving) => {
                let to = moving.to.clone();
                tell(moving.id, Event::Moved(moving, Ok(to)));
            }
            train::Effect::MoveRun { id, to, .. } => tell(id, Event::RunMoved(Ok(to))),
        }
    }

    /// Weights are always there, and exports take no time.
    fn deploy(&mut self, effect: &deploy::Effect) {
        let mut tell = |news| self.tell(News::deploy(news));
        match *effect {
            deploy::Effect::Look(_) => {
                let run = PathBuf::from("runs/2026-01-31_14-05-09_micro");
                tell(deploy::News::Found(Some(deploy::Found { run, best: None, trained: None })));
            }
            deploy::Effect::Stop => tell(deploy::News::Stopped),
            deploy::Effect::List => tell(deploy::News::Listed(Ok(deploy::tests::trained()))),
            deploy::Effect::Prepare { write, ref run, .. } => {
                let prepared = match run {
                    Some(_) => Some(deploy::tests::pico(&self.app.sheet)),
                    None => deploy::tests::prepared(&self.app.sheet),
                };
                let Some(prepared) = prepared else {
                    return self.tell(News::deploy(deploy::News::Untrained));
                };
                let folder = PathBuf::from("ArduinoCode/Micro");
                let mut tell = |news| self.tell(News::deploy(news));
                tell(deploy::News::Ready(Arc::new(prepared)));
                if write.is_some() {
                    let checked = Checked::Equal { compiler: "g++".into(), images: 42 };
                    tell(deploy::News::Written { files: vec![folder.join("Micro.h")], checked });
                }
                tell(deploy::News::Done);
            }
        }
    }

    pub fn act(&mut self, action: &Action) {
        let effects = self.app.act(action);
        self.perform(effects);
    }

    /// Keys with blanks between them, as in the table of keys; text in quotes is typed.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        let mut rest = keys;
        while !rest.is_empty() {
            let typed = rest.strip_prefix('"').map(|text| text.split_once('"').unwrap_or((text, "")));
            let (name, after) = typed.unwrap_or_else(|| rest.split_once(' ').unwrap_or((rest, "")));
            match typed {
                Some((text, _)) => text.chars().for_each(|letter| self.letter(letter)),
                None => self.press(name),
            }
            rest = after.trim_start_matches(' ');
        }
        self
    }

    fn letter(&mut self, letter: char) {
        let key = Key::parse(&letter.to_string()).unwrap();
        let effects = self.app.key(key, Input { key: Typed::Char(letter), ctrl: false, alt: false, shift: false });
        self.perform(effects);
    }

    fn press(&mut self, name: &str) {
        let key = Key::parse(name).unwrap_or_else(|| panic!("{name} is not a key"));
        let typed = match name {
            "enter" => Typed::Enter,
            "backspace" => Typed::Backspace,
            "end" => Typed::End,
            "down" => Typed::Down,
            name if name.chars().count() == 1 => Typed::Char(name.chars().next().unwrap()),
            _ => Typed::Null,
        };
        let effects = self.app.key(key, Input { key: typed, ctrl: false, alt: false, shift: false });
        self.perform(effects);
    }

    /// The screen as text.
    pub fn screen(&mut self, columns: u16, rows: u16) -> String {
        text_of(&self.drawn(columns, rows))
    }

    /// The screen as text, and below it the styles of its cells: row, columns, style.
    pub fn styled_screen(&mut self, columns: u16, rows: u16) -> String {
        let buffer = self.drawn(columns, rows);
        format!("{}\n=== styles\n{}", text_of(&buffer), styles_of(&buffer))
    }

    fn drawn(&mut self, columns: u16, rows: u16) -> Buffer {
        let effects = self.app.resized(columns, rows);
        self.perform(effects);
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| app::draw(&self.app, frame)).unwrap();
        terminal.backend().buffer().clone()
    }
}

fn text_of(buffer: &Buffer) -> String {
    let line = |y: u16| {
        let mut text = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
            text.push_str(symbol);
        }
        text.trim_end().to_owned()
    };
    (0..buffer.area.height).map(line).collect::<Vec<_>>().join("\n")
}

/// A line for each row with runs of cells of the same style, such as `3: 0-7 cyan bold, 9 on blue`. Cells of
/// the default style are left out; those of pictures, each of its own colours, are only named.
fn styles_of(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut runs: Vec<(u16, u16, String)> = Vec::new();
        // Blanks between words of one style belong to its run.
        let mut is_open = false;
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            let style = style_of(cell);
            match runs.last_mut() {
                Some((_, to, last)) if is_open && *last == style => *to = x,
                _ if style.is_empty() => is_open &= cell.symbol() == " ",
                _ => {
                    runs.push((x, x, style));
                    is_open = true;
                }
            }
        }
        let shown =
            runs.iter().map(
                |(from, to, style)| {
                    if from == to { format!("{from} {style}") } else { format!("{from}-{to} {style}") }
                },
            );
        let shown = shown.collect::<Vec<_>>().join(", ");
        if !shown.is_empty() {
            out += &format!("{y}: {shown}\n");
        }
    }
    out
}

/// The style of a cell in words; empty for the default.
fn style_of(cell: &Cell) -> String {
    if cell.symbol() == "▀" {
        return "picture".into();
    }
    let mut words = Vec::new();
    // The colour of a blank cannot be seen.
    if cell.fg != Color::Reset && cell.symbol() != " " {
        words.push(cell.fg.to_string().to_lowercase());
    }
    if cell.bg != Color::Reset {
        words.push(format!("on {}", cell.bg.to_string().to_lowercase()));
    }
    let is_seen = |name: &str| cell.symbol() != " " || name != "BOLD";
    words.extend(cell.modifier.iter_names().filter(|(name, _)| is_seen(name)).map(|(name, _)| name.to_lowercase()));
    words.join(" ")
}
