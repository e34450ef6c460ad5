//! Carries out the effects that the state requests: files on the calling thread, long work on threads that send news.

pub mod background;
mod claims;
mod classes;
mod copies;
mod deploy;
mod encoding;
mod estimates;
mod files;
mod image_files;
mod loading;
mod memory;
mod paths;
pub mod previews;
mod progress;
mod rescue;
mod runs;
mod train;

pub use files::{edit, save};
pub use memory::configurations;

use super::action::OpenRequest;
use super::effect::OpenedFile;
use super::events::Source;
use super::memory::Recent;
use super::screens::{Effect, News, ScreenEffect, ScreenNews};
use super::{data as data_screen, deploy as deploy_screen};
use crate::config::Diagnostics;
use crate::jobs::{Events, Folders, Idle, ImageCache, Worker};
use crate::train::Governor;
use notify::{RecommendedWatcher, Watcher as _};
use std::path::{Path, PathBuf};

/// Carries out effects.
pub struct Workshop {
    source: Source,
    claims: claims::Claims,
    memory: memory::Memory,
    copies: Worker<copies::CopyWriter>,
    classes: Worker<classes::ClassFinder>,
    estimates: Worker<estimates::Estimator>,
    paths: Worker<paths::PathFinder>,
    previews: Worker<previews::ImageAugmenter>,
    images: Worker<loading::ImageLoader>,
    /// `None` if the terminal has no graphics protocol.
    pictures: Option<Worker<encoding::ImageEncoder>>,
    trainings: train::Trainings,
    exports: Worker<deploy::Exporter>,
    runs: Worker<runs::RunLister>,
    watcher: Option<RecommendedWatcher>,
}

impl Workshop {
    /// Creates a workshop that sends its news to `source`, writes into `folders` and trains with `threads` threads; the
    /// `governor` pauses training while the processor is too hot.
    #[must_use]
    pub fn new(source: Source, folders: Folders, threads: usize, governor: Governor) -> Self {
        let cache = ImageCache::default();
        Self {
            copies: copies::start(events(&source, |news| news)),
            classes: classes::start(events(&source, |news| news)),
            estimates: estimates::start(events(&source, |news| news)),
            paths: paths::start(events(&source, |news| news)),
            previews: previews::start(events(&source, News::data)),
            images: loading::start(cache.clone(), threads, events(&source, News::data)),
            pictures: None,
            trainings: train::Trainings::new(
                folders.runs.clone(),
                cache.clone(),
                threads,
                governor,
                events(&source, News::train),
            ),
            runs: runs::start(folders.runs.clone(), events(&source, News::runs)),
            exports: deploy::start(folders, cache, threads, events(&source, News::deploy)),
            watcher: None,
            claims: claims::Claims::default(),
            memory: memory::Memory::of_user(|name| std::env::var_os(name)),
            source,
        }
    }

    /// Returns a handle that waits until the backups of unsaved texts are written.
    #[must_use]
    pub fn copies(&self) -> Idle {
        self.copies.idle()
    }

    /// Queries the graphics protocol of the terminal. Nothing else may read from the terminal meanwhile.
    pub fn ask_terminal(&mut self) {
        if let Some(picker) = encoding::ask(|name| std::env::var(name).ok()) {
            self.pictures = Some(encoding::start(picker, events(&self.source, News::data)));
            self.source.send_news(News::data(data_screen::News::Pixels));
        }
    }

    /// Opens a configuration.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn open(&mut self, request: OpenRequest) -> Result<OpenedFile, Diagnostics> {
        files::open(request, &mut self.claims, &self.memory)
    }

    /// The files that the start screen offers: those of the working folder, and those opened before.
    #[must_use]
    pub fn files_to_open(&self) -> Vec<Recent> {
        let here = memory::configurations(Path::new("."));
        let known = self.memory.files();
        let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let here = here.into_iter().filter(|path| known.iter().all(|file| file.path != absolute(path)));
        let here: Vec<Recent> = here.map(|path| Recent { path, ..Recent::default() }).collect();
        here.into_iter().chain(known).collect()
    }

    /// Carries out `effect`, or starts it on a thread.
    pub fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Remember(recent) => self.memory.remember(*recent),
            Effect::Open(request) => {
                let opened = self.open(request).map(|file| News::Opened(Box::new(file)));
                self.source.send_news(opened.unwrap_or_else(|error| News::Failed(error.to_string())));
            }
            Effect::Watch(path) => {
                self.claims.keep_only(&path);
                // A new file is claimed once there is something to back up.
                if path.exists() {
                    self.claims.claim(&path);
                }
                self.watch(path);
            }
            Effect::Classes { source, folder } => {
                self.classes.send(classes::Source { name: source, folder });
            }
            Effect::Estimate(subject, request) => {
                self.estimates.send(estimates::Command { subject, request });
            }
            Effect::Complete(completion) => {
                self.paths.send(completion);
            }
            Effect::Keep { path, text } => {
                let claim = self.claims.get(&path);
                self.copies.send(copies::Copy { claim, text });
            }
            // Carried out by the event loop, which owns the terminal.
            Effect::Quit
            | Effect::Suspend
            | Effect::Redraw
            | Effect::Copy(_)
            | Effect::Announce(_)
            | Effect::External(_)
            | Effect::Save { .. } => {}
            Effect::Screen(effect) => self.perform_screen(effect),
        }
    }

    fn perform_screen(&mut self, effect: ScreenEffect) {
        match effect {
            ScreenEffect::Data(effect) => self.perform_data(effect),
            ScreenEffect::Train(effect) => self.trainings.perform(effect),
            ScreenEffect::Deploy(deploy_screen::Effect::Stop) => self.exports.stop(),
            ScreenEffect::Deploy(effect) => {
                self.exports.send(effect);
            }
            ScreenEffect::Runs(effect) => {
                self.runs.send(effect);
            }
        }
    }

    fn perform_data(&mut self, effect: data_screen::Effect) {
        use data_screen::Effect as Data;
        match effect {
            Data::Read { ticket, spec, again } => {
                self.images.send(loading::Load { ticket, spec, again });
            }
            Data::Stop => self.images.stop(),
            Data::Preview { ticket, request, dataset } => {
                self.previews.send(previews::Preview { ticket, request, dataset });
            }
            Data::Encode { ticket, pictures } => {
                if let Some(encoder) = &mut self.pictures {
                    encoder.send(encoding::Encode { ticket, pictures });
                }
            }
        }
    }

    /// Sends [`News::DiskChanged`] whenever the file at `path` changes. Its folder is watched, since editors replace
    /// the file by a new one.
    fn watch(&mut self, path: PathBuf) {
        let events = self.source.clone();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.map_or_else(|| PathBuf::from("."), PathBuf::from);
        let name = path.file_name().map(std::ffi::OsStr::to_owned);
        let report = move || {
            if let Ok(text) = crate::config::text_of(&path) {
                events.send_news(News::DiskChanged { path: path.clone(), text });
            }
        };
        let report_now = report.clone();
        let look = move |found: notify::Result<notify::Event>| {
            let Ok(found) = found else { return };
            if !found.kind.is_access() && found.paths.iter().any(|changed| changed.file_name() == name.as_deref()) {
                report();
            }
        };
        // Without a watcher, changes by other programs are detected on saving.
        self.watcher = notify::recommended_watcher(look).ok();
        if let Some(watcher) = &mut self.watcher {
            let _ = watcher.watch(&folder, notify::RecursiveMode::NonRecursive);
            // The file may have changed after it was read and before it was watched.
            report_now();
        }
    }

    /// Stops all work and waits for work that writes files.
    pub fn close(self) {
        self.exports.stop();
        self.trainings.stop();
        self.images.abandon();
        self.classes.abandon();
        self.estimates.abandon();
        self.paths.abandon();
        self.previews.abandon();
        if let Some(pictures) = self.pictures {
            pictures.abandon();
        }
        drop(self.copies);
        drop(self.exports);
        drop(self.runs);
        drop(self.trainings);
    }
}

/// Returns a sender that converts events by `news` and sends them to the event loop.
fn events<E: 'static>(source: &Source, news: impl Fn(E) -> News + Send + Sync + 'static) -> Events<E> {
    let source = source.clone();
    Events::new(move |event| source.send_news(news(event)))
}

/// Whether `news` only reports the progress of a job.
#[must_use]
pub const fn is_progress(news: &News) -> bool {
    use super::{data, train};
    match news {
        News::Screen(ScreenNews::Data(data::News::Progress { .. })) => true,
        News::Screen(ScreenNews::Train(train::News { event, .. })) => {
            use train::Event::{Batch, Epoch, Reading, Thermal};
            matches!(event, Reading { .. } | Batch(_) | Epoch { .. } | Thermal(_))
        }
        _ => false,
    }
}
