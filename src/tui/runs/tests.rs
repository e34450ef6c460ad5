//! Tests of the Runs screen.

use super::charts::pareto;
use super::column::Column;
use super::row::{Costs, Recall, Row, RunContents};
use super::*;
use crate::runs::{RunInfo, Status};
use crate::train::{EpochMetrics, Selection};
use crate::tui::theme::Theme;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use std::path::Path;

fn row(name: &str, day: i64, accuracies: &[f64], ram_bytes: u64) -> Row {
    let history: Vec<EpochMetrics> = accuracies
        .iter()
        .zip(1..)
        .map(|(share, epoch)| EpochMetrics {
            epoch,
            loss: 1.0,
            accuracy: *share,
            val_loss: 1.0 - share,
            val_accuracy: *share,
            lr: 0.001,
            images_per_second: 1.0,
            seconds: 1.0,
        })
        .collect();
    let mut info = RunInfo { name: name.into(), status: Status::Finished, classes: 5, ..RunInfo::default() };
    info.data.source = "flowers".into();
    info.started = jiff::Timestamp::from_second(1_700_000_000 + day * 86_400).unwrap();
    info.record(&history, &Selection::default());
    let folder = format!("{day}_{name}");
    Row {
        path: Path::new("runs").join(&folder),
        folder,
        number: day as usize,
        age: (30 - day) * 3_600 * 7,
        started: info.started.to_zoned(TimeZone::UTC),
        found: Ok(RunContents {
            info,
            history,
            config: format!("[model]\nname = \"{name}\"\n"),
            parsed: None,
            costs: Some(Costs { macs: ram_bytes * 30, ram_bytes, flash_bytes: 9_000 + ram_bytes, params: 976 }),
            int8: (name == "micro").then_some(0.875),
            recall: (name != "nano").then(|| Recall {
                on: "test, float".into(),
                classes: vec![("rose".into(), Some(0.5)), ("tulip".into(), None)],
            }),
            fault: None,
        }),
    }
}

fn broken() -> Row {
    Row {
        path: "runs/bad".into(),
        folder: "bad".into(),
        started: jiff::Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC),
        number: 4,
        age: 60 * 60 * 24 * 400,
        found: Err("run.json:3: damaged".into()),
    }
}

/// An empty configuration, which this screen does not show.
fn sheet() -> Sheet {
    Sheet::open("net.toml".into(), String::new(), crate::tui::design::Origin::New, crate::plan::Boards(Vec::new()))
}

fn listed(rows: Vec<Row>) -> State {
    let mut state = State::default();
    state.apply_news(News::Listed(Ok(rows)), &mut Reply::default());
    state
}

/// Runs of three networks, and one that cannot be read.
pub fn several() -> Vec<Row> {
    vec![
        row("pico", 1, &[0.4, 0.6], 1_000),
        row("micro", 3, &[0.5, 0.9], 4_000),
        row("nano", 2, &[0.3, 0.5], 2_000),
        broken(),
    ]
}

fn three() -> State {
    listed(several())
}

fn folders(state: &State) -> Vec<&str> {
    state.visible().map(|row| row.folder.as_str()).collect()
}

fn act(state: &mut State, what: &Runs) -> Reply {
    let mut reply = Reply::default();
    state.perform(what, &mut reply);
    reply
}

fn press(state: &mut State, action: &Action) -> Reply {
    let mut reply = Reply::default();
    state.update(action, &mut reply);
    reply
}

fn screen(state: &State, width: u16, height: u16, variables: &[(&str, &str)]) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    let of = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    State::draw(&state.view(&sheet()), area, &mut buffer, Theme::of(of));
    let lines = (0..height).map(|y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>());
    lines.map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

#[test]
fn runs_are_sorted_by_any_column_and_broken_ones_come_last() {
    let mut state = three();
    assert_eq!(folders(&state), ["3_micro", "2_nano", "1_pico", "bad"]);
    let mut seen = Vec::new();
    for _ in Column::ALL {
        act(&mut state, &Runs::Sort);
        seen.push((state.sorted, folders(&state)[0].to_owned()));
    }
    for expected in
        [(Column::Name, "3_micro"), (Column::Best, "3_micro"), (Column::Ram, "1_pico"), (Column::Macs, "1_pico")]
    {
        assert!(seen.contains(&(expected.0, expected.1.to_owned())), "{expected:?} in {seen:?}");
    }
    assert_eq!(state.sorted, Column::Age);
    act(&mut state, &Runs::Reverse);
    assert_eq!(folders(&state), ["bad", "1_pico", "2_nano", "3_micro"]);
}

#[test]
fn a_filter_narrows_and_esc_shows_all() {
    let mut state = three();
    press(&mut state, &Action::Move(Move::Down));
    press(&mut state, &Action::Find);
    assert_eq!(state.context(), Context::Filter);
    state.type_filter(&Action::Paste("NANO flow".into()));
    assert_eq!(folders(&state), ["2_nano"]);
    state.type_filter(&Action::Paste(" nothing".into()));
    assert!(screen(&state, 80, 21, &[]).contains("Esc shows all"));
    state.type_filter(&Action::Back);
    assert_eq!((folders(&state).len(), state.context()), (4, Context::Runs));
}

#[test]
fn the_cursor_stays_on_its_run_when_the_list_changes() {
    let mut state = three();
    press(&mut state, &Action::Move(Move::Down));
    assert_eq!(state.selected().unwrap().folder, "2_nano");
    act(&mut state, &Runs::Reverse);
    assert_eq!(state.selected().unwrap().folder, "2_nano");
    let rows = vec![row("new", 9, &[], 10), row("nano", 2, &[0.3], 2_000)];
    state.apply_news(News::Listed(Ok(rows)), &mut Reply::default());
    assert_eq!(state.selected().unwrap().folder, "2_nano");
    state.apply_news(News::Listed(Ok(Vec::new())), &mut Reply::default());
    assert!(state.selected().is_none());
}

#[test]
fn pinned_runs_are_compared_with_the_one_under_the_cursor() {
    let mut state = three();
    act(&mut state, &Runs::Pin);
    press(&mut state, &Action::Move(Move::Down));
    act(&mut state, &Runs::Pin);
    let line = state.command(&sheet());
    assert_eq!(line.as_deref(), Some("micromobilenet --report runs/3_micro runs/2_nano"));
    let Some(Dialog::Page(page)) = press(&mut state, &Action::Enter).dialog else { panic!("no page") };
    let text: Vec<String> = page.lines.iter().map(ToString::to_string).collect();
    let line = |name: &str| {
        let line = text.iter().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {text:#?}"));
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("best"), "best 90.0 % 50.0 %");
    assert_eq!(line("int8"), "int8 87.5 % –");
    assert_eq!(line("flash B"), "flash B 13,000 11,000");
    assert_eq!(line("rose"), "rose 50.0 % –");
    assert_eq!(line("model.name"), "model.name micro nano");
    assert!(text.iter().all(|line| Line::from(line.as_str()).width() <= 74), "{text:#?}");
    assert!(text.contains(&"- name = \"micro\"".to_owned()) && text.contains(&"+ name = \"nano\"".to_owned()));
    act(&mut state, &Runs::Pin);
    assert_eq!(state.pinned.len(), 1);
    press(&mut state, &Action::Back);
    assert!(state.pinned.is_empty());
    press(&mut state, &Action::Move(Move::Last));
    assert!(act(&mut state, &Runs::Pin).notice.is_some() && state.pinned.is_empty(), "a broken run has no curve");
    let Some(Dialog::Page(page)) = press(&mut state, &Action::Enter).dialog else { panic!("no page") };
    assert!(page.lines[0].to_string().contains("damaged"));
}

#[test]
fn deleting_asks_and_spares_runs_that_are_training_or_unreadable() {
    let mut state = three();
    let reply = act(&mut state, &Runs::Delete);
    let Some(Dialog::Ask(ask)) = reply.dialog else { panic!("no question") };
    assert_eq!(ask.answers[0].2, None, "the safe answer comes first");
    assert_eq!(ask.answers[1].0, 'x', "not the key that asked");
    let path = PathBuf::from("runs/3_micro");
    assert_eq!(ask.answers[1].2, Some(Action::Runs(Runs::DeleteAnyway(path.clone()))));
    let reply = act(&mut state, &Runs::DeleteAnyway(path.clone()));
    assert_eq!(reply.effects, [effect::Effect::Screen(Effect::Delete(path.clone()))]);
    let mut reply = Reply::default();
    state.apply_news(News::Deleted(path, Ok("runs/.trash/3_micro".into())), &mut reply);
    assert_eq!(reply.effects, [effect::Effect::Screen(Effect::List)]);
    assert_eq!(reply.notice.unwrap().text, "3_micro is in runs/.trash/3_micro; u restores it");
    press(&mut state, &Action::Move(Move::Last));
    assert!(act(&mut state, &Runs::Delete).dialog.is_none(), "a broken run is spared");
    let mut at_work = row("micro", 1, &[], 1);
    at_work.found.as_mut().unwrap().info.status = Status::Running;
    assert!(act(&mut listed(vec![at_work]), &Runs::Delete).dialog.is_none());
}

#[test]
fn deleted_runs_come_back_in_reverse_order() {
    let mut state = three();
    assert!(act(&mut state, &Runs::Restore).effects.is_empty(), "nothing was deleted");
    let pair =
        |name: &str| Discarded { path: Path::new("runs").join(name), trash: Path::new("runs/.trash").join(name) };
    for name in ["3_micro", "2_nano"] {
        state.apply_news(News::Deleted(pair(name).path, Ok(pair(name).trash)), &mut Reply::default());
    }
    for name in ["2_nano", "3_micro"] {
        let reply = act(&mut state, &Runs::Restore);
        assert_eq!(reply.effects, [effect::Effect::Screen(Effect::Restore(pair(name)))]);
        // A failure keeps the run in the trash, and says where it is.
        let mut reply = Reply::default();
        state.apply_news(News::Restored(pair(name), Err("no right".into())), &mut reply);
        assert!(reply.notice.unwrap().text.ends_with(&format!("it is in runs/.trash/{name}")));
        state.apply_news(News::Restored(pair(name), Ok(())), &mut Reply::default());
    }
    assert!(act(&mut state, &Runs::Restore).effects.is_empty());
}

#[test]
fn the_front_is_made_of_runs_that_no_other_beats_in_both() {
    let points = [(3.0, 0.5), (1.0, 0.4), (2.0, 0.6), (2.0, 0.5), (4.0, 0.9)];
    assert_eq!(pareto(&points), [(1.0, 0.4), (2.0, 0.6), (4.0, 0.9)]);
    assert!(pareto(&[]).is_empty());
}

#[test]
fn a_point_of_several_runs_has_the_name_of_the_compared_one() {
    let mut state = listed([8, 7, 6].map(|number| row("same", number, &[0.9], 1_000)).to_vec());
    state.set_pins(vec!["runs/6_same".into()]);
    state.at = 2;
    assert!(screen(&state, 80, 21, &[("TERM", "xterm-256color")]).contains("6 same +2"));
}

#[test]
fn a_screen_shows_figures_curves_and_costs() {
    let mut state = three();
    act(&mut state, &Runs::Pin);
    let text = screen(&state, 80, 21, &[("TERM", "xterm-256color")]);
    for part in
        ["4 runs", "▾age", "RAM B", "90.0 %", "87.5 %", "13,000", "bad: run.json:3: damaged", "Validation accuracy"]
    {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(text.contains("Accuracy over RAM") && text.contains("● 3 micro"), "{text}");
    press(&mut state, &Action::Focus { back: false });
    act(&mut state, &Runs::Axis);
    act(&mut state, &Runs::Axis);
    let text = screen(&state, 80, 21, &[("TERM", "xterm")]);
    assert!(text.contains("Validation loss") && text.contains("Accuracy over MACs"), "{text}");
    let wide = screen(&state, 160, 45, &[("TERM", "xterm")]);
    assert!(wide.contains("Validation loss") && wide.contains("Validation accuracy"), "{wide}");
    let console = screen(&state, 80, 21, &[("TERM", "linux")]);
    assert!(console.contains("a*") && console.contains("vage"), "{console}");
    assert!(!console.chars().any(|sign| ('\u{2800}'..'\u{2900}').contains(&sign)), "{console}");
}

#[test]
fn a_click_goes_to_a_run() {
    let mut state = three();
    state.click(Rect::new(0, 1, 80, 21), Position { x: 5, y: 4 }, &mut sheet(), &mut Reply::default());
    assert_eq!(state.selected().unwrap().folder, "2_nano");
    state.click(Rect::new(0, 1, 80, 21), Position { x: 5, y: 15 }, &mut sheet(), &mut Reply::default());
    assert_eq!(state.at, 1);
}

#[test]
fn a_click_on_a_heading_sorts_and_a_second_on_a_run_opens_it() {
    let mut state = three();
    let body = Rect::new(0, 1, 80, 21);
    let click = |state: &mut State, x, y| {
        let mut reply = Reply::default();
        state.click(body, Position { x, y }, &mut sheet(), &mut reply);
        reply
    };
    // The heading of the names.
    click(&mut state, 7, 2);
    assert_eq!((state.sorted, state.is_reversed), (Column::Name, false));
    click(&mut state, 7, 2);
    assert_eq!((state.sorted, state.is_reversed), (Column::Name, true));
    let place = state.at as u16;
    assert!(matches!(click(&mut state, 7, 3 + place).dialog, Some(Dialog::Page(_))));
}

#[test]
fn the_table_is_exported_as_it_is_shown() {
    let mut state = three();
    state.filter = crate::tui::line::Line::new("o");
    state.sort_by(Column::Number);
    let reply = act(&mut state, &Runs::Export);
    let [effect::Effect::Screen(Effect::Export(text))] = &reply.effects[..] else { panic!("{reply:?}") };
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    let columns = lines[0].split(',').count();
    assert!(lines.iter().all(|line| line.split(',').count() == columns), "{text}");
    assert!(
        lines[1].starts_with("1,1_pico,pico,2023-11-15T22:13:20Z,finished,2,2,0.6,0.6,,1000,10000,30000,976,5,2,"),
        "{text}"
    );
    let mut reply = Reply::default();
    state.apply_news(News::Exported(Ok("runs/runs.csv".into())), &mut reply);
    assert_eq!(reply.notice.unwrap().text, "wrote 3 runs to runs/runs.csv");
}

#[test]
fn two_runs_of_a_minute_differ_and_a_long_error_wraps() {
    let mut rows = vec![row("micro", 1, &[0.5], 10), row("micro", 1, &[0.6], 10)];
    (rows[1].number, rows[1].path) = (2, "runs/second".into());
    let text = screen(&listed(rows.clone()), 80, 21, &[]);
    let lines: Vec<String> = text
        .lines()
        .filter(|line| line.contains("micro  "))
        .map(|line| line.chars().skip(2).take(4).collect::<String>())
        .collect();
    assert!(lines.len() == 2 && lines[0] != lines[1], "{text}");
    rows[1].found.as_mut().unwrap().fault = Some("a long explanation of an error ".repeat(6) + "and its end");
    let text = screen(&listed(rows), 80, 21, &[]);
    assert!(text.contains("and its end"), "{text}");
}

#[test]
fn losses_of_the_first_epochs_do_not_flatten_the_rest() {
    let mut wild = row("micro", 1, &[0.5; 60], 10);
    for (at, metrics) in wild.found.as_mut().unwrap().history.iter_mut().enumerate() {
        metrics.val_loss = if at == 0 { 90.0 } else { 0.7 };
    }
    let mut state = listed(vec![wild]);
    press(&mut state, &Action::Focus { back: false });
    let text = screen(&state, 100, 30, &[("TERM", "xterm-256color")]);
    assert!(text.contains("0.70┤") && !text.contains("90.0"), "{text}");
}

#[test]
fn an_empty_list_says_what_to_do() {
    assert!(screen(&State::default(), 80, 21, &[]).contains("being read"));
    assert!(screen(&listed(Vec::new()), 80, 21, &[]).contains("t trains the network"));
    let mut state = State::default();
    state.apply_news(News::Listed(Err("no right".into())), &mut Reply::default());
    assert!(screen(&state, 80, 21, &[]).contains("no right"));
}

#[test]
fn hostile_names_do_no_harm() {
    let mut hostile = row("\u{1b}[31mx\u{202e}", 1, &[0.5, f64::NAN], 0);
    hostile.found.as_mut().unwrap().info.data.source = "\u{7}a\nb".into();
    hostile.found.as_mut().unwrap().config = "\u{1b}]0;x\u{7}".into();
    let mut state = listed(vec![hostile]);
    let text = screen(&state, 160, 45, &[]);
    assert!(!text.chars().any(|sign| (sign.is_control() && sign != '\n') || sign == '\u{202e}'), "{text}");
    let Some(Dialog::Page(page)) = press(&mut state, &Action::Enter).dialog else { panic!("no page") };
    assert!(!page.lines.iter().any(|line| line.to_string().chars().any(char::is_control)));
}

#[test]
fn no_size_is_too_odd() {
    let mut many: Vec<Row> = (0..70).map(|day| row("micro", day, &[0.1, 0.5], 10 + day as u64)).collect();
    many.push(broken());
    let mut full = listed(many);
    act(&mut full, &Runs::Pin);
    press(&mut full, &Action::Move(Move::Last));
    for state in [State::default(), listed(Vec::new()), three(), full] {
        for (width, height) in
            (0..200).step_by(7).flat_map(|width| (0..60).step_by(3).map(move |height| (width, height)))
        {
            screen(&state, width, height, &[]);
            screen(&state, width, height, &[("TERM", "linux")]);
        }
    }
}

#[test]
fn the_view_contains_what_is_shown_without_a_terminal() {
    let mut state = listed(several());
    press(&mut state, &Action::Move(Move::Down));
    act(&mut state, &Runs::Pin);
    let sheet = sheet();
    let view = state.view(&sheet);
    assert_eq!((view.all, view.at, view.pinned.len(), view.failure), (Some(several().len()), 1, 1, None));
    assert_eq!(view.selected().map(|row| &row.path), view.pinned.first());
}
