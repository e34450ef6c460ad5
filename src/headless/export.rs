//! `--export`

use super::Failure;
use super::int8;
use super::project::Project;
use crate::codegen::{self, Model, Provenance, Sample, SampleRoom, Sources, symbols};
use crate::plan::Boards;
use crate::runs::config_hash;
use crate::spec::Precision;
use crate::{escape, quant};
use serde_json::json;
use std::path::PathBuf;

/// Validation images on which int8 is compared with float: few enough for seconds.
const JUDGED: usize = 1_000;

/// Writes header, sketch and sample images.
pub fn run(project: &mut Project<'_>) -> Result<(), Failure> {
    let room = room(project)?;
    let trained = project.trained()?;
    let dataset = project.dataset()?;
    // Float has the accuracy that training measured, int8 and what it is compared with are
    // measured here, on the same images.
    let (mut accuracy, mut int8_accuracy) = (trained.metrics.map(|metrics| metrics.val_accuracy), None);
    let deployed = match project.spec.config.export.precision {
        Precision::Float => None,
        Precision::Int8 => {
            let deployed = project.deployed()?;
            let comparison = int8::judge(project, &deployed, &dataset.validation.sample(JUDGED))?.comparison;
            int8::tell(project, &comparison)?;
            if comparison.images > 0 {
                (accuracy, int8_accuracy) = (Some(comparison.float_accuracy), Some(comparison.int8_accuracy));
            }
            Some(deployed)
        }
    };
    let export = &project.spec.config.export;
    let (graph, weights) = quant::fold(&project.graph, &trained.weights);
    let model = Model {
        graph: &graph,
        weights: &weights,
        quantised: deployed.as_ref().map(|deployed| &deployed.quantised),
        plan: export.plan,
        resize: project.spec.config.data.resize,
        class_name: symbols::class_name(&export.class_name, &project.spec.config.model.name),
        labels: &project.labels,
        provenance: Provenance {
            config_hash: config_hash(&project.spec.text),
            data: format!("{} ({})", dataset.source, &dataset.fingerprint[..16.min(dataset.fingerprint.len())]),
            accuracy,
            int8_accuracy,
            weights_hash: trained.hash.clone(),
        },
    };
    let images = &dataset.validation;
    let samples: Vec<Sample<'_>> = (0..images.len())
        .map(|i| Sample {
            pixels: images.image(i),
            label: usize::from(images.labels[i]),
            name: images.names[i].clone(),
        })
        .collect();
    let sources = Sources::of(&model, &samples, export.samples as usize, room)?;
    let root = project.request.output.clone().unwrap_or_else(|| PathBuf::from("ArduinoCode"));
    let files = codegen::export(&root, &sources).map_err(Failure::on_the_way)?;
    for file in &files {
        project.console.say(&format!("wrote {}", escape::terminal(&file.display().to_string())));
    }
    let object = json!({
        "class_name": sources.class_name,
        "files": files,
        "accuracy": accuracy,
        "int8_accuracy": int8_accuracy,
        "object_bytes": model.program().object_bytes(),
    });
    project.console.object("export", object);
    Ok(())
}

/// Flash for sample images: what the network leaves of the board's.
fn room(project: &Project<'_>) -> Result<SampleRoom, Failure> {
    let boards = Boards::beside(&project.config_path)?;
    let board = match project.board(&boards) {
        // A run does not take along the list that its board may be from.
        Err(_) if project.request.board.is_none() => {
            project.console.note("target.board is not known here: there are as many sample images as for any board");
            None
        }
        board => board?,
    };
    Ok(board.map_or_else(SampleRoom::default, |board| SampleRoom::on(board, &project.estimate())))
}
