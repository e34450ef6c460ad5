//! Processor temperature and throttling, from files of the kernel in `/sys`.
//!
//! Temperatures: <https://docs.kernel.org/driver-api/thermal/sysfs-api.html>. Throttling flags of the firmware of a
//! Raspberry Pi: <https://www.raspberrypi.com/documentation/computers/os.html#get_throttled>; if that file is missing,
//! the undervoltage alarm of the kernel: <https://docs.kernel.org/hwmon/raspberrypi-hwmon.html>.

use crate::text::fixed;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Environment variable with another root folder, whose `sys` is used.
pub const ROOT: &str = "MICROMOBILENET_SYSFS";
/// The files with temperatures, for messages.
pub const ZONES: &str = "/sys/class/thermal/thermal_zone*/temp";

/// Plausible processor temperatures in °C.
const PLAUSIBLE: std::ops::RangeInclusive<f64> = -40.0..=150.0;
/// Maximum number of bytes read from a file: a number or a name.
const MAX_FILE_BYTES: u64 = 64;
/// Maximum number of entries of a folder.
const MAX_ENTRIES: usize = 256;

/// The sensor files, found once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sensors {
    /// Files with processor temperatures, in thousandths of a degree.
    processor: Vec<PathBuf>,
    /// Files with other temperatures.
    others: Vec<PathBuf>,
    throttling: Option<Flags>,
}

/// A file about throttling.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Flags {
    /// All of the firmware's flags, as a hexadecimal number.
    Firmware(PathBuf),
    /// The undervoltage alarm of the kernel, 0 or 1.
    Voltage(PathBuf),
}

/// The sensor values at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Reading {
    /// Processor temperature in °C, from -40 to 150; `None` without a sensor.
    pub temperature: Option<f64>,
    /// Throttling of the processor.
    pub throttling: Throttling,
}

/// Throttling flags of the firmware: bits 0 to 3 are the present state, bits 16 to 19 whether each occurred since
/// boot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Throttling(pub u32);

/// Names of the flags by bit.
const FLAGS: [&str; 4] = ["under-voltage", "frequency capped", "throttled by heat", "soft temperature limit"];

impl Throttling {
    /// The present throttling as text; empty if there is none.
    #[must_use]
    pub fn now(self) -> String {
        Self::words(self.0)
    }

    /// Throttling since boot as text.
    #[must_use]
    pub fn so_far(self) -> String {
        Self::words(self.0 >> 16)
    }

    fn words(bits: u32) -> String {
        let set = FLAGS.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1);
        set.map(|(_, word)| *word).collect::<Vec<_>>().join(", ")
    }
}

impl Sensors {
    /// The sensors of this machine, or below the root in the environment variable [`ROOT`].
    #[must_use]
    pub fn here() -> Self {
        Self::at(&std::env::var_os(ROOT).map_or_else(|| PathBuf::from("/"), PathBuf::from))
    }

    /// The sensors below `root`; none if there are none.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        let (mut processor, mut others) = (Vec::new(), Vec::new());
        for zone in entries(&root.join("sys/class/thermal"), |name| name.starts_with("thermal_zone")) {
            let kind = text(&zone.join("type")).unwrap_or_default();
            let zones = if is_of_processor(&kind) { &mut processor } else { &mut others };
            zones.push(zone.join("temp"));
        }
        Self { processor, others, throttling: flags(root) }
    }

    /// Whether there is any sensor.
    #[must_use]
    pub fn are_there(&self) -> bool {
        !self.processor.is_empty() || !self.others.is_empty() || self.throttling.is_some()
    }

    /// Reads the sensors. The temperature is that of the hottest processor sensor, or of the hottest sensor if there
    /// is none for the processor. Unreadable files and implausible numbers count as missing.
    #[must_use]
    pub fn read(&self) -> Reading {
        let hottest = |zones: &[PathBuf]| zones.iter().filter_map(|path| degrees(path)).reduce(f64::max);
        let temperature = hottest(&self.processor).or_else(|| hottest(&self.others));
        let bits = match &self.throttling {
            Some(Flags::Firmware(path)) => text(path).and_then(|text| hexadecimal(&text)),
            Some(Flags::Voltage(path)) => text(path).map(|text| u32::from(text == "1")),
            None => None,
        };
        Reading { temperature, throttling: Throttling(bits.unwrap_or(0)) }
    }
}

/// `61 °C`
#[must_use]
pub fn celsius(degrees: f64) -> String {
    format!("{} °C", fixed(degrees, 0))
}

/// Whether a thermal zone of this type belongs to the processor: `cpu-thermal` of a Raspberry Pi, `x86_pkg_temp` of a
/// PC, `soc-thermal` and `soc_max` of other boards.
fn is_of_processor(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    kind.contains("cpu") || kind == "x86_pkg_temp" || kind.starts_with("soc")
}

/// The most detailed file about throttling.
fn flags(root: &Path) -> Option<Flags> {
    // `soc/soc:firmware`; newer boards have the address of the device in both names.
    let devices = entries(&root.join("sys/devices/platform"), |name| name.starts_with("soc"));
    let firmware = devices.iter().flat_map(|device| entries(device, |name| name.ends_with(":firmware")));
    let found = firmware.map(|folder| folder.join("get_throttled")).find(|path| text(path).is_some());
    if let Some(path) = found {
        return Some(Flags::Firmware(path));
    }
    let monitors = entries(&root.join("sys/class/hwmon"), |name| name.starts_with("hwmon"));
    let of_pi = monitors.into_iter().find(|folder| text(&folder.join("name")).is_some_and(|name| name == "rpi_volt"));
    of_pi.map(|folder| Flags::Voltage(folder.join("in0_lcrit_alarm")))
}

/// The entries of `folder` with `wanted` names, sorted.
fn entries(folder: &Path, wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let Ok(found) = fs::read_dir(folder) else { return Vec::new() };
    let found = found.take(MAX_ENTRIES).flatten().filter(|entry| entry.file_name().to_str().is_some_and(&wanted));
    let mut found: Vec<PathBuf> = found.map(|entry| entry.path()).collect();
    found.sort();
    found
}

/// The beginning of a regular file, trimmed.
fn text(path: &Path) -> Option<String> {
    // Opening a pipe would block.
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    File::open(path).ok()?.take(MAX_FILE_BYTES).read_to_string(&mut text).ok()?;
    Some(text.trim().to_owned())
}

fn degrees(path: &Path) -> Option<f64> {
    let thousandths: i32 = text(path)?.parse().ok()?;
    Some(f64::from(thousandths) / 1000.0).filter(|degrees| PLAUSIBLE.contains(degrees))
}

fn hexadecimal(text: &str) -> Option<u32> {
    u32::from_str_radix(text.strip_prefix("0x").unwrap_or(text), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tempfile::TempDir;

    const FIRMWARE: &str = "sys/devices/platform/soc/soc:firmware/get_throttled";

    /// A file system with these files.
    fn system(files: &[(&str, &str)]) -> TempDir {
        let root = TempDir::new().unwrap();
        for (path, text) in files {
            put(&root, path, text.as_bytes());
        }
        root
    }

    fn put(root: &TempDir, path: &str, bytes: &[u8]) {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn temperature(zones: &[(&str, &str)]) -> Option<f64> {
        let root = TempDir::new().unwrap();
        for (at, (kind, temp)) in zones.iter().enumerate() {
            put(&root, &format!("sys/class/thermal/thermal_zone{at}/type"), kind.as_bytes());
            put(&root, &format!("sys/class/thermal/thermal_zone{at}/temp"), temp.as_bytes());
        }
        Sensors::at(root.path()).read().temperature
    }

    #[test]
    fn the_temperature_is_the_processors() {
        assert_eq!(temperature(&[("cpu-thermal\n", "61123\n")]), Some(61.123));
        assert_eq!(temperature(&[("gpu-thermal\n", "80000\n"), ("cpu-thermal\n", "61000\n")]), Some(61.0));
        assert_eq!(temperature(&[("acpitz\n", "27800\n"), ("x86_pkg_temp\n", "55000\n")]), Some(55.0));
        assert_eq!(temperature(&[("soc-thermal\n", "50000\n"), ("ddr\n", "51000\n")]), Some(50.0));
        assert_eq!(temperature(&[("littlecpu\n", "50000\n"), ("bigcpu\n", "52000\n")]), Some(52.0));
    }

    #[test]
    fn where_no_zone_is_the_processors_the_hottest_counts() {
        assert_eq!(temperature(&[("acpitz\n", "27800\n"), ("pch\n", "-3000\n")]), Some(27.8));
        assert_eq!(temperature(&[("cpu-thermal\n", "none\n"), ("acpitz\n", "40000\n")]), Some(40.0));
    }

    #[test]
    fn what_cannot_be_a_temperature_is_none() {
        for temp in ["", "hot", "-40001", "150001", "99999999999999999999", "NaN", "61.5", "\0"] {
            assert_eq!(temperature(&[("cpu-thermal", temp)]), None, "{temp:?}");
        }
        assert_eq!(temperature(&[("cpu", "-40000"), ("cpu", "200000")]), Some(-40.0));
        assert_eq!(temperature(&[("cpu", "150000")]), Some(150.0));
    }

    #[test]
    fn a_machine_without_sensors_has_none() {
        for files in [&[][..], &[("sys/class/thermal/cooling_device0/type", "Fan")], &[("sys/class/thermal", "")]] {
            let sensors = Sensors::at(system(files).path());
            assert!(!sensors.are_there());
            assert_eq!(sensors.read(), Reading::default());
        }
        assert!(!Sensors::at(Path::new("/nowhere/at/all")).are_there());
    }

    #[test]
    fn files_that_come_and_go_are_read_while_they_are_there() {
        let root = system(&[("sys/class/thermal/thermal_zone0/temp", "50000")]);
        let sensors = Sensors::at(root.path());
        assert_eq!(sensors.read().temperature, Some(50.0));
        fs::remove_dir_all(root.path().join("sys")).unwrap();
        assert_eq!(sensors.read(), Reading::default());
    }

    #[test]
    fn folders_pipes_and_endless_files_are_no_sensors() {
        let root = system(&[("sys/class/thermal/thermal_zone0/type", "cpu"), (FIRMWARE, "1")]);
        let zone = root.path().join("sys/class/thermal/thermal_zone0");
        fs::create_dir(zone.join("temp")).unwrap();
        assert_eq!(Sensors::at(root.path()).read().temperature, None);
        fs::remove_dir(zone.join("temp")).unwrap();
        #[cfg(unix)]
        {
            assert!(std::process::Command::new("mkfifo").arg(zone.join("temp")).status().unwrap().success());
            assert_eq!(Sensors::at(root.path()).read().temperature, None);
            fs::remove_file(zone.join("temp")).unwrap();
            std::os::unix::fs::symlink("/dev/zero", zone.join("temp")).unwrap();
            assert_eq!(Sensors::at(root.path()).read().temperature, None);
            fs::remove_file(zone.join("temp")).unwrap();
        }
        fs::write(zone.join("temp"), format!("{}61000", " ".repeat(1 << 20))).unwrap();
        assert_eq!(Sensors::at(root.path()).read().temperature, None);
    }

    #[test]
    fn the_firmwares_flags_are_told_in_words() {
        let told = |path: &str, text: &str| {
            let throttling = Sensors::at(system(&[(path, text)]).path()).read().throttling;
            (throttling.now(), throttling.so_far())
        };
        let words = |now: &str, so_far: &str| (now.to_owned(), so_far.to_owned());
        assert_eq!(told(FIRMWARE, "0\n"), words("", ""));
        assert_eq!(told(FIRMWARE, "1\n"), words("under-voltage", ""));
        assert_eq!(
            told(FIRMWARE, "0x50005\n"),
            words("under-voltage, throttled by heat", "under-voltage, throttled by heat")
        );
        assert_eq!(told(FIRMWARE, "a000a\n").0, "frequency capped, soft temperature limit");
        assert_eq!(told(FIRMWARE, "ffffffff\n").0, FLAGS.join(", "));
        assert_eq!(told(FIRMWARE, "fffffffff\n"), words("", ""));
        let newer = "sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled";
        assert_eq!(told(newer, "80000\n"), words("", "soft temperature limit"));
    }

    #[test]
    fn without_the_firmwares_file_the_alarm_for_voltage_counts() {
        let alarm = |name: &str, alarm: &str| {
            let root = system(&[
                ("sys/class/hwmon/hwmon0/name", "cpu_thermal\n"),
                ("sys/class/hwmon/hwmon1/name", name),
                ("sys/class/hwmon/hwmon1/in0_lcrit_alarm", alarm),
            ]);
            Sensors::at(root.path()).read().throttling.now()
        };
        assert_eq!(alarm("rpi_volt\n", "1\n"), "under-voltage");
        assert_eq!(alarm("rpi_volt\n", "0\n"), "");
        assert_eq!(alarm("other\n", "1\n"), "");
        let both = [
            (FIRMWARE, "2"),
            ("sys/class/hwmon/hwmon1/name", "rpi_volt"),
            ("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1"),
        ];
        assert_eq!(Sensors::at(system(&both).path()).read().throttling.now(), "frequency capped");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn whatever_stands_in_the_files_does_no_harm(
            files in proptest::array::uniform6(prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..200),
                (-200_000..200_000_i32).prop_map(|number| format!("{number}\n").into_bytes()),
                any::<u32>().prop_map(|number| format!("{number:x}\n").into_bytes()),
            ])
        ) {
            let root = TempDir::new().unwrap();
            let paths = [
                "sys/class/thermal/thermal_zone0/type",
                "sys/class/thermal/thermal_zone0/temp",
                "sys/class/thermal/thermal_zone1/temp",
                FIRMWARE,
                "sys/class/hwmon/hwmon0/name",
                "sys/class/hwmon/hwmon0/in0_lcrit_alarm",
            ];
            for (path, bytes) in paths.iter().zip(&files) {
                put(&root, path, bytes);
            }
            let reading = Sensors::at(root.path()).read();
            prop_assert!(reading.temperature.is_none_or(|degrees| PLAUSIBLE.contains(&degrees)));
            prop_assert!(reading.throttling.now().len() < 100 && reading.throttling.so_far().len() < 100);
        }
    }
}
