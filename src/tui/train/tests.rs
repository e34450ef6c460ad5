//! Tests of the state after keys and events, and of its drawing.

mod panes;
mod queue;

use super::messages::Beginning;
use super::*;
use crate::config::preset;
use crate::data::{DataCheck, Dataset, Images};
use crate::plan::Boards;
use crate::runs::EpochSummary;
use crate::sensors::Throttling;
use crate::train::{BatchProgress, End, EpochMetrics, Start, Thermal};
use crate::tui::action::Move;
use crate::tui::design::Origin;
use crate::tui::dialog::Dialog;
use crate::tui::effect::Severity;
use crate::tui::theme::Theme;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// Parsed once, since thousands of frames are drawn.
static SHEET: LazyLock<Sheet> = LazyLock::new(|| {
    let text = preset("micro".as_ref()).unwrap().to_owned();
    Sheet::open("my nets/micro.toml".into(), text, Origin::File, Boards::built_in().unwrap())
});

fn sheet() -> Sheet {
    SHEET.clone()
}

#[expect(clippy::needless_pass_by_value, reason = "calls are shorter without references")]
fn act(state: &mut State, what: Train, sheet: &Sheet) -> Reply {
    let mut reply = Reply::default();
    state.perform(&what, sheet, &mut reply);
    reply
}

fn press(state: &mut State, action: &Action) -> Reply {
    let mut reply = Reply::default();
    state.update(action, &mut reply);
    reply
}

fn tell(state: &mut State, id: u64, event: Event) -> Reply {
    let mut reply = Reply::default();
    state.receive(News { id, event }, &mut reply);
    reply
}

/// The start of a training of `epochs` epochs.
pub fn start(epochs: u32) -> Start {
    Start { name: "micro".into(), epochs, done: 0, batches: 40, images: 1280, trainable: 4139, threads: 2 }
}

/// The metrics of an epoch.
pub fn metrics(epoch: u32) -> EpochMetrics {
    let part = 1.0 / f64::from(epoch + 1);
    EpochMetrics {
        epoch,
        loss: 2.0 * part,
        accuracy: 1.0 - part,
        val_loss: 2.2 * part,
        val_accuracy: 0.95 - part,
        lr: 0.001,
        images_per_second: 1234.4,
        seconds: 3.0,
    }
}

/// The event after `batch` batches of an epoch.
pub fn batch(epoch: u32, batch: usize) -> Event {
    let progress = BatchProgress {
        epoch,
        batch,
        batches: 40,
        loss: 0.75,
        accuracy: 0.625,
        lr: 0.000_976,
        images_per_second: 1234.4,
    };
    Event::Batch(Batch { progress, elapsed: Duration::from_secs(62), left: Duration::from_secs(271) })
}

/// The number of validation images.
const IMAGES: usize = 200;

/// The true and the predicted class of image `at`: every fourth image is mistaken for the class after its own.
fn judgement(at: usize, classes: usize) -> (usize, usize) {
    let truth = at % classes;
    (truth, if at % 4 == 3 { (truth + 1) % classes } else { truth })
}

/// Validation results of a network with `classes` classes.
pub fn insight(epoch: u32, classes: usize) -> Insight {
    let mut confusion = vec![vec![0; classes]; classes];
    let mut predictions = Vec::new();
    for (truth, predicted) in (0..IMAGES).map(|at| judgement(at, classes)) {
        confusion[truth][predicted] += 1;
        predictions.push(predicted as u16);
    }
    let is_wrong = |at: &u32| {
        let (truth, predicted) = judgement(*at as usize, classes);
        truth != predicted
    };
    Insight {
        epoch,
        confusion,
        mistakes: (0..IMAGES as u32).filter(is_wrong).collect::<Vec<_>>().into(),
        predictions: predictions.into(),
        confidences: vec![0.99; IMAGES].into(),
    }
}

/// The beginning of a training of `epochs` epochs on images of `labels`, which are files below `flowers`.
pub fn beginning(epochs: u32, labels: Vec<String>) -> Beginning {
    let classes = labels.len();
    let pixels = (0..IMAGES).flat_map(|_| (0..28 * 28).map(|at| (at % 251) as u8)).collect();
    let images = Images {
        height: 28,
        width: 28,
        channels: 1,
        pixels,
        labels: (0..IMAGES).map(|at| (at % classes) as u16).collect(),
        names: (0..IMAGES).map(|at| format!("{}/{at}\u{1b}[31m.png", labels[at % classes])).collect(),
        contents: Vec::new(),
    };
    let (fingerprint, source, check) = (String::new(), "flowers".to_owned(), DataCheck::default());
    let dataset =
        Dataset { labels, train: Images::default(), validation: images, test: None, fingerprint, check, source };
    let (start, folder) = (start(epochs), Ok(PathBuf::from("pictures/flowers")));
    Beginning { start, history: Vec::new(), best: None, dataset: Arc::new(dataset), folder }
}

/// The event of a completed epoch.
fn epoch(number: u32, classes: usize) -> Event {
    Event::Epoch { metrics: metrics(number), insight: insight(number, classes), is_best: true }
}

/// A training of a network with `classes` classes, in its third epoch.
fn training(classes: usize) -> State {
    let mut state = State::default();
    act(&mut state, Train::Start, &sheet());
    tell(&mut state, 0, Event::Begun("runs/2026_micro".into()));
    let labels = (0..classes).map(|class| format!("c\u{7} {class}")).collect();
    tell(&mut state, 0, Event::Started(Box::new(beginning(60, labels))));
    for number in 1..3 {
        tell(&mut state, 0, batch(number, 40));
        tell(&mut state, 0, epoch(number, classes));
    }
    tell(&mut state, 0, batch(3, 10));
    state
}

fn themes() -> [Theme; 3] {
    let theme = |pairs: &'static [(&str, &str)]| {
        Theme::of(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    };
    [
        theme(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]),
        theme(&[("TERM", "xterm"), ("NO_COLOR", "1")]),
        theme(&[("TERM", "linux")]),
    ]
}

fn drawn(state: &State, width: u16, height: u16, theme: Theme) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    State::draw(&state.view(&SHEET), area, &mut buffer, theme);
    let lines = buffer.content.chunks(usize::from(width.max(1)));
    lines.map(|line| line.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned() + "\n").collect()
}

#[test]
fn s_trains_the_text_as_it_is_and_puts_the_next_behind_it() {
    let (mut state, mut sheet) = (State::default(), sheet());
    let reply = act(&mut state, Train::Start, &sheet);
    let [effect::Effect::Screen(Effect::Start { id: 0, text, .. })] = &reply.effects[..] else { panic!("{reply:?}") };
    assert_eq!(text, sheet.text());
    assert_eq!(state.command(&sheet).as_deref(), Some("micromobilenet --config 'my nets/micro.toml' --train"));
    assert!(state.is_running());
    sheet.replace(sheet.text().replacen("name = \"micro\"", "name = \"other\"", 1), None);
    act(&mut state, Train::Start, &sheet);
    assert_eq!(state.summary().as_deref(), Some("micro reading images +1"));
    tell(&mut state, 0, Event::Over(Outcome::Failed("no images".into())));
    tell(&mut state, 1, Event::Reading { done: 3, total: 9 });
    tell(&mut state, 1, Event::Begun("runs/2026_other".into()));
    assert_eq!(state.command(&sheet).as_deref(), Some("micromobilenet --config runs/2026_other/config.toml --train"));
    assert_eq!(state.summary().as_deref(), Some("other reading images"));
    assert!(drawn(&state, 80, 21, themes()[0]).contains("images 3/9"));
}

#[test]
fn a_broken_text_is_not_trained() {
    let (mut state, mut sheet) = (State::default(), sheet());
    sheet.replace("[model\n".to_owned(), None);
    let reply = act(&mut state, Train::Start, &sheet);
    assert!(reply.effects.is_empty() && !state.is_running());
    assert_eq!(reply.notice.unwrap().severity, Severity::Error);
}

#[test]
fn space_waits_and_goes_on_x_stops_and_both_say_so() {
    let (mut state, sheet) = (training(3), sheet());
    assert_eq!(state.summary().as_deref(), Some("micro 3/60 61.7 %"));
    let reply = act(&mut state, Train::Pause, &sheet);
    assert_eq!(reply.effects, [effect::Effect::Screen(Effect::Pause { id: 0, paused: true })]);
    tell(&mut state, 0, Event::Paused(true));
    assert_eq!(state.summary().as_deref(), Some("paused micro 3/60 61.7 %"));
    assert!(drawn(&state, 80, 21, themes()[0]).contains("paused; space resumes"));
    let reply = act(&mut state, Train::Pause, &sheet);
    assert_eq!(reply.effects, [effect::Effect::Screen(Effect::Pause { id: 0, paused: false })]);
    tell(&mut state, 0, Event::Paused(false));
    let reply = act(&mut state, Train::Stop, &sheet);
    assert_eq!(reply.effects, [effect::Effect::Screen(Effect::Stop(0))]);
    let last = Some(EpochSummary::from(&metrics(2)));
    let reply = tell(&mut state, 0, Event::Over(Outcome::Ended { end: End::Stopped, best: last, last }));
    let notice = reply.notice.unwrap();
    assert_eq!(notice.text, "micro stopped: 61.7 % · runs/2026_micro");
    assert!(!state.is_running());
    assert_eq!(state.summary().as_deref(), Some("micro stopped 61.7 %"));
}

#[test]
fn heat_is_shown_while_it_lasts() {
    let mut state = training(3);
    let mut thermal = Thermal { temperature: Some(60.6), ..Thermal::default() };
    tell(&mut state, 0, Event::Thermal(thermal));
    assert!(drawn(&state, 80, 21, themes()[0]).contains("elapsed 1:02   61 °C   learning rate"));
    thermal.throttling = Throttling(1);
    tell(&mut state, 0, Event::Thermal(thermal));
    assert!(drawn(&state, 80, 21, themes()[2]).contains("61 °C   throttled: under-voltage"));
    thermal = Thermal { temperature: Some(82.0), cooling_to: Some(75.0), ..Thermal::default() };
    tell(&mut state, 0, Event::Thermal(thermal));
    let text = drawn(&state, 80, 21, themes()[1]);
    assert!(
        text.contains("micro: paused until the processor has cooled") && text.contains("82 °C   cooling to 75 °C"),
        "{text}"
    );
    assert_eq!(state.summary().as_deref(), Some("cooling micro 3/60 61.7 %"));
    // A pause by the user takes precedence.
    tell(&mut state, 0, Event::Paused(true));
    assert_eq!(state.summary().as_deref(), Some("paused micro 3/60 61.7 %"));
    tell(&mut state, 0, Event::Paused(false));
    tell(&mut state, 0, Event::Thermal(Thermal { temperature: None, ..Thermal::default() }));
    assert!(!drawn(&state, 80, 21, themes()[0]).contains("°C"));
    tell(&mut state, 0, Event::Thermal(thermal));
    tell(&mut state, 0, Event::Over(Outcome::Ended { end: End::Stopped, best: None, last: None }));
    assert!(!drawn(&state, 80, 21, themes()[0]).contains("°C"));
}

#[test]
fn curves_of_1500_epochs_are_smooth_and_thin_and_a_cursor_reads_them() {
    let mut state = training(3);
    for number in 3..=1500 {
        let mut metrics = metrics(number);
        metrics.val_loss += if number % 2 == 0 { 0.2 } else { 0.0 };
        metrics.val_accuracy = if number == 700 { 0.99 } else { 0.6 };
        let event = Event::Epoch { metrics, insight: insight(number, 3), is_best: number == 700 };
        tell(&mut state, 0, event);
    }
    let smooth = drawn(&state, 120, 40, themes()[0]);
    assert!(smooth.contains("◆ 99.0 % (700)"), "{smooth}");
    act(&mut state, Train::Smooth, &sheet());
    let raw = drawn(&state, 120, 40, themes()[0]);
    // The raw line goes up and down over the whole range; smoothed, its points lie under a line.
    let dots = |text: &str| text.chars().filter(|sign| ('\u{2800}'..'\u{2900}').contains(sign)).count();
    assert!(raw != smooth && dots(&raw) > dots(&smooth), "{raw}\n{smooth}");
    press(&mut state, &Action::Move(Move::Left));
    assert_eq!(state.cursor, Some(1500));
    press(&mut state, &Action::Move(Move::First));
    let read = drawn(&state, 120, 40, themes()[0]);
    assert!(read.contains("loss, epoch 1 ") && read.contains("train 1.000") && read.contains("val 1.100"), "{read}");
    assert!(press(&mut state, &Action::Back).effects.is_empty() && state.cursor.is_none());
}

#[test]
fn a_reason_to_fail_is_read_as_a_whole() {
    let mut state = State::default();
    act(&mut state, Train::Start, &sheet());
    let why = "there is no data set \"/nowhere\" · help: pass a folder with one folder for each class, an IDX file, or fashion-mnist";
    tell(&mut state, 0, Event::Over(Outcome::Failed(why.into())));
    let text = drawn(&state, 80, 21, themes()[1]);
    assert!(text.contains("no data set") && text.contains("fashion-mnist"), "{text}");
    // Above the curves of a training that failed later.
    let mut state = training(3);
    tell(&mut state, 0, Event::Over(Outcome::Failed(why.into())));
    let text = drawn(&state, 80, 21, themes()[1]);
    assert!(text.contains("no data set") && text.contains("fashion-mnist") && text.contains(" loss "), "{text}");
}

#[test]
fn a_loss_that_is_no_number_comes_with_advice() {
    let mut state = training(3);
    let outcome = Outcome::Ended { end: End::Diverged { epoch: 3, batch: 7 }, best: None, last: None };
    let notice = tell(&mut state, 0, Event::Over(outcome)).notice.unwrap();
    assert!(notice.severity == Severity::Error && notice.text.contains("learning_rate"), "{}", notice.text);
}

#[test]
fn what_cannot_be_right_in_a_recipe_is_a_warning() {
    let notice = tell(&mut training(1), 0, Event::Warning("augment.flip mirrors".into())).notice.unwrap();
    assert!(notice.severity == Severity::Warning && notice.text == "micro: augment.flip mirrors", "{}", notice.text);
}

#[test]
fn the_screen_shows_where_it_is() {
    let text = drawn(&training(10), 80, 21, themes()[0]);
    for part in [
        "micro: training, runs/2026_micro",
        "epoch 3/60 [",
        "batch 10/40 [",
        "1234 images/s",
        "left 4:31",
        "elapsed 1:02",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    for part in [
        "learning rate 0.000976",
        " loss ",
        "╌ train 0.750 ─ val 0.733",
        " accuracy ",
        "true → predicted, %, epoch 2 (best)",
        "%┤",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'));
}

#[test]
fn mistakes_are_shown_where_there_is_room_or_on_tab() {
    let mut state = training(10);
    let small = drawn(&state, 80, 21, themes()[0]);
    assert!(!small.contains("most confident of 50"), "{small}");
    let large = drawn(&state, 160, 45, themes()[0]);
    assert!(large.contains("most confident of 50") && large.contains("99 % c"), "{large}");
    press(&mut state, &Action::Focus { back: true });
    let small = drawn(&state, 80, 21, themes()[0]);
    assert!(small.contains("most confident of 50"), "{small}");
}

#[test]
fn a_hundred_classes_are_shaded_and_scrolled() {
    let mut state = training(100);
    let before = drawn(&state, 80, 21, themes()[2]);
    assert!(before.is_ascii(), "{before}");
    press(&mut state, &Action::Focus { back: false });
    press(&mut state, &Action::Move(Move::Last));
    let after = drawn(&state, 80, 21, themes()[2]);
    assert!(after.contains("99") && before != after, "{after}");
}

#[test]
fn log_loss_has_an_axis_of_its_own() {
    let mut state = training(3);
    act(&mut state, Train::Log, &sheet());
    let text = drawn(&state, 80, 21, themes()[0]);
    assert!(text.contains(" loss (log)") && text.contains("0.8┤"), "{text}");
}

#[test]
fn no_size_is_too_odd() {
    let mut states = vec![State::default(), training(2), training(10), training(100)];
    let mut over = training(3);
    let ended = Outcome::Ended { end: End::Finished, best: Some(EpochSummary::from(&metrics(2))), last: None };
    tell(&mut over, 0, Event::Over(ended));
    states.push(over);
    for (at, state) in states.iter_mut().enumerate() {
        state.curves.is_log = at % 2 == 1;
        for height in 0..60 {
            for width in (0..200).skip(at).step_by(3) {
                press(state, &Action::Focus { back: false });
                drawn(state, width, height, themes()[usize::from(width + height) % 3]);
            }
        }
    }
}

#[test]
fn the_view_tells_what_is_shown_without_a_terminal() {
    let mut state = State::default();
    assert!(state.view(&SHEET).shown.is_none());
    act(&mut state, Train::Start, &sheet());
    act(&mut state, Train::Start, &sheet());
    press(&mut state, &Action::Focus { back: false });
    let view = state.view(&SHEET);
    assert_eq!((view.sessions.len(), view.shown.map(|shown| shown.id), view.pane), (2, Some(0), Pane::Confusion));
}
