//! What the README shows works.

use micromobilenet::spec::Spec;

const README: &str = include_str!("../README.md");

/// The blocks of code in `language`.
fn blocks(language: &str) -> Vec<&'static str> {
    README.split("\n```").filter_map(|part| part.strip_prefix(language)?.strip_prefix('\n')).collect()
}

#[test]
fn its_configuration_is_one() {
    let configurations = blocks("toml");
    assert_eq!(configurations.len(), 1);
    for text in configurations {
        Spec::parse("README.md", text, &[]).unwrap_or_else(|error| panic!("{error}"));
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
    Spec::parse("README.md", blocks("toml")[0], &overrides).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn the_files_it_names_are_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in ["CONTRIBUTING.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        assert!(README.contains(&format!("[{file}]({file})")) && root.join(file).is_file(), "{file}");
    }
    for file in ["configs/micro.toml", "assets/config.schema.json", "assets/fashion-mnist/LICENSE"] {
        assert!(README.contains(file) && root.join(file).is_file(), "{file}");
    }
}
