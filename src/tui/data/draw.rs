//! Drawing of the Data screen.

use super::gallery::{Caption, Contents, Spot, lay_out};
use super::loaded::Loaded;
use super::messages::PictureKey;
use super::view::{Pane, View, Zoom};
use crate::config::Resize;
use crate::escape;
use crate::text::thousands;
use crate::text::{cut, fit, wrap};
use crate::tui::dialog::first_of;
use crate::tui::theme::Theme;
use crate::tui::widgets::bar::bar;
use crate::tui::widgets::frame::titled;
use crate::tui::widgets::picture::Pixels;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// Minimum height of the findings and of the table of classes.
const MIN_HEIGHT: u16 = 5;

/// The areas of the parts of the screen.
struct Parts {
    status: Rect,
    /// Everything below the status.
    main: Rect,
    classes: Rect,
    findings: Rect,
    gallery: Rect,
}

impl Parts {
    fn of(area: Rect, status: usize, classes: usize) -> Self {
        let [status, main] =
            Layout::vertical([Constraint::Length(status.min(4) as u16), Constraint::Min(0)]).areas(area);
        let left = (area.width * 9 / 20).clamp(30, 60).min(area.width);
        let [left, _, gallery] =
            Layout::horizontal([Constraint::Length(left), Constraint::Length(1), Constraint::Min(0)]).areas(main);
        let table = u16::try_from(classes).unwrap_or(u16::MAX).saturating_add(3);
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
    draw_classes(view, loaded, parts.classes, buffer, theme);
    draw_findings(view, parts.findings, buffer, theme);
    draw_gallery(view, loaded, area, buffer, theme);
}

/// The area of the gallery, and its captions and pictures, if the screen is drawn in `area`.
pub fn gallery_in(view: &View<'_>, loaded: &Loaded, area: Rect) -> (Rect, Vec<Caption>, Vec<Spot>) {
    // The number of status lines does not depend on the theme.
    let states = status(view, usize::from(area.width), Theme::of(|_| None)).len();
    let gallery = Parts::of(area, states, loaded.dataset.labels.len()).gallery;
    let inner = Rect { y: gallery.y + 1.min(gallery.height), height: gallery.height.saturating_sub(1), ..gallery };
    let counts: Vec<usize> = loaded.order.iter().map(Vec::len).collect();
    let input = loaded.key.input();
    let contents = Contents { zoom: view.zoom, counts: &counts, class: view.class, picture: view.picture, input };
    let (captions, spots) = lay_out(&contents, inner);
    (gallery, captions, spots)
}

/// The class whose row of the table is at position `at`; `None` if there is none.
pub fn class_at(view: &View<'_>, loaded: &Loaded, area: Rect, at: Position) -> Option<usize> {
    let states = status(view, usize::from(area.width), Theme::of(|_| None)).len();
    let count = loaded.dataset.labels.len();
    let table = Parts::of(area, states, count).classes;
    let list = Rect { y: table.y + 3.min(table.height), height: table.height.saturating_sub(3), ..table };
    let line = usize::from(at.y.checked_sub(list.y).filter(|_| list.contains(at))?);
    Some(first_of(view.class, count, usize::from(list.height)) + line).filter(|class| *class < count)
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

/// Status lines: the progress of reading, an error, or how the images differ from the configuration.
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
    } else if let Some(error) = view.failure {
        let shown = wrap(error, width).into_iter().take(3);
        lines.extend(shown.map(|line| Line::from(Span::styled(line, theme.bad()))));
        let help = "s chooses another source; r tries again";
        lines.push(Line::from(Span::styled(cut(help, width), theme.warning())));
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
        let shown = mismatch.lines().take(4).map(|line| Line::from(Span::styled(cut(line, width), theme.bad())));
        lines.extend(shown);
    }
    lines
}

fn draw_nothing(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    if area.height == 0 || view.reading.is_some() || view.failure.is_some() {
        return;
    }
    let source = view.source.map_or_else(String::new, |source| format!(" of {}", escape::terminal(source)));
    let lines =
        [format!("The images{source} have not been read."), "r reads them; s chooses another source.".to_owned()];
    for (line, y) in lines.into_iter().zip(area.y..area.bottom()) {
        Span::styled(cut(&line, usize::from(area.width)), theme.dim()).render(Rect { y, height: 1, ..area }, buffer);
    }
}

fn draw_classes(view: &View<'_>, loaded: &Loaded, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let (dataset, input) = (&loaded.dataset, loaded.key.input());
    let width = usize::from(area.width);
    let source = escape::terminal(&dataset.source);
    let name = source.rsplit('/').find(|part| !part.is_empty()).unwrap_or(&source);
    let inner = titled(&cut(name, width.saturating_sub(4)), false, area, buffer, theme);
    let colour = if input.channels == 1 { "gray" } else { "RGB" };
    let resize = match loaded.key.resize() {
        Resize::Fit => "fit",
        Resize::Crop => "crop",
        Resize::Pad => "pad",
    };
    let about = format!("{} classes, {}×{} {colour}, {resize}", dataset.labels.len(), input.height, input.width);
    let has_test = dataset.test.is_some();
    let label =
        dataset.labels.iter().map(|label| Span::raw(label).width()).max().unwrap_or(0).min(width * 2 / 5).max(5);
    let mut head = format!("{}{:>7}{:>6}", fit("class", label), "train", "val");
    if has_test {
        head += &format!("{:>6}", "test");
    }
    for (text, y) in [about, head].into_iter().zip(inner.y..inner.bottom()) {
        let style = if y == inner.y { theme.dim() } else { theme.label() };
        Span::styled(cut(&text, width), style).render(Rect { y, height: 1, ..inner }, buffer);
    }
    let list = Rect { y: inner.y + 2.min(inner.height), height: inner.height.saturating_sub(2), ..inner };
    let classes = &dataset.check.classes;
    let most = classes.iter().map(|class| class.train).max().unwrap_or(0).max(1);
    let first = first_of(view.class, classes.len(), usize::from(list.height));
    let used = label + 13 + if has_test { 6 } else { 0 };
    for ((at, class), y) in classes.iter().enumerate().skip(first).zip(list.y..list.bottom()) {
        let row = Rect { y, height: 1, ..list };
        let mut text = fit(&escape::terminal(&class.label), label);
        text += &format!("{:>7}{:>6}", class.train, class.validation);
        if has_test {
            text += &format!("{:>6}", class.test);
        }
        let share = class.train as f64 / most as f64;
        let spans = vec![Span::raw(text + " "), bar(share, width.saturating_sub(used + 1), theme.series(at), theme)];
        Line::from(spans).render(row, buffer);
        if at == view.class {
            buffer.set_style(Rect { width: row.width.min(used as u16), ..row }, theme.selected());
        }
    }
}

fn draw_findings(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let has_focus = view.pane == Pane::Findings;
    let findings = &view.findings;
    let title = match findings.len() {
        0 => "No findings".to_owned(),
        1 => "1 finding".to_owned(),
        count => format!("{count} findings"),
    };
    let inner = titled(&title, has_focus, area, buffer, theme);
    let width = usize::from(inner.width).saturating_sub(2);
    let mut lines = findings.iter().enumerate().skip(view.finding).flat_map(|(at, finding)| {
        let is_current = has_focus && at == view.finding;
        wrap(finding, width).into_iter().enumerate().map(move |(number, line)| {
            let mark = if number > 0 { "  " } else { "- " };
            let style = if is_current { theme.accent() } else { theme.text() };
            Line::from(vec![Span::styled(mark, theme.warning()), Span::styled(line, style)])
        })
    });
    for y in inner.y..inner.bottom() {
        let Some(line) = lines.next() else { break };
        line.render(Rect { y, height: 1, ..inner }, buffer);
    }
    if lines.next().is_some() && inner.height > 1 {
        let more = if has_focus { "↓ more; Enter shows all" } else { "… Tab, ↓ for more" };
        let row = Rect { y: inner.bottom() - 1, height: 1, ..inner };
        Span::styled(fit(more, usize::from(row.width)), theme.dim()).render(row, buffer);
    }
}

fn draw_gallery(view: &View<'_>, loaded: &Loaded, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let (area, captions, spots) = gallery_in(view, loaded, area);
    let title = if view.is_augmented {
        format!("Augmented as in epoch {}", view.turn.saturating_add(1))
    } else {
        "Preprocessed images".to_owned()
    };
    let title = cut(&title, usize::from(area.width).saturating_sub(4));
    let inner = titled(&title, view.pane == Pane::Images, area, buffer, theme);
    for caption in captions {
        let is_current = caption.class == view.class;
        let label = loaded.dataset.labels.get(caption.class).map_or("", String::as_str);
        let style = if is_current { theme.accent() } else { theme.label() };
        let mut spans = vec![Span::styled(escape::terminal(label), style)];
        if is_current && let Some(image) = loaded.image(view.class, view.picture) {
            let name = loaded.dataset.train.names.get(image).map_or("", String::as_str);
            let count = loaded.order.get(view.class).map_or(0, Vec::len);
            let at = format!("  {} of {count}  {}", view.picture + 1, escape::terminal(name));
            spans.push(Span::styled(at, theme.dim()));
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
