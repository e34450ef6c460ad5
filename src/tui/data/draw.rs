//! Drawing of the Data screen.

use super::gallery::{Caption, Contents, Spot, lay_out};
use super::loaded::Loaded;
use super::messages::PictureKey;
use super::panes;
use super::view::{Pane, View, Zoom};
use crate::escape;
use crate::text::thousands;
use crate::text::{cut, cut_front, wrap};
use crate::tui::action::{Action, Data};
use crate::tui::keymap::key_of;
use crate::tui::theme::Theme;
use crate::tui::widgets::bar::bar;
use crate::tui::widgets::frame::titled;
use crate::tui::widgets::picture::Pixels;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// Minimum height of the findings and of the table of classes.
const MIN_HEIGHT: u16 = 5;

/// Maximum number of status lines.
const MAX_STATUS: usize = 4;

/// The areas of the parts of the screen.
pub struct Parts {
    status: Rect,
    /// Everything below the status.
    main: Rect,
    /// The list of classes.
    pub classes: Rect,
    /// The findings.
    pub findings: Rect,
    gallery: Rect,
}

impl Parts {
    fn of(area: Rect, status: usize, classes: usize) -> Self {
        let status = Constraint::Length(status.min(MAX_STATUS) as u16);
        let [status, main] = Layout::vertical([status, Constraint::Min(0)]).areas(area);
        let left = (area.width * 9 / 20).clamp(30, 60).min(area.width);
        let [left, _, gallery] =
            Layout::horizontal([Constraint::Length(left), Constraint::Length(1), Constraint::Min(0)]).areas(main);
        let table = u16::try_from(classes).unwrap_or(u16::MAX).saturating_add(panes::HEAD);
        let table = table.min(left.height.saturating_sub(MIN_HEIGHT)).max(MIN_HEIGHT.min(left.height));
        let [classes, findings] = Layout::vertical([Constraint::Length(table), Constraint::Min(0)]).areas(left);
        Self { status, main, classes, findings, gallery }
    }
}

/// Draws the screen.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let states = status(view, usize::from(area.width), theme);
    let classes = view.loaded.map_or(0, |loaded| loaded.dataset.labels.len());
    let parts = Parts::of(area, states.len(), classes);
    for (line, y) in states.into_iter().zip(parts.status.y..parts.status.bottom()) {
        line.render(Rect { y, height: 1, ..parts.status }, buffer);
    }
    let Some(loaded) = view.loaded else {
        draw_nothing(view, parts.main, buffer, theme);
        return;
    };
    panes::draw_classes(view, loaded, parts.classes, buffer, theme);
    panes::draw_findings(view, parts.findings, buffer, theme);
    draw_gallery(view, loaded, area, buffer, theme);
}

/// The area of the gallery, and its captions and pictures, if the screen is drawn in `area`.
pub fn gallery_in(view: &View<'_>, loaded: &Loaded, area: Rect) -> (Rect, Vec<Caption>, Vec<Spot>) {
    let gallery = parts(view, loaded, area).gallery;
    let inner = Rect { y: gallery.y + 1.min(gallery.height), height: gallery.height.saturating_sub(1), ..gallery };
    // The gallery is laid out in the order of the list.
    let count = |class: &usize| loaded.order.get(*class).map_or(0, Vec::len);
    let counts: Vec<usize> = view.rows.iter().map(count).collect();
    let row = view.rows.iter().position(|class| *class == view.class).unwrap_or(0);
    let input = loaded.key.input();
    let contents = Contents { zoom: view.zoom, counts: &counts, class: row, picture: view.picture, input };
    let (mut captions, mut spots) = lay_out(&contents, inner);
    let of = |row: usize| view.rows.get(row).copied().unwrap_or_default();
    for caption in &mut captions {
        caption.class = of(caption.class);
    }
    for spot in &mut spots {
        spot.class = of(spot.class);
    }
    (gallery, captions, spots)
}

/// The picture at `spot`, augmented if augmentation is on; `None` if it is not ready.
pub fn picture_of<'a>(view: &View<'a>, loaded: &'a Loaded, spot: Spot) -> Option<(PictureKey, Pixels<'a>)> {
    let images = &loaded.dataset.train;
    let image = loaded.image(spot.class, spot.picture)?;
    let pixels = if view.is_augmented {
        view.previews.get(image)?.pixels()
    } else {
        Pixels::new(images.height, images.width, images.channels, images.image(image))?
    };
    let epoch = view.is_augmented.then(|| view.turn.saturating_add(1));
    let shown = PictureKey { reading: loaded.reading, image, epoch, size: (spot.area.width, spot.area.height) };
    Some((shown, pixels))
}

/// Status lines: the progress of reading, or how the images differ from the configuration.
fn status(view: &View<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(reading) = view.reading {
        let source = escape::terminal(reading.key.source());
        if reading.total == 0 {
            lines.push(Line::from(Span::styled(cut(&format!("scanning {source} …"), width), theme.warning())));
        } else {
            let share = reading.done as f64 / reading.total as f64;
            let counts = format!("{} of {}", thousands(reading.done as u64), thousands(reading.total as u64));
            let room = width.saturating_sub(counts.len() + 42);
            lines.push(Line::from(vec![
                Span::styled("reading ", theme.warning()),
                Span::raw(format!("{counts} [")),
                bar(share, 20, theme.good(), theme),
                Span::raw(format!("]{:>4.0} %  ", (100.0 * share).floor())),
                Span::styled(cut(&source, room), theme.dim()),
            ]));
        }
        lines.push(Line::from(Span::styled("Esc cancels", theme.dim())));
    } else if view.is_stale {
        let old = view.loaded.map_or("", |loaded| loaded.key.source());
        let is_other = view.source.is_none_or(|source| source != old);
        let what = if is_other {
            "the images shown are from another source; r reads again"
        } else {
            "the images shown are of another size or split; r reads again"
        };
        lines.push(Line::from(Span::styled(cut(what, width), theme.warning())));
    } else if let Some(mismatch) = &view.mismatch {
        let shown = mismatch.lines().flat_map(|line| wrap(line, width)).take(MAX_STATUS);
        lines.extend(shown.map(|line| Line::from(Span::styled(line, theme.bad()))));
    }
    lines
}

/// The areas of `view` with `loaded`, if the screen is drawn in `area`.
pub fn parts(view: &View<'_>, loaded: &Loaded, area: Rect) -> Parts {
    // The number of status lines does not depend on the theme.
    let states = status(view, usize::from(area.width), Theme::of(|_| None)).len();
    Parts::of(area, states, loaded.dataset.labels.len())
}

/// Draws why there are no images: they could not be read, or have not been.
fn draw_nothing(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    if area.height == 0 || view.reading.is_some() {
        return;
    }
    let source = view.source.map(escape::terminal).unwrap_or_default();
    let (text, style) = match view.failure {
        Some(error) => (error.to_owned(), theme.bad()),
        None => (format!("The images of {source} have not been read."), theme.text()),
    };
    let (choose, read) = (key_of(&Action::Data(Data::Source)), key_of(&Action::Data(Data::Load)));
    let help = match view.failure {
        Some(_) => format!("{choose} chooses another source; {read} tries again; u undoes the change of the source"),
        None => format!("{read} reads them; {choose} chooses another source"),
    };
    let layout = "A folder of images has one sub-folder per class: flowers/rose/1.jpg, flowers/tulip/2.jpg, …";
    let width = usize::from(area.width);
    let lines = [(text.as_str(), style), ("", style), (&help, theme.warning()), ("", style), (layout, theme.dim())];
    let lines = lines.into_iter().flat_map(|(text, style)| {
        let wrapped = text.lines().flat_map(|line| wrap(line, width)).map(move |line| Span::styled(line, style));
        if text.is_empty() { vec![Span::raw("")] } else { wrapped.collect() }
    });
    for (line, y) in lines.zip(area.y..area.bottom()) {
        line.render(Rect { y, height: 1, ..area }, buffer);
    }
}

fn draw_gallery(view: &View<'_>, loaded: &Loaded, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let (area, captions, spots) = gallery_in(view, loaded, area);
    let title = if view.is_augmented {
        format!("Augmented, epoch {}", view.turn.saturating_add(1))
    } else {
        "Preprocessed images".to_owned()
    };
    let width = usize::from(area.width);
    let with_hint = format!("{title} ({})", view.zoom.hint());
    let title = if Span::raw(&with_hint).width() + 4 <= width { with_hint } else { format!("({})", view.zoom.hint()) };
    let inner = titled(&cut(&title, width.saturating_sub(4)), view.pane == Pane::Images, area, buffer, theme);
    for caption in captions {
        let is_current = caption.class == view.class;
        let label = loaded.dataset.labels.get(caption.class).map_or("", String::as_str);
        let style = if is_current { theme.accent() } else { theme.label() };
        let label = cut(&escape::terminal(label), width);
        let mut room = width.saturating_sub(Span::raw(&label).width());
        let mut spans = vec![Span::styled(label, style)];
        if is_current && let Some(image) = loaded.image(view.class, view.picture) {
            let name = loaded.dataset.train.names.get(image).map_or("", String::as_str);
            let count = loaded.order.get(view.class).map_or(0, Vec::len);
            let at = cut(&format!("  {} of {}  ", view.picture + 1, thousands(count as u64)), room);
            room = room.saturating_sub(Span::raw(&at).width());
            spans.push(Span::styled(at, theme.dim()));
            // The end of a path tells more than its beginning.
            spans.push(Span::styled(cut_front(&escape::terminal(name), room), theme.dim()));
        }
        Line::from(spans).render(caption.area, buffer);
    }
    for spot in spots {
        let Some((shown, pixels)) = picture_of(view, loaded, spot) else { continue };
        match view.pixels.get(shown).filter(|_| theme.has_pixels) {
            Some(encoded) => encoded.draw(spot.area.intersection(inner), buffer),
            None => pixels.draw(spot.area.intersection(inner), buffer, theme),
        }
        let is_current = spot.class == view.class && spot.picture == view.picture;
        if is_current && view.zoom != Zoom::One && spot.area.x > inner.x {
            let mark = if theme.has_glyphs { "▐" } else { ">" };
            for y in spot.area.y..spot.area.bottom().min(inner.bottom()) {
                buffer.set_string(spot.area.x - 1, y, mark, theme.accent());
            }
        }
    }
}
