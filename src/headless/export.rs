//! `--export`

use super::Failure;
use super::int8::Int8;
use super::project::Project;
use crate::codegen::{self, DEFAULT_SAMPLE_BYTES, Model, Provenance, Sample, Sources, symbols};
use crate::runs::config_hash;
use crate::spec::Precision;
use crate::{escape, quant};
use serde_json::json;
use std::path::PathBuf;

/// Writes header, sketch and sample images.
pub fn run(project: &mut Project<'_>) -> Result<(), Failure> {
    let int8 = match project.spec.config.export.precision {
        Precision::Float => None,
        Precision::Int8 => Some(Int8::of(project)?),
    };
    let trained = project.trained()?;
    let dataset = project.dataset()?;
    let export = &project.spec.config.export;
    let (graph, weights) = quant::fold(&project.graph, &trained.weights);
    let model = Model {
        graph: &graph,
        weights: &weights,
        quantised: int8.as_ref().map(|int8| &int8.quantised),
        plan: export.plan,
        resize: project.spec.config.data.resize,
        class_name: symbols::class_name(&export.class_name, &project.spec.config.model.name),
        labels: &project.labels,
        provenance: Provenance {
            config_hash: config_hash(&project.spec.text),
            data: format!("{} ({})", dataset.source, &dataset.fingerprint[..16.min(dataset.fingerprint.len())]),
            accuracy: trained.metrics.map(|metrics| metrics.val_accuracy),
            int8_accuracy: None,
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
    let sources = Sources::of(&model, &samples, export.samples as usize, DEFAULT_SAMPLE_BYTES)?;
    let root = project.request.output.clone().unwrap_or_else(|| PathBuf::from("ArduinoCode"));
    let files = codegen::export(&root, &sources).map_err(Failure::on_the_way)?;
    for file in &files {
        project.console.say(&format!("wrote {}", escape::terminal(&file.display().to_string())));
    }
    project.console.object("export", json!({ "class_name": sources.class_name, "files": files }));
    Ok(())
}
