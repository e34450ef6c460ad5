//! A screen as a picture: an SVG that looks the same with any font.
//!
//! Words are text, stretched to their cells. Blocks, lines and braille dots are shapes, since
//! fonts differ most in those.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Width and height of a cell.
const CELL: (usize, usize) = (8, 16);
/// The colours of a terminal.
pub struct Palette {
    background: [u8; 3],
    text: [u8; 3],
    /// The first 16 colours.
    colours: [[u8; 3]; 16],
}

impl Palette {
    /// A dark terminal.
    pub const DARK: Self = Self { background: [0x16, 0x18, 0x1d], text: [0xd8, 0xda, 0xde], colours: COLOURS };
    /// A light terminal.
    pub const LIGHT: Self =
        Self { background: [0xfd, 0xfd, 0xfb], text: [0x24, 0x29, 0x2f], colours: COLOURS_ON_WHITE };
}

/// The first 16 colours, as light terminals have them.
const COLOURS_ON_WHITE: [[u8; 3]; 16] = [
    [0x24, 0x29, 0x2f],
    [0xcf, 0x22, 0x2e],
    [0x11, 0x63, 0x29],
    [0x9a, 0x67, 0x00],
    [0x09, 0x69, 0xda],
    [0x82, 0x50, 0xdf],
    [0x1b, 0x7c, 0x83],
    [0x6e, 0x77, 0x81],
    [0x57, 0x60, 0x6a],
    [0xa4, 0x0e, 0x26],
    [0x1a, 0x7f, 0x37],
    [0x63, 0x3c, 0x01],
    [0x21, 0x8b, 0xff],
    [0xa4, 0x75, 0xf9],
    [0x31, 0x92, 0xaa],
    [0x8c, 0x95, 0x9f],
];

/// The first 16 colours, as dark terminals have them.
const COLOURS: [[u8; 3]; 16] = [
    [0x28, 0x2c, 0x34],
    [0xe0, 0x6c, 0x75],
    [0x98, 0xc3, 0x79],
    [0xe5, 0xc0, 0x7b],
    [0x61, 0xaf, 0xef],
    [0xc6, 0x78, 0xdd],
    [0x56, 0xb6, 0xc2],
    [0xd8, 0xda, 0xde],
    [0x7f, 0x84, 0x8e],
    [0xff, 0x7b, 0x86],
    [0xb1, 0xe0, 0x8b],
    [0xff, 0xd6, 0x8a],
    [0x7c, 0xc4, 0xff],
    [0xe0, 0x94, 0xf5],
    [0x6f, 0xd3, 0xe0],
    [0xff, 0xff, 0xff],
];

/// What is in a colour: rectangles and lines as paths, letters as text.
#[derive(Default)]
struct Layer {
    fill: String,
    lines: String,
    texts: Vec<Text>,
}

/// Letters side by side.
struct Text {
    at: (usize, usize),
    letters: String,
    is_bold: bool,
}

/// The screen as an SVG.
pub fn svg(screen: &vt100::Screen, palette: &Palette) -> String {
    let (rows, columns) = screen.size();
    let (width, height) = (usize::from(columns) * CELL.0, usize::from(rows) * CELL.1);
    // Grounds lie under everything that is drawn on them.
    let (mut grounds, mut layers): (BTreeMap<_, Layer>, BTreeMap<_, Layer>) = Default::default();
    for row in 0..rows {
        for column in 0..columns {
            let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else { continue };
            let at = (usize::from(column) * CELL.0, usize::from(row) * CELL.1);
            let (mut ink, mut ground) =
                (colour(cell.fgcolor(), palette.text, palette), colour(cell.bgcolor(), palette.background, palette));
            if cell.inverse() {
                (ink, ground) = (ground, ink);
            }
            if ground != palette.background {
                rect(&mut grounds.entry(ground).or_default().fill, at, CELL);
            }
            if let Some(letter) = cell.contents().chars().next().filter(|letter| *letter != ' ') {
                draw(layers.entry(ink).or_default(), letter, at, cell.bold());
            }
        }
    }
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace\" font-size=\"13\" \
         shape-rendering=\"crispEdges\">\n<path fill=\"{}\" d=\"M0 0h{width}v{height}h-{width}z\"/>\n",
        hex(palette.background)
    );
    for (colour, Layer { fill, lines, texts }) in grounds.into_iter().chain(layers) {
        let colour = hex(colour);
        if !fill.is_empty() {
            writeln!(out, "<path fill=\"{colour}\" d=\"{fill}\"/>").unwrap();
        }
        if !lines.is_empty() {
            writeln!(out, "<path fill=\"none\" stroke=\"{colour}\" d=\"{lines}\"/>").unwrap();
        }
        for Text { at: (x, y), letters, is_bold } in texts {
            let length = letters.chars().count() * CELL.0;
            let letters = letters.replace('&', "&amp;").replace('<', "&lt;");
            let weight = if is_bold { " font-weight=\"bold\"" } else { "" };
            let place = format!("x=\"{x}\" y=\"{}\" textLength=\"{length}\"", y + CELL.1 - 4);
            writeln!(out, "<text fill=\"{colour}\" {place}{weight}>{letters}</text>").unwrap();
        }
    }
    out + "</svg>\n"
}

/// A letter with its cell at `at`.
fn draw(layer: &mut Layer, letter: char, at: (usize, usize), is_bold: bool) {
    let ((x, y), (width, height)) = (at, CELL);
    match letter {
        '▀' => rect(&mut layer.fill, at, (width, height / 2)),
        '━' => rect(&mut layer.fill, (x, y + height / 2 - 1), (width, 2)),
        '┃' => rect(&mut layer.fill, (x + width / 2 - 1, y), (2, height)),
        '▄' => rect(&mut layer.fill, (x, y + height / 2), (width, height / 2)),
        // From the eighth on the left to the whole cell.
        '█'..='▏' => rect(&mut layer.fill, at, ('▐' as usize - letter as usize, height)),
        '▐' => rect(&mut layer.fill, (x + width / 2, y), (width / 2, height)),
        '░' | '▒' | '▓' => {
            let every = '▓' as usize + 2 - letter as usize;
            for row in 0..height / 2 {
                rect(&mut layer.fill, (x, y + 2 * row), (width, if row % every == 0 { 2 } else { 0 }));
            }
        }
        '\u{2800}'..='\u{28ff}' => {
            let dots = letter as usize - 0x2800;
            for (bit, (column, row)) in
                [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)].into_iter().enumerate()
            {
                if dots >> bit & 1 == 1 {
                    rect(&mut layer.fill, (x + 1 + 4 * column, y + 1 + 4 * row), (2, 2));
                }
            }
        }
        _ => {
            if let Some(arms) = arms(letter) {
                let (middle, centre) = (x + width / 2, y + height / 2);
                let ends = [(middle, y), (x + width, centre), (middle, y + height), (x, centre)];
                for ((x, y), _) in ends.into_iter().zip(arms).filter(|(_, has)| *has) {
                    write!(layer.lines, "M{middle} {centre}L{x} {y}").unwrap();
                }
            } else {
                let goes_on = |text: &&mut Text| {
                    let end = (text.at.0 + text.letters.chars().count() * CELL.0, text.at.1);
                    end == at && text.is_bold == is_bold
                };
                match layer.texts.last_mut().filter(goes_on) {
                    Some(text) => text.letters.push(letter),
                    None => layer.texts.push(Text { at, letters: letter.into(), is_bold }),
                }
            }
        }
    }
}

/// Where a line goes from the middle of its cell: up, right, down, left.
fn arms(letter: char) -> Option<[bool; 4]> {
    let arms = match letter {
        '─' | '╌' => "rl",
        '│' => "ud",
        '┌' | '╭' => "rd",
        '┐' | '╮' => "dl",
        '└' | '╰' => "ur",
        '┘' | '╯' => "ul",
        '├' => "urd",
        '┤' => "udl",
        '┬' => "rdl",
        '┴' => "url",
        '┼' => "urdl",
        _ => return None,
    };
    Some(['u', 'r', 'd', 'l'].map(|arm| arms.contains(arm)))
}

fn rect(path: &mut String, (x, y): (usize, usize), (width, height): (usize, usize)) {
    if height > 0 {
        write!(path, "M{x} {y}h{width}v{height}h-{width}z").unwrap();
    }
}

fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// A colour of the terminal; the 240 behind the first 16 are a cube of 6 by 6 by 6, and grays.
fn colour(colour: vt100::Color, otherwise: [u8; 3], palette: &Palette) -> [u8; 3] {
    match colour {
        vt100::Color::Default => otherwise,
        vt100::Color::Rgb(red, green, blue) => [red, green, blue],
        vt100::Color::Idx(index @ 0..16) => palette.colours[usize::from(index)],
        vt100::Color::Idx(index @ 16..232) => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let index = index - 16;
            [level(index / 36), level(index / 6 % 6), level(index % 6)]
        }
        vt100::Color::Idx(index) => [8 + 10 * (index - 232); 3],
    }
}

#[test]
fn a_screen_becomes_shapes_and_letters() {
    let mut parser = vt100::Parser::new(2, 4, 0);
    parser.process("\x1b[31;1ma<\x1b[0m▀│\r\n\x1b[48;5;231m⠁".as_bytes());
    let picture = svg(parser.screen(), &Palette::DARK);
    let document = roxmltree::Document::parse(&picture).unwrap();
    let letters: Vec<_> = document.descendants().filter(|node| node.has_tag_name("text")).collect();
    assert_eq!(letters.iter().map(|node| node.text().unwrap()).collect::<String>(), "a<");
    assert_eq!(letters[0].attribute("fill"), Some("#e06c75"));
    for shape in ["M16 0h8v8h-8z", "M28 8L28 0M28 8L28 16", "M1 17h2v2h-2z"] {
        assert!(picture.contains(shape), "{shape}\n{picture}");
    }
    assert!(picture.contains("<path fill=\"#ffffff\" d=\"M0 16h8v16h-8z\"/>"), "{picture}");
}
