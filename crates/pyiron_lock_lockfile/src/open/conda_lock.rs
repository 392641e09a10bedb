//! `conda-lock.yml`, CEP 37. Read by our own spanned reader: the crate `rattler_conda_lock` validates while it reads,
//! so that one bad hash would hide every other fault.

use pyiron_lock_core::{
    Platform, SourceRef, Span,
    index::dependency_fault,
    yaml::{self, Node, Value, spanned::Entry},
};
use rattler_conda_types::Subdir;
use url::Url;

use super::{archive, channel_urls, platform_name};
use crate::{
    any::{AnyLock, Format, LockEntry, Unread},
    error::LockError,
};

/// Reads every platform; the categories of one are solved together, so they are one environment.
pub(super) fn open(source: &SourceRef) -> Result<Vec<AnyLock>, LockError> {
    let document = yaml::read(source.text()).map_err(|error| {
        let line = source.position(error.span.start).line;
        LockError::Records(format!("{error} at line {line}"))
    })?;
    let root = document.root.as_ref().map_or(&[][..], entries);
    let metadata = get(root, "metadata").map_or(&[][..], entries);
    let channels: Vec<String> = get(metadata, "channels")
        .map_or(&[][..], items)
        .iter()
        .filter_map(|channel| get(entries(channel), "url").unwrap_or(channel).as_str())
        .flat_map(channel_urls)
        .collect();
    let mut locks = Vec::new();
    for platform in get(metadata, "platforms").map_or(&[][..], items) {
        lock_of(&mut locks, source, &channels, platform.as_str().unwrap_or(""))?;
    }
    let packages =
        get(root, "package").ok_or_else(|| LockError::Records("there is no list `package`".to_owned()))?;
    for node in items(packages) {
        let package = Package {
            keys: entries(node),
            span: node.span,
        };
        let platform = package.text("platform").unwrap_or("");
        let lock = lock_of(&mut locks, source, &channels, platform)?;
        package.add_to(lock)?;
    }
    Ok(locks)
}

/// Returns the lock of a platform, made where it is new.
fn lock_of<'l>(
    locks: &'l mut Vec<AnyLock>,
    source: &SourceRef,
    channels: &[String],
    platform: &str,
) -> Result<&'l mut AnyLock, LockError> {
    let subdir: Subdir = platform
        .parse()
        .map_err(|_| LockError::Records(format!("`{platform}` is not a platform")))?;
    let known = locks.iter().position(|lock| lock.platform.subdir == subdir);
    let index = known.unwrap_or_else(|| {
        locks.push(AnyLock {
            source: source.clone(),
            format: Format::CondaLock,
            environment: "default".to_owned(),
            tier: None,
            platform: Platform::new(platform_name(platform, subdir), subdir, []),
            knows_promises: false,
            channels: channels.to_vec(),
            entries: Vec::new(),
            stamp: None,
            digest_holds: None,
            pip: Vec::new(),
            unread: Vec::new(),
        });
        locks.len() - 1
    });
    Ok(&mut locks[index])
}

/// One item of `package`.
struct Package<'n> {
    keys: &'n [Entry],
    span: Span,
}

impl<'n> Package<'n> {
    fn node(&self, key: &str) -> Option<&'n Node> {
        get(self.keys, key).filter(|node| !node.is_null())
    }

    fn text(&self, key: &str) -> Option<&'n str> {
        self.node(key)?.as_str()
    }

    fn add_to(&self, lock: &mut AnyLock) -> Result<(), LockError> {
        let name = self.text("name");
        if matches!(self.text("manager"), Some("pip" | "pypi")) {
            let (name, version) = (name.unwrap_or("?"), self.text("version").unwrap_or("?"));
            lock.pip.push(format!("{name}=={version}"));
            return Ok(());
        }
        let url = self.node("url");
        let span = url.map_or(self.span, |url| inner(lock.source.text(), url));
        let unread = |what: String| Unread {
            name: name.map(str::to_ascii_lowercase),
            what,
            span,
        };
        let Some(location) = url.and_then(Node::as_str).and_then(|url| url.parse::<Url>().ok()) else {
            lock.unread.push(unread("a package without a URL".to_owned()));
            return Ok(());
        };
        let said = archive::Said {
            name,
            version: self.text("version"),
            build: self.text("build"),
            subdir: self.text("platform"),
        };
        let mut entry = match archive::record(location, &said) {
            Ok(record) => LockEntry {
                record,
                span,
                knows_depends: true,
                hash_fault: None,
            },
            Err(why) => {
                lock.unread
                    .push(unread(format!("a package that cannot be read: {why}")));
                return Ok(());
            }
        };
        self.hashes(&mut entry);
        entry.record.package_record.depends = self.dependencies()?;
        if !same_in_another_category(lock, &entry) {
            lock.entries.push(entry);
        }
        Ok(())
    }

    fn hashes(&self, entry: &mut LockEntry) {
        for key in self.node("hash").map_or(&[][..], entries) {
            let (Some(kind @ ("md5" | "sha256")), Some(hex)) = (key.key.as_str(), key.value.as_str()) else {
                continue;
            };
            if !key.value.is_null() && !archive::set_hash(&mut entry.record.package_record, Some(kind), hex) {
                entry.hash_fault = Some(key.value.span);
            }
        }
    }

    /// Returns the dependencies, `NAME CONSTRAINT` each; a map in version 1, where `*` is no constraint.
    fn dependencies(&self) -> Result<Vec<String>, LockError> {
        let mut depends = Vec::new();
        for entry in self.node("dependencies").map_or(&[][..], entries) {
            let name = entry.key.as_str().unwrap_or("");
            let text = match entry.value.as_str() {
                None | Some("" | "*") => name.to_owned(),
                Some(constraint) => format!("{name} {constraint}"),
            };
            if let Some(fault) = dependency_fault(&text) {
                return Err(LockError::Records(format!("a dependency is refused: {fault}")));
            }
            depends.push(text);
        }
        Ok(depends)
    }
}

/// Returns whether the last entry of this name is the same archive, listed again for another category.
fn same_in_another_category(lock: &AnyLock, entry: &LockEntry) -> bool {
    let package = &entry.record.package_record;
    lock.entries.last().is_some_and(|last| {
        let known = &last.record.package_record;
        last.record.url == entry.record.url
            && known.sha256 == package.sha256
            && known.md5 == package.md5
            && known.depends == package.depends
    })
}

fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Mapping(entries) => entries,
        _ => &[],
    }
}

fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::Sequence(items) => items,
        _ => &[],
    }
}

fn get<'n>(entries: &'n [Entry], key: &str) -> Option<&'n Node> {
    let entry = entries.iter().find(|entry| entry.key.as_str() == Some(key))?;
    Some(&entry.value)
}

/// Returns the place of a scalar without its quotes.
fn inner(text: &str, node: &Node) -> Span {
    let quoted = text[node.span.start..].starts_with(['"', '\'']) && node.span.len() >= 2;
    let quote = usize::from(quoted);
    Span::new(node.span.start + quote, node.span.end - quote)
}
