//! Drawing primitives of all plots: lines, boxes and text on a white page, in pixels.

use crate::escape;
use crate::runs::RunError;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use unicode_width::UnicodeWidthStr as _;

/// plotters rounds to integers; units of half pixels keep curves smooth.
const UNITS: f64 = 2.0;
/// plotters divides by this when it writes a font's size.
const FONT: f64 = 1.24;

pub(super) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
pub(super) const SOFT: RGBColor = RGBColor(0x66, 0x66, 0x66);
pub(super) const GRID: RGBColor = RGBColor(0xe2, 0xe2, 0xe2);

pub(super) use plotters::style::RGBColor as Colour;

/// Anchor of a text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    /// Its left end.
    Start,
    /// Its middle.
    Middle,
    /// Its right end.
    End,
    /// Its lower end, for vertical text.
    Upwards,
}

/// A page being drawn.
pub(super) struct Canvas<'a> {
    root: DrawingArea<SVGBackend<'a>, Shift>,
    fault: Option<String>,
}

/// The SVG of a page of `width` × `height` pixels that `draw` fills.
pub(super) fn drawn(
    what: &'static str,
    (width, height): (f64, f64),
    draw: impl FnOnce(&mut Canvas<'_>),
) -> Result<String, RunError> {
    let (wide, high) = ((width * UNITS) as u32, (height * UNITS) as u32);
    let mut svg = String::new();
    let outcome = {
        let root = SVGBackend::with_string(&mut svg, (wide, high)).into_drawing_area();
        let mut canvas = Canvas { root, fault: None };
        canvas.rect((0.0, 0.0), (width, height), WHITE);
        draw(&mut canvas);
        let Canvas { root, fault } = canvas;
        let presented = root.present().map_err(|error| error.to_string());
        fault.map_or(presented, Err)
    };
    match outcome {
        // The page is drawn in half pixels and shown in whole ones.
        Ok(()) => Ok(svg.replacen(
            &format!("width=\"{wide}\" height=\"{high}\""),
            &format!("width=\"{width:.0}\" height=\"{height:.0}\""),
            1,
        )),
        Err(why) => Err(RunError::Plot { what, why }),
    }
}

fn units((x, y): (f64, f64)) -> (i32, i32) {
    ((x * UNITS).round() as i32, (y * UNITS).round() as i32)
}

/// Estimated width of a text of this size, in pixels; rather too large than too small.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    text.width() as f64 * size * 0.58
}

impl<'a> Canvas<'a> {
    fn draw<E>(&mut self, element: &E)
    where
        for<'b> &'b E: plotters::element::PointCollection<'b, (i32, i32)>,
        E: plotters::element::Drawable<SVGBackend<'a>>,
    {
        if let Err(error) = self.root.draw(element) {
            self.fault.get_or_insert(error.to_string());
        }
    }

    pub(super) fn rect(&mut self, from: (f64, f64), to: (f64, f64), colour: Colour) {
        self.draw(&Rectangle::new([units(from), units(to)], colour.filled()));
    }

    pub(super) fn frame(&mut self, from: (f64, f64), to: (f64, f64), colour: Colour) {
        self.draw(&Rectangle::new([units(from), units(to)], colour));
    }

    /// A line through all points, `width` pixels wide.
    pub(super) fn path(&mut self, points: &[(f64, f64)], colour: Colour, width: f64) {
        let points: Vec<(i32, i32)> = points.iter().map(|point| units(*point)).collect();
        self.draw(&PathElement::new(points, colour.stroke_width((width * UNITS) as u32)));
    }

    /// As [`Self::path`], with dashes and gaps of `dash` pixels.
    pub(super) fn dashed(&mut self, points: &[(f64, f64)], colour: Colour, width: f64, dash: f64) {
        let mut stretch: Vec<(f64, f64)> = Vec::new();
        let (mut drawing, mut left) = (true, dash);
        for pair in points.windows(2) {
            let ([mut from, to], mut done) = ([pair[0], pair[1]], false);
            if drawing && stretch.is_empty() {
                stretch.push(from);
            }
            while !done {
                let length = (to.0 - from.0).hypot(to.1 - from.1);
                done = length <= left;
                let at = if done { 1.0 } else { left / length };
                let end = (from.0 + (to.0 - from.0) * at, from.1 + (to.1 - from.1) * at);
                left -= length * at;
                from = end;
                if drawing {
                    stretch.push(end);
                }
                if !done {
                    if drawing {
                        self.path(&std::mem::take(&mut stretch), colour, width);
                    } else {
                        stretch.push(end);
                    }
                    drawing = !drawing;
                    left = dash;
                }
            }
        }
        if stretch.len() > 1 {
            self.path(&stretch, colour, width);
        }
    }

    pub(super) fn dot(&mut self, at: (f64, f64), radius: f64, colour: Colour) {
        self.draw(&Circle::new(units(at), (radius * UNITS) as u32, colour.filled()));
    }

    pub(super) fn ring(&mut self, at: (f64, f64), radius: f64, colour: Colour) {
        self.draw(&Circle::new(units(at), (radius * UNITS) as u32, colour.stroke_width(3)));
    }

    /// A text of `size` pixels, vertically centred on its place.
    pub(super) fn text(&mut self, text: &str, at: (f64, f64), size: f64, colour: Colour, anchor: Anchor) {
        self.styled(text, at, size, colour, anchor, FontStyle::Normal);
    }

    /// As [`Self::text`], in bold.
    pub(super) fn bold(&mut self, text: &str, at: (f64, f64), size: f64, colour: Colour, anchor: Anchor) {
        self.styled(text, at, size, colour, anchor, FontStyle::Bold);
    }

    fn styled(&mut self, text: &str, at: (f64, f64), size: f64, colour: Colour, anchor: Anchor, weight: FontStyle) {
        let horizontal = match anchor {
            Anchor::Start | Anchor::Upwards => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let mut font = FontDesc::new(FontFamily::SansSerif, size * UNITS * FONT, weight);
        if matches!(anchor, Anchor::Upwards) {
            font = font.transform(FontTransform::Rotate270);
        }
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(horizontal, VPos::Center));
        self.draw(&Text::new(harmless(text), units(at), style));
    }
}

/// Removes characters that XML does not allow or that reorder text; plotters escapes markup.
fn harmless(text: &str) -> String {
    escape::terminal(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
