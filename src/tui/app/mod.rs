//! The state of the workbench: the screens, the open dialog, and the handling of each action.
//! Nothing here accesses files, threads or the terminal: [`Effect`]s request such work, and [`News`] report its
//! results.

mod draw;
mod files;
mod help;
mod hints;
mod mouse;
mod palette;
mod questions;
mod session;
mod settings;
mod steps;

pub use draw::draw;

use super::action::{Action, Data, Design, File, Program, Screen, Start};
use super::design::{EstimateRequest, Sheet};
use super::dialog::{Dialog, Outcome};
use super::effect::{AfterSave, EstimateSubject, Found, Notice};
use super::keymap::{self, Context, Key};
use super::runs::Effect as RunsEffect;
use super::screens::{Effect, News, Reply, ScreenEffect, Screens};
use super::theme::Theme;
use ratatui::layout::Rect;
use ratatui_textarea::Input;
use std::collections::VecDeque;
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
    /// The dialogs that open once the current one is closed.
    waiting: VecDeque<Dialog>,
    /// The last message.
    pub notice: Option<Notice>,
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
    /// The screen from which the settings were opened.
    before_settings: Option<Screen>,
    /// The estimates that were requested last, by [`EstimateSubject`].
    estimating: [Option<EstimateRequest>; 2],
}

impl App {
    /// Creates the state for `sheet`, beside whose file `found` was found, and returns the first effects.
    #[must_use]
    pub fn new(sheet: Sheet, found: Found, theme: Theme, size: (u16, u16)) -> (Self, Vec<Effect>) {
        let mut app = Self {
            screen: Screen::Design,
            screens: Screens::new(&sheet),
            sheet,
            dialog: None,
            waiting: VecDeque::new(),
            notice: None,
            theme,
            size,
            kept: None,
            left: None,
            asked: None,
            before_settings: None,
            estimating: [None, None],
        };
        let mut reply = Reply::default();
        reply.effect(Effect::Watch(app.sheet.path().to_owned()));
        // The palette finds runs.
        reply.effect(Effect::Screen(ScreenEffect::Runs(RunsEffect::List)));
        app.report_holder(found.holder.as_deref(), &mut reply);
        app.offer_recovery(found.left, &mut reply);
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
        if matches!(own, Context::Editor | Context::Filter) {
            vec![own, Context::Always]
        } else {
            vec![own, Context::Screens, Context::Always]
        }
    }

    /// Whether keys without a binding are text input.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        match &self.dialog {
            Some(dialog) => dialog.takes_text(),
            None => matches!(self.contexts().first(), Some(Context::Editor | Context::Filter)),
        }
    }

    /// The complete command line that does what is on the screen.
    #[must_use]
    pub fn command_line(&self) -> Option<String> {
        self.screens.command(self.screen, &self.sheet)
    }

    /// Whether `action` would find what it acts on.
    #[must_use]
    pub fn can(&self, action: &Action) -> bool {
        match (&self.dialog, action) {
            (Some(dialog), _) => dialog.can(action, self.body()),
            (None, Action::File(File::Undo)) => self.sheet.can_undo(),
            (None, _) => self.screens.can(self.screen, action, &self.sheet),
        }
    }

    /// The area of the screens.
    fn body(&self) -> Rect {
        draw::body(Rect::new(0, 0, self.size.0, self.size.1))
    }

    /// Handles a key press; `input` is the same key for text fields.
    pub fn key(&mut self, key: Key, input: Input) -> Vec<Effect> {
        // A message belongs to the action that made it.
        self.notice = None;
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
        let body = self.body();
        if let Some(dialog) = &mut self.dialog {
            dialog.fit(body);
            let outcome = dialog.update(action);
            return self.conclude(outcome);
        }
        let mut reply = Reply::default();
        // What is typed into a cell ends with the next action.
        let is_typing =
            matches!(action, Action::Design(Design::Digit(_) | Design::Erase | Design::Cancel) | Action::Enter);
        if !is_typing {
            self.screens.design.end_entry(&mut self.sheet);
        }
        match action {
            Action::Show(screen) => self.show(*screen, &mut reply),
            Action::Program(program) => self.program(*program, &mut reply),
            Action::File(file) => self.file(file, &mut reply),
            action if self.open_settings(action, &mut reply) => {}
            _ => {
                let action = &self.for_start(action);
                let owner = Screens::owner(action).unwrap_or(self.screen);
                if !matches!(owner, Screen::Start | Screen::Design | Screen::Data) {
                    self.leave_start(&mut reply);
                }
                // These are chosen beside what is shown.
                let is_beside = match action {
                    Action::Design(Design::Board | Design::OnBoard(_) | Design::Precision) => true,
                    Action::Data(Data::Source) => self.screen == Screen::Start,
                    _ => false,
                };
                let before = self.screens.context(self.screen);
                if !is_beside {
                    self.screen = owner;
                }
                self.screens.act(owner, action, &mut self.sheet, &mut reply);
                self.leave_settings(before, action, &mut reply);
            }
        }
        let then = reply.then.take();
        let mut effects = self.settle(reply);
        effects.extend(then.into_iter().flat_map(|action| self.act(&action)));
        effects
    }

    /// On the start screen, boards and images are those of the network to begin.
    fn for_start(&self, action: &Action) -> Action {
        match action {
            Action::Design(Design::OnBoard(id)) if self.screen == Screen::Start => {
                Action::Start(Start::Board(id.clone()))
            }
            Action::Data(Data::From(source)) if self.screen == Screen::Start => {
                Action::Start(Start::Pictures(source.clone()))
            }
            other => other.clone(),
        }
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
        self.follow_subjects(&mut reply);
        self.settle(reply)
    }

    /// Handles a new terminal size.
    pub fn resized(&mut self, columns: u16, rows: u16) -> Vec<Effect> {
        self.size = (columns, rows);
        let mut reply = Reply::default();
        let body = self.body();
        self.screens.resized(body, &self.sheet, &mut reply);
        self.settle(reply)
    }

    fn show(&mut self, screen: Screen, reply: &mut Reply) {
        if self.screen != screen {
            // Messages of the previous screen do not apply to this one.
            self.notice = None;
        }
        if screen != Screen::Start {
            self.leave_start(reply);
        }
        self.before_settings = None;
        self.screen = screen;
        self.screens.enter(screen, &self.sheet, reply);
    }

    /// What was chosen on the start screen for a network to begin is of the open one if none was begun.
    fn leave_start(&mut self, reply: &mut Reply) {
        let before = self.sheet.text().to_owned();
        for edit in self.screens.start.take_choices() {
            if let Err(error) = self.sheet.edit(None, &edit) {
                reply.warn(error);
            }
        }
        if before != self.sheet.text() {
            self.text_changed();
            let undo = keymap::key_of(&Action::File(File::Undo));
            reply.good(format!("what you chose is part of {} now; {undo} undoes it", self.sheet.name()));
        }
    }

    /// Notifies all screens of a change of the text that none of them made.
    pub fn text_changed(&mut self) {
        self.screens.text_changed(&self.sheet);
    }

    /// Opens `dialog`, or queues it while another one is open, which would be lost unanswered.
    fn open_dialog(&mut self, dialog: Dialog) {
        if self.dialog.is_none() {
            self.dialog = Some(dialog);
            return;
        }
        let is_known = self.dialog.iter().chain(&self.waiting).any(|known| known.title() == dialog.title());
        if !is_known {
            self.waiting.push_back(dialog);
        }
    }

    /// Closes the dialog, or keeps it, according to `outcome`.
    fn conclude(&mut self, outcome: Outcome) -> Vec<Effect> {
        let effects = match outcome {
            Outcome::Stay => self.settle(Reply::default()),
            Outcome::Close => {
                let closed = self.dialog.take();
                let parent = closed.and_then(Dialog::into_parent);
                self.dialog = parent.and_then(|parent| self.brought_up_to_date(parent));
                Vec::new()
            }
            Outcome::Do(action) => {
                let asked = self.dialog.take();
                let effects = self.act(&action);
                // A page that the question opened leads back to it.
                if let (Some(Dialog::Page(page)), Some(asked @ Dialog::Ask(_))) = (&mut self.dialog, asked) {
                    page.parent = Some(Box::new(asked));
                }
                effects
            }
        };
        if self.dialog.is_none() {
            self.dialog = self.waiting.pop_front();
        }
        effects
    }

    fn program(&mut self, program: Program, reply: &mut Reply) {
        match program {
            Program::Quit => self.quit(reply),
            Program::QuitAnyway => {
                reply.effect(Effect::Keep { path: self.sheet.path().to_owned(), text: None });
                reply.effect(Effect::Quit);
            }
            Program::QuitSafely if self.sheet.is_changed() => self.save(AfterSave::Quit, reply),
            Program::QuitSafely => reply.effect(Effect::Quit),
            Program::Copy => match self.command_line() {
                Some(line) => {
                    reply.good(format!("copied: {line}"));
                    reply.effect(Effect::Copy(line));
                }
                None => reply.warn("there is no command line for this: save first, since it reads the file"),
            },
            Program::Help => {
                let topic = self.screens.topic(self.screen, &self.sheet);
                reply.dialog = Some(help::keys(topic, &self.contexts(), self.theme));
            }
            Program::Palette => {
                let others = palette::runs_and_files(&self.screens);
                reply.dialog = Some(palette::palette(&self.sheet, others));
            }
            Program::Suspend => reply.effect(Effect::Suspend),
            Program::Redraw => reply.effect(Effect::Redraw),
        }
    }

    /// Applies `reply` to the state and returns the effects to be carried out.
    fn settle(&mut self, reply: Reply) -> Vec<Effect> {
        let Reply { mut effects, notice, dialog, then: _ } = reply;
        if let Some(dialog) = dialog {
            self.open_dialog(dialog);
        }
        effects.extend(self.dialog.as_mut().and_then(Dialog::take_request).map(Effect::Complete));
        if notice.is_some() {
            self.notice = notice;
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
