//! The queue of trainings.

use super::*;
use crate::tui::train::queue::MAX_QUEUED;

/// A training with two behind it: `one` and `two`.
pub fn queued() -> State {
    let mut state = training(3);
    for name in ["one", "two"] {
        let mut sheet = sheet();
        sheet.replace(sheet.text().replacen("name = \"micro\"", &format!("name = \"{name}\""), 1), None);
        assert!(act(&mut state, Train::Start, &sheet).effects.is_empty(), "it is requested when the first has ended");
    }
    state
}

fn names(state: &State) -> Vec<&str> {
    state.sessions.iter().map(|session| &*session.name).collect()
}

#[test]
fn queued_trainings_are_reordered_and_removed_and_begin_in_turn() {
    let (mut state, sheet) = (queued(), sheet());
    let text = drawn(&state, 80, 21, themes()[0]);
    assert!(text.contains("▶ micro 3/60") && text.contains("· one queued") && text.contains("· two queued"), "{text}");
    assert!(act(&mut state, Train::Shift { down: true }, &sheet).notice.is_some(), "the running one is not moved");
    press(&mut state, &Action::Focus { back: true });
    assert_eq!(state.pane, Pane::Queue);
    press(&mut state, &Action::Move(Move::Last));
    act(&mut state, Train::Shift { down: false }, &sheet);
    assert_eq!(names(&state), ["micro", "two", "one"]);
    assert!(act(&mut state, Train::Shift { down: false }, &sheet).notice.is_some(), "it is the first");
    act(&mut state, Train::Drop, &sheet);
    assert_eq!(names(&state), ["micro", "one"]);
    // The end of the running one begins the next, and is announced.
    let reply = tell(&mut state, 0, Event::Over(Outcome::Failed("no images".into())));
    let [effect::Effect::Announce(text), effect::Effect::Screen(Effect::Start { id: 1, .. })] = &reply.effects[..]
    else {
        panic!("{reply:?}")
    };
    assert_eq!(text, "micro: no images");
    assert_eq!(state.title().as_deref(), Some("one reading images · micromobilenet"));
    for _ in 0..MAX_QUEUED {
        act(&mut state, Train::Start, &sheet);
    }
    let reply = act(&mut state, Train::Start, &sheet);
    assert!(reply.effects.is_empty() && reply.notice.unwrap().text.contains("already"));
    // An ended one leaves the list, its run stays.
    state.selected = Some(0);
    assert!(act(&mut state, Train::Drop, &sheet).notice.unwrap().text.contains("stays in runs/2026_micro"));
    state.selected = Some(1);
    let reply = act(&mut state, Train::Drop, &sheet);
    assert!(reply.notice.unwrap().text.contains("x stops it"), "the running one is not removed");
}

#[test]
fn a_stopped_training_has_the_same_mark_in_the_list_and_in_the_steps() {
    let (mut state, sheet) = (queued(), sheet());
    let ended = |best| Event::Over(Outcome::Ended { end: End::Stopped, best, last: None });
    tell(&mut state, 0, ended(None));
    assert!(drawn(&state, 80, 21, themes()[0]).contains("○ micro stopped"), "{}", drawn(&state, 80, 21, themes()[0]));
    tell(&mut state, 1, ended(Some(EpochSummary::from(&metrics(2)))));
    assert!(drawn(&state, 80, 21, themes()[0]).contains("✓ one stopped"));
    tell(&mut state, 2, ended(None));
    assert_eq!(state.step(&sheet), Some(Step::Todo("stopped".into())));
    state.sessions[0].phase = super::super::session::Phase::Over(Outcome::Ended {
        end: End::Stopped,
        best: Some(EpochSummary::from(&metrics(2))),
        last: None,
    });
    assert!(matches!(state.step(&sheet), Some(Step::Done(text)) if text.starts_with("stopped at")));
}

#[test]
fn a_rescued_run_is_moved_by_its_own_answer() {
    let (mut state, sheet) = (queued(), sheet());
    for (id, folder) in [(0, "/tmp/rescued/a_micro"), (1, "/tmp/rescued/b_micro")] {
        let Some(Dialog::Prompt(prompt)) = tell(&mut state, id, Event::Rescued(folder.into())).dialog else { panic!() };
        assert!(prompt.title.ends_with(&folder[13..]), "each has a title of its own: {}", prompt.title);
    }
    let reply = act(&mut state, Train::MoveRescued { id: 1, to: "elsewhere".into() }, &sheet);
    let [effect::Effect::Screen(Effect::MoveRun { id: 1, from, .. })] = &reply.effects[..] else { panic!("{reply:?}") };
    assert_eq!(from, std::path::Path::new("/tmp/rescued/b_micro"));
}

#[test]
fn stopping_asks_whether_the_queue_goes_on() {
    let (mut state, sheet) = (queued(), sheet());
    let Some(Dialog::Ask(ask)) = act(&mut state, Train::Stop, &sheet).dialog else { panic!("no question") };
    let keys: Vec<char> = ask.answers.iter().map(|(key, ..)| *key).collect();
    assert_eq!((keys, &ask.answers[0].2), (vec!['c', 'n', 'x'], &None));
    assert!(ask.lines[1].contains("one, two"), "{:?}", ask.lines);
    let reply = act(&mut state, Train::StopOne(0), &sheet);
    assert_eq!(reply.effects, [effect::Effect::Screen(Effect::Stop(0))]);
    let ended = || Event::Over(Outcome::Ended { end: End::Stopped, best: None, last: None });
    let reply = tell(&mut state, 0, ended());
    // Who stops it needs no announcement.
    assert!(matches!(&reply.effects[..], [effect::Effect::Screen(Effect::Start { id: 1, .. })]), "{reply:?}");
    let reply = act(&mut state, Train::StopAll(1), &sheet);
    assert!(reply.notice.unwrap().text.ends_with("1 training removed from the queue, u undoes it"));
    assert!(tell(&mut state, 1, ended()).effects.is_empty() && !state.is_running());
    assert_eq!(names(&state), ["micro", "one"]);
}

#[test]
fn a_run_whose_folder_cannot_be_written_anew_gets_another() {
    let mut state = training(3);
    let saved = PathBuf::from("/tmp/micromobilenet-rescued/7/2026-01-31_micro");
    let asked = |reply: &Reply| match &reply.dialog {
        Some(Dialog::Prompt(prompt)) => (prompt.title.clone(), prompt.help.clone(), prompt.line.text().to_owned()),
        other => panic!("{other:?}"),
    };
    let (title, help, text) = asked(&tell(&mut state, 0, Event::Rescued(saved.clone())));
    assert!(title.contains("micro") && help.contains("/tmp/micromobilenet-rescued/7"), "{title}: {help}");
    assert_eq!(text, "rescued/2026-01-31_micro");
    tell(&mut state, 0, Event::Over(Outcome::Failed("it vanished".into())));
    let reply = act(&mut state, Train::MoveRescued { id: 0, to: "elsewhere".into() }, &sheet());
    let to = PathBuf::from("elsewhere");
    assert!(
        matches!(&reply.effects[..], [effect::Effect::Screen(Effect::MoveRun { id: 0, from, to: new })] if *from == saved && *new == to)
    );
    let (_, help, _) = asked(&tell(&mut state, 0, Event::RunMoved(Err("elsewhere cannot be used: it exists".into()))));
    assert!(help.starts_with("elsewhere cannot be used: it exists. "), "{help}");
    let reply = tell(&mut state, 0, Event::RunMoved(Ok(to.clone())));
    assert!(reply.dialog.is_none() && reply.notice.unwrap().text.contains("is in elsewhere"));
    assert_eq!((&state.sessions[0].run, &state.sessions[0].rescued), (&Some(to), &None));
}
