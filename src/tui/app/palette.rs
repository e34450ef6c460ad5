//! The command palette: commands, every key of the configuration, boards and presets.

use crate::plan::Family;
use crate::text::thousands;
use crate::tui::action::{Action, Design, File, Runs};
use crate::tui::design::{Cell, Place, Sheet, State, boards_in_brief};
use crate::tui::dialog::{Choice, Choose, Dialog};
use crate::tui::keymap::{Binding, Context, bindings};
use crate::tui::memory::Recent;
use crate::tui::presets;
use crate::tui::screens::Screens;
use std::path::{Path, PathBuf};

/// Returns the command palette for the configuration in `sheet`; `others` are choices that it does not know, such as
/// runs and files.
pub fn palette(sheet: &Sheet, others: impl IntoIterator<Item = Choice>) -> Dialog {
    let mut choices: Vec<Choice> = commands().collect();
    choices.extend(fields(sheet));
    choices.extend(
        boards_in_brief(sheet).into_iter().map(|choice| Choice { name: format!("board: {}", choice.name), ..choice }),
    );
    choices.extend(presets().map(|choice| Choice { name: format!("preset: {}", choice.name), ..choice }));
    choices.extend(others);
    Dialog::Choose(Choose::new("Commands, settings, boards, presets, runs, files", choices, 0))
}

/// The runs that have been listed, and the files that the start screen offers.
pub fn runs_and_files(screens: &Screens) -> Vec<Choice> {
    let run = |(path, name): (&Path, &str)| Choice {
        name: format!("run: {name}"),
        help: "Show it in Runs".to_owned(),
        action: Action::Runs(Runs::GoTo(path.to_owned())),
    };
    let file = |recent: &Recent| Choice {
        name: format!("file: {}", recent.path.file_name().unwrap_or_default().to_string_lossy()),
        help: recent.path.display().to_string(),
        action: Action::File(File::OpenPath(recent.path.clone().into())),
    };
    screens.runs.names().map(run).chain(screens.start.recent.iter().map(file)).collect()
}

/// The commands of all contexts with names.
fn commands() -> impl Iterator<Item = Choice> {
    let named = bindings().iter().filter(|binding| !binding.name.is_empty());
    // Keys of dialogs and of modes mean nothing outside of them.
    let is_mode = |context| {
        matches!(context, Context::Dialog | Context::Prompt | Context::Settings | Context::Filter | Context::Images)
    };
    let named = named.filter(move |binding| !is_mode(binding.context) && binding.context != Context::Start);
    named.map(|binding: &Binding| {
        let place = match binding.context {
            Context::Always | Context::Screens => String::new(),
            context => format!("{}: ", context.title().split(':').next().unwrap_or_default().to_lowercase()),
        };
        Choice {
            name: format!("{place}{}", binding.name),
            help: format!("{} ({})", binding.help, binding.shown()),
            action: binding.action.clone(),
        }
    })
}

/// All keys of the configuration with their values; choosing one edits it.
fn fields(sheet: &Sheet) -> Vec<Choice> {
    let choice = |section: &str, cell: &Cell| {
        let line = cell.info().map_or("", |info| info.explanation.line.as_str());
        Choice {
            name: format!("{section}: {}", cell.label.replace('_', " ")),
            help: format!("{} {line}", if cell.value.is_empty() { "-" } else { &cell.value }),
            action: Action::Design(Design::GoTo(cell.key.clone())),
        }
    };
    let Some(model) = sheet.model() else { return Vec::new() };
    let settings = model.settings();
    let of_settings = settings.iter().map(|cell| {
        let path = cell.key.to_string();
        choice(path.split('.').next().unwrap_or_default(), cell)
    });
    let rows = State::rows(sheet);
    let of_table = rows.iter().flat_map(|row| {
        let section = match row.place {
            Place::Stem => "stem".to_owned(),
            Place::Head => "head".to_owned(),
            Place::Block(index) => format!("block {index}"),
            // The settings have these.
            Place::Model | Place::Target | Place::Settings => return Vec::new(),
        };
        row.cells.iter().map(|cell| choice(&section, cell)).collect()
    });
    of_settings.chain(of_table).collect()
}

/// The presets, each with what it takes on an 8-bit board, and what it is.
fn presets() -> impl Iterator<Item = Choice> {
    presets::all().iter().map(|preset| {
        let costs = &preset.estimate;
        let (weights, ram) = (thousands(costs.deployed_params), thousands(costs.ram_bytes));
        let flash = thousands(costs.on(Family::Avr).flash_bytes);
        Choice {
            name: preset.name.to_owned(),
            help: format!("{weights:>7} {ram:>8} {flash:>6} {}", preset.about),
            action: Action::File(File::OpenPath(PathBuf::from(preset.name).into())),
        }
    })
}
