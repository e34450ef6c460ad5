//! The Runs screen, driven by keys.

use super::*;

#[test]
fn holding_the_key_of_deletion_deletes_nothing_and_a_deleted_run_comes_back() {
    let mut world = World::of("micro");
    world.keys("f5");
    let all = world.screen(80, 24);
    world.keys(&["d"; 40].join(" "));
    world.keys("enter");
    assert_eq!(world.screen(80, 24), all, "the first answer keeps the run");
    world.keys("d esc d x");
    let after = world.screen(80, 24);
    assert!(after.contains("3 runs") && after.contains("is in runs/.trash/3_micro; u restores it"), "{after}");
    let after = world.keys("u").screen(80, 24);
    assert!(after.contains("4 runs") && after.contains("restored 3_micro"), "{after}");
}

#[test]
fn typing_filters_at_once_and_letters_are_no_commands() {
    let mut world = World::of("micro");
    world.keys("f5 / \"nan\"");
    let screen = world.screen(80, 24);
    assert!(screen.contains("1 of 4 runs match \"nan\"") && screen.contains("show only: nan"), "{screen}");
    // 2 and q are typed too.
    world.keys("\"2q\"");
    assert!(world.screen(80, 24).contains("No run matches") && !world.has_quit);
    world.keys("backspace backspace enter");
    let screen = world.screen(80, 24);
    assert!(screen.contains("1 of 4 runs match") && !screen.contains("show only:"), "{screen}");
    // The filter stays between screens, until Esc.
    let screen = world.keys("f1 f5").screen(80, 24);
    assert!(screen.contains("1 of 4 runs match"), "{screen}");
    assert!(world.keys("esc").screen(80, 24).contains("4 runs"));
    assert!(world.keys("/ \"pico\" esc").screen(80, 24).contains("4 runs"));
}

#[test]
fn pins_stay_between_screens_and_when_a_run_comes_back() {
    let mut world = World::of("micro");
    world.keys("f5 p f1 f5");
    assert!(world.screen(80, 24).contains("●"));
    // The pinned run is deleted and restored.
    world.keys("d x");
    assert!(!world.screen(80, 24).contains("● 3_") && world.screen(80, 24).contains("3 runs"));
    let screen = world.keys("u").screen(80, 24);
    assert!(screen.lines().any(|line| line.starts_with("●") && line.contains("micro")), "{screen}");
}

#[test]
fn without_colours_curves_differ_by_letters_and_kinds_of_lines() {
    let mut world = World::of("micro");
    world.app.theme = crate::tui::theme::Theme::of(|name| match name {
        "TERM" => Some("xterm-256color".to_owned()),
        "NO_COLOR" => Some("1".to_owned()),
        _ => None,
    });
    snapshots("train-no-colours", world.keys("f3 t t tab tab"));
    snapshots("runs-no-colours", world.keys("f5 p down p down"));
    let screen = world.screen(160, 48);
    for mark in ["a*", "b*", "c "] {
        assert!(screen.lines().any(|line| line.starts_with(mark)), "{mark}\n{screen}");
    }
    assert!(screen.contains(" a 3 micro b 2 nano c 1 pico"), "{screen}");
    assert!(!world.styled_screen(160, 48).contains("blue"));
    // The difference of two configurations.
    let page = world.keys("up enter end").styled_screen(160, 48);
    let (text, styles) = page.split_once("=== styles").unwrap();
    assert!(text.contains("+ 2_nano") || text.contains("+ "), "{text}");
    assert!(!styles.contains("red") && !styles.contains("green"), "{styles}");
}

#[test]
fn the_palette_holds_no_keys_that_only_a_mode_has() {
    for words in ["\"keep the filter\"", "\"previous image\""] {
        let screen = World::of("micro").keys(":").keys(&words.replace(' ', "")).screen(80, 24);
        assert!(screen.contains("no matches"), "{words}\n{screen}");
    }
    assert!(World::of("micro").keys(": \"csvfile\"").screen(80, 24).contains("runs: export"));
}

#[test]
fn the_palette_finds_runs_and_files() {
    use crate::tui::memory::Recent;
    let mut world = World::of("micro");
    world.app.screens.start.recent = vec![Recent { path: "nets/garden.toml".into(), ..Recent::default() }];
    world.files.insert("nets/garden.toml".into(), world.app.sheet.text().to_owned());
    // Runs need not have been shown.
    world.keys("ctrl-p \"1_pico\"");
    let screen = world.screen(160, 48);
    let name = screen.lines().find_map(|line| line.split("run: ").nth(1)).unwrap_or_default().to_owned();
    let name = name.split_whitespace().next().unwrap_or_default().to_owned();
    world.keys("enter");
    assert_eq!(world.app.screen, crate::tui::action::Screen::Runs);
    assert!(!name.is_empty() && world.screen(160, 48).contains(&name), "{screen}");
    world.keys("ctrl-p \"garden\" enter");
    assert_eq!(world.app.sheet.name(), "garden.toml");
}
