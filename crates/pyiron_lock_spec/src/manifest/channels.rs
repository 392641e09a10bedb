//! Where channels with an address of their own are. Opens nothing.

use std::collections::BTreeMap;

use pyiron_lock_core::{Span, yaml::Node};
use url::Url;

use super::{ChannelSource, read};
use crate::{channel::credentials, codes, tree::Reader};

pub(super) const SOURCE_KEYS: &[&str] = &["url", "mirror", "path"];

/// Reads `channel-sources`.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> BTreeMap<String, ChannelSource> {
    let mut sources = BTreeMap::new();
    for entry in reader.fields(node, "`channel-sources`").unwrap_or_default() {
        let what = format!("the channel source `{}`", entry.key);
        let Some(fields) = reader.fields(entry.value, &what) else {
            continue;
        };
        read::check_keys(reader, &fields, SOURCE_KEYS, &what);
        let path = fields
            .iter()
            .find(|field| field.key == "path")
            .and_then(|field| reader.text(field.value, &format!("the path of `{}`", entry.key)));
        let mut web = |key: &str| {
            let field = fields.iter().find(|field| field.key == key)?;
            address(reader, field.value, key, entry.key)
        };
        let (url, mirror) = (web("url"), web("mirror"));
        if fields.is_empty() {
            let message = format!("{what} says nothing");
            let finding = reader.finding(
                codes::TIERS_CHANNEL_SOURCE,
                entry.value.span,
                message,
                "neither `url`, `mirror` nor `path`",
            );
            reader.push(finding);
            continue;
        }
        let source = ChannelSource {
            url,
            mirror,
            path: path.map(|path| path.value),
            span: entry.key_span,
        };
        sources.insert(entry.key.to_owned(), source);
    }
    sources
}

fn address(reader: &mut Reader<'_>, node: &Node, key: &str, channel: &str) -> Option<Url> {
    let text = reader.text(node, &format!("the {key} of `{channel}`"))?;
    let mut report = |span: Span, message: String, help: &str| {
        let finding = reader.finding(codes::TIERS_CHANNEL_SOURCE, span, message, "the address");
        reader.push(finding.help(help));
    };
    let url = match Url::parse(&text.value) {
        Ok(url) if url.has_host() && matches!(url.scheme(), "http" | "https") => url,
        _ => {
            let message = format!("the address of `{channel}` is not a web address");
            report(
                text.span,
                message,
                "write `https://...`; a folder goes under `path`",
            );
            return None;
        }
    };
    if credentials(&text.value).is_some() || url.query().is_some() || url.fragment().is_some() {
        let message = format!("the address of `{channel}` holds a password, token or query");
        let finding = reader.finding(
            codes::CHANNEL_SECRET,
            text.span,
            message,
            "would reach locks and logs",
        );
        reader.push(finding.help("take it out; a manifest is public"));
        return None;
    }
    Some(url)
}
