//! The whole state, driven by keys, and looked at as a terminal would show it.

mod world;

use super::action::{Action, Data, Deploy, Design, File, Move, Program, Runs, Screen as Tab, Train};
use super::app::App;
use super::design::{EstimateRequest, Origin, Pane, Sheet};
use super::dialog::Dialog;
use super::keymap::Key;
use super::screens::{Effect, News};
use crate::config::{BlockKind, ConfigFile, preset};
use crate::plan::Boards;
use proptest::prelude::*;
use ratatui_textarea::{Input, Key as Typed};
use std::path::PathBuf;
use std::sync::Arc;
use world::{World, theme};

fn snapshots(name: &str, world: &mut World) {
    for (columns, rows) in [(80, 24), (160, 48)] {
        let screen = world.styled_screen(columns, rows);
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
fn the_other_screens() {
    let mut world = World::of("micro");
    snapshots("data", world.keys("f2"));
    snapshots("data-augmented", world.keys("a right down"));
    snapshots("train-before", world.keys("f3"));
    snapshots("train", world.keys("s"));
    snapshots("train-confusion", world.keys("tab"));
    snapshots("train-mistakes", world.keys("tab"));
    snapshots("train-paused", world.keys("tab space"));
    snapshots("quit-while-training", world.keys("q"));
    snapshots("train-stopped", world.keys("esc x"));
    snapshots("deploy-before", world.keys("f4"));
    snapshots("deploy", world.keys("r"));
    snapshots("deploy-memory", world.keys("tab"));
    snapshots("deploy-header", world.keys("tab"));
    snapshots("deploy-exported", world.keys("x"));
    snapshots("runs", world.keys("f5"));
    snapshots("runs-compared", world.keys("p down p down"));
    snapshots("runs-delete", world.keys("d"));
}

#[test]
fn the_train_screen_says_how_hot_it_is() {
    use super::train::{Event, News as Told};
    use crate::sensors::Throttling;
    use crate::train::Thermal;
    let mut world = World::of("micro");
    world.keys("f3 s");
    let mut state = Thermal { temperature: Some(61.2), ..Thermal::default() };
    let tell = |world: &mut World, state| world.tell(News::train(Told { id: 0, event: Event::Thermal(state) }));
    tell(&mut world, state);
    snapshots("train-warm", &mut world);
    state.throttling = Throttling(0x5_0001);
    tell(&mut world, state);
    snapshots("train-throttled", &mut world);
    (state.temperature, state.cooling_to) = (Some(82.4), Some(75.0));
    tell(&mut world, state);
    snapshots("train-cooling", &mut world);
}

#[test]
fn over_ssh_jobs_show_their_progress_less_often() {
    let after = |name: &str, bytes| super::Pace::of(|variable| variable == name).after(bytes).as_millis();
    assert_eq!(after("", 100_000), 33);
    for name in ["SSH_CONNECTION", "SSH_TTY"] {
        assert_eq!((after(name, 300), after(name, 1_600)), (250, 800));
    }
}

#[test]
fn an_edit_shows_its_difference_and_its_command() {
    let mut world = World::of("micro");
    world.keys("p j + + x b down \"uno\" enter");
    snapshots("design-edited", &mut world);
    assert!(world.app.sheet.is_changed());
}

/// `micro` with 128 more blocks.
fn large() -> String {
    let blocks = "[[blocks]]\ntype = \"separable\"\nfilters = 24\nrepeat = 64\n\n".repeat(2);
    preset("micro".as_ref()).unwrap().replace("[head]", &format!("{blocks}[head]"))
}

#[test]
fn the_costs_of_a_large_network_are_estimated_while_the_user_goes_on() {
    let mut world = World::open("large", large());
    let first = world.app.sheet.model().unwrap().estimate.clone();
    assert_eq!(world.app.sheet.saved_costs(), Some(&*first), "estimated when it is opened");
    world.held_estimates = Some(Vec::new());
    world.keys("j + +");
    let requests = world.held_estimates.clone().unwrap();
    assert_eq!(requests.len(), 2, "a request for each of the edits");
    let screen = world.screen(160, 48);
    assert!(screen.contains("Costs in float, being estimated"), "{screen}");
    assert!(world.app.sheet.model().unwrap().rows.iter().all(|row| row.ram_bytes.is_none() && row.cells.len() > 1));
    world.keys("p");
    assert!(world.app.sheet.pinned().is_none(), "old costs were pinned as those of the new network");

    let answer = |request: &EstimateRequest| Arc::new(request.estimate());
    world.tell(News::Estimated { request: requests[0].clone(), estimate: answer(&requests[0]) });
    let model = world.app.sheet.model().unwrap();
    assert!(model.pending.is_some() && model.estimate == first, "the answer to an older request was taken");
    world.tell(News::Estimated { request: requests[1].clone(), estimate: answer(&requests[1]) });
    let model = world.app.sheet.model().unwrap();
    assert!(model.pending.is_none() && model.estimate == answer(&requests[1]) && model.estimate != first);
    assert_eq!(world.app.sheet.saved_costs(), Some(&*first), "those of the file stay");
    assert!(model.rows.iter().all(|row| row.ram_bytes.is_some()));
    let screen = world.screen(160, 48);
    assert!(!screen.contains("Costs in float, being estimated"), "{screen}");

    // As it is on disk again, and then another large network on disk.
    world.keys("u u");
    let path = world.app.sheet.path().to_owned();
    world.held_estimates = Some(Vec::new());
    world.keys("+");
    let text = large().replacen("filters = 24", "filters = 30", 1);
    world.tell(News::DiskChanged { path, text: Some(text) });
    world.keys("c");
    let requests = world.held_estimates.take().unwrap();
    assert_eq!((requests.len(), world.app.sheet.saved_costs()), (2, None));
    for request in requests {
        world.tell(News::Estimated { estimate: answer(&request), request });
    }
    assert!(world.app.sheet.saved_costs().is_some_and(|costs| costs.params > first.params));
    assert_eq!(world.app.sheet.pending_estimates(), [None, None]);
}

#[test]
fn the_presets_are_estimated_within_a_keystroke() {
    for (name, _) in crate::config::PRESETS {
        let mut world = World::of(name);
        world.held_estimates = Some(Vec::new());
        world.keys("j +");
        assert!(world.held_estimates.unwrap().is_empty(), "{name}");
    }
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
        App::new(sheet, Some(left.clone()), theme(), (80, 24))
    };
    let (mut app, effects) = begin();
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Keep { .. })), "the copy is not touched yet");
    app.act(&Action::Back);
    assert_eq!(app.sheet.text(), left);
    let (mut app, _) = begin();
    let Some(Dialog::Ask(_)) = &app.dialog else { panic!("nothing is asked") };
    let effects = app.key(Key::parse("d").unwrap(), Input { key: Typed::Char('d'), ..Input::default() });
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
    world.keys("esc");
    world.act(&Action::File(File::Reload));
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
    world.keys("m");
    assert_eq!(world.files[&path], world.app.sheet.text());
}

#[test]
fn another_file_is_opened_only_when_nothing_is_lost() {
    let mut world = World::of("micro");
    world.keys("N down enter");
    assert_eq!(world.app.sheet.name(), "nano");
    world.keys("+ N enter");
    assert_eq!(world.app.sheet.name(), "nano");
    world.keys("k");
    assert_eq!(world.app.sheet.name(), "pico");
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
            Action::Show(Tab::Train),
            Action::Show(Tab::Deploy),
            Action::Show(Tab::Runs),
            Action::Paste("filters = 3\n".into()),
            Action::Data(Data::Load),
            Action::Data(Data::Augment),
            Action::Data(Data::Shuffle),
            Action::Data(Data::Source),
            Action::Train(Train::Start),
            Action::Train(Train::Pause),
            Action::Train(Train::Stop),
            Action::Train(Train::Resume),
            Action::Train(Train::Drop),
            Action::Deploy(Deploy::Prepare),
            Action::Deploy(Deploy::Export),
            Action::Runs(Runs::Pin),
            Action::Runs(Runs::Sort),
            Action::Runs(Runs::Delete),
            Action::Runs(Runs::Open),
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
            assert!(was_asked || !world.app.sheet.is_changed(), "quit without asking");
            return;
        }
        if let Some(text) = world.saves.get(saves) {
            assert!(
                was_asking || ConfigFile::parse("net.toml", text, &[]).is_ok(),
                "a broken text was written unasked"
            );
        }
        let sheet = &world.app.sheet;
        if sheet.is_changed() {
            assert_eq!(world.kept.get(sheet.path()).map(String::as_str), Some(sheet.text()), "a crash would lose it");
        }
        if world.app.screens.design.pane == Pane::Text {
            assert_eq!(world.app.screens.design.editor.text(), sheet.text());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]
    #[test]
    fn a_thousand_actions_lose_nothing_and_can_be_undone(actions in prop::collection::vec(any_action(), 1000)) {
        let mut world = World::of("squeeze");
        let first = world.app.sheet.text().to_owned();
        survive(&mut world, actions);
        world.app.dialog = None;
        while world.app.sheet.undo() {}
        world.app.text_changed();
        prop_assert_eq!(world.app.sheet.text(), first);
        world.screen(80, 24);
    }
}
