//! Rows of a camera become the rows that a picture becomes in training, byte for byte.

use crate::build::{STRICT, compile, run, sanitized};
use crate::case::{Case, preset};
use crate::support::usable;
use image::{GrayImage, RgbImage};
use micromobilenet::codegen::header;
use micromobilenet::config::{Background, Input, Resize};
use micromobilenet::data::load_image;
use micromobilenet::random::{Purpose, Stream};
use std::fmt::Write as _;
use std::fs;

const MODES: [(&str, Resize); 3] = [("Fit", Resize::Fit), ("Crop", Resize::Crop), ("Pad", Resize::Pad)];
/// Rows, columns and channels of networks.
const NETS: [(u32, u32, u32); 4] = [(12, 17, 1), (9, 9, 3), (20, 7, 1), (1, 1, 3)];
const PROGRAM: &str = "
template <uint32_t Height, uint32_t Width, uint32_t Channels>
struct Sink {
    enum : uint32_t { height = Height, width = Width, channels = Channels };
    uint8_t rows[(Height + 1) * Width * Channels];
    uint32_t made;
    bool hasArena() const { return true; }
    bool hasRows() const { return made != 0; }
    void begin() { made = 0; }
    uint8_t *nextRow() { return rows + (made < Height ? made : Height) * Width * Channels; }
    void commitRow() { made++; }
    uint16_t finish() {
        if (made != height) fprintf(stderr, \"%u rows\\n\", static_cast<unsigned>(made));
        made = 0;
        return 0;
    }
};

template <class Net, template <typename> class Camera>
static bool take() {
    uint16_t head[3];
    static uint8_t row[3 * 300];
    static Net net;
    if (fread(head, sizeof head, 1, stdin) != 1) return false;
    Camera<Net> camera(net, head[0], head[1]);
    const size_t bytes = head[0] * static_cast<size_t>(head[2] & 3);
    const int times = head[2] >> 4;
    for (int time = 0; time < times; time++) {
        // It begins of itself after the end of an image, whoever was told of it.
        if (time == 1) camera.finish();
        if (time == 2) net.finish();
        if (time == 3) camera.begin();
        for (uint16_t y = 0; y < head[1]; y++) {
            if (fread(row, bytes, 1, stdin) != 1) return false;
            if ((head[2] & 3) == 1) camera.gray(row);
            if ((head[2] & 3) == 2) camera.rgb565(row, (head[2] & 4) == 0);
            if ((head[2] & 3) == 3) camera.rgb888(row);
        }
    }
    camera.finish();
    return fwrite(net.rows, Net::height * Net::width * Net::channels, 1, stdout) == 1;
}
";

/// Five or six bits as eight.
fn widened(value: u8, bits: u32) -> u8 {
    value << (8 - bits) | value >> (2 * bits - 8)
}

#[test]
fn rows_of_any_camera_are_scaled_as_pictures_are() {
    if !usable("g++", &[]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut main = String::from("#include <stdio.h>\n");
    for (name, resize) in MODES {
        let mut case = Case::new(name, &preset("pico", 2), Vec::new(), 1);
        case.resize = resize;
        fs::write(folder.path().join(format!("{name}.h")), header(&case.model()).unwrap()).unwrap();
        writeln!(main, "#include \"{name}.h\"").unwrap();
    }
    main += PROGRAM;
    main += "int main() {\n";
    let (mut input, mut expected) = (Vec::new(), Vec::new());
    let mut stream = Stream::new(3, Purpose::Augment, 0, 0);
    let sides = [1, 2, 3, 7, 9, 12, 17, 20, 33, 64, 101];
    for round in 0..40 {
        for (name, resize) in MODES {
            for (height, width, channels) in NETS {
                let mut side = || sides[stream.below(sides.len())];
                let (columns, rows) = (side(), side());
                let format = 1 + round % 3;
                let path = folder.path().join("picture.png");
                let size = columns * rows;
                let sent: Vec<u8> = (0..size * format).map(|_| stream.below(256) as u8).collect();
                let red_first = round % 2 == 0;
                match format {
                    1 => GrayImage::from_raw(columns as u32, rows as u32, sent.clone()).unwrap().save(&path).unwrap(),
                    2 => {
                        let pixels = sent.as_chunks::<2>().0.iter().flat_map(|pair| {
                            let [high, low] = if red_first { *pair } else { [pair[1], pair[0]] };
                            let pixel = u16::from_be_bytes([high, low]);
                            let part = |shift: u32, mask: u16| (pixel >> shift & mask) as u8;
                            [widened(part(11, 31), 5), widened(part(5, 63), 6), widened(part(0, 31), 5)]
                        });
                        let pixels: Vec<u8> = pixels.collect();
                        RgbImage::from_raw(columns as u32, rows as u32, pixels).unwrap().save(&path).unwrap();
                    }
                    _ => RgbImage::from_raw(columns as u32, rows as u32, sent.clone()).unwrap().save(&path).unwrap(),
                }
                expected.extend(
                    load_image(&path, Input { height, width, channels }, resize, Background::default()).unwrap(),
                );
                // Every fifth image comes four times: each starts afresh.
                let times = if round % 5 == 0 { 4 } else { 1 };
                let head = [columns, rows, format | usize::from(!red_first) << 2 | times << 4];
                input.extend(head.iter().flat_map(|value| (*value as u16).to_le_bytes()));
                for _ in 0..times {
                    input.extend(&sent);
                }
                writeln!(
                    main,
                    "    if (!take<Sink<{height}, {width}, {channels}>, {name}_detail::Camera>()) return 1;"
                )
                .unwrap();
            }
        }
    }
    main += "    return 0;\n}\n";
    fs::write(folder.path().join("main.cpp"), main).unwrap();
    let arguments = [&STRICT[..], &["-Wshadow", "-Wconversion", "-pedantic"], sanitized()].concat();
    let program = compile(folder.path(), "g++", &arguments, &["main.cpp"]).unwrap();
    assert_eq!(run(&program, &input), expected);
}
