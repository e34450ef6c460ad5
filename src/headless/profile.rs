//! `--train -v`: time per part of the training.

use super::console::Console;
use crate::train::{Layer, Profile, Work};
use serde_json::{Value, json};

/// Prints `profile`, as a table or as an object.
pub fn show(console: Console, profile: &Profile) {
    if console.is_json() {
        console.object("profile", object(profile));
    } else {
        console.say(&table(profile));
    }
}

/// Name of a layer type in the table, and in the JSON object.
const fn names(layer: Layer) -> (&'static str, &'static str) {
    match layer {
        Layer::Convolution => ("standard convolution", "convolution"),
        Layer::Depthwise => ("depthwise", "depthwise"),
        Layer::Pointwise => ("pointwise", "pointwise"),
        Layer::Pool => ("pool", "pool"),
        Layer::SqueezeExcite => ("squeeze-and-excitation", "squeeze_excite"),
        Layer::Add => ("add", "add"),
    }
}

/// Work outside of layers, with its names in the table and in the JSON object.
const OTHERS: [(Work, &str, &str); 5] = [
    (Work::Batches, "batches, waited for", "batches"),
    (Work::Engine, "dfdx: tape, head, loss", "dfdx"),
    (Work::Optimizer, "optimiser", "optimizer"),
    (Work::Validation, "validation", "validation"),
    (Work::Rest, "checkpoints and the rest", "rest"),
];

fn table(profile: &Profile) -> String {
    let (total, steps, threads) = (profile.total(), profile.steps, profile.threads);
    let several = |count: u64| if count == 1 { "" } else { "s" };
    let mut lines = vec![
        format!(
            "profile: {total:.2} s, {steps} step{}, {threads} thread{}",
            several(steps.into()),
            several(threads as u64)
        ),
        format!("{:24}  {:>9}  {:>9}  {:>7}", "", "forward", "backward", "share"),
    ];
    for layer in Layer::ALL {
        let passes = [Work::Forward(layer), Work::Backward(layer)];
        let [forward, backward] = passes.map(|work| profile.seconds(work));
        // Layer types that the network does not have.
        if forward + backward > 0.0 {
            let share = 100.0 * (profile.share(passes[0]) + profile.share(passes[1]));
            lines.push(format!("{:24}  {forward:>7.2} s  {backward:>7.2} s  {share:>5.1} %", names(layer).0));
        }
    }
    for (work, name, _) in OTHERS {
        let (seconds, share) = (profile.seconds(work), 100.0 * profile.share(work));
        let of_steps = match work {
            Work::Engine => format!("  {:.1} % of the steps", 100.0 * profile.engine_share_of_steps()),
            _ => String::new(),
        };
        lines.push(format!("{name:24}  {:9}  {seconds:>7.2} s  {share:>5.1} %{of_steps}", ""));
    }
    lines.join("\n")
}

fn object(profile: &Profile) -> Value {
    let part = |work: Work| {
        let (seconds, share) = (profile.seconds(work), profile.share(work));
        let (name, pass) = match work {
            Work::Forward(layer) => (names(layer).1, Some("forward")),
            Work::Backward(layer) => (names(layer).1, Some("backward")),
            work => (OTHERS.iter().find(|(other, ..)| *other == work).map_or("", |(.., name)| *name), None),
        };
        json!({ "part": name, "pass": pass, "seconds": seconds, "share": share })
    };
    json!({
        "seconds": profile.total(),
        "steps": profile.steps,
        "threads": profile.threads,
        "dfdx_share_of_steps": profile.engine_share_of_steps(),
        "parts": Work::all().map(part).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_a_name() {
        let parts = object(&Profile::default())["parts"].clone();
        let names: Vec<String> =
            parts.as_array().unwrap().iter().map(|part| format!("{}{}", part["part"], part["pass"])).collect();
        let unique: std::collections::BTreeSet<&String> = names.iter().collect();
        assert!(unique.len() == names.len() && names.iter().all(|name| !name.starts_with("\"\"")), "{names:?}");
    }
}
