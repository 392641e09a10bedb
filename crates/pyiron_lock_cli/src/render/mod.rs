//! From findings and outcomes to words: for people through miette, for scripts as JSON, for other programs as SARIF,
//! JUnit and Markdown.

mod conflict;
mod finding;
mod junit;
mod markdown;
mod results;
mod sarif;
mod stale;
mod view;

pub(crate) use conflict::{Told, conflict_findings, suggestion_text};
pub(crate) use finding::{MAX_SHOWN, findings_text};
pub(crate) use junit::junit;
pub(crate) use markdown::markdown;
pub(crate) use results::{ConfigSeen, Family, LockSeen, Results};
pub(crate) use sarif::sarif;
pub(crate) use stale::{cause_text, not_contained_text, stale_text};
pub(crate) use view::finding_view;

/// Returns a count with its noun, the plural made with `s`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

/// Returns names joined by commas, folded after ten.
pub(crate) fn folded<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<&str> = names.iter().take(10).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Returns text broken into lines of at most 100 characters, between words.
pub(crate) fn wrapped(text: &str) -> String {
    const WIDTH: usize = 100;
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > WIDTH {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}
