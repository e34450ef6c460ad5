//! `--max-temp`, what is said of heat, and the number of threads.

use super::checkpoint::{assert_same, trained};
use super::scene::{Answer, Scene, finish, signal, wait_for};
use super::support;
use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

const ZONE: &str = "system/sys/class/thermal/thermal_zone0";
const FIRMWARE: &str = "system/sys/devices/platform/soc/soc:firmware";

/// Puts `text` into a file of the kernel's; whoever reads it meanwhile reads the old or the new one.
fn put(scene: &Scene, folder: &str, name: &str, text: &str) {
    let folder = scene.path(folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("new"), text).unwrap();
    fs::rename(folder.join("new"), folder.join(name)).unwrap();
}

/// Lets the processor have so many thousandths of a degree.
fn heat(scene: &Scene, thousandths: i32) {
    put(scene, ZONE, "type", "cpu-thermal\n");
    put(scene, ZONE, "temp", &format!("{thousandths}\n"));
}

/// Starts a training that writes what it says into `said`.
fn start(scene: &Scene, arguments: &str, said: &Path) -> Child {
    let mut command = scene.command(arguments);
    command.stdout(fs::File::create(scene.path("out")).unwrap()).stderr(fs::File::create(said).unwrap());
    command.spawn().unwrap()
}

fn says(said: &Path, text: &str) -> bool {
    fs::read_to_string(said).is_ok_and(|all| all.contains(text))
}

#[test]
fn a_training_waits_until_it_is_cooler_and_learns_the_same() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --run cool").ends(0);
    heat(&scene, 90_000);
    let said = scene.path("said");
    let mut child = start(&scene, "--config tiny.toml --train --run hot --max-temp 80 --verbose", &said);
    assert!(wait_for(&mut child, || says(&said, "90 °C: training paused until the processor has cooled to 75 °C\n")));
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none());
    assert_eq!(super::scene::lines(&scene.path("hot/metrics.csv")), 1, "only the names of its columns");
    heat(&scene, 60_400);
    let answer = finish(child).ends(0);
    assert!(says(&said, "\n60 °C: training resumed\n"), "{answer}");
    assert!(says(&said, "\nepoch 3: 60.4 °C\n"), "{answer}");
    assert_same(&trained(&scene, "hot"), &trained(&scene, "cool"), "after waiting");
}

#[test]
fn ctrl_c_ends_a_training_that_waits() {
    let scene = Scene::new();
    heat(&scene, 90_000);
    let said = scene.path("said");
    let mut child = start(&scene, "--config tiny.toml --train --run run --max-temp 80", &said);
    assert!(wait_for(&mut child, || says(&said, "training paused")));
    signal(&child, "INT");
    finish(child).ends(130);
    assert!(says(&said, "interrupted; resume with: micromobilenet --train --resume --run run"));
    // What it had done is gone on with, and ends as if nothing had been.
    heat(&scene, 50_000);
    scene.run("--train --resume --run run --max-temp 80").ends(0);
    scene.run("--config tiny.toml --train --run straight").ends(0);
    assert_same(&trained(&scene, "run"), &trained(&scene, "straight"), "after a stop while waiting");
}

#[test]
fn a_limit_that_nobody_can_keep_is_refused() {
    let scene = Scene::new();
    let call = "--config tiny.toml --train --run run --max-temp";
    let looked_for = ["--max-temp: no sensor", "below 80 °C", "/sys/class/thermal/thermal_zone*/temp"];
    scene.run(&format!("{call} 80")).ends(2).says(&looked_for);
    put(&scene, ZONE, "temp", "hot\n");
    scene.run(&format!("{call} 80")).ends(2).says(&looked_for);
    heat(&scene, 50_000);
    for limit in ["39", "111", "-5", "warm"] {
        scene.run(&format!("{call}={limit}")).ends(2).says(&["--max-temp"]);
    }
    scene.run("--config tiny.toml --estimate --max-temp 80").ends(2).says(&["--max-temp", "--train"]);
    assert!(!scene.path("run").exists());
    scene.run(&format!("{call} 110 --test")).ends(0);
}

#[test]
fn heat_and_throttling_are_told() {
    let scene = Scene::new();
    let call = "--config tiny.toml --train --json";
    for epoch in scene.run(call).ends(0).objects().iter().filter(|object| object["type"] == "epoch") {
        assert!(epoch.get("temperature").is_none(), "{epoch}");
    }
    heat(&scene, 61_250);
    put(&scene, FIRMWARE, "get_throttled", "50001\n");
    let answer = scene.run(&format!("{call} --verbose")).ends(0);
    let answer =
        answer.says(&["since the board was started: under-voltage, throttled by heat\n", "throttled: under-voltage\n"]);
    let epochs: Vec<_> = answer.objects().into_iter().filter(|object| object["type"] == "epoch").collect();
    assert_eq!(epochs.len(), 3);
    assert!(epochs.iter().all(|epoch| epoch["temperature"] == 61.25 && epoch["seconds"].is_number()), "{answer}");
    let columns = fs::read_dir(scene.path("runs")).unwrap().map(|run| {
        fs::read_to_string(run.unwrap().path().join("metrics.csv")).unwrap().lines().next().unwrap().to_owned()
    });
    let columns: Vec<String> = columns.collect();
    assert!(columns.len() == 2 && columns[0] == columns[1], "the files of a run are the same: {columns:?}");
}

#[test]
fn threads_follow_the_cores_that_it_may_use() {
    if !support::has("taskset") {
        return;
    }
    let scene = Scene::new();
    let on = |core: &str| {
        let mut command = Command::new("taskset");
        command.args(["-c", core, super::scene::PROGRAM, "--config", "tiny.toml", "--train", "--test"]);
        Answer::of(command.current_dir(scene.path(".")).output().unwrap()).ends(0)
    };
    on("0").prints(&["1 thread, "]);
    if std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1) {
        on("0,1").prints(&["2 threads, "]);
    }
}
