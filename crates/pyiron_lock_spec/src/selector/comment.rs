//! Tells selectors from ordinary comments. Does not know which line the comment belongs to.

use super::{expression, words};

/// What a comment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Comment<'t> {
    /// Words for people.
    Prose,
    /// A selector, with the text between the brackets and its offset from the `#`.
    Selector {
        /// The expression as written.
        expression: &'t str,
        /// Bytes from the start of the comment text (after `#`) to the opening bracket.
        offset: usize,
        /// A further selector behind it, which nobody reads.
        further: Option<&'t str>,
    },
    /// Prose that holds a selector further on, which some programs read as one.
    Late {
        /// The expression as written.
        expression: &'t str,
    },
    /// A bracket at the start with a word of selectors in it, in a form that is not read.
    Broken {
        /// The expression as written, up to the end where the bracket is left open.
        expression: &'t str,
        /// What stands right behind the bracket; `None` where the bracket is left open.
        after: Option<char>,
    },
}

/// Classifies the text after `#`.
///
/// A selector stands at the start, in square brackets, and is followed by nothing or a blank; what is in the
/// brackets is either one word, or words that `and`, `or`, parentheses or an operator join. `# [1] see paper`,
/// `# [link](url)` and `# [see docs]` are prose. One unknown word alone counts as a selector, because to drop or
/// to keep its line would be a guess.
pub(crate) fn classify(text: &str) -> Comment<'_> {
    let trimmed = text.trim_start();
    let offset = text.len() - trimmed.len();
    let Some(inner) = trimmed.strip_prefix('[') else {
        return late(text).map_or(Comment::Prose, |expression| Comment::Late { expression });
    };
    let Some((expression, behind)) = inner.split_once(']') else {
        let expression = inner.trim_end();
        return if looks_like_selector(expression) && has_selector_word(expression) {
            Comment::Broken {
                expression,
                after: None,
            }
        } else {
            Comment::Prose
        };
    };
    let after = behind.chars().next();
    if !looks_like_selector(expression) {
        let first = expression.trim().split(|c| !expression::is_word(c)).next();
        return match after {
            Some('(') => Comment::Prose,
            _ if !expression.contains(':') && first.is_some_and(words::is_selector_word) => {
                Comment::Broken { expression, after }
            }
            _ => Comment::Prose,
        };
    }
    match after {
        Some('(') => Comment::Prose,
        Some(c) if !c.is_whitespace() => {
            if has_selector_word(expression) {
                Comment::Broken { expression, after }
            } else {
                Comment::Prose
            }
        }
        _ => Comment::Selector {
            expression,
            offset,
            further: late(behind),
        },
    }
}

/// Returns the first bracket in a text, if it holds nothing but a selector.
fn late(text: &str) -> Option<&str> {
    let (expression, after) = text.split_once('[')?.1.split_once(']')?;
    let read = expression::parse(expression, "").ok()?;
    (!after.starts_with('(') && read.words().into_iter().all(words::is_selector_word)).then_some(expression)
}

fn has_selector_word(text: &str) -> bool {
    text.split(|c| !expression::is_word(c))
        .any(words::is_selector_word)
}

/// Returns whether the text between brackets is meant as a selector, readable or not.
pub(crate) fn looks_like_selector(text: &str) -> bool {
    let text = text.trim();
    let allowed = |c: char| expression::is_word(c) || c.is_whitespace() || "()|&!,<>=.\"'".contains(c);
    if text.is_empty() || !text.chars().all(allowed) {
        return false;
    }
    let words: Vec<&str> = text
        .split(|c| !expression::is_word(c))
        .filter(|word| !word.is_empty())
        .collect();
    let numeric = words
        .iter()
        .all(|word| word.chars().all(|c| c.is_ascii_digit() || c == '-'));
    has_selector_word(text) || words == [text] && !numeric || expression::parse(text, "").is_ok() && !numeric
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_told_from_prose() {
        for selector in [
            " [linux]",
            "[linux]",
            " [linux or osx]",
            " [(linux or osx) and x86_64]",
            " [lunix]",
            " [linux] needed for x",
            " [not win]",
            " [linux|osx]",
            " [py<39]",
            " [ win ]",
            " [foo and bar]",
            " [linux osx]",
        ] {
            assert!(
                matches!(classify(selector), Comment::Selector { .. }),
                "{selector}"
            );
        }
        for prose in [
            "",
            " why",
            " [1] see paper",
            " [1, 2]",
            " [link](https://x.org)",
            " [see docs]",
            " [see docs] for linux",
            " []",
            " [2024-01-01]",
            " [https://x.org/a]",
            " [linux](https://x.org)",
            " [see: linux",
            " [TODO]: later",
            " [x], y",
            " needs a[0]",
            " see [docs](linux)",
        ] {
            assert_eq!(classify(prose), Comment::Prose, "{prose}");
        }
        assert!(matches!(
            classify(" only here [linux]"),
            Comment::Late { expression: "linux" }
        ));
    }

    #[test]
    fn brackets_that_nobody_reads_are_told_from_prose() {
        for broken in [
            " [linux], needed",
            " [linux]: needed",
            " [linux][win]",
            " [linux or",
            " [linux",
            " [linux; win]",
            " [linux/osx]",
        ] {
            assert!(matches!(classify(broken), Comment::Broken { .. }), "{broken}");
        }
        for second in [" [linux] # [win]", " [linux] [win]"] {
            assert!(
                matches!(
                    classify(second),
                    Comment::Selector {
                        further: Some("win"),
                        ..
                    }
                ),
                "{second}"
            );
        }
    }
}
