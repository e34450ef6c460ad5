//! The open file: saving, opening, changes by other programs, recovery after a crash.

use super::App;
use crate::config::{PRESETS, Place};
use crate::tui::action::{Action, File, Screen};
use crate::tui::design::{Origin, Sheet};
use crate::tui::dialog::{Choice, Choose, Completer, Dialog, Page, Prompt};
use crate::tui::effect::Expected;
use crate::tui::screens::{Effect, News, Reply};
use ratatui::text::{Line, Span};
use similar::{ChangeTag, TextDiff};
use std::path::{Path, PathBuf};

/// Carries out the action `file`.
pub fn act(app: &mut App, file: &File, reply: &mut Reply) {
    match file {
        File::Save => app.save(false, reply),
        File::SaveAnyway => app.write(None, false, reply),
        File::SaveOver => app.write(Some(Expected::Anything), false, reply),
        File::SaveAs => {
            let path = app.sheet.path().display().to_string();
            let prompt = Prompt::new("Save as", "", &path, |path| Action::File(File::SaveTo(path.into())));
            reply.dialog = Some(Dialog::Prompt(prompt.completed_by(Completer::Files, Path::new(""))));
        }
        File::SaveTo(path) => app.save_to(path.clone(), reply),
        File::Open => {
            let prompt = Prompt::new("Open", "a .toml file, or the name of a preset", "", |path| {
                Action::File(File::OpenPath(path.into()))
            });
            reply.dialog = Some(Dialog::Prompt(prompt.completed_by(Completer::Files, Path::new(""))));
        }
        File::Preset => reply.dialog = Some(presets()),
        File::OpenPath(path) => app.open(path.clone(), reply),
        File::OpenPreset(name) => app.open(PathBuf::from(name), reply),
        File::OpenAnyway(path) => reply.effect(Effect::Open(path.clone())),
        File::Undo => app.take_back(true, reply),
        File::Redo => app.take_back(false, reply),
        File::External => reply.effect(Effect::External(app.sheet.text().to_owned())),
        File::Reload => {
            app.sheet.reload();
            app.text_changed();
            reply.good("reloaded from disk; undo restores your text");
        }
        File::Difference => reply.dialog = Some(app.difference()),
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
    pub(super) fn save(&mut self, then_quit: bool, reply: &mut Reply) {
        let Some(fault) = self.sheet.faults().and_then(|faults| faults.0.first()) else {
            self.write(None, then_quit, reply);
            return;
        };
        let place = match &fault.place {
            Place::Text { line, column, .. } => format!("Line {line}, column {column}: {}", fault.message),
            _ => fault.message.clone(),
        };
        let lines = vec![place, "An invalid configuration cannot be trained or exported.".to_owned()];
        let answers = [('c', "keep editing", None), ('s', "save anyway", Some(Action::File(File::SaveAnyway)))];
        reply.dialog = Some(Dialog::ask("Save an invalid configuration?", lines, &answers));
    }

    fn write(&self, expected: Option<Expected>, then_quit: bool, reply: &mut Reply) {
        let sheet = &self.sheet;
        let expected = expected.unwrap_or_else(|| sheet.disk_hash().map_or(Expected::Nothing, Expected::Hash));
        reply.effect(Effect::Save {
            path: sheet.path().to_owned(),
            text: sheet.text().to_owned(),
            expected,
            then_quit,
        });
    }

    fn save_to(&self, path: PathBuf, reply: &mut Reply) {
        if path.as_os_str().is_empty() {
            reply.warn("enter a file name");
            return;
        }
        let is_own = path == self.sheet.path();
        let expected = if is_own { None } else { Some(Expected::Nothing) };
        let expected = expected.or_else(|| self.sheet.disk_hash().map(Expected::Hash)).unwrap_or(Expected::Nothing);
        reply.effect(Effect::Save { path, text: self.sheet.text().to_owned(), expected, then_quit: false });
    }

    fn open(&self, path: PathBuf, reply: &mut Reply) {
        if path.as_os_str().is_empty() {
            return;
        }
        if !self.sheet.is_changed() {
            reply.effect(Effect::Open(path));
            return;
        }
        let lines = vec![format!("{} has changes that are not saved.", self.sheet.name())];
        let answers = [
            ('c', "cancel", None),
            ('s', "save (then open again)", Some(Action::File(File::Save))),
            ('k', "discard the changes and open the other file", Some(Action::File(File::OpenAnyway(path)))),
        ];
        reply.dialog = Some(Dialog::ask("Discard changes?", lines, &answers));
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
        let disk = self.sheet.on_disk().unwrap_or_default();
        let diff = TextDiff::from_lines(disk, self.sheet.text());
        let mut lines = vec![Line::from(vec![
            Span::styled("- on disk   ", self.theme.bad()),
            Span::styled("+ yours", self.theme.good()),
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

    fn conflict(&self, what: &str) -> Dialog {
        let name = self.sheet.name();
        let answers = [
            ('d', "show the difference", Some(Action::File(File::Difference))),
            ('m', "mine: overwrite the file", Some(Action::File(File::SaveOver))),
            ('t', "theirs: load the file on disk (can be undone)", Some(Action::File(File::Reload))),
            ('c', "decide later", None),
        ];
        Dialog::ask("Changed on disk", vec![format!("{name} {what}")], &answers)
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
            ('d', "delete it", Some(Action::File(File::Discard))),
        ];
        reply.dialog = Some(Dialog::ask("Unsaved text found", lines, &answers));
    }

    /// Handles news about files.
    pub(super) fn file_news(&mut self, news: News, reply: &mut Reply) {
        match news {
            News::Saved { path, text } => {
                let is_new = path != self.sheet.path();
                reply.good(format!("wrote {}", crate::escape::terminal(&path.display().to_string())));
                reply.command = Some(format!("micromobilenet --config {}", shell(&path)));
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
                let what = if found.is_some() { "was changed by another program." } else { "was deleted." };
                if let Some(found) = found {
                    self.sheet.changed_on_disk(found);
                }
                reply.dialog = Some(self.conflict(what));
            }
            News::Opened { path, text, origin, left } => self.opened(&path, text, origin, left, reply),
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

    fn opened(&mut self, path: &Path, text: String, origin: Origin, left: Option<String>, reply: &mut Reply) {
        let before = self.sheet.path().to_owned();
        let mut sheet = Sheet::open(path.to_owned(), text, origin, self.sheet.boards().clone());
        if let Some((name, costs)) = self.sheet.pinned() {
            sheet.pin(name.to_owned(), costs.clone());
        }
        self.screens.opened(&sheet);
        self.sheet = sheet;
        self.screen = Screen::Design;
        self.asked = None;
        self.kept = None;
        self.left = None;
        if before != path {
            reply.effect(Effect::Keep { path: before, text: None });
        }
        reply.effect(Effect::Watch(path.to_owned()));
        reply.command = Some(format!("micromobilenet --config {}", shell(path)));
        self.offer_recovery(left, reply);
    }

    fn disk_changed(&mut self, text: Option<String>, reply: &mut Reply) {
        let Some(text) = text else {
            if self.sheet.on_disk().is_some() {
                reply.warn(format!("{} was deleted; Ctrl-S writes it again", self.sheet.name()));
            }
            return;
        };
        if self.sheet.on_disk() == Some(text.as_str()) {
            return;
        }
        let was_changed = self.sheet.is_changed();
        self.sheet.changed_on_disk(text);
        if !self.sheet.is_changed() {
            return;
        }
        if was_changed {
            reply.dialog = Some(self.conflict("was changed by another program, and by you."));
        } else {
            self.sheet.reload();
            self.text_changed();
            reply.good(format!("{} was changed on disk and reloaded; undo restores the old text", self.sheet.name()));
        }
    }
}

fn shell(path: &Path) -> String {
    crate::escape::shell(&path.to_string_lossy())
}

fn presets() -> Dialog {
    let choice = |(name, text): &(&'static str, &'static str)| Choice {
        name: (*name).to_owned(),
        // The first line of a preset is a comment that describes it.
        help: text.lines().next().unwrap_or_default().trim_start_matches("# ").to_owned(),
        action: Action::File(File::OpenPreset(name)),
    };
    Dialog::Choose(Choose::new("Open a preset as a new file", PRESETS.iter().map(choice).collect(), 0))
}
