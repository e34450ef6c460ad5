//! The open file: saving, opening, changes by other programs, recovery after a crash.

use super::App;
use crate::config::Place;
use crate::tui::action::{Action, File, OpenRequest, Screen};
use crate::tui::design::Sheet;
use crate::tui::dialog::{Completer, Dialog, Page, Prompt};
use crate::tui::effect::{AfterSave, Expected, OpenedFile};
use crate::tui::screens::{Effect, News, Reply};
use ratatui::text::{Line, Span};
use similar::{ChangeTag, TextDiff};
use std::path::{Path, PathBuf};

/// Carries out the action `file`.
pub fn act(app: &mut App, file: &File, reply: &mut Reply) {
    if matches!(file, File::Save | File::SaveAs | File::SaveTo(_)) {
        app.leave_start(reply);
    }
    match file {
        File::Save => app.save(AfterSave::Nothing, reply),
        File::SaveThenOpen(request) => app.save(AfterSave::Open(request.clone()), reply),
        File::SaveAnyway => app.write(None, AfterSave::Nothing, reply),
        File::SaveOver => {
            app.write(Some(app.sheet.disk_hash().map_or(Expected::Nothing, Expected::Hash)), AfterSave::Nothing, reply);
        }
        File::SaveAs => {
            let path = app.sheet.path().display().to_string();
            let prompt = Prompt::new("Save as", "", &path, |path| Action::File(File::SaveTo(path.into())));
            reply.dialog = Some(Dialog::Prompt(prompt.completed_by(Completer::Files, Path::new(""))));
        }
        File::SaveTo(path) => app.save_to(path.clone(), reply),
        File::Open => {
            let prompt = Prompt::new("Open", "a .toml file, or the name of a preset", "", |path| {
                Action::File(File::OpenPath(PathBuf::from(path).into()))
            });
            reply.dialog = Some(Dialog::Prompt(prompt.completed_by(Completer::Files, Path::new(""))));
        }
        File::OpenPath(request) => app.open(request.clone(), reply),
        File::OpenAnyway(request) => reply.effect(Effect::Open(request.clone())),
        File::Undo => app.take_back(true, reply),
        File::Redo => app.take_back(false, reply),
        File::External => reply.effect(Effect::External(app.sheet.text().to_owned())),
        File::Reload if app.sheet.on_disk().is_none() => reply.warn("there is no file on disk to load"),
        File::Reload => {
            app.sheet.reload();
            app.text_changed();
            reply.good("reloaded from disk; undo restores your text");
        }
        File::Difference => reply.dialog = Some(app.difference()),
        File::LeftDifference => reply.dialog = Some(app.left_difference()),
        File::Discard => {
            app.left = None;
            app.kept = None;
            reply.effect(Effect::Keep { path: app.sheet.path().to_owned(), text: None });
        }
        File::Recover => {
            if let Some(text) = app.left.take() {
                app.sheet.replace(text, None);
                app.text_changed();
                reply.good("recovered the unsaved text; undo restores the text on disk");
            }
        }
    }
}

impl App {
    /// Saves the text; asks first if the configuration is invalid.
    pub(super) fn save(&mut self, then: AfterSave, reply: &mut Reply) {
        let Some(fault) = self.sheet.faults().and_then(|faults| faults.0.first()) else {
            self.write(None, then, reply);
            return;
        };
        let place = match &fault.place {
            Place::Text { line, column, .. } => format!("Line {line}, column {column}: {}", fault.message),
            _ => fault.message.clone(),
        };
        let lines = vec![place, "An invalid configuration cannot be trained or exported.".to_owned()];
        let answers =
            [('c', "go on editing", None), ('s', "save it all the same", Some(Action::File(File::SaveAnyway)))];
        reply.dialog = Some(Dialog::ask("Save an invalid configuration?", lines, &answers));
    }

    fn write(&self, expected: Option<Expected>, then: AfterSave, reply: &mut Reply) {
        let sheet = &self.sheet;
        let expected = expected.unwrap_or_else(|| sheet.base_hash().map_or(Expected::Nothing, Expected::Hash));
        reply.effect(Effect::Save { path: sheet.path().to_owned(), text: sheet.text().to_owned(), expected, then });
    }

    fn save_to(&self, path: PathBuf, reply: &mut Reply) {
        if path.as_os_str().is_empty() {
            reply.warn("enter a file name");
            return;
        }
        let is_own = path == self.sheet.path();
        let expected = if is_own { None } else { Some(Expected::Nothing) };
        let expected = expected.or_else(|| self.sheet.base_hash().map(Expected::Hash)).unwrap_or(Expected::Nothing);
        reply.effect(Effect::Save { path, text: self.sheet.text().to_owned(), expected, then: AfterSave::Nothing });
    }

    fn open(&self, request: OpenRequest, reply: &mut Reply) {
        if request.path.as_os_str().is_empty() {
            return;
        }
        if !self.sheet.is_changed() {
            reply.effect(Effect::Open(request));
            return;
        }
        let lines = vec![format!("{} has changes that are not saved.", self.sheet.name())];
        let answers = [
            ('c', "cancel", None),
            ('s', "save, and open the other file", Some(Action::File(File::SaveThenOpen(request.clone())))),
            ('d', "show the difference", Some(Action::File(File::Difference))),
            ('x', "discard the changes, and open the other file", Some(Action::File(File::OpenAnyway(request)))),
        ];
        reply.dialog = Some(Dialog::ask("Unsaved changes", lines, &answers));
    }

    fn take_back(&mut self, undo: bool, reply: &mut Reply) {
        let sheet = &mut self.sheet;
        let is_done = if undo { sheet.undo() } else { sheet.redo() };
        self.text_changed();
        match (is_done, undo) {
            (false, true) => reply.warn("there is nothing to undo"),
            (false, false) => reply.warn("there is nothing to redo"),
            _ => {}
        }
    }

    /// Returns a page with the differences between the text and the file on disk.
    fn difference(&self) -> Dialog {
        self.difference_of(("on disk", self.sheet.on_disk().unwrap_or_default()), ("yours", self.sheet.text()))
    }

    /// Returns a page with the differences between the open text and the unsaved text of an earlier session.
    fn left_difference(&self) -> Dialog {
        self.difference_of(("on disk", self.sheet.text()), ("not saved", self.left.as_deref().unwrap_or_default()))
    }

    fn difference_of(&self, (old_name, old): (&str, &str), (new_name, new): (&str, &str)) -> Dialog {
        let diff = TextDiff::from_lines(old, new);
        let mut lines = vec![Line::from(vec![
            Span::styled(format!("- {old_name}   "), self.theme.bad()),
            Span::styled(format!("+ {new_name}"), self.theme.good()),
        ])];
        for hunk in diff.unified_diff().context_radius(2).iter_hunks() {
            lines.push(Line::from(Span::styled(hunk.header().to_string().trim_end().to_owned(), self.theme.dim())));
            for change in hunk.iter_changes() {
                let (sign, style) = match change.tag() {
                    ChangeTag::Delete => ("-", self.theme.bad()),
                    ChangeTag::Insert => ("+", self.theme.good()),
                    ChangeTag::Equal => (" ", self.theme.text()),
                };
                let text = crate::escape::terminal(change.value().trim_end_matches(['\n', '\r']));
                lines.push(Line::from(Span::styled(format!("{sign} {text}"), style)));
            }
        }
        if lines.len() == 1 {
            lines.push(Line::from("no differences"));
        }
        Dialog::Page(Page::new("Difference", lines))
    }

    /// Asks whether to recover the unsaved text of an earlier session, if it differs from the open one.
    pub(super) fn offer_recovery(&mut self, left: Option<String>, reply: &mut Reply) {
        let Some(left) = left.filter(|left| left != self.sheet.text()) else { return };
        self.left = Some(left);
        let lines = vec![format!(
            "An earlier session ended without saving {}; a copy of its text was found.",
            self.sheet.name()
        )];
        let answers = [
            ('r', "recover it (can be undone)", Some(Action::File(File::Recover))),
            ('d', "show the difference", Some(Action::File(File::LeftDifference))),
            ('x', "discard it", Some(Action::File(File::Discard))),
        ];
        reply.dialog = Some(Dialog::ask("Unsaved text found", lines, &answers));
    }

    /// Handles news about files.
    pub(super) fn file_news(&mut self, news: News, reply: &mut Reply) {
        match news {
            News::Saved { path, text } => {
                let is_new = path != self.sheet.path();
                reply.good(format!("wrote {}", crate::escape::terminal(&path.display().to_string())));
                if is_new {
                    reply.effect(Effect::Keep { path: self.sheet.path().to_owned(), text: None });
                    reply.effect(Effect::Watch(path.clone()));
                }
                self.sheet.saved(path, text);
            }
            News::Conflict { path, found } => {
                if path != self.sheet.path() {
                    let shown = path.display();
                    reply.error(format!("{shown} exists already: open it (Ctrl-O), or choose another name"));
                    return;
                }
                self.sheet.changed_on_disk(found);
                reply.dialog = Some(self.disk_question());
            }
            News::Opened(file) => self.opened(*file, reply),
            News::Edited(text) => {
                self.sheet.replace(text, None);
                self.text_changed();
            }
            News::DiskChanged { path, text } if path == self.sheet.path() => self.disk_changed(text, reply),
            News::Estimated { request, estimate } => {
                self.sheet.take_estimate(&request, &estimate);
                self.screens.network_changed(&self.sheet);
            }
            News::Classes { source, found } => match found {
                Ok(labels) => {
                    self.sheet.set_class_count(&source, labels.len());
                    self.screens.network_changed(&self.sheet);
                }
                Err(error) => reply.warn(format!("the classes of {source} cannot be read: {error}")),
            },
            _ => {}
        }
    }

    fn opened(&mut self, file: OpenedFile, reply: &mut Reply) {
        let OpenedFile { path, text, origin, left, holder, edits, recent } = file;
        let before = self.sheet.path().to_owned();
        reply.effects.extend(self.recent().map(Box::new).map(Effect::Remember));
        let mut sheet = Sheet::open(path.clone(), text, origin, self.sheet.boards().clone());
        sheet.pin_as_in(&self.sheet);
        for edit in &edits {
            if let Err(error) = sheet.edit(None, edit) {
                reply.warn(error);
            }
        }
        // What was chosen there is among the edits of a new network.
        self.screens.start.take_choices();
        self.screens.opened(&sheet);
        self.sheet = sheet;
        self.screen = Screen::Design;
        if let Some(recent) = recent {
            self.restore(&recent);
        }
        self.asked = None;
        self.kept = None;
        self.left = None;
        reply.effect(Effect::Keep { path: before, text: None });
        reply.effect(Effect::Watch(path.clone()));
        self.report_holder(holder.as_deref(), reply);
        self.offer_recovery(left, reply);
    }

    /// Reports that the file is open elsewhere.
    pub(super) fn report_holder(&self, holder: Option<&str>, reply: &mut Reply) {
        let Some(holder) = holder else { return };
        let lines = vec![
            format!("{} is open in another workbench ({holder}).", self.sheet.name()),
            "Each keeps unsaved changes of its own, and asks before it overwrites what the other has saved.".to_owned(),
        ];
        let answers =
            [('c', "go on", None), ('w', "work on a copy under another name", Some(Action::File(File::SaveAs)))];
        reply.warn(format!("{} is open in another workbench", self.sheet.name()));
        reply.dialog = Some(Dialog::ask("Open elsewhere", lines, &answers));
    }

    fn disk_changed(&mut self, text: Option<String>, reply: &mut Reply) {
        let Some(text) = text else {
            if self.sheet.on_disk().is_some() {
                self.sheet.changed_on_disk(None);
                reply.warn(format!("{} was deleted from disk; its text is kept here", self.sheet.name()));
            }
            return;
        };
        if self.sheet.on_disk() == Some(text.as_str()) {
            return;
        }
        let was_changed = self.sheet.is_changed();
        self.sheet.changed_on_disk(Some(text));
        if self.sheet.on_disk() == Some(self.sheet.text()) {
            return;
        }
        if was_changed {
            reply.dialog = Some(self.disk_question());
        } else {
            self.sheet.reload();
            self.text_changed();
            reply.good(format!("{} was changed on disk and reloaded; undo restores the old text", self.sheet.name()));
        }
    }
}
