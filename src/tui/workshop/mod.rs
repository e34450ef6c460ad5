//! Where the work is done that the state asks for: files here and now, everything long on threads
//! that send their news.

mod data;
mod deploy;
mod files;
mod graphics;
mod images;
mod keeper;
mod load;
mod runs;
mod train;

pub use files::{edit, left_over, save};
pub use images::{Images, Key as ImagesKey};
pub use keeper::Copies;

use super::effect::{Effect, News};
use super::events::Source;
use crate::train::Governor;
use deploy::Exports;
use keeper::Keeper;
use notify::{RecommendedWatcher, Watcher as _};
use std::path::PathBuf;
use train::Trainings;

/// Where the work is done.
pub struct Workshop {
    source: Source,
    keeper: Keeper,
    trainings: Trainings,
    exports: Exports,
    watcher: Option<RecommendedWatcher>,
    data: data::Desk,
    press: graphics::Press,
}

impl Workshop {
    /// A workshop that sends its news into `source` and trains with `threads`, paced by `governor`.
    #[must_use]
    pub fn new(source: Source, threads: usize, governor: Governor) -> Self {
        let keeper = Keeper::start(source.clone());
        let images = Images::default();
        let trainings = Trainings::new(source.clone(), images.clone(), threads, governor);
        let exports = Exports::new(source.clone(), images.clone(), threads);
        let data = data::Desk::new(source.clone(), images, threads);
        Self { source, keeper, trainings, exports, data, press: graphics::Press::default(), watcher: None }
    }

    /// The copies of unsaved texts that wait to be written.
    #[must_use]
    pub fn copies(&self) -> Copies {
        self.keeper.copies()
    }

    /// Asks what the terminal can draw. Nobody may read the terminal meanwhile.
    pub fn ask_terminal(&mut self) {
        self.press = graphics::Press::new(graphics::ask(|name| std::env::var(name).ok()));
        if self.press.is_ready() {
            self.source.tell(News::Data(super::data::News::Pixels));
        }
    }

    /// Does `effect`, or begins to.
    pub fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Open(path) => self.source.tell(files::open(&path)),
            Effect::Watch(path) => self.watch(path),
            Effect::Classes { source, folder } => {
                let events = self.source.clone();
                self.on_a_thread("classes", move || {
                    let found = crate::data::class_names(&crate::config::absolute(&source, &folder))
                        .map_err(|error| error.to_string());
                    events.tell(News::Classes { source, found });
                });
            }
            Effect::Keep { path, text } => self.keeper.keep(path, text),
            // Done by the loop, which has the terminal.
            Effect::Quit | Effect::Suspend | Effect::Redraw | Effect::External(_) | Effect::Save { .. } => {}
            Effect::Data(super::data::Effect::Encode { ticket, pictures }) => {
                self.press.encode(ticket, pictures, &self.source);
            }
            Effect::Data(effect) => self.data.perform(effect),
            Effect::Train(effect) => self.trainings.perform(effect),
            Effect::Deploy(effect) => self.exports.perform(effect),
            Effect::Runs(effect) => {
                let events = self.source.clone();
                self.on_a_thread("runs", move || runs::perform(effect, &events));
            }
        }
    }

    fn on_a_thread(&self, name: &str, work: impl FnOnce() + Send + 'static) {
        if let Err(error) = std::thread::Builder::new().name(name.into()).spawn(work) {
            self.source.tell(News::Failed(format!("no thread for {name}: {error}")));
        }
    }

    /// Tells when the file at `path` changes. Its folder is watched, since editors put a new file
    /// in place of the old one.
    fn watch(&mut self, path: PathBuf) {
        let events = self.source.clone();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.map_or_else(|| PathBuf::from("."), PathBuf::from);
        let name = path.file_name().map(std::ffi::OsStr::to_owned);
        let tell = move || {
            if let Ok(text) = crate::config::text_of(&path) {
                events.tell(News::DiskChanged { path: path.clone(), text });
            }
        };
        let tell_again = tell.clone();
        let look = move |found: notify::Result<notify::Event>| {
            let Ok(found) = found else { return };
            if !found.kind.is_access() && found.paths.iter().any(|changed| changed.file_name() == name.as_deref()) {
                tell();
            }
        };
        // Without a watcher, what others write is found when saving.
        self.watcher = notify::recommended_watcher(look).ok();
        if let Some(watcher) = &mut self.watcher {
            let _ = watcher.watch(&folder, notify::RecursiveMode::NonRecursive);
            // Somebody may have written between the reading of the file and now.
            tell_again();
        }
    }

    /// Ends: jobs are asked to stop and waited for.
    pub fn close(self) {
        self.data.close();
        drop(self.keeper);
        drop(self.exports);
        drop(self.trainings);
    }
}

/// Whether news are only about how far a job is.
#[must_use]
pub const fn is_progress(news: &News) -> bool {
    use super::{data, train};
    match news {
        News::Data(data::News::Progress { .. }) => true,
        News::Train(train::News { what, .. }) => {
            use train::What::{Batch, Epoch, Reading, Thermal};
            matches!(what, Reading { .. } | Batch(_) | Epoch { .. } | Thermal(_))
        }
        _ => false,
    }
}

/// A message of several lines as one.
fn one_line(text: &str) -> String {
    crate::escape::terminal(
        &text.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" · "),
    )
}
