//! Tests of the state after keys and events, and of its drawing.

use super::*;
use crate::codegen::Sources;
use crate::config::{Edit, Value, preset};
use crate::graph::{Graph, Weights};
use crate::jobs::{Export, Network};
use crate::plan::{Boards, Estimate};
use crate::quant::{Comparison, LayerNoise};
use crate::tui::design::Origin;
use crate::tui::effect::Severity;
use crate::tui::theme::Theme;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;

fn sheet() -> Sheet {
    let text = preset("micro".as_ref()).unwrap().to_owned();
    Sheet::open("micro.toml".into(), text, Origin::File, Boards::built_in().unwrap())
}

fn set(sheet: &mut Sheet, key: &str, value: &str) {
    sheet.edit(None, &Edit::set(key, Value::parse(value))).unwrap();
}

fn act(state: &mut State, what: Deploy, sheet: &Sheet) -> Reply {
    let mut reply = Reply::default();
    state.perform(what, sheet, &mut reply);
    reply
}

fn tell(state: &mut State, news: News) -> Reply {
    let mut reply = Reply::default();
    state.receive(news, &mut reply);
    reply
}

/// An export of `sheet` with a made-up header and true estimates; `None` if the configuration is invalid.
pub fn prepared(sheet: &Sheet) -> Option<Prepared> {
    let model = sheet.model()?;
    let graph = Graph::of_file(&model.spec, 10).unwrap();
    let build = |precision| {
        let estimate = Estimate::of(&graph, precision, model.spec.config.export.plan);
        let header = format!("// {} \u{1b}[31m\n#pragma once\nint a = 1;\n", precision.word());
        let sources = Sources { class_name: "Micro".into(), header, samples: String::new(), sketch: String::new() };
        let network =
            Network { graph: graph.clone(), weights: Weights::default(), quantised: None, labels: Vec::new() };
        let export = Export { sources, accuracy: None, int8_accuracy: None, estimate, network };
        Build { export, lines: 3 }
    };
    let layers = graph.ops.iter().enumerate().map(|(at, op)| LayerNoise {
        name: op.name.clone(),
        snr_db: 30.0,
        alone_snr_db: if at == 3 { 12.5 } else { 40.0 },
        alone_accuracy: 0.9,
    });
    Some(Prepared {
        run: "runs/2026 micro".into(),
        hash: "0".into(),
        metrics: None,
        settings: ExportSettings::of(&model.spec),
        overrides: Vec::new(),
        float: build(Precision::Float),
        int8: build(Precision::Int8),
        comparison: Comparison {
            images: 1000,
            float_accuracy: 0.878,
            int8_accuracy: 0.875,
            agreement: 0.991,
            layer_images: 32,
            layers: layers.collect(),
        },
    })
}

fn ready(sheet: &Sheet) -> State {
    let mut state = State::default();
    act(&mut state, Deploy::Prepare, sheet);
    tell(&mut state, News::Ready(Arc::new(prepared(sheet).unwrap())));
    tell(&mut state, News::Done);
    state
}

fn theme(pairs: &[(&str, &str)]) -> Theme {
    Theme::of(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
}

fn drawn(state: &State, sheet: &Sheet, width: u16, height: u16, theme: Theme) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    State::draw(&state.view(sheet), area, &mut buffer, theme);
    let lines = buffer.content.chunks(usize::from(width.max(1)));
    lines.map(|line| line.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned() + "\n").collect()
}

#[test]
fn without_weights_the_way_to_them_is_told() {
    let (mut state, sheet) = (State::default(), sheet());
    let mut reply = Reply::default();
    state.search(&sheet, &mut reply);
    assert!(matches!(&reply.effects[..], [effect::Effect::Screen(Effect::Look(_))]));
    tell(&mut state, News::Found(None));
    assert!(drawn(&state, &sheet, 80, 21, theme(&[])).contains("train it first: F3, then s"));
    act(&mut state, Deploy::Export, &sheet);
    let notice = tell(&mut state, News::Untrained).notice.unwrap();
    assert!(notice.severity == Severity::Warning && notice.text.contains("F3"), "{}", notice.text);
}

#[test]
fn x_writes_in_the_arithmetic_of_the_configuration() {
    let (mut state, mut sheet) = (State::default(), sheet());
    set(&mut sheet, "export.precision", "'int8'");
    let reply = act(&mut state, Deploy::Export, &sheet);
    let [effect::Effect::Screen(Effect::Prepare { write: Some(Precision::Int8), .. })] = &reply.effects[..] else {
        panic!("{:?}", reply.effects)
    };
    assert!(act(&mut state, Deploy::Export, &sheet).effects.is_empty(), "one at a time");
    tell(&mut state, News::Progress("reading images 3/9".into()));
    assert!(drawn(&state, &sheet, 80, 21, theme(&[])).contains("reading images 3/9   Esc stops"));
    let mut reply = Reply::default();
    state.update(&Action::Back, &sheet, &mut reply);
    assert_eq!(reply.effects, [effect::Effect::Screen(Effect::Stop)]);
    tell(&mut state, News::Ready(Arc::new(prepared(&sheet).unwrap())));
    let files = vec!["ArduinoCode/Micro/Micro.h".into(), "ArduinoCode/Micro/Micro.ino".into()];
    let checked = Checked::Equal { compiler: "g++".into(), images: 42 };
    let reply = tell(&mut state, News::Written { files, precision: Precision::Int8, checked });
    assert_eq!(reply.notice.unwrap().text, "wrote 2 files, checked with g++: 42 images equal");
    assert_eq!(reply.command.unwrap(), "micromobilenet --run 'runs/2026 micro' --precision int8 --export");
    tell(&mut state, News::Done);
    assert!(drawn(&state, &sheet, 80, 21, theme(&[])).contains("in ArduinoCode/Micro: Micro.h  Micro.ino"));
}

#[test]
fn an_export_that_was_not_checked_is_a_warning_and_a_wrong_one_is_told_in_full() {
    let (mut state, sheet) = (State::default(), sheet());
    act(&mut state, Deploy::Export, &sheet);
    let checked = Checked::Not("no C++ compiler found (c++, g++, clang++)".into());
    let files = vec!["ArduinoCode/Micro/Micro.h".into()];
    let notice = tell(&mut state, News::Written { files, precision: Precision::Float, checked }).notice.unwrap();
    assert_eq!(notice.severity, Severity::Warning);
    assert_eq!(notice.text, "wrote 1 files, not checked: no C++ compiler found (c++, g++, clang++)");
    tell(&mut state, News::Done);
    act(&mut state, Deploy::Export, &sheet);
    let why = "the exported header is wrong: for image3 of samples.h ".repeat(4);
    let reply = tell(&mut state, News::Wrong(why.clone()));
    let notice = reply.notice.unwrap();
    assert!(notice.severity == Severity::Error && notice.text.contains("nothing was written"), "{}", notice.text);
    let Some(Dialog::Page(page)) = reply.dialog else { panic!("no page") };
    let lines: Vec<String> = page.lines.iter().map(ToString::to_string).collect();
    assert_eq!(lines.join(" "), why.trim());
    assert!(lines.iter().all(|line| line.len() <= 76), "{lines:?}");
    let text = drawn(&state, &sheet, 80, 21, theme(&[]));
    assert!(!text.contains("in ArduinoCode") && !text.contains("Esc stops"), "{text}");
}

#[test]
fn both_arithmetics_stand_side_by_side_and_the_costliest_layer_is_marked() {
    let mut sheet = sheet();
    set(&mut sheet, "target.board", "'uno-r3'");
    let state = ready(&sheet);
    let text = drawn(&state, &sheet, 80, 21, theme(&[]));
    for part in ["87.8 %", "87.5 %", "-0.3 points on 1,000 images", "99.1 %", "too large", "AVR", "12.5"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let costliest = &sheet.model().unwrap().estimate.layers[3].name;
    assert!(text.contains(&format!("most noise: {costliest}")), "{text}");
}

#[test]
fn figures_of_another_design_are_not_shown() {
    let mut sheet = sheet();
    let state = ready(&sheet);
    assert!(drawn(&state, &sheet, 80, 21, theme(&[])).contains("87.5 %"));
    set(&mut sheet, "train.epochs", "3");
    assert!(drawn(&state, &sheet, 80, 21, theme(&[])).contains("87.5 %"), "the header is the same");
    set(&mut sheet, "stem.filters", "5");
    let text = drawn(&state, &sheet, 80, 21, theme(&[]));
    assert!(!text.contains("87.5 %") && text.contains("of other weights or another design"), "{text}");
    sheet.undo();
    let mut state = state;
    let found = Found { run: "runs/later".into(), best: None };
    tell(&mut state, News::Found(Some(found)));
    assert!(!drawn(&state, &sheet, 80, 21, theme(&[])).contains("87.5 %"), "there are later weights");
}

#[test]
fn tab_leads_to_memory_and_header() {
    let sheet = sheet();
    let mut state = ready(&sheet);
    let turn = |state: &mut State| state.update(&Action::Focus { back: false }, &sheet, &mut Reply::default());
    turn(&mut state);
    assert!(drawn(&state, &sheet, 80, 21, theme(&[])).contains("RAM over time"));
    turn(&mut state);
    let text = drawn(&state, &sheet, 80, 21, theme(&[]));
    assert!(text.contains("Micro.h in float, line 1 of 3") && text.contains("#pragma once"), "{text}");
    assert!(!text.contains('\u{1b}'));
    state.update(&Action::Move(Move::Last), &sheet, &mut Reply::default());
    let text = drawn(&state, &sheet, 80, 21, theme(&[]));
    assert!(text.contains("line 3 of 3") && !text.contains("#pragma once"), "{text}");
    let text = drawn(&state, &sheet, 160, 45, theme(&[]));
    assert!(text.contains("RAM over time") && text.contains("layers in float"), "{text}");
}

#[test]
fn the_command_line_has_what_differs_from_the_run() {
    let mut sheet = sheet();
    let trained = sheet.model().unwrap().spec.clone();
    set(&mut sheet, "export.plan", "'lowest-latency'");
    set(&mut sheet, "export.samples", "3");
    let settings = ExportSettings::of(&sheet.model().unwrap().spec);
    let overrides = settings.overrides(&trained);
    let shown: Vec<String> = overrides.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["export.plan=lowest-latency", "export.samples=3"]);
    let again = ConfigFile::parse("micro.toml", &trained.text, &overrides).unwrap();
    assert_eq!(ExportSettings::of(&again), settings);
}

#[test]
fn no_size_is_too_odd() {
    let sheet = sheet();
    let mut states = [State::default(), ready(&sheet)];
    let themes = [theme(&[("TERM", "linux")]), theme(&[("COLORTERM", "truecolor")]), theme(&[("NO_COLOR", "1")])];
    for (at, state) in states.iter_mut().enumerate() {
        for height in 0..60 {
            for width in (0..200).skip(at).step_by(2) {
                state.update(&Action::Focus { back: false }, &sheet, &mut Reply::default());
                drawn(state, &sheet, width, height, themes[usize::from(width + height) % 3]);
            }
        }
    }
}

#[test]
fn the_view_tells_what_is_shown_without_a_terminal() {
    let mut sheet = sheet();
    let state = ready(&sheet);
    let view = state.view(&sheet);
    assert_eq!((view.work, view.files.len(), view.part, view.has_prepared), (None, 0, Part::Layers, true));
    assert!(view.current.is_some());
    set(&mut sheet, "stem.filters", "5");
    let view = state.view(&sheet);
    assert!(view.current.is_none() && view.has_prepared, "they are of another design");
}
