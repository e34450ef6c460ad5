//! The reply of a terminal to the question for its background, if it comes so late that it is read as keys.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

/// Removes a late reply from the keys: `ESC ]`, which is read as Alt-], up to BEL (Ctrl-G) or `ESC \` (Alt-\).
#[derive(Debug, Clone, Copy)]
pub struct LateReply {
    is_expected: bool,
    /// The number of keys since its beginning; `None` outside of it.
    length: Option<usize>,
}

/// Maximum number of keys of a reply; what is longer is none.
const MAX_LENGTH: usize = 40;

impl LateReply {
    /// Expects a reply, if one `is_expected`.
    #[must_use]
    pub const fn new(is_expected: bool) -> Self {
        Self { is_expected, length: None }
    }

    /// Whether `event` is not part of the reply.
    pub fn keep(&mut self, event: &Event) -> bool {
        let Event::Key(KeyEvent { code, modifiers, .. }) = event else { return true };
        let is = |letter: char, held: KeyModifiers| *code == KeyCode::Char(letter) && *modifiers == held;
        match self.length {
            _ if !self.is_expected => true,
            None if is(']', KeyModifiers::ALT) => {
                self.length = Some(0);
                false
            }
            None => true,
            Some(length) => {
                let is_end = is('g', KeyModifiers::CONTROL) || is('\\', KeyModifiers::ALT);
                self.is_expected = !is_end && length < MAX_LENGTH;
                self.length = Some(length + 1).filter(|_| self.is_expected);
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(late: &mut LateReply, keys: &[(char, KeyModifiers)]) -> String {
        let event = |(letter, held): &(char, KeyModifiers)| Event::Key(KeyEvent::new(KeyCode::Char(*letter), *held));
        keys.iter().filter(|key| late.keep(&event(key))).map(|(letter, _)| *letter).collect()
    }

    #[test]
    fn a_late_reply_is_not_typed_into_a_cell() {
        let plain = |text: &str| text.chars().map(|letter| (letter, KeyModifiers::NONE)).collect::<Vec<_>>();
        for end in [('g', KeyModifiers::CONTROL), ('\\', KeyModifiers::ALT)] {
            let reply = [vec![(']', KeyModifiers::ALT)], plain("11;rgb:ffff/ffff/ffff"), vec![end]].concat();
            let keys = [plain("j"), reply.clone(), plain("9")].concat();
            assert_eq!(kept(&mut LateReply::new(true), &keys), "j9");
            assert_eq!(kept(&mut LateReply::new(false), &keys).len(), keys.len(), "none is expected");
            let mut late = LateReply::new(true);
            assert_eq!(kept(&mut late, &[&reply[..], &reply].concat()).len(), reply.len(), "there is one reply");
        }
        // What never ends is no reply, and takes a bounded number of keys.
        let endless = [vec![(']', KeyModifiers::ALT)], plain(&"x".repeat(60))].concat();
        assert_eq!(kept(&mut LateReply::new(true), &endless).len(), 60 - MAX_LENGTH - 1);
    }
}
