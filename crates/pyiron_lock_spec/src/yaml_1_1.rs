//! What programs that read YAML 1.1 make of a plain word: `yes`, `0x10`, `1_000`, `12:30:00`. Knows no schema.

use pyiron_lock_core::yaml::{Node, Value};

const BOOLEANS: [&str; 6] = ["true", "false", "yes", "no", "on", "off"];

/// Returns what else than text a plain scalar is in YAML 1.1, or in YAML 1.2 where a capital hides it.
pub(crate) fn kind(node: &Node) -> Option<&'static str> {
    let Value::Scalar { text, plain: true } = &node.value else {
        return None;
    };
    if is_boolean(text) {
        return Some("a boolean");
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if is_date(text) {
        return Some("a date");
    }
    (is_based(digits) || is_decimal(digits) || is_clock(digits)).then_some("a number")
}

/// Returns whether it is a boolean of YAML 1.2 too, `True` as well as `true`.
pub(crate) fn boolean_everywhere(node: &Node) -> bool {
    matches!(&node.value, Value::Scalar { text, plain: true }
        if is_boolean(text) && (text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")))
}

fn is_boolean(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let capital = text.chars().skip(1).all(|c| c.is_ascii_lowercase());
    let shout = text.chars().all(|c| c.is_ascii_uppercase());
    BOOLEANS.contains(&lower.as_str()) && (capital || shout)
}

fn is_based(digits: &str) -> bool {
    let all = |rest: &str, base: u32| {
        rest.contains(|c: char| c.is_digit(base)) && rest.chars().all(|c| c == '_' || c.is_digit(base))
    };
    let after = |prefix: &str, base: u32| digits.strip_prefix(prefix).is_some_and(|rest| all(rest, base));
    after("0x", 16) || after("0b", 2) || after("0o", 8) || after("0", 8)
}

fn is_decimal(digits: &str) -> bool {
    if [".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"].contains(&digits) {
        return true;
    }
    let plain = digits.replace('_', "");
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && plain.contains(|c: char| c.is_ascii_digit())
        && plain.parse::<f64>().is_ok()
}

/// Returns whether it is a number to the base of sixty, as a time of day looks.
fn is_clock(digits: &str) -> bool {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut parts = whole.split(':');
    let number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    parts.next().is_some_and(number)
        && whole.contains(':')
        && parts.all(|part| number(part) && part.len() <= 2 && part.parse::<u8>().is_ok_and(|part| part < 60))
        && fraction.chars().all(|c| c.is_ascii_digit())
}

fn is_date(text: &str) -> bool {
    let day = text.split(['T', 't', ' ']).next().unwrap_or(text);
    let mut parts = day.split('-');
    let number = |part: Option<&str>, lengths: &[usize]| {
        part.is_some_and(|part| lengths.contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit()))
    };
    number(parts.next(), &[4])
        && number(parts.next(), &[1, 2])
        && number(parts.next(), &[1, 2])
        && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use pyiron_lock_core::yaml;

    use super::*;

    #[test]
    fn words_that_change_are_known_and_others_stay_text() {
        let read = |text: &str| kind(&yaml::read(text).unwrap().root.unwrap());
        for text in ["yes", "No", "ON", "off", "True", "FALSE"] {
            assert_eq!(read(text), Some("a boolean"), "{text}");
        }
        for text in [
            "0x10", "1_000", "12:30:00", "0b11", "017", "0o17", "1e3", ".5", "-1_0.5", ".inf",
        ] {
            assert_eq!(read(text), Some("a number"), "{text}");
        }
        assert_eq!(read("2024-01-01"), Some("a date"));
        for text in [
            "'yes'", "yEs", "y", "numpy", "1.2.3", "0x", "a:b", "12:99", "on-time", "08b", "/usr", "2024-01",
            "host:80",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
