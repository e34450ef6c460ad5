//! The manual page and the completions of the shells are those of the command line.
//!
//! `UPDATE_GOLDEN=1 cargo test --test manual` writes them anew.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use clap::CommandFactory as _;
use clap_complete::Shell;
use micromobilenet::cli::Cli;
use std::fs;
use std::path::Path;

/// Whether `text` is what stands in `file` below `assets/`.
fn check(file: &str, text: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let kept = fs::read(&path).unwrap_or_default();
    assert!(kept == text, "assets/{file} is not of this command line: UPDATE_GOLDEN=1 cargo test --test manual");
}

#[test]
fn the_manual_page_is_of_this_command_line() {
    let mut page = Vec::new();
    // Without a date, the page changes only with the command line.
    clap_mangen::Man::new(Cli::command()).date("").render(&mut page).unwrap();
    check("man/micromobilenet.1", &page);
}

#[test]
fn completions_are_of_this_command_line() {
    let shells =
        [(Shell::Bash, "micromobilenet.bash"), (Shell::Zsh, "_micromobilenet"), (Shell::Fish, "micromobilenet.fish")];
    for (shell, file) in shells {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Cli::command(), "micromobilenet", &mut script);
        check(&format!("completions/{file}"), &script);
    }
}
