//! A part of a manifest as text: some of its platforms and tiers, with their comments, byte for byte.
//!
//! Works on lines: keys of the top level, of `platforms` and of `tiers` have to start lines of their own.

use std::{collections::BTreeSet, ops::Range};

use pyiron_lock_core::{
    SourceRef,
    yaml::{self, Entry, Node, Value},
};

/// What is left of a manifest.
pub(super) struct Keep<'k> {
    pub(super) tiers: BTreeSet<&'k str>,
    pub(super) platforms: BTreeSet<&'k str>,
    /// The lines that take the place of `channels`, with what stands above it.
    pub(super) channels: String,
}

/// The lines of one entry: its comments, its key, its value.
struct Block<'n> {
    entry: &'n Entry,
    lines: Range<usize>,
}

impl Block<'_> {
    fn key(&self) -> &str {
        self.entry.key.as_str().unwrap_or_default()
    }
}

/// Returns the text of the part; `None` where the text is not a map.
pub(super) fn cut(source: &SourceRef, keep: &Keep<'_>) -> Option<String> {
    let document = yaml::read(source.text()).ok()?;
    let root = entries(document.root.as_ref()?)?;
    let end = source.position(source.text().len()).line + 1;
    let top = blocks(source, root, 0..end);
    let mut text = lines(source, 1..top.first()?.lines.start);
    for block in &top {
        match block.key() {
            "channels" => text.push_str(&keep.channels),
            "channel-sources" => {}
            "platforms" => text.push_str(&section(source, block, |entry| {
                keep.platforms
                    .contains(entry.key())
                    .then(|| lines(source, entry.lines.clone()))
            })?),
            "tiers" => text.push_str(&section(source, block, |entry| {
                keep.tiers
                    .contains(entry.key())
                    .then(|| tier(source, entry, &keep.platforms))
            })?),
            _ => text.push_str(&lines(source, block.lines.clone())),
        }
    }
    Some(format!("{}\n", text.trim_end()))
}

/// Returns the head of a section, and those of its entries that `render` gives a text for.
fn section(
    source: &SourceRef,
    block: &Block<'_>,
    render: impl Fn(&Block<'_>) -> Option<String>,
) -> Option<String> {
    let key = source.position(block.entry.key.span.start).line;
    let inner = blocks(source, entries(&block.entry.value)?, key..block.lines.end);
    let mut text = lines(source, block.lines.start..inner.first()?.lines.start);
    let kept: Vec<String> = inner.iter().filter_map(render).collect();
    text.push_str(kept.concat().trim_start_matches('\n'));
    Some(text)
}

/// Returns the text of a tier, without the platforms that are not kept.
fn tier(source: &SourceRef, block: &Block<'_>, kept: &BTreeSet<&str>) -> String {
    let whole = lines(source, block.lines.clone());
    let fields = entries(&block.entry.value).unwrap_or_default();
    let listed = fields
        .iter()
        .find(|field| field.key.as_str() == Some("platforms"));
    let Some(Value::Sequence(items)) = listed.map(|field| &field.value.value) else {
        return whole;
    };
    let (Some(first), Some(last)) = (items.first(), items.last()) else {
        return whole;
    };
    let stays = |item: &&Node| item.as_str().is_some_and(|name| kept.contains(name));
    if items.iter().all(|item| stays(&item)) {
        return whole;
    }
    let line = |item: &Node| source.position(item.span.start).line;
    if line(first) == line(last) {
        let names: Vec<&str> = items
            .iter()
            .filter(stays)
            .map(|item| source.slice(item.span))
            .collect();
        let start = source.line(block.lines.start).start;
        let (from, to) = (first.span.start - start, last.span.end - start);
        return format!("{}{}{}", &whole[..from], names.join(", "), &whole[to..]);
    }
    let dropped: BTreeSet<usize> = items.iter().filter(|item| !stays(item)).map(line).collect();
    block
        .lines
        .clone()
        .filter(|number| !dropped.contains(number))
        .map(|number| lines(source, number..number + 1))
        .collect()
}

fn entries(node: &Node) -> Option<&[Entry]> {
    match &node.value {
        Value::Mapping(entries) => Some(entries),
        _ => None,
    }
}

/// Divides the lines of a map among its entries; `within` starts at the line of its key and ends after its last one.
///
/// Comments and empty lines belong to the entry below them, unless they are indented deeper than its key. Above the
/// first entry an empty line ends what belongs to it.
fn blocks<'n>(source: &SourceRef, entries: &'n [Entry], within: Range<usize>) -> Vec<Block<'n>> {
    let starts: Vec<usize> = entries
        .iter()
        .enumerate()
        .map(|(index, entry)| {
            let key = source.position(entry.key.span.start);
            let mut start = key.line;
            while start > within.start + 1 {
                let above = source.slice(source.line(start - 1));
                let trimmed = above.trim_start();
                let belongs = if trimmed.is_empty() {
                    index > 0
                } else {
                    trimmed.starts_with('#') && above.len() - trimmed.len() < key.column
                };
                if !belongs {
                    break;
                }
                start -= 1;
            }
            start
        })
        .collect();
    let ends = starts.iter().skip(1).copied().chain([within.end]);
    entries
        .iter()
        .zip(starts.iter().zip(ends))
        .map(|(entry, (start, end))| Block {
            entry,
            lines: *start..end,
        })
        .collect()
}

/// Returns lines with their line breaks.
fn lines(source: &SourceRef, numbers: Range<usize>) -> String {
    let last = source.position(source.text().len()).line;
    numbers
        .filter(|number| *number <= last)
        .map(|number| format!("{}\n", source.slice(source.line(number))))
        .collect()
}

#[cfg(test)]
mod tests {
    use pyiron_lock_core::SourceFile;

    use super::*;

    const MANIFEST: &str = "\
# yaml-language-server: $schema=tiers.schema.json
# What this is.

# About channels.
channels: [sample]
channel-sources:
  sample: { path: .. }

# About platforms.
platforms:
  linux-64: { virtual-packages: {} }  # here
  # About win.
  win-64: {}

selector-dialect: cmmc

tiers:
  # All of them.

  # About one.
  one:
    spec: one/environment.yml
    # Inside one.

  # About two.
  two:
    platforms: [linux-64, win-64]  # both
    spec: two/environment.yml
  three:
    platforms:
      - win-64
      - linux-64
";

    fn part(tiers: &[&str], platforms: &[&str]) -> String {
        let keep = Keep {
            tiers: tiers.iter().copied().collect(),
            platforms: platforms.iter().copied().collect(),
            channels: "channels: [conda-forge]\n".to_owned(),
        };
        cut(&SourceFile::new("tiers.yml", MANIFEST), &keep).unwrap()
    }

    #[test]
    fn all_of_it_is_the_text_but_for_the_channels() {
        let start = MANIFEST.find("# About channels").unwrap();
        let end = MANIFEST.find("\n# About platforms").unwrap();
        let expected = MANIFEST.replace(&MANIFEST[start..end], "channels: [conda-forge]\n");
        assert_eq!(part(&["one", "two", "three"], &["linux-64", "win-64"]), expected);
    }

    #[test]
    fn comments_go_with_what_they_stand_above() {
        let text = part(&["two"], &["linux-64"]);
        assert_eq!(
            text,
            "# yaml-language-server: $schema=tiers.schema.json\n# What this is.\n\nchannels: [conda-forge]\n\n\
             # About platforms.\nplatforms:\n  linux-64: { virtual-packages: {} }  # here\n\n\
             selector-dialect: cmmc\n\ntiers:\n  # All of them.\n\n  # About two.\n  two:\n    \
             platforms: [linux-64]  # both\n    spec: two/environment.yml\n"
        );
    }

    #[test]
    fn a_list_of_lines_loses_lines() {
        let text = part(&["three"], &["win-64"]);
        assert!(
            text.ends_with("  three:\n    platforms:\n      - win-64\n"),
            "{text}"
        );
        assert!(
            text.contains("platforms:\n  # About win.\n  win-64: {}\n\n"),
            "{text}"
        );
    }
}
