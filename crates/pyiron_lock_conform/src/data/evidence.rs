//! Facts in blocks, each block with the evidence for what it says. Knows no single fact.

use pyiron_lock_core::{
    Finding, Span, Spanned,
    yaml::{
        Node,
        tree::{Field, Reader, did_you_mean, helped},
    },
};

use super::codes;

/// Where facts come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// A repository with its file, or a page.
    pub source: String,
    /// The commit of the repository.
    pub commit: Option<String>,
    /// When it was written or looked at: a year, a month or a day.
    pub date: Option<String>,
    /// Why the facts may not hold, where that is so.
    pub uncertain: Option<String>,
}

/// The keys of a block.
pub(crate) const BLOCK_KEYS: &[&str] = &["source", "commit", "date", "uncertain", "says"];

/// A block: its evidence and what it says.
pub(crate) struct Block<'n> {
    pub(crate) evidence: Evidence,
    pub(crate) says: Vec<Field<'n>>,
}

/// Reads a list of blocks.
pub(crate) fn blocks<'n>(reader: &mut Reader<'_>, node: &'n Node) -> Vec<Block<'n>> {
    let Some(items) = reader.items(node, "`facts`") else {
        return Vec::new();
    };
    items.iter().filter_map(|item| block(reader, item)).collect()
}

fn block<'n>(reader: &mut Reader<'_>, node: &'n Node) -> Option<Block<'n>> {
    let fields = reader.fields(node, "a block of facts")?;
    check_keys(reader, &fields, BLOCK_KEYS, "a block of facts");
    let source = required(reader, &fields, node, "source", "a block of facts");
    let says = required(reader, &fields, node, "says", "a block of facts");
    let source = source.and_then(|node| reader.text(node, "`source`"));
    let commit = optional(reader, &fields, "commit");
    let date = optional(reader, &fields, "date");
    if let Some(date) = date.as_ref().filter(|date| !is_date(&date.value)) {
        let message = format!(
            "`{}` is not a year, a month or a day, such as 2026-08-19",
            date.value
        );
        reader.push(reader.finding(codes::DATA_WRONG_VALUE, date.span, message, "given here"));
    }
    let uncertain = optional(reader, &fields, "uncertain");
    let says = reader.fields(says?, "`says`")?;
    let text = |text: Option<Spanned<String>>| text.map(|text| text.value);
    Some(Block {
        evidence: Evidence {
            source: source?.value,
            commit: text(commit),
            date: text(date),
            uncertain: text(uncertain),
        },
        says,
    })
}

/// Returns whether a text is `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, digits: usize, limit: u32| {
        part.len() == digits
            && part
                .parse::<u32>()
                .is_ok_and(|number| (1..=limit).contains(&number))
    };
    parts.len() <= 3
        && number(parts[0], 4, 9999)
        && parts.get(1).is_none_or(|part| number(part, 2, 12))
        && parts.get(2).is_none_or(|part| number(part, 2, 31))
}

/// Reads the text of a key that may be absent; numbers count as written, since commits and years look like them.
pub(crate) fn optional(reader: &mut Reader<'_>, fields: &[Field<'_>], key: &str) -> Option<Spanned<String>> {
    let node = fields.iter().find(|field| field.key == key)?.value;
    match node.as_str() {
        Some(text) if !node.is_null() && !text.trim().is_empty() => {
            Some(Spanned::new(text.trim().to_owned(), node.span))
        }
        _ => {
            reader.wrong_kind(node, &format!("`{key}`"), "text");
            None
        }
    }
}

/// Returns the value of a key that has to be there.
pub(crate) fn required<'n>(
    reader: &mut Reader<'_>,
    fields: &[Field<'n>],
    owner: &Node,
    key: &str,
    what: &str,
) -> Option<&'n Node> {
    reader.required(fields, owner, key, what, codes::DATA_MISSING_KEY)
}

/// Reports keys that are not in the table.
pub(crate) fn check_keys(reader: &mut Reader<'_>, fields: &[Field<'_>], known: &[&str], what: &str) {
    for field in fields.iter().filter(|field| !known.contains(&field.key)) {
        let finding = unknown_word(
            reader,
            field.key,
            field.key_span,
            known.iter().copied(),
            &format!("{what} has an unknown key"),
        );
        reader.push(finding);
    }
}

/// Says that a word is not one of those known; `what` leads up to the word.
pub(crate) fn unknown_word<'k>(
    reader: &Reader<'_>,
    word: &str,
    span: Span,
    known: impl IntoIterator<Item = &'k str> + Clone,
    what: &str,
) -> Finding {
    let code = if what.ends_with("unknown key") {
        codes::DATA_UNKNOWN_KEY
    } else {
        codes::DATA_WRONG_VALUE
    };
    let finding = reader.finding(code, span, format!("{what} `{word}`"), "not known here");
    let help = did_you_mean(word, known.clone()).unwrap_or_else(|| {
        let mut words: Vec<String> = known.into_iter().map(|word| format!("`{word}`")).collect();
        let more = words.len().saturating_sub(12);
        words.truncate(12);
        let rest = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!("known are {}{rest}", words.join(", "))
    });
    helped(finding, Some(help))
}
