//! All actions of the workbench as values.

use crate::config::BlockKind;
use std::path::PathBuf;

/// The screens, in the order of their tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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
}

impl Screen {
    /// All screens, in order.
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
    /// Type a key into text input.
    Type(ratatui_textarea::Input),
    /// Paste text.
    Paste(String),
    /// A mouse event at a column and row of the screen.
    Mouse(Mouse, u16, u16),
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
    /// Suspends the program to the shell.
    Suspend,
    /// Redraws the screen.
    Redraw,
}

/// Actions on the open configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Asks for a preset to open as a new file.
    Preset,
    /// Opens a file; asks first if unsaved changes would be lost.
    OpenPath(PathBuf),
    /// Opens a file and discards unsaved changes.
    OpenAnyway(PathBuf),
    /// Opens a preset as a new file.
    OpenPreset(&'static str),
    /// Shows the differences between the text and the file on disk.
    Difference,
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
}

/// Actions of the Train screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Train {
    /// Starts training, or queues the network if another is being trained.
    Start,
    /// Pauses or resumes.
    Pause,
    /// Stops after the current batch and saves the state.
    Stop,
    /// Resumes the latest unfinished run of this network.
    Resume,
    /// Removes the last network from the queue.
    Drop,
    /// Switches between a logarithmic and a linear loss axis.
    Log,
}

/// Actions of the Deploy screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deploy {
    /// Quantises, compares with float, and generates the header in memory.
    Prepare,
    /// Writes the files.
    Export,
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
    /// Asks for the words to filter runs by.
    Filter,
    /// Pins or unpins the run for comparison.
    Pin,
    /// Opens the configuration of the run in Design.
    Open,
    /// Deletes the run; asks first.
    Delete,
    /// Deletes the run in this folder.
    DeleteAnyway(PathBuf),
    /// Filters runs by these words; an empty string shows all.
    Only(String),
    /// Switches the x-axis of the scatter plot between RAM and MACs.
    Axis,
}
