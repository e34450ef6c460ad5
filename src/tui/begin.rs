//! The first state of the workbench: the user's preferences, and the file to open.

use super::action::{Action, Screen};
use super::app::App;
use super::design::Sheet;
use super::effect::{Found, OpenedFile};
use super::preferences::{self, Background, Preferences};
use super::screens::Effect;
use super::theme::Theme;
use super::workshop::{self, Workshop};
use super::{Start, keymap};
use crate::config::{ConfigFile, DEFAULT_CONFIG, text_of};
use crate::plan::Boards;
use std::path::{Path, PathBuf};

/// The size of the terminal until it is known.
const SIZE: (u16, u16) = (80, 24);

/// Opens the first file, or the start screen, and returns the state with the first effects. `preferences` are those of
/// the user, or what is wrong with them.
///
/// # Errors
/// The configuration cannot be read.
pub fn app(
    start: &Start,
    preferences: &Result<Preferences, String>,
    workshop: &mut Workshop,
) -> anyhow::Result<(App, Vec<Effect>)> {
    let config = start.config.clone().or_else(|| config_here(!start.overrides.is_empty()));
    let has_config = config.is_some();
    let config = config.unwrap_or_else(|| PathBuf::from(DEFAULT_CONFIG));
    let boards = Boards::beside(&config)?;
    let OpenedFile { path, text, origin, left, holder, recent, .. } = workshop.open(config.clone().into())?;
    let mut sheet = Sheet::open(path, text, origin, boards);
    if !start.overrides.is_empty() {
        let changed = ConfigFile::parse(&config.display().to_string(), sheet.text(), &start.overrides)?;
        sheet.replace(changed.text, None);
    }
    let colours = preferences.as_ref().map(|own| own.theme).unwrap_or_default();
    let theme = Theme::of(|name| std::env::var(name).ok()).with(colours);
    let (mut app, mut effects) = App::new(sheet, Found { left, holder }, theme, SIZE);
    if !has_config {
        list_files(&mut app, workshop);
    }
    effects.extend(match (recent, has_config) {
        (Some(recent), _) => app.resume(&recent),
        (None, true) => Vec::new(),
        (None, false) => app.act(&Action::Show(Screen::Start)),
    });
    if let Err(error) = preferences {
        effects.extend(app.handle_news(super::screens::News::Failed(error.clone())));
    }
    Ok((app, effects))
}

/// Lists the files that the start screen offers. If it is not the first screen, the first frame does not wait for it.
pub fn list_files(app: &mut App, workshop: &Workshop) {
    app.screens.start.recent = workshop.files_to_open();
    app.screens.start.now = jiff::Timestamp::now().as_second();
}

/// Reads the preferences of the user, and applies those of keys. Mistakes are reported, and the defaults stay.
pub fn preferences() -> Result<Preferences, String> {
    let Some(path) = preferences::path(|name| std::env::var_os(name)) else { return Ok(Preferences::default()) };
    let Some(text) = text_of(&path).map_err(|error| error.to_string())? else { return Ok(Preferences::default()) };
    let read = Preferences::parse(&text).and_then(|own| keymap::configure(&own.keys).map(|()| own));
    read.map_err(|error| format!("{}: {error}; the default keys and colours are used", crate::text::path(&path)))
}

/// Whether the terminal has to be asked for its background.
pub fn has_unknown_background(preferences: &Result<Preferences, String>, app: &App) -> bool {
    let own = preferences.as_ref().map(|own| own.theme.background).unwrap_or_default();
    own == Background::Auto && app.theme.has_glyphs
}

/// The configuration to open if none is named: the only one in the working folder, else the default one of a
/// checkout. With `always`, the default preset if there is neither.
fn config_here(always: bool) -> Option<PathBuf> {
    let default = PathBuf::from(DEFAULT_CONFIG);
    match workshop::configurations(Path::new(".")).as_slice() {
        [only] => Some(only.clone()),
        [] if always || default.is_file() => Some(default),
        _ => None,
    }
}
