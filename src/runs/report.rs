//! `report.md` of one run.

use super::table::{grouped, percent};
use super::{Evaluation, LayerRow, Reached, Run, RunInfo};
use crate::escape;
use crate::train::EpochMetrics;

const MISTAKES: usize = 20;
/// Classes in the table at most; the rest is in `--evaluate --json`.
const CLASSES: usize = 200;

/// What a report is made of. What is not there leaves its section out.
#[derive(Debug, Clone, Copy)]
pub struct RunReport<'a> {
    /// What the run is.
    pub info: &'a RunInfo,
    /// `config.toml`.
    pub config: &'a str,
    /// `metrics.csv`.
    pub history: &'a [EpochMetrics],
    /// The layers and their costs.
    pub layers: &'a [LayerRow],
    /// The answers on the validation images: of the best weights, or of the last where no best
    /// are kept.
    pub evaluation: Option<&'a Evaluation>,
    /// `data-check.md`: Markdown whose names are escaped already.
    pub data_check: Option<&'a str>,
    /// What in its recipe cannot be right.
    pub warnings: &'a [String],
    /// The command line that trains it again.
    pub command: &'a str,
}

/// The text of `report.md`. It links the pictures beside it.
#[must_use]
pub fn run_report(report: &RunReport<'_>) -> String {
    let RunReport { info, config, history, layers, evaluation, data_check, warnings, command } = *report;
    let mut out = format!("# {}\n\n", escape::markdown(&info.name));
    out += &summary(info, history);
    if !warnings.is_empty() {
        out += "\n## Warnings\n\n";
        for warning in warnings {
            out += &format!("- {}\n", escape::markdown(warning));
        }
    }
    out += &format!("\n![Loss and accuracy over the epochs]({})\n", Run::HISTORY);
    if let Some(evaluation) = evaluation {
        out += &classes(evaluation, if info.best.is_some() { "best" } else { "last" });
        out += &mistakes(evaluation);
    }
    if !layers.is_empty() {
        out += &network(layers);
    }
    if let Some(check) = data_check {
        out += &format!("\n## Data\n\n{}\n", demoted(check.trim()));
    }
    out += &format!("\n## Configuration\n\n{}", fenced("toml", config));
    out += &format!("\n## Again\n\n{}", fenced("sh", command));
    out
}

/// A table of two columns.
fn pairs(rows: &[(&str, String)]) -> String {
    let mut out = "| | |\n|---|---|\n".to_owned();
    for (name, value) in rows {
        out += &format!("| {name} | {value} |\n");
    }
    out
}

fn summary(info: &RunInfo, history: &[EpochMetrics]) -> String {
    let mut status = info.status.name().to_owned();
    if let Some(reason) = &info.reason {
        status += &format!(": {}", escape::markdown(reason));
    }
    let data = &info.data;
    let host = [info.host.os.as_str(), &info.host.arch, &info.host.cpu].map(escape::markdown);
    let host: Vec<String> = host.into_iter().filter(|part| !part.is_empty()).collect();
    let mut rows = vec![
        ("status", status),
        ("best", reached(info.best.as_ref())),
        ("last", reached(info.last.as_ref())),
        ("epochs", grouped(info.epochs_done.into())),
    ];
    if let Some(speed) = speed(history) {
        rows.push(("training", format!("{} images a second, {} in all", grouped(speed as u64), duration(history))));
    }
    rows.extend([
        ("data", escape::markdown(&data.source)),
        (
            "images",
            format!(
                "{} to train, {} to validate, {} classes",
                grouped(data.train as u64),
                grouped(data.validation as u64),
                info.classes
            ),
        ),
        ("data fingerprint", escape::markdown(&data.fingerprint)),
        ("seed", info.seed.to_string()),
        ("machine", format!("{}; threads: {}", host.join(", "), info.host.threads)),
        ("begun", info.started.to_string()),
        ("program", format!("micromobilenet {}", escape::markdown(&info.version))),
    ]);
    pairs(&rows)
}

/// One of `best` and `last` in words.
fn reached(reached: Option<&Reached>) -> String {
    reached.map_or_else(
        || "–".to_owned(),
        |at| {
            format!(
                "epoch {}: validation accuracy {}, loss {:.4}; training accuracy {}, loss {:.4}",
                at.epoch,
                percent(Some(at.val_accuracy)),
                at.val_loss,
                percent(Some(at.accuracy)),
                at.loss
            )
        },
    )
}

/// Training images a second, the median over the epochs.
fn speed(history: &[EpochMetrics]) -> Option<f64> {
    let mut speeds: Vec<f64> = history.iter().map(|row| row.images_per_second).filter(|s| s.is_finite()).collect();
    speeds.sort_by(f64::total_cmp);
    speeds.get(speeds.len() / 2).copied()
}

/// The time of all epochs: `1 h 02 min`, `3 min 20 s`, `4.2 s`.
pub(super) fn duration(history: &[EpochMetrics]) -> String {
    let seconds: f64 = history.iter().map(|row| row.seconds).filter(|s| s.is_finite()).fold(0.0, |sum, s| sum + s);
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

fn classes(evaluation: &Evaluation, weights: &str) -> String {
    let mut out = format!(
        "\n## Classes\n\nOn {} images, with the {weights} weights: accuracy {}, loss {:.4}.\n\n",
        grouped(evaluation.images),
        percent(Some(evaluation.accuracy)),
        evaluation.loss
    );
    out += "| class | images | precision | recall | F1 |\n|---|---:|---:|---:|---:|\n";
    for class in evaluation.per_class.iter().take(CLASSES) {
        let [precision, recall, f1] = [class.precision, class.recall, class.f1].map(percent);
        let label = escape::markdown(&class.label);
        out += &format!("| {label} | {} | {precision} | {recall} | {f1} |\n", grouped(class.images));
    }
    if evaluation.per_class.len() > CLASSES {
        out += &format!("\n{} more classes are not listed.\n", evaluation.per_class.len() - CLASSES);
    }
    out += &format!("\n![Which class was taken for which]({})\n", Run::CONFUSION);
    out
}

fn mistakes(evaluation: &Evaluation) -> String {
    let all = evaluation.mistakes.len();
    if all == 0 {
        return String::new();
    }
    let shown = all.min(MISTAKES);
    let mut out = format!("\n## Mistakes\n\nThe {shown} surest of {}.\n\n", grouped(all as u64));
    out += "| image | is | was taken for | probability |\n|---|---|---|---:|\n";
    for mistake in &evaluation.mistakes[..shown] {
        let [file, truth, predicted] =
            [&mistake.file, &mistake.truth, &mistake.predicted].map(|text| escape::markdown(text));
        out += &format!("| {file} | {truth} | {predicted} | {} |\n", percent(Some(mistake.probability.into())));
    }
    out
}

fn network(layers: &[LayerRow]) -> String {
    let mut out = "\n## Network\n\n".to_owned();
    out += "| layer | output | parameters | deployed | MACs | activation bytes |\n|---|---|---:|---:|---:|---:|\n";
    for row in layers {
        let (name, output) = (escape::markdown(&row.name), escape::markdown(&row.output));
        let counts = [row.params, row.deployed_params, row.macs, row.activation_bytes].map(grouped);
        out += &format!("| {name} | {output} | {} |\n", counts.join(" | "));
    }
    let total = |count: fn(&LayerRow) -> u64| grouped(layers.iter().map(count).sum());
    let (params, deployed, macs) = (total(|row| row.params), total(|row| row.deployed_params), total(|row| row.macs));
    out + &format!("| **total** | | **{params}** | **{deployed}** | **{macs}** | |\n")
}

/// Markdown whose headings stand two levels lower, below one of ours.
fn demoted(markdown: &str) -> String {
    let line = |line: &str| if line.starts_with('#') { format!("##{line}") } else { line.to_owned() };
    markdown.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// `text` as a block of code that nothing in it can end.
fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let lines: String = text.lines().map(|line| escape::terminal(&line.replace('\t', "    ")) + "\n").collect();
    format!("{fence}{language}\n{lines}{fence}\n")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::runs::{DataInfo, Host, Status};

    pub(in crate::runs) const HOSTILE: &str = "a|b\n# c `x` <img src=x onerror=alert(1)> [l](javascript:x) \u{1b}[2J";

    pub(in crate::runs) fn history(epochs: u32) -> Vec<EpochMetrics> {
        let row = |epoch| EpochMetrics {
            epoch,
            loss: 1.0 / f64::from(epoch),
            accuracy: 0.5,
            val_loss: 1.25,
            val_accuracy: 0.625,
            lr: 0.001,
            images_per_second: 4000.0,
            seconds: 40.0,
        };
        (1..=epochs).map(row).collect()
    }

    fn info(name: &str) -> RunInfo {
        let data = DataInfo { source: name.into(), fingerprint: "0123".into(), train: 3454, validation: 863 };
        let host = Host { os: "linux".into(), arch: "x86_64".into(), cpu: name.into(), threads: 2 };
        let best = history(3).last().map(Reached::from);
        let (status, reason) = (Status::Failed, Some(name.to_owned()));
        RunInfo {
            name: name.into(),
            data,
            host,
            best,
            status,
            reason,
            classes: 2,
            epochs_done: 3,
            ..RunInfo::default()
        }
    }

    fn report(name: &str) -> String {
        let labels = [name.to_owned(), "tulip".to_owned()];
        let files = [name.to_owned(), "b.jpg".to_owned()];
        let evaluation = Evaluation::from_answers(&labels, &[0, 1], &[0.25, 0.75, 0.25, 0.75], &files);
        let layer = LayerRow {
            name: name.into(),
            output: "47x47x3".into(),
            params: 33,
            deployed_params: 30,
            macs: 59_643,
            activation_bytes: 26_508,
        };
        run_report(&RunReport {
            info: &info(name),
            config: &format!("# {name}\n```\n[model]\n"),
            history: &history(3),
            layers: &[layer],
            evaluation: Some(&evaluation),
            data_check: Some("# Check\n\nall is well"),
            warnings: &[],
            command: "micromobilenet --config a.toml --train",
        })
    }

    #[test]
    fn a_report_says_what_was_trained_and_how_it_went() {
        let text = report("micro");
        for part in [
            "# micro\n",
            "| status | failed: micro |",
            "| best | epoch 3: validation accuracy 62.5 %, loss 1.2500; training accuracy 50.0 %, loss 0.3333 |",
            "| last | – |",
            "| training | 4,000 images a second, 2 min 00 s in all |",
            "| images | 3,454 to train, 863 to validate, 2 classes |",
            "](history.svg)",
            "](confusion.svg)",
            "| tulip | 1 | 50.0 % | 100.0 % | 66.7 % |",
            "| micro | micro | tulip | 75.0 % |",
            "| **total** | | **33** | **30** | **59,643** | |",
            "### Check\n",
            "````toml\n# micro\n```\n[model]\n````\n",
            "```sh\nmicromobilenet --config a.toml --train\n```\n",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
    }

    #[test]
    fn hostile_names_break_no_table_and_begin_no_markup() {
        let (hostile, plain) = (report(HOSTILE), report("plain"));
        // The configuration, in its fence, is one line longer, since the name holds a line break.
        assert_eq!(hostile.lines().count(), plain.lines().count() + 1);
        let outside = hostile.split("## Configuration").next().unwrap();
        let unescaped = outside.replace("\\<", "").replace("\\[", "");
        assert!(!unescaped.contains("<img") && !unescaped.contains("[l"), "{outside}");
        assert!(!hostile.chars().any(|c| c.is_control() && c != '\n'));
        for line in outside.lines().filter(|line| line.starts_with('|')) {
            let cells = line.replace("\\|", "").matches('|').count();
            assert!([3, 5, 6, 7].contains(&cells), "{line}");
        }
    }

    #[test]
    fn a_report_of_nothing_is_short_and_whole() {
        let text = run_report(&RunReport {
            info: &RunInfo::default(),
            config: "",
            history: &[],
            layers: &[],
            evaluation: None,
            data_check: None,
            warnings: &[],
            command: "",
        });
        assert!(text.contains("| best | – |") && !text.contains("## Classes") && !text.contains("a second"));
    }
}
