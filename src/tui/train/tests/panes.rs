//! The matrix, images shown large, and the mouse.

use super::queue::queued;
use super::*;

#[test]
fn the_matrix_has_totals_a_selected_cell_and_the_best_epoch() {
    let mut state = training(5);
    let event = Event::Epoch { metrics: metrics(3), insight: insight(3, 5), is_best: false };
    tell(&mut state, 0, event);
    press(&mut state, &Action::Focus { back: false });
    press(&mut state, &Action::Move(Move::Right));
    let text = drawn(&state, 120, 30, themes()[1]);
    assert!(text.contains("epoch 3") && text.contains(" n"), "{text}");
    assert!(text.contains(": 10 of 40, 25.0 %; Enter shows them"), "{text}");
    act(&mut state, Train::Best, &sheet());
    let text = drawn(&state, 120, 30, themes()[1]);
    assert!(text.contains("epoch 2 (best)"), "{text}");
    assert!(press(&mut state, &Action::Enter).notice.is_none());
    let viewer = state.viewer.as_ref().unwrap();
    assert_eq!((viewer.images.len(), viewer.insight.epoch), (10, 2));
    assert_eq!(state.context(), Context::Images);
    press(&mut state, &Action::Back);
    press(&mut state, &Action::Move(Move::Last));
    press(&mut state, &Action::Move(Move::Left));
    assert!(press(&mut state, &Action::Enter).notice.is_some() && state.viewer.is_none(), "an empty cell");
    // Without colours and without room for numbers, tenths replace shades.
    let hundred = drawn(&training(100), 80, 21, themes()[1]);
    assert!(!hundred.contains(['░', '▒', '▓']) && hundred.contains('#'), "{hundred}");
}

#[test]
fn images_are_opened_relabelled_set_aside_and_moved_back() {
    let mut state = training(5);
    let sheet = sheet();
    state.pane = Pane::Mistakes;
    press(&mut state, &Action::Enter);
    let text = drawn(&state, 80, 21, themes()[0]);
    assert!(text.contains("image 1 of 50") && text.contains("pictures/flowers/"), "{text}");
    let file = |class: &str| PathBuf::from(format!("pictures/flowers/c\u{7} {class}/3\u{1b}[31m.png"));
    let reply = act(&mut state, Train::OpenImage, &sheet);
    assert_eq!(reply.effects, [effect::Effect::Screen(Effect::Open { id: 0, path: file("3") })]);
    let Some(Dialog::Choose(choose)) = act(&mut state, Train::Relabel, &sheet).dialog else { panic!("no choice") };
    assert_eq!(choose.choices.len(), 4);
    assert_eq!(choose.choices[choose.at].action, Action::Train(Train::RelabelAs(4)), "what was predicted comes first");
    let carry_out = |state: &mut State, reply: Reply| {
        let [effect::Effect::Screen(Effect::Move(moving))] = &reply.effects[..] else { panic!("{reply:?}") };
        let said = tell(state, 0, Event::Moved(moving.clone(), Ok(moving.to.clone()))).notice.unwrap().text;
        let is_kept = moving.to.starts_with("pictures/flowers");
        assert_eq!(said.contains("later read it there"), is_kept && !moving.is_undo, "{said}");
        assert_eq!(said.contains("later do not use it"), !is_kept, "{said}");
        moving.clone()
    };
    let reply = act(&mut state, Train::RelabelAs(4), &sheet);
    let moving = carry_out(&mut state, reply);
    assert_eq!((moving.from, moving.to), (file("3"), file("4")));
    assert!(act(&mut state, Train::SetAside, &sheet).effects.is_empty(), "it was moved already");
    assert!(drawn(&state, 80, 21, themes()[0]).contains("moved to pictures/flowers/"));
    press(&mut state, &Action::Move(Move::Right));
    let reply = act(&mut state, Train::SetAside, &sheet);
    let aside = carry_out(&mut state, reply);
    assert!(aside.to.starts_with("pictures/set-aside/"), "{}", aside.to.display());
    for expected in [aside.from, file("3")] {
        let reply = act(&mut state, Train::Undo, &sheet);
        assert_eq!(carry_out(&mut state, reply).to, expected);
    }
    assert!(act(&mut state, Train::Undo, &sheet).effects.is_empty());
    // Other sources say why not.
    state.sessions[0].folder = Err("not files".into());
    assert_eq!(act(&mut state, Train::Relabel, &sheet).notice.unwrap().text, "not files");
    state.sessions[0].folder = Ok("pictures/flowers".into());
    Arc::make_mut(state.sessions[0].dataset.as_mut().unwrap()).validation.names[3] = "all/3.png".into();
    press(&mut state, &Action::Move(Move::Left));
    assert!(act(&mut state, Train::SetAside, &sheet).notice.unwrap().text.contains("not in a folder named"));
}

#[test]
fn clicks_select_trainings_epochs_cells_and_mistakes() {
    let mut state = queued();
    let body = Rect::new(0, 1, 160, 45);
    state.resized(body, &SHEET, &mut Reply::default());
    let area = Rect::new(0, 0, 160, 46);
    let click = |state: &mut State, find: &dyn Fn(&str) -> Option<usize>| {
        let mut buffer = Buffer::empty(area);
        State::draw(&state.view(&SHEET), body, &mut buffer, themes()[0]);
        let lines: Vec<String> =
            buffer.content.chunks(160).map(|line| line.iter().map(Cell::symbol).collect()).collect();
        let (y, x) = lines.iter().enumerate().find_map(|(y, line)| Some((y, find(line)?))).unwrap();
        state.click(body, Position { x: x as u16, y: y as u16 }, &mut sheet(), &mut Reply::default());
    };
    let column = |line: &str, text: &str| line.find(text).map(|at| line[..at].chars().count());
    click(&mut state, &|line| column(line, "two queued"));
    assert_eq!((state.pane, state.shown().map(|shown| &*shown.name)), (Pane::Queue, Some("two")));
    click(&mut state, &|line| column(line, "micro 3/60"));
    click(&mut state, &|line| column(line, "┴"));
    assert_eq!(state.pane, Pane::Curves);
    let plot = Position { x: 40, y: 15 };
    state.click(body, plot, &mut sheet(), &mut Reply::default());
    assert!(state.cursor.is_some());
    // The row of the first class, in the column of the second.
    click(&mut state, &|line| column(line, "c� 0").or_else(|| column(line, "c\\u{7} 0")).map(|at| at + 20));
    assert_eq!(state.pane, Pane::Confusion);
    click(&mut state, &|line| column(line, "99 %"));
    assert_eq!((state.pane, state.mistake), (Pane::Mistakes, 0));
    click(&mut state, &|line| column(line, "99 %"));
    assert!(state.viewer.is_some(), "a second click opens it");
}
