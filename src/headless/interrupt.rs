//! Signals such as Ctrl-C: the first asks to finish, the second ends the program at once.

use crate::train::Control;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

/// Makes a write beyond the file size limit fail with an error, as on a full disk; by default the system would end the
/// program.
pub fn outlive_full_files() {
    // If this fails, the default handler remains.
    let _ = signal_hook::flag::register(SIGXFSZ, std::sync::Arc::default());
}

/// Calls `receive` at each signal that [`watch`] handles, from a separate thread, for callers that block and cannot
/// poll the control. The thread ends with the program.
pub fn tell(receive: impl Fn() + Send + 'static) {
    if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) {
        let wait = move || signals.forever().for_each(|_| receive());
        let _ = std::thread::Builder::new().name("alarm".into()).spawn(wait);
    }
}

/// A control that is stopped by the first signal.
pub fn watch() -> Control {
    let control = Control::default();
    super::console::stop_when_output_fails(control.clone());
    let wishes = control.clone();
    // Without the thread, signals end the program as by default.
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
