//! Networks with many blocks.

use std::fmt::Write as _;

/// Maximum of `repeat`.
const MAX_REPEAT: usize = 64;

/// The configuration `text` with `more` blocks with the keys `block` before its head.
pub fn grown(text: &str, block: &str, more: usize) -> String {
    let mut blocks = String::new();
    for from in (0..more).step_by(MAX_REPEAT) {
        let repeat = (more - from).min(MAX_REPEAT);
        let _ = write!(blocks, "[[blocks]]\n{block}\nrepeat = {repeat}\n\n");
    }
    text.replace("[head]", &format!("{blocks}[head]"))
}
