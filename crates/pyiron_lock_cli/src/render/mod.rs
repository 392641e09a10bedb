//! From findings and outcomes to words: for people through miette, for scripts as JSON.

mod conflict;
mod finding;
mod stale;
mod view;

pub(crate) use conflict::{Told, conflict_findings, suggestion_text};
pub(crate) use finding::{MAX_SHOWN, findings_text};
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
