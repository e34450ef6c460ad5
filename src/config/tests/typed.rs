//! The typed configuration as a value, and edits of it and of its document.

use super::*;
use crate::config::legal::block_keys;
use proptest::prelude::*;

/// Blocks in an inline array, on lines with comments and on one line.
const INLINE: [&str; 2] = [
    "blocks = [ # all\n  # one\n  { type = \"conv\", filters = 4 }, # end\n  { type = \"separable\", filters = 6 },\n  { type = \"bottleneck\", filters = 6 } # end\n]\n[head]\npool = \"avg\"\n",
    "blocks = [{ type = \"conv\", filters = 4 }, { type = \"bottleneck\", filters = 6 }]\n",
];

fn preset_config(at: usize) -> (Document, Config) {
    let text = PRESETS.get(at).map_or_else(|| INLINE[at - PRESETS.len()], |(_, text)| *text);
    (Document::parse(text).unwrap(), parse(text).unwrap().config)
}

#[test]
fn a_configuration_is_built_in_code_written_and_read() {
    let mut config = Config::default();
    config.model.name = "tiny".into();
    config.apply(&Edit::AddBlock { at: 0, kind: BlockKind::Bottleneck, filters: 12 }).unwrap();
    config.apply(&Edit::set("blocks.0.squeeze_excite.after", "project")).unwrap();
    config.apply(&Edit::set("train.epochs", "auto")).unwrap();
    assert!(config.problems().is_empty());
    assert_eq!(Config::from_toml(&config.to_toml()).unwrap(), config);
    for (_, text) in PRESETS {
        let config = parse(text).unwrap().config;
        assert_eq!(Config::from_toml(&config.to_toml()).unwrap(), config);
    }
}

#[test]
fn an_edit_that_is_not_legal_changes_nothing() {
    let (_, before) = preset_config(2);
    for (edit, message) in [
        (Edit::set("stem.kernel", 4), "kernel must be 1, 3 or 5, not 4"),
        (Edit::set("blocks.99.filters", 4), "use 0 to 7"),
        (Edit::set("stem.nothing", 4), "unknown key `nothing`"),
        (Edit::set("model.name.x", 3), "name must be a letter"),
        (Edit::Unset(KeyPath::of("blocks.0.filters")), "`filters` is missing"),
        (Edit::set("data.test_split", 0.8), "together hold out"),
    ] {
        let mut config = before.clone();
        let Problems(problems) = config.apply(&edit).unwrap_err();
        assert!(problems[0].message.contains(message), "{edit}: {problems:?}");
        assert_eq!(config, before);
    }
    let mut config = before;
    config.stem.kernel = 4;
    assert_eq!(config.problems()[0].key, KeyPath::of("stem.kernel"));
}

#[test]
fn keys_that_kinds_of_block_share_have_one_default() {
    for (kind, other) in [(0, 1), (0, 2), (1, 2)].map(|(a, b)| (BlockKind::ALL[a], BlockKind::ALL[b])) {
        for key in block_keys(kind).into_iter().filter(|key| block_keys(other).contains(key)) {
            let default = |kind| key_info(&KeyPath::of("blocks.0").key(key), Some(kind)).unwrap().default.clone();
            assert_eq!(default(kind), default(other), "{key}");
        }
    }
}

#[test]
fn several_edits_need_to_be_legal_only_together() {
    let (_, mut config) = preset_config(5);
    let edits = ["blocks.0.squeeze_excite.ratio=8", "blocks.0.squeeze_excite.after=project", "blocks.0.expansion=2"];
    let edits =
        [vec![Edit::SetBlockKind(0, BlockKind::Bottleneck)], edits.map(|edit| Edit::parse(edit).unwrap()).into()];
    let before = config.clone();
    config.apply_all(&edits.concat()).unwrap();
    assert_ne!(config, before);
    let changed = config.clone();
    assert!(config.apply_all(&[Edit::set("stem.filters", 2), Edit::set("stem.kernel", 4)]).is_err());
    assert_eq!(config, changed);
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        (0_i64..20).prop_map(Value::from),
        (0.0..1.0_f64).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        prop::sample::select(vec![
            "same",
            "valid",
            "relu",
            "auto",
            "project",
            "conv",
            "",
            "[0.5]",
            "{ after = 'project' }",
            "{ type = 'conv', filters = 3 }"
        ])
        .prop_map(Value::parse),
    ]
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let key = prop::sample::select(vec![
        "model.name",
        "model.input.height",
        "model.input",
        "stem.filters",
        "stem.padding",
        "blocks.0.filters",
        "blocks.1.kernel",
        "blocks.2.squeeze_excite.after",
        "blocks.2.squeeze_excite",
        "blocks.1",
        "head.pool",
        "head",
        "train.epochs",
        "data.mean",
        "data.mean.0",
        "data.test_split",
        "export.precision",
        "nothing",
    ]);
    let key = key.prop_map(KeyPath::of);
    let kind = prop::sample::select(BlockKind::ALL.to_vec());
    let at = 0_usize..10;
    prop_oneof![
        6 => (key.clone(), value()).prop_map(|(key, value)| Edit::Set(key, value)),
        2 => key.prop_map(Edit::Unset),
        1 => (at.clone(), kind.clone(), 1_u32..9).prop_map(|(at, kind, filters)| Edit::AddBlock { at, kind, filters }),
        1 => at.clone().prop_map(Edit::RemoveBlock),
        1 => (at.clone(), at.clone()).prop_map(|(from, to)| Edit::MoveBlock { from, to }),
        1 => at.clone().prop_map(Edit::DuplicateBlock),
        1 => (at, kind).prop_map(|(at, kind)| Edit::SetBlockKind(at, kind)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn an_edit_does_the_same_to_the_value_and_to_the_document(
        which in 0..PRESETS.len() + INLINE.len(),
        edits in prop::collection::vec(any_edit(), 1..8),
    ) {
        let (mut document, mut config) = preset_config(which);
        for edit in edits {
            let mut edited = document.clone();
            let by_text = edited.apply(&edit).ok().and_then(|()| parse(&edited.to_string()).ok());
            let by_value = config.apply(&edit);
            prop_assert_eq!(by_text.is_some(), by_value.is_ok(), "{}\n{}", edit, edited);
            if let Some(file) = by_text {
                prop_assert_eq!(&file.config, &config, "{}", edit);
                prop_assert_eq!(&ConfigFile::of("test.toml", &edited).unwrap(), &file);
                document = edited;
            }
        }
    }

    #[test]
    fn an_override_reads_as_it_is_shown(key in "[a-z]{1,8}(\\.[a-z0-9]{1,4}){0,2}", value in ".{0,12}") {
        if let Ok(edit) = Edit::parse(&format!("{key}={value}")) {
            prop_assert_eq!(Edit::parse(&edit.to_string()).unwrap(), edit);
        }
    }
}
