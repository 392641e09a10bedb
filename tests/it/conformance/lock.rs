//! The locks of a case, made of a few lines, and what a project says of their tiers.

use std::collections::BTreeMap;

use pyiron_lock_conform::TierFacts;
use pyiron_lock_core::{
    Digest, Origin, Platform, Request, RequestSet, SourceFile, SourceRef, Span, Spanned, VirtualPackage,
};
use pyiron_lock_lockfile::{AnyLock, Format, LockEntry, Stamp, StampContained};
use pyiron_lock_testkit::{Channel, Format as Archive, Package};
use rattler_conda_types::{MatchSpec, ParseMatchSpecOptions, RepoDataRecord, Subdir};
use serde::Deserialize;

/// A lock in a few lines.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Lock {
    #[serde(default = "tier")]
    tier: String,
    #[serde(default = "platform")]
    platform: String,
    #[serde(default)]
    subdir: Option<String>,
    /// What was promised; `none` for a format that does not say.
    #[serde(default)]
    promises: Option<Vec<String>>,
    /// Whether it is a lock of another program, without a tier.
    #[serde(default)]
    pub(super) foreign: bool,
    /// The lines that ask for packages; the names of all records where there are none.
    #[serde(default)]
    requests: Vec<String>,
    /// `name version build`, and what it depends on; constraints start with `!`.
    packages: BTreeMap<String, Record>,
    #[serde(default)]
    contains: Option<String>,
    #[serde(default)]
    exclude_newer: Option<String>,
    #[serde(default)]
    pip: Vec<String>,
}

/// What a record says.
#[derive(Deserialize)]
#[serde(untagged)]
enum Record {
    Needs(Vec<String>),
    Whole(Whole),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default = "licence")]
    license: String,
    #[serde(default = "size")]
    size: u64,
    /// The channel it comes from.
    #[serde(default)]
    channel: Option<String>,
    /// The day it was built.
    #[serde(default)]
    built: Option<String>,
    /// Whether its archive is in the older format.
    #[serde(default)]
    bz2: bool,
}

/// The channel of records that name none.
const CHANNEL: &str = "https://conda.anaconda.org/conda-forge/";

fn tier() -> String {
    "md".to_owned()
}
fn platform() -> String {
    "linux-64".to_owned()
}
fn licence() -> String {
    "MIT".to_owned()
}
fn size() -> u64 {
    10_000
}

impl Lock {
    pub(super) fn build(&self, targets: &[String]) -> (AnyLock, Option<TierFacts>) {
        let subdir = self.subdir.as_ref().unwrap_or(&self.platform).parse().unwrap();
        let default = ["__glibc=2.28", "__linux=4.18"].map(str::to_owned).to_vec();
        let promised = match (&self.promises, self.foreign, self.platform.starts_with("linux")) {
            (Some(promises), ..) => promises.clone(),
            (None, false, true) => default,
            _ => Vec::new(),
        };
        let promised = promised
            .iter()
            .map(|text| text.parse::<VirtualPackage>().unwrap());
        let platform = Platform::new(self.platform.parse().unwrap(), subdir, promised);
        let records: Vec<RepoDataRecord> = self
            .packages
            .iter()
            .map(|(text, record)| record.build(text, subdir))
            .collect();
        let name = match self.foreign {
            true => format!("{}.lock", self.platform),
            false => format!("lockfiles/{}/{}.lock", self.tier, self.platform),
        };
        let text: String = records.iter().map(|record| format!("{}\n", record.url)).collect();
        let source = SourceFile::new(name, text);
        let entries = records.into_iter().map(|record| {
            let url = record.url.to_string();
            let start = source.text().find(&url).unwrap();
            LockEntry {
                span: Span::new(start, start + url.len()),
                record,
                knows_depends: true,
                hash_fault: None,
            }
        });
        let lock = AnyLock {
            format: if self.foreign {
                Format::Rattler(6)
            } else {
                Format::PyironLock
            },
            environment: "default".to_owned(),
            tier: (!self.foreign).then(|| self.tier.parse().unwrap()),
            knows_promises: !self.foreign || self.promises.is_some(),
            channels: vec![CHANNEL.to_owned()],
            entries: entries.collect(),
            stamp: (!self.foreign).then(|| self.stamp()),
            digest_holds: None,
            pip: self.pip.clone(),
            unread: Vec::new(),
            platform: platform.clone(),
            source,
        };
        let tier = (!self.foreign).then(|| self.facts(platform, targets));
        (lock, tier)
    }

    fn stamp(&self) -> Stamp {
        let digest = Digest::of(b"");
        Stamp {
            format: 1,
            tier: Some(self.tier.clone()),
            platform: self.platform.clone(),
            requests: Vec::new(),
            contains: self.contains.as_ref().map(|tier| StampContained {
                tier: tier.clone(),
                records_digest: digest,
            }),
            exclude_newer: self.exclude_newer.clone(),
            unlocked_pip: self.pip.clone(),
            variables: BTreeMap::new(),
            request_digest: digest,
            index_digest: digest,
            index_cut_off: None,
            records_digest: digest,
            solver: String::new(),
            digest,
        }
    }

    fn facts(&self, platform: Platform, targets: &[String]) -> TierFacts {
        let manifest = SourceFile::new("specs/tiers.yml", format!("targets: [{}]\n", targets.join(", ")));
        let spanned = |id: &String| {
            let start = manifest.text().find(id.as_str()).unwrap();
            Spanned::new(id.clone(), Span::new(start, start + id.len()))
        };
        let names = self
            .packages
            .keys()
            .filter_map(|text| text.split(' ').next().map(str::to_owned));
        let lines: Vec<String> = if self.requests.is_empty() {
            names.collect()
        } else {
            self.requests.clone()
        };
        let text: String = lines.iter().map(|line| format!("  - {line}\n")).collect();
        let spec = SourceFile::new(
            format!("specs/{}/environment.yml", self.tier),
            format!("dependencies:\n{text}"),
        );
        TierFacts {
            name: self.tier.parse().unwrap(),
            requests: RequestSet {
                tier: Some(self.tier.parse().unwrap()),
                contains: None,
                platform,
                channels: Vec::new(),
                exclude_newer: None,
                requests: lines.iter().map(|line| request(line, &spec)).collect(),
                pip: Vec::new(),
                variables: Vec::new(),
            },
            targets: targets.iter().map(spanned).collect(),
            manifest: manifest.clone(),
        }
    }
}

fn request(line: &str, spec: &SourceRef) -> Request {
    let start = spec.text().find(&format!("- {line}\n")).unwrap() + 2;
    let parsed = MatchSpec::from_str(line, ParseMatchSpecOptions::lenient()).unwrap();
    Request {
        name: parsed.name.as_exact().unwrap().clone(),
        spec: parsed,
        canonical: line.to_owned(),
        tier: None,
        origins: vec![Origin {
            source: spec.clone(),
            span: Span::new(start, start + line.len()),
            label: String::new(),
        }],
    }
}

impl Record {
    fn build(&self, text: &str, subdir: Subdir) -> RepoDataRecord {
        let default = Whole {
            needs: Vec::new(),
            license: licence(),
            size: size(),
            channel: None,
            built: None,
            bz2: false,
        };
        let (needs, whole) = match self {
            Self::Needs(needs) => (needs, &default),
            Self::Whole(whole) => (&whole.needs, whole),
        };
        let (constrains, depends): (Vec<&String>, Vec<&String>) =
            needs.iter().partition(|need| need.starts_with('!'));
        let mut package = Package::new(text)
            .subdir(subdir)
            .depends(depends.into_iter().cloned())
            .constrains(constrains.into_iter().map(|need| need[1..].to_owned()))
            .size(whole.size);
        if !whole.license.is_empty() {
            package = package.license(whole.license.clone());
        }
        if let Some(built) = &whole.built {
            let moment: jiff::Timestamp = format!("{built}T00:00:00Z").parse().unwrap();
            package = package.timestamp(moment.as_millisecond());
        }
        if whole.bz2 {
            package = package.packed(Archive::TarBz2);
        }
        let mut record = Channel::new("case").package(package).records().remove(0);
        let channel = whole.channel.as_deref().unwrap_or(CHANNEL);
        let file = record
            .url
            .path_segments()
            .unwrap()
            .next_back()
            .unwrap()
            .to_owned();
        record.url = format!("{channel}{subdir}/{file}").parse().unwrap();
        record.channel = Some(channel.to_owned());
        record
    }
}
