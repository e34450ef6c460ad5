//! `--estimate` and boards: verdicts, and custom lists of boards.

use super::scene::{Answer, Scene};
use std::fs;

const OWN: &str = "[[board]]\nid = \"bench-7\"\nname = \"The one on my bench\"\ncore = \"cortex-m33\"\n\
                   clock_hz = 150_000_000\nram_bytes = 532_480\nflash_bytes = 4_194_304\nram_left = 500_000\n\
                   flash_left = 4_000_000\n";

fn board<'a>(answer: &'a serde_json::Value, id: &str) -> &'a serde_json::Value {
    answer["boards"].as_array().unwrap().iter().find(|board| board["id"] == id).unwrap_or_else(|| panic!("{answer}"))
}

#[test]
fn every_board_gets_a_line_and_nothing_fails() {
    let scene = Scene::empty();
    let answer = scene.run("--config pico --precision int8 --estimate").ends(0);
    let lines: Vec<&str> = answer.stdout.lines().collect();
    let at = lines.iter().position(|line| line.starts_with("uno-r3 ")).unwrap();
    assert_eq!(lines.len() - at, 10, "{answer}");
    assert!(lines[at].contains("  fits  RAM 1,"), "{answer}");
    assert!(lines.iter().all(|line| line.chars().count() <= 80 && !line.ends_with(' ')), "{answer}");
    for shown in ["RAM over time", "row buffers", "Cortex-M4F, M7, M33", "with tables", "stack"] {
        assert!(answer.stdout.contains(shown), "{shown}: {answer}");
    }
    // With as many classes as the photographs have, the second of the family fits an Uno too.
    let call = "--config nano --set model.num_classes=5 --precision int8 --estimate --board uno-r3";
    scene.run(call).ends(0);
    assert!(!answer.stdout.contains("milliseconds") && !answer.stdout.contains(" ms"), "{answer}");
}

#[test]
fn json_has_verdicts_targets_and_the_arena() {
    let scene = Scene::empty();
    let estimate = scene.run("--config micro --precision int8 --estimate --json").ends(0).object("estimate");
    let number = |value: &serde_json::Value| value.as_u64().unwrap_or_else(|| panic!("{value}"));
    assert_eq!(estimate["family"], "dsp");
    let dsp = estimate["targets"].as_array().unwrap().iter().find(|target| target["family"] == "dsp").unwrap();
    assert_eq!((&dsp["flash_bytes"], &dsp["stack_bytes"]), (&estimate["flash_bytes"], &estimate["stack_bytes"]));
    assert_eq!(number(&dsp["flash_bytes"]), number(&dsp["code_bytes"]) + number(&estimate["table_bytes"]));
    assert_eq!(estimate["boards"].as_array().unwrap().len(), 10);
    let nano = board(&estimate, "nano-33-ble-sense");
    assert_eq!((nano["fits"].as_bool(), nano["name"].as_str()), (Some(true), Some("Arduino Nano 33 BLE Sense")));
    assert_eq!(number(&nano["ram_bytes"]), number(&estimate["ram_bytes"]) + number(&estimate["stack_bytes"]));
    assert_eq!(nano["flash_bytes"], estimate["flash_bytes"]);
    assert!(nano["ram_left"].is_u64() && nano["flash_left"].is_u64());
    assert_eq!(board(&estimate, "uno-r3")["fits"], false);
    let arena = &estimate["arena"];
    assert_eq!(arena["bytes"], estimate["peak_activation_bytes"]);
    assert_eq!(arena["segments"][0]["first"], "stem");
    assert!(arena["segments"][0]["regions"][0]["bytes"].is_u64(), "{arena}");
}

#[test]
fn a_board_that_is_asked_for_decides_how_the_program_ends() {
    let scene = Scene::empty();
    let answer = scene.run("--config micro --precision int8 --estimate --board mega-2560").ends(0);
    assert_eq!(answer.stdout.lines().last().unwrap().split_whitespace().nth(1), Some("fits"), "{answer}");
    assert!(!answer.stdout.contains("uno-r4"), "{answer}");
    let answer = scene.run("--config micro --precision int8 --estimate --board uno-r3").ends(1);
    let line = answer.stdout.lines().last().unwrap();
    assert!(line.starts_with("uno-r3  no    RAM ") && line.contains(" over 1,826 B, flash "), "{answer}");
    let call = "--config micro --precision int8 --estimate --json --board uno-r3";
    let estimate = scene.run(call).ends(1).object("estimate");
    assert_eq!((estimate["boards"].as_array().unwrap().len(), &estimate["family"]), (1, &"avr".into()));
    assert_eq!(estimate["boards"][0]["flash_bytes"], estimate["flash_bytes"]);
    // The same from the configuration, over which the command line goes.
    scene.run("--config micro --set target.board=uno-r3 --estimate").ends(1);
    scene.run("--config micro --set target.board=uno-r3 --estimate --board esp32").ends(0);
}

#[test]
fn a_network_that_the_exported_program_cannot_count_is_refused_with_the_layer_and_the_limit() {
    let scene = Scene::empty();
    let head = "[model]\nnum_classes = 4\nbatch_norm = false\n";
    for (text, said) in [
        (
            "input = { height = 4, width = 160, channels = 1 }\n[stem]\nfilters = 420\nkernel = 1\nstride = 1\n\
             [[blocks]]\ntype = \"separable\"\nfilters = 2\nkernel = 5\n",
            "stem has 67,200 values in a row, an exported program at most 65,535: a narrower image or fewer filters",
        ),
        (
            "input = { height = 5, width = 5, channels = 1 }\n[stem]\nfilters = 2700\nkernel = 1\nstride = 1\n\
             [[blocks]]\ntype = \"conv\"\nfilters = 3\nkernel = 5\n",
            "block0.conv has 67,500 weights in a filter, an exported program at most 33,000",
        ),
        (
            "input = { height = 8, width = 8, channels = 1 }\n[stem]\nfilters = 2\nstride = 1\n\
             [[blocks]]\ntype = \"separable\"\nfilters = 2\nrepeat = 64\n\
             [[blocks]]\ntype = \"separable\"\nfilters = 2\nrepeat = 64\n",
            "block126.pointwise has 255 steps with those before it, an exported program at most 254: fewer blocks",
        ),
    ] {
        fs::write(scene.path("large.toml"), format!("{head}{text}")).unwrap();
        let answer = scene.run("--config large.toml --precision int8 --estimate").ends(1);
        let answer = answer.says(&["error: this network cannot be exported: ", said]);
        assert!(!answer.stdout.contains("fits"), "{answer}");
        let estimate = scene.run("--config large.toml --precision int8 --estimate --json").ends(1).object("estimate");
        assert!(estimate["boards"].as_array().unwrap().iter().all(|board| board["fits"] == false), "{estimate}");
        assert!(estimate["limit"]["most"].is_u64() && estimate["limit"]["layer"].is_string(), "{estimate}");
        // Before anything is trained.
        let answer = scene.run("--config large.toml --precision int8 --data nowhere --train --export").ends(2);
        drop(answer.says(&["cannot be exported", said]));
    }
}

#[test]
fn a_table_that_avr_cannot_hold_does_not_fit_there_and_says_why() {
    let scene = Scene::empty();
    let text = "[model]\nnum_classes = 10\nbatch_norm = false\ninput = { height = 6, width = 6, channels = 1 }\n\
                [stem]\nfilters = 144\nkernel = 1\nstride = 1\n[[blocks]]\ntype = \"conv\"\nfilters = 144\nkernel = 1\n\
                [[blocks]]\ntype = \"conv\"\nfilters = 112\nkernel = 1\n[head]\npool = \"avg\"\n";
    fs::write(scene.path("big.toml"), text).unwrap();
    let answer = scene.run("--config big.toml --precision int8 --estimate --board mega-2560").ends(1);
    let last = answer.stdout.lines().last().unwrap();
    assert_eq!(last, "mega-2560  no    a table takes 38,560 B, AVR holds 32,767 B", "{answer}");
    scene.run("--config big.toml --precision int8 --estimate --board uno-r4").ends(0);
}

#[test]
fn a_board_that_is_not_known_is_named_with_what_may_have_been_meant() {
    let scene = Scene::empty();
    let said = |answer: Answer, parts: &[&str]| {
        let answer = answer.ends(2).says(parts);
        assert_eq!(answer.stdout, "");
    };
    let known = "boards: uno-r3, mega-2560, uno-r4,";
    said(
        scene.run("--config micro --estimate --board uno-r33"),
        &["--board: there is no board \"uno-r33\"", "did you mean uno-r3 (Arduino Uno R3)?", known],
    );
    said(
        scene.run("--config micro --estimate --set target.board=pico-rp2040"),
        &["--set target.board=pico-rp2040: there is no board \"pico-rp2040\"", known],
    );
    fs::write(scene.path("net.toml"), "[target]\nboard = \"esp23\"\n").unwrap();
    said(
        scene.run("--config net.toml --estimate"),
        &["net.toml:2:9: there is no board \"esp23\"", "did you mean esp32 (ESP32)?"],
    );
    let answer = scene.run("--config micro --train --board uno-r3").ends(2);
    assert!(answer.stderr.contains("--estimate"), "{answer}");
}

#[test]
fn a_list_beside_the_configuration_goes_before_that_of_the_program() {
    let scene = Scene::empty();
    fs::create_dir(scene.path("nets")).unwrap();
    fs::write(scene.path("nets/net.toml"), "").unwrap();
    fs::write(scene.path("nets/boards.toml"), OWN.to_owned() + &OWN.replace("bench-7", "uno-r3")).unwrap();
    let estimate = scene.run("--config nets/net.toml --estimate --json").ends(0).object("estimate");
    assert_eq!(estimate["boards"].as_array().unwrap().len(), 11);
    assert_eq!(board(&estimate, "uno-r3")["name"], "The one on my bench");
    assert_eq!(board(&estimate, "bench-7")["ram_left"], 500_000);
    scene.run("--config nets/net.toml --estimate --board bench-7").ends(0);
    // Elsewhere it is not known; a preset has its list in the working folder.
    scene.run("--config micro --estimate --board bench-7").ends(2).says(&["boards: uno-r3, mega-2560"]);
    fs::copy(scene.path("nets/boards.toml"), scene.path("boards.toml")).unwrap();
    scene.run("--config micro --estimate --board bench-7").ends(0);
}

#[test]
fn a_broken_list_is_told_with_its_place() {
    let scene = Scene::empty();
    for (from, to, said) in [
        ("ram_left", "ram_lfet", "boards.toml:8:1: unknown key `ram_lfet` in board.0"),
        ("ram_left", "ram_lfet", "did you mean `ram_left`?"),
        ("cortex-m33", "cortex-m44", "boards.toml:4:8: core must be \"avr\""),
        ("500_000", "\"a lot\"", "boards.toml:8:12: ram_left must be a whole number"),
        ("[[board]]", "[[board", "boards.toml:1:8: not valid TOML"),
        ("The one", "\u{1b}[31mThe one", "boards.toml:3:9: not valid TOML"),
    ] {
        fs::write(scene.path("boards.toml"), OWN.replacen(from, to, 1)).unwrap();
        let answer = scene.run("--config micro --estimate").ends(2).says(&[said]);
        assert_eq!(answer.stdout, "");
        assert!(!answer.stderr.contains('\u{1b}'), "{answer}");
    }
    fs::write(scene.path("boards.toml"), "#".repeat(2 << 20)).unwrap();
    scene.run("--config micro --estimate").ends(2).says(&["boards.toml: too large"]);
    // Nothing else needs the list.
    scene.run("--config micro --predict missing.png --weights missing.safetensors").ends(2).says(&["missing"]);
}
