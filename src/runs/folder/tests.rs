//! Run folders: exclusive, refused if they contain other files, listed with any contents.

use super::*;
use crate::runs::{EpochSummary, RunSummary, Status, list, now};
use std::collections::HashSet;
use std::os::unix::fs::symlink;

fn moment() -> Zoned {
    "2026-03-04T05:06:07[UTC]".parse().unwrap()
}

fn begun(path: &Path, started: &str) -> Run {
    let run = Run::create_at(path, false).unwrap();
    let info = RunInfo { name: "micro".into(), started: started.parse().unwrap(), ..RunInfo::default() };
    run.begin(&info, "[model]\n", &["rose".into(), "a\nb".into()]).unwrap();
    run
}

#[test]
fn a_folder_is_named_by_time_and_model_and_numbered_when_taken() {
    let root = tempfile::tempdir().unwrap();
    let name = |run: Run| run.name();
    let root = root.path().join("runs");
    assert_eq!(name(Run::create(&root, &moment(), "micro").unwrap()), "2026-03-04_05-06-07_micro");
    assert_eq!(name(Run::create(&root, &moment(), "micro").unwrap()), "2026-03-04_05-06-07_micro-2");
    assert_eq!(name(Run::create(&root, &moment(), "micro").unwrap()), "2026-03-04_05-06-07_micro-3");
}

#[test]
fn a_hostile_name_stays_inside_the_root() {
    let root = tempfile::tempdir().unwrap();
    for name in ["../../etc", "/abs", "a\0b", "", "..", "\u{1b}[2J", &"x".repeat(5000)] {
        let run = Run::create(root.path(), &moment(), name).unwrap();
        assert_eq!(run.path().parent().unwrap(), root.path(), "{name:?}");
        assert!(run.name().is_ascii());
    }
}

#[test]
fn eight_threads_make_eight_folders() {
    let root = tempfile::tempdir().unwrap();
    let make = || Run::create(root.path(), &moment(), "micro").unwrap().path;
    let paths: HashSet<PathBuf> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(paths.len(), 8);
}

#[test]
fn a_dangling_link_where_the_folder_should_be_is_not_followed() {
    let root = tempfile::tempdir().unwrap();
    symlink("elsewhere", root.path().join("2026-03-04_05-06-07_micro")).unwrap();
    assert_eq!(Run::create(root.path(), &moment(), "micro").unwrap().name(), "2026-03-04_05-06-07_micro-2");
    assert!(!root.path().join("elsewhere").exists());
}

#[test]
fn a_given_folder_may_be_missing_or_empty_and_a_begun_run_wants_resume() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("a").join("b");
    Run::create_at(&path, false).unwrap();
    fs::write(path.join(".run.json.part"), "{").unwrap();
    let run = begun(&path, "2026-01-01T00:00:00Z");
    let error = Run::create_at(&path, false).unwrap_err();
    assert!(matches!(error, RunError::Begun { .. }) && error.to_string().contains("--resume"), "{error}");
    assert_eq!(Run::create_at(&path, true).unwrap(), run);
}

#[test]
fn a_folder_with_something_else_in_it_is_refused() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("thesis.tex"), "x").unwrap();
    for resuming in [false, true] {
        let error = Run::create_at(root.path(), resuming).unwrap_err();
        assert!(matches!(error, RunError::Occupied { .. }) && error.to_string().contains("thesis.tex"), "{error}");
    }
    fs::write(root.path().join("run.json"), r#"{"program": "another"}"#).unwrap();
    assert!(matches!(Run::create_at(root.path(), true), Err(RunError::Occupied { .. })));
    let file = root.path().join("thesis.tex");
    assert!(matches!(Run::create_at(&file, false), Err(RunError::File(_))));
}

#[test]
fn what_a_run_begins_with_reads_back() {
    let root = tempfile::tempdir().unwrap();
    let run = begun(root.path(), "2026-01-01T00:00:00Z");
    assert_eq!(run.labels().unwrap(), ["rose", "a\nb"]);
    let reached = EpochSummary { epoch: 2, val_accuracy: 0.75, val_loss: 0.5, accuracy: 0.7, loss: 0.6 };
    let info = RunInfo {
        ended: Some(now()),
        status: Status::Stopped,
        reason: Some("a \"quoted\"\nreason".into()),
        best: Some(reached),
        ..run.info().unwrap()
    };
    run.save(&info).unwrap();
    assert_eq!(run.info().unwrap(), info);
    assert_eq!(Run::open(root.path()).unwrap(), run);
    let text = fs::read_to_string(run.file(Run::INFO)).unwrap();
    assert!(text.starts_with("{\n  \"program\": \"micromobilenet\",\n") && text.contains("\"status\": \"stopped\""));
    assert!(text.contains("\"started\": \"2026-01-01T00:00:00Z\""), "{text}");
}

#[test]
fn what_is_no_run_is_not_opened() {
    let root = tempfile::tempdir().unwrap();
    let why = |path: &Path| Run::open(path).unwrap_err().to_string();
    assert!(why(&root.path().join("none")).contains("there is no such folder"));
    assert!(why(root.path()).contains("it contains no run.json"));
    let file = root.path().join("run.json");
    fs::write(&file, "{}").unwrap();
    assert!(why(&file).contains("pass the run folder"));
    assert!(why(root.path()).contains("does not say"));
    fs::write(&file, "{\n\"program\": \"micromobilenet\",\n\"seed\": -4}").unwrap();
    assert!(why(root.path()).contains("run.json:3: "), "{}", why(root.path()));
    fs::write(&file, "{\n\"program\": \"microm").unwrap();
    assert!(why(root.path()).contains("run.json:2: damaged: "), "{}", why(root.path()));
    fs::write(&file, vec![b' '; 2 << 20]).unwrap();
    assert!(why(root.path()).contains("larger than"));
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert!(why(root.path()).contains("not a regular file"));
}

#[test]
fn the_list_is_newest_first_and_shows_what_is_broken() {
    let root = tempfile::tempdir().unwrap();
    assert!(list(&root.path().join("none")).unwrap().is_empty());
    begun(&root.path().join("z_old"), "2026-01-01T00:00:00Z");
    begun(&root.path().join("a_new"), "2026-02-01T00:00:00Z");
    fs::create_dir(root.path().join("other")).unwrap();
    fs::write(root.path().join("file"), "").unwrap();
    fs::create_dir(root.path().join("broken")).unwrap();
    fs::write(root.path().join("broken").join("run.json"), "{\"program\":").unwrap();
    symlink("loop", root.path().join("loop")).unwrap();
    let runs = list(root.path()).unwrap();
    let names: Vec<String> = runs.iter().map(RunSummary::name).collect();
    assert_eq!(names, ["broken", "a_new", "z_old"]);
    assert!(runs[0].info.as_ref().unwrap_err().to_string().contains("damaged"));
}

#[test]
fn a_run_is_locked_once_and_known_to_be_dead_after() {
    let root = tempfile::tempdir().unwrap();
    let run = begun(root.path(), "2026-01-01T00:00:00Z");
    assert_eq!(run.summary().info.unwrap().status, Status::Interrupted);
    let lock = run.lock().unwrap();
    assert!(run.is_locked());
    assert_eq!(run.summary().info.unwrap().status, Status::Running);
    assert!(matches!(run.lock(), Err(RunError::Busy { .. })));
    assert!(matches!(Run::discard(root.path()), Err(RunError::Busy { .. })));
    drop(lock);
    assert!(!run.is_locked());
    run.lock().unwrap();
}

#[test]
fn only_a_real_folder_with_our_run_is_discarded() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("run");
    let run = begun(&path, "2026-01-01T00:00:00Z");
    let precious = root.path().join("precious");
    fs::create_dir(&precious).unwrap();
    fs::write(precious.join("photo.jpg"), "x").unwrap();
    symlink(&precious, run.file("inside")).unwrap();
    let link = root.path().join("link");
    symlink("run", &link).unwrap();
    for refused in
        [link.clone(), link.join(""), link.join("."), path.join(".."), precious.clone(), path.join("run.json")]
    {
        assert!(Run::discard(&refused).is_err(), "{}", refused.display());
        assert!(path.join("run.json").exists() && precious.join("photo.jpg").exists());
    }
    let trash = Run::discard(&path).unwrap();
    assert_eq!(trash, root.path().join(".trash").join("run"));
    assert!(!path.exists() && list(root.path()).unwrap().iter().all(|run| run.path != path));
    assert!(precious.join("photo.jpg").exists() && trash.join("inside").join("photo.jpg").exists());
}

#[test]
fn discarded_runs_of_one_name_are_all_kept_and_come_back_where_nothing_is_overwritten() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("run");
    begun(&path, "2026-01-01T00:00:00Z");
    let first = Run::discard(&path).unwrap();
    begun(&path, "2026-02-02T00:00:00Z");
    assert!(Run::restore(&first, &path).is_err(), "another run is there");
    let second = Run::discard(&path).unwrap();
    assert_ne!(first, second);
    assert!(list(root.path()).unwrap().is_empty(), "the trash is no list of runs");
    Run::restore(&first, &path).unwrap();
    assert!(Run::open(&path).unwrap().info().unwrap().started.to_string().starts_with("2026-01-01"));
    assert!(second.exists() && !first.exists());
}

#[test]
fn a_broken_file_of_labels_is_named_with_its_line() {
    let root = tempfile::tempdir().unwrap();
    let run = begun(root.path(), "2026-01-01T00:00:00Z");
    fs::write(run.file(Run::LABELS), b"rose\n\xff\n").unwrap();
    assert!(run.labels().unwrap_err().to_string().contains("labels.txt:2: not UTF-8"));
    fs::write(run.file(Run::LABELS), "rose\ntulip\n\\").unwrap();
    assert!(run.labels().unwrap_err().to_string().contains("labels.txt:3: "));
}
