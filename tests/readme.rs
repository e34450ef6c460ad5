//! The examples of the README work.

use clap::{CommandFactory as _, Parser as _};
use micromobilenet::cli::Cli;
use micromobilenet::config::{self, ConfigFile};

const README: &str = include_str!("../README.md");

/// The blocks of code in `language`.
fn blocks(language: &str) -> Vec<&'static str> {
    README.split("\n```").filter_map(|part| part.strip_prefix(language)?.strip_prefix('\n')).collect()
}

/// The configurations of networks; the other example in TOML is of keys and colours, which a unit test reads.
fn configurations() -> Vec<&'static str> {
    blocks("toml").into_iter().filter(|text| !text.starts_with("[keys")).collect()
}

#[test]
fn its_configuration_is_one() {
    let configurations = configurations();
    assert_eq!(configurations.len(), 1);
    for text in configurations {
        ConfigFile::parse("README.md", text, &[]).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn the_overrides_it_shows_exist() {
    let overrides: Vec<String> = blocks("sh")
        .iter()
        .flat_map(|text| text.split("--set ").skip(1))
        .filter_map(|rest| Some(rest.split_whitespace().next()?.to_owned()))
        .collect();
    assert!(!overrides.is_empty());
    ConfigFile::parse("README.md", configurations()[0], &config::overrides(&overrides).unwrap())
        .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn the_files_it_names_are_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in ["CONTRIBUTING.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        assert!(README.contains(&format!("[{file}]({file})")) && root.join(file).is_file(), "{file}");
    }
    for file in [
        "configs/micro.toml",
        "assets/config.schema.json",
        "assets/fashion-mnist/LICENSE",
        "benches/README.md",
        "assets/weights/make.sh",
        "assets/micromobilenet-watch.service",
    ] {
        assert!(README.contains(file) && root.join(file).is_file(), "{file}");
    }
}

/// The calls of the program in `text`: each line that is one, in words.
fn calls(text: &str) -> Vec<Vec<&str>> {
    let call = |line| -> Option<Vec<&str>> {
        let line = str::trim(line);
        let arguments =
            line.strip_prefix("cargo run --release -- ").or_else(|| line.strip_prefix("micromobilenet "))?;
        Some(std::iter::once("micromobilenet").chain(arguments.split_whitespace()).collect())
    };
    text.lines().filter_map(call).collect()
}

#[test]
fn the_two_commands_that_do_everything_are_there() {
    let lines: Vec<&str> = blocks("sh").into_iter().flat_map(str::lines).collect();
    assert!(lines.contains(&"cargo run --release -- --config configs/micro.toml --train"));
    assert!(lines.contains(&"cargo test"));
}

#[test]
fn the_calls_it_shows_are_understood() {
    let calls: Vec<Vec<&str>> = blocks("sh").into_iter().flat_map(calls).collect();
    assert!(calls.len() > 5, "{calls:?}");
    for call in calls {
        Cli::try_parse_from(&call).unwrap_or_else(|error| panic!("{}: {error}", call.join(" ")));
    }
}

#[test]
fn the_calls_that_the_help_shows_are_understood() {
    let help = Cli::command().render_help().to_string();
    let (_, examples) = help.split_once("Examples:").unwrap();
    let calls = calls(examples);
    assert!(calls.len() > 3, "{help}");
    for call in calls {
        Cli::try_parse_from(&call).unwrap_or_else(|error| panic!("{}: {error}", call.join(" ")));
    }
}

#[test]
fn the_options_it_lists_are_those_of_the_program() {
    let command = Cli::command();
    let known: Vec<String> = command
        .get_arguments()
        .filter_map(clap::Arg::get_long)
        .filter(|name| !["help", "version"].contains(name))
        .map(str::to_owned)
        .collect();
    let cell = |row: &'static str| row.split('|').nth(1).unwrap_or_default();
    let rows: Vec<&str> = README.lines().filter(|line| line.starts_with("| `-")).map(cell).collect();
    let listed: Vec<&str> = rows
        .iter()
        .flat_map(|cell| cell.split("--").skip(1))
        .map(|rest| rest.split([' ', '`', ',']).next().unwrap_or_default())
        .collect();
    for option in &known {
        assert!(listed.contains(&option.as_str()), "README does not list --{option}");
    }
    for option in listed {
        assert!(known.iter().any(|other| other == option), "there is no --{option}");
    }
}
