//! What a driver writes: `driver/driver.h` and, for what it adds, `avr/board.c` say how.

/// What a tick of a driver is.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    None,
    /// So many instructions.
    Instructions(f64),
    /// So many microseconds.
    Microseconds(f64),
}

/// A row of an operation, planes one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceRow {
    /// The image it belongs to.
    pub image: usize,
    /// The number of the operation.
    pub step: usize,
    pub row: usize,
    /// Bytes of a value: 1 for int8, which comes with 128 added, 4 for floats.
    pub value_bytes: usize,
    pub bytes: Vec<u8>,
}

/// Answers, one for each image. What the class of the header does not have, or the target cannot
/// measure, is empty.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// `sizeof` of the object.
    pub object_bytes: u32,
    pub classes: Vec<u16>,
    pub scores: Vec<Vec<i8>>,
    pub outputs: Vec<Vec<f32>>,
    pub probabilities: Vec<f32>,
    pub rows: Vec<TraceRow>,
    /// The deepest that any call of the object reached into the stack: on Cortex-M and RV32 what it
    /// wrote there, on AVR all of its frames and the interrupts on top.
    pub stack_bytes: Option<u32>,
    /// In calls of the object, without what brings the images in and the answers out; each call is
    /// known to a tick of the board's timer, 40 to 63 instructions, which evens out over rows.
    pub instructions: Vec<f64>,
    /// AVR: exact, with the interrupts that came meanwhile.
    pub cycles: Vec<u64>,
    pub microseconds: Vec<f64>,
    /// AVR: RAM between the variables and the deepest stack, that of the driver included.
    pub free_bytes: Option<u32>,
}

impl Answers {
    /// # Errors
    /// The frames are not those of a driver that ended well.
    pub fn parse(bytes: &[u8], clock: Clock) -> Result<Self, String> {
        let mut answers = Self::default();
        let mut rest = bytes;
        let mut classes = 0;
        loop {
            let at = bytes.len() - rest.len();
            let (tag, data) = frame(&mut rest).ok_or_else(|| format!("the answers end too early, at byte {at}"))?;
            let broken = || format!("frame {:?} of {} bytes at byte {at}", char::from(tag), data.len());
            let number = |place: usize| word(data, place).ok_or_else(broken);
            match tag {
                b'N' => (answers.object_bytes, classes) = (number(0)?, number(4)? as usize),
                b'S' if data.len() == classes => answers.scores.push(data.iter().map(|byte| *byte as i8).collect()),
                b'O' if data.len() == 4 * classes => answers.outputs.push(floats(data)),
                b'P' => answers.probabilities.push(f32::from_bits(number(0)?)),
                b'C' if data.len() == 2 => answers.classes.push(u16::from_le_bytes([data[0], data[1]])),
                b'T' => answers.tick(number(0)?, clock),
                b'X' => answers.cycles.push(u64::from(number(0)?) | u64::from(number(4)?) << 32),
                b'R' => answers.rows.push(row(data, answers.classes.len()).ok_or_else(broken)?),
                b'K' => answers.stack_bytes = Some(number(0)?).filter(|bytes| *bytes > 0),
                b'F' => answers.free_bytes = Some(number(0)?),
                b'E' if rest.is_empty() => return Ok(answers),
                _ => return Err(broken()),
            }
        }
    }

    fn tick(&mut self, ticks: u32, clock: Clock) {
        match clock {
            Clock::None => {}
            Clock::Instructions(each) => self.instructions.push(f64::from(ticks) * each),
            Clock::Microseconds(each) => self.microseconds.push(f64::from(ticks) * each),
        }
    }

    /// Drops what a trace makes meaningless.
    pub fn forget_costs(&mut self) {
        self.instructions.clear();
        self.cycles.clear();
        self.microseconds.clear();
        (self.stack_bytes, self.free_bytes) = (None, None);
    }
}

impl TraceRow {
    /// The values of a float header.
    pub fn floats(&self) -> Vec<f32> {
        floats(&self.bytes)
    }
}

/// Takes a frame: its letter and its bytes.
fn frame<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let count = word(rest, 1)? as usize;
    let data = rest.get(5..5 + count)?;
    let tag = rest[0];
    *rest = &rest[5 + count..];
    Some((tag, data))
}

fn row(data: &[u8], image: usize) -> Option<TraceRow> {
    let [value_bytes, step, low, high, bytes @ ..] = data else { return None };
    Some(TraceRow {
        image,
        step: usize::from(*step),
        row: usize::from(u16::from_le_bytes([*low, *high])),
        value_bytes: usize::from(*value_bytes),
        bytes: bytes.to_vec(),
    })
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|word| f32::from_le_bytes(*word)).collect()
}
