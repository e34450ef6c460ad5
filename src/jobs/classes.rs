//! Detection of classes that are directions, digits or letters, by their names.

use crate::data::words;
use std::collections::HashSet;

/// Pairs of words that a horizontal flip swaps.
const MIRRORED: [[&str; 2]; 9] = [
    ["left", "right"],
    ["links", "rechts"],
    ["gauche", "droite"],
    ["izquierda", "derecha"],
    ["west", "east"],
    ["clockwise", "counterclockwise"],
    ["clockwise", "anticlockwise"],
    ["cw", "ccw"],
    ["forehand", "backhand"],
];
/// Pairs of words that a rotation by 180° swaps.
const TURNING: [[&str; 2]; 8] = [
    ["up", "down"],
    ["top", "bottom"],
    ["north", "south"],
    ["oben", "unten"],
    ["haut", "bas"],
    ["arriba", "abajo"],
    ["upward", "downward"],
    ["upwards", "downwards"],
];
/// Words in a class name beside a digit or a letter, such as "digit" or "upper".
const OF_DIGITS: [&str; 7] = ["digit", "number", "num", "numeral", "ziffer", "chiffre", "cifra"];
const OF_LETTERS: [&str; 9] =
    ["letter", "upper", "lower", "uppercase", "lowercase", "capital", "buchstabe", "lettre", "letra"];
const DIGITS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/// Returns the labels that a horizontal flip turns into another label.
pub(super) fn mirrored(labels: &[String]) -> Vec<&String> {
    pairs(labels, &MIRRORED)
}

/// Returns the labels that a rotation by 180° turns into another label.
pub(super) fn turning(labels: &[String]) -> Vec<&String> {
    pairs(labels, &TURNING)
}

/// Returns the labels that name single digits.
pub(super) fn digits(labels: &[String]) -> Vec<&String> {
    let is_one = |label: &&String| {
        let all = words(label);
        let mut values = all.iter().filter(|word| !OF_DIGITS.contains(&word.as_str())).map(|word| digit(word));
        // `0-zero` names one digit twice.
        let first = values.next().flatten();
        first.is_some() && values.all(|value| value == first)
    };
    labels.iter().filter(is_one).collect()
}

/// Returns the labels that name single letters.
pub(super) fn letters(labels: &[String]) -> Vec<&String> {
    let is_one = |label: &&String| {
        let all = words(label);
        let mut others = all.iter().filter(|word| !OF_LETTERS.contains(&word.as_str()));
        let mut is_one = |word: &String| word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
        others.next().is_some_and(&mut is_one) && others.next().is_none()
    };
    labels.iter().filter(is_one).collect()
}

/// Returns the digit named by `word`, as a numeral or in English.
fn digit(word: &str) -> Option<usize> {
    let figure = word.parse().ok().filter(|_| word.len() == 1);
    figure.or_else(|| DIGITS.iter().position(|name| *name == word))
}

/// Returns the labels that differ only in the words of one of `pairs`, also as parts of a longer word, such as
/// `leftturn` and `rightturn`.
fn pairs<'a>(labels: &'a [String], pairs: &[[&str; 2]]) -> Vec<&'a String> {
    let all: Vec<Vec<String>> = labels.iter().map(|label| words(label)).collect();
    let joined: HashSet<String> = all.iter().map(|words| words.join(" ")).collect();
    let has = |at: usize, word: &str| all[at].iter().any(|one| one == word);
    let is_one = |at: &usize| {
        let own = all[*at].join(" ");
        pairs.iter().flat_map(|[a, b]| [(a, b), (b, a)]).any(|(mine, other)| {
            let rival = |place| format!("{}{other}{}", &own[..place], &own[place + mine.len()..]);
            own.match_indices(mine).any(|(place, _)| joined.contains(&rival(place)))
                || (has(*at, mine)
                    && (0..labels.len()).any(|rival| rival != *at && has(rival, other) && !has(rival, mine)))
        })
    };
    (0..labels.len()).filter(is_one).map(|at| &labels[at]).collect()
}
