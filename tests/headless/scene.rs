//! A folder with a small configuration and small pictures, and the program run in it.

use image::{GrayImage, Luma};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Where the program is.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_micromobilenet");
/// Longer than anything here may take, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A network that is trained in milliseconds.
pub const TINY: &str = r#"[model]
name = "tiny"
input = { height = 16, width = 16, channels = 1 }

[stem]
filters = 4
stride = 2

[[blocks]]
type = "separable"
filters = 8
stride = 2

[head]
pool = "avg"

[data]
source = "pictures"

[train]
epochs = 3
batch_size = 16
learning_rate = 0.02
"#;

/// A folder of its own, with `tiny.toml` and `pictures/`.
pub struct Scene {
    folder: TempDir,
}

/// Pictures that an earlier test decoded, or the user, are no part of a scene, nor are its own kept.
fn without_cache(command: &mut Command) {
    command.env("MICROMOBILENET_CACHE", "");
}

/// What the program said and how it ended.
pub struct Answer {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Scene {
    /// With three classes of 24 pictures.
    pub fn new() -> Self {
        let scene = Self::empty();
        for (class, name) in ["dark", "disc", "stripes"].into_iter().enumerate() {
            scene.pictures(&format!("pictures/{name}"), class, 24);
        }
        scene
    }

    /// With the configuration alone.
    pub fn empty() -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(scene.path("tiny.toml"), TINY).unwrap();
        scene
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Writes `count` pictures of one kind to the folder `name`, no two alike.
    pub fn pictures(&self, name: &str, kind: usize, count: u32) {
        let folder = self.path(name);
        fs::create_dir_all(&folder).unwrap();
        for number in 0..count {
            picture(kind, number).save(folder.join(format!("{number:03}.png"))).unwrap();
        }
    }

    /// The program with `arguments`, split at blanks, in this folder.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(arguments.split_whitespace()).current_dir(self.folder.path()).stdin(Stdio::null());
        // This machine's sensors are no part of the scene.
        command.env("MICROMOBILENET_SYSFS", self.path("system"));
        without_cache(&mut command);
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &str) -> Answer {
        Answer::of(self.command(arguments).output().unwrap())
    }

    /// Starts the program, its output kept for [`finish`].
    pub fn spawn(&self, arguments: &str) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Runs the program under the shell's `limit`, for instance `ulimit -f 8`.
    pub fn run_limited(&self, limit: &str, arguments: &str) -> Answer {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{limit}; exec \"$@\""), "sh", PROGRAM]).args(arguments.split_whitespace());
        without_cache(&mut command);
        Answer::of(command.current_dir(self.folder.path()).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs the program as somebody whom permissions bind; all of this folder is theirs.
    pub fn run_unprivileged(&self, arguments: &str) -> Answer {
        // The target folder may be out of their reach.
        let program = self.path("program");
        if !program.exists() {
            // Were it written by this process, a child that another test starts meanwhile would have
            // it open, and it could not be run.
            assert!(Command::new("cp").arg(PROGRAM).arg(&program).status().unwrap().success());
        }
        let mut command = Command::new(&program);
        without_cache(&mut command);
        command.args(arguments.split_whitespace()).current_dir(self.folder.path()).stdin(Stdio::null());
        if is_root() {
            command.uid(65534).gid(65534);
        }
        Answer::of(command.output().unwrap())
    }

    /// Gives this folder and all in it to the one of [`Self::run_unprivileged`].
    pub fn give_away(&self) {
        fs::set_permissions(self.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        if is_root() {
            for path in self.all_files(true) {
                std::os::unix::fs::chown(path, Some(65534), Some(65534)).unwrap();
            }
        }
    }

    /// All files here, at any depth; with `folders`, those too.
    pub fn all_files(&self, folders: bool) -> Vec<PathBuf> {
        let (mut found, mut open) = (Vec::new(), vec![self.folder.path().to_owned()]);
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder).unwrap().flatten() {
                if entry.file_type().unwrap().is_dir() {
                    open.push(entry.path());
                } else {
                    found.push(entry.path());
                }
            }
            if folders {
                found.push(folder);
            }
        }
        found.sort();
        found
    }
}

fn is_root() -> bool {
    // A file of the system that only root may read.
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0)
}

/// A picture of 16×16: nearly black, a bright disc, or stripes, with noise from `number`.
pub fn picture(kind: usize, number: u32) -> GrayImage {
    let mut state = number.wrapping_mul(2_654_435_761).wrapping_add(kind as u32 + 1);
    GrayImage::from_fn(16, 16, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (state >> 27) as u8;
        let (dx, dy) = (x.abs_diff(7 + number % 3), y.abs_diff(8));
        let bright = match kind % 3 {
            0 => false,
            1 => dx * dx + dy * dy < 25,
            _ => ((x + number) / 3).is_multiple_of(2),
        };
        Luma([noise + if bright { 200 } else { 10 }])
    })
}

impl Answer {
    pub fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        let answer = Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
        assert!(!answer.stderr.contains("panicked"), "{answer}");
        assert!(answer.code.is_some(), "ended by a signal: {:?}\n{answer}", output.status);
        answer
    }

    /// This, if the program ended with `code`.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// This, if stderr has each of `parts`.
    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.stderr.contains(part), "{part:?} is not said:\n{self}");
        }
        self
    }

    /// This, if stdout has each of `parts`.
    #[track_caller]
    pub fn prints(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.stdout.contains(part), "{part:?} is not printed:\n{self}");
        }
        self
    }

    /// The objects on stdout, each with its `type`.
    #[track_caller]
    pub fn objects(&self) -> Vec<serde_json::Value> {
        let object = |line: &str| -> serde_json::Value {
            let object: serde_json::Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
            assert!(object["type"].is_string(), "{line}");
            object
        };
        self.stdout.lines().map(object).collect()
    }

    /// The only object of this kind.
    #[track_caller]
    pub fn object(&self, kind: &str) -> serde_json::Value {
        let mut found: Vec<_> = self.objects().into_iter().filter(|object| object["type"] == kind).collect();
        assert_eq!(found.len(), 1, "{kind}:\n{self}");
        found.remove(0)
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let end = |text: &str| -> String {
            let lines: Vec<&str> = text.lines().collect();
            lines[lines.len().saturating_sub(30)..].join("\n")
        };
        write!(f, "exit {:?}\nstdout:\n{}\nstderr:\n{}\n", self.code, end(&self.stdout), end(&self.stderr))
    }
}

/// Waits for the end of `child`.
pub fn finish(child: Child) -> Answer {
    Answer::of(child.wait_with_output().unwrap())
}

/// Sends a signal by its name: `INT`.
pub fn signal(child: &Child, name: &str) {
    let status = Command::new("sh").args(["-c", &format!("kill -{name} {}", child.id())]).status().unwrap();
    assert!(status.success());
}

/// Waits until `done`, or until `child` is over; whether `done` came first.
pub fn wait_for(child: &mut Child, mut done: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    while !done() {
        if child.try_wait().unwrap().is_some() {
            return done();
        }
        assert!(begun.elapsed() < PATIENCE, "it takes too long");
        std::thread::sleep(Duration::from_micros(200));
    }
    true
}

/// The lines of the file `path`; none where it is not there.
pub fn lines(path: &Path) -> usize {
    fs::read_to_string(path).map_or(0, |text| text.matches('\n').count())
}
