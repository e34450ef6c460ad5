//! Processor-specific costs: code size and stack.

use super::code::{Piece, Pieces};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The core of a processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "these are names")]
#[non_exhaustive]
pub enum Core {
    Avr,
    CortexM0,
    CortexM0plus,
    CortexM3,
    CortexM4f,
    CortexM7,
    CortexM33,
    XtensaLx106,
    XtensaLx6,
    XtensaLx7,
    Rv32imc,
}

impl Core {
    /// Its family of cores with similar code.
    #[must_use]
    pub const fn family(self) -> Family {
        match self {
            Self::Avr => Family::Avr,
            Self::CortexM0 | Self::CortexM0plus => Family::Thumb1,
            Self::CortexM3 => Family::Thumb2,
            Self::CortexM4f | Self::CortexM7 | Self::CortexM33 => Family::Dsp,
            Self::XtensaLx106 | Self::XtensaLx6 | Self::XtensaLx7 => Family::Xtensa,
            Self::Rv32imc => Family::Riscv,
        }
    }
}

/// A family of cores with similar code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// 8-bit AVR with a multiplier.
    Avr,
    /// ARMv6-M: Cortex-M0 and M0+.
    Thumb1,
    /// ARMv7-M without DSP extension: Cortex-M3.
    Thumb2,
    /// Arm with DSP extension and an FPU: Cortex-M4F, M7, M33.
    Dsp,
    /// Xtensa of the ESP8266, ESP32 and ESP32-S3.
    Xtensa,
    /// RISC-V, 32 bits.
    Riscv,
}

impl Family {
    /// All families, in the order of the measured sizes.
    pub const ALL: [Self; 6] = [Self::Avr, Self::Thumb1, Self::Thumb2, Self::Dsp, Self::Xtensa, Self::Riscv];

    /// Display name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Avr => "AVR",
            Self::Thumb1 => "Cortex-M0, M0+",
            Self::Thumb2 => "Cortex-M3",
            Self::Dsp => "Cortex-M4F, M7, M33",
            Self::Xtensa => "Xtensa",
            Self::Riscv => "RV32",
        }
    }

    /// Maximum bytes of stack of a header with these pieces while rows are pushed and an image is finished; see also
    /// [`PREDICT_STACK`].
    #[must_use]
    pub const fn stack_bytes(self, pieces: &Pieces) -> u64 {
        let by_channels = STACK[self as usize][pieces.precision as usize];
        let by_pieces = by_channels[pieces.has(Piece::Colours) as usize];
        by_pieces[if pieces.has(Piece::Gates) { 2 } else { pieces.has(Piece::Segments) as usize }]
    }
}

/// Maximum additional bytes of stack of `predict()`, which pushes all rows of an image.
pub const PREDICT_STACK: u64 = 80;

/// Bytes of stack by family; float and int8; grayscale and RGB; networks with one segment, with several, and
/// with squeeze-and-excitation.
///
/// `cargo bench --bench stack` fills the stack with a pattern before a call and checks it afterwards, at `-Os`
/// and `-O2`, in the emulators of `tests/targets`. The values are the maxima of all presets and of squeeze,
/// rounded up. Those for AVR include the frames of the driver. Some are estimates from other families: networks
/// that exceed the emulated RAM (float networks with several segments or with gates on AVR and Cortex-M0), and
/// Xtensa, which has no emulator: RV32 plus a quarter.
const STACK: [[[[u64; 3]; 2]; 2]; Family::ALL.len()] = [
    [[[350, 400, 450], [350, 400, 450]], [[160, 190, 250], [190, 210, 270]]],
    [[[520, 600, 700], [520, 600, 700]], [[368, 360, 520], [368, 360, 520]]],
    [[[456, 536, 680], [456, 536, 680]], [[296, 352, 560], [312, 360, 560]]],
    [[[360, 448, 560], [360, 448, 560]], [[376, 384, 584], [376, 432, 584]]],
    [[[656, 780, 960], [680, 800, 976]], [[376, 480, 664], [392, 480, 664]]],
    [[[528, 624, 768], [544, 640, 784]], [[304, 384, 528], [312, 384, 528]]],
];

/// Costs of a header on a family of cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TargetEstimate {
    /// The family.
    pub family: Family,
    /// Estimated bytes of code in flash, without tables, within 10 %.
    pub code_bytes: u64,
    /// Bytes of flash: code and tables.
    pub flash_bytes: u64,
    /// Bytes of stack while rows are pushed and an image is finished.
    pub stack_bytes: u64,
}

impl TargetEstimate {
    /// The costs of a program with these pieces and tables on `family`.
    #[must_use]
    pub fn of(family: Family, pieces: &Pieces, table_bytes: u64) -> Self {
        let code_bytes = pieces.code_bytes(family);
        let stack_bytes = family.stack_bytes(pieces);
        Self { family, code_bytes, flash_bytes: table_bytes + code_bytes, stack_bytes }
    }
}
