//! Files: saving, opening, changes by other programs, recovery.

use super::snapshots;
use super::world::{World, theme};
use crate::config::preset;
use crate::plan::Boards;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::design::{Origin, Pane, Sheet};
use crate::tui::dialog::Dialog;
use crate::tui::effect::{Found, OpenedFile};
use crate::tui::keymap::Key;
use crate::tui::screens::{Effect, News};
use ratatui_textarea::{Input, Key as Typed};
use std::path::PathBuf;

#[test]
fn saving_writes_the_text_and_a_broken_one_only_after_asking() {
    let mut world = World::of("micro");
    world.keys("+ ctrl-s");
    assert!(!world.app.sheet.is_changed() && world.saves.len() == 1 && world.kept.is_empty());
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
    assert_eq!(world.kept.values().next().map(String::as_str), Some(world.app.sheet.text()));
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
        App::new(sheet, Found { left: Some(left.clone()), holder: None }, theme(), (80, 24))
    };
    let (mut app, effects) = begin();
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Keep { .. })), "the copy is not touched yet");
    app.act(&Action::Back);
    assert_eq!(app.sheet.text(), left);
    let (mut app, _) = begin();
    let press = |app: &mut App, letter: char| {
        app.key(Key::parse(&letter.to_string()).unwrap(), Input { key: Typed::Char(letter), ..Input::default() })
    };
    press(&mut app, 'd');
    let Some(Dialog::Page(page)) = &app.dialog else { panic!("no difference is shown") };
    assert!(page.lines.iter().any(|line| line.to_string() == "+ filters = 9"), "{:?}", page.lines);
    app.act(&Action::Back);
    let Some(Dialog::Ask(_)) = &app.dialog else { panic!("the question was lost") };
    // A question that comes meanwhile waits for the answer to this one.
    app.handle_news(News::Conflict { path: "micro.toml".into(), found: None });
    let Some(Dialog::Ask(ask)) = &app.dialog else { panic!("nothing is asked") };
    assert_eq!(ask.title, "Unsaved text found");
    let effects = press(&mut app, 'x');
    let Some(Dialog::Ask(ask)) = &app.dialog else { panic!("nothing is asked") };
    assert_eq!(ask.title, "Changed on disk");
    assert_eq!(app.sheet.text(), text);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Keep { text: None, .. })));
}

#[test]
fn a_file_that_others_change_is_read_again_or_asked_about() {
    let mut world = World::of("micro");
    let path = PathBuf::from("micro.toml");
    let theirs = world.files[&path].replacen("filters = 6", "filters = 9", 1);
    let changed = |text: &str| News::DiskChanged { path: path.clone(), text: Some(text.to_owned()) };
    let effects = world.app.handle_news(changed(&theirs));
    world.perform(effects);
    assert!(world.app.sheet.text() == theirs && !world.app.sheet.is_changed());
    world.keys("+");
    let third = theirs.replacen("filters = 9", "filters = 30", 1);
    world.files.insert(path.clone(), third.clone());
    let effects = world.app.handle_news(changed(&third));
    world.perform(effects);
    snapshots("conflict", &mut world);
    world.keys("d");
    snapshots("difference", &mut world);
    // Theirs, and back to one's own.
    let mine = world.app.sheet.text().to_owned();
    world.keys("esc l");
    assert_eq!(world.app.sheet.text(), third);
    world.keys("u");
    assert_eq!(world.app.sheet.text(), mine);
}

#[test]
fn a_file_that_changed_unseen_is_not_written_over() {
    let mut world = World::of("micro");
    let path = PathBuf::from("micro.toml");
    world.keys("+");
    world.files.insert(path.clone(), "# theirs\n".into());
    world.keys("ctrl-s");
    assert_eq!(world.files[&path], "# theirs\n");
    world.keys("o");
    assert_eq!(world.files[&path], world.app.sheet.text());
}

#[test]
fn saving_asks_until_somebody_decided_about_the_other_text() {
    let path = PathBuf::from("micro.toml");
    // Decided later; looked at, and back to the question; looked away.
    for keys in ["c", "esc", "enter", "d esc c", "d esc esc"] {
        let mut world = World::of("micro");
        world.keys("+");
        let theirs = world.files[&path].replacen("filters = 6", "filters = 9", 1);
        world.files.insert(path.clone(), theirs.clone());
        world.tell(News::DiskChanged { path: path.clone(), text: Some(theirs.clone()) });
        world.keys(keys).keys("ctrl-s");
        assert_eq!(world.files[&path], theirs, "{keys}: overwritten unasked");
        let Some(Dialog::Ask(_)) = &world.app.dialog else { panic!("{keys}: nothing is asked") };
        // Another change while the question is open is not overwritten by the answer either.
        world.files.insert(path.clone(), "# a third\n".into());
        world.keys("o");
        assert_eq!(world.files[&path], "# a third\n", "{keys}");
        world.keys("o");
        assert_eq!(world.files[&path], world.app.sheet.text(), "{keys}");
        assert!(!world.app.sheet.is_changed());
    }
}

#[test]
fn a_file_that_is_deleted_is_written_again_only_when_asked() {
    let mut world = World::of("micro");
    let path = PathBuf::from("micro.toml");
    world.files.remove(&path);
    world.tell(News::DiskChanged { path: path.clone(), text: None });
    assert!(world.app.sheet.is_changed() && world.kept.contains_key(&path), "its text is only here");
    world.keys("ctrl-s");
    assert!(!world.files.contains_key(&path));
    world.keys("o");
    assert!(world.files.contains_key(&path) && world.kept.is_empty());
}

#[test]
fn text_has_the_keys_of_other_editors() {
    let mut world = World::of("micro");
    let before = world.app.sheet.text().to_owned();
    world.keys("e ctrl-home \"ab\"");
    assert_eq!(world.app.sheet.text(), format!("ab{before}"));
    let effects = world.app.key(Key::parse("ctrl-z").unwrap(), Input::default());
    assert_eq!((world.app.sheet.text(), effects.contains(&Effect::Suspend)), (before.as_str(), false));
    world.keys("ctrl-y ctrl-u");
    assert_eq!(world.app.sheet.text(), before, "redone, and deleted to the beginning of the line");
    world.keys("tab");
    assert_eq!((world.app.screens.design.pane, world.app.sheet.text()), (Pane::Table, before.as_str()));
    let effects = world.app.key(Key::parse("ctrl-z").unwrap(), Input::default());
    assert!(effects.contains(&Effect::Suspend));
    world.keys("e ctrl-f \"[head]\" enter");
    let line = before.lines().position(|line| line == "[head]").unwrap();
    assert_eq!(world.app.screens.design.editor.cursor(), (line, 0));
}

#[test]
fn every_question_leaves_things_as_they_are_on_enter_and_esc() {
    /// A key of a question, and what it does in all of them.
    const LETTERS: [(char, &str); 8] = [
        ('c', ""),
        ('s', "save"),
        ('d', "difference"),
        ('l', "load"),
        ('o', "overwrite"),
        ('r', "recover"),
        ('w', "another name"),
        ('x', "discard"),
    ];
    let path = PathBuf::from("micro.toml");
    let changed = |world: &mut World| {
        world.keys("+");
        world.tell(News::DiskChanged { path: path.clone(), text: Some("# theirs\n".into()) });
    };
    let questions: [fn(&mut World); 4] = [
        |world| _ = world.keys("+ q"),
        |world| _ = world.keys("+ ctrl-o \"nano\" enter"),
        |world| _ = world.keys("e enter \"[[\" ctrl-s"),
        |world| {
            let text = preset("nano".as_ref()).unwrap().to_owned();
            let holder = Some("process 1".to_owned());
            let (path, origin) = (PathBuf::from("nano.toml"), Origin::File);
            let file = OpenedFile { path, text, origin, left: None, holder, edits: Vec::new(), recent: None };
            world.tell(News::Opened(Box::new(file)));
        },
    ];
    let questions: Vec<&dyn Fn(&mut World)> =
        questions.iter().map(|ask| ask as &dyn Fn(&mut World)).chain([&changed as &dyn Fn(&mut World)]).collect();
    for ask in questions {
        for key in ["enter", "esc"] {
            let mut world = World::of("micro");
            ask(&mut world);
            let Some(Dialog::Ask(question)) = world.app.dialog.clone() else { panic!("nothing is asked") };
            for (letter, text, _) in &question.answers {
                let known = LETTERS.iter().find(|(known, _)| known == letter);
                let (_, word) = known.unwrap_or_else(|| panic!("{}: {letter}", question.title));
                assert!(text.contains(word), "{}: {letter} {text}", question.title);
            }
            let (text, files) = (world.app.sheet.text().to_owned(), world.files.clone());
            world.keys(key);
            assert!(world.app.dialog.is_none() && !world.has_quit, "{}", question.title);
            assert_eq!((world.app.sheet.text(), &world.files), (text.as_str(), &files), "{}", question.title);
        }
    }
}

#[test]
fn another_file_is_opened_only_when_nothing_is_lost() {
    let mut world = World::of("micro");
    world.keys("ctrl-o \"nano\" enter");
    assert_eq!(world.app.sheet.name(), "nano");
    world.keys("+ ctrl-o \"pico\" enter");
    assert_eq!(world.app.sheet.name(), "nano");
    world.keys("x");
    assert_eq!(world.app.sheet.name(), "pico");
}

#[test]
fn the_mouse_works_in_dialogs_and_on_hints_and_steps() {
    use crate::tui::action::{Mouse, Screen};
    let mut world = World::of("micro");
    let click = |world: &mut World, text: &str| {
        let screen = world.screen(80, 24);
        let (y, line) = screen.lines().enumerate().find(|(_, line)| line.contains(text)).unwrap();
        let x = line[..line.find(text).unwrap()].chars().count();
        world.act(&Action::Mouse(Mouse::Click, x as u16 + 1, y as u16));
    };
    click(&mut world, "a add");
    assert!(matches!(world.app.dialog, Some(Dialog::Choose(_))));
    click(&mut world, "bottleneck");
    assert!(matches!(world.app.dialog, Some(Dialog::Choose(_))), "the first click moves the cursor");
    click(&mut world, "bottleneck");
    assert!(world.app.dialog.is_none() && world.app.sheet.text().contains("bottleneck"));
    // A click on an answer chooses it; one outside leaves things as they are.
    world.keys("q");
    click(&mut world, "save and quit");
    assert!(world.has_quit);
    world.keys("+ q");
    world.act(&Action::Mouse(Mouse::Click, 1, 3));
    assert!(world.app.dialog.is_none() && world.app.sheet.is_changed());
    click(&mut world, "F3 Train");
    assert_eq!(world.app.screen, Screen::Train);
    click(&mut world, "deploy");
    assert_eq!(world.app.screen, Screen::Deploy);
}

#[test]
fn a_long_message_is_read_as_a_whole_and_goes_with_the_next_key() {
    let mut world = World::of("micro");
    let long =
        "a reason that takes more words than a line of a narrow terminal has room for, and so is wrapped, to its end";
    world.tell(News::Failed(long.to_owned()));
    let screen = world.screen(80, 24);
    let read: Vec<&str> = screen.lines().skip(20).map(str::trim).collect();
    assert!(read.join(" ").contains(long), "{screen}");
    world.keys("j");
    assert!(!world.screen(80, 24).contains("wrapped"));
}
