//! The configuration file as people write it, wrong in every way.

use super::*;

mod typed;

fn parse(text: &str) -> Result<ConfigFile, Diagnostics> {
    ConfigFile::parse("test.toml", text, &[])
}

fn first_error(text: &str) -> String {
    parse(text).unwrap_err().0[0].to_string()
}

#[test]
fn every_preset_is_valid_and_its_file_is_the_embedded_text() {
    for (name, text) in PRESETS {
        let spec = parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(spec.config.model.name, name);
        let file = format!("{}/configs/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        assert_eq!(std::fs::read_to_string(file).unwrap(), text);
    }
}

#[test]
fn a_preset_sees_about_as_many_images_of_300_as_of_60000() {
    for (name, text) in PRESETS {
        let train = parse(text).unwrap().config.train;
        assert!(matches!(train.epochs, Epochs::Auto(_)), "{name}");
        for images in [300, 6_000, 60_000] {
            let epochs = train.epochs_on(images);
            let seen = u64::from(epochs) * images as u64;
            // Ten epochs are the fewest, two thousand the most.
            let bound = u64::from(train.images_seen).max(10 * images as u64) + images as u64 / 2;
            assert!(seen <= bound && seen <= 2_800_000, "{name}: {epochs} epochs of {images} images");
            assert!(seen >= u64::from(train.images_seen).min(600_000) * 9 / 10, "{name}: {epochs} epochs of {images}");
        }
    }
    // The first command of the README: 6,000 bundled images.
    let micro = parse(preset(std::path::Path::new("micro")).unwrap()).unwrap().config.train;
    assert!(micro.epochs_on(6_000) <= 125);
}

#[test]
fn epochs_are_a_number_or_follow_from_the_images_seen() {
    let train = |text: &str| parse(&format!("[train]\n{text}\n")).unwrap().config.train;
    let auto = train("epochs = \"auto\"\nimages_seen = 30_000");
    let found = [0, 1, 14, 15, 300, 1_000, 2_857, 3_000, 60_000].map(|images| auto.epochs_on(images));
    assert_eq!(found, [2_000, 2_000, 2_000, 2_000, 100, 30, 11, 10, 10]);
    assert_eq!(train("epochs = 7\nimages_seen = 30_000").epochs_on(300), 7);
    assert_eq!((train("epochs = 7").epochs.to_string(), auto.epochs.to_string()), ("7".into(), "auto".into()));
    let error = first_error("[train]\nepochs = \"automatic\"\n");
    assert!(error.contains("epochs must be \"auto\" or a whole number from 1 to 100000"), "{error}");
    assert!(first_error("[train]\nimages_seen = 3\n").contains("from 1000 to 1000000000, not 3"));
}

#[test]
fn an_empty_file_is_the_defaults() {
    assert_eq!(parse("").unwrap().config, Config::default());
}

#[test]
fn the_defaults_survive_writing_and_reading() {
    let text = toml::to_string(&parse(PRESETS[5].1).unwrap().config).unwrap();
    assert_eq!(parse(&text).unwrap().config, parse(PRESETS[5].1).unwrap().config);
}

#[test]
fn an_unknown_key_is_placed_and_a_near_one_named() {
    let text = "[model]\nname = \"a\"\n\n[[blocks]]\ntype = \"separable\"\nfilters = 3\nfliters = 4\n";
    let error = first_error(text);
    assert!(error.starts_with("test.toml:7:1: unknown key `fliters` in a separable block"), "{error}");
    assert!(error.contains("did you mean `filters`?"), "{error}");
    assert!(error.contains("  7 | fliters = 4\n    | ^^^^^^^"), "{error}");
}

#[test]
fn a_key_in_the_wrong_section_is_sent_home() {
    assert!(first_error("[model]\nepochs = 3\n").contains("`epochs` belongs in [train]"));
}

#[test]
fn columns_count_characters_not_bytes() {
    let error = first_error("model = { name = \"é\" , kernel = 3 }\n");
    assert!(error.starts_with("test.toml:1:24"), "{error}");
}

#[test]
fn each_wrong_value_says_what_would_be_right() {
    let block = |line: &str| format!("[[blocks]]\ntype = \"bottleneck\"\nfilters = 8\n{line}\n");
    for (text, expected) in [
        ("[stem]\nfilters = 0\n".into(), "2:11: filters must be a whole number from 1 to 4096, not 0"),
        ("[stem]\nfilters = 1_000_000_000\n".into(), "filters must be a whole number from 1 to 4096, not 1000000000"),
        ("[stem]\nkernel = 4\n".into(), "kernel must be 1, 3 or 5, not 4"),
        ("[stem]\nstride = 0\n".into(), "stride must be 1, 2 or 3, not 0"),
        (
            "[stem]\npadding = \"smae\"\n".into(),
            "padding must be \"same\" or \"valid\", not \"smae\"\n  2 | padding = \"smae\"\n    |           ^^^^^^\n  help: did you mean \"same\"?",
        ),
        (
            "[model]\nwidth_multiplier = nan\n".into(),
            "width_multiplier must be a number above 0 and at most 16.0, not nan",
        ),
        ("[model]\nwidth_multiplier = 0\n".into(), "width_multiplier must be a number above 0"),
        ("[model]\ninput = { channels = 2 }\n".into(), "channels must be 1 or 3, not 2"),
        (
            "[model]\nnum_classes = \"many\"\n".into(),
            "num_classes must be \"auto\" or a whole number from 2 to 1000, not \"many\"",
        ),
        ("[model]\nbatch_norm = 1\n".into(), "batch_norm must be true or false, not 1"),
        ("[model]\nname = \"9lives\"\n".into(), "name must be a letter, then letters"),
        ("[data]\nmean = [0.1, 7]\n".into(), "mean must be a number from 0.0 to 1.0, not 7"),
        (block("expansion = 0"), "expansion must be a number from 1 to 16, not 0"),
        (block("expansion = \"4\""), "expansion must be a number from 1 to 16, not \"4\""),
        ("[model]\nwidth_divisor = 0\n".into(), "width_divisor must be a whole number from 1 to 64, not 0"),
        ("[head]\nhidden = -1\n".into(), "hidden must be a whole number from 0 to 4096"),
        ("[head]\nhidden = [64, 0]\n".into(), "hidden must be a whole number from 1 to 4096, not 0"),
        ("[[blocks]]\ntype = \"ChannelShuffle\"\n".into(), "2:8: channel shuffle cannot be written"),
        ("[[blocks]]\ntype = \"multi_head_attention\"\n".into(), "attention cannot be written"),
        ("[[blocks]]\ntype = \"concat\"\n".into(), "concatenation cannot be written"),
        ("[[blocks]]\ntype = \"LSTM\"\n".into(), "recurrence cannot be written"),
        (
            block("squeeze_excite = { after = \"project\", ratio = 0 }"),
            "ratio must be a whole number from 1 to 64, not 0",
        ),
        (block("squeeze_excite = { ratio = 4 }"), "`after` is missing"),
        ("[[blocks]]\ntype = \"seperable\"\nfilters = 3\n".into(), "did you mean \"separable\"?"),
        ("[[blocks]]\nfilters = 3\n".into(), "this block has no type"),
        (
            "[[blocks]]\ntype = \"bottleneck\"\nfilters = 8\nsqueeze_excite = 4\n".into(),
            "squeeze_excite must be a table, not 4",
        ),
        ("blocks = 3\n".into(), "blocks must be a list of tables, not 3"),
        ("[model\n".into(), "test.toml:1:7: not valid TOML"),
    ] {
        let error = first_error(&text);
        assert!(error.contains(expected), "{text}\n{error}\nexpected: {expected}");
    }
}

#[test]
fn overrides_apply_and_are_blamed_by_name() {
    let sets = |sets: &[&str]| ConfigFile::parse("micro.toml", preset("micro".as_ref()).unwrap(), &overrides(sets)?);
    let spec = sets(&["blocks.2.filters=8", "data.resize=fit", "model.input.height=64"]).unwrap();
    assert!(matches!(spec.config.blocks[2], Block::Separable { filters: 8, .. }));
    assert_eq!(spec.config.data.resize, Resize::Fit);
    assert_eq!(spec.config.model.input.height, 64);
    assert!(spec.text.contains("num_classes = \"auto\"            # from the data"));
    let error = sets(&["blocks.2.filters=0"]).unwrap_err().to_string();
    assert!(error.starts_with("--set blocks.2.filters=0: filters must be"), "{error}");
    let error = sets(&["blocks.9.filters=3"]).unwrap_err().to_string();
    assert!(error.contains("use 0 to 7"), "{error}");
    for bad in ["nonsense", "=3", "a..b=1", "model.name.x=3"] {
        assert!(sets(&[bad]).unwrap_err().to_string().starts_with(&format!("--set {bad}")), "{bad}");
    }
}

#[test]
fn a_place_in_the_file_is_right_though_overrides_moved_lines() {
    let text = "[model]\nname = \"a\"\n\n[stem]\nkernel = 4\n";
    let error = ConfigFile::parse("t.toml", text, &[Edit::set("model.batch_norm", false)]).unwrap_err().to_string();
    assert!(error.starts_with("t.toml:5:10: kernel must be"), "{error}");
}

#[test]
fn a_place_is_that_in_the_file_though_paths_were_made_absolute() {
    let file = ConfigFile::parse("t.toml", "data = { source = \"photos\", split_seed = 3 }\n", &[]).unwrap();
    let file = file.absolute(std::path::Path::new("/somewhere/else"));
    let said = file.diagnose(&KeyPath::of("data.split_seed"), "no".into(), None).to_string();
    assert!(said.starts_with("t.toml:1:42: no") && said.contains("source = \"photos\""), "{said}");
}

#[test]
fn the_schema_in_assets_is_the_one_the_program_checks_with() {
    let path = format!("{}/assets/config.schema.json", env!("CARGO_MANIFEST_DIR"));
    let text = serde_json::to_string_pretty(schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(std::fs::read_to_string(path).unwrap() == text, "run UPDATE_GOLDEN=1 cargo test schema to renew it");
}

mod edits {
    use super::*;

    const TEXT: &str = "# mine\n[model]\nname = \"a\" # why\n\n[[blocks]] # first\ntype = \"separable\"\nfilters = 1\n\n# about two\n[[blocks]]\ntype = \"bottleneck\"\nfilters = 2\n[blocks.squeeze_excite]\nafter = \"project\"\n\n[head]\npool = \"max\" # last\n";

    fn edit(change: impl FnOnce(&mut Document)) -> String {
        let mut document = Document::parse(TEXT).unwrap();
        change(&mut document);
        let text = document.to_string();
        parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        text
    }

    #[expect(clippy::needless_pass_by_value, reason = "each edit is made for its call")]
    fn change(document: &mut Document, edit: Edit) {
        document.apply(&edit).unwrap();
    }

    fn filters(text: &str) -> Vec<u32> {
        parse(text)
            .unwrap()
            .config
            .blocks
            .iter()
            .map(|block| match block {
                Block::Separable { filters, .. } | Block::Bottleneck { filters, .. } | Block::Conv { filters, .. } => {
                    *filters
                }
            })
            .collect()
    }

    #[test]
    fn setting_keeps_comments() {
        let text = edit(|d| d.apply(&Edit::set("model.name", "b")).unwrap());
        assert_eq!(text, TEXT.replace("\"a\"", "\"b\""));
        let text = edit(|d| d.apply(&Edit::set("train.epochs", 5)).unwrap());
        assert!(text.starts_with(TEXT) && text.ends_with("[train]\nepochs = 5\n"), "{text}");
    }

    #[test]
    fn setting_below_an_absent_inline_table_makes_it() {
        let text = edit(|d| d.apply(&Edit::set("model.input.height", 32)).unwrap());
        assert!(text.contains("input = { height = 32 }"), "{text}");
    }

    #[test]
    fn removing_a_key_keeps_the_rest() {
        assert_eq!(edit(|d| d.remove(&KeyPath::of("head.pool"))), TEXT.replace("pool = \"max\" # last\n", ""));
        assert_eq!(edit(|d| d.remove(&KeyPath::of("nothing.here"))), TEXT);
    }

    #[test]
    fn blocks_move_with_their_comments_and_sub_tables() {
        let text = edit(|d| change(d, Edit::MoveBlock { from: 1, to: 0 }));
        assert_eq!(filters(&text), [2, 1]);
        assert!(text.find("# about two").unwrap() < text.find("# first").unwrap(), "{text}");
        assert!(text.find("# first").unwrap() < text.find("[head]").unwrap(), "{text}");
        assert_eq!(filters(&edit(|d| change(d, Edit::DuplicateBlock(1)))), [1, 2, 2]);
        assert_eq!(filters(&edit(|d| change(d, Edit::RemoveBlock(0)))), [2]);
        assert_eq!(
            filters(&edit(|d| change(d, Edit::AddBlock { at: 1, kind: BlockKind::Conv, filters: 7 }))),
            [1, 7, 2]
        );
        assert_eq!(
            filters(&edit(|d| change(d, Edit::AddBlock { at: 99, kind: BlockKind::Conv, filters: 7 }))),
            [1, 2, 7]
        );
        assert_eq!(edit(|d| change(d, Edit::MoveBlock { from: 1, to: 9 })), TEXT);
    }

    #[test]
    fn blocks_written_inline_stay_inline() {
        let mut document =
            Document::parse("blocks = [{ type = \"conv\", filters = 1 }, { type = \"conv\", filters = 2 }]\n").unwrap();
        change(&mut document, Edit::MoveBlock { from: 0, to: 1 });
        change(&mut document, Edit::AddBlock { at: 0, kind: BlockKind::Separable, filters: 5 });
        assert_eq!(filters(&document.to_string()), [5, 2, 1]);
        assert!(document.to_string().starts_with("blocks = ["));
    }

    #[test]
    fn comments_of_inline_blocks_stay_with_their_blocks() {
        let text = "# top\nblocks = [ # all\n    # one\n    { type = \"conv\", filters = 1 }, # end of one\n    # two\n    { type = \"conv\", filters = 2 }, # end of two\n    # last\n] # done\n";
        let edited = |edit: Edit| {
            let mut document = Document::parse(text).unwrap();
            change(&mut document, edit);
            document.to_string()
        };
        let (one, two) = (
            "\n    # one\n    { type = \"conv\", filters = 1 }, # end of one",
            "\n    # two\n    { type = \"conv\", filters = 2 }, # end of two",
        );
        let (begin, end) = ("# top\nblocks = [ # all", "\n    # last\n] # done\n");
        assert_eq!(text, [begin, one, two, end].concat());
        assert_eq!(edited(Edit::MoveBlock { from: 0, to: 1 }), [begin, two, one, end].concat());
        assert_eq!(edited(Edit::RemoveBlock(0)), [begin, two, end].concat());
        assert_eq!(edited(Edit::RemoveBlock(1)), [begin, one, end].concat());
        let copy = "\n    { type = \"conv\", filters = 1 },";
        assert_eq!(edited(Edit::DuplicateBlock(0)), [begin, one, copy, two, end].concat());
        let new = "\n    { type = \"separable\", filters = 5 },";
        assert_eq!(
            edited(Edit::AddBlock { at: 9, kind: BlockKind::Separable, filters: 5 }),
            [begin, one, two, new, end].concat()
        );
    }

    #[test]
    fn a_whole_block_is_set_in_both_notations() {
        let inline = "blocks = [{ type = \"conv\", filters = 1 }]\n";
        for text in [inline, "# mine\n[[blocks]]\ntype = \"conv\"\nfilters = 1\n\n[head]\npool = \"max\"\n"] {
            let mut document = Document::parse(text).unwrap();
            change(&mut document, Edit::set("blocks.0", Value::parse("{ type = 'separable', filters = 9 }")));
            let text = document.to_string();
            assert_eq!(filters(&text), [9], "{text}");
            assert_eq!(text.contains("# mine"), !text.starts_with("blocks"), "{text}");
            assert!(document.apply(&Edit::set("blocks.0", 3)).is_err() || parse(&document.to_string()).is_err());
        }
    }

    #[test]
    fn an_edit_that_fails_leaves_the_document() {
        let mut document = Document::parse("[stem]\nfilters = 3\n").unwrap();
        assert!(document.apply(&Edit::set("blocks.3.filters", 1)).is_err());
        assert_eq!(document.to_string(), "[stem]\nfilters = 3\n");
    }

    #[test]
    fn a_file_without_blocks_gets_them_before_what_follows() {
        let mut document = Document::parse("[stem]\nfilters = 3\n\n[head]\npool = \"max\"\n").unwrap();
        change(&mut document, Edit::AddBlock { at: 0, kind: BlockKind::Conv, filters: 4 });
        let text = document.to_string();
        assert_eq!(filters(&text), [4]);
        assert!(text.find("[[blocks]]").unwrap() < text.find("[head]").unwrap(), "{text}");
    }
}

mod mutated {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn configs_never_panic_and_every_finding_has_a_place(
            which in 0..PRESETS.len(),
            cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..40, "[ -~\n]{0,12}"), 1..6),
        ) {
            let mut text = PRESETS[which].1.to_owned();
            for (at, length, insert) in cuts {
                let at = at.index(text.len());
                let end = (at + length).min(text.len());
                text.replace_range(at..end, &insert);
            }
            if let Err(Diagnostics(all)) = parse(&text) {
                prop_assert!(!all.is_empty());
                for diagnostic in all {
                    prop_assert!(!diagnostic.message.is_empty());
                    let _ = diagnostic.to_string();
                }
            }
        }

        #[test]
        fn arbitrary_text_never_panics(text in any::<String>()) {
            let _ = parse(&text).map_err(|error| error.to_string());
        }
    }
}
