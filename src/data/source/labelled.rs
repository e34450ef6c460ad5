//! Labels of pictures from tables or from file names.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::name::{self, Split};
use super::skipped::{SkipReason, Skipped};
use super::table::Table;
use super::tree::SourcePath;
use crate::data::picture::kind::is_named_picture;

/// A file and its class.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LabelledFile {
    pub file: SourcePath,
    pub class: String,
}

/// The files below a folder, matched with tables of labels.
#[derive(Debug, Default)]
pub(crate) struct TableMatches {
    /// Training, validation, test.
    pub parts: [Vec<LabelledFile>; 3],
    /// Files without a label in the tables; the tables themselves are not among them.
    pub rest: Vec<SourcePath>,
    /// Rows without a file or a class.
    pub skipped: Vec<Skipped>,
}

impl TableMatches {
    /// Number of files with a class.
    pub fn count(&self) -> usize {
        self.parts.iter().map(Vec::len).sum()
    }
}

/// Index from the text of a table to a file.
struct FileIndex<'a> {
    exact: HashMap<&'a str, usize>,
    /// By file name, and by file name without its extension; `None` if it is not unique.
    last: HashMap<&'a str, Option<usize>>,
    stem: HashMap<&'a str, Option<usize>>,
}

impl<'a> FileIndex<'a> {
    fn of(folder: &SourcePath, files: &'a [SourcePath]) -> Self {
        let (mut exact, mut last, mut stem) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (place, file) in files.iter().enumerate() {
            exact.insert(folder.below(file), place);
            if is_named_picture(&file.path) {
                let name = file.last();
                last.entry(name).and_modify(|place| *place = None).or_insert(Some(place));
                let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
                stem.entry(name).and_modify(|place| *place = None).or_insert(Some(place));
            }
        }
        Self { exact, last, stem }
    }

    /// The file that `text` names: a path relative to the folder, a path from elsewhere with the same end, or a unique
    /// file name with or without its extension. Never a file outside of the folder.
    fn find(&self, text: &str) -> Option<usize> {
        let text = text.replace('\\', "/");
        let mut rest = text.trim_start_matches("./");
        if rest.split('/').any(|part| part == "..") {
            return None;
        }
        loop {
            if let Some(place) = self.exact.get(rest) {
                return Some(*place);
            }
            match rest.split_once('/') {
                Some((_, below)) => rest = below,
                None => break,
            }
        }
        self.last.get(rest).or_else(|| self.stem.get(rest)).copied().flatten()
    }
}

/// Matches `files` of `folder` with the rows of `tables`. The split of a row is that of its own column, else that of
/// the folder of its file, else that of the name of the table, else training.
pub(crate) fn match_tables(folder: &SourcePath, tables: &[Table], files: &[SourcePath]) -> TableMatches {
    let index = FileIndex::of(folder, files);
    let mut out = TableMatches::default();
    let mut classes: Vec<Option<&str>> = vec![None; files.len()];
    for table in tables {
        let by_table = Path::new(table.place.last()).file_stem().and_then(|stem| Split::named(&stem.to_string_lossy()));
        for row in &table.rows {
            let mut skip = |reason| {
                let name = format!("{}:{}: {}", table.place.name, row.line, row.file);
                out.skipped.push(Skipped { name, reason });
            };
            let Some(place) = index.find(&row.file) else {
                skip(SkipReason::Missing);
                continue;
            };
            let class = match &row.class {
                Ok(class) => class,
                Err(why) => {
                    skip(SkipReason::Unclear(why.clone()));
                    continue;
                }
            };
            match classes[place] {
                Some(other) if other == class => {}
                Some(other) => skip(SkipReason::Unclear(format!("labelled \"{class}\" and \"{other}\""))),
                None => {
                    classes[place] = Some(class);
                    let by_folder = folder.below(&files[place]).split_once('/').and_then(|(top, _)| Split::named(top));
                    let split = row.split.or(by_folder).or(by_table).unwrap_or(Split::Train);
                    out.parts[split as usize].push(LabelledFile { file: files[place].clone(), class: class.clone() });
                }
            }
        }
    }
    let is_rest = |(file, class): &(&SourcePath, Option<&str>)| {
        class.is_none() && !tables.iter().any(|table| table.place == **file)
    };
    out.rest = files.iter().zip(classes).filter(is_rest).map(|(file, _)| file.clone()).collect();
    out.parts.iter_mut().for_each(|part| part.sort());
    out
}

/// The labels in names of pictures such as `cat.12.jpg`, and the files without one; `None` if there are fewer than two
/// labels, or most labels occur only once.
pub(crate) fn labels_from_names(files: &[SourcePath]) -> Option<(Vec<LabelledFile>, Vec<SourcePath>)> {
    let (mut labelled, mut rest) = (Vec::new(), Vec::new());
    for file in files {
        match name::label(file.last()).filter(|_| is_named_picture(&file.path)) {
            Some(class) => labelled.push(LabelledFile { file: file.clone(), class: class.to_owned() }),
            None => rest.push(file.clone()),
        }
    }
    let labels = classes(&labelled).len();
    (labels >= 2 && labelled.len() >= 2 * labels && labelled.len() > rest.len()).then_some((labelled, rest))
}

/// The classes of `labelled`, each once: sorted as numbers if all are numbers, otherwise bytewise.
pub(crate) fn classes(labelled: &[LabelledFile]) -> Vec<String> {
    let names: BTreeSet<&str> = labelled.iter().map(|labelled| &labelled.class[..]).collect();
    let mut names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    let number = |name: &String| name.parse::<u64>();
    if names.iter().all(|name| number(name).is_ok()) {
        names.sort_by_key(|name| number(name).unwrap_or_default());
    }
    names
}

#[cfg(test)]
mod tests {
    use super::super::table::Row;
    use super::*;

    fn place(name: &str) -> SourcePath {
        SourcePath { name: name.to_owned(), path: Path::new("/data").join(name) }
    }

    fn found(files: &[&str], text: &str) -> Option<usize> {
        let files: Vec<SourcePath> = files.iter().map(|name| place(name)).collect();
        FileIndex::of(&place(""), &files).find(text)
    }

    #[test]
    fn a_file_is_found_by_path_end_of_path_name_or_stem_and_never_outside() {
        let files = ["images/a.jpg", "images/b.jpg", "more/b.jpg", "c.d.png"];
        for (text, wanted) in [
            ("images/a.jpg", Some(0)),
            ("./images\\a.jpg", Some(0)),
            ("/content/drive/images/b.jpg", Some(1)),
            ("a.jpg", Some(0)),
            ("a", Some(0)),
            ("c.d", Some(3)),
            ("b.jpg", None),
            ("b", None),
            ("../images/a.jpg", None),
            ("images/../../a.jpg", None),
            ("", None),
        ] {
            assert_eq!(found(&files, text), wanted, "{text}");
        }
    }

    #[test]
    fn rows_go_to_the_part_of_their_column_or_folder_and_conflicts_are_named() {
        let files = ["train/1.jpg", "test/2.jpg", "3.jpg", "labels.csv", "4.jpg", "5.jpg"].map(place);
        let row = |line, file: &str, class: &str, split| Row {
            line,
            file: file.to_owned(),
            class: Ok(class.to_owned()),
            split,
        };
        let rows = vec![
            row(2, "train/1.jpg", "a", None),
            row(3, "2.jpg", "b", None),
            row(4, "3.jpg", "b", Some(Split::Validation)),
            row(5, "4.jpg", "b", None),
            row(6, "4.jpg", "b", None),
            row(7, "4.jpg", "c", None),
            row(8, "6.jpg", "c", None),
        ];
        let table = Table { place: place("labels.csv"), rows, strong: false };
        let matched = match_tables(&place(""), &[table], &files);
        let names = |part: usize| matched.parts[part].iter().map(|image| &image.file.name[..]).collect::<Vec<_>>();
        assert_eq!([names(0), names(1), names(2)], [vec!["4.jpg", "train/1.jpg"], vec!["3.jpg"], vec!["test/2.jpg"]]);
        assert_eq!(matched.rest, [place("5.jpg")]);
        let skipped: Vec<&str> = matched.skipped.iter().map(|skipped| &skipped.name[..]).collect();
        assert_eq!(skipped, ["labels.csv:7: 4.jpg", "labels.csv:8: 6.jpg"]);
    }

    #[test]
    fn names_are_labels_only_where_they_repeat() {
        let files = |names: &[&str]| names.iter().map(|name| place(name)).collect::<Vec<_>>();
        let (labelled, rest) =
            labels_from_names(&files(&["cat.1.jpg", "cat.2.jpg", "dog.1.jpg", "dog.2.jpg", "x.txt"])).unwrap();
        assert_eq!((classes(&labelled), rest.len()), (vec!["cat".to_owned(), "dog".to_owned()], 1));
        assert!(labels_from_names(&files(&["cat.1.jpg", "cat.2.jpg"])).is_none());
        assert!(labels_from_names(&files(&["a.1.jpg", "b.1.jpg", "c.1.jpg"])).is_none());
    }

    #[test]
    fn numbers_are_sorted_as_numbers() {
        let labelled = |class: &str| LabelledFile { file: place("x"), class: class.to_owned() };
        assert_eq!(classes(&["10", "9", "2"].map(labelled)), ["2", "9", "10"]);
        assert_eq!(classes(&["10", "9", "b"].map(labelled)), ["10", "9", "b"]);
    }
}
