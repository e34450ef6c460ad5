//! `--report RUN…`

use super::console::Console;
use super::{Failure, Request};
use crate::escape;
use crate::runs::{self, ComparedRun, Run};
use serde_json::json;
use std::path::Path;

/// Writes a comparison of the runs of `request`.
pub fn compare(request: &Request, console: Console) -> Result<(), Failure> {
    let runs = request.report.iter().map(|path| ComparedRun::load(&Run::open(path)?)).collect::<Result<Vec<_>, _>>()?;
    let folder = request.output.clone().unwrap_or_else(|| request.folders.runs.join("report"));
    let report = runs::write_comparison(&folder, &runs).map_err(Failure::on_the_way)?;
    let shown = |path: &Path| escape::terminal(&path.to_string_lossy());
    console.say(&format!("report: {}\ncurves: {}", shown(&report), shown(&folder.join("overlay.svg"))));
    console.object("report", json!({ "files": [report, folder.join("overlay.svg")] }));
    Ok(())
}
