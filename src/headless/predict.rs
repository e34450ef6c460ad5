//! `--predict IMAGE…`

use super::project::Project;
use super::{Exit, Failure};
use crate::graph::argmax;
use crate::{data, escape, train};
use serde_json::json;

/// Probabilities shown of one image.
const SHOWN: usize = 3;

/// Classifies the images. One that cannot be read is named, and the others are answered.
pub fn run(project: &mut Project<'_>) -> Result<Exit, Failure> {
    let trained = project.trained()?;
    let config = &project.spec.config;
    let (mut names, mut images) = (Vec::new(), Vec::new());
    let mut exit = Exit::Done;
    for path in &project.request.predict {
        match data::load_image(path, config.model.input, config.data.resize) {
            Ok(image) => {
                names.push(path.display().to_string());
                images.push(image);
            }
            Err(error) => {
                exit = Exit::Usage;
                project.console.error(&error.into());
            }
        }
    }
    let images: Vec<&[u8]> = images.iter().map(Vec::as_slice).collect();
    let answers = train::predict(&project.graph, &trained.weights, &images);
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).min(60);
    for (name, probabilities) in names.iter().zip(answers) {
        let label = &project.labels[argmax(&probabilities)];
        let mut order: Vec<usize> = (0..probabilities.len()).collect();
        order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
        let best = order.iter().take(SHOWN).map(|class| {
            format!("{} {:.1} %", escape::terminal(&project.labels[*class]), 100.0 * probabilities[*class])
        });
        let best = best.collect::<Vec<_>>().join(", ");
        project.console.say(&format!("{:width$}  {best}", escape::terminal(name)));
        let by_label: serde_json::Map<String, serde_json::Value> =
            project.labels.iter().zip(&probabilities).map(|(label, p)| (label.clone(), json!(p))).collect();
        project.console.object("prediction", json!({ "file": name, "label": label, "probabilities": by_label }));
    }
    Ok(exit)
}
