//! What does not fit: it is shortened with a sign, and what matters most is shown.

use super::world::World;
use crate::config::preset;
use crate::tui::screens::News;

fn line<'a>(screen: &'a str, words: &str) -> &'a str {
    screen.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("no {words} in\n{screen}"))
}

#[test]
fn both_gauges_are_there_with_differences_and_with_reasons() {
    // Saved costs, and pinned ones besides.
    for keys in ["b \"uno-r3\" enter", "b \"uno-r3\" enter p +"] {
        let mut world = World::of("micro");
        world.keys(keys);
        let screen = world.screen(80, 24);
        assert!(screen.contains("Δ saved"), "{screen}");
        for memory in ["RAM ", "flash "] {
            assert!(
                screen.lines().any(|line| line.contains(memory) && line.contains(" %")),
                "{keys}: {memory}\n{screen}"
            );
        }
    }
    // A table that an 8-bit processor cannot address.
    let text = "[model]\nnum_classes = 4\ninput = { height = 6, width = 160, channels = 1 }\n[target]\nboard = \"mega-2560\"\n\
                [stem]\nfilters = 300\nkernel = 1\nstride = 1\n[[blocks]]\ntype = \"conv\"\nfilters = 16\nkernel = 3\n";
    let mut world = World::open("net", text.to_owned());
    let screen = world.screen(80, 24);
    for words in ["a table takes", "RAM", "flash"] {
        let is_there = screen.lines().skip(14).any(|line| line.contains(words));
        assert!(is_there, "{words}: {screen}");
    }
    assert!(screen.lines().skip(14).any(|line| line.contains("RAM") && line.contains(" %")), "{screen}");
}

#[test]
fn what_boards_say_ends_in_a_sign_where_it_is_cut() {
    let mut world = World::of("pico");
    world.keys("+");
    let screen = world.screen(80, 24);
    let costs: Vec<&str> = screen.lines().skip_while(|line| !line.contains("Costs in")).collect();
    let last = costs.iter().take_while(|line| !line.contains("params")).last().unwrap();
    assert!(last.ends_with('…') || last.ends_with("nano-esp32"), "{last}");
}

#[test]
fn the_row_of_the_model_ends_in_a_sign_where_it_is_cut() {
    for (name, size) in
        [("micro", "28"), ("outside", "28"), ("a", "4096"), ("micromicro", "28"), ("abcdefghijklm", "28")]
    {
        let text = preset("micro".as_ref()).unwrap().replacen("name = \"micro\"", &format!("name = \"{name}\""), 1);
        let text = text.replacen("height = 28, width = 28", &format!("height = {size}, width = {size}"), 1);
        let mut world = World::open("net", text);
        world.keys("home");
        for _ in 0..7 {
            let screen = world.screen(80, 24);
            let row = line(&screen, "model ");
            let is_whole = row.contains("batch norm");
            assert!(is_whole || row.trim_end().ends_with('…'), "{name}, {size}: {row}");
            assert!(row.contains("name ") || row.contains("model …"), "{name}, {size}: {row}");
            world.keys("right");
        }
    }
}

#[test]
fn large_figures_stand_apart() {
    let text = preset("micro".as_ref()).unwrap().replacen("28, width = 28", "4096, width = 4096", 1);
    let mut world = World::open("net", text);
    let screen = world.screen(80, 24);
    let now = screen.lines().find(|line| line.starts_with("now ")).unwrap();
    assert!(now.split_whitespace().count() == 5, "{now}");
}

#[test]
fn the_legend_of_runs_names_all_or_says_that_there_are_more() {
    let mut world = World::of("micro");
    world.keys("f5 p down p down p");
    let screen = world.screen(80, 24);
    let legend = line(&screen, "Validation accuracy").split("Accuracy over").next().unwrap();
    let has_all = ["3", "2", "1"].iter().all(|number| legend.contains(&format!("● {number}")));
    assert!(has_all || legend.contains('…'), "{legend}");
}

#[test]
fn lists_say_which_part_of_them_is_shown() {
    let mut world = World::of("micro");
    world.app.screens.start.recent = (0..8)
        .map(|at| crate::tui::memory::Recent { path: format!("net{at}.toml").into(), ..Default::default() })
        .collect();
    world.keys("N");
    let screen = world.screen(80, 24);
    assert!(screen.contains("Open, 1 to 5 of 8"), "{screen}");
    world.keys("backtab backtab end");
    let screen = world.screen(80, 24);
    assert!(screen.contains("Open, 4 to 8 of 8"), "{screen}");
    world.keys("esc :");
    let screen = world.screen(80, 24);
    assert!(screen.contains("files, 1 to 15 of "), "{screen}");
}

#[test]
fn the_picker_of_boards_has_room_for_its_figures() {
    let mut world = World::of("mobilenet");
    world.keys("b");
    let screen = world.screen(80, 24);
    assert!(screen.contains("flash left"), "{screen}");
    for line in screen.lines().filter(|line| line.contains("fits  ") || line.contains("no: both")) {
        let end = line.trim_end_matches(['│', ' ', '1', '\u{2026}']);
        let last = end.split_whitespace().next_back().unwrap();
        assert!(!line.contains(&format!("{last}…")), "{line}");
    }
}

#[test]
fn messages_of_several_lines_have_no_escapes() {
    let mut world = World::of("micro");
    world.tell(News::Failed("this is a folder, not a file\n  help: pass a file".into()));
    let screen = world.screen(80, 24);
    assert!(screen.contains("this is a folder, not a file · help: pass a file"), "{screen}");
}

#[test]
fn steps_and_commands_know_the_runs_of_earlier_sessions() {
    let mut world = World::of("micro");
    let text = preset("micro".as_ref()).unwrap();
    for row in &mut world.runs {
        if let Ok(known) = &mut row.found
            && known.info.name == "micro"
        {
            known.config = text.to_owned();
            known.parsed =
                crate::config::ConfigFile::parse("config.toml", text, &[]).ok().map(|file| file.config.into());
        }
    }
    world.keys("f5 f1");
    let screen = world.screen(80, 24);
    assert!(screen.contains("✓ train 90.0 %"), "{screen}");
    world.keys("b \"mega\" enter");
    assert!(world.screen(80, 24).contains("✓ train 90.0 %"), "the board changes no weights");
    world.keys("f4");
    let expected = "micromobilenet --run runs/2026-01-31_14-05-09_micro --precision int8 --export";
    assert_eq!(world.app.command_line().unwrap(), format!("{expected} --set target.board=mega-2560"));
    world.keys("f1 j +");
    assert!(world.screen(80, 24).contains("○ train"), "another design");
}
