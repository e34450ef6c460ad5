//! `--export`

use super::Failure;
use super::int8;
use super::project::Project;
use crate::codegen::CodegenError;
use crate::config::Precision;
use crate::escape;
use crate::jobs::{Build, COMPARED_IMAGES, CheckError, Checked, Compilers, Export};
use crate::plan::{Board, Boards};
use serde_json::json;

/// Refuses a network that cannot be exported, before anything is trained.
pub fn check(project: &Project<'_>) -> Result<(), Failure> {
    match project.estimate().limit {
        Some(limit) => Err(CodegenError::Limit(limit).into()),
        None => Ok(()),
    }
}

/// Checks header and sample images, then writes them and a sketch.
pub fn run(project: &mut Project<'_>) -> Result<(), Failure> {
    let boards = Boards::beside(&project.config_path)?;
    let board = board(project, &boards)?;
    let deployment = project.deployment()?;
    let export = match project.session.spec.config.export.precision {
        Precision::Float => deployment.export(Build::Float, board)?,
        Precision::Int8 => {
            let deployed = project.deployed()?;
            let images = deployment.dataset.validation.sample(COMPARED_IMAGES);
            let evaluated =
                deployment.evaluate_int8(&deployed, &images, &project.control).ok_or_else(Failure::interrupted)?;
            int8::report(project, &evaluated.comparison)?;
            deployment.export(Build::Int8 { deployed: &deployed, comparison: Some(&evaluated.comparison) }, board)?
        }
    };
    let checked = check_header(project, &export)?;
    let root = project.request.output.clone().unwrap_or_else(|| project.request.folders.exports.clone());
    let files = export.write(&root).map_err(Failure::on_the_way)?;
    for file in &files {
        project.console.say(&format!("wrote {}", escape::terminal(&file.display().to_string())));
    }
    let (proof, reason) = match &checked {
        Checked::Equal { compiler, images } => (Some(json!({ "compiler": compiler, "images": images })), None),
        Checked::Not(why) => (None, Some(why)),
    };
    let object = json!({
        "class_name": export.sources.class_name,
        "files": files,
        "accuracy": export.accuracy,
        "int8_accuracy": export.int8_accuracy,
        "object_bytes": export.estimate.ram_bytes,
        "checked": proof,
        "not_checked": reason,
    });
    project.console.object("export", object);
    Ok(())
}

/// Compiles and runs the header, unless `--no-check` is given, and reports the result; fails if outputs differ.
fn check_header(project: &Project<'_>, export: &Export) -> Result<Checked, Failure> {
    if project.request.no_check {
        return Ok(Checked::Not("--no-check".into()));
    }
    let stop = || project.control.is_stopped();
    let checked = export.check(&Compilers::here(), &stop).map_err(|error| match error {
        CheckError::Stopped => Failure::interrupted(),
        wrong => Failure::on_the_way(wrong),
    })?;
    match &checked {
        Checked::Equal { .. } => project.console.say(&checked.to_string()),
        Checked::Not(_) => project.console.note(&checked.to_string()),
    }
    Ok(checked)
}

/// The board whose flash limits the number of sample images.
fn board<'b>(project: &Project<'_>, boards: &'b Boards) -> Result<Option<&'b Board>, Failure> {
    match project.board(boards) {
        // A run may be used without the list that its board comes from.
        Err(_) if project.request.board.is_none() => {
            project
                .console
                .note("target.board is unknown here: the number of sample images is not limited by its flash");
            Ok(None)
        }
        board => board,
    }
}
