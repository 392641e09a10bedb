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
    },
    /// Prose that holds a selector further on, which some programs read as one.
    Late {
        /// The expression as written.
        expression: &'t str,
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
    if let Some(inner) = trimmed.strip_prefix('[') {
        let Some((expression, after)) = inner.split_once(']') else {
            return Comment::Prose;
        };
        let ends = after.chars().next().is_none_or(char::is_whitespace);
        if ends && looks_like_selector(expression) {
            return Comment::Selector { expression, offset };
        }
        return Comment::Prose;
    }
    match text.split_once('[').and_then(|(_, rest)| rest.split_once(']')) {
        Some((expression, after))
            if !after.starts_with('(')
                && expression::parse(expression)
                    .is_ok_and(|read| read.words().into_iter().all(words::is_selector_word)) =>
        {
            Comment::Late { expression }
        }
        _ => Comment::Prose,
    }
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
    let named = words.iter().any(|word| words::is_selector_word(word));
    let numeric = words
        .iter()
        .all(|word| word.chars().all(|c| c.is_ascii_digit() || c == '-'));
    named || words == [text] && !numeric || expression::parse(text).is_ok() && !numeric
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
            " [linux",
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
}
