//! A recording of a terminal as an animated SVG: frames that are visible one after another.

use super::picture::{self, Palette};
use std::fmt::Write as _;

/// Frames with the time for which each is shown.
pub struct Recording {
    frames: Vec<(String, f64)>,
}

impl Recording {
    pub const fn new() -> Self {
        Self { frames: Vec::new() }
    }

    /// Adds the screen as it is now, to be shown for `seconds`. A frame like the one before only makes that longer.
    pub fn frame(&mut self, screen: &vt100::Screen, seconds: f64) {
        let picture = picture::svg(screen, &Palette::DARK);
        match self.frames.last_mut() {
            Some((last, shown)) if *last == picture => *shown += seconds,
            _ => self.frames.push((picture, seconds)),
        }
    }

    /// The animated SVG, which begins anew at its end.
    pub fn svg(&self) -> String {
        let total: f64 = self.frames.iter().map(|(_, seconds)| seconds).sum();
        let Some((first, _)) = self.frames.first() else { return String::new() };
        let head = first.split_inclusive('>').next().unwrap_or_default();
        let mut out = format!("{head}\n");
        let mut from = 0.0;
        for (frame, seconds) in &self.frames {
            let body = frame.split_once('>').map_or("", |(_, body)| body).trim_end().trim_end_matches("</svg>");
            let times = [from / total, (from + seconds) / total];
            from += seconds;
            writeln!(
                out,
                "<g visibility=\"hidden\">{body}<animate attributeName=\"visibility\" dur=\"{total:.2}s\" \
                 repeatCount=\"indefinite\" calcMode=\"discrete\" values=\"hidden;visible;hidden\" \
                 keyTimes=\"0;{:.5};{:.5}\"/></g>",
                times[0],
                times[1].min(1.0)
            )
            .unwrap();
        }
        out + "</svg>\n"
    }
}

#[test]
fn frames_of_a_recording_are_visible_one_after_another() {
    let mut recording = Recording::new();
    for text in ["a", "a", "b"] {
        let mut parser = vt100::Parser::new(1, 4, 0);
        parser.process(text.as_bytes());
        recording.frame(parser.screen(), 1.0);
    }
    let picture = recording.svg();
    let document = roxmltree::Document::parse(&picture).unwrap();
    let times: Vec<_> =
        document.descendants().filter_map(|node| node.attribute("keyTimes")).map(str::to_owned).collect();
    assert_eq!(times, ["0;0.00000;0.66667", "0;0.66667;1.00000"]);
}
