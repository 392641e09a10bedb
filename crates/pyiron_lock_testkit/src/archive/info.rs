//! The metadata in an archive, `info/`: what an installer reads before it links the files.

use std::collections::BTreeMap;

use pyiron_lock_core::Digest;
use serde_json::{Map, Value, json};
use url::Url;

use crate::{
    contents::{self, Contents, Item, Mode, PREFIX},
    json::inline,
    package::Package,
};

/// Returns the files below `info/` by their path.
pub(super) fn files(
    package: &Package,
    contents: &Contents,
    channel: &str,
    home: &Url,
) -> BTreeMap<String, Vec<u8>> {
    let about = json!({
        "home": home.as_str(),
        "license": package.stated_license(),
        "summary": format!("{channel} channel"),
    });
    let mut files = BTreeMap::new();
    let mut add = |name: &str, text: String| files.insert(format!("info/{name}"), text.into_bytes());
    add("about.json", document(&about));
    add(
        "files",
        contents.paths().map(|path| format!("{path}\n")).collect(),
    );
    add("index.json", document(&Value::Object(package.entry())));
    if let Some(noarch) = package.noarch() {
        add("link.json", document(&link(noarch, contents)));
    }
    add("paths.json", paths(contents));
    files
}

fn document(value: &Value) -> String {
    format!("{}\n", inline(value))
}

fn link(noarch: &str, contents: &Contents) -> Value {
    let mut kind = Map::new();
    kind.insert("type".to_owned(), json!(noarch));
    if noarch == "python" {
        kind.insert("entry_points".to_owned(), json!(contents.entry_points()));
    }
    json!({"noarch": kind, "package_metadata_version": 1})
}

/// Lists every file with its digest, one a line.
fn paths(contents: &Contents) -> String {
    let lines: Vec<String> = contents
        .items()
        .iter()
        .map(|(path, item)| inline(&Value::Object(entry(contents, path, item))))
        .collect();
    format!(
        "{{\"paths\": [\n{}\n], \"paths_version\": 1}}\n",
        lines.join(",\n")
    )
}

fn entry(contents: &Contents, path: &str, item: &Item) -> Map<String, Value> {
    let mut entry = Map::new();
    let mut set = |key: &str, value: Value| entry.insert(key.to_owned(), value);
    set("_path", json!(path));
    set(
        "path_type",
        json!(match item {
            Item::File { .. } => "hardlink",
            Item::Link { .. } => "softlink",
        }),
    );
    if let Some(bytes) = contents.bytes(path, item) {
        set("sha256", json!(Digest::of(bytes).to_string()));
        set("size_in_bytes", json!(bytes.len()));
    }
    if let Item::File { bytes, .. } = item
        && let Some(mode) = contents::mode(bytes)
    {
        set("prefix_placeholder", json!(PREFIX));
        set(
            "file_mode",
            json!(match mode {
                Mode::Text => "text",
                Mode::Binary => "binary",
            }),
        );
    }
    entry
}
