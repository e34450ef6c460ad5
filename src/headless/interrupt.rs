//! Signals. Ctrl-C and its kin: the first asks to finish, the second ends at once.

use crate::train::Control;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

/// Lets a write beyond the limit on the size of files fail with an error, as one to a full disk
/// does; the system's default is to end the program.
pub fn outlive_full_files() {
    // Without it, that default stays.
    let _ = signal_hook::flag::register(SIGXFSZ, std::sync::Arc::default());
}

/// Calls `hear` at each signal that [`watch`] waits for, from a thread of its own: for who sleeps
/// until something happens and would not look at the control. It ends with the program.
pub fn tell(hear: impl Fn() + Send + 'static) {
    if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) {
        let wait = move || signals.forever().for_each(|_| hear());
        let _ = std::thread::Builder::new().name("alarm".into()).spawn(wait);
    }
}

/// A control that the first signal stops.
pub fn watch() -> Control {
    let control = Control::default();
    super::console::stop_when_output_fails(control.clone());
    let wishes = control.clone();
    // Without a thread for signals, they end the program as they do by default.
    if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) {
        let wait = move || {
            for _ in signals.forever() {
                if wishes.is_stopped() {
                    std::process::exit(130);
                }
                wishes.stop();
            }
        };
        let _ = std::thread::Builder::new().name("signals".into()).spawn(wait);
    }
    control
}
