//! The whole state, driven by keys, and looked at as a terminal would show it.

use super::action::{Action, Design, File, Move, Program, Screen as Tab};
use super::app::{self, App};
use super::design::{Origin, Pane, Sheet};
use super::dialog::Dialog;
use super::effect::{Effect, Expected, News};
use super::keymap::Key;
use super::theme::Theme;
use crate::plan::Boards;
use crate::runs::config_hash;
use crate::spec::{BlockKind, Spec, preset};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui_textarea::{Input, Key as Typed};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// An app with a world around it: files in memory, classes of the bundled images.
struct World {
    app: App,
    files: BTreeMap<PathBuf, String>,
    kept: BTreeMap<PathBuf, String>,
    has_quit: bool,
    /// Every text that was written, and whether the user had been told that it is broken.
    saves: Vec<String>,
}

fn theme() -> Theme {
    Theme::of(|name| (name == "TERM").then(|| "xterm-256color".to_owned()))
}

impl World {
    fn of(name: &str) -> Self {
        let text = preset(name.as_ref()).unwrap().to_owned();
        let path = PathBuf::from(format!("{name}.toml"));
        let sheet = Sheet::open(path.clone(), text.clone(), Origin::File, Boards::built_in().unwrap());
        let (app, effects) = App::new(sheet, None, theme(), (80, 24));
        let files = BTreeMap::from([(path, text)]);
        let mut world = Self { app, files, kept: BTreeMap::new(), has_quit: false, saves: Vec::new() };
        world.perform(effects);
        world
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let news = match effect {
                Effect::Quit => {
                    self.has_quit = true;
                    continue;
                }
                Effect::Save { path, text, expected, then_quit } => {
                    let found = self.files.get(&path);
                    let is_expected = match (&expected, found) {
                        (Expected::Anything, _) | (Expected::Nothing, None) => true,
                        (Expected::Hash(hash), Some(found)) => config_hash(found) == *hash,
                        _ => false,
                    };
                    if is_expected {
                        self.files.insert(path.clone(), text.clone());
                        self.saves.push(text.clone());
                        self.has_quit |= then_quit;
                        News::Saved { path, text }
                    } else {
                        News::Conflict { found: found.cloned(), path }
                    }
                }
                Effect::Open(path) => match self.files.get(&path).cloned().or_else(|| preset(&path).map(str::to_owned))
                {
                    Some(text) => News::Opened { path, text, origin: Origin::New, left: None },
                    None => News::Failed("there is no such file".into()),
                },
                Effect::Classes(source) => {
                    News::Classes { source, found: Ok((0..10).map(|at| format!("class {at}")).collect()) }
                }
                Effect::Keep { path, text } => {
                    match text {
                        Some(text) => self.kept.insert(path, text),
                        None => self.kept.remove(&path),
                    };
                    continue;
                }
                _ => continue,
            };
            let more = self.app.told(news);
            self.perform(more);
        }
    }

    fn act(&mut self, action: &Action) {
        let effects = self.app.act(action);
        self.perform(effects);
    }

    /// Keys with blanks between them, as in the table of keys; a word in quotes is typed.
    fn keys(&mut self, keys: &str) -> &mut Self {
        for name in keys.split(' ') {
            match name.strip_prefix('"') {
                Some(word) => word.trim_end_matches('"').chars().for_each(|letter| self.letter(letter)),
                None => self.press(name),
            }
        }
        self
    }

    fn letter(&mut self, letter: char) {
        let key = Key::parse(&letter.to_string()).unwrap();
        let effects = self.app.key(key, Input { key: Typed::Char(letter), ctrl: false, alt: false, shift: false });
        self.perform(effects);
    }

    fn press(&mut self, name: &str) {
        let key = Key::parse(name).unwrap_or_else(|| panic!("{name} is no key"));
        let typed = match name {
            "enter" => Typed::Enter,
            "backspace" => Typed::Backspace,
            "end" => Typed::End,
            "down" => Typed::Down,
            name if name.chars().count() == 1 => Typed::Char(name.chars().next().unwrap()),
            _ => Typed::Null,
        };
        let effects = self.app.key(key, Input { key: typed, ctrl: false, alt: false, shift: false });
        self.perform(effects);
    }

    /// The screen as text.
    fn screen(&mut self, columns: u16, rows: u16) -> String {
        self.app.resized(columns, rows);
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| app::draw(&self.app, frame)).unwrap();
        let buffer = terminal.backend().buffer().clone();
        let line = |y: u16| {
            let mut text = String::new();
            let mut skip = 0;
            for x in 0..columns {
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                let symbol = buffer[(x, y)].symbol();
                skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
                text.push_str(symbol);
            }
            text.trim_end().to_owned()
        };
        (0..rows).map(line).collect::<Vec<_>>().join("\n")
    }
}

fn snapshots(name: &str, world: &mut World) {
    for (columns, rows) in [(80, 24), (160, 48)] {
        let screen = world.screen(columns, rows);
        insta::assert_snapshot!(format!("{name}-{columns}x{rows}"), screen);
    }
}

#[test]
fn design_of_every_preset() {
    for name in ["pico", "mobilenet", "squeeze"] {
        snapshots(&format!("design-{name}"), &mut World::of(name));
    }
}

#[test]
fn an_edit_shows_its_difference_and_its_command() {
    let mut world = World::of("micro");
    world.keys("p j + + x b down \"uno\" enter");
    snapshots("design-edited", &mut world);
    assert!(world.app.design.sheet.is_changed());
}

#[test]
fn text_lists_lines_questions_and_help() {
    let mut world = World::of("micro");
    snapshots("text", world.keys("e"));
    snapshots("text-broken", world.keys("enter \"[[\""));
    snapshots("save-broken", world.keys("ctrl-s"));
    let mut world = World::of("squeeze");
    snapshots("add", world.keys("a"));
    snapshots("choose", world.keys("esc j right right right right enter"));
    snapshots("prompt", world.keys("esc left enter"));
    snapshots("help", world.keys("esc ?"));
    snapshots("palette", world.keys("esc : \"board\""));
    snapshots("quit", world.keys("esc + q"));
}

#[test]
fn saving_writes_the_text_and_a_broken_one_only_after_asking() {
    let mut world = World::of("micro");
    world.keys("+ ctrl-s");
    assert!(!world.app.design.sheet.is_changed() && world.saves.len() == 1 && world.kept.is_empty());
    world.keys("0 ctrl-s");
    assert!(matches!(world.app.dialog, Some(Dialog::Ask(_))));
    world.keys("c");
    assert_eq!(world.saves.len(), 1);
    world.keys("ctrl-s s");
    assert_eq!(world.saves.len(), 2);
}

#[test]
fn unsaved_work_is_kept_and_asked_about() {
    let mut world = World::of("micro");
    world.keys("+");
    assert_eq!(world.kept.values().next().map(String::as_str), Some(world.app.design.sheet.text()));
    world.keys("q c");
    assert!(!world.has_quit);
    world.keys("q s");
    assert!(world.has_quit && world.kept.is_empty());
    let mut world = World::of("micro");
    world.keys("+ u q");
    assert!(world.has_quit && world.kept.is_empty(), "nothing is left to be saved");
}

#[test]
fn what_an_earlier_session_left_is_offered_and_never_lost_by_looking_away() {
    let text = preset("micro".as_ref()).unwrap();
    let left = text.replacen("filters = 6", "filters = 9", 1);
    let begin = || {
        let sheet = Sheet::open("micro.toml".into(), text.to_owned(), Origin::File, Boards::built_in().unwrap());
        App::new(sheet, Some(left.clone()), theme(), (80, 24))
    };
    let (mut app, effects) = begin();
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Keep { .. })), "the copy is not touched yet");
    app.act(&Action::Back);
    assert_eq!(app.design.sheet.text(), left);
    let (mut app, _) = begin();
    let Some(Dialog::Ask(_)) = &app.dialog else { panic!("nothing is asked") };
    let effects = app.key(Key::parse("d").unwrap(), Input { key: Typed::Char('d'), ..Input::default() });
    assert_eq!(app.design.sheet.text(), text);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Keep { text: None, .. })));
}

#[test]
fn a_file_that_others_change_is_read_again_or_asked_about() {
    let mut world = World::of("micro");
    let path = PathBuf::from("micro.toml");
    let theirs = world.files[&path].replacen("filters = 6", "filters = 9", 1);
    let changed = |text: &str| News::DiskChanged { path: path.clone(), text: Some(text.to_owned()) };
    let effects = world.app.told(changed(&theirs));
    world.perform(effects);
    assert!(world.app.design.sheet.text() == theirs && !world.app.design.sheet.is_changed());
    world.keys("+");
    let third = theirs.replacen("filters = 9", "filters = 30", 1);
    world.files.insert(path.clone(), third.clone());
    let effects = world.app.told(changed(&third));
    world.perform(effects);
    snapshots("conflict", &mut world);
    world.keys("d");
    snapshots("difference", &mut world);
    // Theirs, and back to one's own.
    let mine = world.app.design.sheet.text().to_owned();
    world.keys("esc");
    world.act(&Action::File(File::Reload));
    assert_eq!(world.app.design.sheet.text(), third);
    world.keys("u");
    assert_eq!(world.app.design.sheet.text(), mine);
}

#[test]
fn a_file_that_changed_unseen_is_not_written_over() {
    let mut world = World::of("micro");
    let path = PathBuf::from("micro.toml");
    world.keys("+");
    world.files.insert(path.clone(), "# theirs\n".into());
    world.keys("ctrl-s");
    assert_eq!(world.files[&path], "# theirs\n");
    world.keys("m");
    assert_eq!(world.files[&path], world.app.design.sheet.text());
}

#[test]
fn another_file_is_opened_only_when_nothing_is_lost() {
    let mut world = World::of("micro");
    world.keys("N down enter");
    assert_eq!(world.app.design.sheet.name(), "nano");
    world.keys("+ N enter");
    assert_eq!(world.app.design.sheet.name(), "nano");
    world.keys("k");
    assert_eq!(world.app.design.sheet.name(), "pico");
}

#[test]
fn the_palette_does_what_its_line_says() {
    let mut world = World::of("micro");
    world.keys("ctrl-p \"duplicate\" enter");
    assert_eq!(world.app.design.sheet.model().unwrap().spec.config.blocks.len(), 9);
    world.keys("f3");
    assert_eq!(world.app.screen, Tab::Train);
}

#[test]
fn no_size_of_a_terminal_is_too_odd() {
    for keys in ["esc", "e", "?", ": ", "a", "+ q", "f2", "f3", "f4", "f5"] {
        let mut world = World::of("squeeze");
        world.keys(keys.trim());
        for columns in [0, 1, 7, 39, 40, 41, 79, 117, 118, 119, 250] {
            for rows in [0, 1, 2, 7, 8, 9, 12, 23, 39, 40, 41, 90] {
                world.screen(columns, rows);
            }
        }
    }
}

/// Anything that somebody may do.
fn any_action() -> impl Strategy<Value = Action> {
    let moves = prop::sample::select(vec![
        Move::Up,
        Move::Down,
        Move::Left,
        Move::Right,
        Move::PageUp,
        Move::PageDown,
        Move::First,
        Move::Last,
    ]);
    let design = prop_oneof![
        (-9i32..=9).prop_map(Design::Step),
        prop::char::range('0', '9').prop_map(Design::Digit),
        Just(Design::Erase),
        Just(Design::Cancel),
        prop::sample::select(vec!["none", "project", "conv", "3", "auto", "\"", "true"])
            .prop_map(|text| Design::Set(text.into())),
        prop::sample::select(BlockKind::ALL.to_vec()).prop_map(Design::AddKind),
        Just(Design::Duplicate),
        Just(Design::Delete),
        Just(Design::Delete),
        any::<bool>().prop_map(|down| Design::Shift { down }),
        Just(Design::Pin),
        Just(Design::Board),
        Just(Design::Default),
        Just(Design::Precision),
        Just(Design::Edit),
    ];
    let letters = prop_oneof![
        prop::sample::select(vec!['a', '=', '[', ']', '"', '#', '0', '7', 'é', '\'']).prop_map(Typed::Char),
        prop::sample::select(vec![Typed::Enter, Typed::Backspace, Typed::Delete, Typed::Up, Typed::Left, Typed::End]),
    ];
    prop_oneof![
        8 => design.prop_map(Action::Design),
        4 => moves.prop_map(Action::Move),
        3 => letters.prop_map(|key| Action::Type(Input { key, ctrl: false, alt: false, shift: false })),
        1 => prop::sample::select(vec![
            Action::Enter,
            Action::Back,
            Action::Focus { back: false },
            Action::File(File::Undo),
            Action::File(File::Redo),
            Action::File(File::Save),
            Action::File(File::Reload),
            Action::Program(Program::Quit),
            Action::Program(Program::Help),
            Action::Show(Tab::Design),
            Action::Show(Tab::Data),
            Action::Show(Tab::Deploy),
            Action::Paste("filters = 3\n".into()),
        ]),
    ]
}

/// Whether a dialog is asking before a broken text is written.
fn asks_about_broken(app: &App) -> bool {
    matches!(&app.dialog, Some(Dialog::Ask(ask)) if ask.answers.iter().any(|(.., does)| *does == Some(Action::File(File::SaveAnyway))))
}

/// Runs `actions`; whatever happens, nothing is lost and no broken file is written unasked.
fn survive(world: &mut World, actions: Vec<Action>) {
    for action in actions {
        let (was_asking, saves) = (asks_about_broken(&world.app), world.saves.len());
        let was_asked = world.app.dialog.is_some();
        world.act(&action);
        if world.has_quit {
            assert!(was_asked || !world.app.design.sheet.is_changed(), "quit without asking");
            return;
        }
        if let Some(text) = world.saves.get(saves) {
            assert!(was_asking || Spec::parse("net.toml", text, &[]).is_ok(), "a broken text was written unasked");
        }
        let sheet = &world.app.design.sheet;
        if sheet.is_changed() {
            assert_eq!(world.kept.get(sheet.path()).map(String::as_str), Some(sheet.text()), "a crash would lose it");
        }
        if world.app.design.pane == Pane::Text {
            assert_eq!(world.app.design.editor.text(), sheet.text());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]
    #[test]
    fn a_thousand_actions_lose_nothing_and_can_be_undone(actions in prop::collection::vec(any_action(), 1000)) {
        let mut world = World::of("squeeze");
        let first = world.app.design.sheet.text().to_owned();
        survive(&mut world, actions);
        world.app.dialog = None;
        while world.app.design.sheet.undo() {}
        prop_assert_eq!(world.app.design.sheet.text(), first);
        world.screen(80, 24);
    }
}
