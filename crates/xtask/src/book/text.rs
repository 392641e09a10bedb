//! Pieces of Markdown and HTML. Knows nothing of what they say.

/// Makes a text fit for a cell of a Markdown table, and for HTML around it.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}

/// Makes a text fit for HTML and for the values of its attributes.
pub(super) fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Returns a phrase as a sentence.
pub(super) fn sentence(phrase: &str) -> String {
    let text = upper(phrase);
    if text.ends_with(['.', '!', '?']) {
        text
    } else {
        format!("{text}.")
    }
}

/// Returns a text with its first letter in upper case.
pub(super) fn upper(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Counts things: `1 file`, `2 files`.
pub(super) fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// Turns what stands between backticks into code, with everything fit for HTML.
pub(super) fn code_in_html(text: &str) -> String {
    let mut made = String::new();
    for (index, part) in text.split('`').enumerate() {
        let part = html(part);
        made.push_str(&if index % 2 == 1 {
            format!("<code>{part}</code>")
        } else {
            part
        });
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_inside_their_cells() {
        assert_eq!(cell("a|b <c>\nd"), "a\\|b &lt;c> d");
        assert_eq!(html("\"<&>\""), "&quot;&lt;&amp;&gt;&quot;");
        assert_eq!(code_in_html("say `a<b`."), "say <code>a&lt;b</code>.");
        assert_eq!(sentence("it is so"), "It is so.");
    }
}
