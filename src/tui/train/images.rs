//! Images shown large, and what can be done with their files: open, relabel, set aside, and undo.

use super::messages::{Effect, Moving};
use super::session::Session;
use super::undo::Done;
use super::view::{Pane, Viewer};
use super::{Reply, State};
use crate::text;
use crate::tui::action::{Action, Train};
use crate::tui::dialog::{Choice, Choose, Dialog, moved};
use crate::tui::keymap::key_of;
use std::path::{Path, PathBuf};

/// The folder beside the data set into which images are moved out.
const ASIDE: &str = "set-aside";

impl State {
    /// Shows the images of the selected cell, or the mistakes, large.
    pub(super) fn enlarge(&mut self, reply: &mut Reply) {
        let Some(session) = self.shown() else { return };
        let insight = session.insight(self.is_best);
        let (images, at) = match self.pane {
            Pane::Queue | Pane::Curves => return,
            Pane::Mistakes => (insight.mistakes.to_vec(), self.mistake),
            Pane::Confusion => {
                let is_in_cell = |at: &u32| {
                    let judged = session.judged(insight, *at);
                    judged.is_some_and(|judged| (judged.truth, judged.predicted) == self.cell)
                };
                let mut images: Vec<u32> = (0..insight.predictions.len() as u32).filter(is_in_cell).collect();
                let confidence = |at: &u32| insight.confidences.get(*at as usize).copied().unwrap_or(0.0);
                images.sort_by(|a, b| confidence(b).total_cmp(&confidence(a)));
                (images, 0)
            }
        };
        if images.is_empty() {
            let (truth, predicted) = (session.label(self.cell.0), session.label(self.cell.1));
            reply.warn(match self.pane {
                Pane::Confusion => format!("no image of {truth} was predicted as {predicted}"),
                _ => "there are no mistakes to show".to_owned(),
            });
            return;
        }
        let at = at.min(images.len() - 1);
        self.viewer = Some(Viewer { session: session.id, insight: insight.clone(), images, at });
    }

    /// Shows another image, or closes the viewer.
    pub(super) fn update_viewer(&mut self, action: &Action) {
        match (action, &mut self.viewer) {
            (Action::Move(to), Some(viewer)) => viewer.at = moved(viewer.at, *to, viewer.images.len(), 10),
            (Action::Back | Action::Enter, _) => self.viewer = None,
            _ => {}
        }
    }

    /// The visible image, its training, and its file; without a viewer or a file a message.
    fn file(&self, reply: &mut Reply) -> Option<(&Session, u32, PathBuf)> {
        let viewer = self.viewer.as_ref()?;
        let session = self.sessions.iter().find(|session| session.id == viewer.session)?;
        let image = viewer.image()?;
        match &session.folder {
            Ok(folder) => {
                let name = session.images()?.names.get(image as usize)?;
                let path = session.moved.get(&image).cloned().unwrap_or_else(|| folder.join(name));
                Some((session, image, path))
            }
            Err(why) => {
                reply.warn(why.clone());
                None
            }
        }
    }

    pub(super) fn open_image(&self, reply: &mut Reply) {
        if let Some((session, _, path)) = self.file(reply) {
            reply.good(format!("opening {}", text::path(&path)));
            reply.own(Effect::Open { id: session.id, path });
        }
    }

    /// The file of the visible image that is to be moved, and the parts of its path: the folder of the data set, its
    /// class, its name below the folder.
    fn movable(&self, reply: &mut Reply) -> Option<(&Session, u32, PathBuf, usize)> {
        let (session, image, path) = self.file(reply)?;
        let viewer = self.viewer.as_ref()?;
        if session.moved.contains_key(&image) {
            let undo = key_of(&Action::Train(Train::Undo));
            reply.warn(format!("it is in {} already; {undo} undoes moves", text::path(&path)));
            return None;
        }
        let truth = session.judged(&viewer.insight, image)?.truth;
        let label = session.dataset.as_ref()?.labels.get(truth)?;
        let folder = session.folder.as_ref().ok()?;
        if relabelled(path.strip_prefix(folder).ok()?, label, label).is_none() {
            reply.warn(format!(
                "it is not in a folder named {}, so its class is written elsewhere",
                session.label(truth)
            ));
            return None;
        }
        Some((session, image, path, truth))
    }

    /// Asks for the class of the visible image.
    pub(super) fn ask_for_class(&self, reply: &mut Reply) {
        let Some((session, image, path, truth)) = self.movable(reply) else { return };
        let predicted = self.viewer.as_ref().and_then(|viewer| session.judged(&viewer.insight, image));
        let classes = session.dataset.as_ref().map_or(0, |dataset| dataset.labels.len());
        let choice = |class: usize| {
            let is_predicted = predicted.is_some_and(|judged| judged.predicted == class);
            let help = if is_predicted { "as the network predicted" } else { "" };
            let action = Action::Train(Train::RelabelAs(class));
            Choice { name: session.label(class), help: help.to_owned(), action }
        };
        let others: Vec<usize> = (0..classes).filter(|class| *class != truth).collect();
        let at = others.iter().position(|class| predicted.is_some_and(|judged| judged.predicted == *class));
        let title = format!("Move {} to the class", text::path(Path::new(path.file_name().unwrap_or_default())));
        let choices = others.into_iter().map(choice).collect();
        reply.dialog = Some(Dialog::Choose(Choose::new(&title, choices, at.unwrap_or(0))));
    }

    pub(super) fn relabel(&self, class: usize, reply: &mut Reply) {
        let Some((session, image, from, truth)) = self.movable(reply) else { return };
        let to = || {
            let (folder, labels) = (session.folder.as_ref().ok()?, &session.dataset.as_ref()?.labels);
            let below = relabelled(from.strip_prefix(folder).ok()?, labels.get(truth)?, labels.get(class)?)?;
            Some(folder.join(below))
        };
        if let Some(to) = to() {
            reply.own(Effect::Move(Moving { id: session.id, image, from, to, is_undo: false }));
        }
    }

    /// Moves the visible image out of the data set.
    pub(super) fn set_aside(&self, reply: &mut Reply) {
        let Some((session, image, from, _)) = self.movable(reply) else { return };
        let Ok(folder) = &session.folder else { return };
        if let Ok(below) = from.strip_prefix(folder) {
            let to = folder.with_file_name(ASIDE).join(below);
            reply.own(Effect::Move(Moving { id: session.id, image, from, to, is_undo: false }));
        }
    }

    /// Records that a file was moved.
    pub(super) fn moved(&mut self, moving: Moving, done: Result<PathBuf, String>, reply: &mut Reply) {
        let to = match done {
            Ok(to) => to,
            Err(error) => return reply.error(error),
        };
        let place = text::path(&to);
        // Its training may have been removed from the list.
        let session = self.sessions.iter_mut().find(|session| session.id == moving.id);
        if moving.is_undo {
            session.map(|session| session.moved.remove(&moving.image));
            self.move_undone(&moving);
            reply.good(format!("moved back to {place}"));
        } else {
            let folder = session.as_ref().and_then(|session| session.folder.as_ref().ok());
            let later = match folder {
                Some(folder) if to.starts_with(folder) => "Trainings that begin later read it there",
                _ => "Trainings that begin later do not use it",
            };
            let undo = key_of(&Action::Train(Train::Undo));
            reply.good(format!("moved to {place}; {undo} undoes it. {later}"));
            session.map(|session| session.moved.insert(moving.image, to.clone()));
            self.done.push(Done::Moved(Moving { to, ..moving }));
        }
    }
}

/// `path` with its innermost folder `class` replaced by `other`; `None` if it is in no such folder.
fn relabelled(path: &Path, class: &str, other: &str) -> Option<PathBuf> {
    let mut parts: Vec<_> = path.iter().collect();
    let folders = parts.len().checked_sub(1)?;
    let at = parts[..folders].iter().rposition(|part| *part == class)?;
    parts[at] = other.as_ref();
    Some(parts.into_iter().collect())
}
