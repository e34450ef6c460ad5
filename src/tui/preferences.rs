//! The configuration file of the user: keys and colours of the workbench.

use super::keymap::Keys;
use super::theme::Depth;
use ratatui::style::Color;
use serde::Deserialize;
use std::ffi::OsString;
use std::path::PathBuf;

/// The contents of the file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Preferences {
    /// Colours.
    pub theme: Colours,
    /// Keys of commands, by context and name.
    pub keys: Keys,
}

/// The background of the terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Background {
    /// As the terminal says, or else its environment.
    #[default]
    Auto,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

/// Colours in place of the default ones: names of the 16 ANSI colours, numbers of the 256-colour palette, or `#rrggbb`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Colours {
    /// The background of the terminal.
    pub background: Background,
    /// The number of colours of the terminal, in place of what its environment says.
    pub depth: Option<Depth>,
    /// Titles and the pane with the focus.
    #[serde(deserialize_with = "colour")]
    pub accent: Option<Color>,
    /// Column headings and labels.
    #[serde(deserialize_with = "colour")]
    pub label: Option<Color>,
    /// Success.
    #[serde(deserialize_with = "colour")]
    pub good: Option<Color>,
    /// Warnings.
    #[serde(deserialize_with = "colour")]
    pub warning: Option<Color>,
    /// Errors.
    #[serde(deserialize_with = "colour")]
    pub bad: Option<Color>,
    /// Secondary text.
    #[serde(deserialize_with = "colour")]
    pub dim: Option<Color>,
}

fn colour<'de, D: serde::Deserializer<'de>>(text: D) -> Result<Option<Color>, D::Error> {
    let text = String::deserialize(text)?;
    let known = text.parse().map(Some);
    known.map_err(|_| {
        serde::de::Error::custom(format!("{text:?} is no colour: a name such as cyan, 0 to 255, or #rrggbb"))
    })
}

/// The path of the file: `micromobilenet/config.toml` in `$XDG_CONFIG_HOME` or `~/.config`.
#[must_use]
pub fn path(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")))?;
    Some(folder.join("micromobilenet/config.toml"))
}

impl Preferences {
    /// Reads the contents of the file.
    ///
    /// # Errors
    /// Text that is no TOML, and unknown keys, words and colours, with their line.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            format!("line {}: {}", before.matches('\n').count() + 1, error.message())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_keys_are_read_and_mistakes_have_their_line() {
        let text = "[theme]\nbackground = \"light\"\ndepth = \"16\"\naccent = \"#005f87\"\nwarning = \"magenta\"\n\n[keys.train]\nstop = \"ctrl-x\"\n";
        let read = Preferences::parse(text).unwrap();
        assert_eq!((read.theme.background, read.theme.depth), (Background::Light, Some(Depth::Sixteen)));
        assert_eq!((read.theme.accent, read.theme.good), (Some(Color::Rgb(0, 0x5f, 0x87)), None));
        assert_eq!(read.keys["train"]["stop"], "ctrl-x");
        let error = Preferences::parse("[theme]\naccent = \"sunny\"\n").unwrap_err();
        assert!(error.starts_with("line 2: ") && error.contains("\"sunny\" is no colour"), "{error}");
        assert!(Preferences::parse("[them]\n").unwrap_err().contains("unknown field"));
    }

    #[test]
    fn the_example_of_the_readme_is_legal() {
        let readme = include_str!("../../README.md");
        let example = readme.split("```toml\n").skip(1).find_map(|rest| {
            let block = rest.split("```").next()?;
            block.starts_with("[keys").then_some(block)
        });
        let read = Preferences::parse(example.unwrap()).unwrap();
        assert!(read.theme.accent.is_some() && super::super::keymap::is_legal(&read.keys));
    }

    #[test]
    fn the_file_is_where_others_are() {
        let of = |pairs: &[(&str, &str)]| {
            path(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value)))
        };
        assert_eq!(
            of(&[("HOME", "/home/ada")]).unwrap(),
            PathBuf::from("/home/ada/.config/micromobilenet/config.toml")
        );
        assert_eq!(
            of(&[("HOME", "/h"), ("XDG_CONFIG_HOME", "/c")]).unwrap(),
            PathBuf::from("/c/micromobilenet/config.toml")
        );
        assert_eq!(of(&[("XDG_CONFIG_HOME", "relative")]), None);
    }
}
