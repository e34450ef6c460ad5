//! The temperature on the Train screen.

use super::*;

#[test]
fn the_train_screen_says_how_hot_it_is() {
    use crate::sensors::Throttling;
    use crate::train::Thermal;
    use crate::tui::train::{Event, News as Told};
    let mut world = World::of("micro");
    world.keys("f3 t");
    let mut state = Thermal { temperature: Some(61.2), ..Thermal::default() };
    let tell = |world: &mut World, state| world.tell(News::train(Told { id: 0, event: Event::Thermal(state) }));
    tell(&mut world, state);
    snapshots("train-warm", &mut world);
    state.throttling = Throttling(0x5_0001);
    tell(&mut world, state);
    snapshots("train-throttled", &mut world);
    (state.temperature, state.cooling_to) = (Some(82.4), Some(75.0));
    tell(&mut world, state);
    snapshots("train-cooling", &mut world);
}
