//! `--predict IMAGE|DIR…`

use super::classify::{BATCH, Classifier, width};
use super::project::Project;
use super::{Exit, Failure};
use crate::data::{self, PictureListing};
use crate::escape;
use anyhow::anyhow;
use std::path::{Path, PathBuf};

/// Classifies images and all images of folders, in float or int8. Unreadable images are reported and skipped.
pub fn run(project: &mut Project<'_>) -> Result<Exit, Failure> {
    let mut classifier = Classifier::of(project)?;
    let (mut paths, mut all) = (Vec::new(), true);
    for path in &project.request.predict {
        if path.is_dir() {
            all &= list(project, path, &mut paths);
        } else {
            paths.push(path.clone());
        }
    }
    let width = width(&paths);
    for batch in paths.chunks(BATCH) {
        if project.control.is_stopped() {
            break;
        }
        all &= classifier.classify(project, batch, width, false);
    }
    classifier.report_speed(project);
    project.check_interrupt()?;
    Ok(if all { Exit::Done } else { Exit::Usage })
}

/// Adds the images in `folder` to `paths` and reports skipped entries. Returns whether there are images and all can be
/// reached.
fn list(project: &Project<'_>, folder: &Path, paths: &mut Vec<PathBuf>) -> bool {
    let console = project.console;
    let PictureListing { paths: found, unreadable, ignored, folders } = match data::pictures(folder) {
        Ok(pictures) => pictures,
        Err(error) => {
            console.error_about(folder, &error.into());
            return false;
        }
    };
    let shown = escape::terminal(&folder.to_string_lossy());
    for file in &unreadable {
        let path = folder.join(&file.name);
        let name = escape::terminal(&path.to_string_lossy());
        console.error_about(&path, &anyhow!("cannot read the picture {name}: {}", escape::terminal(&file.reason)));
    }
    if found.is_empty() && unreadable.is_empty() {
        let below = if folders > 0 { "; sub-folders are not searched, pass them as well" } else { "" };
        console.error_about(
            folder,
            &anyhow!("no images in {shown}: supported are JPEG, PNG, BMP, GIF, WebP, PNM, TIFF and HEIC{below}"),
        );
        return false;
    }
    if ignored + folders > 0 {
        let files = if ignored == 1 { "file" } else { "files" };
        let below = if folders == 1 { "folder" } else { "folders" };
        console.note(&format!("{shown}: skipped {ignored} {files} that are not images and {folders} {below}"));
    }
    paths.extend(found);
    unreadable.is_empty()
}
