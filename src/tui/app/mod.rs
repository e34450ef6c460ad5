//! The state of the workbench: the screens, the open dialog, and the handling of each action.
//! Nothing here accesses files, threads or the terminal: [`Effect`]s request such work, and [`News`] report its
//! results.

mod draw;
mod files;
mod help;
mod mouse;

pub use draw::draw;

use super::action::{Action, File, Program, Screen};
use super::design::{EstimateRequest, Sheet};
use super::dialog::{Dialog, Outcome};
use super::effect::{EstimateSubject, Notice};
use super::keymap::{self, Context, Key};
use super::screens::{Effect, News, Reply, Screens};
use super::theme::Theme;
use ratatui_textarea::Input;
use std::path::PathBuf;

/// The state of the workbench.
#[derive(Debug, Clone)]
pub struct App {
    /// The visible screen.
    pub screen: Screen,
    /// The open text and its network.
    pub sheet: Sheet,
    /// The states of all screens.
    pub screens: Screens,
    /// The dialog in front of the screen.
    pub dialog: Option<Dialog>,
    /// The last message.
    pub notice: Option<Notice>,
    /// The command line equivalent of the last action.
    pub command: Option<String>,
    /// Whether `command` was set after the last key press.
    is_news: bool,
    /// Colours.
    pub theme: Theme,
    /// Columns and lines of the terminal.
    pub size: (u16, u16),
    /// The text of the backup; `None` if all changes are saved.
    kept: Option<String>,
    /// The unsaved text of an earlier session, until the user recovers or deletes it.
    left: Option<String>,
    /// The source whose classes were requested, and the folder to which it is relative.
    asked: Option<(String, PathBuf)>,
    /// The estimates that were requested last, by [`EstimateSubject`].
    estimating: [Option<EstimateRequest>; 2],
}

impl App {
    /// Creates the state for `sheet` and returns the first effects. `left` is the unsaved text of an earlier session.
    #[must_use]
    pub fn new(sheet: Sheet, left: Option<String>, theme: Theme, size: (u16, u16)) -> (Self, Vec<Effect>) {
        let mut app = Self {
            screen: Screen::Design,
            screens: Screens::new(&sheet),
            sheet,
            dialog: None,
            notice: None,
            command: None,
            is_news: false,
            theme,
            size,
            kept: None,
            left: None,
            asked: None,
            estimating: [None, None],
        };
        let mut reply = Reply::default();
        reply.effect(Effect::Watch(app.sheet.path().to_owned()));
        app.offer_recovery(left, &mut reply);
        let mut effects = app.settle(reply);
        effects.extend(app.resized(size.0, size.1));
        (app, effects)
    }

    /// Returns the contexts in which keys are looked up, innermost first.
    #[must_use]
    pub fn contexts(&self) -> Vec<Context> {
        if let Some(dialog) = &self.dialog {
            return vec![dialog.context()];
        }
        let own = self.screens.context(self.screen);
        if own == Context::Editor { vec![own, Context::Always] } else { vec![own, Context::Screens, Context::Always] }
    }

    /// Whether keys without a binding are text input.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        match &self.dialog {
            Some(dialog) => dialog.takes_text(),
            None => self.contexts().first() == Some(&Context::Editor),
        }
    }

    /// Handles a key press; `input` is the same key for text fields.
    pub fn key(&mut self, key: Key, input: Input) -> Vec<Effect> {
        self.is_news = false;
        // The letters of a dialog's choices take precedence over key bindings.
        if let (Some(dialog), ratatui_textarea::Key::Char(letter), false) = (&mut self.dialog, input.key, input.ctrl) {
            let outcome = dialog.letter(letter);
            if outcome != Outcome::Stay {
                return self.conclude(outcome);
            }
        }
        match keymap::action(key, &self.contexts()) {
            Some(action) => self.act(&action),
            None if self.takes_text() => self.act(&Action::Type(input)),
            None => Vec::new(),
        }
    }

    /// Carries out `action`.
    pub fn act(&mut self, action: &Action) -> Vec<Effect> {
        if let Action::Mouse(what, column, row) = action {
            return self.mouse(*what, *column, *row);
        }
        if let Some(dialog) = &mut self.dialog {
            let outcome = dialog.update(action);
            return self.conclude(outcome);
        }
        let mut reply = Reply::default();
        match action {
            Action::Show(screen) => self.show(*screen, &mut reply),
            Action::Program(program) => self.program(*program, &mut reply),
            Action::File(file) => self.file(file, &mut reply),
            _ => {
                self.screen = Screens::owner(action).unwrap_or(self.screen);
                self.screens.act(self.screen, action, &mut self.sheet, &mut reply);
            }
        }
        if let Some(Action::File(file)) = reply.then.take() {
            self.file(&file, &mut reply);
        }
        self.settle(reply)
    }

    /// Handles `news` of workers, files and the terminal.
    pub fn handle_news(&mut self, news: News) -> Vec<Effect> {
        let mut reply = Reply::default();
        match news {
            News::Screen(news) => self.screens.handle_news(news, &self.sheet, &mut reply),
            News::Failed(text) => reply.error(text),
            News::Completed { request, found } => {
                if let Some(Dialog::Prompt(prompt)) = &mut self.dialog {
                    prompt.completed(&request, found);
                }
            }
            other => self.file_news(other, &mut reply),
        }
        self.settle(reply)
    }

    /// Handles a new terminal size.
    pub fn resized(&mut self, columns: u16, rows: u16) -> Vec<Effect> {
        self.size = (columns, rows);
        let mut reply = Reply::default();
        let body = draw::body(ratatui::layout::Rect::new(0, 0, columns, rows));
        self.screens.resized(body, &self.sheet, &mut reply);
        self.settle(reply)
    }

    fn show(&mut self, screen: Screen, reply: &mut Reply) {
        if self.screen != screen {
            // Messages of the previous screen do not apply to this one.
            self.notice = None;
        }
        self.screen = screen;
        self.screens.enter(screen, &self.sheet, reply);
    }

    /// Notifies all screens of a change of the text that none of them made.
    pub fn text_changed(&mut self) {
        self.screens.text_changed(&self.sheet);
    }

    /// Closes the dialog, or keeps it, according to `outcome`.
    fn conclude(&mut self, outcome: Outcome) -> Vec<Effect> {
        match outcome {
            Outcome::Stay => self.settle(Reply::default()),
            Outcome::Close => {
                self.dialog = None;
                // Closing the dialog recovers the unsaved text, so that it is not lost.
                if self.left.is_some() { self.act(&Action::File(File::Recover)) } else { Vec::new() }
            }
            Outcome::Do(action) => {
                self.dialog = None;
                self.act(&action)
            }
        }
    }

    fn program(&mut self, program: Program, reply: &mut Reply) {
        match program {
            Program::Quit => self.quit(reply),
            Program::QuitAnyway => {
                reply.effect(Effect::Keep { path: self.sheet.path().to_owned(), text: None });
                reply.effect(Effect::Quit);
            }
            Program::QuitSafely if self.sheet.is_changed() => self.save(true, reply),
            Program::QuitSafely => reply.effect(Effect::Quit),
            Program::Help => reply.dialog = Some(help::keys(&self.contexts(), self.theme)),
            Program::Palette => reply.dialog = Some(help::palette()),
            Program::Suspend => reply.effect(Effect::Suspend),
            Program::Redraw => reply.effect(Effect::Redraw),
        }
    }

    fn quit(&mut self, reply: &mut Reply) {
        let (is_changed, is_training) = (self.sheet.is_changed(), self.screens.is_busy());
        if !is_changed && !is_training {
            reply.effect(Effect::Quit);
            return;
        }
        let mut lines = Vec::new();
        if is_changed {
            lines.push(format!("{} has changes that are not saved.", self.sheet.name()));
        }
        if is_training {
            lines.push("A training is running: it would stop, and its state would be saved.".into());
        }
        let (safe, text) = match (is_changed, is_training) {
            (true, true) => ('s', "save, stop the training, and quit"),
            (true, false) => ('s', "save and quit"),
            _ => ('s', "stop the training and quit"),
        };
        let mut answers = vec![('c', "cancel", None), (safe, text, Some(Action::Program(Program::QuitSafely)))];
        if is_changed {
            answers.push(('k', "quit without saving", Some(Action::Program(Program::QuitAnyway))));
        }
        reply.dialog = Some(Dialog::ask("Quit?", lines, &answers));
    }

    /// Applies `reply` to the state and returns the effects to be carried out.
    fn settle(&mut self, reply: Reply) -> Vec<Effect> {
        let Reply { mut effects, notice, dialog, command, then: _ } = reply;
        if dialog.is_some() {
            self.dialog = dialog;
        }
        effects.extend(self.dialog.as_mut().and_then(Dialog::take_request).map(Effect::Complete));
        if notice.is_some() {
            self.notice = notice;
        }
        if let Some(command) = command {
            self.command = Some(command);
            self.is_news = true;
        }
        let sheet = &self.sheet;
        if let Some(source) = sheet.source_of_unknown_classes()
            && let asked = (source.to_owned(), sheet.folder().to_owned())
            && self.asked.as_ref() != Some(&asked)
        {
            let (source, folder) = asked.clone();
            self.asked = Some(asked);
            effects.push(Effect::Classes { source, folder });
        }
        let pending = sheet.pending_estimates().map(Option::<&EstimateRequest>::cloned);
        let subjects = [EstimateSubject::Text, EstimateSubject::Saved];
        for ((subject, pending), asked) in subjects.into_iter().zip(&pending).zip(&self.estimating) {
            let new = pending.as_ref().filter(|_| pending != asked);
            effects.extend(new.map(|request| Effect::Estimate(subject, request.clone())));
        }
        self.estimating = pending;
        let is_kept = if sheet.is_changed() { self.kept.as_deref() == Some(sheet.text()) } else { self.kept.is_none() };
        if !is_kept && self.left.is_none() {
            self.kept = sheet.is_changed().then(|| sheet.text().to_owned());
            effects.push(Effect::Keep { path: sheet.path().to_owned(), text: self.kept.clone() });
        }
        effects
    }

    /// Carries out an action on files.
    fn file(&mut self, file: &File, reply: &mut Reply) {
        files::act(self, file, reply);
    }
}
