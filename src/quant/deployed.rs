//! Prepares a trained network for deployment.

use super::calibrate::{Calibration, IMAGES};
use super::equalise::equalised;
use super::fold::fold;
use super::network::{Quantised, Requantise};
use super::quantise::{QuantError, Settings};
use crate::contract::FRACTION_BITS;
use crate::data::Images;
use crate::graph::{Graph, Weights};

/// An int8 network and the float network that it approximates.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployed {
    /// The graph with batch norm folded.
    pub graph: Graph,
    /// The folded weights, with equalised channels if that helps. They may differ from those of a float header, but
    /// compute the same function.
    pub weights: Weights,
    /// The int8 network.
    pub quantised: Quantised,
}

impl Deployed {
    /// Quantises `graph` with its trained `weights`, calibrated on a sample of the training `images`. Runs on the
    /// caller's rayon pool; the result does not depend on the number of threads.
    ///
    /// # Errors
    /// Same as [`Quantised::of`].
    pub fn of(graph: &Graph, weights: &Weights, images: &Images, settings: Settings) -> Result<Self, QuantError> {
        let (graph, weights) = fold(graph, weights);
        let calibration = Calibration::of(&graph, &weights, images, IMAGES);
        let quantised = Quantised::of(&graph, &weights, &calibration, settings)?;
        let equal_weights = equalised(&graph, &weights, &calibration);
        let calibration = Calibration::of(&graph, &equal_weights, images, IMAGES);
        let equal = Quantised::of(&graph, &equal_weights, &calibration, settings)?;
        // A layer with few fractional bits is slow on every board, so equalisation must not add one.
        Ok(if coarse_layers(&equal) <= coarse_layers(&quantised) {
            Self { graph, weights: equal_weights, quantised: equal }
        } else {
            Self { graph, weights, quantised }
        })
    }
}

/// The number of layers with fewer fractional bits than [`FRACTION_BITS`].
fn coarse_layers(quantised: &Quantised) -> usize {
    let coarse =
        |requantise: &Requantise| matches!(requantise, Requantise::Single(single) if single.shift < FRACTION_BITS);
    let layers = quantised.ops.iter().filter_map(|op| op.kind.filters());
    layers.filter(|filters| filters.requantise.iter().any(coarse)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ConfigFile, PRESETS};
    use crate::data::{NoProgress, load};
    use crate::graph::tests::graph_of;
    use crate::quant::float::forward;
    use crate::quant::tests::{folded, images};

    /// Divides output channel `channel` of the operation `name` by 200 and multiplies the filter of `next` that
    /// reads it by 200: the function stays the same.
    fn silence(weights: &mut Weights, name: &str, next: &str, channel: usize) {
        for (part, factor) in
            [(format!("{name}.weight"), 0.005), (format!("{name}.bias"), 0.005), (format!("{next}.weight"), 200.0)]
        {
            let tensor = weights.get_mut(&part).unwrap();
            let each = tensor.values.len() / tensor.shape[0];
            tensor.values[channel * each..][..each].iter_mut().for_each(|value| *value *= factor);
        }
    }

    #[test]
    fn a_nearly_silent_channel_costs_no_fractional_bits() {
        let (graph, mut weights) = folded(&graph_of("micro", 5), 7);
        let images = images(&graph, 12, 1);
        silence(&mut weights, "block3.pointwise", "block4.depthwise", 2);
        let calibration = Calibration::of(&graph, &weights, &images, 12);
        let plain = Quantised::of(&graph, &weights, &calibration, Settings::default()).unwrap();
        let deployed = Deployed::of(&graph, &weights, &images, Settings::default()).unwrap();
        assert!(coarse_layers(&deployed.quantised) < coarse_layers(&plain));
        for image in (0..images.len()).map(|i| images.image(i)) {
            let logits = |weights| forward(&graph, weights, image, &mut |_, _, _| {}).pop().unwrap();
            for (before, after) in logits(&weights).iter().zip(logits(&deployed.weights)) {
                assert!((before - after).abs() <= 1e-4 * before.abs().max(1.0), "{before} {after}");
            }
        }
    }

    #[test]
    fn the_shipped_nets_have_all_fractional_bits() {
        for net in ["pico", "nano", "micro", "milli", "mobilenet"] {
            let text = PRESETS.iter().find(|(name, _)| *name == net).unwrap().1;
            let spec = ConfigFile::parse(net, text, &[]).unwrap();
            let data = load(&spec.config.data, spec.config.model.input, Some(400), &NoProgress).unwrap();
            let graph = Graph::of_file(&spec, data.labels.len()).unwrap();
            let root = env!("CARGO_MANIFEST_DIR");
            let bytes = std::fs::read(format!("{root}/assets/weights/{net}.safetensors")).unwrap();
            let weights = Weights::from_safetensors(&bytes, &graph).unwrap();
            let deployed = Deployed::of(&graph, &weights, &data.train, Settings::default()).unwrap();
            assert_eq!(coarse_layers(&deployed.quantised), 0, "{net}");
        }
    }
}
