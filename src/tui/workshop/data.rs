//! Reading images.

use super::images::Images;
use super::load::Reading;
use crate::config::ConfigFile;
use crate::data::{self, DataError, Dataset};
use crate::train::Control;
use crate::tui::data::{Effect, News};
use crate::tui::effect::News as AnyNews;
use crate::tui::events::Source;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Where images are read: the newest order counts, the one before it is given up.
#[derive(Debug)]
pub struct Desk {
    source: Source,
    images: Images,
    threads: usize,
    control: Control,
}

impl Desk {
    /// Nothing was read yet.
    #[must_use]
    pub fn new(source: Source, images: Images, threads: usize) -> Self {
        Self { source, images, threads, control: Control::default() }
    }

    /// Does `effect`, or begins to.
    pub fn perform(&mut self, effect: Effect) {
        let Self { source, images, threads, .. } = self;
        let threads = *threads;
        let (ticket, spec, again) = match effect {
            Effect::Read { ticket, spec, again } => (ticket, spec, again),
            Effect::Stop => return self.control.stop(),
            Effect::Encode { .. } => return,
        };
        self.control.stop();
        if let Some(dataset) = images.get(&spec).filter(|_| !again) {
            source.tell(AnyNews::Data(News::Read { ticket, found: Ok(dataset) }));
            return;
        }
        self.control = Control::default();
        let teller = source.clone();
        let tell = move |done, total| teller.tell(AnyNews::Data(News::Progress { ticket, done, total }));
        let reading = Reading::new(&self.control, tell);
        let (events, images) = (source.clone(), images.clone());
        let work = move || {
            let found = match catch_unwind(AssertUnwindSafe(|| read(&spec, threads, &reading))) {
                Ok(Err(Failure::Data(DataError::Cancelled))) => return,
                Ok(Ok(dataset)) => {
                    images.put(&spec, dataset.clone());
                    Ok(dataset)
                }
                Ok(Err(error)) => Err(error.to_string()),
                Err(_) => Err("reading failed: this is a defect of the program".to_owned()),
            };
            events.tell(AnyNews::Data(News::Read { ticket, found }));
        };
        if let Err(error) = std::thread::Builder::new().name("images".into()).spawn(work) {
            let found = Err(format!("no thread to read images: {error}"));
            source.tell(AnyNews::Data(News::Read { ticket, found }));
        }
    }

    /// Gives up what is being read.
    pub fn close(&self) {
        self.control.stop();
    }
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Data(#[from] DataError),
    #[error("no threads to decode images: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

fn read(spec: &ConfigFile, threads: usize, progress: &dyn data::Progress) -> Result<Arc<Dataset>, Failure> {
    // A pool of its own: a training that is under way keeps all the threads of the other.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let dataset = pool.install(|| data::load(&spec.config.data, spec.config.model.input, None, progress))?;
    Ok(Arc::new(dataset))
}
