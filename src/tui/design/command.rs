//! The command line that describes the network as it is now.

use super::sheet::Sheet;
use crate::config::absolute;
use std::path::Path;

/// The command line on the network of `sheet` as it is now, such as
/// `micromobilenet --config net.toml --set stem.filters=4`, to which actions are added. `None` if it differs from the
/// file by more than values of keys: the file has to be saved first.
#[must_use]
pub fn of(sheet: &Sheet) -> Option<String> {
    let name = match (sheet.on_disk(), sheet.preset()) {
        (Some(_), _) => sheet.path().to_string_lossy().into_owned(),
        (None, Some((name, _))) => name.to_owned(),
        (None, None) => return None,
    };
    let mut line = format!("micromobilenet --config {}", crate::escape::shell(&name));
    for (key, value) in sheet.changed_values()? {
        // Paths of a file are relative to its folder, those of a command line to the working directory.
        let is_path_elsewhere = key == "data.source" && sheet.folder() != Path::new("");
        let value = if is_path_elsewhere { absolute(value, sheet.folder()) } else { value.clone() };
        line += &format!(" --set {}", crate::escape::shell(&format!("{key}={value}")));
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{BlockKind, ConfigFile, Edit, preset};
    use crate::plan::Boards;
    use crate::tui::design::Origin;

    fn sheet(origin: Origin) -> Sheet {
        let text = preset("micro".as_ref()).unwrap().to_owned();
        Sheet::open("my nets/micro.toml".into(), text, origin, Boards::built_in().unwrap())
    }

    #[test]
    fn the_command_line_says_all_that_differs_from_the_file() {
        let mut sheet = sheet(Origin::File);
        assert_eq!(of(&sheet).unwrap(), "micromobilenet --config 'my nets/micro.toml'");
        for edit in [Edit::set("blocks.1.filters", 20), Edit::set("target.board", "uno-r3")] {
            sheet.edit(None, &edit).unwrap();
        }
        let line = of(&sheet).unwrap();
        assert!(line.ends_with(" --set blocks.1.filters=20 --set target.board=uno-r3"), "{line}");
        // What it says leads to the same network.
        let words = line.split(" --set ").skip(1);
        let edits: Vec<Edit> = words.map(|word| Edit::parse(word).unwrap()).collect();
        let of_line = ConfigFile::parse("micro", sheet.on_disk().unwrap(), &edits).unwrap();
        assert_eq!(of_line.config, sheet.model().unwrap().spec.config);
        sheet.edit(None, &Edit::set("data.source", "photos")).unwrap();
        let here = std::env::current_dir().unwrap().join("my nets/photos");
        let line = of(&sheet).unwrap();
        assert!(line.contains(&format!("--set 'data.source={}'", here.display())), "{line}");
        sheet.edit(None, &Edit::AddBlock { at: 0, kind: BlockKind::Conv, filters: 4 }).unwrap();
        assert_eq!(of(&sheet), None, "a block more is no value of a key");
    }

    #[test]
    fn the_command_line_follows_what_is_on_disk() {
        let mut sheet = sheet(Origin::File);
        let before = sheet.on_disk().unwrap().to_owned();
        sheet.edit(None, &Edit::set("train.epochs", 9)).unwrap();
        assert!(of(&sheet).unwrap().ends_with(" --set train.epochs=9"));
        sheet.saved("micro.toml".into(), sheet.text().to_owned());
        assert_eq!(of(&sheet).unwrap(), "micromobilenet --config micro.toml");
        sheet.edit(None, &Edit::set("train.epochs", 10)).unwrap();
        assert!(of(&sheet).unwrap().ends_with(" --set train.epochs=10"));
        sheet.changed_on_disk(Some(before.replacen("filters = 3", "filters = 4", 1)));
        let line = of(&sheet).unwrap();
        assert!(line.contains("stem.filters=3") && line.contains("train.epochs=10"), "{line}");
        assert!(sheet.undo());
        assert!(sheet.undo());
        assert_eq!(of(&sheet).unwrap(), "micromobilenet --config micro.toml --set stem.filters=3");
    }

    #[test]
    fn a_new_network_is_named_by_its_preset() {
        let mut sheet = sheet(Origin::New);
        sheet.edit(None, &Edit::set("train.epochs", 9)).unwrap();
        assert_eq!(of(&sheet).unwrap(), "micromobilenet --config micro --set train.epochs=9");
    }
}
