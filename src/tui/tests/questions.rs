//! Questions about what may change or be gone before they are answered, and keys that undo their answers.

use super::world::World;
use crate::train::End;
use crate::tui::action::Screen;
use crate::tui::dialog::Dialog;
use crate::tui::screens::News;
use crate::tui::train::{Event, News as TrainNews, Outcome};
use std::path::PathBuf;

fn end(world: &mut World, id: u64) {
    let outcome = Outcome::Ended { end: End::Finished, best: None, last: None };
    world.tell(News::train(TrainNews { id, event: Event::Over(outcome) }));
}

fn title(world: &World) -> &str {
    world.app.dialog.as_ref().map_or("", Dialog::title)
}

#[test]
fn a_question_about_a_training_closes_when_that_has_ended() {
    let mut world = World::of("micro");
    world.keys("f3 t t t x");
    assert_eq!(title(&world), "Stop micro?");
    end(&mut world, 0);
    assert_eq!(title(&world), "", "it was about the training that has ended");
    world.keys("n");
    let screen = world.screen(80, 24);
    assert!(screen.contains("queue: 1 waiting") && !screen.contains("stopped"), "{screen}");
}

#[test]
fn quitting_names_what_waits_and_what_is_over_meanwhile() {
    let mut world = World::of("micro");
    world.keys("f3 t t t q");
    let screen = world.screen(80, 24);
    assert!(screen.contains("2 trainings are queued"), "{screen}");
    end(&mut world, 0);
    end(&mut world, 1);
    let screen = world.screen(80, 24);
    assert!(screen.contains("A training is running") && !screen.contains("queued, and"), "{screen}");
    end(&mut world, 2);
    let screen = world.screen(80, 24);
    assert!(!screen.contains("A training is running") && screen.contains("quit"), "{screen}");
    world.keys("s");
    assert!(world.has_quit);
}

#[test]
fn trainings_removed_from_the_list_come_back() {
    let mut world = World::of("micro");
    world.keys("f3 t t t");
    let waiting = |world: &mut World| world.screen(80, 24).matches("micro queued").count();
    // Only in the list of trainings.
    world.keys("d");
    assert_eq!(waiting(&mut world), 2);
    world.keys("backtab end d");
    assert_eq!(waiting(&mut world), 1);
    world.keys("u");
    assert_eq!(waiting(&mut world), 2);
    // An ended one, too.
    end(&mut world, 0);
    world.keys("home d u");
    assert!(world.screen(80, 24).contains("✓ micro"), "{}", world.screen(80, 24));
    world.keys("x x");
    assert_eq!(waiting(&mut world), 0);
    world.keys("u");
    let screen = world.screen(80, 24);
    assert!(screen.contains("micro 3/4") || screen.contains("reading"), "it begins, since none is running: {screen}");
}

#[test]
fn what_was_chosen_on_the_start_screen_is_of_the_open_network_when_it_is_left() {
    for leave in ["esc", "f3", "ctrl-s"] {
        let mut world = World::of("micro");
        world.keys("N enter");
        assert!(world.screen(80, 24).contains("✓ board uno-r3"));
        world.keys(leave);
        assert_eq!(world.app.sheet.model().unwrap().spec.config.target.board, "uno-r3", "{leave}");
        if leave == "ctrl-s" {
            assert!(world.files[&PathBuf::from("micro.toml")].contains("uno-r3"));
        } else {
            assert_ne!(world.app.screen, Screen::Start);
            assert!(world.screen(80, 24).contains("u undoes it"), "{}", world.screen(80, 24));
            world.keys("f1 u");
            assert_eq!(world.app.sheet.model().unwrap().spec.config.target.board, "");
        }
        world.keys("N");
        assert!(!world.screen(80, 24).contains("✓ board"), "a choice is of one network");
    }
}

#[test]
fn a_file_that_was_deleted_cannot_be_loaded() {
    let path = PathBuf::from("micro.toml");
    let mut world = World::of("micro");
    world.keys("+");
    world.files.remove(&path);
    world.keys("ctrl-s");
    let screen = world.screen(80, 24);
    assert!(screen.contains("was deleted") && !screen.contains("load the file"), "{screen}");
    // The question follows the file.
    world.tell(News::DiskChanged { path: path.clone(), text: Some("# theirs\n".into()) });
    let screen = world.screen(80, 24);
    assert!(screen.contains("was changed by another program") && screen.contains("load the file"), "{screen}");
    world.tell(News::DiskChanged { path: path.clone(), text: None });
    let screen = world.screen(80, 24);
    assert!(screen.contains("was deleted") && !screen.contains("load the file"), "{screen}");
    world.keys("o");
    assert_eq!(world.files[&path], world.app.sheet.text());
}

#[test]
fn text_that_is_no_network_is_left_like_any_other() {
    let mut world = World::open("net", "[[".to_owned());
    assert!(world.screen(80, 24).contains("Esc table"));
    world.keys("esc q");
    assert!(world.has_quit, "Esc did not leave the text: {}", world.screen(80, 24));
}

#[test]
fn keys_that_are_text_here_are_not_named() {
    let mut world = World::of("micro");
    world.keys("e");
    let screen = world.screen(80, 24);
    assert!(!screen.contains("? more") && !screen.contains("y copies"), "{screen}");
    world.keys("esc");
    let screen = world.screen(80, 24);
    assert!(screen.contains("? more") && screen.contains("y copies"), "{screen}");
}

#[test]
fn keys_that_find_nothing_to_act_on_are_not_named() {
    let mut world = World::of("micro");
    world.keys("f3");
    let hints = |world: &mut World| world.screen(160, 48).lines().last().unwrap_or_default().to_owned();
    let before = hints(&mut world);
    for name in ["Space pause", "x stop", "v best/last", "m smoothing", "L log", "d unqueue", "u undo"] {
        assert!(!before.contains(name), "{name}: {before}");
    }
    world.keys("t");
    let during = hints(&mut world);
    for name in ["Space pause", "x stop", "v best/last", "m smoothing", "L log"] {
        assert!(during.contains(name), "{name}: {during}");
    }
    assert!(!during.contains("d unqueue"), "{during}");
    world.keys("t t backtab end");
    assert!(hints(&mut world).contains("d unqueue"));
}

#[test]
fn a_number_ends_where_it_is_saved() {
    let mut world = World::of("micro");
    world.keys("3 ctrl-s 0");
    let text = world.app.sheet.text().to_owned();
    assert!(!text.contains("filters = 30"), "{text}");
    assert!(world.files[&PathBuf::from("micro.toml")].contains("filters = 3\n"));
}

#[test]
fn prompts_without_completions_name_no_key_for_them() {
    let mut world = World::of("micro");
    world.keys("left left left enter");
    let hints = |world: &mut World| world.screen(80, 24).lines().last().unwrap_or_default().to_owned();
    assert!(!hints(&mut world).contains("Tab complete"), "{}", world.screen(80, 24));
    world.keys("esc ctrl-o");
    assert!(hints(&mut world).contains("Tab complete"), "{}", world.screen(80, 24));
}

#[test]
fn pages_say_that_they_scroll() {
    for (columns, rows) in [(80, 24), (120, 36)] {
        let mut world = World::of("micro");
        world.keys("?");
        let screen = world.screen(columns, rows);
        let shown = rows - 6;
        assert!(screen.contains(&format!("lines 1 to {shown} of ")), "{screen}");
        assert!(screen.lines().last().unwrap().contains("↓ scroll"), "{screen}");
        world.keys("end");
        let screen = world.screen(columns, rows);
        assert!(!screen.contains("lines 1 to"), "{screen}");
    }
}
