//! Tests of the Data screen.

use super::*;
use crate::config::preset;
use crate::data::{ClassCount, DataCheck, FileKind, Images, SkipReason, Skipped};
use crate::plan::Boards;
use crate::train::Control;
use crate::tui::design::Origin;
use crate::tui::theme::Theme;
use crate::tui::workshop::previews::augmented;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::path::Path;

fn sheet() -> Sheet {
    let path = Path::new("micro.toml");
    Sheet::open(path.into(), preset(path).unwrap().to_owned(), Origin::File, Boards::built_in().unwrap())
}

fn images(count: usize, classes: usize) -> Images {
    Images {
        height: 96,
        width: 96,
        channels: 1,
        pixels: (0..count * 96 * 96).map(|at| (at / 5) as u8).collect(),
        labels: (0..count).map(|image| (image % classes) as u16).collect(),
        names: (0..count).map(|image| format!("rose/{image}.jpg")).collect(),
        contents: Vec::new(),
    }
}

/// Images of `labels`.
pub fn dataset(labels: &[&str]) -> Arc<Dataset> {
    let classes = labels.len();
    let count = |label: &&str| ClassCount { label: (*label).to_owned(), train: 8, validation: 3, test: 2 };
    Arc::new(Dataset {
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        train: images(8 * classes, classes),
        validation: images(3 * classes, classes),
        test: Some(images(2 * classes, classes)),
        fingerprint: String::new(),
        check: DataCheck {
            classes: labels.iter().map(count).collect(),
            skipped: vec![Skipped { name: "x.txt".into(), reason: SkipReason::FileKind(FileKind::Text) }; 4],
            ..DataCheck::default()
        },
        source: "photos/flowers".to_owned(),
    })
}

/// A state with images, and the sheet that names them.
fn loaded(labels: &[&str]) -> (State, Sheet) {
    let (mut state, sheet) = (State::default(), sheet());
    state.show(&sheet, &mut Reply::default());
    let news = News::Read { ticket: state.ticket, found: Ok(dataset(labels)) };
    state.apply_news(news, &sheet, &mut Reply::default());
    (state, sheet)
}

fn screen(state: &State, sheet: &Sheet, width: u16, height: u16, term: &str) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    let theme = Theme::of(|name| (name == "TERM").then(|| term.to_owned()));
    State::draw(&state.view(sheet), area, &mut buffer, theme);
    let lines = (0..height).map(|y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>());
    lines.map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

fn press(state: &mut State, action: &Action, sheet: &Sheet) -> Reply {
    let mut reply = Reply::default();
    state.update(action, sheet, &mut reply);
    reply
}

#[test]
fn images_are_read_when_the_screen_is_first_shown_and_after_a_change() {
    let (mut state, mut sheet) = loaded(&["daisy", "rose"]);
    let mut reply = Reply::default();
    state.show(&sheet, &mut reply);
    assert!(reply.effects.is_empty(), "they are there");
    sheet.edit(None, &Edit::set("data.split_seed", 7)).unwrap();
    assert!(screen(&state, &sheet, 80, 21, "xterm").contains("another size or split"));
    state.show(&sheet, &mut reply);
    assert!(
        matches!(&reply.effects[..], [effect::Effect::Screen(Effect::Read { again: false, .. })]),
        "{:?}",
        reply.effects
    );
    sheet.undo();
    let mut reply = Reply::default();
    state.perform(&Data::Load, &mut sheet, &mut reply);
    assert!(matches!(&reply.effects[..], [effect::Effect::Screen(Effect::Read { again: true, .. })]));
}

#[test]
fn the_newest_reading_wins_and_can_be_given_up() {
    let (mut state, mut sheet) = (State::default(), sheet());
    state.show(&sheet, &mut Reply::default());
    let old = state.ticket;
    state.perform(&Data::Load, &mut sheet, &mut Reply::default());
    state.apply_news(News::Read { ticket: old, found: Ok(dataset(&["a", "b"])) }, &sheet, &mut Reply::default());
    assert!(state.loaded.is_none() && state.reading.is_some());
    state.apply_news(News::Progress { ticket: state.ticket, done: 30, total: 120 }, &sheet, &mut Reply::default());
    let text = screen(&state, &sheet, 80, 21, "xterm");
    assert!(text.contains("30 of 120") && text.contains("25 %"), "{text}");
    let reply = press(&mut state, &Action::Back, &sheet);
    assert_eq!(reply.effects, [effect::Effect::Screen(Effect::Stop)]);
    state.apply_news(News::Read { ticket: old + 1, found: Ok(dataset(&["a", "b"])) }, &sheet, &mut Reply::default());
    assert!(state.loaded.is_none() && screen(&state, &sheet, 80, 21, "xterm").contains("r reads them"));
}

#[test]
fn another_source_is_written_into_the_text_and_read() {
    let (mut state, mut sheet) = loaded(&["daisy", "rose"]);
    let mut reply = Reply::default();
    state.perform(&Data::Source, &mut sheet, &mut reply);
    assert!(matches!(reply.dialog, Some(Dialog::Prompt(_))));
    let mut reply = Reply::default();
    state.perform(&Data::From("my photos/".into()), &mut sheet, &mut reply);
    assert_eq!(sheet.model().unwrap().source(), "my photos");
    let [effect::Effect::Screen(Effect::Read { spec, .. })] = &reply.effects[..] else { panic!("{:?}", reply.effects) };
    assert_eq!(
        spec.config.data.source,
        crate::config::absolute("my photos", Path::new("")),
        "no thread has to know the sheet's folder"
    );
    state.perform(&Data::From("1".into()), &mut sheet, &mut Reply::default());
    assert_eq!(sheet.model().unwrap().source(), "1", "a number is a name here");
    assert!(sheet.undo() && sheet.undo());
    assert_eq!(sheet.model().unwrap().source(), "fashion-mnist");
}

#[test]
fn errors_of_reading_are_shown_with_a_correction() {
    let (mut state, sheet) = (State::default(), sheet());
    state.show(&sheet, &mut Reply::default());
    let found = Err("there is no data set \"flowres\": it is no file or folder".to_owned());
    let mut reply = Reply::default();
    state.apply_news(News::Read { ticket: state.ticket, found }, &sheet, &mut reply);
    let text = screen(&state, &sheet, 80, 21, "xterm");
    assert!(text.contains("\"flowres\"") && text.contains("i chooses another source"), "{text}");
    let mut reply = Reply::default();
    state.show(&sheet, &mut reply);
    assert_eq!(reply.effects.len(), 1, "it is tried again");
}

#[test]
fn another_number_of_classes_is_shown_with_the_place_of_the_setting() {
    let (state, mut sheet) = loaded(&["daisy", "rose"]);
    sheet.edit(None, &Edit::set("model.num_classes", 3)).unwrap();
    let text = screen(&state, &sheet, 80, 21, "xterm");
    assert!(
        text.contains("micro.toml:") && text.contains("the network has 3 classes, but the data set has 2"),
        "{text}"
    );
}

/// The news that answers the request for augmented images in `reply`.
fn previewed(reply: &Reply) -> News {
    let [effect::Effect::Screen(Effect::Preview { ticket, request, dataset })] = &reply.effects[..] else {
        panic!("{:?}", reply.effects)
    };
    let pictures = augmented(request, dataset, &Control::default());
    assert_eq!(pictures.len(), request.images.len());
    News::Previewed { ticket: *ticket, pictures }
}

#[test]
fn classes_pictures_and_findings_are_shown() {
    let (mut state, mut sheet) = loaded(&["daisy", "rose", "tulip"]);
    let text = screen(&state, &sheet, 80, 21, "xterm-256color");
    for part in ["flowers", "3 classes, 96×96 gray, crop", "test", "daisy", "▀▀▀▀", "1 of 8", "2 findings", "all", "24"]
    {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(!screen(&state, &sheet, 80, 21, "linux").contains('▀'));
    state.fit_into(Rect::new(0, 0, 80, 21), &sheet, &mut Reply::default());
    let mut reply = Reply::default();
    state.perform(&Data::Augment, &mut sheet, &mut reply);
    let waiting = screen(&state, &sheet, 80, 21, "linux");
    state.apply_news(previewed(&reply), &sheet, &mut Reply::default());
    let augmented = screen(&state, &sheet, 80, 21, "linux");
    assert!(augmented.contains("Augmented, epoch 1"), "{augmented}");
    assert_ne!(augmented, waiting);
    assert_eq!(augmented, screen(&state, &sheet, 80, 21, "linux"), "the same each time");
    let before = state.loaded.as_ref().unwrap().order.clone();
    state.perform(&Data::Shuffle, &mut sheet, &mut Reply::default());
    assert_ne!(before, state.loaded.as_ref().unwrap().order);
    press(&mut state, &Action::Focus { back: false }, &sheet);
    let Some(Dialog::Page(page)) = press(&mut state, &Action::Enter, &sheet).dialog else { panic!("no page") };
    assert!(page.lines.iter().any(|line| line.to_string().contains("4 files skipped: 4 text files")));
}

#[test]
fn the_cursor_goes_over_classes_and_pictures_and_enter_enlarges() {
    let (mut state, sheet) = loaded(&["daisy", "rose", "tulip"]);
    for action in [Action::Move(Move::Down), Action::Move(Move::Right), Action::Move(Move::Right)] {
        press(&mut state, &action, &sheet);
    }
    assert_eq!((state.class, state.picture), (1, 2));
    press(&mut state, &Action::Enter, &sheet);
    press(&mut state, &Action::Enter, &sheet);
    assert_eq!(state.zoom, Zoom::One);
    assert!(screen(&state, &sheet, 80, 21, "xterm").contains("rose  3 of 8"));
    for _ in 0..20 {
        press(&mut state, &Action::Move(Move::Right), &sheet);
    }
    assert_eq!(state.picture, 7);
    press(&mut state, &Action::Back, &sheet);
    press(&mut state, &Action::Back, &sheet);
    assert_eq!(state.zoom, Zoom::All);
    press(&mut state, &Action::Move(Move::Last), &sheet);
    assert_eq!((state.class, state.picture), (2, 0));
}

#[test]
fn a_click_goes_to_a_picture_or_a_class() {
    let (mut state, sheet) = loaded(&["daisy", "rose"]);
    let body = Rect::new(0, 1, 80, 21);
    state.point(body, Position { x: 60, y: 5 }, &sheet, &mut Reply::default());
    assert_eq!((state.class, state.picture), (0, 1), "the second picture of the first row");
    state.point(body, Position { x: 3, y: 6 }, &sheet, &mut Reply::default());
    assert_eq!((state.class, state.picture), (1, 0));
}

#[test]
fn pictures_in_view_are_ordered_where_the_terminal_draws_pixels() {
    use crate::tui::widgets::picture::Encoded;
    use ratatui_image::picker::{Picker, ProtocolType};
    let (mut state, sheet) = loaded(&["daisy", "rose"]);
    state.fit_into(Rect::new(0, 0, 80, 21), &sheet, &mut Reply::default());
    assert!(press(&mut state, &Action::Enter, &sheet).effects.is_empty(), "half blocks need nobody");
    let mut reply = Reply::default();
    state.apply_news(News::Pixels, &sheet, &mut reply);
    let [effect::Effect::Screen(Effect::Encode { ticket, pictures })] = &reply.effects[..] else {
        panic!("{:?}", reply.effects)
    };
    let mut picker = Picker::halfblocks();
    picker.set_protocol_type(ProtocolType::Kitty);
    let ready = pictures.iter().map(|(shown, picture)| (*shown, Encoded::new(&picker, picture, shown.size).unwrap()));
    let news = News::Encoded { ticket: *ticket, pictures: ready.collect() };
    let mut reply = Reply::default();
    state.apply_news(news, &sheet, &mut reply);
    assert!(reply.effects.is_empty(), "nothing is ordered twice");
    assert!(screen(&state, &sheet, 80, 21, "xterm-kitty").contains('\u{10eeee}'));
    assert!(!screen(&state, &sheet, 81, 30, "xterm-kitty").contains('\u{10eeee}'), "those are of another size");
    assert_eq!(press(&mut state, &Action::Enter, &sheet).effects.len(), 1, "another view, other pictures");
}

#[test]
fn no_size_is_too_odd() {
    let names: Vec<String> = (0..30).map(|class| format!("class \u{1b} 日本 {class}")).collect();
    let (mut many, sheet) = loaded(&names.iter().map(String::as_str).collect::<Vec<_>>());
    press(&mut many, &Action::Move(Move::Last), &sheet);
    let mut one = many.clone();
    one.zoom = Zoom::One;
    let mut class = loaded(&["a", "b"]).0;
    class.zoom = Zoom::Class;
    class.augmented = true;
    for state in [State::default(), many, one, class] {
        let sizes = (0..200).step_by(9).flat_map(|width| (0..60).step_by(4).map(move |height| (width, height)));
        for (width, height) in sizes {
            let text = screen(&state, &sheet, width, height, "xterm-256color");
            assert!(!text.chars().any(|sign| sign.is_control() && sign != '\n'));
            screen(&state, &sheet, width, height, "linux");
        }
    }
}

#[test]
fn the_view_contains_what_is_shown_without_a_terminal() {
    let (mut state, sheet) = loaded(&["daisy", "rose"]);
    press(&mut state, &Action::Move(Move::Down), &sheet);
    let view = state.view(&sheet);
    assert_eq!((view.class, view.picture, view.zoom, view.is_augmented), (1, 0, Zoom::All, false));
    assert_eq!((view.findings.len(), view.is_stale, view.mismatch.as_deref()), (2, false, None));
}

#[test]
fn what_failed_is_not_shown_beside_images_of_another_source() {
    let (mut state, mut sheet) = loaded(&["daisy", "rose"]);
    state.perform(&Data::From("flowres".into()), &mut sheet, &mut Reply::default());
    let text = screen(&state, &sheet, 80, 21, "xterm");
    assert!(text.contains("scanning flowres") && !text.contains("daisy"), "{text}");
    let long = "there is no data set \"flowres\": it is no file or folder in /a/very/long/path/that/does/not/fit/into \
                one line of the screen, so it goes on in the next lines until its end";
    let found = Err(long.to_owned());
    state.apply_news(News::Read { ticket: state.ticket, found }, &sheet, &mut Reply::default());
    let text = screen(&state, &sheet, 80, 21, "xterm");
    assert!(!text.contains("daisy") && !text.contains("1 of 8"), "{text}");
    assert!(text.contains("until its end") && text.contains("i chooses another source"), "{text}");
    assert!(text.contains("one sub-folder per class"), "{text}");
    sheet.undo();
    let text = screen(&state, &sheet, 80, 21, "xterm");
    assert!(text.contains("daisy") && !text.contains("flowres"), "{text}");
}

#[test]
fn a_class_is_found_by_typing_and_the_list_can_be_sorted() {
    let names: Vec<String> = (0..1_000).map(|class| format!("class {class}")).collect();
    let (mut state, mut sheet) = loaded(&names.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(screen(&state, &sheet, 80, 21, "xterm").contains("1 of 1,000 (/ finds)"));
    let Some(Dialog::Choose(list)) = press(&mut state, &Action::Find, &sheet).dialog else { panic!("no list") };
    assert_eq!(list.choices.len(), 1_000);
    assert!(list.choices[777].help.contains("8 training, 3 validation, 2 test images"));
    let Action::Data(to) = list.choices[777].action.clone() else { panic!("{:?}", list.choices[777].action) };
    state.perform(&to, &mut sheet, &mut Reply::default());
    let text = screen(&state, &sheet, 80, 21, "xterm");
    assert!(state.class == 777 && text.contains("778 of 1,000") && text.contains("class 777  1 of 8"), "{text}");
    assert!(text.contains("1,000 classes have only 8 training"), "{text}");

    let (mut state, mut sheet) = loaded(&["rose", "Daisy", "tulip"]);
    let mut does = |state: &mut State, what| state.perform(&what, &mut sheet, &mut Reply::default());
    does(&mut state, Data::Sort);
    assert_eq!((state.sort, &state.rows[..]), (Sort::Images, &[0, 1, 2][..]), "all have as many");
    does(&mut state, Data::Sort);
    assert_eq!((state.sort, &state.rows[..]), (Sort::Name, &[1, 0, 2][..]));
    does(&mut state, Data::Reverse);
    assert_eq!(&state.rows[..], [2, 0, 1]);
    assert_eq!(state.class, 0, "the cursor stays on its class");
    let sheet = self::sheet();
    press(&mut state, &Action::Move(Move::Down), &sheet);
    assert_eq!(state.class, 1);
    let text = screen(&state, &sheet, 80, 21, "linux");
    let line = |name: &str| text.lines().position(|line| line.starts_with(name)).unwrap();
    assert!(line("tulip") < line("rose") && line("rose") < line("Daisy"), "{text}");
}

#[test]
fn the_zoom_is_hinted_at_and_a_second_click_enlarges() {
    let (mut state, sheet) = loaded(&["daisy", "rose"]);
    let body = Rect::new(0, 1, 200, 57);
    assert!(screen(&state, &sheet, 80, 21, "xterm").contains("Enter: one class"));
    let (_, _, spots) = draw::gallery_in(&state.view(&sheet), state.loaded.as_ref().unwrap(), body);
    let of_class: Vec<_> = spots.iter().filter(|spot| spot.class == 1).collect();
    assert!(of_class.iter().any(|spot| spot.area.y > of_class[0].area.y), "room for a second row is used");
    let at = of_class[1].area;
    let click = |state: &mut State, x, y| state.point(body, Position { x, y }, &sheet, &mut Reply::default());
    click(&mut state, at.x, at.y);
    assert_eq!((state.class, state.picture, state.zoom), (1, 1, Zoom::All));
    click(&mut state, at.x, at.y);
    assert_eq!((state.class, state.picture, state.zoom), (1, 1, Zoom::Class));
    assert!(screen(&state, &sheet, 120, 33, "xterm").contains("Enter: one image, Esc: all classes"));
    click(&mut state, 3, 10);
    assert_eq!((state.pane, state.finding), (Pane::Findings, 1), "the second finding");
}

#[test]
fn without_colours_pictures_bars_and_the_cursor_are_shapes() {
    let (state, sheet) = loaded(&["daisy", "rose"]);
    let area = Rect::new(0, 0, 80, 21);
    let mut buffer = Buffer::empty(area);
    let plain = |name: &str| (name == "NO_COLOR").then(|| "1".to_owned());
    State::draw(&state.view(&sheet), area, &mut buffer, Theme::of(plain));
    let text: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
    assert!(text.contains("███") && text.contains("▐====") && !text.contains('▀'), "{text}");
    assert!(buffer.content.iter().all(|cell| cell.fg == ratatui::style::Color::Reset));
}
