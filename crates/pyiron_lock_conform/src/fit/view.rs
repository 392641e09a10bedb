//! A lock with what rules ask of it again and again, worked out once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use pyiron_lock_core::{Finding, Origin, TierName, index::dependency_name};
use pyiron_lock_lockfile::LockEntry;
use rattler_conda_types::{Matches, RepoDataRecord};
use url::Url;

use crate::{Closure, Judged, Scope, Subject, data::Spec};

/// A lock to judge, prepared.
#[derive(Debug)]
pub(crate) struct LockView<'a> {
    /// The lock and what the project says of it.
    pub(crate) subject: Subject<'a>,
    /// The name to show: the tier, or the file of a lock without one, with its environment if that has a name.
    label: String,
    /// Who needs whom.
    pub(crate) closure: Closure<'a>,
    /// The names that are asked for.
    pub(crate) roots: Vec<String>,
    /// What records need of virtual packages, each constraint once.
    pub(crate) needs: Vec<Need<'a>>,
    /// The records by the channel they come from.
    pub(crate) channels: BTreeMap<String, Vec<&'a RepoDataRecord>>,
    /// The bytes of all archives whose size is known.
    pub(crate) download: u64,
    /// How many records do not say their size.
    pub(crate) without_size: usize,
}

/// What records need of one virtual package.
#[derive(Debug)]
pub(crate) struct Need<'a> {
    /// The constraint.
    pub(crate) spec: Spec,
    /// Whether it holds only where there is such a package.
    pub(crate) constrains: bool,
    /// The records that say so, in the order of the lock.
    pub(crate) by: Vec<&'a LockEntry>,
}

impl<'a> LockView<'a> {
    /// Prepares a lock.
    pub(crate) fn new(subject: Subject<'a>) -> Self {
        let lock = subject.lock;
        let closure = Closure::new(lock);
        let roots = roots(subject, &closure);
        let mut channels: BTreeMap<String, Vec<&RepoDataRecord>> = BTreeMap::new();
        let (mut download, mut without_size) = (0, 0);
        for entry in &lock.entries {
            let record = &entry.record;
            channels.entry(channel_of(record)).or_default().push(record);
            match record.package_record.size {
                Some(size) => download = size.saturating_add(download),
                None => without_size += 1,
            }
        }
        let label = subject
            .tier
            .map_or_else(|| lock.label(), |tier| tier.name.to_string());
        Self {
            needs: needs(&lock.entries),
            subject,
            label,
            closure,
            roots,
            channels,
            download,
            without_size,
        }
    }

    /// Returns the tier, as far as anybody says it.
    pub(crate) fn tier(&self) -> Option<&TierName> {
        self.subject
            .tier
            .map(|tier| &tier.name)
            .or(self.subject.lock.tier.as_ref())
    }

    /// Returns the name to show.
    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    /// Returns the records.
    pub(crate) fn records(&self) -> impl Iterator<Item = &'a RepoDataRecord> + use<'a> {
        self.subject.lock.entries.iter().map(|entry| &entry.record)
    }

    /// Returns the record that satisfies a constraint.
    pub(crate) fn satisfying(&self, spec: &Spec) -> Option<&'a RepoDataRecord> {
        let record = &self.closure.record(spec.name())?.record;
        spec.spec.matches(&record.package_record).then_some(record)
    }

    /// Returns the record of a name, whatever its version.
    pub(crate) fn named(&self, spec: &Spec) -> Option<&'a RepoDataRecord> {
        self.closure.record(spec.name()).map(|entry| &entry.record)
    }

    /// Returns the way from a request to a record as a note.
    pub(crate) fn path(&self, name: &str, last: Option<&str>) -> Option<String> {
        let mut way = self.closure.path(&self.roots, name)?;
        if let Some(tier) = self.tier() {
            way.insert(0, tier.to_string());
        }
        way.extend(last.map(str::to_owned));
        Some(format!("path: {}", way.join(" > ")))
    }

    /// Starts a finding about this lock, or about one of its packages: where that is asked for, where it is locked.
    pub(crate) fn finding(&self, mut finding: Finding, package: Option<&str>, last: Option<&str>) -> Judged {
        if let Some(name) = package {
            finding.origins.extend(self.request_of(name));
            if let Some(entry) = self.closure.record(name) {
                finding.hides_source |= holds_secret(&entry.record);
                finding.origins.push(Origin {
                    source: self.subject.lock.source.clone(),
                    span: entry.span,
                    label: "locked here".to_owned(),
                });
            }
            finding.notes.extend(self.path(name, last));
        }
        Judged {
            finding,
            scope: Scope {
                package: package.map(str::to_owned),
                ..Scope::of(self.subject.lock, self.tier())
            },
        }
    }

    /// Returns the line that asks for what a record comes from.
    fn request_of(&self, name: &str) -> Option<Origin> {
        let way = self.closure.path(&self.roots, name)?;
        let root = way.first()?.split(' ').next()?;
        let requests = &self.subject.tier?.requests.requests;
        let request = requests
            .iter()
            .find(|request| request.name.as_normalized() == root)?;
        let origin = request.origins.first()?;
        Some(Origin {
            label: "requested here".to_owned(),
            ..origin.clone()
        })
    }
}

/// Returns `name version build` of a record.
pub(crate) fn title(record: &RepoDataRecord) -> String {
    let package = &record.package_record;
    format!(
        "{} {} {}",
        package.name.as_normalized(),
        package.version,
        package.build
    )
}

/// Returns the normalized name of a record.
pub(crate) fn name(record: &RepoDataRecord) -> &str {
    record.package_record.name.as_normalized()
}

fn roots(subject: Subject<'_>, closure: &Closure<'_>) -> Vec<String> {
    let mut roots: BTreeSet<String> = BTreeSet::new();
    if let Some(tier) = subject.tier {
        let requests = tier.requests.requests.iter();
        roots.extend(requests.map(|request| request.name.as_normalized().to_owned()));
    } else if let Some(stamp) = &subject.lock.stamp {
        let requests = stamp.requests.iter();
        roots.extend(requests.map(|request| dependency_name(&request.spec).into_owned()));
    } else {
        roots.extend(closure.roots().into_iter().map(str::to_owned));
    }
    roots.into_iter().collect()
}

/// Returns whether the URL of a record tells a name, a password or a token, so that it may not be shown.
pub(crate) fn holds_secret(record: &RepoDataRecord) -> bool {
    let url = &record.url;
    !url.username().is_empty() || url.password().is_some() || url.query().is_some() || token(url).is_some()
}

/// Returns the path behind the token that conda puts in front, as in `/t/TOKEN/channel/linux-64/..`.
fn token(url: &Url) -> Option<String> {
    let (_, rest) = url.path().strip_prefix("/t/")?.split_once('/')?;
    Some(format!("/{rest}"))
}

/// The URL of a record without subdir and file name, and without anything secret.
fn channel_of(record: &RepoDataRecord) -> String {
    let mut url = record.url.clone();
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    if let Some(path) = token(&url) {
        url.set_path(&path);
    }
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop().pop();
    }
    let mut text = url.to_string();
    if !text.ends_with('/') {
        text.push('/');
    }
    text
}

fn needs(entries: &[LockEntry]) -> Vec<Need<'_>> {
    let mut places: HashMap<(&str, bool), usize> = HashMap::new();
    let mut needs: Vec<Need<'_>> = Vec::new();
    for entry in entries {
        let package = &entry.record.package_record;
        let depends = package.depends.iter().map(|text| (text, false));
        for (text, constrains) in depends.chain(package.constrains.iter().map(|text| (text, true))) {
            if !text.starts_with("__") {
                continue;
            }
            if let Some(place) = places.get(&(text.as_str(), constrains)) {
                needs[*place].by.push(entry);
            } else if let Some(spec) = Spec::parse(text) {
                places.insert((text, constrains), needs.len());
                needs.push(Need {
                    spec,
                    constrains,
                    by: vec![entry],
                });
            }
        }
    }
    needs
}
