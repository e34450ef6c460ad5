//! Evaluations as text for a terminal.

use super::{ClassReport, Evaluation, Mistake};
use crate::escape;
use crate::text::{cut, cut_front, fit, fit_right, percent, thousands};
use unicode_width::UnicodeWidthStr;

/// Maximum number of classes of a confusion matrix as text.
const MATRIX_CLASSES: usize = 10;
const MISTAKES: usize = 10;
/// Maximum width of a column of labels.
const LABEL: usize = 24;

impl Evaluation {
    /// Accuracy, metrics per class, the confusion matrix and the worst mistakes, in lines of at most `width` columns
    /// (at least 60 are used).
    #[must_use]
    pub fn table(&self, width: usize) -> String {
        let width = width.max(60);
        let labels: Vec<String> = self.per_class.iter().map(|class| escape::terminal(&class.label)).collect();
        let column = labels.iter().map(|label| label.width()).max().unwrap_or(0).clamp(5, LABEL.min(width - 38));
        let mut out = format!(
            "accuracy {} on {} images, loss {:.4}\n",
            percent(self.accuracy),
            thousands(self.images),
            self.loss
        );
        out += &format!("\n{} {:>8} {:>10} {:>8} {:>8}\n", fit("class", column), "images", "precision", "recall", "F1");
        for (class, label) in self.per_class.iter().zip(&labels) {
            out += &class_line(class, &cut(label, column), column);
        }
        out.push('\n');
        out += &self.matrix(&labels, width).unwrap_or_else(|| {
            let classes = labels.len();
            format!("the confusion matrix of {classes} classes is in confusion.svg\n")
        });
        if !self.mistakes.is_empty() {
            out.push('\n');
            out += &self.worst(width);
        }
        out
    }

    /// The confusion matrix; `None` if it does not fit.
    fn matrix(&self, labels: &[String], width: usize) -> Option<String> {
        let classes = labels.len();
        if classes == 0 || classes > MATRIX_CLASSES {
            return None;
        }
        let digits = self.confusion.iter().flatten().max().copied().unwrap_or(0).to_string().len();
        let wanted = labels.iter().map(|label| label.width()).max().unwrap_or(0).min(LABEL);
        // Columns stand in the order of the rows, so their heads may be cut down to 5; rows down to 8.
        let names = wanted.min((width.saturating_sub(2 + classes * (digits.max(5) + 1))).max(8));
        let cell = ((width - names - 2) / classes - 1).min(9);
        if cell < digits.max(3) {
            return None;
        }
        let mut heads: Vec<String> = labels.iter().map(|label| cut(label, cell)).collect();
        let mut rows: Vec<String> = labels.iter().map(|label| cut(label, names)).collect();
        let ambiguous = |names: &[String]| (1..names.len()).any(|at| names[..at].contains(&names[at]));
        if ambiguous(&heads) || ambiguous(&rows) {
            heads = (0..classes).map(|class| class.to_string()).collect();
            rows = labels.iter().enumerate().map(|(at, label)| cut(&format!("{at} {label}"), names)).collect();
        }
        let mut out = "confusion matrix: rows are true classes, columns predictions\n".to_owned();
        let line = |name: &str, cells: &mut dyn Iterator<Item = String>| {
            cells.fold(fit(name, names) + " ", |line, text| line + " " + &fit_right(&text, cell)) + "\n"
        };
        out += &line("", &mut heads.into_iter());
        for (name, counts) in rows.iter().zip(&self.confusion) {
            let text = |&count: &u64| if count == 0 { "·".to_owned() } else { count.to_string() };
            out += &line(name, &mut counts.iter().map(text));
        }
        Some(out)
    }

    fn worst(&self, width: usize) -> String {
        let shown = self.mistakes.len().min(MISTAKES);
        let mut out = match self.mistakes.len() {
            all if all == shown => "mistakes, highest probability first\n".to_owned(),
            all => format!("the {shown} most confident of {} mistakes\n", thousands(all as u64)),
        };
        let shown = &self.mistakes[..shown];
        let column = |text: fn(&Mistake) -> &str, head: &str| {
            let mut cells: Vec<String> =
                shown.iter().map(|mistake| cut(&escape::terminal(text(mistake)), 16)).collect();
            cells.insert(0, head.to_owned());
            let widest = cells.iter().map(|cell| cell.width()).max().unwrap_or(0);
            cells.into_iter().map(|cell| fit(&cell, widest)).collect::<Vec<_>>()
        };
        let predicted = column(|mistake| &mistake.predicted, "predicted");
        let truths = column(|mistake| &mistake.truth, "true");
        out += &format!("  prob.  {}  {}  file\n", predicted[0], truths[0]);
        for (mistake, (predicted, truth)) in shown.iter().zip(predicted.iter().zip(&truths).skip(1)) {
            let said = format!("{:>5.0} %  {predicted}  {truth}  ", mistake.probability * 100.0);
            // The end of a path is more informative than its beginning.
            let room = width.saturating_sub(said.width()).max(8);
            out += &format!("{said}{}\n", cut_front(&escape::terminal(&mistake.file), room));
        }
        out
    }
}

fn class_line(class: &ClassReport, label: &str, column: usize) -> String {
    let [precision, recall, f1] = [class.precision, class.recall, class.f1].map(percent);
    format!("{} {:>8} {precision:>10} {recall:>8} {f1:>8}\n", fit(label, column), thousands(class.images))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluation(labels: &[&str], each: usize) -> Evaluation {
        let labels: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
        let classes = labels.len();
        let (mut truths, mut rows, mut names) = (Vec::new(), Vec::new(), Vec::new());
        for image in 0..classes * each {
            let truth = image % classes;
            let said = if image % 4 == 3 { (truth + 1) % classes } else { truth };
            truths.push(truth as u16);
            rows.extend((0..classes).map(|class| if class == said { 0.5 } else { 0.5 / (classes - 1) as f32 }));
            names.push(format!("photos/{}/a rather long name of a photograph {image}.jpg", labels[truth]));
        }
        Evaluation::from_probabilities(&labels, &truths, &rows, &names)
    }

    const FASHION: [&str; 10] =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    fn widest(text: &str) -> usize {
        text.lines().map(UnicodeWidthStr::width).max().unwrap_or(0)
    }

    #[test]
    fn ten_classes_fit_eighty_columns() {
        let text = evaluation(&FASHION, 100).table(80);
        assert!(widest(&text) <= 80, "{text}");
        assert!(
            text.contains("\nT-shirt/top    100 ") && text.contains(" T-sh… Trou… Pull… Dress  Coat Sand… Shirt"),
            "{text}"
        );
    }

    #[test]
    fn a_small_table_reads_as_it_should() {
        let labels = ["rose".to_owned(), "tulip".to_owned()];
        let rows = [[0.75_f32, 0.25], [0.875, 0.125]];
        let eval = Evaluation::from_probabilities(&labels, &[0, 1], rows.as_flattened(), &[]);
        let expected = "\
accuracy 50.0 % on 2 images, loss 1.1836

class   images  precision   recall       F1
rose         1     50.0 %  100.0 %   66.7 %
tulip        1          –    0.0 %    0.0 %

confusion matrix: rows are true classes, columns predictions
            rose     tulip
rose           1         ·
tulip          1         ·

mistakes, highest probability first
  prob.  predicted  true   file
   88 %  rose       tulip  image 1
";
        assert_eq!(eval.table(80), expected);
    }

    #[test]
    fn more_than_ten_classes_point_to_the_picture() {
        let labels: Vec<String> = (0..12).map(|class| format!("class {class}")).collect();
        let text = evaluation(&labels.iter().map(String::as_str).collect::<Vec<_>>(), 3).table(80);
        assert!(text.contains("confusion matrix of 12 classes is in confusion.svg"), "{text}");
    }

    #[test]
    fn labels_that_shorten_to_the_same_are_numbered() {
        let labels: Vec<String> = (0..10).map(|class| format!("photograph of kind number {class}")).collect();
        let text = evaluation(&labels.iter().map(String::as_str).collect::<Vec<_>>(), 3).table(80);
        assert!(text.contains("\n3 pho"), "{text}");
        assert!(widest(&text) <= 80, "{text}");
    }

    #[test]
    fn hostile_and_wide_labels_stay_in_their_columns() {
        let text = evaluation(&["\u{1b}[2J\n", "非常に長い日本語のラベルはここで切られる", "é"], 9).table(60);
        assert!(widest(&text) <= 60, "{text}");
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
    }

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(number), text);
        }
    }
}
