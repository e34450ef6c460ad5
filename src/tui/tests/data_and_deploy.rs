//! Search and zoom of the images, and the choice and comparison of runs to export.

use super::snapshots;
use super::world::World;

#[test]
fn a_class_is_found_and_its_images_are_enlarged() {
    let mut world = World::of("micro");
    snapshots("data-find", world.keys("f2 / \"tul\""));
    snapshots("data-class", world.keys("enter enter"));
    snapshots("data-image", world.keys("enter right"));
    snapshots("data-source", world.keys("i"));
}

#[test]
fn a_run_is_pinned_and_another_is_chosen() {
    let mut world = World::of("micro");
    snapshots("deploy-runs", world.keys("f4 b down \"uno\" enter r p o"));
    snapshots("deploy-compared", world.keys("down enter"));
}
