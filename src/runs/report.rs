//! `report.md` and `report.html` of one run.

use super::document::{self, Block, Table};
use super::{EpochSummary, Evaluation, EvaluationRecord, LayerRow, Mistake, Run, RunInfo};
use crate::plan::{Estimate, Family, Verdict};
use crate::text::{percent, thousands};
use crate::train::EpochMetrics;

const MISTAKES: usize = 20;
/// Maximum number of classes in the table; `--evaluate --json` has all.
const CLASSES: usize = 200;

/// The contents of a report. A missing part leaves out its section.
#[derive(Debug, Clone, Copy)]
pub struct RunReport<'a> {
    /// `run.json`.
    pub info: &'a RunInfo,
    /// `config.toml`.
    pub config: &'a str,
    /// `metrics.csv`.
    pub history: &'a [EpochMetrics],
    /// `layers.csv`.
    pub layers: &'a [LayerRow],
    /// Predictions on the validation images with the best weights, or with the last if there are no best.
    pub evaluation: Option<&'a Evaluation>,
    /// Results of `--evaluate` with the same weights.
    pub evaluations: &'a [EvaluationRecord],
    /// Memory on all boards.
    pub fit: Option<&'a BoardFit>,
    /// `data-check.md`: Markdown in which names are already escaped.
    pub data_check: Option<&'a str>,
    /// Warnings about the training settings.
    pub warnings: &'a [String],
    /// The plots next to the report.
    pub pictures: &'a ReportPlots,
    /// The command line that repeats the training.
    pub command: &'a str,
}

/// The plots of a report, as SVG.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportPlots {
    /// Loss, accuracy and learning rate.
    pub history: String,
    /// Confusion matrix.
    pub confusion: String,
    /// Misclassified images.
    pub mistakes: String,
}

/// Memory of a network on boards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardFit {
    /// Estimates in float and in int8.
    pub estimates: [Estimate; 2],
    /// Verdicts for every board, in float and in int8.
    pub boards: Vec<[Verdict; 2]>,
    /// `target.board`; may be empty.
    pub target: String,
}

/// `report.md`, which links the plots next to it, and `report.html`, which embeds them.
#[must_use]
pub fn run_report(report: &RunReport<'_>) -> (String, String) {
    let blocks = blocks(report);
    (document::markdown(&blocks), document::html(&blocks))
}

fn blocks(report: &RunReport<'_>) -> Vec<Block> {
    let RunReport { info, history, layers, evaluation, evaluations, pictures, .. } = *report;
    let mut out = vec![Block::Title(info.name.clone()), Block::Pairs(summary(info, history))];
    if !report.warnings.is_empty() {
        out.extend([Block::Heading("Warnings".into()), Block::List(report.warnings.to_vec())]);
    }
    out.push(Block::Picture {
        what: "Loss, accuracy and learning rate over the epochs",
        file: Run::HISTORY,
        svg: pictures.history.clone(),
    });
    if !evaluations.is_empty() {
        out.extend([Block::Heading("Evaluation".into()), Block::Table(evaluated(evaluations))]);
    }
    if let Some(evaluation) = evaluation {
        out.extend(classes(evaluation, if info.best.is_some() { "best" } else { "last" }, &pictures.confusion));
        out.extend(mistakes(evaluation, &pictures.mistakes));
    }
    if let Some(fit) = report.fit {
        out.extend(fitting(fit));
    }
    if !layers.is_empty() {
        out.extend([Block::Heading("Network".into()), Block::Table(network(layers))]);
    }
    if let Some(check) = report.data_check {
        out.extend([Block::Heading("Data".into()), Block::Markdown(check.to_owned())]);
    }
    out.extend([
        Block::Heading("Configuration".into()),
        Block::Code("toml", report.config.to_owned()),
        Block::Heading("Reproduce".into()),
        Block::Code("sh", report.command.to_owned()),
    ]);
    out
}

fn summary(info: &RunInfo, history: &[EpochMetrics]) -> Vec<(&'static str, String)> {
    let mut status = info.status.name().to_owned();
    if let Some(reason) = &info.reason {
        status += &format!(": {reason}");
    }
    let data = &info.data;
    let host: Vec<&str> =
        [info.host.os.as_str(), &info.host.arch, &info.host.cpu].into_iter().filter(|part| !part.is_empty()).collect();
    let mut rows = vec![
        ("status", status),
        ("best", reached(info.best.as_ref())),
        ("last", reached(info.last.as_ref())),
        ("epochs", thousands(info.epochs_done.into())),
    ];
    if let Some(speed) = speed(history) {
        rows.push((
            "training",
            format!("{} images per second, {} in total", thousands(speed as u64), duration(history)),
        ));
    }
    rows.extend([
        ("data", data.source.clone()),
        (
            "images",
            format!(
                "{} training, {} validation, {} classes",
                thousands(data.train as u64),
                thousands(data.validation as u64),
                info.classes
            ),
        ),
        ("data fingerprint", data.fingerprint.clone()),
        ("seed", info.seed.to_string()),
        ("machine", format!("{}; threads: {}", host.join(", "), info.host.threads)),
        ("started", info.started.to_string()),
        ("program", format!("micromobilenet {}", info.version)),
    ]);
    rows
}

/// Text of `best` or `last`.
fn reached(reached: Option<&EpochSummary>) -> String {
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

/// Median training images per second over the epochs.
fn speed(history: &[EpochMetrics]) -> Option<f64> {
    let mut speeds: Vec<f64> = history.iter().map(|row| row.images_per_second).filter(|s| s.is_finite()).collect();
    speeds.sort_by(f64::total_cmp);
    speeds.get(speeds.len() / 2).copied()
}

/// Total time of all epochs: `1 h 02 min`, `3 min 20 s`, `4.2 s`.
pub(super) fn duration(history: &[EpochMetrics]) -> String {
    let seconds: f64 = history.iter().map(|row| row.seconds).filter(|s| s.is_finite()).fold(0.0, |sum, s| sum + s);
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// One row per evaluated split and precision.
fn evaluated(evaluations: &[EvaluationRecord]) -> Table {
    let row = |one: &EvaluationRecord| {
        let sure = one.threshold.map_or_else(
            || format!("no threshold for {}", percent(Some(one.min_precision))),
            |at| format!("{} of the images, accuracy {}", percent(Some(at.coverage)), percent(at.accuracy)),
        );
        let threshold = one.threshold.map_or_else(|| "–".to_owned(), |at| format!("{:.4}", at.threshold));
        vec![
            one.split.clone(),
            one.precision.clone(),
            thousands(one.images),
            percent(one.accuracy),
            one.loss.map_or_else(|| "–".to_owned(), |loss| format!("{loss:.4}")),
            percent(one.float_accuracy),
            percent(one.int8_accuracy),
            threshold,
            sure,
        ]
    };
    Table {
        head: vec![
            ("split", false),
            ("precision", false),
            ("images", true),
            ("accuracy", true),
            ("loss", true),
            ("float accuracy", true),
            ("int8 accuracy", true),
            ("confidence threshold", true),
            ("accepted", false),
        ],
        rows: evaluations.iter().map(row).collect(),
        has_total: false,
    }
}

fn classes(evaluation: &Evaluation, weights: &str, confusion: &str) -> Vec<Block> {
    let rows = evaluation.per_class.iter().take(CLASSES).map(|class| {
        let [precision, recall, f1] = [class.precision, class.recall, class.f1].map(percent);
        vec![class.label.clone(), thousands(class.images), precision, recall, f1]
    });
    let head = vec![("class", false), ("images", true), ("precision", true), ("recall", true), ("F1", true)];
    let mut out = vec![
        Block::Heading("Classes".into()),
        Block::Text(format!(
            "On {} validation images, with the {weights} weights: accuracy {}, loss {:.4}.",
            thousands(evaluation.images),
            percent(Some(evaluation.accuracy)),
            evaluation.loss
        )),
        Block::Table(Table { head, rows: rows.collect(), has_total: false }),
    ];
    if evaluation.per_class.len() > CLASSES {
        out.push(Block::Text(format!("{} more classes are not listed.", evaluation.per_class.len() - CLASSES)));
    }
    let (what, svg) = ("Confusion matrix", confusion.to_owned());
    out.push(Block::Picture { what, file: Run::CONFUSION, svg });
    out
}

fn mistakes(evaluation: &Evaluation, pictures: &str) -> Vec<Block> {
    let all = evaluation.mistakes.len();
    if all == 0 {
        return Vec::new();
    }
    let shown = all.min(MISTAKES);
    let row = |mistake: &Mistake| {
        let Mistake { file, truth, predicted, .. } = mistake;
        vec![file.clone(), truth.clone(), predicted.clone(), percent(Some(mistake.probability.into()))]
    };
    let head = vec![("image", false), ("true class", false), ("predicted", false), ("probability", true)];
    vec![
        Block::Heading("Mistakes".into()),
        Block::Text(format!("The {shown} of {} with the highest probability.", thousands(all as u64))),
        Block::Picture {
            what: "Misclassified images with the highest probability",
            file: Run::MISTAKES,
            svg: pictures.to_owned(),
        },
        Block::Table(Table { head, rows: evaluation.mistakes[..shown].iter().map(row).collect(), has_total: false }),
    ]
}

/// Memory of each part in float and in int8, and the verdict for every board.
fn fitting(fit: &BoardFit) -> Vec<Block> {
    let family = Family::Dsp;
    let row = |name: &str, bytes: fn(&Estimate, Family) -> u64| {
        let cells = fit.estimates.each_ref().map(|estimate| thousands(bytes(estimate, family)));
        [vec![name.to_owned()], cells.to_vec()].concat()
    };
    let parts = vec![
        row("weights and constants, flash", |estimate, _| estimate.weight_bytes),
        row("step table, flash", |estimate, _| estimate.table_bytes.saturating_sub(estimate.weight_bytes)),
        row("code, flash", |estimate, family| estimate.on(family).code_bytes),
        row("arena, RAM", |estimate, _| estimate.peak_activation_bytes),
        row("other members, RAM", |estimate, _| estimate.ram_bytes.saturating_sub(estimate.peak_activation_bytes)),
        row("stack, RAM", |estimate, family| estimate.on(family).stack_bytes),
        row("object and stack, RAM", Estimate::ram_and_stack),
    ];
    let board = |[float, int8]: &[Verdict; 2]| {
        let needs = |verdict: &Verdict| match &verdict.why {
            Some(why) => why.clone(),
            None => format!(
                "RAM {} of {}, flash {} of {}",
                thousands(verdict.ram_bytes),
                thousands(verdict.ram_left),
                thousands(verdict.flash_bytes),
                thousands(verdict.flash_left)
            ),
        };
        let word = |verdict: &Verdict| if verdict.fits { "fits" } else { "no" }.to_owned();
        let mark = if float.id == fit.target { " (target.board)" } else { "" };
        vec![format!("{}{mark}", float.id), word(float), needs(float), word(int8), needs(int8)]
    };
    let head = vec![("part, bytes", false), ("float", true), ("int8", true)];
    let boards = vec![("board", false), ("float", false), ("bytes", false), ("int8", false), ("bytes", false)];
    vec![
        Block::Heading("Boards".into()),
        Block::Text(format!(
            "Code and stack are those of a {}; code size is an estimate within 10 %, all other sizes are exact and the same on every board.",
            family.name()
        )),
        Block::Table(Table { head, rows: parts, has_total: false }),
        Block::Text("Memory available to a sketch on each board:".into()),
        Block::Table(Table { head: boards, rows: fit.boards.iter().map(board).collect(), has_total: false }),
    ]
}

fn network(layers: &[LayerRow]) -> Table {
    let row = |row: &LayerRow| {
        let counts = [row.params, row.deployed_params, row.macs, row.activation_bytes].map(thousands);
        [vec![row.name.clone(), row.output.clone()], counts.to_vec()].concat()
    };
    let total = |count: fn(&LayerRow) -> u64| thousands(layers.iter().map(count).sum());
    let totals = [total(|row| row.params), total(|row| row.deployed_params), total(|row| row.macs)];
    let mut rows: Vec<Vec<String>> = layers.iter().map(row).collect();
    rows.push([vec!["total".to_owned(), String::new()], totals.to_vec(), vec![String::new()]].concat());
    Table {
        head: vec![
            ("layer", false),
            ("output", false),
            ("parameters", true),
            ("deployed", true),
            ("MACs", true),
            ("activation bytes", true),
        ],
        rows,
        has_total: true,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::config::{ConfigFile, PRESETS, Plan, Precision};
    use crate::graph::Graph;
    use crate::plan::Boards;
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
        let best = history(3).last().map(EpochSummary::from);
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

    fn report(name: &str) -> (String, String) {
        let labels = [name.to_owned(), "tulip".to_owned()];
        let files = [name.to_owned(), "b.jpg".to_owned()];
        let evaluation = Evaluation::from_probabilities(&labels, &[0, 1], &[0.25, 0.75, 0.25, 0.75], &files);
        let layer = LayerRow {
            name: name.into(),
            output: "47x47x3".into(),
            params: 33,
            deployed_params: 30,
            macs: 59_643,
            activation_bytes: 26_508,
        };
        let spec = ConfigFile::parse("micro.toml", PRESETS[2].1, &[]).unwrap();
        let graph = Graph::of_file(&spec, 5).unwrap();
        let estimates = [Precision::Float, Precision::Int8].map(|of| Estimate::of(&graph, of, Plan::Smallest));
        let boards = Boards::built_in().unwrap().0;
        let boards = boards.iter().map(|board| estimates.each_ref().map(|estimate| board.verdict(estimate)));
        let fit = BoardFit { boards: boards.collect(), estimates, target: "uno-r3".into() };
        let [history_svg, confusion, mistakes] =
            ["history", "confusion", "mistakes"].map(|id| format!("<svg id=\"{id}\"/>"));
        run_report(&RunReport {
            info: &info(name),
            config: &format!("# {name}\n```\n[model]\n"),
            history: &history(3),
            layers: &[layer],
            evaluation: Some(&evaluation),
            evaluations: &[EvaluationRecord {
                split: name.into(),
                ..EvaluationRecord::of(&evaluation, Precision::Int8, 0.9)
            }],
            fit: Some(&fit),
            pictures: &ReportPlots { history: history_svg, confusion, mistakes },
            data_check: Some("# Check\n\nall is well"),
            warnings: &[],
            command: "micromobilenet --config a.toml --train",
        })
    }

    #[test]
    fn a_report_says_what_was_trained_and_how_it_went() {
        let (text, page) = report("micro");
        for part in [
            "# micro\n",
            "| status | failed: micro |",
            "| best | epoch 3: validation accuracy 62.5 %, loss 1.2500; training accuracy 50.0 %, loss 0.3333 |",
            "| last | – |",
            "| training | 4,000 images per second, 2 min 00 s in total |",
            "| images | 3,454 training, 863 validation, 2 classes |",
            "](history.svg)",
            "](confusion.svg)",
            "| tulip | 1 | 50.0 % | 100.0 % | 66.7 % |",
            "| micro | micro | tulip | 75.0 % |",
            "| **total** |  | **33** | **30** | **59,643** |  |",
            "### Check\n",
            "````toml\n# micro\n```\n[model]\n````\n",
            "```sh\nmicromobilenet --config a.toml --train\n```\n",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
        for part in [
            "| micro | int8 | 2 | 50.0 % | 0.8370 | – | 50.0 % | – | no threshold for 90.0 % |",
            "](mistakes.svg)",
            "| weights and constants, flash | ",
            "| code, flash | ",
            "| object and stack, RAM | ",
            "| uno-r3 (target.board) | no | ",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
        for part in
            ["<h2>Boards</h2>", "<td>tulip</td>", "<svg id=\"history\"/>", "<svg id=\"mistakes\"/>", "[model]\n"]
        {
            assert!(page.contains(part), "{part} in\n{page}");
        }
        assert!(!page.contains("http"), "{page}");
    }

    #[test]
    fn hostile_names_break_no_table_and_begin_no_markup() {
        let ((hostile, page), (plain, _)) = (report(HOSTILE), report("plain"));
        assert!(!page.contains("<img") && page.contains("&lt;img src=x"), "{page}");
        roxmltree::Document::parse(page.split_once('\n').unwrap().1).unwrap();
        // The configuration, in its fence, is one line longer, since the name holds a line break.
        assert_eq!(hostile.lines().count(), plain.lines().count() + 1);
        let outside = hostile.split("## Configuration").next().unwrap();
        let unescaped = outside.replace("\\<", "").replace("\\[", "");
        assert!(!unescaped.contains("<img") && !unescaped.contains("[l"), "{outside}");
        assert!(!hostile.chars().any(|c| c.is_control() && c != '\n'));
        for line in outside.lines().filter(|line| line.starts_with('|')) {
            let cells = line.replace("\\|", "").matches('|').count();
            assert!([3, 4, 5, 6, 7, 10].contains(&cells), "{line}");
        }
    }

    #[test]
    fn a_report_of_nothing_is_short_and_whole() {
        let (text, _) = run_report(&RunReport {
            info: &RunInfo::default(),
            config: "",
            history: &[],
            layers: &[],
            evaluation: None,
            evaluations: &[],
            fit: None,
            pictures: &ReportPlots::default(),
            data_check: None,
            warnings: &[],
            command: "",
        });
        assert!(text.contains("| best | – |") && !text.contains("## Classes") && !text.contains("per second"));
    }
}
