//! The open configuration: its text, the network that it describes, and its state on disk.

use super::changes;
use super::estimates::EstimateRequest;
use super::history::History;
use super::model::Model;
use crate::config::{ConfigFile, Diagnostics, Document, Edit, KeyPath, PRESETS, Values, folder_of};
use crate::plan::{Boards, Estimate};
use crate::runs::config_hash;
use crate::tui::memory::Baseline;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// An open configuration, with its undo history.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The path to save it at.
    path: PathBuf,
    text: String,
    /// The text on disk, as last read or written; `None` if there is no file yet.
    on_disk: Option<String>,
    /// The text on disk that the user last loaded, saved, or decided to overwrite.
    base: Option<String>,
    /// The preset that it was begun with: its name and text.
    preset: Option<&'static (&'static str, &'static str)>,
    history: History,
    /// The network of the last valid text.
    good: Option<Model>,
    /// The errors of the current text.
    faults: Option<Diagnostics>,
    /// A source of images and its number of classes, if known.
    classes: Option<(String, usize)>,
    boards: Boards,
    /// The values of the file on disk.
    saved_values: Option<Arc<Values>>,
    /// The estimated costs of the file on disk.
    saved_costs: Option<Arc<Estimate>>,
    /// The request for these, while they are being computed.
    saved_pending: Option<EstimateRequest>,
    /// The baseline of comparison: the name of a network and its costs.
    pinned: Option<(Baseline, Arc<Estimate>)>,
    /// What [`Self::changed_values`] returned for the current text.
    changes: OnceLock<Option<changes::Values>>,
    /// The values that it compares with.
    change_base: OnceLock<Option<changes::Base>>,
}

/// The origin of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A file on disk.
    File,
    /// A preset or the configuration of a run, without a file of its own yet.
    New,
}

impl Sheet {
    /// Opens `text`, to be saved at `path`.
    #[must_use]
    pub fn open(path: PathBuf, text: String, origin: Origin, boards: Boards) -> Self {
        let on_disk = match origin {
            Origin::File => Some(text.clone()),
            Origin::New => None,
        };
        let mut sheet = Self {
            path,
            preset: PRESETS.iter().find(|(_, preset)| *preset == text).filter(|_| on_disk.is_none()),
            text,
            base: on_disk.clone(),
            on_disk,
            history: History::default(),
            good: None,
            faults: None,
            classes: None,
            boards,
            saved_values: None,
            saved_costs: None,
            saved_pending: None,
            pinned: None,
            changes: OnceLock::new(),
            change_base: OnceLock::new(),
        };
        sheet.rework();
        sheet.estimate_saved();
        sheet
    }

    /// The path to save it at.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that paths in the text are relative to.
    #[must_use]
    pub fn folder(&self) -> &Path {
        folder_of(&self.path)
    }

    /// The file's name, for titles.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned()
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The hash of the text on disk that the current text was made from; `None` if there was no file. Saving over
    /// another text needs a decision of the user.
    #[must_use]
    pub fn base_hash(&self) -> Option<String> {
        self.base.as_deref().map(config_hash)
    }

    /// The hash of the text on disk, as last read or written; `None` if there is no file.
    #[must_use]
    pub fn disk_hash(&self) -> Option<String> {
        self.on_disk.as_deref().map(config_hash)
    }

    /// The text on disk, as last read or written.
    #[must_use]
    pub fn on_disk(&self) -> Option<&str> {
        self.on_disk.as_deref()
    }

    /// The preset that it was begun with, if it was never saved: its name and text.
    #[must_use]
    pub fn preset(&self) -> Option<(&'static str, &'static str)> {
        self.preset.copied()
    }

    /// The values that differ from those on disk or, without a file, from those of the preset. `None` if the texts differ
    /// by more than values of keys, or if there is neither.
    #[must_use]
    pub fn changed_values(&self) -> Option<&changes::Values> {
        let of = || {
            let old = self.on_disk().or(self.preset.map(|(_, text)| *text))?;
            if old == self.text {
                return Some(changes::Values::new());
            }
            self.change_base.get_or_init(|| changes::Base::of(old)).as_ref()?.changes(&self.text)
        };
        self.changes.get_or_init(of).as_ref()
    }

    /// Whether it has unsaved changes.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        match (&self.on_disk, &self.base) {
            (Some(text), base) => *text != self.text && base.as_ref() != Some(&self.text),
            // The file was deleted: its text is only here.
            (None, Some(_)) => true,
            // An unchanged preset can be opened again.
            (None, None) => self.history.depth() > 0,
        }
    }

    /// The network of the last valid text.
    #[must_use]
    pub const fn model(&self) -> Option<&Model> {
        self.good.as_ref()
    }

    /// The errors of the text; if there are any, the model is that of an earlier text.
    #[must_use]
    pub const fn faults(&self) -> Option<&Diagnostics> {
        self.faults.as_ref()
    }

    /// All known boards.
    #[must_use]
    pub const fn boards(&self) -> &Boards {
        &self.boards
    }

    /// The estimated costs of the file on disk.
    #[must_use]
    pub fn saved_costs(&self) -> Option<&Estimate> {
        self.saved_costs.as_deref()
    }

    /// The value of `key` in the file on disk; `None` if there is none. Blocks have none while their number differs,
    /// since it is not known then which block is which.
    #[must_use]
    pub fn saved_value(&self, key: &KeyPath) -> Option<String> {
        let values = self.saved_values.as_ref()?;
        let blocks = self.good.as_ref()?.spec.config.blocks.len();
        let is_known = values.block_count() == blocks || !key.is_within(&KeyPath::of("blocks"));
        values.get(key).filter(|_| is_known)
    }

    /// The baseline of comparison: the name of a network and its costs.
    #[must_use]
    pub fn pinned(&self) -> Option<(&str, &Arc<Estimate>)> {
        self.pinned.as_ref().map(|(baseline, costs)| (baseline.name.as_str(), costs))
    }

    /// Pins the current network as the baseline of comparison, or unpins the baseline. Returns whether there is a
    /// baseline now.
    pub fn toggle_pin(&mut self) -> bool {
        self.pinned = match self.pinned {
            Some(_) => None,
            None => self.good.as_ref().map(|model| {
                let name = model.spec.config.model.name.clone();
                (Baseline { name, text: self.text.clone() }, model.estimate.clone())
            }),
        };
        self.pinned.is_some()
    }

    /// Takes over the baseline of comparison of another sheet.
    pub fn pin_as_in(&mut self, other: &Self) {
        self.pinned.clone_from(&other.pinned);
    }

    /// The configuration of the baseline of comparison.
    #[must_use]
    pub fn baseline(&self) -> Option<Baseline> {
        self.pinned.as_ref().map(|(baseline, _)| baseline.clone())
    }

    /// Sets the baseline of comparison, if its network can be estimated at once.
    pub fn set_baseline(&mut self, baseline: &Baseline) {
        let model = self.parse(&baseline.text).ok().filter(|model| model.pending.is_none());
        self.pinned = model.map(|model| (baseline.clone(), model.estimate));
    }

    /// The source of images, if its classes are not known yet.
    #[must_use]
    pub fn source_of_unknown_classes(&self) -> Option<&str> {
        let source = self.good.as_ref()?.source();
        let is_known = self.classes.as_ref().is_some_and(|(known, _)| known == source);
        (!is_known).then_some(source)
    }

    /// The number of classes of the images, if they are known.
    #[must_use]
    pub fn class_count(&self) -> Option<usize> {
        let source = self.good.as_ref()?.source();
        self.classes.as_ref().filter(|(known, _)| known == source).map(|(_, count)| *count)
    }

    /// Sets the number of classes of the images of `source`.
    pub fn set_class_count(&mut self, source: &str, count: usize) {
        self.classes = Some((source.to_owned(), count));
        self.rework();
        self.estimate_saved();
    }

    /// The pending requests for estimates of large networks: for the text, and for the file on disk if it differs.
    #[must_use]
    pub fn pending_estimates(&self) -> [Option<&EstimateRequest>; 2] {
        let of_text = self.good.as_ref().and_then(|model| model.pending.as_ref());
        [of_text, self.saved_pending.as_ref().filter(|saved| Some(*saved) != of_text)]
    }

    /// Applies the `estimate` of `request` to the text and the file on disk, if `request` is still pending there.
    pub fn take_estimate(&mut self, request: &EstimateRequest, estimate: &Arc<Estimate>) {
        if let Some(model) = &mut self.good {
            model.take(request, estimate, &self.boards);
        }
        if self.saved_pending.as_ref() == Some(request) {
            self.saved_pending = None;
            self.saved_costs = Some(estimate.clone());
        }
    }

    /// Replaces the text. Consecutive changes with the same `tag` are undone together.
    pub fn replace(&mut self, text: String, tag: Option<u64>) {
        self.history.record(&self.text, &text, tag);
        self.text = text;
        self.rework();
    }

    /// Applies `edit` to the text; comments and order are kept.
    ///
    /// # Errors
    /// The text is not valid TOML, or the edit names something that does not exist.
    pub fn edit(&mut self, tag: Option<u64>, edit: &Edit) -> Result<(), String> {
        let mut document = Document::parse(&self.text)?;
        document.apply(edit)?;
        let text = document.to_string();
        self.history.record(&self.text, &text, tag);
        self.text = text;
        self.take_model(ConfigFile::of(&self.name(), &document).and_then(|file| self.model_of(file)));
        Ok(())
    }

    /// Ends the current undo step, so that the next change is undone separately.
    pub fn end_step(&mut self) {
        self.history.close();
    }

    /// Whether there is a step to undo.
    #[must_use]
    pub const fn can_undo(&self) -> bool {
        self.history.depth() > 0
    }

    /// Undoes one step; returns whether there was one.
    pub fn undo(&mut self) -> bool {
        let text = self.history.undo(&self.text);
        self.take(text)
    }

    /// Redoes the step undone last; returns whether there was one.
    pub fn redo(&mut self) -> bool {
        let text = self.history.redo(&self.text);
        self.take(text)
    }

    fn take(&mut self, text: Option<String>) -> bool {
        let Some(text) = text else { return false };
        self.text = text;
        self.rework();
        true
    }

    /// Records that `text` was saved at `path`; the current text may be newer.
    pub fn saved(&mut self, path: PathBuf, text: String) {
        if folder_of(&path) != self.folder() {
            // Relative paths to images mean other folders there.
            self.classes = None;
        }
        self.path = path;
        self.base = Some(text.clone());
        self.on_disk = Some(text);
        self.estimate_saved();
    }

    /// Records that another program wrote `text` to the file, or deleted it. The text in the workbench stays as it is.
    pub fn changed_on_disk(&mut self, text: Option<String>) {
        if text.as_ref() == Some(&self.text) {
            self.base.clone_from(&text);
        }
        self.on_disk = text;
        self.estimate_saved();
    }

    /// Replaces the text with the file on disk, as a step that can be undone.
    pub fn reload(&mut self) {
        if let Some(text) = self.on_disk.clone() {
            self.base = Some(text.clone());
            self.replace(text, None);
        }
    }

    fn parse(&self, text: &str) -> Result<Model, Diagnostics> {
        self.model_of(ConfigFile::parse(&self.name(), text, &[])?)
    }

    fn model_of(&self, file: ConfigFile) -> Result<Model, Diagnostics> {
        let known = self.classes.as_ref().filter(|(source, _)| *source == file.config.data.source);
        Model::of(file, known.map(|(_, count)| *count), &self.boards, self.good.as_ref())
    }

    fn rework(&mut self) {
        self.take_model(self.parse(&self.text));
    }

    fn take_model(&mut self, model: Result<Model, Diagnostics>) {
        self.changes.take();
        match model {
            Ok(model) => {
                self.good = Some(model);
                self.faults = None;
            }
            Err(faults) => self.faults = Some(faults),
        }
    }

    fn estimate_saved(&mut self) {
        self.changes.take();
        self.change_base.take();
        let of =
            |model: &Model| (Arc::new(Values::of(&model.spec.config)), (model.estimate.clone(), model.pending.clone()));
        let costs = self.on_disk.as_deref().and_then(|text| match &self.good {
            Some(good) if self.faults.is_none() && text == self.text => Some(of(good)),
            _ => self.parse(text).ok().as_ref().map(of),
        });
        let (values, costs) = costs.unzip();
        self.saved_values = values;
        (self.saved_costs, self.saved_pending) = match costs {
            // Until the estimate is computed, the costs are those of another network.
            Some((_, Some(pending))) => (None, Some(pending)),
            Some((costs, None)) => (Some(costs), None),
            None => (None, None),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Value, preset};

    fn sheet(origin: Origin) -> Sheet {
        let text = preset("micro".as_ref()).unwrap().to_owned();
        Sheet::open("micro.toml".into(), text, origin, Boards::built_in().unwrap())
    }

    fn set(sheet: &mut Sheet, key: &str, value: &str) {
        sheet.edit(None, &Edit::set(key, Value::parse(value))).unwrap();
    }

    /// Outputs of the head.
    fn classes(sheet: &Sheet) -> usize {
        sheet.model().unwrap().rows.last().unwrap().shapes.unwrap().1.channels
    }

    #[test]
    fn numbers_follow_every_edit_and_the_saved_ones_stay() {
        let mut sheet = sheet(Origin::File);
        let before = sheet.model().unwrap().estimate.clone();
        assert!(!sheet.is_changed());
        set(&mut sheet, "blocks.1.filters", "20");
        assert!(sheet.is_changed());
        assert!(sheet.model().unwrap().estimate.params > before.params);
        assert_eq!(sheet.saved_costs(), Some(&*before));
        assert!(sheet.text().contains('#'), "comments stay");
        sheet.saved("micro.toml".into(), sheet.text().to_owned());
        assert_eq!(sheet.saved_costs(), Some(&*sheet.model().unwrap().estimate));
        assert!(!sheet.is_changed());
    }

    #[test]
    fn an_invalid_text_keeps_the_costs_of_the_last_valid_one() {
        let mut sheet = sheet(Origin::File);
        let before = sheet.model().unwrap().estimate.clone();
        let broken = sheet.text().replacen("filters = 3", "filters = ", 1);
        sheet.replace(broken, None);
        assert!(sheet.faults().is_some());
        assert_eq!(sheet.model().unwrap().estimate, before);
        assert!(sheet.edit(None, &Edit::set("stem.filters", 4)).is_err());
        assert!(sheet.undo() && sheet.faults().is_none() && !sheet.is_changed());
    }

    #[test]
    fn classes_are_those_of_the_data_once_known() {
        let mut sheet = sheet(Origin::File);
        assert_eq!(sheet.source_of_unknown_classes(), Some("fashion-mnist"));
        sheet.set_class_count("fashion-mnist", 7);
        assert_eq!((classes(&sheet), sheet.source_of_unknown_classes()), (7, None));
        set(&mut sheet, "data.source", "'photos'");
        assert_eq!(sheet.source_of_unknown_classes(), Some("photos"));
        set(&mut sheet, "model.num_classes", "3");
        assert_eq!(classes(&sheet), 3);
    }

    #[test]
    fn an_unknown_board_is_a_fault_with_its_place() {
        let mut sheet = sheet(Origin::New);
        set(&mut sheet, "target.board", "'uno-r9'");
        assert!(sheet.faults().unwrap().to_string().contains("uno-r9"), "{:?}", sheet.faults());
        set(&mut sheet, "target.board", "'uno-r3'");
        assert!(!sheet.model().unwrap().verdict().unwrap().fits);
    }

    #[test]
    fn a_preset_is_unsaved_only_once_it_is_changed() {
        let mut sheet = sheet(Origin::New);
        assert!(!sheet.is_changed() && sheet.disk_hash().is_none());
        set(&mut sheet, "stem.filters", "4");
        assert!(sheet.is_changed());
        sheet.undo();
        assert!(!sheet.is_changed());
    }
}
