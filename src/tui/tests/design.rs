//! The Design screen as a terminal shows it.

use super::world::World;
use super::{snapshots, snapshots_at};
use crate::config::KeyPath;
use crate::tui::action::{Action, Design, Mouse, Screen as Tab};
use crate::tui::design::Pane;
use crate::tui::dialog::Dialog;
use crate::tui::keymap::Context;
use crate::tui::theme::Theme;

#[test]
fn design_uses_the_space_it_has() {
    let mut world = World::of("mobilenet");
    world.keys("b \"uno\" enter");
    snapshots_at(&[(120, 36), (200, 60)], "design-space", &mut world);
    // Nothing moves when a block is added.
    let titles = |world: &mut World| {
        let screen = world.screen(120, 36);
        screen.lines().enumerate().filter(|(_, line)| line.contains('─')).map(|(at, _)| at).collect::<Vec<_>>()
    };
    let before = titles(&mut world);
    world.keys("D D D D D");
    assert_eq!(titles(&mut world), before);
}

#[test]
fn every_setting_is_edited_in_a_form_that_any_screen_opens() {
    let mut world = World::of("micro");
    snapshots("settings", world.keys("f3 ,"));
    assert_eq!((world.app.screen, world.app.screens.design.pane), (Tab::Design, Pane::Settings));
    world.keys("4 2");
    assert!(world.app.sheet.text().contains("epochs = 42"), "{}", world.app.sheet.text());
    let screen = world.screen(80, 24);
    assert!(screen.contains("epochs  auto or 1–100,000; default 60; now 42 (saved auto)."), "{screen}");
    snapshots("settings-edited", world.keys("enter down"));
    world.keys("u");
    assert!(!world.app.sheet.is_changed(), "one step");
    snapshots("settings-choose", world.keys("down down down enter"));
    world.keys("down enter");
    assert!(world.app.sheet.is_changed());
    // All of them can be reached in the smallest terminal.
    world.keys("home");
    let count = world.app.sheet.model().unwrap().settings().len();
    for _ in 0..count {
        let (_, cell) = world.app.screens.design.selected(&world.app.sheet).unwrap();
        let screen = world.screen(80, 24);
        let row = screen.lines().find(|line| line.starts_with("▌ ") && line.contains(cell.label));
        assert!(row.is_some(), "{}: {screen}", cell.key);
        world.keys("down");
    }
    world.keys("esc");
    assert_eq!(world.app.screens.design.pane, Pane::Table);
}

#[test]
fn help_begins_with_the_cell_under_the_cursor() {
    let mut world = World::of("squeeze");
    world.keys("j right right right right");
    let screen = world.keys("?").screen(80, 24);
    assert!(
        screen.contains("SE after (blocks.1.squeeze_excite.after)") && screen.contains("arXiv:1709.01507"),
        "{screen}"
    );
    snapshots("help-cell", &mut world);
}

#[test]
fn the_palette_finds_every_field_board_and_preset() {
    let mut world = World::of("micro");
    snapshots("palette-field", world.keys("f3 : \"learning rate\""));
    world.keys("enter");
    let Some(Dialog::Prompt(prompt)) = &world.app.dialog else { panic!("nothing to edit") };
    assert_eq!(prompt.title, "learning_rate (train.learning_rate)");
    world.keys("backspace backspace backspace \"0.25\" enter");
    assert!(world.app.sheet.text().contains("learning_rate = 0.25"));
    world.keys("ctrl-p \"block 2 stride\" enter");
    assert!(matches!(&world.app.dialog, Some(Dialog::Choose(choose)) if choose.title == "stride (blocks.2.stride)"));
    world.keys("esc ctrl-p \"board mega\" enter");
    assert_eq!(world.app.sheet.model().unwrap().board.as_ref().unwrap().id, "mega-2560");
    let mut world = World::of("micro");
    world.keys("ctrl-p \"preset pico\" enter");
    assert_eq!(world.app.sheet.name(), "pico");
}

#[test]
fn lists_say_what_each_choice_is() {
    let mut world = World::of("mobilenet");
    snapshots("boards", world.keys("b"));
    let screen = world.screen(120, 36);
    assert!(
        screen.contains("no: both") && screen.contains("RAM left") && screen.contains("Arduino Uno R3"),
        "{screen}"
    );
    snapshots("presets", world.keys("esc N"));
    snapshots("choose-padding", world.keys("esc ctrl-p \"block 1 padding\" enter"));
}

#[test]
fn enter_ends_the_typing_of_a_number_and_escape_restores_it() {
    let mut world = World::of("micro");
    world.keys("1 2 enter");
    assert!(world.app.dialog.is_none(), "Enter opened a dialog");
    assert!(world.app.screens.design.typed().is_none() && world.app.sheet.text().contains("filters = 12"));
    let text = world.app.sheet.text().to_owned();
    world.keys("0 enter");
    assert!(world.app.screens.design.typed().is_some(), "an illegal number stays to be corrected");
    world.keys("esc");
    assert_eq!((world.app.sheet.text(), world.app.screens.design.typed()), (text.as_str(), None));
    world.keys("u");
    assert!(!world.app.sheet.is_changed());
}

#[test]
fn a_click_selects_the_cell() {
    let mut world = World::of("micro");
    let mut click = |text: &str, row: &str| {
        let screen = world.screen(80, 24);
        let y = screen.lines().position(|line| line.contains(row)).unwrap();
        let heading = screen.lines().find(|line| line.contains(" block ")).unwrap();
        let x = heading.find(text).unwrap() + text.len() - 1;
        world.act(&Action::Mouse(Mouse::Click, x as u16, y as u16));
        world.app.screens.design.selected(&world.app.sheet).unwrap().1.key.to_string()
    };
    assert_eq!(click("s ", "2 separable"), "blocks.2.filters", "the blank beside a cell keeps the cell");
    assert_eq!(click(" s", "2 separable"), "blocks.2.stride");
    assert_eq!(click("filters", "3 separable"), "blocks.3.filters");
    assert_eq!(click("params", "1 separable"), "blocks.1.filters", "a figure selects the row");
    world.keys(",");
    let screen = world.screen(80, 24);
    let y = screen.lines().position(|line| line.contains("optimizer")).unwrap();
    world.act(&Action::Mouse(Mouse::Click, 30, y as u16));
    assert_eq!(world.app.screens.design.selected(&world.app.sheet).unwrap().1.label, "optimizer");
}

#[test]
fn numbers_on_the_screen_add_up() {
    for (name, _) in crate::config::PRESETS {
        let mut world = World::of(name);
        world.keys("b \"esp32\" enter");
        let screen = world.screen(200, 60);
        let model = world.app.sheet.model().unwrap();
        let most = model.rows.iter().filter_map(|row| row.ram_bytes).max().unwrap();
        let shown = crate::text::thousands(most);
        let peak = format!("RAM over layers: peak {shown} B");
        let row = screen.lines().find(|line| line.contains(" peak ") && line.contains(&shown));
        assert!(screen.contains(&peak) && row.is_some(), "{name}: {screen}");
        let sum = screen.lines().find(|line| line.contains(" object + ")).unwrap();
        let numbers: Vec<u64> = sum
            .split(|letter: char| !letter.is_ascii_digit() && letter != ',')
            .filter_map(|word| word.replace(',', "").parse().ok())
            .collect();
        assert_eq!(numbers[0] + numbers[1] + numbers[2], numbers[3], "{sum}");
        assert_eq!(numbers[0], model.estimate.ram_bytes, "{sum}");
    }
}

#[test]
fn focus_and_selection_are_seen_without_colours() {
    let mut world = World::of("micro");
    world.app.theme = Theme::of(|name| (name == "NO_COLOR").then(|| "1".to_owned()));
    snapshots_at(&[(80, 24)], "design-no-color", &mut world);
    let screen = world.screen(120, 36);
    assert!(screen.contains("▌ Network ━") && screen.contains("─ micro.toml ─"), "{screen}");
    let screen = world.keys("e").screen(120, 36);
    assert!(screen.contains("─ Network ─") && screen.contains("▌ micro.toml ━"), "{screen}");
}

#[test]
fn the_palette_does_what_its_line_says() {
    let mut world = World::of("micro");
    world.keys("ctrl-p \"duplicate\" enter");
    assert_eq!(world.app.sheet.model().unwrap().spec.config.blocks.len(), 9);
    world.keys("f3");
    assert_eq!(world.app.screen, Tab::Train);
}

#[test]
fn every_cell_of_a_block_is_seen_on_a_narrow_screen() {
    let mut world = World::of("squeeze");
    let cells = world.app.sheet.model().unwrap().rows[4].cells.len();
    world.keys("j");
    for _ in 0..8 {
        world.keys("left");
    }
    for at in 0..cells {
        let (_, cell) = world.app.screens.design.selected(&world.app.sheet).unwrap();
        let screen = world.screen(80, 24);
        let row = screen.lines().find(|line| line.starts_with("▌1")).unwrap();
        assert!(row.contains('▐') || at == 0, "{}: {screen}", cell.key);
        assert!(screen.contains(&format!("{}  ", cell.label)), "{}: {screen}", cell.key);
        world.keys("right");
    }
    snapshots_at(&[(80, 24)], "design-rare-cells", &mut world);
}

#[test]
fn the_lower_pane_of_a_narrow_screen_has_tabs() {
    let mut world = World::of("micro");
    assert!(world.screen(80, 24).contains("Costs in int8 (v: RAM)"));
    snapshots_at(&[(80, 24)], "design-ram", world.keys("v"));
    assert!(world.screen(80, 24).contains("RAM over layers (v: costs): peak 4,496 B"));
    let screen = world.screen(80, 60);
    assert!(screen.contains("Costs in int8 ─") && screen.contains("RAM over layers: peak"), "{screen}");
}

#[test]
fn the_settings_lead_back_to_the_screen_that_they_were_opened_from() {
    let mut world = World::of("micro");
    for screen in [Tab::Train, Tab::Data, Tab::Design] {
        for closing in [Design::Cancel, Design::Settings] {
            world.act(&Action::Show(screen));
            world.act(&Action::Design(Design::Settings));
            assert_eq!((world.app.screen, world.app.contexts()[0]), (Tab::Design, Context::Settings));
            world.act(&Action::Design(closing));
            assert_eq!(world.app.screen, screen);
        }
    }
    // They stay open while another screen is shown, and are shown again.
    for action in [Action::Design(Design::Settings), Action::Show(Tab::Runs), Action::Design(Design::Settings)] {
        world.act(&action);
    }
    assert_eq!((world.app.screen, world.app.contexts()[0]), (Tab::Design, Context::Settings));
    world.act(&Action::Design(Design::Cancel));
    assert_eq!(world.app.screen, Tab::Runs);
    assert_eq!(world.app.screens.design.pane, Pane::Table);
}

#[test]
fn without_a_network_there_are_no_settings() {
    let mut world = World::open("broken", "[model\n".to_owned());
    world.act(&Action::Design(Design::Settings));
    assert_eq!(world.app.screens.design.pane, Pane::Text);
    world.act(&Action::Design(Design::GoTo(KeyPath::of("train.epochs"))));
    assert_eq!((world.app.screens.design.pane, world.app.dialog.is_none()), (Pane::Text, true));
}
