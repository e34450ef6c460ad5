//! The costs of a network and the boards that it fits:
//! `cargo run --release --example estimate -- configs/micro.toml`, or the name of a preset.
//! Needs no feature of the library.

#![expect(clippy::print_stdout, reason = "an example prints")]

use micromobilenet::config::{self, NumClasses};
use micromobilenet::graph::Graph;
use micromobilenet::plan::{Boards, Estimate, verdict_lines};
use std::path::PathBuf;

/// The number of classes if the configuration leaves it to the data.
const CLASSES: usize = 10;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "micro".to_owned());
    let file = config::load(&PathBuf::from(path), &[])?;
    let classes = match file.config.model.num_classes {
        NumClasses::Count(count) => count as usize,
        NumClasses::Auto(_) => CLASSES,
    };
    let graph = Graph::of_file(&file, classes)?;
    let export = &file.config.export;
    let estimate = Estimate::of(&graph, export.precision, export.plan);
    print!("{}", estimate.table(100));

    let boards = Boards::built_in()?;
    let verdicts: Vec<_> = boards.0.iter().map(|board| board.verdict(&estimate)).collect();
    print!("\n{}", verdict_lines(&verdicts));
    Ok(())
}
