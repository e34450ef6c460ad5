//! Memory of a training.

use super::scene::{Scene, finish};
use std::fs;

/// Maximum resident memory of a training on photographs, on a 64-bit machine.
const MAX_RSS_BYTES: u64 = 200_000_000;

/// Peak resident memory of a running process, in bytes.
fn held(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1_024)
}

#[test]
fn a_training_on_photographs_fits_a_small_board() {
    let Ok(photographs) = std::env::var("MICROMOBILENET_PHOTOS") else {
        println!("skipped: MICROMOBILENET_PHOTOS is not set");
        return;
    };
    let scene = Scene::empty();
    let mut child =
        scene.spawn(&format!("--config micro --data {photographs} --epochs 1 --threads 4 --train --run run"));
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = most.max(held(child.id()).unwrap_or(0));
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    finish(child).ends(0);
    assert!((1_000_000..=MAX_RSS_BYTES).contains(&most), "{most} bytes");
}
