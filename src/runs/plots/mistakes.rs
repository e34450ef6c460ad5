//! Misclassified images as one plot.

use super::canvas::text_width;
use crate::data::Images;
use crate::escape;
use crate::runs::{Evaluation, Mistake, RunError};
use crate::text::{cut, percent};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{ExtendedColorType, ImageEncoder as _, codecs::png::PngEncoder};

const COLUMNS: usize = 5;
/// Maximum number of images.
const MAX_IMAGES: usize = 20;
/// Size of an image, and of a cell with its caption, in pixels.
const SIDE: usize = 168;
const CELL: (usize, usize) = (184, 232);
const TEXT_SIZE: f64 = 13.0;
/// Maximum number of pixel bytes: fewer images are shown if they are large.
const MAX_BYTES: usize = 8_000_000;

/// The misclassified images with the highest probabilities. Small images are enlarged without interpolation.
///
/// # Errors
/// If an image cannot be encoded.
pub fn mistakes_svg(evaluation: &Evaluation, images: &Images) -> Result<String, RunError> {
    let most = MAX_IMAGES.min(MAX_BYTES / images.image_bytes().max(1));
    let shown: Vec<&Mistake> =
        evaluation.mistakes.iter().filter(|mistake| mistake.place < images.len()).take(most).collect();
    let rows = shown.len().div_ceil(COLUMNS).max(1);
    let (width, height) = (COLUMNS * CELL.0 + 16, if shown.is_empty() { 40 } else { rows * CELL.1 + 16 });
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    if shown.is_empty() {
        out += &text("no mistake", (16, 26), "#666666");
    }
    for (at, mistake) in shown.into_iter().enumerate() {
        let (x, y) = (16 + at % COLUMNS * CELL.0, 16 + at / COLUMNS * CELL.1);
        let png = png(images, mistake.place)?;
        out += &format!(
            "<image x=\"{x}\" y=\"{y}\" width=\"{SIDE}\" height=\"{SIDE}\" preserveAspectRatio=\"xMidYMid\" \
             style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{}\"/>\n",
            STANDARD.encode(png)
        );
        let predicted = format!("{} {}", percent(Some(f64::from(mistake.probability))), mistake.predicted);
        for (line, words, colour) in [
            (0, predicted, "#222222"),
            (1, format!("is {}", mistake.truth), "#222222"),
            (2, mistake.file.clone(), "#666666"),
        ] {
            out += &text(&words, (x, y + SIDE + 16 + 16 * line), colour);
        }
    }
    Ok(out + "</svg>\n")
}

fn text(words: &str, (x, y): (usize, usize), colour: &str) -> String {
    let columns = (SIDE as f64 / text_width("x", TEXT_SIZE)) as usize;
    let words = escape::xml(&cut(&escape::terminal(words), columns));
    format!(
        "<text x=\"{x}\" y=\"{y}\" font-family=\"sans-serif\" font-size=\"{TEXT_SIZE}\" fill=\"{colour}\">{words}</text>\n"
    )
}

fn png(images: &Images, place: usize) -> Result<Vec<u8>, RunError> {
    let mut bytes = Vec::new();
    let colour = if images.channels == 1 { ExtendedColorType::L8 } else { ExtendedColorType::Rgb8 };
    PngEncoder::new(&mut bytes)
        .write_image(images.image(place), images.width as u32, images.height as u32, colour)
        .map_err(|error| RunError::Plot { what: "the mistakes", why: error.to_string() })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_pictures_with_what_they_are_and_were_taken_for() {
        let labels = ["<b>cat".to_owned(), "dog".to_owned()];
        let images = Images {
            height: 2,
            width: 3,
            channels: 1,
            pixels: (0..24).collect(),
            labels: vec![0, 0, 1, 1],
            contents: Vec::new(),
            names: vec!["a.png".into(), "\u{1b}b.png".into(), "c.png".into(), "d.png".into()],
        };
        let rows = [0.9, 0.1, 0.2, 0.8, 0.6, 0.4, 0.3, 0.7];
        let evaluation = Evaluation::from_probabilities(&labels, &images.labels, &rows, &images.names);
        let svg = mistakes_svg(&evaluation, &images).unwrap();
        let tree = roxmltree::Document::parse(&svg).unwrap();
        let pictures: Vec<&str> = tree.descendants().filter_map(|node| node.attribute("href")).collect();
        assert_eq!(pictures.len(), 2);
        let bytes = STANDARD.decode(pictures[0].strip_prefix("data:image/png;base64,").unwrap()).unwrap();
        let picture = image::load_from_memory(&bytes).unwrap().into_luma8();
        assert_eq!((picture.dimensions(), picture.into_raw()), ((3, 2), vec![6, 7, 8, 9, 10, 11]));
        let texts = tree.descendants().filter(|node| node.has_tag_name("text"));
        let texts: Vec<&str> = texts.filter_map(|node| node.text()).collect();
        assert_eq!(texts[..2], ["80.0 % dog", "is <b>cat"]);
        assert!(texts[2].contains("b.png") && !svg.contains('\u{1b}'), "{texts:?}");
        let none = Evaluation::from_probabilities(&labels, &[0], &[0.9, 0.1], &[]);
        assert!(mistakes_svg(&none, &images).unwrap().contains("no mistake"));
    }
}
