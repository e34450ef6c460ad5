//! Thermal governor: pauses training to keep the processor below a temperature.

use super::observer::Observer;
use crate::sensors::{Sensors, Throttling, ZONES};
use std::time::{Duration, Instant};

/// Minimum interval between two sensor readings. On a Raspberry Pi a reading takes well below a millisecond, and
/// the processor warms up by a few degrees in this time.
const READ_INTERVAL: Duration = Duration::from_secs(2);
/// A training paused to cool resumes this many °C below the limit, so that it does not pause after every batch.
const HYSTERESIS: f64 = 5.0;

/// Temperature and throttling of the processor, and whether training is paused to cool.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Thermal {
    /// Processor temperature in °C; `None` without a sensor.
    pub temperature: Option<f64>,
    /// The reasons why the processor is throttled.
    pub throttling: Throttling,
    /// While paused to cool: the temperature, in °C, at which training resumes.
    pub cooling_to: Option<f64>,
}

/// Reads the sensors during a training and decides when to pause. It needs no timer: it is polled after each batch
/// and while training is paused.
#[derive(Debug, Clone, Default)]
pub struct Governor {
    sensors: Sensors,
    limit: Option<f64>,
    looked: Option<Instant>,
    state: Thermal,
}

/// A temperature limit was given, but there is no temperature sensor.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "no sensor tells a temperature to be kept below {limit} °C: {ZONES} was looked for, which holds thousandths of a degree"
)]
pub struct NoThermometer {
    limit: f64,
}

impl Governor {
    /// Reads `sensors` and pauses training at `limit` °C; without a limit it only reads. The default governor does
    /// neither.
    ///
    /// # Errors
    /// If there is a limit but no temperature sensor.
    pub fn new(sensors: Sensors, limit: Option<f64>) -> Result<Self, NoThermometer> {
        match limit {
            Some(limit) if sensors.read().temperature.is_none() => Err(NoThermometer { limit }),
            _ => Ok(Self { sensors, limit, looked: None, state: Thermal::default() }),
        }
    }

    /// Whether training should be paused, according to the last reading.
    pub(super) const fn is_cooling(&self) -> bool {
        self.state.cooling_to.is_some()
    }

    /// Reads the sensors, if the interval has passed, and notifies `observer` of changes.
    pub(super) fn look(&mut self, observer: &mut dyn Observer) {
        if !self.sensors.are_there() || self.looked.is_some_and(|looked| looked.elapsed() < READ_INTERVAL) {
            return;
        }
        let is_first = self.looked.is_none();
        self.looked = Some(Instant::now());
        let reading = self.sensors.read();
        // If the sensor fails while paused, training resumes instead of waiting forever.
        let cooling_to = self.limit.zip(reading.temperature).and_then(|(limit, temperature)| {
            let resume_at = limit - HYSTERESIS;
            let is_hot = temperature >= limit || (self.is_cooling() && temperature > resume_at);
            is_hot.then_some(resume_at)
        });
        let state = Thermal { temperature: reading.temperature, throttling: reading.throttling, cooling_to };
        if is_first || state != self.state {
            self.state = state;
            observer.thermal(&state);
        }
    }
}
