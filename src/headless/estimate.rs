//! `--estimate`

use super::project::Project;
use super::{Exit, Failure};
use crate::plan::{Boards, Estimate, Family, Verdict, verdict_lines};
use serde::Serialize;

/// The JSON object.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    estimate: &'a Estimate,
    /// The core family of the next two fields: that of the selected board, else Cortex-M4F.
    family: Family,
    flash_bytes: u64,
    stack_bytes: u64,
    boards: &'a [Verdict],
}

/// Prints the estimate per layer and the boards that the network fits. The exit code is [`Exit::No`] if it does not
/// fit the selected board.
pub fn show(project: &Project<'_>) -> Result<Exit, Failure> {
    let boards = Boards::beside(&project.config_path)?;
    let chosen = project.board(&boards)?;
    let estimate = project.estimate();
    let verdicts: Vec<Verdict> = match chosen {
        Some(board) => vec![board.verdict(&estimate)],
        None => boards.0.iter().map(|board| board.verdict(&estimate)).collect(),
    };
    let (console, width) = (project.console, project.console.width());
    console.say(&estimate.table(width));
    console.say("\nRAM over time, in bytes:");
    console.say(&estimate.arena.draw(width));
    console.say("\nCode size is an estimate (±10 %), stack an upper bound, all else is exact:");
    console.say(&estimate.target_lines());
    if estimate.limit.is_none() {
        console.say(&format!("\n{}", verdict_lines(&verdicts)));
    }
    let family = chosen.map_or(Family::Dsp, |board| board.core.family());
    let target = estimate.on(family);
    let (flash_bytes, stack_bytes) = (target.flash_bytes, target.stack_bytes);
    let report = Report { estimate: &estimate, family, flash_bytes, stack_bytes, boards: &verdicts };
    console.object("estimate", report);
    if let Some(limit) = &estimate.limit {
        return Err(Failure::on_the_way(anyhow::anyhow!("this network cannot be exported: {limit}")));
    }
    let fits = chosen.is_none() || verdicts.iter().all(|verdict| verdict.fits);
    Ok(if fits { Exit::Done } else { Exit::No })
}
