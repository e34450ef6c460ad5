//! `--watch`, and folders given to `--predict`

use super::scene::{Answer, PROGRAM, Scene, finish, picture, signal, wait_for};
use super::support::has;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Longer than a file must stay as it is before it counts as complete where nobody says so.
const LONG: Duration = Duration::from_millis(1200);

/// A scene with a trained network in `run` and an empty folder `inbox`.
fn trained() -> Scene {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --epochs 30 --run run").ends(0);
    fs::create_dir(scene.path("inbox")).unwrap();
    scene
}

/// The program, watching, and what it has said so far.
struct Watch {
    child: Child,
    stdout: Arc<Mutex<String>>,
    stderr: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

/// Reads `from` to its end into a text that others look at meanwhile.
fn follow(mut from: impl std::io::Read + Send + 'static) -> (Arc<Mutex<String>>, JoinHandle<()>) {
    let text = Arc::new(Mutex::new(String::new()));
    let kept = text.clone();
    let read = move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            kept.lock().unwrap().push_str(std::str::from_utf8(&buffer[..count]).expect("output is ASCII here"));
        }
    };
    (text, std::thread::spawn(read))
}

impl Watch {
    /// Begins, and waits until the folder is watched.
    fn begin(scene: &Scene, arguments: &str) -> Self {
        let mut child = scene.spawn(arguments);
        let (stdout, first) = follow(child.stdout.take().unwrap());
        let (stderr, second) = follow(child.stderr.take().unwrap());
        let mut watch = Self { child, stdout, stderr, readers: vec![first, second] };
        watch.wait_until(|_, stderr| stderr.contains("watching "));
        watch
    }

    /// Waits for what is said.
    fn wait_until(&mut self, done: impl Fn(&str, &str) -> bool) {
        let (stdout, stderr) = (self.stdout.clone(), self.stderr.clone());
        let came = wait_for(&mut self.child, || done(&stdout.lock().unwrap(), &stderr.lock().unwrap()));
        assert!(came, "it ended:\n{}\n{}", self.stdout.lock().unwrap(), self.stderr.lock().unwrap());
    }

    /// Waits for an answer about the file `name`.
    fn wait_for_answer(&mut self, name: &str) {
        let named = format!("/{name}\"");
        self.wait_until(|stdout, _| stdout.contains(&named));
    }

    fn answered(&self, name: &str) -> usize {
        self.stdout.lock().unwrap().matches(&format!("/{name}\"")).count()
    }

    /// What it has said when it ends, which somebody sees to.
    fn end(mut self) -> Answer {
        wait_for(&mut self.child, || false);
        let status = self.child.wait().unwrap();
        self.readers.into_iter().for_each(|reader| reader.join().unwrap());
        let text = |text: &Arc<Mutex<String>>| text.lock().unwrap().clone();
        Answer { code: status.code(), stdout: text(&self.stdout), stderr: text(&self.stderr) }
    }

    fn interrupt(self) -> Answer {
        signal(&self.child, "INT");
        let answer = self.end().ends(130);
        assert!(!answer.stderr.contains("panicked"), "{answer}");
        answer.says(&["images/s"])
    }
}

/// The bytes of a stripes picture as JPEG, large enough to be written in parts.
fn jpeg() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::imageops::resize(&picture(2, 700), 200, 200, image::imageops::FilterType::Nearest)
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

fn predictions(answer: &Answer) -> Vec<serde_json::Value> {
    answer.objects().into_iter().filter(|object| object["type"] == "prediction").collect()
}

#[test]
fn a_file_that_is_written_slowly_is_answered_once_when_it_is_complete() {
    let scene = trained();
    fs::write(scene.path("inbox/before.jpg"), jpeg()).unwrap();
    let mut watch = Watch::begin(&scene, "--run run --watch inbox --json");
    let bytes = jpeg();
    let mut file = File::create(scene.path("inbox/slow.jpg")).unwrap();
    std::thread::sleep(LONG);
    for part in bytes.chunks(bytes.len().div_ceil(2)) {
        file.write_all(part).unwrap();
        std::thread::sleep(LONG);
        assert_eq!(watch.answered("slow.jpg"), 0, "it is not closed yet");
    }
    drop(file);
    watch.wait_for_answer("slow.jpg");
    // A file that is written again is another picture.
    picture(0, 701).save(scene.path("inbox/slow.png")).unwrap();
    watch.wait_for_answer("slow.png");
    picture(1, 701).save(scene.path("inbox/slow.png")).unwrap();
    watch.wait_until(|stdout, _| stdout.matches("slow.png").count() == 2);
    std::thread::sleep(LONG);
    let answer = watch.interrupt();
    let told: Vec<_> =
        predictions(&answer).iter().map(|object| (object["file"].clone(), object["label"].clone())).collect();
    let wanted = [("inbox/slow.jpg", "stripes"), ("inbox/slow.png", "dark"), ("inbox/slow.png", "disc")];
    assert_eq!(told, wanted.map(|(file, label)| (file.into(), label.into())), "{answer}");
    assert!(!answer.stderr.contains("error"), "{answer}");
    let speed = answer.object("speed");
    assert_eq!(speed["images"], 3);
    assert!(speed["images_per_second"].as_f64().unwrap() > 0.0 && speed["seconds"].as_f64().unwrap() > 0.0);
}

#[test]
fn files_that_are_renamed_linked_or_moved_into_place_are_answered_once() {
    let scene = trained();
    let mut watch = Watch::begin(&scene, "--run run --watch inbox --json");
    let bytes = jpeg();
    for name in [".a.jpg.Xy12", "b.jpg.part", "c.jpg~", "d.jpg.tmp", "e.jpg.crdownload", ".f.jpg"] {
        fs::write(scene.path("inbox").join(name), &bytes).unwrap();
    }
    std::thread::sleep(LONG);
    assert_eq!(*watch.stdout.lock().unwrap(), "", "names of files that are not complete");
    for (from, to) in [(".a.jpg.Xy12", "a.jpg"), ("b.jpg.part", "b.jpg"), (".f.jpg", "f.jpg")] {
        fs::rename(scene.path("inbox").join(from), scene.path("inbox").join(to)).unwrap();
        watch.wait_for_answer(to);
    }
    fs::write(scene.path("outside.jpg"), &bytes).unwrap();
    fs::hard_link(scene.path("outside.jpg"), scene.path("inbox/linked.jpg")).unwrap();
    std::os::unix::fs::symlink(scene.path("outside.jpg"), scene.path("inbox/pointing.jpg")).unwrap();
    watch.wait_for_answer("linked.jpg");
    watch.wait_for_answer("pointing.jpg");
    fs::rename(scene.path("outside.jpg"), scene.path("inbox/moved.jpg")).unwrap();
    watch.wait_for_answer("moved.jpg");
    std::thread::sleep(LONG);
    let told: Vec<String> =
        predictions(&watch.interrupt()).iter().map(|object| object["file"].as_str().unwrap().to_owned()).collect();
    let names: BTreeSet<_> =
        ["a", "b", "f", "linked", "moved", "pointing"].map(|name| format!("inbox/{name}.jpg")).into();
    assert_eq!((told.len(), told.into_iter().collect::<BTreeSet<_>>()), (6, names));
}

#[test]
fn what_cannot_be_read_is_named_and_the_watch_goes_on() {
    let scene = trained();
    let mut watch = Watch::begin(&scene, "--run run --watch inbox/ --json");
    let bytes = jpeg();
    fs::write(scene.path("inbox/cut.jpg"), &bytes[..bytes.len() / 2]).unwrap();
    watch.wait_until(|_, stderr| stderr.contains("cut.jpg: the JPEG file is truncated"));
    fs::write(scene.path("inbox/empty.png"), "").unwrap();
    watch.wait_until(|_, stderr| stderr.contains("empty.png: the file is empty"));
    fs::write(scene.path("inbox/text.txt"), "no picture").unwrap();
    fs::create_dir(scene.path("inbox/folder.png")).unwrap();
    assert!(Command::new("mkfifo").arg(scene.path("inbox/fifo.png")).status().unwrap().success());
    for number in 0..50 {
        let path = scene.path("inbox").join(format!("{number}.jpg"));
        fs::write(&path, &bytes).unwrap();
        fs::remove_file(path).unwrap();
    }
    fs::write(scene.path("inbox/good.jpg"), &bytes).unwrap();
    watch.wait_for_answer("good.jpg");
    std::thread::sleep(LONG);
    let answer = watch.interrupt();
    assert_eq!(answer.objects().iter().filter(|object| object["type"] == "error").count(), 2, "{answer}");
    assert_eq!(answer.stderr.matches("error").count(), 2, "{answer}");
}

#[test]
fn a_burst_of_files_is_answered_file_by_file() {
    let scene = trained();
    let mut watch = Watch::begin(&scene, "--run run --watch inbox --json --threads 2");
    let bytes = jpeg();
    for number in 0..300 {
        fs::write(scene.path("inbox").join(format!("{number}.jpg")), &bytes).unwrap();
    }
    watch.wait_until(|stdout, _| stdout.lines().count() >= 300);
    std::thread::sleep(LONG);
    let told = predictions(&watch.interrupt());
    let names: BTreeSet<&str> = told.iter().map(|object| object["file"].as_str().unwrap()).collect();
    assert_eq!((told.len(), names.len()), (300, 300));
}

#[test]
fn a_folder_that_cannot_be_watched_is_an_error_at_once_or_when_it_goes() {
    let scene = trained();
    scene.run("--run run --watch nowhere").ends(2).says(&["cannot watch the folder nowhere", "No such file"]);
    scene.run("--run run --watch tiny.toml").ends(2).says(&["cannot watch the folder tiny.toml"]);
    // Before anything is trained.
    scene.run("--config tiny.toml --train --watch nowhere").ends(2).says(&["cannot watch the folder nowhere"]);
    assert!(!scene.path("runs").exists());
    let watch = Watch::begin(&scene, "--run run --watch inbox");
    fs::remove_dir(scene.path("inbox")).unwrap();
    watch.end().ends(1).says(&["cannot watch the folder inbox: the folder was removed or renamed", "0 images"]);
}

#[test]
fn signals_end_it_and_the_speed_is_told() {
    let scene = trained();
    for name in ["INT", "TERM", "HUP"] {
        let mut watch = Watch::begin(&scene, "--run run --watch inbox");
        picture(1, 9).save(scene.path("inbox").join(format!("{name}.png"))).unwrap();
        watch.wait_until(|stdout, _| stdout.contains(&format!("inbox/{name}.png  disc ")));
        signal(&watch.child, name);
        let answer = watch.end().ends(130).says(&["1 image in ", " images/s"]);
        assert!(!answer.stderr.contains("error"), "{answer}");
    }
}

#[test]
fn nothing_is_done_while_nothing_happens() {
    let scene = trained();
    let watch = Watch::begin(&scene, "--run run --watch inbox");
    let switches = || {
        let tasks = fs::read_dir(format!("/proc/{}/task", watch.child.id())).unwrap().flatten();
        let count = |task: fs::DirEntry| -> u64 {
            let status = fs::read_to_string(task.path().join("status")).unwrap();
            let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).unwrap();
            line.trim().parse().unwrap()
        };
        // In hundredths of a second, behind the name, which may hold anything.
        let about = fs::read_to_string(format!("/proc/{}/stat", watch.child.id())).unwrap();
        let times = about.rsplit(')').next().unwrap().split_whitespace().skip(11).take(2);
        (tasks.map(count).sum::<u64>(), times.map(|time| time.parse::<u64>().unwrap()).sum::<u64>())
    };
    std::thread::sleep(LONG);
    let before = switches();
    std::thread::sleep(2 * LONG);
    assert_eq!(switches(), before, "a thread woke up, or worked");
    watch.interrupt_unanswered();
}

impl Watch {
    /// Ends where nothing was answered.
    fn interrupt_unanswered(self) {
        signal(&self.child, "INT");
        self.end().ends(130).says(&["0 images in 0.00 s"]);
    }
}

#[test]
fn hostile_names_do_no_harm() {
    let scene = trained();
    let names = ["a\nb\u{1b}[31m.png", "\u{202e}c\t\u{9b}2J.png", "--json 'x' $(id).png"];
    for json in ["", " --json"] {
        let folder = format!("in{}box", json.len());
        fs::create_dir(scene.path(&folder)).unwrap();
        let mut watch = Watch::begin(&scene, &format!("--run run --watch {folder}{json}"));
        for name in names {
            picture(1, 3).save(scene.path(&folder).join(name)).unwrap();
            fs::write(scene.path(&folder).join(format!("broken {name}")), "no picture").unwrap();
        }
        let errors = |text: &str| text.matches("broken ").count();
        watch.wait_until(|stdout, stderr| stdout.matches("disc").count() >= 3 && errors(stderr) >= 3);
        let answer = watch.interrupt();
        for text in [&answer.stdout, &answer.stderr] {
            assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text:?}");
        }
        if json.is_empty() {
            assert_eq!(answer.stdout.lines().count(), 3, "a name is one line: {answer}");
        } else {
            let name = |object: &serde_json::Value| object["file"].as_str().unwrap().to_owned();
            let found: BTreeSet<String> = predictions(&answer).iter().map(name).collect();
            assert_eq!(found, names.map(|name| format!("{folder}/{name}")).into());
        }
    }
    let folder = scene.path("in0box");
    let answer = Answer::of(scene.command("--run run --predict in0box --json").output().unwrap()).ends(2);
    assert_eq!(predictions(&answer).len(), 3);
    assert!(folder.exists() && !answer.stderr.contains('\u{1b}'), "{answer}");
}

#[test]
fn a_folder_is_answered_as_its_files_are() {
    let scene = trained();
    for (kind, name) in ["k", "a", "z"].into_iter().enumerate() {
        picture(kind, 80).save(scene.path("inbox").join(format!("{name}.png"))).unwrap();
    }
    for number in 0..150 {
        fs::write(scene.path("inbox").join(format!("m{number:03}.jpg")), jpeg()).unwrap();
    }
    fs::write(scene.path("inbox/notes.txt"), "no picture").unwrap();
    fs::write(scene.path("inbox/.hidden.png"), "no picture").unwrap();
    fs::create_dir(scene.path("inbox/below")).unwrap();
    let names: Vec<String> = ["a.png".to_owned(), "k.png".to_owned()]
        .into_iter()
        .chain((0..150).map(|number| format!("m{number:03}.jpg")))
        .chain(["z.png".to_owned()])
        .map(|name| format!("inbox/{name}"))
        .collect();
    for precision in ["float", "int8"] {
        let call = format!("--run run --precision {precision} --json --predict");
        let folder = scene.run(&format!("{call} inbox")).ends(0);
        let files = scene.run(&format!("{call} {}", names.join(" "))).ends(0);
        let told = predictions(&folder);
        assert_eq!(told, predictions(&files));
        assert_eq!(told.iter().map(|object| object["file"].as_str().unwrap()).collect::<Vec<_>>(), names);
        assert_eq!(told[0].get("scores").is_some(), precision == "int8");
        let speed = folder.object("speed");
        assert_eq!(speed["images"], 153);
        folder.says(&["inbox: skipped 1 file that are not images and 1 folder", "153 images in ", " images/s"]);
    }
    // What is watched is answered as what is given.
    let mut watch = Watch::begin(&scene, "--run run --precision int8 --watch inbox --json");
    fs::copy(scene.path("inbox/k.png"), scene.path("inbox/copy.png")).unwrap();
    watch.wait_for_answer("copy.png");
    let watched = predictions(&watch.interrupt());
    let given = predictions(&scene.run("--run run --precision int8 --json --predict inbox/k.png").ends(0));
    assert_eq!((&watched[0]["scores"], watched.len()), (&given[0]["scores"], 1));
    assert_eq!(watched[0]["probabilities"], given[0]["probabilities"]);
}

#[test]
fn folders_and_files_are_answered_together_and_what_is_wrong_is_named() {
    let scene = trained();
    fs::write(scene.path("inbox/broken.png"), "no picture").unwrap();
    let folder = scene.path("pictures/disc");
    std::os::unix::fs::symlink("nowhere", folder.join("dangling.png")).unwrap();
    fs::create_dir(scene.path("nothing")).unwrap();
    let call = "--run run --json --predict pictures/disc pictures nothing inbox pictures/dark/000.png";
    let answer = scene.run(call).ends(2);
    assert_eq!(predictions(&answer).len(), 25);
    assert_eq!(answer.objects().iter().filter(|object| object["type"] == "error").count(), 4, "{answer}");
    scene.run("--run run --predict pictures/disc").ends(2).says(&["dangling.png", "24 images in "]);
    answer.says(&[
        "dangling.png",
        "inbox/broken.png",
        "no images in pictures: ",
        "sub-folders are not searched",
        "no images in nothing: ",
    ]);
}

#[test]
fn ctrl_c_ends_a_long_prediction_and_the_speed_is_told() {
    let scene = trained();
    let large = image::GrayImage::from_fn(2000, 2000, |x, y| image::Luma([(x ^ y) as u8]));
    large.save(scene.path("inbox/0.png")).unwrap();
    for number in 1..2000 {
        fs::hard_link(scene.path("inbox/0.png"), scene.path("inbox").join(format!("{number}.png"))).unwrap();
    }
    let mut child = scene.command("--run run --threads 1 --predict inbox");
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut stdout, mut first) = (child.stdout.take().unwrap(), [0; 1]);
    stdout.read_exact(&mut first).unwrap();
    let rest = std::thread::spawn(move || stdout.read_to_end(&mut Vec::new()));
    signal(&child, "INT");
    let answer = finish(child).ends(130).says(&[" images in ", " images/s", "interrupted"]);
    assert!(!answer.stderr.contains("2000 images"), "{answer}");
    rest.join().unwrap().unwrap();
}

/// The unit of the example, with `program` and the folders of a scene in place of its own.
fn unit(scene: &Scene, program: &Path) -> String {
    let text = include_str!("../../assets/micromobilenet-watch.service");
    let placed = [
        ("/usr/local/bin/micromobilenet", program.to_owned()),
        ("/var/lib/micromobilenet", scene.path(".")),
        ("/srv/camera", scene.path("inbox")),
    ];
    placed.into_iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to.to_str().unwrap())
    })
}

#[test]
fn the_example_of_a_service_runs_and_is_nobody_in_particular() {
    let scene = trained();
    let text = unit(&scene, Path::new(PROGRAM));
    for line in ["DynamicUser=yes", "NoNewPrivileges=yes", "ProtectSystem=strict", "Restart=on-failure"] {
        assert!(text.lines().any(|other| other == line), "{line}");
    }
    let calls: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("ExecStart=")).collect();
    assert_eq!(calls.len(), 1);
    let arguments = calls[0].strip_prefix(PROGRAM).unwrap();
    let mut watch = Watch::begin(&scene, arguments);
    picture(1, 3).save(scene.path("inbox/new.png")).unwrap();
    watch.wait_for_answer("new.png");
    signal(&watch.child, "TERM");
    let code = watch.end().code.unwrap();
    assert!(text.lines().any(|line| line == format!("SuccessExitStatus={code}")), "{code}");

    if !has("systemd-analyze") {
        return;
    }
    let path = scene.path("micromobilenet-watch.service");
    fs::write(&path, text).unwrap();
    let output = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(path).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let about: Vec<&str> = said.lines().filter(|line| line.contains("micromobilenet-watch")).collect();
    assert!(output.status.success() && about.is_empty(), "{said}");
}
