//! Reads the top level of the manifest. Channels, platforms and tiers have their own files.

use pyiron_lock_core::{
    CutOff, ParseCutOffError, SourceRef, Span,
    yaml::{Node, Value},
};

use super::{Manifest, channels, graph, platforms, tiers};
use crate::{
    Reading, codes,
    environment::read_channels,
    selector::Dialect,
    tree::{self, Field, Reader, did_you_mean, helped},
};

pub(super) const TOP_KEYS: &[&str] = &[
    "channels",
    "channel-sources",
    "exclude-newer",
    "platforms",
    "tiers",
    "selector-dialect",
];
pub(super) const DIALECTS: &[&str] = &["conda", "cmmc"];

/// Reads a manifest; everything that can be known without the environment files is checked.
pub fn read_manifest(source: &SourceRef) -> Reading<Manifest> {
    let mut reader = tree::reader(source);
    let manifest = read(&mut reader);
    Reading::new(manifest, reader.findings)
}

fn read(reader: &mut Reader<'_>) -> Option<Manifest> {
    let document = reader.document()?;
    let Some(root) = &document.root else {
        let message = format!("`{}` is empty", reader.source.name());
        let finding = reader
            .finding(
                codes::TIERS_MISSING_KEY,
                Span::new(0, 0),
                message,
                "nothing is here",
            )
            .help("write `platforms:` and `tiers:`");
        reader.push(finding);
        return None;
    };
    let fields = reader.fields(root, "the manifest")?;
    check_keys(reader, &fields, TOP_KEYS, "the manifest");
    let value = |key: &str| {
        fields
            .iter()
            .find(|field| field.key == key)
            .map(|field| field.value)
    };

    let channels = value("channels").map_or_else(Vec::new, |node| read_channels(reader, node).0);
    let channel_sources = value("channel-sources")
        .map(|node| channels::read(reader, node))
        .unwrap_or_default();
    let selector_dialect = value("selector-dialect").and_then(|node| dialect(reader, node));
    let exclude_newer = value("exclude-newer").and_then(|node| cut_off(reader, node));
    let platforms = reader
        .required(
            &fields,
            root,
            "platforms",
            "the manifest",
            codes::TIERS_MISSING_KEY,
        )
        .map(|node| platforms::read(reader, node));
    let tiers = reader.required(&fields, root, "tiers", "the manifest", codes::TIERS_MISSING_KEY);
    let platforms = platforms?;
    let drafts = tiers::read(reader, tiers?)?;
    let parents = tiers::resolve_parents(reader, &drafts)?;
    let levels = graph::levels(&parents)
        .map_err(|cycle| tiers::report_cycle(reader, &drafts, &parents, &cycle))
        .ok()?;
    let tiers = tiers::inherit(reader, &drafts, &parents, &levels, &platforms)?;
    Some(Manifest {
        source: reader.source.clone(),
        channels,
        channel_sources,
        exclude_newer,
        platforms,
        tiers,
        selector_dialect,
        levels,
    })
}

fn cut_off(reader: &mut Reader<'_>, node: &Node) -> Option<CutOff> {
    let text = reader.text(node, "`exclude-newer`")?;
    text.value
        .parse()
        .map_err(|error: ParseCutOffError| {
            let finding = reader.finding(
                codes::TIERS_EXCLUDE_NEWER,
                text.span,
                error.to_string(),
                "given here",
            );
            reader.push(finding);
        })
        .ok()
}

fn dialect(reader: &mut Reader<'_>, node: &Node) -> Option<Dialect> {
    let word = reader.text(node, "`selector-dialect`")?;
    let dialect = Dialect::from_word(&word.value);
    if dialect.is_none() {
        let message = format!("`{}` is not a dialect of selectors", word.value);
        let finding = reader.finding(codes::TIERS_SELECTOR_DIALECT, word.span, message, "chosen here");
        let help = did_you_mean(&word.value, DIALECTS.iter().copied());
        reader.push(finding.help(help.unwrap_or_else(|| "write `cmmc`, or leave it out".to_owned())));
    }
    dialect
}

/// Reports a list or map that needs at least one entry and has none.
pub(super) fn check_filled(reader: &mut Reader<'_>, node: &Node, what: &str, help: &str) -> bool {
    let empty = match &node.value {
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(entries) => entries.is_empty(),
        Value::Scalar { .. } => false,
    };
    if empty {
        let finding = reader.finding(
            codes::TIERS_EMPTY,
            node.span,
            format!("{what} is empty"),
            "nothing would be locked",
        );
        reader.push(finding.help(help));
    }
    !empty
}

/// Reports keys that are not in the table.
pub(super) fn check_keys(reader: &mut Reader<'_>, fields: &[Field<'_>], known: &[&str], what: &str) {
    for field in fields {
        if !known.contains(&field.key) {
            let message = format!("{what} has an unknown key `{}`", field.key);
            let finding = reader.finding(
                codes::TIERS_UNKNOWN_KEY,
                field.key_span,
                message,
                "not known here",
            );
            let help = did_you_mean(field.key, known.iter().copied()).unwrap_or_else(|| {
                let list: Vec<String> = known.iter().map(|key| format!("`{key}`")).collect();
                format!("known are {}", list.join(", "))
            });
            reader.push(helped(finding, Some(help)));
        }
    }
}
