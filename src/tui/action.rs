//! Everything that can be done, in words.

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
    /// The header.
    Deploy,
    /// What was trained before.
    Runs,
}

impl Screen {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Design, Self::Data, Self::Train, Self::Deploy, Self::Runs];

    /// What its tab says.
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

/// Where a cursor goes.
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
    /// A screenful up.
    PageUp,
    /// A screenful down.
    PageDown,
    /// To the first.
    First,
    /// To the last.
    Last,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Show a screen.
    Show(Screen),
    /// The cursor of whatever has the focus moves.
    Move(Move),
    /// The next part of the screen gets the focus, or the one before.
    Focus {
        /// The one before.
        back: bool,
    },
    /// Open, choose or begin what the cursor is on.
    Enter,
    /// Away with what is in front; back to where one came from.
    Back,
    /// Of the program as a whole.
    Program(Program),
    /// Of the text that is open.
    File(File),
    /// Of the network.
    Design(Design),
    /// Of the images.
    Data(Data),
    /// Of training.
    Train(Train),
    /// Of the header.
    Deploy(Deploy),
    /// Of the runs.
    Runs(Runs),
    /// Something is typed where text is wanted.
    Type(ratatui_textarea::Input),
    /// Text is pasted.
    Paste(String),
    /// The mouse, at a column and row of the screen.
    Mouse(Mouse, u16, u16),
}

/// What the mouse does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    /// A click.
    Click,
    /// The wheel, upwards.
    Up,
    /// The wheel, downwards.
    Down,
}

/// Of the program as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Ends it; asks where something would be lost.
    Quit,
    /// Ends it; what is not saved is thrown away.
    QuitAnyway,
    /// Ends it once the file is saved and the training has stopped.
    QuitSafely,
    /// Lists the keys.
    Help,
    /// Lists everything that can be done.
    Palette,
    /// Hands the terminal back to the shell for a while.
    Suspend,
    /// Draws everything anew.
    Redraw,
}

/// Of the text that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum File {
    /// Writes it; asks where it is broken or changed on disk.
    Save,
    /// Writes it, broken or not.
    SaveAnyway,
    /// Writes it over whatever stands on disk.
    SaveOver,
    /// Writes it to another file.
    SaveTo(PathBuf),
    /// Asks for another name to write it to.
    SaveAs,
    /// Asks for a file to open.
    Open,
    /// Opens a preset as a new file.
    Preset,
    /// Opens a file; asks where changes would be lost.
    OpenPath(PathBuf),
    /// Opens a file; changes that are not saved are thrown away.
    OpenAnyway(PathBuf),
    /// Opens a preset as a new file.
    OpenPreset(&'static str),
    /// Shows how the text differs from what stands on disk.
    Difference,
    /// Throws away what an earlier session left unsaved.
    Discard,
    /// Takes over what an earlier session left unsaved.
    Recover,
    /// Takes back the last change.
    Undo,
    /// Does again what was taken back.
    Redo,
    /// Opens it in `$EDITOR`.
    External,
    /// Takes over what stands on disk.
    Reload,
}

/// Of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Design {
    /// Makes a number larger by this, or takes the next choice.
    Step(i32),
    /// Begins or goes on typing a number.
    Digit(char),
    /// Takes back the last digit.
    Erase,
    /// Writes this into the cell.
    Set(String),
    /// Takes back what is being typed into the cell.
    Cancel,
    /// Asks for the kind of a block to add behind the cursor.
    Add,
    /// Adds a block behind the cursor.
    AddKind(BlockKind),
    /// Copies the block.
    Duplicate,
    /// Removes the block.
    Delete,
    /// Moves the block up or down.
    Shift {
        /// Down.
        down: bool,
    },
    /// Compares with what is there now, or no longer.
    Pin,
    /// Asks for the board.
    Board,
    /// Plans for this board; for none where it is empty.
    OnBoard(String),
    /// Back to the default.
    Default,
    /// Shows the plan for the other arithmetic.
    Precision,
    /// Edits the text itself.
    Edit,
}

/// Of the images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// Reads them.
    Load,
    /// Asks where they come from.
    Source,
    /// Takes them from there.
    From(String),
    /// Shows augmented images, or images as they are.
    Augment,
    /// Shows other images.
    Shuffle,
}

/// Of training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Train {
    /// Begins, or puts another network behind the one that trains.
    Start,
    /// Waits, or goes on.
    Pause,
    /// Ends after this batch; what was done is saved.
    Stop,
    /// Goes on with the latest run of this network that did not finish.
    Resume,
    /// Takes back the network that would be trained last.
    Drop,
    /// Logarithmic or linear loss.
    Log,
}

/// Of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deploy {
    /// Quantises, compares, writes the header into memory.
    Prepare,
    /// Writes the files.
    Export,
}

/// Of the runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runs {
    /// Reads the list again.
    Refresh,
    /// Sorts by the next column.
    Sort,
    /// Sorts the other way round.
    Reverse,
    /// Shows only what is typed.
    Filter,
    /// Keeps a run in view for comparison.
    Pin,
    /// Opens its configuration in Design.
    Open,
    /// Deletes it, after asking.
    Delete,
    /// Deletes this one.
    DeleteAnyway(PathBuf),
    /// Shows only runs whose names have this in them.
    Only(String),
    /// MACs or RAM below the accuracy.
    Axis,
}
