//! Writes the files of an exported model: `<root>/<Class>/<Class>.h`, `samples.h` and `<Class>.ino`.

use super::sketch::is_unedited;
use super::{CodegenError, Model, Sample, SampleRoom, header, samples, select, sketch};
use crate::files::{make_folder, read_limited, write_atomic};
use std::path::{Path, PathBuf};

/// Maximum size of a sketch that is compared, in bytes; a larger one counts as edited.
const MAX_SKETCH: u64 = 1 << 20;

/// The contents of the files of an exported model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// Name of the C++ class, of the folder, and of the files without extension.
    pub class_name: String,
    /// Text of `<Class>.h`.
    pub header: String,
    /// Text of `samples.h`.
    pub samples: String,
    /// Text of `<Class>.ino`.
    pub sketch: String,
}

impl Sources {
    /// Generates the files of `model`. [`select`] chooses the sample images from `images`: at most `per_class` of each
    /// class, and as many as there is `room` for.
    ///
    /// # Errors
    /// The errors of [`header()`], [`samples()`] and [`sketch()`].
    pub fn of(
        model: &Model<'_>,
        images: &[Sample<'_>],
        per_class: usize,
        room: SampleRoom,
    ) -> Result<Self, CodegenError> {
        let chosen = select(images, per_class, room.images(model));
        Ok(Self {
            class_name: model.class_name.clone(),
            header: header(model)?,
            samples: samples(model, &chosen, room)?,
            sketch: sketch(model)?,
        })
    }
}

/// Writes `sources` to the folder `<root>/<Class>` and returns the paths of the written files.
/// Header and samples are always replaced. An edited sketch is kept; the new one is then written as
/// `<Class>.ino.new`.
///
/// # Errors
/// A folder or file that cannot be written. No file is left incomplete.
pub fn export(root: &Path, sources: &Sources) -> Result<Vec<PathBuf>, CodegenError> {
    if !super::symbols::is_class_name(&sources.class_name) {
        return Err(CodegenError::ClassName(sources.class_name.clone()));
    }
    let class = &sources.class_name;
    let folder = root.join(class);
    make_folder(&folder)?;
    let mut sketch = folder.join(format!("{class}.ino"));
    if is_edited(&sketch, &sources.sketch) {
        sketch = folder.join(format!("{class}.ino.new"));
    }
    let files = [
        (folder.join(format!("{class}.h")), &sources.header),
        (folder.join("samples.h"), &sources.samples),
        (sketch, &sources.sketch),
    ];
    for (path, text) in &files {
        write_atomic(path, text.as_bytes())?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

/// Whether `path` exists and is not an unedited sketch.
fn is_edited(path: &Path, new: &str) -> bool {
    if path.symlink_metadata().is_err() {
        return false;
    }
    match read_limited(path, MAX_SKETCH) {
        Ok(old) => old != new.as_bytes() && !is_unedited(&old),
        // An unreadable file is kept.
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::{Provenance, symbols};
    use crate::graph::Weights;
    use crate::graph::tests::graph_of;
    use std::fs;

    fn sources(class: &str) -> Sources {
        let graph = graph_of("pico", 2).folded();
        let weights = Weights::random(&graph, 0);
        let labels = ["a".to_owned(), "b".to_owned()];
        let provenance = Provenance::default();
        let model = Model {
            graph: &graph,
            weights: &weights,
            quantised: None,
            plan: crate::config::Plan::Smallest,
            resize: crate::config::Resize::Crop,
            class_name: class.to_owned(),
            labels: &labels,
            provenance,
        };
        let pixels = vec![7; graph.input.values()];
        let images = [Sample { pixels: &pixels, label: 1, name: "x.png".into() }];
        Sources::of(&model, &images, 1, SampleRoom::default()).unwrap()
    }

    fn names(paths: &[PathBuf]) -> Vec<String> {
        paths.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_second_export_writes_the_same_bytes() {
        let root = tempfile::tempdir().unwrap();
        let paths = export(root.path(), &sources("Pico")).unwrap();
        assert_eq!(names(&paths), ["Pico.h", "samples.h", "Pico.ino"]);
        let before: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
        assert_eq!(export(root.path(), &sources("Pico")).unwrap(), paths);
        let after: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
        assert_eq!(before, after);
        assert_eq!(fs::read_dir(root.path().join("Pico")).unwrap().count(), 3);
    }

    #[test]
    fn an_edited_sketch_stays_and_the_new_one_goes_beside_it() {
        let root = tempfile::tempdir().unwrap();
        let mut sources = sources("Pico");
        let path = export(root.path(), &sources).unwrap().remove(2);
        let edited = fs::read_to_string(&path).unwrap().replace("115200", "9600");
        fs::write(&path, &edited).unwrap();
        sources.header.push_str("// newer\n");
        let paths = export(root.path(), &sources).unwrap();
        assert_eq!(names(&paths), ["Pico.h", "samples.h", "Pico.ino.new"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), edited);
        assert_eq!(fs::read_to_string(&paths[2]).unwrap(), sources.sketch);
        assert!(fs::read_to_string(&paths[0]).unwrap().ends_with("// newer\n"));
    }

    #[test]
    fn a_sketch_of_an_earlier_version_is_replaced() {
        let root = tempfile::tempdir().unwrap();
        let (old, new) = (sources("Pico"), sources("Nano"));
        let sketch = export(root.path(), &old).unwrap().remove(2);
        let newer = Sources { sketch: new.sketch.clone(), ..old };
        assert_eq!(names(&export(root.path(), &newer).unwrap())[2], "Pico.ino");
        assert_eq!(fs::read_to_string(sketch).unwrap(), new.sketch);
    }

    #[test]
    fn what_is_no_sketch_of_ours_is_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("Pico");
        fs::create_dir_all(&folder).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.join("Pico.ino")).unwrap();
        assert_eq!(names(&export(root.path(), &sources("Pico")).unwrap())[2], "Pico.ino.new");
        fs::remove_file(folder.join("Pico.ino")).unwrap();
        fs::create_dir(folder.join("Pico.ino")).unwrap();
        assert_eq!(names(&export(root.path(), &sources("Pico")).unwrap())[2], "Pico.ino.new");
    }

    #[test]
    fn no_class_name_leads_out_of_the_folder() {
        let root = tempfile::tempdir().unwrap();
        let inside = root.path().join("inside");
        for hostile in ["../x", "/tmp/x", "a/../../x", "..", "", "x\0y"] {
            let sources = Sources { class_name: hostile.to_owned(), ..sources("Pico") };
            assert!(matches!(export(&inside, &sources), Err(CodegenError::ClassName(_))));
            export(&inside, &self::sources(&symbols::class_name(hostile, hostile))).unwrap();
        }
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }
}
