//! Any sequence of actions.

use super::world::World;
use crate::config::{BlockKind, ConfigFile, KeyPath};
use crate::tui::action::{Action, Data, Deploy, Design, File, Move, Program, Runs, Screen as Tab, Train};
use crate::tui::app::App;
use crate::tui::design::Pane;
use crate::tui::dialog::Dialog;
use proptest::prelude::*;
use ratatui_textarea::{Input, Key as Typed};

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
        Just(Design::Settings),
        Just(Design::Tab),
        Just(Design::GoTo(KeyPath::of("train.optimizer"))),
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
