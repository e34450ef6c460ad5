//! Loss and accuracy over the epochs, of one run or of several.

use super::canvas::{Anchor, Canvas, Colour, GRID, INK, SOFT, drawn, text_width};
use super::scale::{accuracy_range, label, loss_range, rate_range, stretches, ticks};
use crate::escape;
use crate::runs::RunError;
use crate::text::{cut, percent};
use crate::train::EpochMetrics;

/// Okabe and Ito's colours, those that read well on white.
const PALETTE: [Colour; 7] = [
    Colour(0x00, 0x72, 0xb2),
    Colour(0xd5, 0x5e, 0x00),
    Colour(0x00, 0x9e, 0x73),
    Colour(0xcc, 0x79, 0xa7),
    Colour(0xe6, 0x9f, 0x00),
    Colour(0x56, 0xb4, 0xe9),
    Colour(0x22, 0x22, 0x22),
];
const WIDTH: f64 = 960.0;
/// Left and right edges of the two columns of panels.
const COLUMNS: [(f64, f64); 2] = [(72.0, 454.0), (548.0, 930.0)];
const TITLE_SIZE: f64 = 18.0;
const TEXT_SIZE: f64 = 13.0;
/// Fewer points than this are marked by dots.
const DOTS: usize = 25;

/// The value of a curve at an epoch.
type Value = fn(&EpochMetrics) -> f64;

/// Line style of a curve.
#[derive(Debug, Clone, Copy)]
enum Line {
    Solid,
    /// Length of dashes and gaps, in pixels.
    Dashed(f64),
}

/// One curve of a panel.
struct Curve<'a> {
    rows: &'a [EpochMetrics],
    value: Value,
    colour: Colour,
    line: Line,
}

/// A pair of axes in the rectangle from `left`, `top` to `right`, `bottom`.
struct Panel {
    title: &'static str,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    epochs: (f64, f64),
    values: (f64, f64),
    is_share: bool,
}

impl Panel {
    fn x(&self, epoch: f64) -> f64 {
        self.left + (epoch - self.epochs.0) / (self.epochs.1 - self.epochs.0) * (self.right - self.left)
    }

    /// Values above the range are drawn on its edge.
    fn y(&self, value: f64) -> f64 {
        let at = ((value - self.values.0) / (self.values.1 - self.values.0)).clamp(0.0, 1.0);
        self.bottom - at * (self.bottom - self.top)
    }

    fn axes(&self, canvas: &mut Canvas<'_>) {
        let &Self { left, right, top, bottom, .. } = self;
        canvas.bold(self.title, (left, top - 16.0), TEXT_SIZE + 1.0, INK, Anchor::Start);
        let (values, step) = ticks(self.values.0, self.values.1, 6, 0.0);
        for tick in values {
            let y = self.y(tick);
            canvas.path(&[(left, y), (right, y)], GRID, 1.0);
            let text = if self.is_share { format!("{:.0} %", tick * 100.0) } else { label(tick, step) };
            canvas.text(&text, (left - 8.0, y), TEXT_SIZE, SOFT, Anchor::End);
        }
        let (epochs, _) = ticks(self.epochs.0, self.epochs.1, 8, 1.0);
        for tick in epochs {
            let x = self.x(tick);
            canvas.path(&[(x, bottom), (x, bottom + 5.0)], SOFT, 1.0);
            canvas.text(&format!("{tick:.0}"), (x, bottom + 16.0), TEXT_SIZE, SOFT, Anchor::Middle);
        }
        canvas.path(&[(left, bottom), (right, bottom)], SOFT, 1.0);
        canvas.text("epoch", (f64::midpoint(left, right), bottom + 36.0), TEXT_SIZE, SOFT, Anchor::Middle);
    }

    fn curve(&self, canvas: &mut Canvas<'_>, curve: &Curve<'_>) {
        let values = curve.rows.iter().map(|row| (row.epoch, (curve.value)(row)));
        for stretch in stretches(values) {
            let points: Vec<(f64, f64)> =
                stretch.iter().map(|&(epoch, value)| (self.x(epoch), self.y(value))).collect();
            stroke(canvas, &points, curve.colour, curve.line, 2.0);
            if curve.rows.len() <= DOTS || points.len() == 1 {
                for point in &points {
                    canvas.dot(*point, 3.0, curve.colour);
                }
            }
        }
    }

    /// Labels the maximum of values clipped at the upper edge.
    fn cut_off(&self, canvas: &mut Canvas<'_>, values: impl Iterator<Item = f64>) {
        let largest = values.filter(|value| value.is_finite()).fold(0.0, f64::max);
        if largest > self.values.1 && !self.is_share {
            let text = format!("cut off, up to {}", label(largest, 0.01));
            canvas.text(&text, (self.right, self.top - 16.0), TEXT_SIZE, SOFT, Anchor::End);
        }
    }

    fn says(&self, canvas: &mut Canvas<'_>, text: &str) {
        let middle = (f64::midpoint(self.left, self.right), f64::midpoint(self.top, self.bottom));
        canvas.text(text, middle, TEXT_SIZE + 1.0, SOFT, Anchor::Middle);
    }
}

/// The range of epochs, from 1 to the last; not empty even for a single epoch.
fn epochs<'a>(runs: impl Iterator<Item = &'a [EpochMetrics]>) -> (f64, f64) {
    let last = runs.flatten().map(|row| row.epoch).max().unwrap_or(1);
    if last <= 1 { (0.5, 1.5) } else { (1.0, f64::from(last)) }
}

fn title(canvas: &mut Canvas<'_>, text: &str) {
    let columns = ((WIDTH - 48.0) / text_width("x", TITLE_SIZE)) as usize;
    canvas.bold(&cut(&escape::terminal(text), columns), (24.0, 28.0), TITLE_SIZE, INK, Anchor::Start);
}

fn stroke(canvas: &mut Canvas<'_>, points: &[(f64, f64)], colour: Colour, line: Line, width: f64) {
    match line {
        Line::Dashed(dash) => canvas.dashed(points, colour, width, dash),
        Line::Solid if points.len() > 1 => canvas.path(points, colour, width),
        Line::Solid => {}
    }
}

/// A legend entry; returns the position of the next one.
fn legend(canvas: &mut Canvas<'_>, (x, y): (f64, f64), text: &str, colour: Colour, line: Line) -> f64 {
    stroke(canvas, &[(x, y), (x + 28.0, y)], colour, line, 2.5);
    canvas.text(text, (x + 36.0, y), TEXT_SIZE, INK, Anchor::Start);
    x + 36.0 + text_width(text, TEXT_SIZE) + 24.0
}

/// Loss and accuracy of one run side by side, training and validation, with the epoch `best` (from 1) marked, and the
/// learning rate below. Values that are not finite leave gaps.
///
/// # Errors
/// If the drawing library refuses.
pub fn history_svg(rows: &[EpochMetrics], best: Option<u32>, name: &str) -> Result<String, RunError> {
    drawn("the history", (WIDTH, 604.0), |canvas| {
        title(canvas, name);
        let [training, validation] = [PALETTE[0], PALETTE[1]];
        let best = rows.iter().find(|row| Some(row.epoch) == best).copied();
        let mut x = legend(canvas, (24.0, 58.0), "training", training, Line::Solid);
        x = legend(canvas, (x, 58.0), "validation", validation, Line::Solid);
        if let Some(best) = best {
            let text = format!("best: epoch {}, validation accuracy {}", best.epoch, percent(Some(best.val_accuracy)));
            legend(canvas, (x, 58.0), &text, SOFT, Line::Dashed(6.0));
        }
        let losses = loss_range(rows.iter().flat_map(|row| [row.loss, row.val_loss]));
        let shares = accuracy_range(rows.iter().flat_map(|row| [row.accuracy, row.val_accuracy]));
        let panels: [(&str, (f64, f64), [Value; 2]); 2] = [
            ("Loss", losses, [|row| row.loss, |row| row.val_loss]),
            ("Accuracy", shares, [|row| row.accuracy, |row| row.val_accuracy]),
        ];
        for ((left, right), (title, values, [train, val])) in COLUMNS.into_iter().zip(panels) {
            let is_share = title == "Accuracy";
            let epochs = epochs(std::iter::once(rows));
            let panel = Panel { title, left, right, top: 112.0, bottom: 352.0, epochs, values, is_share };
            panel.axes(canvas);
            panel.cut_off(canvas, rows.iter().flat_map(|row| [train(row), val(row)]));
            if rows.is_empty() {
                panel.says(canvas, "no epoch is done yet");
            }
            if let Some(best) = best {
                let x = panel.x(f64::from(best.epoch));
                canvas.dashed(&[(x, panel.top), (x, panel.bottom)], SOFT, 1.0, 6.0);
            }
            for (value, colour) in [(train, training), (val, validation)] {
                panel.curve(canvas, &Curve { rows, value, colour, line: Line::Solid });
            }
            if let Some(best) = best.filter(|best| val(best).is_finite()) {
                canvas.ring((panel.x(f64::from(best.epoch)), panel.y(val(&best))), 6.0, INK);
            }
        }
        let (left, right) = (COLUMNS[0].0, COLUMNS[1].1);
        let (epochs, values) = (epochs(std::iter::once(rows)), rate_range(rows.iter().map(|row| row.lr)));
        let panel =
            Panel { title: "Learning rate", left, right, top: 436.0, bottom: 552.0, epochs, values, is_share: false };
        panel.axes(canvas);
        panel.curve(canvas, &Curve { rows, value: |row| row.lr, colour: PALETTE[2], line: Line::Solid });
    })
}

/// The curves of several runs: training and validation loss above, training and validation accuracy below, one colour
/// per run (dashed from the eighth run, dotted from the fifteenth).
///
/// # Errors
/// If the drawing library refuses.
pub fn overlay_svg(runs: &[(String, Vec<EpochMetrics>)]) -> Result<String, RunError> {
    let columns = if runs.len() <= 4 { 2 } else { 3 };
    let top = 66.0 + runs.len().div_ceil(columns).max(1) as f64 * 22.0;
    drawn("the overlay", (WIDTH, top + 660.0), |canvas| {
        title(canvas, if runs.len() == 1 { "1 run" } else { "Runs compared" });
        let lines = [Line::Solid, Line::Dashed(6.0), Line::Dashed(2.0)];
        let style = |at: usize| (PALETTE[at % PALETTE.len()], lines[at / PALETTE.len() % lines.len()]);
        let wide = (WIDTH - 48.0) / columns as f64;
        for (at, (name, _)) in runs.iter().enumerate() {
            let place = (24.0 + (at % columns) as f64 * wide, 58.0 + (at / columns) as f64 * 22.0);
            let room = ((wide - 60.0) / text_width("x", TEXT_SIZE)) as usize;
            legend(canvas, place, &cut(&escape::terminal(name), room), style(at).0, style(at).1);
        }
        let all = || runs.iter().flat_map(|(_, rows)| rows);
        let losses = loss_range(all().flat_map(|row| [row.loss, row.val_loss]));
        let shares = accuracy_range(all().flat_map(|row| [row.accuracy, row.val_accuracy]));
        let panels: [(&'static str, (f64, f64), Value); 4] = [
            ("Training loss", losses, |row| row.loss),
            ("Validation loss", losses, |row| row.val_loss),
            ("Training accuracy", shares, |row| row.accuracy),
            ("Validation accuracy", shares, |row| row.val_accuracy),
        ];
        for (at, (title, values, value)) in panels.into_iter().enumerate() {
            let (left, right) = COLUMNS[at % 2];
            let top = top + 30.0 + (at / 2) as f64 * 328.0;
            let epochs = epochs(runs.iter().map(|(_, rows)| rows.as_slice()));
            let panel = Panel { title, left, right, top, bottom: top + 240.0, epochs, values, is_share: at > 1 };
            panel.axes(canvas);
            panel.cut_off(canvas, all().map(value));
            if all().next().is_none() {
                panel.says(canvas, "no epoch is done yet");
            }
            for (run, (_, rows)) in runs.iter().enumerate() {
                panel.curve(canvas, &Curve { rows, value, colour: style(run).0, line: style(run).1 });
            }
        }
    })
}
