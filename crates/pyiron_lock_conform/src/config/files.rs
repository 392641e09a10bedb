//! The files that a queue directory consists of: which names lead where, and what was not read. Reads none.

use std::collections::BTreeSet;

use pyiron_lock_core::{
    Finding, SourceRef, Span,
    yaml::{Entry, Node, Value, tree::Reader},
};

use super::{
    ConfigFile, Unread,
    case::{Case, one_line},
    codes,
};

/// Returns the last part of a path.
pub(super) fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Finds a file by the name it has in the file that names it.
pub(super) fn beside<'i>(case: &Case<'i>, main: &SourceRef, name: &str) -> Option<&'i ConfigFile> {
    let folder = &main.name()[..main.name().len() - base(main.name()).len()];
    let parts = name.split('/').filter(|part| !matches!(*part, "" | "."));
    let name = parts.collect::<Vec<_>>().join("/");
    let is_it = |file: &&ConfigFile| file.source.name().strip_prefix(folder) == Some(name.as_str());
    case.input.files.iter().find(is_it).filter(|_| !leaves(&name))
}

/// Reports a file that was not read, and why.
pub(super) fn absent(case: &mut Case<'_>, source: &SourceRef, name: &str, span: Span, who: &str) {
    let (code, why, label) = match case.input.unread.get(name) {
        _ if leaves(name) => (
            codes::QUEUE_FILE_OUTSIDE,
            "which is outside its directory",
            "not read",
        ),
        Some(Unread::Outside) => (
            codes::QUEUE_FILE_OUTSIDE,
            "a link out of its directory",
            "not read",
        ),
        Some(Unread::Because(why)) => (codes::QUEUE_FILE_UNREAD, why.as_str(), "not read"),
        None => (
            codes::QUEUE_FILE_MISSING,
            "which is not in its directory",
            "not found",
        ),
    };
    let message = format!("{who} names `{name}`, {why}");
    case.push(Finding::new(code, message).at(source, one_line(source, span), label));
}

/// Returns whether a name leads out of the directory it is looked for in.
pub(super) fn leaves(name: &str) -> bool {
    name.starts_with(['/', '~']) || name.split('/').any(|part| part == "..")
}

/// Returns the names of files that a `queue.yaml` or `clusters.yaml` names and that lie in its directory.
pub(super) fn named(source: &SourceRef) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let Some(root) = Reader::new(source).document().and_then(|document| document.root) else {
        return names;
    };
    for entry in entries(&root) {
        match entry.key.as_str() {
            Some("cluster") => {
                let files = entries(&entry.value)
                    .iter()
                    .filter_map(|part| part.value.as_str());
                names.extend(files.map(str::to_owned));
            }
            Some("queues") => {
                let keys = entries(&entry.value)
                    .iter()
                    .flat_map(|queue| entries(&queue.value));
                let scripts = keys.filter(|key| key.key.as_str() == Some("script"));
                names.extend(scripts.filter_map(|key| key.value.as_str().map(str::to_owned)));
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty() && !leaves(name));
    names
}

fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Mapping(entries) => entries,
        _ => &[],
    }
}
