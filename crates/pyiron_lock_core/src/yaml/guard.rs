//! Bounds for texts that a reader without bounds is to see: how deep they are nested, how far aliases expand them.

use super::spanned::{self, YamlError};

/// Indentation and list marks that a line of a real lock never has in front of its text.
const SUSPICIOUS_PREFIX: usize = 40;
/// Flow collections that a real lock never has open at once.
const SUSPICIOUS_FLOW: usize = 8;

/// Checks a text before a reader without bounds sees it.
///
/// One look at the bytes clears what tools write. Only a text that may be deep or have anchors is read as a tree,
/// within the bounds that hold there.
pub fn bounded(text: &str) -> Result<(), YamlError> {
    if suspicious(text) {
        spanned::read(text)?;
    }
    Ok(())
}

fn suspicious(text: &str) -> bool {
    let mut flow = 0_usize;
    let mut prefix = 0;
    let mut before = b'\n';
    for byte in text.bytes() {
        match byte {
            b'\n' => prefix = 0,
            b' ' | b'-' | b'?' | b':' | b'\t' if prefix < SUSPICIOUS_PREFIX => prefix += 1,
            b' ' | b'-' | b'?' | b':' | b'\t' if prefix == SUSPICIOUS_PREFIX => return true,
            // An anchor stands where a value starts; `&` inside a word is nothing special.
            b'&' if !before.is_ascii_alphanumeric() => return true,
            _ => prefix = usize::MAX,
        }
        match byte {
            b'[' | b'{' => {
                flow += 1;
                if flow > SUSPICIOUS_FLOW {
                    return true;
                }
            }
            b']' | b'}' => flow = flow.saturating_sub(1),
            _ => {}
        }
        before = byte;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_write_is_cleared_by_its_bytes() {
        for text in [
            "packages:\n- conda: https://a.invalid/x?a=1&b=2\n  depends:\n  - numpy >=1,<2.0a0\n",
            "a: ['x[a,b]', {}, []]\n",
            "a: 'x' # ------------------------------------------------------\n",
        ] {
            assert!(!suspicious(text), "{text}");
            assert_eq!(bounded(text), Ok(()));
        }
    }

    #[test]
    fn depth_and_expansion_are_bounded() {
        let wide = "x, ".repeat(40_000);
        let uses = "- *a\n".repeat(40_000);
        for text in [
            "[".repeat(1 << 16),
            "- ".repeat(1 << 12),
            "? ".repeat(1 << 12),
            format!("a: &a [{wide}]\nb:\n{uses}"),
            format!("a: !!seq &a [{wide}]\nb:\n{uses}"),
        ] {
            assert!(bounded(&text).is_err(), "{}", &text[..20]);
        }
        assert_eq!(bounded("a: &a {b: 1}\nc: *a\n"), Ok(()));
    }

    #[test]
    fn depth_by_indentation_is_bounded() {
        let deep: String = (0..100).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
        assert!(bounded(&deep).is_err());
    }
}
