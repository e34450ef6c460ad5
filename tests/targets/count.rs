//! How many images each target is tried on.

use crate::harness::Target;

/// Images wherever they are quick.
pub const MANY: usize = 1000;
/// Images on slower emulators.
const SOME: usize = 100;
/// Images where floating point is in software.
const FEW: usize = 10;

/// Images that a network in integers is tried on; [`MANY`] on every target with
/// `MICROMOBILENET_EVERYWHERE` set, which `everywhere.sh` does.
pub fn int8(target: Target) -> usize {
    let everywhere = std::env::var_os("MICROMOBILENET_EVERYWHERE").is_some();
    let quick = target.is_host() || matches!(target, Target::CortexM4 | Target::Rv32);
    if quick || everywhere { MANY } else { SOME }
}

/// Images that a network in floats is tried on.
pub fn float(target: Target) -> usize {
    match target {
        Target::HostGcc | Target::HostClang => MANY,
        Target::CortexM4 | Target::CortexM7 | Target::CortexM33 => SOME,
        _ => FEW,
    }
}
