//! The program in a pseudo-terminal, and its screen as a terminal would show it.

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// How long anything may take; only a defect takes that long.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program in a pseudo-terminal.
pub struct Terminal {
    master: Option<Box<dyn MasterPty + Send>>,
    child: Box<dyn Child + Send + Sync>,
    /// To the thread that types: a program that has ended takes no more keys, and would keep it waiting.
    typing: Option<Sender<Vec<u8>>>,
    output: Receiver<(Instant, Vec<u8>)>,
    is_closing: Arc<AtomicBool>,
    screen: vt100::Parser,
    /// What the terminal answers when it is asked for its background.
    background: Option<String>,
    /// Every byte that came.
    pub bytes: Vec<u8>,
    /// When the last one came.
    pub last: Instant,
}

impl Terminal {
    /// Starts the program with `arguments` in `folder`, in a terminal of 80 × 24.
    pub fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::with(folder, arguments, &[("TERM", "xterm-256color")])
    }

    /// Starts it in a terminal of another size that shows every colour.
    pub fn in_colours(folder: &Path, arguments: &[&str], columns: u16, rows: u16) -> Self {
        let variables = [("TERM", "xterm-256color"), ("COLORTERM", "truecolor")];
        Self::begin(folder, arguments, &variables, columns, rows)
    }

    /// Starts it in a terminal of 16 colours whose background is as in `reply`.
    pub fn on_background(folder: &Path, arguments: &[&str], reply: &str, columns: u16, rows: u16) -> Self {
        let mut terminal = Self::begin(folder, arguments, &[("TERM", "xterm")], columns, rows);
        terminal.background = Some(reply.to_owned());
        terminal
    }

    /// Starts it with variables of its own.
    pub fn with(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::begin(folder, arguments, variables, 80, 24)
    }

    fn begin(folder: &Path, arguments: &[&str], variables: &[(&str, &str)], columns: u16, rows: u16) -> Self {
        let program = [env!("CARGO_BIN_EXE_micromobilenet").into()];
        Self::of(&program, folder, arguments, variables, columns, rows)
    }

    /// Starts `program`, with what runs it before it.
    pub fn of(
        program: &[std::ffi::OsString],
        folder: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
        columns: u16,
        rows: u16,
    ) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(&program[0]);
        command.args(&program[1..]);
        command.args(arguments);
        command.cwd(folder);
        for name in ["NO_COLOR", "COLORTERM", "VISUAL", "EDITOR", "SSH_CONNECTION", "SSH_TTY"] {
            command.env_remove(name);
        }
        // The sensors are those that a test puts there.
        command.env("MICROMOBILENET_SYSFS", folder);
        command.env("MICROMOBILENET_CACHE", "");
        command.env("MICROMOBILENET_STATE", "");
        command.env("XDG_CONFIG_HOME", folder.join("no configuration"));
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let mut writer = pair.master.take_writer().unwrap();
        let (typing, typed) = channel::<Vec<u8>>();
        std::thread::spawn(move || {
            while let Ok(bytes) = typed.recv() {
                let _ = writer.write_all(&bytes).and_then(|()| writer.flush());
            }
        });
        let (sender, output) = channel();
        let is_closing = Arc::new(AtomicBool::new(false));
        let until = is_closing.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count) = reader.read(&mut buffer) {
                let is_gone = count == 0 || until.load(Ordering::SeqCst);
                if is_gone || sender.send((Instant::now(), buffer[..count].to_vec())).is_err() {
                    break;
                }
            }
        });
        let screen = vt100::Parser::new(rows, columns, 0);
        Self {
            master: Some(pair.master),
            child,
            typing: Some(typing),
            output,
            is_closing,
            screen,
            background: None,
            bytes: Vec::new(),
            last: Instant::now(),
        }
    }

    /// Presses keys: the bytes a terminal sends.
    pub fn send(&mut self, keys: &str) -> &mut Self {
        self.send_bytes(keys.as_bytes())
    }

    /// Sends bytes, whatever they are.
    pub fn send_bytes(&mut self, bytes: &[u8]) -> &mut Self {
        let _ = self.typing.as_ref().unwrap().send(bytes.to_vec());
        self
    }

    /// The screen as text.
    pub fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// The screen.
    pub fn screen(&self) -> &vt100::Screen {
        self.screen.screen()
    }

    /// Whether the terminal is as a shell expects it.
    pub fn is_restored(&self) -> bool {
        let screen = self.screen.screen();
        !screen.alternate_screen()
            && !screen.hide_cursor()
            && !screen.bracketed_paste()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
    }

    /// Waits until the screen shows `text`.
    pub fn wait_for(&mut self, text: &str) -> &mut Self {
        self.wait_until(&format!("{text:?} on the screen"), |screen| screen.contains(text))
    }

    /// Waits until the screen shows `text`, as long as a training takes.
    pub fn wait_for_training(&mut self, text: &str) -> &mut Self {
        let begun = Instant::now();
        while !self.text().contains(text) && begun.elapsed() < 10 * PATIENCE {
            self.take(Duration::from_millis(100));
        }
        self.wait_for(text)
    }

    /// Whether no frame is half drawn.
    fn is_whole(&self) -> bool {
        !self.screen.screen().alternate_screen() || self.bytes.ends_with(b"\x1b[?2026l")
    }

    fn wait_until(&mut self, what: &str, is_there: impl Fn(&str) -> bool) -> &mut Self {
        let begun = Instant::now();
        while !self.is_whole() || !is_there(&self.text()) {
            assert!(begun.elapsed() < PATIENCE, "no {what}:\n{}", self.text());
            self.take(Duration::from_millis(100));
        }
        self
    }

    /// Takes what the program wrote, waiting for it at most this long.
    pub fn take(&mut self, patience: Duration) {
        if let Ok(first) = self.output.recv_timeout(patience) {
            self.show(&first);
            while let Ok(more) = self.output.try_recv() {
                self.show(&more);
            }
        }
    }

    fn show(&mut self, (when, bytes): &(Instant, Vec<u8>)) {
        self.last = *when;
        // Questions that terminals answer.
        if let Some(answer) = self.background.clone()
            && bytes.windows(6).any(|window| window == b"\x1b]11;?")
        {
            self.send(&answer);
        }
        for (question, answer) in [(&b"\x1b[6n"[..], "\x1b[1;1R"), (&b"\x1b[c"[..], "\x1b[?62c")] {
            if bytes.windows(question.len()).any(|window| window == question) {
                self.send(answer);
            }
        }
        self.bytes.extend_from_slice(bytes);
        self.screen.process(bytes);
    }

    /// Gives the terminal another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.as_ref().unwrap().resize(size).unwrap();
        self.screen.screen_mut().set_size(rows, columns);
    }

    /// The ID of the process.
    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Sends a signal.
    pub fn signal(&mut self, name: &str) {
        // The shell's own: a small system has no program of that name.
        let kill = format!("kill -{name} {}", self.pid());
        assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// The state letter of the process: `T` where it is stopped.
    pub fn state(&self) -> char {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        stat.rsplit(") ").next().unwrap().chars().next().unwrap()
    }

    /// Waits until it has written nothing for half a second.
    pub fn settle(&mut self) {
        let mut known = usize::MAX;
        while known != self.bytes.len() {
            known = self.bytes.len();
            self.take(Duration::from_millis(500));
        }
    }

    /// Bytes of the next frame where all is drawn anew.
    pub fn full_frame(&mut self) -> usize {
        self.settle();
        let before = self.bytes.len();
        self.signal("CONT");
        while self.bytes.len() == before {
            self.take(Duration::from_millis(100));
        }
        self.settle();
        self.bytes.len() - before
    }

    /// How often its threads, by name, have waited for something and been woken.
    pub fn waits(&self) -> Vec<(String, u64)> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.pid())).unwrap();
        let waits = |status: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            line.unwrap().trim().parse().unwrap()
        };
        let read = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap();
        let of = |task: std::path::PathBuf| (read(task.join("comm")), waits(&read(task.join("status"))));
        tasks.map(|task| of(task.unwrap().path())).collect()
    }

    /// Bytes of memory that the process has; `None` where it is an emulator's, which has some of its own.
    pub fn resident_bytes(&self) -> Option<u64> {
        let process = Path::new("/proc").join(self.pid().to_string());
        if !std::fs::read_link(process.join("exe")).unwrap().ends_with("micromobilenet") {
            return None;
        }
        let status = std::fs::read_to_string(process.join("status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        Some(1024 * line.trim().trim_end_matches(" kB").parse::<u64>().unwrap())
    }

    /// Takes the terminal away, as when its window is closed.
    pub fn close(&mut self) {
        self.is_closing.store(true, Ordering::SeqCst);
        // The reader holds the terminal too, until it has something to read.
        self.resize(60, 20);
        self.typing = None;
        self.master = None;
    }

    /// Waits for the end of the program; its exit code.
    pub fn end(&mut self) -> u32 {
        let begun = Instant::now();
        loop {
            self.take(Duration::from_millis(50));
            if let Some(status) = self.child.try_wait().unwrap() {
                // Until the reader has reached the end.
                while let Ok(more) = self.output.recv_timeout(Duration::from_secs(5)) {
                    self.show(&more);
                }
                return status.exit_code();
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end:\n{}", self.text());
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
