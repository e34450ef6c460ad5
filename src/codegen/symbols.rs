//! C++ identifiers that are valid, unused, and not macros of an Arduino core.

use std::collections::BTreeSet;

/// Maximum length of a class name.
const MAX_NAME: usize = 64;

/// The name of the C++ class: `configured`, or if it is empty, the name of the model in camel case (`my_net`
/// becomes `MyNet`). Any input gives an identifier that is valid as the name of a class, a folder and a file.
#[must_use]
pub fn class_name(configured: &str, model: &str) -> String {
    let name = if configured.is_empty() { camel_case(model) } else { identifier(configured) };
    if is_class_name(&name) { name } else { format!("Net{name}").chars().take(MAX_NAME).collect() }
}

/// Whether `name` can be the name of the class: an identifier that starts with a letter, is not used by
/// C++, the Arduino core, the sketch or a member of the class, and is a valid file name on all systems.
#[must_use]
pub fn is_class_name(name: &str) -> bool {
    name.len() <= MAX_NAME
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !is_reserved(name)
}

/// The lower-case names in `code` that a sketch, core or library may define as macros, sorted and without duplicates.
pub(super) fn macros(code: &str) -> Vec<&'static str> {
    let used: BTreeSet<&str> = code
        .lines()
        .filter_map(|line| line.split("//").next())
        .flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
        .collect();
    let names = ARDUINO.split_ascii_whitespace().chain(MACROS.split_ascii_whitespace());
    let known: BTreeSet<&str> = names.filter(|name| !name.contains(|c: char| c.is_ascii_uppercase())).collect();
    known.into_iter().filter(|name| used.contains(name)).collect()
}

fn camel_case(text: &str) -> String {
    let mut out = String::new();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        let mut chars = word.chars();
        out.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        out.extend(chars);
    }
    identifier(&out)
}

/// Replaces invalid characters of `text` by `_`, and ensures that it begins with a letter.
fn identifier(text: &str) -> String {
    let legal = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = text.chars().take(MAX_NAME).map(legal).collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name
    } else {
        format!("n{name}").chars().take(MAX_NAME).collect()
    }
}

fn is_reserved(name: &str) -> bool {
    let has = |words: &str| words.split_ascii_whitespace().any(|word| word == name);
    // Binary constants B0 to B11111111, analogue pins A0 to A15, math macros such as M_PI.
    let rest_is_digits =
        |prefix| name.strip_prefix(prefix).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    has(KEYWORDS)
        || has(ARDUINO)
        || has(MEMBERS)
        || ["A", "B", "D"].into_iter().any(rest_is_digits)
        || name.starts_with("M_")
        || DEVICES.split_ascii_whitespace().any(|word| name.eq_ignore_ascii_case(word))
}

/// Keywords of C++ up to C++20, and names of the standard library that are treated as keywords.
const KEYWORDS: &str = "
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class compl
    concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete
    do double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable
    namespace new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast
    requires return short signed sizeof static static_assert static_cast struct switch template this thread_local throw
    true try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq
    final override std main NULL NAN INFINITY HUGE_VAL EOF errno assert offsetof size_t ptrdiff_t
    int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t float_t double_t";

/// Macros, types and objects of Arduino cores that are visible in every sketch.
const ARDUINO: &str = "
    abs min max round radians degrees sq constrain map bit bitRead bitSet bitClear bitWrite bitToggle lowByte highByte
    interrupts noInterrupts sei cli word byte boolean isr F PI HALF_PI TWO_PI DEG_TO_RAD RAD_TO_DEG EULER HIGH LOW
    INPUT OUTPUT INPUT_PULLUP INPUT_PULLDOWN CHANGE FALLING RISING DEFAULT EXTERNAL INTERNAL LSBFIRST MSBFIRST SERIAL
    DISPLAY LED_BUILTIN SDA SCL SS MOSI MISO SCK TX RX DAC0 DAC1 NOT_A_PIN NOT_A_PORT F_CPU PROGMEM PSTR ISR SP SREG
    Serial Serial1 Serial2 Serial3 SerialUSB USBSerial String StringSumHelper Print Printable Stream Server Client UDP
    IPAddress HardwareSerial Wire SPI EEPROM WiFi Keyboard Mouse ESP Arduino arduino rtos mbed
    setup loop yield delay micros millis random randomSeed tone noTone pinMode digitalRead digitalWrite analogRead
    analogWrite shiftIn shiftOut pulseIn init initVariant serialEvent _BV I";

/// Macros of libraries (the sockets of lwIP, curses), and words that sketches often define, such as pins, colours
/// and sizes.
const MACROS: &str = "
    accept bind close connect ioctl listen open poll read recv select send shutdown socket write
    add border box clear echo erase insert move refresh scroll timeout
    black blue brown cyan gray green magenta orange pink purple red white yellow
    above below bottom down first in in1 in2 last left middle out right second top up
    bits block clock column columns copy count current depth dx dy end even flash from gap head height high image index
    input inner kernel label larger led length lesser level local low made make maximum mean mid next odd offset one output
    over pad pair pick pixel pixels place plane pool put raw reach rest ring room row rows scale shift side size source start
    state step steps store stream sum take target times total value values weight weights width window x y z zero";

/// Members of the class, and names used in the sketch.
const MEMBERS: &str = "
    predict predict_P output outputs proba labels width height channels classes numInputs numOutputs net run arena_
    samples image";

/// Reserved file names on Windows.
const DEVICES: &str = "
    con prn aux nul com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn class_names_follow_the_configuration_or_the_model() {
        assert_eq!(class_name("MicroMobileNet", "micro"), "MicroMobileNet");
        assert_eq!(class_name("", "my_net"), "MyNet");
        assert_eq!(class_name("", "squeeze"), "Squeeze");
        assert_eq!(class_name("", "net2_b"), "Net2B");
    }

    #[test]
    fn names_that_are_taken_are_changed() {
        for taken in ["class", "Serial", "F", "B101", "A7", "predict", "labels", "CON", "setup", "min", "net", "PI"] {
            let name = class_name(taken, "x");
            assert_eq!(name, format!("Net{taken}"));
            assert!(is_class_name(&name), "{name}");
        }
    }

    #[test]
    fn macros_of_a_sketch_are_found_as_whole_words_of_code() {
        let code = "int red = read(row3, min) + PROGMEM;  // blue\nwidth_ = first.width;";
        assert_eq!(macros(code), ["first", "min", "read", "red", "width"]);
    }

    #[test]
    fn no_trick_with_paths_or_quotes_survives() {
        for hostile in ["../../etc/passwd", "a/b", "C:\\x", "\"; system(\"", "", "9", ".", "é", "a\n#error", "_X"] {
            let name = class_name(hostile, hostile);
            assert!(is_class_name(&name), "{hostile:?} became {name:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_becomes_a_class_name(configured in any::<String>(), model in any::<String>()) {
            prop_assert!(is_class_name(&class_name(&configured, &model)));
        }
    }
}
