//! The start screen, driven by keys.

use crate::tui::action::Screen;
use crate::tui::memory::Recent;
use crate::tui::tests::world::World;
use std::path::PathBuf;

fn world() -> World {
    let mut world = World::of("micro");
    world.app.screens.start.now = 1_000_000;
    world.app.screens.start.recent = vec![
        Recent { path: PathBuf::from("here.toml"), ..Recent::default() },
        Recent { path: PathBuf::from("/home/ada/flowers/nano.toml"), left_at: 910_000, ..Recent::default() },
    ];
    world.keys("N");
    assert_eq!(world.app.screen, Screen::Start);
    world
}

#[test]
fn it_shows_boards_presets_files_and_pictures() {
    let mut world = world();
    for (columns, rows) in [(80, 24), (120, 36)] {
        insta::assert_snapshot!(format!("start-{columns}x{rows}"), world.styled_screen(columns, rows));
    }
    world.keys("enter");
    insta::assert_snapshot!("start-uno-80x24", world.styled_screen(80, 24));
}

#[test]
fn a_board_pictures_and_a_preset_make_a_network_that_fits() {
    let mut world = world();
    world.keys("enter i \"photos\" enter enter");
    let model = world.app.sheet.model().unwrap();
    assert_eq!((model.spec.config.target.board.as_str(), model.source()), ("uno-r3", "photos"));
    assert!(model.verdict().unwrap().fits, "the cursor was on a preset that fits");
    assert_eq!(world.app.screen, Screen::Design);
    assert!(world.app.sheet.is_changed(), "board and images can be saved");
}

#[test]
fn a_board_is_found_by_its_name_and_can_be_left_open() {
    let mut world = world();
    world.keys("b \"mega\" enter enter");
    assert_eq!(world.app.sheet.model().unwrap().spec.config.target.board, "mega-2560");
    let mut world = world_without_board();
    world.keys("enter");
    assert_eq!(world.app.sheet.model().unwrap().spec.config.target.board, "");
    assert!(!world.app.sheet.is_changed());
}

fn world_without_board() -> World {
    let mut world = world();
    world.keys("end enter");
    world
}

#[test]
fn files_are_opened_and_esc_goes_on_without_choosing() {
    let mut world = world();
    world.files.insert(PathBuf::from("here.toml"), world.app.sheet.text().to_owned());
    world.keys("tab tab enter");
    assert_eq!((world.app.sheet.name(), world.app.screen), ("here.toml".to_owned(), Screen::Design));
    world.keys("N esc");
    assert_eq!((world.app.sheet.name(), world.app.screen), ("here.toml".to_owned(), Screen::Design));
}

#[test]
fn unsaved_work_is_asked_about_before_a_network_is_begun() {
    let mut world = World::of("micro");
    world.keys("+ N enter enter");
    assert_eq!(world.app.sheet.name(), "micro.toml");
    world.keys("x");
    assert_ne!(world.app.sheet.name(), "micro.toml");
    assert_eq!(world.app.sheet.model().unwrap().spec.config.target.board, "uno-r3");
}
