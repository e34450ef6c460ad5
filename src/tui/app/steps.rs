//! The line of four steps from a board to a sketch, with their states.

use crate::escape;
use crate::text::cut;
use crate::tui::action::{Action, Data, Design, Screen};
use crate::tui::design::Sheet;
use crate::tui::keymap::{self, Context};
use crate::tui::screen::Step;
use crate::tui::screens::Screens;
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;
use unicode_width::UnicodeWidthStr as _;

/// The steps: the screen that knows their states, and their titles.
const STEPS: [(Screen, &str); 4] =
    [(Screen::Design, "board"), (Screen::Data, "pictures"), (Screen::Train, "train"), (Screen::Deploy, "deploy")];

/// The data to draw the line.
pub struct View<'a> {
    /// The visible screen.
    pub screen: Screen,
    /// The states of all screens.
    pub screens: &'a Screens,
    /// The open text and its network.
    pub sheet: &'a Sheet,
    /// The contexts in which keys are looked up.
    pub contexts: &'a [Context],
}

/// A step as it is shown: what it leads to, its head and its text, and their styles.
struct Part {
    screen: Screen,
    head: (String, Style),
    text: (String, Style),
}

/// Draws the line into `area`. The first step that is to be done shows the key that leads to it.
pub fn draw(view: &View<'_>, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let spans = parts(view, theme, area.width).into_iter().flat_map(|part| {
        let ((head, style), (text, of_text)) = (part.head, part.text);
        [Span::styled(head, style), Span::styled(text, of_text)]
    });
    spans.collect::<Line<'_>>().render(area, buffer);
}

/// The screen of the step at `column` of the line, which is `width` columns wide.
pub fn screen_at(view: &View<'_>, theme: Theme, width: u16, column: u16) -> Option<Screen> {
    let mut to = 0;
    parts(view, theme, width).into_iter().find_map(|part| {
        to += part.head.0.width() + part.text.0.width();
        (usize::from(column) < to).then_some(part.screen)
    })
}

/// The steps, with texts that fit into `width` columns.
fn parts(view: &View<'_>, theme: Theme, width: u16) -> Vec<Part> {
    let steps = STEPS.map(|(screen, title)| {
        let state = match view.screen {
            Screen::Start => Some(view.screens.start.step_of(screen)),
            _ => view.screens.step(screen, view.sheet),
        };
        (screen, title, state.unwrap_or(Step::Todo(String::new())))
    });
    // Before there is a network, it can be neither trained nor deployed.
    let count = if view.screen == Screen::Start { 2 } else { STEPS.len() };
    let next = steps.iter().take(count).position(|(.., state)| !matches!(state, Step::Done(_)));
    let mut parts: Vec<Part> = steps
        .iter()
        .enumerate()
        .map(|(index, (screen, title, state))| {
            let (mark, text, style) = looks(state, theme);
            let is_next = next == Some(index);
            let key = if is_next { key(view.contexts, *screen) } else { String::new() };
            let key = if key.is_empty() { key } else { format!(" [{key}]") };
            let is_inviting = is_next && matches!(state, Step::Todo(_));
            let style = if is_inviting { theme.accent() } else { style };
            let of_text = if is_next { style } else { theme.dim() };
            let head = (format!(" {mark} {title}{key}"), style);
            Part { screen: *screen, head, text: (escape::terminal(text), of_text) }
        })
        .collect();
    // The longest texts are cut first.
    let room = |most: usize| -> usize {
        parts.iter().map(|part| part.head.0.width() + 2 + part.text.0.width().min(most)).sum()
    };
    let most = (0..=usize::from(width)).rev().find(|most| room(*most) <= usize::from(width)).unwrap_or(0);
    for part in &mut parts {
        part.text.0 = format!(" {} ", cut(&part.text.0, most));
    }
    parts
}

/// The mark, the text and the style of a step.
fn looks(step: &Step, theme: Theme) -> (&'static str, &str, Style) {
    let mark = |glyph: &'static str, plain: &'static str| if theme.has_glyphs { glyph } else { plain };
    match step {
        Step::Todo(text) => (mark("○", "-"), text, theme.dim()),
        Step::Busy(text) => (mark("◐", "~"), text, theme.label()),
        Step::Done(text) => (mark("✓", "+"), text, theme.good()),
        Step::Failed(text) => (mark("✗", "!"), text, theme.bad()),
    }
}

/// The key that leads to the step of `screen` in `contexts`; empty if there is none.
fn key(contexts: &[Context], screen: Screen) -> String {
    let has = |context| contexts.contains(&context);
    match screen {
        Screen::Design | Screen::Data if !has(Context::Screens) => String::new(),
        _ if !has(Context::Always) => String::new(),
        Screen::Design => keymap::key_of(&Action::Design(Design::Board)),
        Screen::Data => keymap::key_of(&Action::Data(Data::Source)),
        other => keymap::key_of_screen(other, contexts),
    }
}
