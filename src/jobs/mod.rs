//! The work of the front ends, without output of its own: training into a run folder, loading images, finding
//! weights, preparing, checking and writing an export.
//!
//! Everything here takes a loaded configuration, blocks the calling thread until it is done, and
//! reports through return values, an [`Observer`](crate::train::Observer) or a
//! [`Progress`](crate::data::Progress). Long work is stopped by a
//! [`Control`](crate::train::Control). The usual order:
//!
//! ```text
//! class_labels → Graph::build → load_dataset ─┬→ Training::run ─────┐ Ended::trained
//!                latest_run → Run::weights ───┴→ read_weights ──────┴→ Deployment → Export::check → Export::write
//! ```

mod cache;
mod changed;
mod check;
mod classes;
mod deployment;
mod images;
mod keeper;
mod pace;
mod place;
mod recipe;
mod recorder;
mod report;
mod session;
mod teaching;
mod training;
mod weights;
mod worker;

pub use cache::{ImageCache, ImagesKey};
pub use changed::Changed;
pub use check::{CheckError, Checked, Compilers, Difference, Network, probe_images};
pub use deployment::{Build, COMPARED_IMAGES, Deployment, Export, Int8Evaluation, evaluate, evaluate_int8};
pub use images::{Classes, ClassesUnknown, DatasetError, Decoding, class_labels, load_all, load_dataset};
pub use pace::{Pace, clock};
pub use place::{Held, Place};
pub use recipe::{epsilon_warning, warnings};
pub use report::{Recording, record};
pub use session::{Folders, Session, SessionError};
pub use teaching::{Teaching, TeachingError};
pub use training::{Ended, Training, TrainingError};
pub use weights::{ReadWeightsError, Trained, latest_run, read_weights, trained_run, unfinished_run};
pub use worker::{Events, Idle, Queue, Work, Worker};

#[cfg(test)]
mod tests;
