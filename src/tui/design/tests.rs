//! The Design screen without a terminal: actions in, numbers and text out.

use super::*;
use crate::config::preset;
use crate::config::{BlockKind, KeyPath};
use crate::plan::Boards;
use crate::tui::action::Move;
use crate::tui::effect::Severity;

/// The screen with the configuration that it edits.
struct Bench {
    screen: State,
    sheet: Sheet,
}

impl Bench {
    fn rows(&self) -> Arc<[Row]> {
        State::rows(&self.sheet)
    }

    fn selected(&self) -> Option<(Place, Cell)> {
        self.screen.selected(&self.sheet)
    }

    fn update(&mut self, action: &Action, reply: &mut Reply) {
        self.screen.act(action, &mut self.sheet, reply);
    }
}

impl std::ops::Deref for Bench {
    type Target = State;

    fn deref(&self) -> &State {
        &self.screen
    }
}

impl std::ops::DerefMut for Bench {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.screen
    }
}

fn state_of(text: &str) -> Bench {
    let boards = Boards::built_in().unwrap();
    let sheet = Sheet::open("net.toml".into(), text.to_owned(), Origin::File, boards);
    Bench { screen: State::new(&sheet), sheet }
}

fn state(name: &str) -> Bench {
    state_of(preset(name.as_ref()).unwrap())
}

fn does(state: &mut Bench, actions: &[Action]) -> Reply {
    let mut reply = Reply::default();
    for action in actions {
        state.update(action, &mut reply);
    }
    reply
}

fn design(what: Design) -> Action {
    Action::Design(what)
}

fn digits(text: &str) -> Vec<Action> {
    text.chars().map(|digit| design(Design::Digit(digit))).collect()
}

fn filters(state: &Bench, block: usize) -> String {
    let row = &state.rows()[block + 3];
    row.cells.iter().find(|cell| cell.label == "filters").unwrap().value.clone()
}

#[test]
fn the_cursor_begins_on_the_width_of_the_first_block() {
    let state = state("micro");
    let (place, cell) = state.selected().unwrap();
    assert_eq!((place, cell.label, cell.value.as_str()), (Place::Block(0), "filters", "6"));
}

#[test]
fn digits_are_a_number_that_costs_something_at_every_keystroke() {
    let mut state = state("micro");
    let before = state.sheet.model().unwrap().estimate.params;
    does(&mut state, &digits("1"));
    assert_eq!(filters(&state, 0), "1");
    assert!(state.sheet.model().unwrap().estimate.params < before);
    does(&mut state, &digits("2"));
    assert_eq!((filters(&state, 0).as_str(), state.typed()), ("12", Some("12")));
    does(&mut state, &[design(Design::Erase)]);
    assert_eq!(filters(&state, 0), "1");
    does(&mut state, &[design(Design::Cancel)]);
    assert_eq!((filters(&state, 0).as_str(), state.sheet.is_changed()), ("6", false));
}

#[test]
fn what_was_typed_into_a_cell_is_undone_at_once() {
    let mut state = state("micro");
    does(&mut state, &digits("123"));
    does(&mut state, &[Action::Move(Move::Down)]);
    does(&mut state, &digits("9"));
    assert!(state.sheet.undo() && filters(&state, 0) == "123" && filters(&state, 1) == "12");
    assert!(state.sheet.undo() && filters(&state, 0) == "6");
    assert!(!state.sheet.undo());
}

#[test]
fn a_number_out_of_range_is_a_fault_and_the_numbers_stay() {
    let mut state = state("micro");
    let before = state.sheet.model().unwrap().estimate.clone();
    let reply = does(&mut state, &digits("0"));
    assert_eq!(reply.notice.unwrap().severity, Severity::Warning);
    assert!(state.sheet.faults().is_some());
    assert_eq!(state.sheet.model().unwrap().estimate, before);
    does(&mut state, &[design(Design::Cancel)]);
    assert!(state.sheet.faults().is_none());
}

#[test]
fn plus_and_minus_stay_within_what_is_legal() {
    let mut state = state("micro");
    does(&mut state, &[design(Design::Step(1))]);
    assert_eq!(filters(&state, 0), "7");
    for _ in 0..10 {
        does(&mut state, &[design(Design::Step(-1))]);
    }
    assert_eq!(filters(&state, 0), "1");
    // The stride wraps around.
    does(&mut state, &[Action::Move(Move::Right), Action::Move(Move::Right)]);
    for wanted in ["2", "3", "1"] {
        does(&mut state, &[design(Design::Step(1))]);
        assert_eq!(state.selected().unwrap().1.value, wanted);
    }
}

#[test]
fn a_digit_chooses_among_kernels_and_others_are_refused() {
    let mut state = state("micro");
    does(&mut state, &[Action::Move(Move::Right)]);
    does(&mut state, &digits("5"));
    assert_eq!(state.selected().unwrap().1.value, "5");
    let reply = does(&mut state, &digits("4"));
    assert!(reply.notice.unwrap().text.contains("1, 3, 5"));
    assert_eq!(state.selected().unwrap().1.value, "5");
}

#[test]
fn blocks_are_added_copied_moved_and_removed_with_their_comments() {
    let mut state = state("squeeze");
    let blocks = |state: &Bench| state.sheet.model().unwrap().spec.config.blocks.len();
    let first = blocks(&state);
    does(&mut state, &[design(Design::AddKind(BlockKind::Bottleneck))]);
    assert_eq!((blocks(&state), state.selected().unwrap().0), (first + 1, Place::Block(1)));
    assert_eq!(filters(&state, 1), filters(&state, 0), "as wide as what it follows");
    does(&mut state, &[design(Design::Duplicate), design(Design::Shift { down: true })]);
    assert_eq!((blocks(&state), state.row), (first + 2, 5));
    does(&mut state, &[design(Design::Delete), design(Design::Delete), design(Design::Delete)]);
    assert_eq!(blocks(&state), first - 1);
    assert!(state.sheet.text().contains("# the stride applies to the first"));
    while state.sheet.undo() {}
    assert_eq!(state.sheet.text(), preset("squeeze".as_ref()).unwrap());
}

#[test]
fn a_block_of_another_type_loses_only_the_keys_it_cannot_have() {
    let mut state = state("squeeze");
    does(&mut state, &[Action::Move(Move::Down), Action::Move(Move::First)]);
    (state.row, state.cell) = (4, 0);
    does(&mut state, &[design(Design::Set("separable".into()))]);
    assert!(state.sheet.faults().is_none(), "{:?}", state.sheet.faults());
    assert_eq!(state.rows()[state.row].cells.iter().find(|cell| cell.label == "stride").unwrap().value, "2");
}

#[test]
fn squeeze_and_excitation_comes_goes_and_moves() {
    let mut state = state("squeeze");
    (state.row, state.cell) = (4, 5);
    assert_eq!(state.selected().unwrap().1.label, "SE after");
    let params = |state: &Bench| state.sheet.model().unwrap().estimate.params;
    let with = params(&state);
    does(&mut state, &[design(Design::Set("none".into()))]);
    assert!(params(&state) < with);
    does(&mut state, &[design(Design::Set("project".into()))]);
    assert!(state.sheet.text().contains("squeeze_excite = { after = \"project\" }"), "{}", state.sheet.text());
    assert!(state.sheet.faults().is_none());
}

#[test]
fn words_and_numbers_of_the_model_are_written_as_toml() {
    let mut state = state("micro");
    for (row, label, value, wanted) in [
        (0, "name", "my_net", "name = \"my_net\""),
        (0, "classes", "7", "num_classes = 7"),
        (0, "classes", "auto", "num_classes = \"auto\""),
        (0, "width ×", "0.5", "width_multiplier = 0.5"),
        (1, "precision", "float", "precision = \"float\""),
        (0, "batch norm", "false", "batch_norm = false"),
        (11, "pool", "avg", "pool = \"avg\""),
    ] {
        state.row = row;
        state.cell = state.rows()[row].cells.iter().position(|cell| cell.label == label).unwrap();
        does(&mut state, &[design(Design::Set(value.into()))]);
        assert!(state.sheet.text().contains(wanted), "{label}: {}", state.sheet.text());
        assert!(state.sheet.faults().is_none(), "{label}: {:?}", state.sheet.faults());
    }
}

#[test]
fn the_width_multiplier_goes_in_steps_of_a_twentieth_and_never_to_nothing() {
    let mut state = state("micro");
    (state.row, state.cell) = (0, 5);
    does(&mut state, &[design(Design::Step(1))]);
    assert_eq!(state.selected().unwrap().1.value, "1.05");
    for _ in 0..60 {
        does(&mut state, &[design(Design::Step(-1))]);
    }
    assert!(state.sheet.faults().is_none());
    assert_eq!(state.selected().unwrap().1.value, "0.05");
}

#[test]
fn text_and_table_are_in_step() {
    let mut state = state("micro");
    does(&mut state, &[Action::Focus { back: false }]);
    assert_eq!((state.pane, state.context()), (Pane::Text, Context::Editor));
    let (line, _) = state.editor.cursor();
    assert!(state.sheet.text().lines().nth(line).unwrap().starts_with("filters = 6"));
    let key = |key| Action::Type(ratatui_textarea::Input { key, ctrl: false, alt: false, shift: false });
    does(&mut state, &[key(ratatui_textarea::Key::End), key(ratatui_textarea::Key::Char('4'))]);
    assert_eq!(filters(&state, 0), "64");
    does(&mut state, &[Action::Back]);
    assert_eq!(state.pane, Pane::Table);
    does(&mut state, &digits("8"));
    assert!(state.editor.text() == state.sheet.text());
}

#[test]
fn a_text_that_was_never_valid_opens_at_its_first_error() {
    let state = state_of("[model]\nname = \"a\"\n[stem]\nfilters = \"many\"\n");
    assert_eq!((state.pane, state.rows().len()), (Pane::Text, 0));
    assert_eq!(state.editor.cursor().0, 3);
}

#[test]
fn too_much_is_not_pasted() {
    let mut state = state("micro");
    does(&mut state, &[Action::Focus { back: false }]);
    let reply = does(&mut state, &[Action::Paste("a".repeat(1 << 20))]);
    assert_eq!(reply.notice.unwrap().severity, Severity::Error);
    assert!(!state.sheet.is_changed());
    state.editor.go_to(0, 0);
    does(&mut state, &[Action::Paste("# a\n# b\n".into())]);
    assert!(state.sheet.text().contains("# a\n# b\n") && state.sheet.faults().is_none());
}

#[test]
fn the_baseline_is_what_was_there_when_it_was_pinned() {
    let mut state = state("micro");
    does(&mut state, &[design(Design::Pin), design(Design::Step(1))]);
    let now = state.sheet.model().unwrap().estimate.params;
    let (name, then) = state.sheet.pinned().unwrap();
    assert!(name == "micro" && then.params < now);
    does(&mut state, &[design(Design::Pin)]);
    assert!(state.sheet.pinned().is_none());
}

#[test]
fn the_view_contains_what_is_shown_without_a_terminal() {
    let mut bench = state("micro");
    does(&mut bench, &digits("12"));
    let view = bench.screen.view(&bench.sheet);
    assert_eq!((view.pane, view.row, view.cell, view.typed), (Pane::Table, FIRST_ROW, 1, Some("12")));
    assert_eq!(view.rows[view.row].cells[view.cell].value, "12");
}

#[test]
fn small_numbers_go_in_small_steps() {
    let mut state = state_of("[train]\nlearning_rate = 0.009\n[[blocks]]\ntype = \"conv\"\nfilters = 4\n");
    does(&mut state, &[design(Design::GoTo(KeyPath::of("train.learning_rate")))]);
    assert_eq!((state.pane, state.context()), (Pane::Settings, Context::Settings));
    for (by, expected) in [(1, "0.01"), (1, "0.02"), (-1, "0.01"), (-1, "0.009"), (-8, "0.001"), (-1, "0.0009")] {
        does(&mut state, &[design(Design::Step(by))]);
        assert_eq!(state.selected().unwrap().1.value, expected);
        assert!(state.sheet.faults().is_none());
    }
    does(&mut state, &[design(Design::Default)]);
    assert_eq!(state.selected().unwrap().1.value, "0.001");
    does(&mut state, &[design(Design::GoTo(KeyPath::of("augment.rotate"))), design(Design::Step(1))]);
    assert_eq!(state.selected().unwrap().1.value, "1");
}

#[test]
fn a_cell_knows_its_value_on_disk_while_its_block_is_the_same() {
    let mut state = state("micro");
    does(&mut state, &digits("30"));
    let cell = state.selected().unwrap().1;
    let line = |state: &Bench, cell: &Cell| {
        range::state_line(cell, state.sheet.saved_value(&cell.key).as_deref(), state.sheet.boards())
    };
    assert_eq!(line(&state, &cell), "1–4096; now 30 (saved 6).");
    let topic = state.topic(&state.sheet).unwrap();
    assert!(topic.paragraphs.iter().any(|text| text.starts_with("Cost: ")), "{topic:?}");
    does(&mut state, &[design(Design::Duplicate)]);
    let cell = state.selected().unwrap().1;
    assert_eq!(line(&state, &cell), "1–4096; now 30.", "blocks have moved");
}

#[test]
fn the_wheel_scrolls_the_text() {
    let mut state = state("micro");
    does(&mut state, &[Action::Focus { back: false }]);
    let before = state.editor.cursor().0;
    does(&mut state, &[Action::Move(Move::Down), Action::Move(Move::Down)]);
    assert_eq!(state.editor.cursor().0, before + 2);
}
