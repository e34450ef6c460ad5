//! Keeps a training below a temperature.

use super::observer::Observer;
use crate::sensors::{Sensors, Throttling, ZONES};
use std::time::{Duration, Instant};

/// The least time between two looks at the sensors. On a Raspberry Pi a look takes well below a
/// millisecond, and a processor warms by a few degrees in this time.
const BETWEEN: Duration = Duration::from_secs(2);
/// How far below the limit, in °C, a training goes on that waits to cool: so it does not stop and go
/// with every batch.
const HYSTERESIS: f64 = 5.0;

/// How hot the processor is, and what is done about it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Thermal {
    /// The processor's temperature in °C; `None` where no sensor tells.
    pub temperature: Option<f64>,
    /// Why the processor is slower than it could be.
    pub throttling: Throttling,
    /// While the training waits to cool: the temperature, in °C, at which it goes on.
    pub cooling_to: Option<f64>,
}

/// Looks at the sensors while a training runs, and says when it should wait. Nobody is woken for
/// that: it is asked after each batch and while the training waits anyway.
#[derive(Debug, Clone, Default)]
pub struct Governor {
    sensors: Sensors,
    limit: Option<f64>,
    looked: Option<Instant>,
    state: Thermal,
}

/// A limit that nobody could keep.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "no sensor tells a temperature to be kept below {limit} °C: {ZONES} was looked for, which holds thousandths of a degree"
)]
pub struct NoThermometer {
    limit: f64,
}

impl Governor {
    /// One that looks at `sensors` and lets a training wait from `limit` °C on; without a limit it
    /// only looks. The default one does neither.
    ///
    /// # Errors
    /// A limit where no sensor tells a temperature.
    pub fn new(sensors: Sensors, limit: Option<f64>) -> Result<Self, NoThermometer> {
        match limit {
            Some(limit) if sensors.read().temperature.is_none() => Err(NoThermometer { limit }),
            _ => Ok(Self { sensors, limit, looked: None, state: Thermal::default() }),
        }
    }

    /// Whether the training should wait, as of the last look.
    pub(super) const fn is_cooling(&self) -> bool {
        self.state.cooling_to.is_some()
    }

    /// Looks at the sensors, if it is time to, and tells `observer` what has changed.
    pub(super) fn look(&mut self, observer: &mut dyn Observer) {
        if !self.sensors.are_there() || self.looked.is_some_and(|looked| looked.elapsed() < BETWEEN) {
            return;
        }
        let is_first = self.looked.is_none();
        self.looked = Some(Instant::now());
        let reading = self.sensors.read();
        // Whoever waits for a sensor that went silent would wait forever.
        let cooling_to = self.limit.zip(reading.temperature).and_then(|(limit, temperature)| {
            let goes_on = limit - HYSTERESIS;
            let is_hot = temperature >= limit || (self.is_cooling() && temperature > goes_on);
            is_hot.then_some(goes_on)
        });
        let state = Thermal { temperature: reading.temperature, throttling: reading.throttling, cooling_to };
        if is_first || state != self.state {
            self.state = state;
            observer.thermal(&state);
        }
    }
}
