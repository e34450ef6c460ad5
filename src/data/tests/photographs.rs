//! The module on thousands of real photographs.

use std::time::Instant;

use super::*;

#[test]
fn thousands_of_photographs_load_and_split() {
    let Some(folder) = std::env::var_os("MICROMOBILENET_PHOTOS") else {
        println!("skipped: MICROMOBILENET_PHOTOS is not set");
        return;
    };
    let folder = Path::new(&folder);
    let start = Instant::now();
    let set = load(&data(folder), Input::default(), None, &NoProgress).unwrap();
    println!("{} photographs in {:?}", set.train.len() + set.validation.len(), start.elapsed());
    println!("{}", set.check);
    assert_eq!(set.labels, ["daisy", "dandelion", "rose", "sunflower", "tulip"]);
    assert_eq!(set.train.len() + set.validation.len(), 4317);
    assert!(set.check.unreadable.is_empty(), "{}", set.check);
    let (train, validation) = (set.train.counts(5), set.validation.counts(5));
    for (train, validation) in train.into_iter().zip(validation) {
        let share = validation as f64 / (train + validation) as f64;
        assert!((share - 0.2).abs() < 0.04, "{share}");
    }
    // Looked at: each is one photograph twice.
    assert_eq!((set.check.near.scenes, set.check.near.pictures), (16, 32), "{:?}", set.check.near.pairs);
    let held: std::collections::HashSet<&[u8]> = (0..set.validation.len()).map(|i| set.validation.image(i)).collect();
    assert!((0..set.train.len()).all(|i| !held.contains(set.train.image(i))));
}
