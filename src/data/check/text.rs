//! The findings about a data set as sentences, for a terminal and for a report.

use std::collections::BTreeMap;
use std::fmt;

use super::{ClassCount, DataCheck, Duplicates, NearDuplicates};
use crate::data::source::skipped::{SkipReason, Skipped};
use crate::escape;
use crate::text::plural;

/// A class with fewer training images is reported as small.
const SMALL_CLASS: usize = 20;
/// Classes are reported as unbalanced if the largest has more than this many times the images of the smallest.
const UNBALANCED: usize = 3;
/// Number of examples per finding on a terminal.
const EXAMPLES: usize = 2;

impl DataCheck {
    /// Whether there are no findings.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings(0, str::to_owned).is_empty()
    }

    /// One sentence for each finding, with at most `examples` names each, written with `escape`.
    fn findings(&self, examples: usize, escape: impl Fn(&str) -> String) -> Vec<String> {
        let mut out: Vec<String> = self.notes.iter().map(|note| escape(note)).collect();
        if !self.unreadable.is_empty() {
            let named = self.unreadable.iter().map(|file| format!("{} ({})", escape(&file.name), escape(&file.reason)));
            let count = plural(self.unreadable.len(), "file", "files");
            out.push(format!("{count} cannot be read and left out{}", list(named, examples)));
        }
        let pairs = |pairs: &[(String, String)]| {
            list(pairs.iter().map(|(a, b)| format!("{} = {}", escape(a), escape(b))), examples)
        };
        let Duplicates { copies, pairs: all, across_classes, across_parts } = &self.duplicates;
        if *copies > 0 {
            let count = plural(*copies, "image is a copy of another", "images are copies of others");
            out.push(format!("{count}{}", pairs(all)));
        }
        if !across_classes.is_empty() {
            let count = plural(across_classes.len(), "copy is", "copies are");
            out.push(format!("{count} in another class: one of the labels is wrong{}", pairs(across_classes)));
        }
        if !across_parts.is_empty() {
            let count = plural(across_parts.len(), "copy is", "copies are");
            let parts = "in another split (training, validation, test), which inflates the measured accuracy";
            out.push(format!("{count} {parts}{}", pairs(across_parts)));
        }
        let NearDuplicates { scenes, pictures, pairs: near, across_parts: near_across, alike } = &self.near;
        if *pictures > 0 {
            let scenes = plural(*scenes, "scene", "scenes");
            let near = list(near.iter().map(|(a, b)| format!("{} ≈ {}", escape(a), escape(b))), examples);
            out.push(format!(
                "{pictures} pictures are near duplicates of {scenes} and are kept in the same split{near}"
            ));
        }
        if !near_across.is_empty() {
            let count = plural(near_across.len(), "pair of near duplicates is", "pairs of near duplicates are");
            let near = list(near_across.iter().map(|(a, b)| format!("{} ≈ {}", escape(a), escape(b))), examples);
            let parts = "in different splits (training, validation, test), which inflates the measured accuracy";
            out.push(format!("{count} {parts}{near}"));
        }
        for class in alike {
            let class = escape(class);
            out.push(format!("most pictures of class \"{class}\" look alike, so that near duplicates may end up in different splits; separate train and validation folders avoid this"));
        }
        self.size_findings(&mut out, &escape);
        if let Some((name, width, height)) = &self.small.example {
            let count = plural(self.small.count, "image is", "images are");
            out.push(format!("{count} smaller than the input and enlarged: {} is {width}×{height}", escape(name)));
        }
        out.extend(skipped_findings(&self.skipped, examples, &escape));
        out
    }

    fn size_findings(&self, out: &mut Vec<String>, escape: &impl Fn(&str) -> String) {
        if self.limited {
            return;
        }
        for class in &self.classes {
            let label = escape(&class.label);
            if class.train < SMALL_CLASS {
                let count = plural(class.train, "training image", "training images");
                out.push(format!("class \"{label}\" has only {count}; at least {SMALL_CLASS} are recommended"));
            }
            if class.validation == 0 {
                out.push(format!("class \"{label}\" has no validation images"));
            }
        }
        let largest = self.classes.iter().max_by_key(|class| class.train);
        let smallest = self.classes.iter().min_by_key(|class| class.train);
        if let (Some(largest), Some(smallest)) = (largest, smallest)
            && largest.train > UNBALANCED * smallest.train
        {
            out.push(format!(
                "classes are unbalanced: \"{}\" has {} training images, \"{}\" {}; [train] class_weights can compensate for it",
                escape(&largest.label),
                largest.train,
                escape(&smallest.label),
                smallest.train
            ));
        }
    }

    /// One sentence for each finding, for a terminal, with every name.
    #[must_use]
    pub fn details(&self) -> Vec<String> {
        self.findings(usize::MAX, escape::terminal)
    }

    /// The findings as Markdown for a report: a table of classes and all findings, with every name.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut lines = vec!["| class | training | validation | test |".to_owned(), "|---|---:|---:|---:|".to_owned()];
        for ClassCount { label, train, validation, test } in &self.classes {
            lines.push(format!("| {} | {train} | {validation} | {test} |", escape::markdown(label)));
        }
        lines.push(String::new());
        let findings = self.findings(usize::MAX, escape::markdown);
        if findings.is_empty() {
            lines.push("No findings.".to_owned());
        }
        lines.extend(findings.into_iter().map(|finding| format!("- {finding}")));
        lines.join("\n") + "\n"
    }
}

/// One line for each finding, for a terminal; empty without findings.
impl fmt::Display for DataCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let findings = self.findings(EXAMPLES, escape::terminal);
        for (i, finding) in findings.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            f.write_str(finding)?;
        }
        Ok(())
    }
}

/// One sentence for each kind of finding in `skipped`, with at most `examples` names each, written
/// with `escape`. Files are counted by reason, and named only with `usize::MAX` examples.
fn skipped_findings(skipped: &[Skipped], examples: usize, escape: impl Fn(&str) -> String) -> Vec<String> {
    let named = |entry: &Skipped| format!("{} ({})", escape(&entry.name), escape(&entry.reason.to_string()));
    let listed = |names: Vec<String>| list(names.into_iter(), examples);
    let mut no_class = BTreeMap::<&str, Vec<String>>::new();
    let (mut rows, mut files, mut folders) = (Vec::new(), Vec::new(), Vec::new());
    for entry in skipped {
        match &entry.reason {
            SkipReason::NoClass => {
                let folder = entry.name.rfind('/').map_or("", |end| &entry.name[..=end]);
                no_class.entry(folder).or_default().push(escape(&entry.name));
            }
            SkipReason::Missing | SkipReason::Unclear(_) => rows.push(named(entry)),
            _ if entry.name.ends_with('/') => folders.push(named(entry)),
            _ => files.push(entry),
        }
    }
    let mut out = Vec::new();
    for (folder, names) in no_class {
        let place = if folder.is_empty() { "the top folder".to_owned() } else { escape(folder) };
        let finding = match names.len() {
            1 => format!("1 picture in {place} has no class and is not used"),
            count => format!("{count} pictures in {place} have no class and are not used"),
        };
        out.push(finding + &listed(names));
    }
    if !rows.is_empty() {
        out.push(format!("{} skipped{}", plural(rows.len(), "row of a table", "rows of tables"), listed(rows)));
    }
    if !files.is_empty() {
        let mut reasons = BTreeMap::<&SkipReason, usize>::new();
        for entry in &files {
            *reasons.entry(&entry.reason).or_default() += 1;
        }
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        // Stable: equally frequent reasons keep their order.
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let reasons: Vec<_> = reasons.into_iter().map(|(reason, count)| reason.count(count)).collect();
        let count = plural(files.len(), "file", "files");
        let names = if examples == usize::MAX { listed(files.into_iter().map(named).collect()) } else { String::new() };
        out.push(format!("{count} skipped: {}{names}", reasons.join(", ")));
    }
    if !folders.is_empty() {
        out.push(format!("{} skipped{}", plural(folders.len(), "folder", "folders"), listed(folders)));
    }
    out
}

/// ": a; b; and 7 more", or an empty text without examples.
fn list(items: impl ExactSizeIterator<Item = String>, examples: usize) -> String {
    let rest = items.len().saturating_sub(examples);
    let mut shown: Vec<String> = items.take(examples).collect();
    if shown.is_empty() {
        return String::new();
    }
    if rest > 0 {
        shown.push(format!("and {rest} more"));
    }
    format!(": {}", shown.join("; "))
}

#[cfg(test)]
mod tests {
    use super::super::SmallImages;
    use super::*;
    use crate::data::picture::kind::FileKind;
    use crate::data::source::skipped::Unreadable;

    fn full() -> DataCheck {
        let class = |label: &str, train, validation| ClassCount { label: label.into(), train, validation, test: 0 };
        let pair = ("a\u{1b}/1.png".to_owned(), "b/2.png".to_owned());
        DataCheck {
            classes: vec![class("a\u{1b}", 100, 10), class("b|", 19, 0)],
            unreadable: (0..7)
                .map(|i| Unreadable { name: format!("a/{i}.png"), reason: "the file is empty".into() })
                .collect(),
            skipped: [("a/x.txt", FileKind::Text), ("a/y.txt", FileKind::Text), ("b/z\u{1b}.avif", FileKind::Avif)]
                .map(|(name, kind)| Skipped { name: name.into(), reason: SkipReason::FileKind(kind) })
                .to_vec(),
            notes: vec!["images are read from \u{1b}".into()],
            small: SmallImages { count: 1, example: Some(("b/2.png".into(), 3, 4)) },
            duplicates: Duplicates {
                copies: 1,
                pairs: vec![pair.clone()],
                across_classes: vec![pair.clone()],
                across_parts: vec![pair.clone()],
            },
            near: NearDuplicates {
                scenes: 1,
                pictures: 3,
                pairs: vec![pair.clone(), pair.clone()],
                across_parts: vec![pair],
                alike: vec!["b|".into()],
            },
            limited: false,
        }
    }

    #[test]
    fn every_finding_is_a_line_and_names_are_harmless() {
        let text = full().to_string();
        assert_eq!(text.lines().count(), 13, "{text}");
        for part in [
            "7 files cannot be read and left out: a/0.png (the file is empty); ",
            "a/1.png (the file is empty); and 5 more",
            "1 image is a copy of another: a\\u{1b}/1.png = b/2.png",
            "in another class",
            "3 pictures are near duplicates of 1 scene and are kept in the same split: a\\u{1b}/1.png ≈ b/2.png",
            "1 pair of near duplicates is in different splits (training, validation, test)",
            "most pictures of class \"b|\" look alike",
            "in another split",
            "\"b|\" has only 19 training images",
            "\"b|\" has no validation images",
            "unbalanced",
            "1 image is smaller than the input and enlarged: b/2.png is 3×4",
            "3 files skipped: 2 text files, 1 AVIF picture (convert to JPEG or PNG)",
            "images are read from",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn the_report_names_everything() {
        let text = full().to_markdown();
        assert!(
            text.contains("a/6.png") && text.contains("a/y.txt (text)") && text.contains("| b\\| | 19 | 0 | 0 |"),
            "{text}"
        );
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn a_good_set_is_clean_and_a_part_of_one_is_not_called_small() {
        assert!(DataCheck::default().is_clean() && DataCheck::default().to_string().is_empty());
        let mut part = DataCheck { classes: full().classes, ..DataCheck::default() };
        assert!(!part.is_clean());
        part.limited = true;
        assert!(part.is_clean());
    }
}
