//! The Data screen: the preprocessed images, and findings about them.

mod draw;
mod gallery;
mod loaded;
mod messages;
mod order;
mod panes;
mod pixels;
mod previews;
mod rows;
mod screen;
#[cfg(test)]
pub(super) mod tests;
mod view;

pub use messages::{Effect, News, PictureKey};
pub use previews::PreviewRequest;

use self::loaded::{Loaded, Reading};
use self::rows::{Sort, sorted};
use self::view::{Pane, Zoom};
use super::action::{Action, Data, Move};
use super::design::Sheet;
use super::dialog::{Completer, Dialog, Page, Prompt, moved};
use super::effect;
use super::screen::Screen as _;
use crate::config::{Augment, Edit, KeyPath, NumClasses};
use crate::data::Dataset;
use crate::jobs::ImagesKey;
use crate::text::wrap;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use std::sync::Arc;

/// The screen's state.
#[derive(Debug, Clone, Default)]
pub struct State {
    loaded: Option<Loaded>,
    reading: Option<Reading>,
    /// The last request for images that failed, and its error message.
    failure: Option<(ImagesKey, String)>,
    /// The ticket of the last request to read images.
    ticket: u64,
    /// Whether images are shown augmented.
    augmented: bool,
    /// Number of shuffles.
    turn: u32,
    class: usize,
    /// The indices of the classes in the order of the list.
    rows: Vec<usize>,
    sort: Sort,
    is_reversed: bool,
    picture: usize,
    zoom: Zoom,
    pane: Pane,
    /// The index of the first finding shown.
    finding: usize,
    /// The area of the screen.
    body: Rect,
    /// Augmented images.
    previews: previews::Previews,
    /// Encoded pictures, if the terminal supports graphics.
    pixels: pixels::Pixels,
}

type Reply = effect::Reply<Effect>;

impl State {
    /// Performs an action of this screen.
    fn perform(&mut self, what: &Data, sheet: &mut Sheet, reply: &mut Reply) {
        match what {
            Data::Load => {
                self.read(sheet, true, reply);
            }
            Data::Source => {
                let help = "A folder with one sub-folder of pictures per class (flowers/rose/1.jpg), or with train/ and \
                            test/ folders of such, a table of labels, IDX or npz files; or the name of a bundled set. Tab \
                            completes, ↓ chooses.";
                let current = sheet.model().map_or("", |model| model.source());
                let prompt = Prompt::new("Images from", help, current, |text| Action::Data(Data::From(text)));
                reply.dialog = Some(Dialog::Prompt(prompt.completed_by(Completer::Sources, sheet.folder())));
            }
            Data::From(source) => self.take_from(source, sheet, reply),
            Data::Augment => {
                self.augmented = !self.augmented;
                let spec = sheet.model().map(|model| &model.spec.config);
                if self.augmented && spec.is_some_and(|config| config.augment == Augment::default()) {
                    reply.warn("[augment] has no effect: training uses the images without augmentation");
                }
            }
            Data::Shuffle => {
                self.turn = self.turn.wrapping_add(1);
                self.picture = 0;
                if let Some(loaded) = &mut self.loaded {
                    loaded.shuffle(self.turn);
                }
            }
            Data::Class(class) => {
                let count = self.rows.len();
                (self.class, self.picture, self.pane) = ((*class).min(count.saturating_sub(1)), 0, Pane::Images);
            }
            Data::Sort => {
                self.sort = self.sort.next();
                self.list(reply);
            }
            Data::Reverse => {
                self.is_reversed = !self.is_reversed;
                self.list(reply);
            }
        }
        self.request_pictures(sheet, reply);
    }

    /// Performs a general action.
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
            Action::Find => self.find(reply),
            Action::Enter if self.pane == Pane::Findings => {
                let lines = self.findings_in_full().iter().flat_map(|text| wrap(text, 74)).map(Line::from).collect();
                reply.dialog = Some(Dialog::Page(Page::new("Findings", lines)));
            }
            Action::Enter => {
                self.zoom = self.zoom.closer();
            }
            Action::Back if self.reading.is_some() => {
                self.reading = None;
                self.ticket += 1;
                reply.own(Effect::Stop);
                reply.warn("reading was cancelled; r reads again");
            }
            Action::Back => {
                self.zoom = match self.zoom {
                    Zoom::One => Zoom::Class,
                    Zoom::Class | Zoom::All => Zoom::All,
                };
            }
            _ => {}
        }
        self.request_pictures(sheet, reply);
    }

    /// Selects the picture or class clicked at `at`; `area` is the area of the screen.
    fn point(&mut self, area: Rect, at: Position, sheet: &Sheet, reply: &mut Reply) {
        let view = self.view(sheet);
        let Some(loaded) = view.loaded else { return };
        let (_, captions, spots) = draw::gallery_in(&view, loaded, area);
        let class = panes::class_at(&view, loaded, area, at);
        let finding = panes::finding_at(&view, area, at);
        if let Some(finding) = finding {
            (self.finding, self.pane) = (finding, Pane::Findings);
        } else if let Some(spot) = spots.iter().find(|spot| spot.area.contains(at)) {
            let is_again = (spot.class, spot.picture, Pane::Images) == (self.class, self.picture, self.pane);
            (self.class, self.picture, self.pane) = (spot.class, spot.picture, Pane::Images);
            if is_again {
                self.zoom = self.zoom.closer();
            }
        } else if let Some(caption) = captions.iter().find(|caption| caption.area.contains(at)) {
            (self.class, self.picture, self.pane) = (caption.class, 0, Pane::Images);
        } else if let Some(class) = class {
            (self.class, self.picture, self.pane) = (class, 0, Pane::Images);
        }
        self.request_pictures(sheet, reply);
    }

    /// Sets the area of the screen.
    fn fit_into(&mut self, body: Rect, sheet: &Sheet, reply: &mut Reply) {
        self.body = body;
        self.request_pictures(sheet, reply);
    }

    /// Reads the images unless they have been, or are being, read.
    fn show(&mut self, sheet: &Sheet, reply: &mut Reply) {
        let is_there = self.key().is_some_and(|key| Some(key) == wanted(sheet).as_ref());
        if !is_there {
            self.read(sheet, false, reply);
        }
        self.request_pictures(sheet, reply);
    }

    /// Updates the state by news.
    fn apply_news(&mut self, news: News, sheet: &Sheet, reply: &mut Reply) {
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
            News::Previewed { ticket, pictures } => self.previews.take(ticket, pictures),
            News::Pixels => self.pixels.begin(),
            News::Encoded { ticket, pictures } => return self.pixels.take(ticket, pictures),
            _ => {}
        }
        self.request_pictures(sheet, reply);
    }

    /// Requests augmentation and encoding of the visible pictures.
    fn request_pictures(&mut self, sheet: &Sheet, reply: &mut Reply) {
        self.preview(sheet, reply);
        self.encode(sheet, reply);
    }

    /// The key of the images that are being read or shown.
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
            reply.warn("the configuration is invalid: fix it first (F1)");
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
            Ok(()) => self.read(sheet, true, reply),
            Err(error) => reply.error(format!("the configuration is invalid: fix it first (F1): {error}")),
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
        self.rows = sorted(&loaded.dataset.check.classes, self.sort, self.is_reversed);
        self.loaded = Some(loaded);
        self.finding = self.finding.min(self.findings().len().saturating_sub(1));
        if self.mismatch(sheet).is_some() {
            reply.warn(format!("{text}, but the network has a different number of classes"));
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
                let row = self.rows.iter().position(|class| *class == self.class).unwrap_or(0);
                let row = moved(row, to, self.rows.len(), 5);
                let class = self.rows.get(row).copied().unwrap_or(self.class);
                if class != self.class {
                    (self.class, self.picture) = (class, 0);
                }
            }
        }
    }

    /// Findings about the images, shortened.
    fn findings(&self) -> Vec<String> {
        let text = self.loaded.as_ref().map_or_else(String::new, |loaded| loaded.dataset.check.to_string());
        text.lines().map(str::to_owned).collect()
    }

    /// Findings about the images, with all file names.
    fn findings_in_full(&self) -> Vec<String> {
        let details = self.loaded.as_ref().map_or_else(Vec::new, |loaded| loaded.dataset.check.details());
        if details.is_empty() { vec!["No findings.".to_owned()] } else { details }
    }

    /// The diagnostic if the numbers of classes of network and images differ.
    fn mismatch(&self, sheet: &Sheet) -> Option<String> {
        let (spec, dataset) = (&sheet.model()?.spec, &self.loaded.as_ref()?.dataset);
        let NumClasses::Count(count) = spec.config.model.num_classes else { return None };
        let found = dataset.labels.len();
        if self.is_stale(sheet) || count as usize == found {
            return None;
        }
        let message = format!("the network has {count} classes, but the data set has {found}");
        let help = Some("use num_classes = \"auto\"".to_owned());
        Some(spec.diagnose(&KeyPath::of("model.num_classes"), message, help).to_string())
    }
}

/// The key of the images of the configuration; `None` without a valid one.
fn wanted(sheet: &Sheet) -> Option<ImagesKey> {
    sheet.model().map(|model| ImagesKey::of(&model.spec))
}
