//! The findings about a data set as sentences, for a terminal and for a report.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use super::{ClassCount, DataCheck, Duplicates, NearDuplicates};
use crate::data::source::skipped::{SkipReason, Skipped};
use crate::escape;
use crate::text::{plural, thousands};

/// A class with fewer training images is reported as small.
const SMALL_CLASS: usize = 20;
/// Classes are reported as unbalanced if the largest has more than this many times the images of the smallest.
const UNBALANCED: usize = 3;
/// Number of examples per finding on a terminal.
const EXAMPLES: usize = 2;

/// A sentence, and the number of images or files that it is about.
type Finding = (usize, String);

impl DataCheck {
    /// Whether there are no findings.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings(0, str::to_owned).is_empty()
    }

    /// One sentence for each finding, with at most `examples` names each, written with `escape`: how the source is read,
    /// then the findings, those about most images first.
    fn findings(&self, examples: usize, escape: impl Fn(&str) -> String) -> Vec<String> {
        let mut found = Vec::new();
        if !self.unreadable.is_empty() {
            let named = self.unreadable.iter().map(|file| format!("{} ({})", escape(&file.name), escape(&file.reason)));
            let count = plural(self.unreadable.len(), "file", "files");
            let text = format!("{count} cannot be read and left out{}", list(named, examples));
            found.push((self.unreadable.len(), text));
        }
        self.duplicate_findings(&mut found, examples, &escape);
        self.near_findings(&mut found, examples, &escape);
        self.size_findings(&mut found, examples, &escape);
        if let Some((name, width, height)) = &self.small.example {
            let count = plural(self.small.count, "image is", "images are");
            let text = format!("{count} smaller than the input and enlarged: {} is {width}×{height}", escape(name));
            found.push((self.small.count, text));
        }
        found.extend(skipped_findings(&self.skipped, examples, &escape));
        // Stable: findings about equally many images keep their order.
        found.sort_by_key(|(count, _)| Reverse(*count));
        self.notes.iter().map(|note| escape(note)).chain(found.into_iter().map(|(_, text)| text)).collect()
    }

    fn duplicate_findings(&self, found: &mut Vec<Finding>, examples: usize, escape: &impl Fn(&str) -> String) {
        let pairs = |pairs: &[(String, String)]| {
            list(pairs.iter().map(|(a, b)| format!("{} = {}", escape(a), escape(b))), examples)
        };
        let Duplicates { copies, pairs: all, across_classes, across_parts } = &self.duplicates;
        if *copies > 0 {
            let count = plural(*copies, "image is a copy of another", "images are copies of others");
            found.push((*copies, format!("{count}{}", pairs(all))));
        }
        if !across_classes.is_empty() {
            let count = plural(across_classes.len(), "copy is", "copies are");
            let text = format!("{count} in another class: one of the labels is wrong{}", pairs(across_classes));
            found.push((across_classes.len(), text));
        }
        if !across_parts.is_empty() {
            let count = plural(across_parts.len(), "copy is", "copies are");
            let parts = "in another split (training, validation, test), which inflates the measured accuracy";
            found.push((across_parts.len(), format!("{count} {parts}{}", pairs(across_parts))));
        }
    }

    fn near_findings(&self, found: &mut Vec<Finding>, examples: usize, escape: &impl Fn(&str) -> String) {
        let pairs = |pairs: &[(String, String)]| {
            list(pairs.iter().map(|(a, b)| format!("{} ≈ {}", escape(a), escape(b))), examples)
        };
        let NearDuplicates { scenes, pictures, pairs: near, across_parts: near_across, alike } = &self.near;
        if *pictures > 0 {
            let scenes = plural(*scenes, "scene", "scenes");
            let text = format!("{pictures} pictures are near duplicates of {scenes} and are kept in the same split");
            found.push((*pictures, text + &pairs(near)));
        }
        if !near_across.is_empty() {
            let count = plural(near_across.len(), "pair of near duplicates is", "pairs of near duplicates are");
            let parts = "in different splits (training, validation, test), which inflates the measured accuracy";
            found.push((near_across.len(), format!("{count} {parts}{}", pairs(near_across))));
        }
        let (classes, names) = match &alike[..] {
            [] => return,
            [class] => (format!("class \"{}\"", escape(class)), String::new()),
            all => {
                let count = format!("{} classes", thousands(all.len() as u64));
                (count, list(all.iter().map(|class| format!("\"{}\"", escape(class))), examples))
            }
        };
        let images = self.classes.iter().filter(|class| alike.contains(&class.label));
        let images = images.map(|class| class.train + class.validation + class.test).sum::<usize>();
        let text = "look alike, so that near duplicates may end up in different splits; separate train and validation folders avoid this";
        found.push((images, format!("most pictures of {classes} {text}{names}")));
    }

    fn size_findings(&self, found: &mut Vec<Finding>, examples: usize, escape: &impl Fn(&str) -> String) {
        if self.limited {
            return;
        }
        let quoted = |class: &ClassCount| format!("\"{}\"", escape(&class.label));
        let images =
            |classes: &[&ClassCount]| classes.iter().map(|class| class.train).sum::<usize>().max(classes.len());
        let mut small: Vec<&ClassCount> = self.classes.iter().filter(|class| class.train < SMALL_CLASS).collect();
        small.sort_by_key(|class| class.train);
        let advice = format!("at least {SMALL_CLASS} are recommended");
        let count = |train| plural(train, "training image", "training images");
        if let [class] = small[..] {
            found.push((images(&small), format!("class {} has only {}; {advice}", quoted(class), count(class.train))));
        } else if let [least, .., most] = small[..] {
            let from = if least.train == most.train { String::new() } else { format!("{} to ", least.train) };
            let names = list(small.iter().map(|class| format!("{} ({})", quoted(class), class.train)), examples);
            let (classes, most) = (thousands(small.len() as u64), count(most.train));
            let text = format!("{classes} classes have only {from}{most} each; {advice}{names}");
            found.push((images(&small), text));
        }
        let unseen: Vec<&ClassCount> = self.classes.iter().filter(|class| class.validation == 0).collect();
        if let [class] = unseen[..] {
            found.push((images(&unseen), format!("class {} has no validation images", quoted(class))));
        } else if !unseen.is_empty() {
            let names = list(unseen.iter().map(|class| quoted(class)), examples);
            let classes = thousands(unseen.len() as u64);
            found.push((images(&unseen), format!("{classes} classes have no validation images{names}")));
        }
        let largest = self.classes.iter().max_by_key(|class| class.train);
        let smallest = self.classes.iter().min_by_key(|class| class.train);
        if let (Some(largest), Some(smallest)) = (largest, smallest)
            && largest.train > UNBALANCED * smallest.train
        {
            let text = format!(
                "classes are unbalanced: {} has {} training images, {} {}; [train] class_weights can compensate for it",
                quoted(largest),
                largest.train,
                quoted(smallest),
                smallest.train
            );
            found.push((smallest.train, text));
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
fn skipped_findings(skipped: &[Skipped], examples: usize, escape: impl Fn(&str) -> String) -> Vec<Finding> {
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
        out.push((names.len(), finding + &listed(names)));
    }
    if !rows.is_empty() {
        let count = plural(rows.len(), "row of a table", "rows of tables");
        out.push((rows.len(), format!("{count} skipped{}", listed(rows))));
    }
    if !files.is_empty() {
        let mut reasons = BTreeMap::<&SkipReason, usize>::new();
        for entry in &files {
            *reasons.entry(&entry.reason).or_default() += 1;
        }
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        // Stable: equally frequent reasons keep their order.
        reasons.sort_by_key(|(_, count)| Reverse(*count));
        let reasons: Vec<_> = reasons.into_iter().map(|(reason, count)| reason.count(count)).collect();
        let count = plural(files.len(), "file", "files");
        let total = files.len();
        let names = if examples == usize::MAX { listed(files.into_iter().map(named).collect()) } else { String::new() };
        out.push((total, format!("{count} skipped: {}{names}", reasons.join(", "))));
    }
    if !folders.is_empty() {
        let count = plural(folders.len(), "folder", "folders");
        out.push((folders.len(), format!("{count} skipped{}", listed(folders))));
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
    fn the_largest_finding_is_first_and_a_thousand_small_classes_are_one_line() {
        let class = |at: usize| ClassCount { label: format!("c{at}"), train: 3 + at % 3, validation: 0, test: 0 };
        let check = DataCheck { classes: (0..1_000).map(class).collect(), ..full() };
        let text = check.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("images are read from"), "{text}");
        let small = "1,000 classes have only 3 to 5 training images each; at least 20 are recommended: \"c0\" (3); \"c3\" (3); and 998 more";
        assert_eq!(lines[1], small);
        assert_eq!(lines[2], "1,000 classes have no validation images: \"c0\"; \"c1\"; and 998 more");
        assert!(lines[3].starts_with("7 files cannot be read") && lines.len() < 20, "{text}");
        assert!(check.to_markdown().contains("\"c999\" (3)"));
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
