//! Nothing of the user's is lost: other programs, other instances, other folders, other terminals.

use super::*;

#[test]
fn two_instances_know_of_each_other_and_have_backups_of_their_own() {
    let folder = folder_with("micro");
    let mut first = Terminal::start(folder.path(), &["--config", "net.toml"]);
    first.wait_for("612,240").send("9").wait_for("47x47x9");
    let mut second = Terminal::start(folder.path(), &["--config", "net.toml"]);
    second.wait_for("Open elsewhere").wait_for("process").send(ENTER).wait_for("612,240").send("8").wait_for("47x47x8");
    let backup = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    while !backup(".net.toml.unsaved").contains("filters = 9") || !backup(".net.toml.1.unsaved").contains("filters = 8")
    {
        first.take(Duration::from_millis(50));
        second.take(Duration::from_millis(50));
    }
    // What one saves, the other does not overwrite unasked.
    first.send(SAVE).wait_for("wrote net.toml");
    second.wait_for("and by you").send(ESC).send(SAVE).wait_for("Changed on disk");
    assert!(read(&folder, "net.toml").contains("filters = 9"));
    second.send("o").wait_for("wrote net.toml").send("q");
    assert_eq!(second.end(), 0);
    first.wait_for("47x47x8").send("q");
    assert_eq!(first.end(), 0);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "locks and backups are removed");
}

#[test]
fn a_folder_with_one_configuration_opens_it_and_undo_does_not_replace_it() {
    let folder = folder_with("nano");
    fs::rename(folder.path().join("net.toml"), folder.path().join("micro.toml")).unwrap();
    let own = read(&folder, "micro.toml");
    let mut terminal = Terminal::start(folder.path(), &[]);
    terminal.wait_for("micro.toml").wait_for("Network").settle();
    assert!(!terminal.text().contains("changed on disk"), "{}", terminal.text());
    terminal.send("u").wait_for("nothing to undo").send(SAVE).wait_for("wrote micro.toml").send("q");
    assert_eq!(terminal.end(), 0);
    assert_eq!(read(&folder, "micro.toml"), own);
}

#[test]
fn a_preset_of_the_name_of_a_file_is_another_file() {
    let folder = folder_with("nano");
    fs::rename(folder.path().join("net.toml"), folder.path().join("micro.toml")).unwrap();
    let own = read(&folder, "micro.toml");
    let mut terminal = Terminal::start(folder.path(), &["--config", "micro"]);
    terminal.wait_for("micro-2.toml").send("+").send(SAVE).wait_for("wrote micro-2.toml").send("q");
    assert_eq!(terminal.end(), 0);
    assert_eq!(read(&folder, "micro.toml"), own);
}

#[test]
fn an_empty_folder_opens_the_start_screen_and_several_files_are_offered() {
    let folder = TempDir::new().unwrap();
    let mut terminal = Terminal::start(folder.path(), &[]);
    terminal.wait_for("New network from a preset").send("q");
    assert_eq!(terminal.end(), 0);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written before it is asked for");
    for name in ["a", "b"] {
        let preset = format!("{}/configs/pico.toml", env!("CARGO_MANIFEST_DIR"));
        fs::copy(preset, folder.path().join(name).with_extension("toml")).unwrap();
    }
    let mut terminal = Terminal::start(folder.path(), &[]);
    terminal
        .wait_for("a.toml")
        .wait_for("b.toml")
        .send("\t\t\x1b[B\r")
        .wait_for("▌ Network")
        .wait_for("b.toml")
        .send("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_session_goes_on_where_it_was_left() {
    let folder = folder_with("micro");
    let state = folder.path().join("state");
    let variables = [("TERM", "xterm-256color"), ("MICROMOBILENET_STATE", state.to_str().unwrap())];
    let mut terminal = Terminal::with(folder.path(), &["net.toml"], &variables);
    terminal.wait_for("612,240").send("jjl").wait_for("kernel").send("p").wait_for("Δ pinned").send("3");
    terminal.send(F2).wait_for("read 7,000 images").send("q").wait_for("Quit?").send("x");
    assert_eq!(terminal.end(), 0);
    let mut terminal = Terminal::with(folder.path(), &["net.toml"], &variables);
    terminal.wait_for("read 7,000 images").send(F1).wait_for("Δ pinned").wait_for("kernel").send("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn what_a_killed_program_left_on_the_screen_is_cleared() {
    let folder = folder_with("pico");
    let script = "printf '\\033[?1049h\\033[24;1Hleft over from before\\033[5;70Hgarbage'; exec \"$0\" \"$@\"";
    let program = ["sh", "-c", script, env!("CARGO_BIN_EXE_micromobilenet")].map(std::ffi::OsString::from);
    let variables = [("TERM", "xterm-256color")];
    let mut terminal = Terminal::of(&program, folder.path(), &["--config", "net.toml"], &variables, 80, 24);
    terminal.wait_for("Network").settle();
    let text = terminal.text();
    assert!(!text.contains("left over") && !text.contains("garbage"), "{text}");
    terminal.send("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn tab_leaves_the_text_and_control_z_undoes_in_it() {
    let folder = folder_with("pico");
    let own = read(&folder, "net.toml");
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
    terminal.wait_for("Network").send("e").wait_for("Esc table").send("# mine").wait_for("net.toml*").send("\x1a");
    terminal.take(Duration::from_millis(300));
    assert_ne!(terminal.state(), 'T', "suspended in the middle of a text");
    terminal.send("\t").wait_for("D duplicate").send(SAVE).wait_for("wrote").send("q");
    assert_eq!(terminal.end(), 0);
    assert_eq!(read(&folder, "net.toml"), own);
}

#[test]
fn the_command_line_shown_is_copied_and_does_the_same() {
    use base64::Engine as _;
    let folder = folder_with("micro");
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
    terminal
        .wait_for("612,240")
        .send("9")
        .wait_for("47x47x9")
        .wait_for("y copies")
        .send("\r")
        .send("y")
        .wait_for("copied:");
    let bytes = String::from_utf8_lossy(&terminal.bytes).into_owned();
    let encoded = bytes.split("\x1b]52;c;").nth(1).and_then(|rest| rest.split('\x07').next()).unwrap();
    let line = String::from_utf8(base64::engine::general_purpose::STANDARD.decode(encoded).unwrap()).unwrap();
    assert_eq!(line, "micromobilenet --config net.toml --set blocks.0.filters=9 --estimate");
    terminal.send("q").wait_for("Quit?").send("x");
    assert_eq!(terminal.end(), 0);
    let program = env!("CARGO_BIN_EXE_micromobilenet");
    let words = line.split(' ').skip(1);
    let output = std::process::Command::new(program).args(words).current_dir(folder.path()).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("47x47x9"));
}

#[test]
fn keys_and_colours_of_the_user_are_used_and_mistakes_are_told() {
    let folder = folder_with("micro");
    let own = folder.path().join("config/micromobilenet");
    fs::create_dir_all(&own).unwrap();
    let config = folder.path().join("config");
    let variables = [("TERM", "xterm-256color"), ("XDG_CONFIG_HOME", config.to_str().unwrap())];
    fs::write(own.join("config.toml"), "[keys.design]\nadd = \"f9\"\n[theme]\naccent = \"#ff00ff\"\n").unwrap();
    let mut terminal = Terminal::with(folder.path(), &["--config", "net.toml"], &variables);
    terminal
        .wait_for("F9 add")
        .send("a")
        .send("\x1b[20~")
        .wait_for("Add a block")
        .send(ESC)
        .wait_for("F9 add")
        .send("q");
    assert_eq!(terminal.end(), 0);
    assert!(String::from_utf8_lossy(&terminal.bytes).contains("38;2;255;0;255"));
    fs::write(own.join("config.toml"), "[keys.design]\nadd = \"d\"\n").unwrap();
    let mut terminal = Terminal::with(folder.path(), &["--config", "net.toml"], &variables);
    terminal.wait_for("config.toml: keys.design: d is both").send("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn the_terminal_is_asked_for_its_background() {
    let folder = folder_with("micro");
    for (reply, label) in [("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "\x1b[34;"), ("\x1b]11;rgb:0/0/0\x07", "\x1b[36;")] {
        let mut terminal = Terminal::on_background(folder.path(), &["--config", "net.toml"], reply, 80, 24);
        terminal.wait_for("612,240").settle();
        let before = terminal.bytes.len();
        terminal.send(DOWN).settle();
        terminal.full_frame();
        let frame = String::from_utf8_lossy(&terminal.bytes[before..]).into_owned();
        assert!(frame.contains(label), "{reply:?}");
        terminal.send("q");
        assert_eq!(terminal.end(), 0);
    }
}
