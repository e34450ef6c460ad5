//! Plots are well-formed whatever is in them. With `MICROMOBILENET_PLOTS=FOLDER` the pictures are
//! kept there, to be looked at.

use super::*;
use crate::runs::Evaluation;
use crate::train::EpochMetrics;
use proptest::prelude::*;

const HOSTILE: &str = "</text><script>alert(1)</script>\"'&amp;\u{0}\u{1b}[2J\r\n\u{fffe}\u{202e}]]>";

fn rows(epochs: u32, speed: f64) -> Vec<EpochMetrics> {
    (1..=epochs)
        .map(|epoch| {
            let done = f64::from(epoch) / f64::from(epochs.max(1));
            let wobble = (f64::from(epoch) * 1.7).sin() * 0.02;
            EpochMetrics {
                epoch,
                loss: 0.3 + 1.3 * (-4.0 * speed * done).exp(),
                accuracy: 0.9 - 0.6 * (-4.0 * speed * done).exp(),
                val_loss: 0.5 + 1.1 * (-4.0 * speed * done).exp() + 0.1 * done + wobble,
                val_accuracy: 0.8 - 0.5 * (-4.0 * speed * done).exp() + wobble,
                lr: 0.001,
                images_per_second: 4000.0,
                seconds: 1.0,
            }
        })
        .collect()
}

fn mix(image: usize) -> usize {
    ((image as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20) as usize
}

fn evaluation(labels: &[String], each: usize) -> Evaluation {
    let classes = labels.len();
    let truths: Vec<u16> = (0..classes * each).map(|image| (image % classes) as u16).collect();
    let mut probabilities = vec![0.0; truths.len() * classes];
    for (image, &truth) in truths.iter().enumerate() {
        let stray = if mix(image) % 10 < 3 { (mix(image) >> 8) % classes } else { usize::from(truth) };
        probabilities[image * classes + stray] = 1.0;
    }
    Evaluation::from_probabilities(labels, &truths, &probabilities, &[])
}

/// All texts of a picture that reads as XML, has a size and only numbers for places.
fn texts(name: &str, svg: &str) -> Vec<String> {
    if let Some(folder) = std::env::var_os("MICROMOBILENET_PLOTS") {
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.svg")), svg).unwrap();
    }
    let document = roxmltree::Document::parse(svg).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{name}");
    let root = document.root_element();
    let number = |key: &str| root.attribute(key).unwrap().parse::<f64>().unwrap();
    let (width, height) = (number("width"), number("height"));
    assert!(root.attribute("viewBox") == Some(format!("0 0 {} {}", width * 2.0, height * 2.0).as_str()), "{name}");
    let names = ["svg", "rect", "text", "polyline", "circle", "line"];
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        assert!(names.contains(&node.tag_name().name()), "{name}: {}", node.tag_name().name());
        let within = |key: &str, limit: f64| {
            node.attribute(key).is_none_or(|at| (0.0..=limit * 2.0).contains(&at.parse::<f64>().unwrap()))
        };
        assert!(within("x", width) && within("y", height) && within("cx", width) && within("cy", height), "{name}");
    }
    document
        .descendants()
        .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")))
        .map(|node| node.text().unwrap_or_default().trim().to_owned())
        .collect()
}

#[test]
fn a_history_names_its_curves_epochs_and_best() {
    let found = texts("history", &history_svg(&rows(60, 1.0), Some(2), "micro").unwrap());
    for text in ["micro", "training", "validation", "Loss", "Accuracy", "Learning rate", "epoch", "10", "60", "80 %"] {
        assert!(found.iter().any(|one| one == text), "{text} in {found:?}");
    }
    assert!(found.iter().any(|one| one.starts_with("best: epoch ")), "{found:?}");
}

#[test]
fn epochs_are_whole_numbers() {
    for epochs in [1, 2, 3, 5] {
        let found = texts(&format!("history-{epochs}"), &history_svg(&rows(epochs, 1.0), Some(2), "micro").unwrap());
        for epoch in 1..=epochs {
            assert_eq!(found.iter().filter(|text| **text == epoch.to_string()).count(), 3, "{found:?}");
        }
        assert!(!found.iter().any(|text| *text == "1.5" && epochs > 5), "{found:?}");
    }
}

#[test]
fn no_epoch_a_hundred_thousand_and_figures_that_are_no_numbers_are_drawn() {
    let found = texts("history-0", &history_svg(&[], None, "micro").unwrap());
    assert!(found.iter().any(|text| text == "no epoch is done yet"));
    let many = history_svg(&rows(100_000, 1.0), Some(2), "micro").unwrap();
    texts("history-100000", &many);
    assert!(many.len() < 100_000, "{} bytes", many.len());
    let mut broken = rows(12, 1.0);
    (broken[0].loss, broken[0].val_loss) = (1e12, f64::INFINITY);
    broken[4].val_accuracy = f64::NAN;
    broken[5].loss = f64::NAN;
    broken[11] = EpochMetrics { loss: f64::NAN, accuracy: 0.1, val_loss: f64::NAN, val_accuracy: 0.1, ..broken[11] };
    let found = texts("history-broken", &history_svg(&broken, Some(1), "micro").unwrap());
    assert!(found.iter().any(|text| text == "cut off, up to 1.0e12"), "{found:?}");
    let nothing: Vec<EpochMetrics> = rows(3, 1.0)
        .into_iter()
        .map(|row| EpochMetrics {
            loss: f64::NAN,
            accuracy: f64::NAN,
            val_loss: f64::NAN,
            val_accuracy: f64::NAN,
            ..row
        })
        .collect();
    texts("history-nan", &history_svg(&nothing, Some(1), "micro").unwrap());
}

#[test]
fn an_overlay_names_every_run() {
    for (count, epochs) in [(0, 5), (1, 1), (5, 60), (16, 40)] {
        let runs: Vec<(String, Vec<EpochMetrics>)> = (0..count)
            .map(|run| (format!("2026-03-04_05-06-07_net{run}"), rows(epochs, 0.5 + 0.3 * f64::from(run))))
            .collect();
        let found = texts(&format!("overlay-{count}"), &overlay_svg(&runs).unwrap());
        for (name, _) in &runs {
            assert!(found.contains(name), "{name} in {found:?}");
        }
    }
}

#[test]
fn a_matrix_names_rows_and_columns_and_counts() {
    let five = ["daisy", "dandelion", "rose", "sunflower", "tulip"].map(str::to_owned);
    let found = texts("confusion-5", &confusion_svg(&evaluation(&five, 300)).unwrap());
    for label in &five {
        assert_eq!(found.iter().filter(|text| *text == label).count(), 2, "{found:?}");
    }
    for classes in [0, 1, 2, 10, 20, 40, 100, 1000] {
        let labels: Vec<String> = (0..classes).map(|class| format!("a class numbered {class}")).collect();
        let svg = confusion_svg(&evaluation(&labels, 30)).unwrap();
        texts(&format!("confusion-{classes}"), &svg);
        assert!(svg.len() < 8_000_000, "{classes} classes make {} bytes", svg.len());
    }
}

#[test]
fn hostile_names_are_text_and_nothing_else() {
    let long = HOSTILE.repeat(40);
    for name in [HOSTILE, &long, "", "非常に長い日本語のラベルはここで切られる"] {
        texts("hostile-history", &history_svg(&rows(3, 1.0), Some(2), name).unwrap());
        texts("hostile-overlay", &overlay_svg(&[(name.to_owned(), rows(3, 1.0))]).unwrap());
        let found =
            texts("hostile-confusion", &confusion_svg(&evaluation(&[name.to_owned(), "b".to_owned()], 9)).unwrap());
        assert!(found.iter().all(|text| !text.chars().any(char::is_control)), "{found:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_figures_and_any_name_make_a_picture(name in any::<String>(), values in prop::collection::vec(any::<[f64; 4]>(), 0..6)) {
        let rows: Vec<EpochMetrics> = values
            .iter()
            .zip(1..)
            .map(|(&[loss, accuracy, val_loss, val_accuracy], epoch)| {
                EpochMetrics { epoch, loss, accuracy, val_loss, val_accuracy, lr: 0.0, images_per_second: 0.0, seconds: 0.0 }
            })
            .collect();
        roxmltree::Document::parse(&history_svg(&rows, Some(3), &name).unwrap()).unwrap();
        roxmltree::Document::parse(&overlay_svg(&[(name, rows)]).unwrap()).unwrap();
    }
}
