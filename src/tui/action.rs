//! All actions of the workbench as values.

use crate::config::{BlockKind, Edit, KeyPath};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The screens, in the order of their tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Screen {
    /// The network and its costs.
    #[default]
    Design,
    /// The images.
    Data,
    /// Training.
    Train,
    /// Quantisation and export of the header.
    Deploy,
    /// Earlier runs.
    Runs,
    /// The beginning of a network, without a tab.
    Start,
}

impl Screen {
    /// The screens with tabs, in order.
    pub const ALL: [Self; 5] = [Self::Design, Self::Data, Self::Train, Self::Deploy, Self::Runs];

    /// The title of its tab.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Design => "Design",
            Self::Data => "Data",
            Self::Train => "Train",
            Self::Deploy => "Deploy",
            Self::Runs => "Runs",
            Self::Start => "Start",
        }
    }
}

/// A movement of the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// One up.
    Up,
    /// One down.
    Down,
    /// One to the left.
    Left,
    /// One to the right.
    Right,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// To the first item.
    First,
    /// To the last item.
    Last,
}

/// A command from the user.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Show a screen.
    Show(Screen),
    /// Move the cursor of the pane or dialog that has the focus.
    Move(Move),
    /// Focus the next or the previous pane of the screen.
    Focus {
        /// Whether to focus the previous pane.
        back: bool,
    },
    /// Open or select the item under the cursor.
    Enter,
    /// Close the dialog, or go back one level.
    Back,
    /// Search the screen: ask for words to filter its list by.
    Find,
    /// Control the program.
    Program(Program),
    /// Act on the open configuration file.
    File(File),
    /// Edit the network.
    Design(Design),
    /// Act on the images.
    Data(Data),
    /// Control training.
    Train(Train),
    /// Quantise or export.
    Deploy(Deploy),
    /// Act on the list of runs.
    Runs(Runs),
    /// Begin a network.
    Start(Start),
    /// Type a key into text input.
    Type(ratatui_textarea::Input),
    /// Paste text.
    Paste(String),
    /// Edit the text input that has the focus.
    Text(Text),
    /// A mouse event at a column and row of the screen.
    Mouse(Mouse, u16, u16),
}

/// Edits and movements of text input beyond those of single keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// Deletes from the beginning of the line to the cursor.
    DeleteToHead,
    /// Deletes the word before the cursor.
    DeleteWord,
    /// Moves to the beginning of the text.
    Top,
    /// Moves to the end of the text.
    Bottom,
    /// Undoes the last change of a line.
    Undo,
}

/// A kind of mouse event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    /// A left click.
    Click,
    /// Scroll up.
    Up,
    /// Scroll down.
    Down,
}

/// Actions of the program as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Ends the program; asks first if unsaved changes or a training would be lost.
    Quit,
    /// Ends the program and discards unsaved changes.
    QuitAnyway,
    /// Ends the program once the file is saved and the training has stopped.
    QuitSafely,
    /// Lists the keys.
    Help,
    /// Lists all commands.
    Palette,
    /// Copies the command line that does what is on the screen.
    Copy,
    /// Suspends the program to the shell.
    Suspend,
    /// Redraws the screen.
    Redraw,
}

/// Actions of the start screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// Chooses the board of the new network; empty for none.
    Board(String),
    /// Chooses the source of images of the new network.
    Pictures(String),
}

/// A configuration to open.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenRequest {
    /// The path of a file, or the name of a preset.
    pub path: PathBuf,
    /// Edits to apply as unsaved changes.
    pub edits: Vec<Edit>,
}

impl From<PathBuf> for OpenRequest {
    fn from(path: PathBuf) -> Self {
        Self { path, edits: Vec::new() }
    }
}

/// Actions on the open configuration file.
#[derive(Debug, Clone, PartialEq)]
pub enum File {
    /// Saves the file; asks first if it is invalid or has changed on disk.
    Save,
    /// Saves the file even if it is invalid.
    SaveAnyway,
    /// Saves the file even if it has changed on disk.
    SaveOver,
    /// Saves the text at this path.
    SaveTo(PathBuf),
    /// Asks for a path to save the text at.
    SaveAs,
    /// Asks for a file to open.
    Open,
    /// Opens a file; asks first if unsaved changes would be lost.
    OpenPath(OpenRequest),
    /// Opens a file and discards unsaved changes.
    OpenAnyway(OpenRequest),
    /// Saves the file, and then opens another.
    SaveThenOpen(OpenRequest),
    /// Shows the differences between the text and the file on disk.
    Difference,
    /// Shows the differences between the text and the unsaved text of an earlier session.
    LeftDifference,
    /// Discards the unsaved text of an earlier session.
    Discard,
    /// Restores the unsaved text of an earlier session.
    Recover,
    /// Undoes the last change.
    Undo,
    /// Redoes the change undone last.
    Redo,
    /// Opens the text in `$EDITOR`.
    External,
    /// Replaces the text with the file on disk.
    Reload,
}

/// Actions of the Design screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Design {
    /// Increases a number by this, or selects the next (positive) or previous (negative) option.
    Step(i32),
    /// Types a digit or decimal point into the cell.
    Digit(char),
    /// Deletes the last digit typed.
    Erase,
    /// Sets the cell to this value.
    Set(String),
    /// Cancels typing and restores the value of the cell.
    Cancel,
    /// Asks for the kind of a block to add after the cursor.
    Add,
    /// Adds a block after the cursor.
    AddKind(BlockKind),
    /// Duplicates the block.
    Duplicate,
    /// Removes the block.
    Delete,
    /// Moves the block up or down.
    Shift {
        /// Whether to move it down.
        down: bool,
    },
    /// Pins the current network as the baseline of comparison, or unpins the baseline.
    Pin,
    /// Asks for the board.
    Board,
    /// Sets the target board; an empty string sets none.
    OnBoard(String),
    /// Resets the cell to its default.
    Default,
    /// Switches the export between float and int8.
    Precision,
    /// Switches between the table and the text.
    Edit,
    /// Moves the cursor of the text to these words.
    Find(String),
    /// Shows the settings form, or the table if that is shown.
    Settings,
    /// Moves to the cell of a key, in the table or in the settings form, and edits it.
    GoTo(KeyPath),
    /// Shows the next tab of the lower pane of a narrow screen.
    Tab,
}

/// Actions of the Data screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// Reads the images.
    Load,
    /// Asks for the source of the images.
    Source,
    /// Sets the source of the images.
    From(String),
    /// Shows images with or without augmentation.
    Augment,
    /// Shows other images.
    Shuffle,
    /// Goes to the class with this index.
    Class(usize),
    /// Sorts the classes by the next order.
    Sort,
    /// Reverses the order of the classes.
    Reverse,
}

/// Actions of the Train screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Train {
    /// Starts training, or queues the network if another is being trained.
    Start,
    /// Pauses or resumes.
    Pause,
    /// Stops the running training; asks first if others are queued.
    Stop,
    /// Stops the training with this id after the current batch and saves its state.
    StopOne(u64),
    /// Empties the queue and stops the training with this id.
    StopAll(u64),
    /// Resumes the latest unfinished run of this network.
    Resume,
    /// Removes the selected training from the list.
    Drop,
    /// Moves the selected training within the queue.
    Shift {
        /// Whether to move it down.
        down: bool,
    },
    /// Switches between a logarithmic and a linear loss axis.
    Log,
    /// Switches the smoothing of the curves.
    Smooth,
    /// Switches matrix and mistakes between the best and the last epoch.
    Best,
    /// Opens the visible image with the system's viewer.
    OpenImage,
    /// Asks for another class for the visible image.
    Relabel,
    /// Moves the visible image into the folder of this class.
    RelabelAs(usize),
    /// Moves the visible image out of the data set.
    SetAside,
    /// Undoes the last move of an image or removal of trainings from the list.
    Undo,
    /// Moves the rescued run of a training.
    MoveRescued {
        /// The id of the training.
        id: u64,
        /// The new folder of its run.
        to: PathBuf,
    },
}

/// Actions of the Deploy screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deploy {
    /// Quantises, compares with float, and generates the header in memory.
    Prepare,
    /// Writes the files.
    Export,
    /// Asks for the run to export.
    Choose,
    /// Exports the run in this folder; `None` is the latest run of the open network.
    Use(Option<PathBuf>),
    /// Pins the export for comparison, or unpins it.
    Pin,
}

/// Actions of the Runs screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runs {
    /// Reloads the list.
    Refresh,
    /// Sorts by the next column.
    Sort,
    /// Reverses the order.
    Reverse,
    /// Pins or unpins the run for comparison.
    Pin,
    /// Opens the configuration of the run in Design.
    Open,
    /// Moves the run to the trash; asks first.
    Delete,
    /// Moves the run in this folder to the trash.
    DeleteAnyway(PathBuf),
    /// Restores the run that was moved to the trash last.
    Restore,
    /// Switches the x-axis of the scatter plot between RAM, flash and MACs.
    Axis,
    /// Writes the table to a file in CSV format.
    Export,
    /// Moves the cursor to the run in this folder.
    GoTo(PathBuf),
}
