//! Data: the images that the network sees.

mod draw;
mod gallery;
mod pixels;
#[cfg(test)]
pub(super) mod tests;

use super::action::{Action, Data, Move};
use super::design::{Model, Sheet};
use super::dialog::{Dialog, Page, Prompt, moved};
use super::effect;
use super::keymap::Context;
use super::paths;
use super::screen::Screen;
use super::theme::Theme;
use super::widgets::picture::{Encoded, Picture};
use crate::config::{Augment, Config, ConfigFile, Edit, KeyPath, NumClasses, absolute};
use crate::data::{BUNDLED, Dataset};
use crate::escape;
use crate::jobs::ImagesKey;
use crate::random::{Purpose, Stream};
use crate::text::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use std::path::Path;
use std::sync::Arc;

/// Something to be done outside of the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Read the images; whatever is being read is given up.
    Read {
        /// What the news are marked with.
        ticket: u64,
        /// The configuration.
        spec: Box<ConfigFile>,
        /// Even if they were read before.
        again: bool,
    },
    /// Give up what is being read.
    Stop,
    /// Make pictures ready for a terminal that draws pixels.
    Encode {
        /// What the news are marked with.
        ticket: u64,
        /// The pictures.
        pictures: Vec<(Shown, Picture)>,
    },
}

/// Which picture is shown, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// The reading it comes from.
    reading: u64,
    /// The training image.
    image: usize,
    /// The epoch whose changes it has; `None`: as it is.
    epoch: Option<u32>,
    /// Columns and lines.
    pub size: (u16, u16),
}

/// What the world tells.
#[derive(Debug, Clone)]
pub enum News {
    /// So many images are decoded.
    Progress {
        /// Of which reading.
        ticket: u64,
        /// Decoded.
        done: usize,
        /// Of so many.
        total: usize,
    },
    /// They are read, or cannot be.
    Read {
        /// Of which reading.
        ticket: u64,
        /// The images, or why there are none.
        found: Result<Arc<Dataset>, String>,
    },
    /// The terminal draws pixels.
    Pixels,
    /// Pictures are ready for it.
    Encoded {
        /// Which order.
        ticket: u64,
        /// The pictures.
        pictures: Vec<(Shown, Encoded)>,
    },
}

/// Images that were read.
#[derive(Debug, Clone)]
struct Loaded {
    /// Which reading brought them.
    reading: u64,
    /// What they depend on.
    key: ImagesKey,
    dataset: Arc<Dataset>,
    /// The training images of each class, in the order in which they are shown.
    order: Vec<Vec<u32>>,
}

/// Images that are being read.
#[derive(Debug, Clone)]
struct Reading {
    key: ImagesKey,
    done: usize,
    total: usize,
}

/// How many images are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Zoom {
    /// Some of every class.
    #[default]
    All,
    /// Those of one class.
    Class,
    /// One, as large as can be.
    One,
}

/// What has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Pane {
    /// The images.
    #[default]
    Images,
    /// What stood out.
    Findings,
}

/// The screen's state.
#[derive(Debug, Clone, Default)]
pub struct State {
    loaded: Option<Loaded>,
    reading: Option<Reading>,
    /// Why there are no images, and what was to be read.
    failure: Option<(ImagesKey, String)>,
    /// The last reading that was asked for.
    ticket: u64,
    /// Whether images are changed as in training.
    augmented: bool,
    /// How often other images were asked for.
    turn: u32,
    class: usize,
    picture: usize,
    zoom: Zoom,
    pane: Pane,
    /// The first finding shown.
    finding: usize,
    /// Where the screen is drawn.
    body: Rect,
    /// Pictures in pixels, where the terminal draws them.
    pixels: pixels::Pixels,
}

type Reply = effect::Reply<Effect>;

/// All that is drawn of the screen.
#[derive(Debug)]
pub struct View<'a> {
    /// The images that are shown.
    loaded: Option<&'a Loaded>,
    reading: Option<&'a Reading>,
    /// Why the images cannot be loaded.
    failure: Option<&'a str>,
    /// The source that the configuration names.
    source: Option<&'a str>,
    /// Whether the images shown are not those of the configuration.
    is_stale: bool,
    /// Why the network does not go with the images.
    mismatch: Option<String>,
    /// What stood out in the images.
    findings: Vec<String>,
    /// The first finding shown.
    finding: usize,
    augment: Option<Augmentation<'a>>,
    turn: u32,
    class: usize,
    picture: usize,
    zoom: Zoom,
    pane: Pane,
    is_augmented: bool,
    pixels: &'a pixels::Pixels,
}

/// How training changes images.
#[derive(Debug, Clone, Copy)]
struct Augmentation<'a> {
    settings: &'a Augment,
    seed: u32,
}

impl Screen for State {
    type Effect = Effect;
    type News = News;
    type View<'a> = View<'a>;

    fn act(&mut self, action: &Action, sheet: &mut Sheet, reply: &mut Reply) {
        match action {
            Action::Data(what) => self.perform(what, sheet, reply),
            other => self.update(other, sheet, reply),
        }
    }

    fn told(&mut self, news: News, sheet: &Sheet, reply: &mut Reply) {
        self.hear(news, sheet, reply);
    }

    fn enter(&mut self, sheet: &Sheet, reply: &mut Reply) {
        self.show(sheet, reply);
    }

    fn resized(&mut self, body: Rect, sheet: &Sheet, reply: &mut Reply) {
        self.fit_into(body, sheet, reply);
    }

    fn click(&mut self, body: Rect, at: Position, sheet: &mut Sheet, reply: &mut Reply) {
        self.point(body, at, sheet, reply);
    }

    fn context(&self) -> Context {
        Context::Data
    }

    fn view<'a>(&'a self, sheet: &'a Sheet) -> View<'a> {
        let config = sheet.model().map(|model| &model.spec.config);
        let augmentation = |config: &'a Config| Augmentation { settings: &config.augment, seed: config.train.seed };
        View {
            loaded: self.loaded.as_ref(),
            reading: self.reading.as_ref(),
            failure: self.failure.as_ref().map(|(_, error)| error.as_str()),
            source: sheet.model().map(Model::source),
            is_stale: self.is_stale(sheet),
            mismatch: self.mismatch(sheet),
            findings: self.findings(),
            finding: self.finding,
            augment: config.filter(|_| self.augmented).map(augmentation),
            turn: self.turn,
            class: self.class,
            picture: self.picture,
            zoom: self.zoom,
            pane: self.pane,
            is_augmented: self.augmented,
            pixels: &self.pixels,
        }
    }

    fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
        draw::draw(view, area, buffer, theme);
    }
}

impl State {
    /// Carries out `what`.
    fn perform(&mut self, what: &Data, sheet: &mut Sheet, reply: &mut Reply) {
        match what {
            Data::Load => {
                self.read(sheet, true, reply);
                if let Some(model) = sheet.model() {
                    reply.command = Some(command_on(sheet, model.source()));
                }
            }
            Data::Source => {
                let help = "A folder with one sub-folder per class, IDX files, or the name of a bundled set.";
                let current = sheet.model().map_or("", |model| model.source());
                let prompt = Prompt::new("Images from", help, current, |text| Action::Data(Data::From(text)));
                reply.dialog = Some(Dialog::Prompt(prompt.completed_by(sources, sheet.folder())));
            }
            Data::From(source) => self.take_from(source, sheet, reply),
            Data::Augment => {
                self.augmented = !self.augmented;
                let spec = sheet.model().map(|model| &model.spec.config);
                if self.augmented && spec.is_some_and(|config| config.augment == Augment::default()) {
                    reply.warn("[augment] changes nothing: training sees the images as they are");
                }
            }
            Data::Shuffle => {
                self.turn = self.turn.wrapping_add(1);
                self.picture = 0;
                if let Some(loaded) = &mut self.loaded {
                    loaded.shuffle(self.turn);
                }
            }
        }
        self.encode(sheet, reply);
    }

    /// Moves the focus or the cursor, opens, goes back.
    fn update(&mut self, action: &Action, sheet: &Sheet, reply: &mut Reply) {
        match action {
            Action::Focus { .. } => {
                self.pane = match self.pane {
                    Pane::Images => Pane::Findings,
                    Pane::Findings => Pane::Images,
                };
            }
            Action::Move(to) if self.pane == Pane::Findings => {
                self.finding = moved(self.finding, *to, self.findings().len(), 5);
            }
            Action::Move(to) => self.go(*to),
            Action::Enter if self.pane == Pane::Findings => {
                let lines = self.findings_in_full().iter().flat_map(|text| wrap(text, 74)).map(Line::from).collect();
                reply.dialog = Some(Dialog::Page(Page::new("What stood out", lines)));
            }
            Action::Enter => {
                self.zoom = match self.zoom {
                    Zoom::All => Zoom::Class,
                    Zoom::Class | Zoom::One => Zoom::One,
                };
            }
            Action::Back if self.reading.is_some() => {
                self.reading = None;
                self.ticket += 1;
                reply.own(Effect::Stop);
                reply.warn("reading was given up; r reads again");
            }
            Action::Back => {
                self.zoom = match self.zoom {
                    Zoom::One => Zoom::Class,
                    Zoom::Class | Zoom::All => Zoom::All,
                };
            }
            _ => {}
        }
        self.encode(sheet, reply);
    }

    /// A click at a column and row of the screen, which is drawn in `area`: on a picture or a
    /// class.
    fn point(&mut self, area: Rect, at: Position, sheet: &Sheet, reply: &mut Reply) {
        let view = self.view(sheet);
        let Some(loaded) = view.loaded else { return };
        let (_, captions, spots) = draw::gallery_in(&view, loaded, area);
        let class = draw::class_at(&view, loaded, area, at);
        if let Some(spot) = spots.iter().find(|spot| spot.area.contains(at)) {
            (self.class, self.picture, self.pane) = (spot.class, spot.picture, Pane::Images);
        } else if let Some(caption) = captions.iter().find(|caption| caption.area.contains(at)) {
            (self.class, self.picture, self.pane) = (caption.class, 0, Pane::Images);
        } else if let Some(class) = class {
            (self.class, self.picture, self.pane) = (class, 0, Pane::Images);
        }
        self.encode(sheet, reply);
    }

    /// The screen is drawn in `body`.
    fn fit_into(&mut self, body: Rect, sheet: &Sheet, reply: &mut Reply) {
        self.body = body;
        self.encode(sheet, reply);
    }

    /// Loads the images if they are not there.
    fn show(&mut self, sheet: &Sheet, reply: &mut Reply) {
        let is_there = self.key().is_some_and(|key| Some(key) == wanted(sheet).as_ref());
        if !is_there {
            self.read(sheet, false, reply);
        }
        self.encode(sheet, reply);
    }

    /// Takes in news of the images.
    fn hear(&mut self, news: News, sheet: &Sheet, reply: &mut Reply) {
        match news {
            News::Progress { ticket, done, total } if ticket == self.ticket => {
                if let Some(reading) = &mut self.reading {
                    reading.done = reading.done.max(done);
                    reading.total = total;
                }
            }
            News::Read { ticket, found } if ticket == self.ticket => {
                let Some(reading) = self.reading.take() else { return };
                match found {
                    Ok(dataset) => self.take(reading.key, dataset, sheet, reply),
                    Err(error) => {
                        reply.error("the images cannot be read");
                        self.failure = Some((reading.key, error));
                    }
                }
            }
            News::Pixels => self.pixels.begin(),
            News::Encoded { ticket, pictures } => return self.pixels.take(ticket, pictures),
            _ => {}
        }
        self.encode(sheet, reply);
    }

    /// What is shown, or will be once it is read.
    fn key(&self) -> Option<&ImagesKey> {
        let reading = self.reading.as_ref().map(|reading| &reading.key);
        reading.or_else(|| self.loaded.as_ref().filter(|_| self.failure.is_none()).map(|loaded| &loaded.key))
    }

    /// Whether the images shown are not those of the configuration.
    fn is_stale(&self, sheet: &Sheet) -> bool {
        self.loaded.as_ref().is_some_and(|loaded| Some(&loaded.key) != wanted(sheet).as_ref())
    }

    fn read(&mut self, sheet: &Sheet, again: bool, reply: &mut Reply) {
        let Some(model) = sheet.model() else {
            reply.warn("the configuration says nothing yet: mend it first (F1)");
            return;
        };
        self.ticket += 1;
        self.failure = None;
        self.reading = Some(Reading { key: ImagesKey::of(&model.spec), done: 0, total: 0 });
        let spec = Box::new(model.spec.clone().absolute(sheet.folder()));
        reply.own(Effect::Read { ticket: self.ticket, spec, again });
    }

    fn take_from(&mut self, source: &str, sheet: &mut Sheet, reply: &mut Reply) {
        let source = match source.trim_end_matches(std::path::MAIN_SEPARATOR) {
            "" => source,
            shorter => shorter,
        };
        if source.is_empty() {
            return;
        }
        match sheet.edit(None, &Edit::set("data.source", source)) {
            Ok(()) => {
                self.read(sheet, true, reply);
                reply.command = Some(command_on(sheet, source));
            }
            Err(error) => reply.error(format!("the text has to be mended first (F1): {error}")),
        }
    }

    fn take(&mut self, key: ImagesKey, dataset: Arc<Dataset>, sheet: &Sheet, reply: &mut Reply) {
        let is_other = self.loaded.as_ref().is_none_or(|loaded| loaded.key.source() != key.source());
        if is_other {
            (self.class, self.picture, self.finding, self.zoom) = (0, 0, 0, Zoom::All);
        }
        let mut loaded = Loaded { reading: self.ticket, key, order: Vec::new(), dataset };
        loaded.shuffle(self.turn);
        self.class = self.class.min(loaded.dataset.labels.len().saturating_sub(1));
        self.picture = self.picture.min(loaded.order.get(self.class).map_or(0, Vec::len).saturating_sub(1));
        let count = loaded.dataset.train.len() + loaded.dataset.validation.len();
        let text = format!("read {} images", crate::text::thousands(count as u64));
        self.loaded = Some(loaded);
        self.finding = self.finding.min(self.findings().len().saturating_sub(1));
        if self.mismatch(sheet).is_some() {
            reply.warn(format!("{text}, but the network tells another number of classes apart"));
        } else {
            reply.good(text);
        }
    }

    fn go(&mut self, to: Move) {
        let Some(loaded) = &self.loaded else { return };
        match to {
            Move::Left | Move::Right => {
                let count = loaded.order.get(self.class).map_or(0, Vec::len);
                self.picture = moved(self.picture, to, count, 1);
            }
            _ => {
                let class = moved(self.class, to, loaded.dataset.labels.len(), 5);
                if class != self.class {
                    (self.class, self.picture) = (class, 0);
                }
            }
        }
    }

    /// What stood out in the images, in short.
    fn findings(&self) -> Vec<String> {
        let text = self.loaded.as_ref().map_or_else(String::new, |loaded| loaded.dataset.check.to_string());
        text.lines().map(str::to_owned).collect()
    }

    /// What stood out, with every name.
    fn findings_in_full(&self) -> Vec<String> {
        let details = self.loaded.as_ref().map_or_else(Vec::new, |loaded| loaded.dataset.check.details());
        if details.is_empty() { vec!["Nothing stood out.".to_owned()] } else { details }
    }

    /// Where the network tells another number of classes apart: the place and what is wrong.
    fn mismatch(&self, sheet: &Sheet) -> Option<String> {
        let (spec, dataset) = (&sheet.model()?.spec, &self.loaded.as_ref()?.dataset);
        let NumClasses::Count(count) = spec.config.model.num_classes else { return None };
        let found = dataset.labels.len();
        if self.is_stale(sheet) || count as usize == found {
            return None;
        }
        let message = format!("the network tells {count} classes apart, but there are {found}");
        let help = Some("use num_classes = \"auto\"".to_owned());
        Some(spec.diagnose(&KeyPath::of("model.num_classes"), message, help).to_string())
    }
}

impl Loaded {
    /// The training image that is shown as the `picture`th of `class`.
    fn image(&self, class: usize, picture: usize) -> Option<usize> {
        let image = *self.order.get(class)?.get(picture)? as usize;
        (image < self.dataset.train.len()).then_some(image)
    }

    /// Puts the images of each class in another order, always the same for the same `turn`.
    fn shuffle(&mut self, turn: u32) {
        let mut order = vec![Vec::new(); self.dataset.labels.len()];
        for (image, label) in self.dataset.train.labels.iter().enumerate() {
            if let Some(class) = order.get_mut(usize::from(*label)) {
                class.push(image as u32);
            }
        }
        for (class, images) in order.iter_mut().enumerate() {
            Stream::new(0, Purpose::Order, turn, class as u64).shuffle(images);
        }
        self.order = order;
    }
}

/// What the images of the configuration depend on.
fn wanted(sheet: &Sheet) -> Option<ImagesKey> {
    sheet.model().map(|model| ImagesKey::of(&model.spec))
}

/// The command line that does the same with the images of `source`, as the sheet's text names them:
/// on a command line paths are relative to the working directory.
fn command_on(sheet: &Sheet, source: &str) -> String {
    let is_beside = sheet.folder() == Path::new("");
    let source = if is_beside { source.to_owned() } else { absolute(source, sheet.folder()) };
    let config = escape::shell(&sheet.path().to_string_lossy());
    format!("micromobilenet --config {config} --data {}", escape::shell(&source))
}

/// What a source may be completed to: bundled sets, folders, IDX files.
fn sources(text: &str, folder: &Path) -> Vec<String> {
    let bundled = BUNDLED.iter().filter(|name| name.starts_with(text)).map(|name| (*name).to_owned());
    let is_source = |path: &String| path.ends_with(std::path::MAIN_SEPARATOR) || path.contains("idx");
    bundled.chain(paths::files(text, folder).into_iter().filter(is_source)).collect()
}
