//! `metrics.csv`: one row per epoch.
//!
//! Numbers have the fewest digits that read back bit for bit. The two timing columns come last, so that the other
//! columns of two equal runs can be compared as text.

use super::RunError;
use crate::files::{Disk, FileError, append_line_on, read_limited, write_atomic_on};
use crate::train::EpochMetrics;
use std::path::Path;

/// The columns, named as in `--json`.
pub const HEADER: &str = "epoch,loss,accuracy,val_loss,val_accuracy,lr,images_per_second,seconds";
/// Enough for 100,000 epochs.
const MAX_BYTES: u64 = 64 << 20;

fn line(row: &EpochMetrics) -> String {
    let EpochMetrics { epoch, loss, accuracy, val_loss, val_accuracy, lr, images_per_second, seconds } = *row;
    format!("{epoch},{loss:?},{accuracy:?},{val_loss:?},{val_accuracy:?},{lr:?},{images_per_second:?},{seconds:?}")
}

/// Appends a row to `path` and syncs it, so that a checkpoint written afterwards never has more epochs than the table.
/// The file is created with its header if missing.
///
/// # Errors
/// If the file cannot be written.
pub fn append(disk: &dyn Disk, path: &Path, row: &EpochMetrics) -> Result<(), RunError> {
    if !path.exists() {
        return rewrite(disk, path, std::slice::from_ref(row));
    }
    append_line_on(disk, path, &line(row))?;
    Ok(disk.sync(path).map_err(FileError::of("write", path))?)
}

/// Replaces the whole table by the rows of the checkpoint, before training is resumed.
///
/// # Errors
/// If the file cannot be written; the old table is then unchanged.
pub fn rewrite(disk: &dyn Disk, path: &Path, rows: &[EpochMetrics]) -> Result<(), RunError> {
    let mut text = format!("{HEADER}\n");
    for row in rows {
        text += &line(row);
        text.push('\n');
    }
    Ok(write_atomic_on(disk, path, text.as_bytes())?)
}

/// Reads a table. A last line without line break was truncated by a crash and is ignored.
///
/// # Errors
/// If the file cannot be read, or any other line is not a row: with its number.
pub fn read(path: &Path) -> Result<Vec<EpochMetrics>, RunError> {
    let bytes = read_limited(path, MAX_BYTES)?;
    let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let text = String::from_utf8_lossy(&bytes[..whole]);
    let fault = |line: usize, why: String| RunError::Content { path: path.to_owned(), line, why };
    let mut rows: Vec<EpochMetrics> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if at == 0 {
            if line != HEADER {
                return Err(fault(1, format!("the columns should be {HEADER}")));
            }
            continue;
        }
        let row = parsed(line).ok_or_else(|| fault(at + 1, format!("not a row of eight numbers, {HEADER}")))?;
        let expected = rows.last().map_or(1, |last| last.epoch.saturating_add(1));
        if row.epoch != expected {
            return Err(fault(at + 1, format!("epoch {}, expected {expected}", row.epoch)));
        }
        rows.push(row);
    }
    Ok(rows)
}

fn parsed(line: &str) -> Option<EpochMetrics> {
    let (epoch, rest) = line.split_once(',')?;
    let numbers: Vec<f64> = rest.split(',').map(|number| number.parse().ok()).collect::<Option<_>>()?;
    let [loss, accuracy, val_loss, val_accuracy, lr, images_per_second, seconds] = numbers[..] else { return None };
    let epoch = epoch.parse().ok()?;
    Some(EpochMetrics { epoch, loss, accuracy, val_loss, val_accuracy, lr, images_per_second, seconds })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::RealDisk;
    use crate::train::best_of;
    use proptest::prelude::*;
    use std::fs;

    fn row(epoch: u32, val_accuracy: f64) -> EpochMetrics {
        let (loss, accuracy, val_loss, lr) = (1.5, 0.5, 0.1 + 0.2, 1e-7);
        EpochMetrics { epoch, loss, accuracy, val_loss, val_accuracy, lr, images_per_second: 4000.0, seconds: 1.25 }
    }

    #[test]
    fn rows_are_appended_under_a_header() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        append(&RealDisk, &path, &row(1, 0.5)).unwrap();
        append(&RealDisk, &path, &row(2, 0.25)).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let first = "1,1.5,0.5,0.30000000000000004,0.5,1e-7,4000.0,1.25";
        let second = "2,1.5,0.5,0.30000000000000004,0.25,1e-7,4000.0,1.25";
        assert_eq!(text, format!("{HEADER}\n{first}\n{second}\n"));
        assert_eq!(read(&path).unwrap(), [row(1, 0.5), row(2, 0.25)]);
    }

    #[test]
    fn a_row_cut_off_anywhere_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        rewrite(&RealDisk, &path, &[row(1, 0.5), row(2, 0.25)]).unwrap();
        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let lines = whole[..length].split(|&byte| byte == b'\n').count() - 1;
            assert_eq!(read(&path).unwrap().len(), lines.saturating_sub(1), "of {length} bytes");
        }
    }

    #[test]
    fn garbage_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        let good = line(&row(1, 0.5));
        for (text, at) in [
            ("loss\n".to_owned(), 1),
            (format!("{HEADER}\n{good}\nx\n"), 3),
            (format!("{HEADER}\n{good},1\n"), 2),
            (format!("{HEADER}\n{good}\n{good}\n"), 3),
            (format!("{HEADER}\n\n{good}\n"), 2),
            (format!("{HEADER}\n\u{0}\u{0}\n"), 2),
        ] {
            fs::write(&path, text).unwrap();
            let error = read(&path).unwrap_err().to_string();
            assert!(error.contains(&format!("metrics.csv:{at}: ")), "{error}");
        }
    }

    #[test]
    fn the_best_epoch_is_the_first_of_the_highest_and_never_nan() {
        let rows = [row(1, f64::NAN), row(2, 0.5), row(3, 0.75), row(4, 0.75), row(5, f64::NAN)];
        assert_eq!(best_of(&rows).unwrap().epoch, 3);
        assert!(best_of(&rows[..1]).is_none());
        assert!(best_of(&[]).is_none());
    }

    proptest! {
        #[test]
        fn numbers_read_back_bit_for_bit(numbers in prop::collection::vec(any::<f64>(), 7)) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("metrics.csv");
            let [loss, accuracy, val_loss, val_accuracy, lr, images_per_second, seconds] = numbers[..] else { panic!() };
            let row = EpochMetrics { epoch: 1, loss, accuracy, val_loss, val_accuracy, lr, images_per_second, seconds };
            append(&RealDisk, &path, &row).unwrap();
            let back = read(&path).unwrap()[0];
            let back = [back.loss, back.accuracy, back.val_loss, back.val_accuracy, back.lr, back.images_per_second, back.seconds];
            for (one, other) in numbers.iter().zip(back) {
                // A NaN stays one; which of them is of no interest.
                prop_assert!(one.to_bits() == other.to_bits() || (one.is_nan() && other.is_nan()), "{} {}", one, other);
            }
        }
    }
}
