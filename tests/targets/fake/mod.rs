//! What `fake/Net.h` answers, computed here.

use crate::harness::Target;
use crate::harness::answers::{Answers, TraceRow};
use micromobilenet::random::{Purpose, Stream};

pub const HEADER: &str = include_str!("Net.h");
pub const HEIGHT: usize = 17;
pub const ROW_BYTES: usize = 20 * 3;
/// What its `commitRow` needs of the stack at least, and at most.
pub const STACK: std::ops::Range<u32> = 200..360;

const FACTORS: [u32; 5] = [31, 37, 41, 43, 47];

/// The answer for an image.
pub struct Expected {
    pub scores: Vec<i8>,
    pub outputs: Vec<f32>,
    pub class: u16,
}

pub fn images(count: usize) -> Vec<Vec<u8>> {
    let image = |index: usize| {
        let mut stream = Stream::new(3, Purpose::Augment, 0, index as u64);
        (0..HEIGHT * ROW_BYTES).map(|_| stream.below(256) as u8).collect()
    };
    (0..count).map(image).collect()
}

pub fn expected(image: &[u8]) -> Expected {
    let sums = FACTORS.map(|factor| {
        let sum = image
            .iter()
            .fold(7u32, |sum, byte| sum.wrapping_mul(factor).wrapping_add(u32::from(*byte)).wrapping_add(1));
        (sum ^ (sum >> 15)).wrapping_mul(0x2C1B_3C6D)
    });
    let scores = sums.map(|sum| (sum >> 24) as i8);
    let best = scores.iter().max();
    Expected {
        scores: scores.to_vec(),
        outputs: sums.iter().map(|sum| (sum >> 8) as f32 / 16_777_216.0).collect(),
        class: scores.iter().position(|score| Some(score) == best).unwrap_or_default() as u16,
    }
}

/// The trace of `images`: every row as it came, and after every second row two floats.
pub fn rows(images: &[Vec<u8>]) -> Vec<TraceRow> {
    let mut rows = Vec::new();
    for (image, pixels) in images.iter().enumerate() {
        for (row, bytes) in pixels.chunks(ROW_BYTES).enumerate() {
            rows.push(TraceRow { image, step: 0, row, value_bytes: 1, bytes: bytes.to_vec() });
            if row % 2 == 0 {
                let bytes = [f32::from(bytes[0]) * 0.5, -1.0].map(f32::to_le_bytes).concat();
                rows.push(TraceRow { image, step: 1, row: row / 2, value_bytes: 4, bytes });
            }
        }
    }
    rows
}

/// Whether costs are about what five sums over all bytes of an image cost.
pub fn check_costs(target: Target, answers: &Answers) -> Result<(), String> {
    let terms = (HEIGHT * ROW_BYTES * FACTORS.len()) as f64;
    let plausible = |what: &str, values: &[f64], range: std::ops::Range<f64>| {
        let mean = values.iter().sum::<f64>() / values.len() as f64 / terms;
        let even = values.iter().all(|value| (value / terms - mean).abs() < 0.05 * mean);
        let known = values.len() == answers.classes.len();
        if known && even && range.contains(&mean) { Ok(()) } else { Err(format!("{what}: {values:?}, {mean} a byte")) }
    };
    match target {
        Target::HostGcc | Target::HostClang => return Ok(()),
        Target::Rv32 => {}
        Target::Uno | Target::Mega => {
            plausible("cycles", &answers.cycles.iter().map(|cycles| *cycles as f64).collect::<Vec<_>>(), 50.0..200.0)?;
            // 16 cycles are a microsecond.
            plausible("microseconds", &answers.microseconds, 50.0 / 16.0..200.0 / 16.0)?;
        }
        _ => plausible("instructions", &answers.instructions, 4.0..16.0)?,
    }
    match answers.stack_bytes {
        Some(bytes) if STACK.contains(&bytes) => Ok(()),
        other => Err(format!("{other:?} bytes of stack")),
    }
}

#[test]
fn a_wrong_byte_shows() {
    let image = images(1).remove(0);
    let right = expected(&image).scores;
    for at in 0..image.len() {
        let mut wrong = image.clone();
        wrong[at] ^= 1;
        assert_ne!(expected(&wrong).scores, right, "byte {at}");
    }
}
