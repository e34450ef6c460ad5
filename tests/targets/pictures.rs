//! Images to try networks on.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use crate::case::images;
use micromobilenet::config::{Data, Input};
use micromobilenet::data::{NoProgress, load};
use micromobilenet::graph::Graph;

/// `count` images for `graph`: photographs where `MICROMOBILENET_PHOTOS` names some (bundled
/// images elsewhere), with noise and extremes between them.
pub fn pictures(graph: &Graph, count: usize) -> Vec<Vec<u8>> {
    let made = images(graph, count, 7);
    let source = std::env::var("MICROMOBILENET_PHOTOS").unwrap_or_else(|_| "fashion-mnist".to_owned());
    let data = Data { source, ..Data::default() };
    let input = Input {
        height: graph.input.height as u32,
        width: graph.input.width as u32,
        channels: graph.input.channels as u32,
    };
    let photographs = load(&data, input, Some(count), &NoProgress).unwrap().train;
    let picture = |(index, made): (usize, Vec<u8>)| {
        // The first few are the extremes.
        if index < 8 || index % 4 == 0 { made } else { photographs.image(index % photographs.len()).to_vec() }
    };
    made.into_iter().enumerate().map(picture).collect()
}
