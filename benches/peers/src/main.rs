//! Images a second of networks in candle or burn, as `benches/pytorch.py` measures them in PyTorch:
//! `peers candle|burn`, with BENCH_NETS, BENCH_NORM and BENCH_SECONDS as there. The number of threads is that of rayon
//! (RAYON_NUM_THREADS). Optimiser: SGD without momentum, which both have; it takes little time.

#[cfg(feature = "burn")]
mod burn;
#[cfg(feature = "candle")]
mod candle;
mod layers;

use layers::Network;
use std::time::{Duration, Instant};

/// Images in a batch.
pub const BATCH: usize = 32;
/// Learning rate.
pub const RATE: f64 = 0.01;

fn variable(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

/// The median of images per second of `step`, for at least `seconds` after a step that is not counted.
fn images_per_second(seconds: f64, step: &mut dyn FnMut()) -> f64 {
    step();
    let (begun, mut speeds) = (Instant::now(), Vec::new());
    while begun.elapsed() < Duration::from_secs_f64(seconds) || speeds.is_empty() {
        let start = Instant::now();
        step();
        speeds.push(BATCH as f64 / start.elapsed().as_secs_f64());
    }
    speeds.sort_by(f64::total_cmp);
    speeds[speeds.len() / 2]
}

fn main() {
    let library = std::env::args().nth(1).unwrap_or_default();
    let seconds: f64 = variable("BENCH_SECONDS", "3").parse().expect("BENCH_SECONDS is a number");
    let threads = variable("RAYON_NUM_THREADS", "2");
    let norms: &[bool] = match variable("BENCH_NORM", "both").as_str() {
        "yes" => &[true],
        "no" => &[false],
        _ => &[true, false],
    };
    println!("net,batch_norm,threads,images_per_second,library");
    for &has_norm in norms {
        for name in variable("BENCH_NETS", "pico nano micro milli mobilenet").split_whitespace() {
            let network = Network::read(name, has_norm);
            let speed = match library.as_str() {
                #[cfg(feature = "candle")]
                "candle" => images_per_second(seconds, &mut candle::step(&network)),
                #[cfg(feature = "burn")]
                "burn" => images_per_second(seconds, &mut burn::step(&network)),
                other => panic!("`{other}` is not built in: pass candle or burn, with the feature of that name"),
            };
            println!("{name},{has_norm},{threads},{speed:.1},{library}");
        }
    }
}
