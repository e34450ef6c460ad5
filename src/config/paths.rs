//! Resolves paths in a configuration and on the command line.

use std::path::{Path, PathBuf};

/// Names of the bundled data sets, which are not paths.
pub const BUNDLED: [&str; 1] = ["fashion-mnist"];

/// The absolute path of `written`, which is relative to `folder` (itself relative to the working
/// directory). `~/` is the home folder. The names of bundled data sets are unchanged, unless they begin with
/// `./`; so are paths without an absolute form in UTF-8.
#[must_use]
pub fn absolute(written: &str, folder: &Path) -> String {
    if written.is_empty() || BUNDLED.contains(&written) {
        return written.to_owned();
    }
    let path = std::path::absolute(folder.join(from_home(written)));
    // Without `.` and redundant separators; `..` is kept, since it may follow a symbolic link.
    let plain = path.map(|path| path.components().collect::<PathBuf>().into_os_string().into_string());
    plain.ok().and_then(Result::ok).unwrap_or_else(|| written.to_owned())
}

/// Replaces `~` by the home folder, if that is known.
#[must_use]
pub fn from_home(written: &str) -> PathBuf {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
    match (written.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home.into(),
        (Some(rest), Some(home)) if rest.starts_with('/') => Path::new(&home).join(rest.trim_start_matches('/')),
        _ => written.into(),
    }
}

/// The folder that the paths in the configuration file `config` are relative to.
#[must_use]
pub fn folder_of(config: &Path) -> &Path {
    config.parent().unwrap_or(Path::new(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_in_their_folder_in_the_home_folder_or_at_the_root() {
        let here = std::env::current_dir().unwrap();
        let here = |path: &str| here.join(path).display().to_string();
        assert_eq!(absolute("photos/", Path::new("nets")), here("nets/photos"));
        assert_eq!(absolute("./photos", Path::new("")), here("photos"));
        assert_eq!(absolute("../photos", Path::new("/a/b")), "/a/b/../photos");
        assert_eq!(absolute("/photos", Path::new("nets")), "/photos");
        let home = std::env::var("HOME").unwrap();
        let home = home.trim_end_matches('/');
        assert_eq!(absolute("~/photos", Path::new("nets")), format!("{home}/photos"));
        assert_eq!(absolute("~photos", Path::new("/nets")), "/nets/~photos");
    }

    #[test]
    fn a_bundled_name_is_no_path_and_with_a_dot_it_is() {
        assert_eq!(absolute("fashion-mnist", Path::new("/nets")), "fashion-mnist");
        assert_eq!(absolute("./fashion-mnist", Path::new("/nets")), "/nets/fashion-mnist");
        assert_eq!(absolute("", Path::new("/nets")), "");
    }
}
