//! `--predict IMAGE…`

use super::project::Project;
use super::{Exit, Failure};
use crate::graph::argmax;
use crate::spec::Precision;
use crate::{data, escape, train};
use serde_json::{Value, json};

/// Probabilities shown of one image.
const SHOWN: usize = 3;

/// Classifies the images, in float or in integers. One that cannot be read is named, and the others are answered.
pub fn run(project: &mut Project<'_>) -> Result<Exit, Failure> {
    let trained = project.trained()?;
    let deployed = match project.spec.config.export.precision {
        Precision::Float => None,
        Precision::Int8 => Some(project.deployed()?),
    };
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
    let answers: Vec<(Vec<f32>, Option<Vec<i8>>)> = match &deployed {
        None => {
            let answers = train::predict(&project.graph, &trained.weights, &images);
            answers.into_iter().map(|probabilities| (probabilities, None)).collect()
        }
        Some(deployed) => {
            let quantised = &deployed.quantised;
            let scores = images.iter().map(|image| quantised.run(image).pop().unwrap_or_default());
            scores.map(|scores| (quantised.probabilities(&scores), Some(scores))).collect()
        }
    };
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).min(60);
    for (name, (probabilities, scores)) in names.iter().zip(answers) {
        let label = &project.labels[argmax(&probabilities)];
        let mut order: Vec<usize> = (0..probabilities.len()).collect();
        order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
        let best = order.iter().take(SHOWN).map(|class| {
            format!("{} {:.1} %", escape::terminal(&project.labels[*class]), 100.0 * probabilities[*class])
        });
        let best = best.collect::<Vec<_>>().join(", ");
        project.console.say(&format!("{:width$}  {best}", escape::terminal(name)));
        let mut object =
            json!({ "file": name, "label": label, "probabilities": by_label(&project.labels, &probabilities) });
        if let Some(scores) = scores {
            object["scores"] = by_label(&project.labels, &scores);
        }
        project.console.object("prediction", object);
    }
    Ok(exit)
}

fn by_label<T: Copy + Into<Value>>(labels: &[String], values: &[T]) -> Value {
    Value::Object(labels.iter().cloned().zip(values.iter().map(|value| (*value).into())).collect())
}
