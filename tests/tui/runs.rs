//! The Runs screen on real run folders.

use super::*;

/// The names of the runs in `folder`.
fn runs_in(folder: &TempDir) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder.path().join("runs"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

/// Writes run folders that hold only what a list needs.
fn write_runs(folder: &TempDir, names: &[&str]) {
    for (name, day) in names.iter().zip(1..) {
        let run = folder.path().join("runs").join(name);
        fs::create_dir_all(&run).unwrap();
        let info = format!(
            r#"{{"program":"micromobilenet","name":"{name}","status":"finished","started":"2026-01-{day:02}T00:00:00Z"}}"#
        );
        fs::write(run.join("run.json"), info).unwrap();
    }
}

#[test]
fn holding_d_deletes_no_run_and_a_deleted_one_comes_back() {
    let folder = folder_with("micro");
    write_runs(&folder, &["first", "second", "third", "fourth"]);
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
    terminal.wait_for("Network").send(F5).wait_for("4 runs").send(&"d".repeat(40)).wait_for("Delete this run?");
    terminal.settle();
    assert_eq!(runs_in(&folder).len(), 4, "{}", terminal.text());
    terminal.send("c").send("dx").wait_for("3 runs").wait_for("fourth is in runs/.trash/fourth; u restores it");
    assert_eq!(runs_in(&folder), ["first", "second", "third"]);
    assert!(folder.path().join("runs/.trash/fourth/run.json").exists());
    terminal.send("u").wait_for("4 runs").wait_for("restored fourth").send("q");
    assert_eq!(terminal.end(), 0);
    assert_eq!(runs_in(&folder).len(), 4);
}
