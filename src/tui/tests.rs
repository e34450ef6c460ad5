//! The whole state, driven by keys, and looked at as a terminal would show it.

mod data_and_deploy;
mod design;
mod files;
mod heat;
mod questions;
mod room;
mod runs;
mod storm;
pub mod world;

use super::design::EstimateRequest;
use super::screens::News;
use crate::config::preset;
use std::sync::Arc;
use world::World;

fn snapshots(name: &str, world: &mut World) {
    snapshots_at(&[(80, 24), (160, 48)], name, world);
}

fn snapshots_at(sizes: &[(u16, u16)], name: &str, world: &mut World) {
    for (columns, rows) in sizes {
        let (columns, rows) = (*columns, *rows);
        let screen = world.styled_screen(columns, rows);
        insta::assert_snapshot!(format!("{name}-{columns}x{rows}"), screen);
    }
}

#[test]
fn design_of_every_preset() {
    for name in ["pico", "mobilenet", "squeeze"] {
        snapshots(&format!("design-{name}"), &mut World::of(name));
    }
}

#[test]
fn the_other_screens() {
    let mut world = World::of("micro");
    snapshots("data", world.keys("f2"));
    snapshots("data-augmented", world.keys("v right down"));
    snapshots("train-before", world.keys("f3"));
    snapshots("train", world.keys("t"));
    snapshots("train-confusion", world.keys("tab"));
    snapshots("train-mistakes", world.keys("tab"));
    snapshots("train-paused", world.keys("tab space"));
    snapshots("quit-while-training", world.keys("q"));
    snapshots("train-stopped", world.keys("esc x"));
    snapshots("deploy-before", world.keys("f4"));
    snapshots("deploy", world.keys("r"));
    snapshots("deploy-memory", world.keys("tab"));
    snapshots("deploy-header", world.keys("tab"));
    snapshots("deploy-exported", world.keys("w"));
    snapshots("runs", world.keys("f5"));
    snapshots("runs-compared", world.keys("p down p down"));
    snapshots("runs-delete", world.keys("d"));
}

#[test]
fn over_ssh_jobs_show_their_progress_less_often() {
    let after = |name: &str, bytes| super::Pace::of(|variable| variable == name).after(bytes).as_millis();
    assert_eq!(after("", 100_000), 33);
    for name in ["SSH_CONNECTION", "SSH_TTY"] {
        assert_eq!((after(name, 300), after(name, 1_600)), (250, 800));
    }
}

#[test]
fn an_edit_shows_its_difference_and_its_command() {
    let mut world = World::of("micro");
    world.keys("p j + + b down \"uno\" enter");
    snapshots("design-edited", &mut world);
    assert!(world.app.sheet.is_changed());
}

/// `micro` with 128 more blocks.
fn large() -> String {
    let blocks = "[[blocks]]\ntype = \"separable\"\nfilters = 24\nrepeat = 64\n\n".repeat(2);
    preset("micro".as_ref()).unwrap().replace("[head]", &format!("{blocks}[head]"))
}

#[test]
fn the_costs_of_a_large_network_are_estimated_while_the_user_goes_on() {
    let mut world = World::open("large", large());
    let first = world.app.sheet.model().unwrap().estimate.clone();
    assert_eq!(world.app.sheet.saved_costs(), Some(&*first), "estimated when it is opened");
    world.held_estimates = Some(Vec::new());
    world.keys("j + +");
    let requests = world.held_estimates.clone().unwrap();
    assert_eq!(requests.len(), 2, "a request for each of the edits");
    let screen = world.screen(160, 48);
    assert!(screen.contains("Costs in int8, being estimated"), "{screen}");
    assert!(world.app.sheet.model().unwrap().rows.iter().all(|row| row.ram_bytes.is_none() && row.cells.len() > 1));
    world.keys("p");
    assert!(world.app.sheet.pinned().is_none(), "old costs were pinned as those of the new network");

    let answer = |request: &EstimateRequest| Arc::new(request.estimate());
    world.tell(News::Estimated { request: requests[0].clone(), estimate: answer(&requests[0]) });
    let model = world.app.sheet.model().unwrap();
    assert!(model.pending.is_some() && model.estimate == first, "the answer to an older request was taken");
    world.tell(News::Estimated { request: requests[1].clone(), estimate: answer(&requests[1]) });
    let model = world.app.sheet.model().unwrap();
    assert!(model.pending.is_none() && model.estimate == answer(&requests[1]) && model.estimate != first);
    assert_eq!(world.app.sheet.saved_costs(), Some(&*first), "those of the file stay");
    assert!(model.rows.iter().all(|row| row.ram_bytes.is_some()));
    let screen = world.screen(160, 48);
    assert!(!screen.contains("Costs in int8, being estimated"), "{screen}");

    // As it is on disk again, and then another large network on disk.
    world.keys("u u");
    let path = world.app.sheet.path().to_owned();
    world.held_estimates = Some(Vec::new());
    world.keys("+");
    let text = large().replacen("filters = 24", "filters = 30", 1);
    world.tell(News::DiskChanged { path, text: Some(text) });
    world.keys("c");
    let requests = world.held_estimates.take().unwrap();
    assert_eq!((requests.len(), world.app.sheet.saved_costs()), (2, None));
    for request in requests {
        world.tell(News::Estimated { estimate: answer(&request), request });
    }
    assert!(world.app.sheet.saved_costs().is_some_and(|costs| costs.params > first.params));
    assert_eq!(world.app.sheet.pending_estimates(), [None, None]);
}

#[test]
fn the_presets_are_estimated_within_a_keystroke() {
    for (name, _) in crate::config::PRESETS {
        let mut world = World::of(name);
        world.held_estimates = Some(Vec::new());
        world.keys("j +");
        assert!(world.held_estimates.unwrap().is_empty(), "{name}");
    }
}

#[test]
fn text_lists_lines_questions_and_help() {
    let mut world = World::of("micro");
    snapshots("text", world.keys("e"));
    snapshots("text-broken", world.keys("enter \"[[\""));
    snapshots("save-broken", world.keys("ctrl-s"));
    let mut world = World::of("squeeze");
    snapshots("add", world.keys("a"));
    snapshots("choose", world.keys("esc j right right right right enter"));
    snapshots("prompt", world.keys("esc left enter"));
    snapshots("help", world.keys("esc ?"));
    snapshots("palette", world.keys("esc : \"board\""));
    snapshots("quit", world.keys("esc + q"));
}

#[test]
fn no_size_of_a_terminal_is_too_odd() {
    for keys in ["esc", "e", ",", "v", "?", ": ", "a", "+ q", "f2", "f3", "f4", "f5"] {
        let mut world = World::of("squeeze");
        world.keys(keys.trim());
        for columns in [0, 1, 7, 39, 40, 41, 79, 117, 118, 119, 250] {
            for rows in [0, 1, 2, 7, 8, 9, 12, 23, 39, 40, 41, 90] {
                world.screen(columns, rows);
            }
        }
    }
}
