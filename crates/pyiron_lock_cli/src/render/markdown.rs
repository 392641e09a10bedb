//! Findings as Markdown for a comment on a pull request: a summary, the matrix, and tables. Names come from files that
//! anybody may have written, so every sign that Markdown or its host could act on is written as an entity.

use std::fmt::Write as _;

use pyiron_lock_conform::{Matrix, Report, State};
use pyiron_lock_core::Severity;

use super::{
    counted,
    results::{One, Results, place_text, visible},
    sarif::help_uri,
};

/// The most characters; hosts refuse comments of more than 65 536.
const MAX_CHARS: usize = 60_000;
/// The most of them that the matrix may take.
const MAX_MATRIX: usize = 20_000;

/// Returns the findings as a comment.
pub(crate) fn markdown(results: &Results<'_>) -> String {
    let mut all = results.all();
    all.sort_by_key(|one| (one.waiver.is_some(), std::cmp::Reverse(one.finding.severity)));
    let (standing, waived): (Vec<One<'_>>, Vec<One<'_>>) =
        all.into_iter().partition(|one| one.waiver.is_none());
    let mut text = format!("{}\n", summary(results, &standing, waived.len()));
    let matrix = matrix(results.report);
    if matrix.chars().count() > MAX_MATRIX {
        text.push_str("\nThe matrix is too large for a comment; `pyiron-lock verify` prints it.\n");
    } else {
        text.push_str(&matrix);
    }
    let mut left = MAX_CHARS.saturating_sub(text.chars().count());
    let head = "\n| | Code | About | What | Where |\n|---|---|---|---|---|\n";
    table(&mut text, &mut left, head, &standing, finding_row);
    let head = "\nWaived:\n\n| Code | About | What | Owner | Until | Reason |\n|---|---|---|---|---|---|\n";
    table(&mut text, &mut left, head, &waived, waived_row);
    text
}

fn summary(results: &Results<'_>, standing: &[One<'_>], waived: usize) -> String {
    let cells = |states: &[State]| {
        let cells = results.report.cells.iter();
        cells.filter(|cell| states.contains(&cell.state)).count()
    };
    let count = |severity: Severity| {
        let same = standing.iter().filter(|one| one.finding.severity == severity);
        counted(same.count(), severity.as_str())
    };
    let mut parts = vec![format!("**{}**", count(Severity::Error))];
    parts.extend([count(Severity::Warning), count(Severity::Note)]);
    if waived > 0 {
        parts.push(format!("{waived} waived"));
    }
    if results.configs.is_empty() || !results.locks.is_empty() {
        parts.push(counted(results.locks.len(), "lock"));
    }
    if !results.configs.is_empty() {
        parts.push(counted(results.configs.len(), "configuration"));
    }
    let asked = cells(&[State::Fits, State::Unfit, State::Unserved, State::Unknown]);
    if asked > 0 {
        let fit = cells(&[State::Fits]);
        parts.push(format!("fit at {fit} of {}", counted(asked, "place")));
        let unknown = cells(&[State::Unknown]);
        if unknown > 0 {
            parts.push(format!("{unknown} unknown"));
        }
    }
    parts.join(", ")
}

fn matrix(report: &Report) -> String {
    let matrix = Matrix::new(report);
    let mut text = String::new();
    if matrix.rows.is_empty() {
        return text;
    }
    text.push_str("\n| |");
    for tier in &matrix.tiers {
        let _ = write!(text, " {} |", escaped(tier));
    }
    let _ = writeln!(text, "\n|---|{}", "---|".repeat(matrix.tiers.len()));
    for (target, cells) in &matrix.rows {
        let _ = write!(text, "| {} |", escaped(target));
        for cell in cells {
            let _ = write!(text, " {} |", escaped(Matrix::sign(cell)));
        }
        text.push('\n');
    }
    let mut open = String::new();
    for (target, cells) in &matrix.rows {
        let unknown = cells.iter().filter(|cell| cell.state == State::Unknown);
        let mut unknown: Vec<&str> = unknown.flat_map(|cell| cell.unknown.iter().copied()).collect();
        unknown.sort_unstable();
        unknown.dedup();
        if !unknown.is_empty() {
            let _ = writeln!(
                open,
                "- {}: nobody knows {}",
                escaped(target),
                escaped(&unknown.join(", "))
            );
        }
    }
    if !open.is_empty() {
        let _ = write!(text, "\n{open}");
    }
    text
}

/// Adds a table with as many rows as there is room for, and says how many are left out.
fn table(text: &mut String, left: &mut usize, head: &str, all: &[One<'_>], row: fn(&One<'_>) -> String) {
    if all.is_empty() {
        return;
    }
    text.push_str(head);
    for (number, one) in all.iter().enumerate() {
        let row = row(one);
        let size = row.chars().count();
        if size > *left {
            let _ = writeln!(
                text,
                "\nand {} more, left out here; `--json` has them all",
                counted(all.len() - number, "finding")
            );
            *left = 0;
            return;
        }
        *left -= size;
        text.push_str(&row);
    }
}

fn finding_row(one: &One<'_>) -> String {
    let weight = match one.finding.severity {
        Severity::Error => "**error**",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let places: Vec<String> = one
        .finding
        .origins
        .iter()
        .map(|origin| escaped(&place_text(origin)))
        .collect();
    let (code, about, what) = parts(one);
    format!(
        "| {weight} | {code} | {about} | {what} | {} |\n",
        places.join("<br>")
    )
}

fn waived_row(one: &One<'_>) -> String {
    let (code, about, what) = parts(one);
    let waiver = one.waiver.map(|waiver| {
        let until = waiver.until.value.to_string();
        [&waiver.owner, &until, &waiver.reason]
            .map(|word| escaped(word))
            .join(" | ")
    });
    format!("| {code} | {about} | {what} | {} |\n", waiver.unwrap_or_default())
}

/// Returns the code, what it is about and the words of a finding as cells.
fn parts(one: &One<'_>) -> (String, String, String) {
    let code = one.finding.code;
    let about: Vec<String> = one
        .about()
        .iter()
        .map(|(kind, name)| format!("{kind} <code>{}</code>", escaped(name)))
        .collect();
    let lines: Vec<String> = one.lines().iter().map(|line| quoted(line)).collect();
    (
        format!("[{code}]({})", help_uri(code)),
        about.join("<br>"),
        lines.join("<br>"),
    )
}

/// Returns text in which what stands between backticks is code; all of it is escaped either way.
fn quoted(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    // An odd backtick would turn inside out what follows.
    if pieces.len().is_multiple_of(2) {
        return escaped(text);
    }
    let shown = pieces.iter().enumerate().map(|(number, piece)| {
        if number % 2 == 1 {
            format!("<code>{}</code>", escaped(piece))
        } else {
            escaped(piece)
        }
    });
    shown.collect()
}

/// Returns text of which nothing is acted on: signs as entities; what would call a person or an issue, as code.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut last = ' ';
    for c in visible(text).chars() {
        match c {
            '@' | '#' => {
                let _ = write!(shown, "<code>{c}</code>");
            }
            // Hosts make links of `www.` too.
            '.' if last.eq_ignore_ascii_case(&'w') => shown.push_str("&#46;"),
            ' ' | ',' | '.' | '-' | '/' | '(' | ')' | '=' | '+' | '%' | ';' | '?' => shown.push(c),
            c if c.is_ascii_punctuation() => {
                let _ = write!(shown, "&#{};", u32::from(c));
            }
            c => shown.push(c),
        }
        last = c;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{super::results::testing::Sample, *};

    #[test]
    fn a_comment_has_the_matrix_and_the_findings() {
        insta::assert_snapshot!(Sample::plain().show(markdown));
    }

    #[test]
    fn hostile_names_break_no_table() {
        let sample = Sample::hostile();
        let text = sample.show(markdown);
        let (plain, hostile) = (Sample::plain().show(markdown), text.as_str());
        let shape =
            |text: &str| -> Vec<usize> { text.lines().map(|line| line.matches('|').count()).collect() };
        assert_eq!(shape(&plain), shape(hostile));
        let (package, target) = sample.names();
        assert!(!hostile.contains(package) && !hostile.contains(target));
        for sign in [
            "<script",
            "@all",
            "#1 ",
            "https://evil",
            "`",
            "\\|",
            "\u{202e}",
            "someone",
        ] {
            assert!(!hostile.contains(sign), "{sign}");
        }
    }

    #[test]
    fn a_comment_stays_below_what_hosts_take() {
        let text = Sample::plain().with_many().show(markdown);
        assert!(text.chars().count() < 65_536);
        assert!(text.contains("more, left out here; `--json` has them all"));
    }
}
