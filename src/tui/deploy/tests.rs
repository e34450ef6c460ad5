//! Tests of the state after keys and events, and of its drawing.

use super::*;
use crate::codegen::Sources;
use crate::config::{ConfigFile, Edit, Precision, Value, preset};
use crate::graph::{Graph, Weights};
use crate::jobs::{Export, Network};
use crate::plan::{Boards, Estimate};
use crate::quant::{Comparison, LayerNoise};
use crate::runs::EpochSummary;
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

fn act(state: &mut State, what: &Deploy, sheet: &Sheet) -> Reply {
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
        is_chosen: false,
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

/// Two trained runs, the newest first.
pub fn trained() -> Vec<Trained> {
    let best = |val_accuracy| Some(EpochSummary { epoch: 7, val_accuracy, val_loss: 1.0, accuracy: 0.9, loss: 1.0 });
    vec![
        Trained { run: "runs/2026-02-01_10-00-00_pico".into(), name: "pico".into(), best: best(0.81) },
        Trained { run: "runs/2026-01-31_14-05-09_micro".into(), name: "micro".into(), best: best(0.878) },
    ]
}

fn ready(sheet: &Sheet) -> State {
    let mut state = State::default();
    act(&mut state, &Deploy::Prepare, sheet);
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
    assert!(drawn(&state, &sheet, 80, 21, theme(&[])).contains("train it first: F3, then t"));
    act(&mut state, &Deploy::Export, &sheet);
    let notice = tell(&mut state, News::Untrained).notice.unwrap();
    assert!(notice.severity == Severity::Warning && notice.text.contains("F3"), "{}", notice.text);
}

#[test]
fn x_writes_in_the_arithmetic_of_the_configuration() {
    let (mut state, mut sheet) = (State::default(), sheet());
    set(&mut sheet, "export.precision", "'float'");
    let reply = act(&mut state, &Deploy::Export, &sheet);
    let [effect::Effect::Screen(Effect::Prepare { write: Some(Precision::Float), .. })] = &reply.effects[..] else {
        panic!("{:?}", reply.effects)
    };
    assert!(act(&mut state, &Deploy::Export, &sheet).effects.is_empty(), "one at a time");
    tell(&mut state, News::Progress("reading images 3/9".into()));
    assert!(drawn(&state, &sheet, 80, 21, theme(&[])).contains("reading images 3/9   Esc stops"));
    let mut reply = Reply::default();
    state.update(&Action::Back, &sheet, &mut reply);
    assert_eq!(reply.effects, [effect::Effect::Screen(Effect::Stop)]);
    tell(&mut state, News::Ready(Arc::new(prepared(&sheet).unwrap())));
    let files = vec!["ArduinoCode/Micro/Micro.h".into(), "ArduinoCode/Micro/Micro.ino".into()];
    let checked = Checked::Equal { compiler: "g++".into(), images: 42 };
    let reply = tell(&mut state, News::Written { files, checked });
    assert_eq!(reply.notice.unwrap().text, "wrote 2 files, checked with g++: 42 images equal");
    let line = state.command(&sheet).unwrap();
    assert_eq!(line, "micromobilenet --run 'runs/2026 micro' --precision float --export");
    tell(&mut state, News::Done);
    assert!(drawn(&state, &sheet, 80, 21, theme(&[])).contains("in ArduinoCode/Micro: Micro.h  Micro.ino"));
}

#[test]
fn an_export_that_was_not_checked_is_a_warning_and_a_wrong_one_is_told_in_full() {
    let (mut state, sheet) = (State::default(), sheet());
    act(&mut state, &Deploy::Export, &sheet);
    let checked = Checked::Not("no C++ compiler found (c++, g++, clang++)".into());
    let files = vec!["ArduinoCode/Micro/Micro.h".into()];
    let notice = tell(&mut state, News::Written { files, checked }).notice.unwrap();
    assert_eq!(notice.severity, Severity::Warning);
    assert_eq!(notice.text, "wrote 1 files, not checked: no C++ compiler found (c++, g++, clang++)");
    tell(&mut state, News::Done);
    act(&mut state, &Deploy::Export, &sheet);
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
    let found = Found { run: "runs/later".into(), best: None, trained: None };
    tell(&mut state, News::Found(Some(found)));
    assert!(!drawn(&state, &sheet, 80, 21, theme(&[])).contains("87.5 %"), "there are later weights");
}

#[test]
fn the_command_exports_the_run_that_is_named_with_the_settings_that_differ() {
    let mut sheet = sheet();
    let mut state = State::default();
    assert!(state.command(&sheet).unwrap().ends_with("--train --export"), "there are no weights yet");
    let trained = Some(Box::new(sheet.model().unwrap().spec.clone()));
    tell(&mut state, News::Found(Some(Found { run: "runs/found".into(), best: None, trained })));
    let command = "micromobilenet --run runs/found --precision int8 --export";
    assert_eq!(state.command(&sheet).unwrap(), command);
    set(&mut sheet, "export.samples", "3");
    assert_eq!(state.command(&sheet).unwrap(), format!("{command} --set export.samples=3"));
    state.chosen = Some("runs/other".into());
    assert_eq!(state.command(&sheet).unwrap(), command.replace("found", "other"));
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
    assert!(text.contains("Micro.h in int8, line 1 of 3") && text.contains("#pragma once"), "{text}");
    assert!(!text.contains('\u{1b}'));
    state.update(&Action::Move(Move::Last), &sheet, &mut Reply::default());
    let text = drawn(&state, &sheet, 80, 21, theme(&[]));
    assert!(text.contains("line 3 of 3") && !text.contains("#pragma once"), "{text}");
    let text = drawn(&state, &sheet, 160, 45, theme(&[]));
    assert!(text.contains("RAM over time") && text.contains("layers in int8"), "{text}");
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

/// The export of `pico`, as the user chose it, for the board of `sheet`.
pub fn pico(sheet: &Sheet) -> Prepared {
    let text = preset("pico".as_ref()).unwrap().to_owned();
    let other = Sheet::open("pico.toml".into(), text, Origin::File, Boards::built_in().unwrap());
    let prepared = prepared(&other).unwrap();
    let board = &sheet.model().unwrap().spec.config.target.board;
    let settings = prepared.settings.clone().on(board);
    Prepared { run: trained()[0].run.clone(), is_chosen: true, settings, ..prepared }
}

#[test]
fn any_run_can_be_chosen_and_is_shown_with_its_own_network() {
    let mut sheet = sheet();
    set(&mut sheet, "target.board", "'uno-r3'");
    let mut state = ready(&sheet);
    let reply = act(&mut state, &Deploy::Choose, &sheet);
    assert_eq!(reply.effects, [effect::Effect::Screen(Effect::List)]);
    let Some(Dialog::Choose(list)) = tell(&mut state, News::Listed(Ok(trained()))).dialog else { panic!("no list") };
    let names: Vec<&str> = list.choices.iter().map(|choice| choice.name.as_str()).collect();
    assert_eq!(names, ["the latest run of this design", "2026-02-01_10-00-00_pico", "2026-01-31_14-05-09_micro"]);
    assert!(list.choices[1].help.contains("81.0 % after epoch 7, pico"), "{}", list.choices[1].help);
    let Action::Deploy(what) = list.choices[1].action.clone() else { panic!("{:?}", list.choices[1].action) };
    let reply = act(&mut state, &what, &sheet);
    let [effect::Effect::Screen(Effect::Prepare { run: Some(run), write: None, .. })] = &reply.effects[..] else {
        panic!("{:?}", reply.effects)
    };
    assert_eq!(*run, trained()[0].run);
    // Until it is there, nothing of the open network stands for it.
    let text = drawn(&state, &sheet, 80, 21, theme(&[]));
    assert!(!text.contains("4,520") && !text.contains("87.5 %") && !text.contains("block7"), "{text}");
    tell(&mut state, News::Ready(Arc::new(pico(&sheet))));
    tell(&mut state, News::Done);
    let text = drawn(&state, &sheet, 80, 21, theme(&[]));
    assert!(text.contains("2026-02-01_10-00-00_pico (pico)") && text.contains("87.5 %"), "{text}");
    assert!(text.contains("1,008 object + 160 stack + 222 core = 1,390 of 2,048 B"), "{text}");
    // Another board: another number of samples.
    set(&mut sheet, "target.board", "'mega-2560'");
    assert!(!drawn(&state, &sheet, 80, 21, theme(&[])).contains("87.5 %"));
    act(&mut state, &Deploy::Use(None), &sheet);
    assert!(state.chosen.is_none() && state.work.is_some());
}

#[test]
fn two_runs_stand_side_by_side() {
    let sheet = sheet();
    let mut state = State::default();
    assert!(act(&mut state, &Deploy::Pin, &sheet).notice.unwrap().text.contains("nothing to pin yet: r"));
    state = ready(&sheet);
    assert!(act(&mut state, &Deploy::Pin, &sheet).notice.unwrap().text.contains("pinned runs/2026 micro; o"));
    act(&mut state, &Deploy::Use(Some(trained()[0].run.clone())), &sheet);
    tell(&mut state, News::Ready(Arc::new(pico(&sheet))));
    tell(&mut state, News::Done);
    let text = drawn(&state, &sheet, 80, 21, theme(&[]));
    let row = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    let all = text.lines().find(|line| line.contains("pinned: ")).unwrap();
    assert!(all.contains("_pico") && all.contains("2026 micro"), "{text}");
    state.pinned = Some(Arc::new(pico(&sheet)));
    let text = drawn(&state, &sheet, 80, 21, theme(&[]));
    assert!(text.contains("pinned: …") && text.contains("00_pico"), "{text}");
    state.pinned = Some(Arc::new(prepared(&sheet).unwrap()));
    let cells: Vec<String> = row("RAM object").split("  ").map(str::trim).map(str::to_owned).collect();
    assert_eq!(cells.iter().filter(|cell| cell.ends_with(" B")).count(), 4, "{text}");
    assert!(row("RAM object").contains("4,520 B") && row("header file").matches(" B").count() == 4, "{text}");
    act(&mut state, &Deploy::Pin, &sheet);
    assert_eq!(state.pinned.as_ref().unwrap().run, trained()[0].run, "the one that is shown takes its place");
    assert_eq!(act(&mut state, &Deploy::Pin, &sheet).notice.unwrap().text, "unpinned");
    assert!(state.pinned.is_none());
}

#[test]
fn files_are_shown_only_beside_the_export_that_they_are_of() {
    let mut sheet = sheet();
    let mut state = ready(&sheet);
    let checked = Checked::Equal { compiler: "g++".into(), images: 42 };
    let files = vec!["ArduinoCode/Micro/Micro.h".into()];
    tell(&mut state, News::Written { files, checked });
    assert!(drawn(&state, &sheet, 80, 21, theme(&[])).contains("in ArduinoCode/Micro: Micro.h"));
    set(&mut sheet, "stem.filters", "5");
    assert!(!drawn(&state, &sheet, 80, 21, theme(&[])).contains("in ArduinoCode/Micro"));
}

#[test]
fn the_sum_of_ram_stands_beside_its_gauge_in_any_width() {
    let mut sheet = sheet();
    set(&mut sheet, "target.board", "'uno-r3'");
    let state = ready(&sheet);
    for (width, height) in [(80, 21), (120, 33), (160, 45), (200, 57)] {
        let text = drawn(&state, &sheet, width, height, theme(&[("TERM", "xterm-256color")]));
        let sum = "4,520 object + 190 stack + 222 core = 4,932 of 2,048 B";
        assert!(text.contains(sum) && text.contains("241 %"), "{width}\n{text}");
        assert!(text.contains("tables + ") && text.contains(" code + "), "{width}\n{text}");
    }
    // A long list says which part of it is shown.
    let text = drawn(&state, &sheet, 80, 21, theme(&[("TERM", "xterm-256color")]));
    assert!(text.contains("layers in int8, 1–") && text.contains(" of 19"), "{text}");
}

#[test]
fn a_click_focuses_a_part_and_one_on_its_title_the_next() {
    let mut sheet = sheet();
    let mut state = ready(&sheet);
    let wide = Rect::new(0, 1, 160, 45);
    let mut click = |state: &mut State, body, x, y| {
        state.click(body, Position { x, y }, &mut sheet, &mut Reply::default());
        state.part
    };
    assert_eq!(click(&mut state, wide, 120, 10), Part::Header);
    assert_eq!(click(&mut state, wide, 5, 40), Part::Memory);
    assert_eq!(click(&mut state, wide, 5, 2), Part::Memory, "the figures take no focus");
    assert_eq!(click(&mut state, wide, 5, 20), Part::Layers);
    let narrow = Rect::new(0, 1, 80, 21);
    assert_eq!(click(&mut state, narrow, 5, 15), Part::Layers);
    assert_eq!(click(&mut state, narrow, 5, 11), Part::Memory);
}
