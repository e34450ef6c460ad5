//! `--estimate`

use super::scene::Scene;

#[test]
fn the_five_nets_have_their_published_counts() {
    let scene = Scene::empty();
    for (net, params, macs) in [
        ("pico", 719, 53_688),
        ("nano", 1_511, 125_211),
        ("micro", 4_139, 612_120),
        ("milli", 11_459, 745_080),
        ("mobilenet", 29_555, 1_127_640),
    ] {
        let call = format!(
            "--config configs/{net}.toml --set model.batch_norm=false --set model.num_classes=5 --precision float --estimate --json"
        );
        let answer = scene.run(&call).ends(0);
        assert_eq!(answer.stderr, "");
        let estimate = answer.object("estimate");
        assert_eq!((&estimate["params"], &estimate["macs"]), (&params.into(), &macs.into()), "{net}");
        assert_eq!(estimate["deployed_params"], params, "{net}: without batch norm, nothing is folded away");
        // Filters are filled up to whole quads, of which the head needs some.
        let weights = estimate["weight_bytes"].as_i64().unwrap();
        assert!((4 * params..5 * params).contains(&weights), "{net}: {weights}");
        let sum = |field: &str| -> i64 {
            estimate["layers"].as_array().unwrap().iter().map(|layer| layer[field].as_i64().unwrap()).sum()
        };
        assert_eq!((sum("params"), sum("macs")), (params, macs), "{net}: the layers");
        let largest = estimate["layers"].as_array().unwrap().iter().map(|layer| layer["activation_bytes"].as_u64());
        assert!(estimate["peak_activation_bytes"].as_u64() < largest.max().unwrap(), "{net}: rows, not maps");
    }
}

#[test]
fn the_table_shows_layers_and_totals_in_80_columns() {
    let scene = Scene::empty();
    let answer = scene.run("--config squeeze --estimate").ends(0);
    for name in ["stem", "block0.", ".expand", ".se ", "pool", "head", "MACs", "batch norm folded"] {
        assert!(answer.stdout.contains(name), "{name}:\n{answer}");
    }
    assert!(answer.stdout.lines().all(|line| line.chars().count() <= 80), "{answer}");
}

#[test]
fn the_classes_are_counted_in_the_data() {
    let scene = Scene::new();
    let estimate = scene.run("--config tiny.toml --estimate --json").ends(0).object("estimate");
    let head = estimate["layers"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(head["output"]["channels"], 3);
}
