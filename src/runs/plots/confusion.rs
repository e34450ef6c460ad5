//! The confusion matrix as a plot.

use super::canvas::{Anchor, Canvas, Colour, GRID, INK, SOFT, drawn, text_width};
use crate::escape;
use crate::runs::{Evaluation, RunError};
use crate::text::{cut, percent, thousands};

const RIGHT: (f64, f64, f64) = (0.0, 76.0, 140.0);
const WRONG: (f64, f64, f64) = (190.0, 70.0, 0.0);
/// Maximum width of a label, in characters.
const LABEL: usize = 24;
const TITLE_SIZE: f64 = 18.0;
/// Number of classes from which labels are replaced by numbers.
const NUMBERS: usize = 150;

/// Colour from white (0) to full (1).
fn shade((r, g, b): (f64, f64, f64), share: f64) -> Colour {
    let mix = |full: f64| (255.0 + (full - 255.0) * share).round() as u8;
    Colour(mix(r), mix(g), mix(b))
}

/// Sizes that depend on the number of classes, in pixels.
struct Layout {
    cell: f64,
    /// Position of the first cell.
    left: f64,
    top: f64,
    text: f64,
    /// Whether column names are vertical.
    upwards: bool,
}

impl Layout {
    fn of(labels: &[String]) -> Self {
        let classes = labels.len();
        let cell = match classes {
            0..=6 => 84.0,
            7..=12 => 62.0,
            13..=25 => 34.0,
            26..=60 => 17.0,
            61..NUMBERS => 13.0,
            _ => (1600.0 / classes as f64).max(1.0),
        };
        let text = if cell >= 34.0 { 13.0 } else { 11.0 };
        let widest = labels.iter().map(|label| text_width(label, text)).fold(30.0, f64::max);
        let upwards = widest > cell - 6.0;
        let top = 118.0 + if upwards { widest } else { 22.0 };
        Self { cell, left: 60.0 + widest, top, text, upwards }
    }
}

/// The confusion matrix: rows are true classes, columns predictions. Blue cells are correct, orange cells wrong;
/// darker cells have a larger fraction of their row. Counts and fractions are written if they fit.
///
/// # Errors
/// If the drawing library refuses.
pub fn confusion_svg(evaluation: &Evaluation) -> Result<String, RunError> {
    let classes = evaluation.per_class.len();
    let labels: Vec<String> = evaluation
        .per_class
        .iter()
        .enumerate()
        .map(|(at, class)| if classes < NUMBERS { cut(&escape::terminal(&class.label), LABEL) } else { at.to_string() })
        .collect();
    let layout = Layout::of(&labels);
    let side = layout.cell * classes as f64;
    let size = ((layout.left + side + 28.0).max(560.0).ceil(), (layout.top + side + 28.0).ceil());
    drawn("the confusion matrix", size, |canvas| {
        canvas.bold("Confusion matrix", (24.0, 28.0), TITLE_SIZE, INK, Anchor::Start);
        let figures =
            format!("accuracy {} on {} images", percent(Some(evaluation.accuracy)), thousands(evaluation.images));
        canvas.text(&figures, (24.0, 54.0), 13.0, SOFT, Anchor::Start);
        let key = "rows: true class; columns: predicted class; colour: fraction of the row";
        canvas.text(key, (24.0, 74.0), 13.0, SOFT, Anchor::Start);
        if classes == 0 {
            return;
        }
        names(canvas, &layout, &labels, side);
        for (truth, counts) in evaluation.confusion.iter().enumerate() {
            let images: u64 = counts.iter().sum();
            for (predicted, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                let share = count as f64 / images as f64;
                cell(canvas, &layout, (truth, predicted), count, share);
            }
        }
        canvas.frame((layout.left, layout.top), (layout.left + side, layout.top + side), SOFT);
    })
}

/// Grid and names of rows and columns.
fn names(canvas: &mut Canvas<'_>, layout: &Layout, labels: &[String], side: f64) {
    let &Layout { cell, left, top, text, upwards } = layout;
    let every = (15.0 / cell).ceil() as usize;
    let every = if every == 1 || labels.len() < NUMBERS { 1 } else { every.next_multiple_of(10) };
    for (at, label) in labels.iter().enumerate() {
        let edge = at as f64 * cell;
        if at > 0 && every == 1 {
            canvas.path(&[(left + edge, top), (left + edge, top + side)], GRID, 1.0);
            canvas.path(&[(left, top + edge), (left + side, top + edge)], GRID, 1.0);
        }
        if at % every == 0 {
            let middle = edge + cell / 2.0;
            canvas.text(label, (left - 8.0, top + middle), text, INK, Anchor::End);
            if upwards {
                canvas.text(label, (left + middle, top - 8.0), text, INK, Anchor::Upwards);
            } else {
                canvas.text(label, (left + middle, top - 14.0), text, INK, Anchor::Middle);
            }
        }
    }
}

fn cell(canvas: &mut Canvas<'_>, layout: &Layout, (truth, predicted): (usize, usize), count: u64, share: f64) {
    let size = layout.cell;
    let (x, y) = (layout.left + predicted as f64 * size, layout.top + truth as f64 * size);
    // The faintest is still seen, and a gap shows the grid.
    let depth = 0.12 + 0.88 * share;
    let gap = if size >= 13.0 { 0.5 } else { 0.0 };
    let colour = shade(if truth == predicted { RIGHT } else { WRONG }, depth);
    canvas.rect((x + gap, y + gap), (x + size - gap, y + size - gap), colour);
    let ink = if depth > 0.75 { Colour(255, 255, 255) } else { INK };
    let middle = (x + size / 2.0, y + size / 2.0);
    let text = thousands(count);
    let room = size - 4.0;
    if size >= 60.0 && text_width(&text, 14.0) <= room {
        canvas.bold(&text, (middle.0, middle.1 - 9.0), 14.0, ink, Anchor::Middle);
        canvas.text(&percent(Some(share)), (middle.0, middle.1 + 11.0), 12.0, ink, Anchor::Middle);
    } else if let Some(size) = [12.0, 11.0, 10.0].into_iter().find(|size| text_width(&text, *size) <= room) {
        canvas.text(&text, middle, size, ink, Anchor::Middle);
    }
}
