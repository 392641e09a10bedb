//! Puts a tier together: its own requests and those of all it extends, for one platform. Asks no index whether
//! they can be met; only what excludes itself is refused.

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use pyiron_lock_core::{
    Finding, Origin, PipRequest, Platform, Request, RequestSet, Span, Spanned, TierName, suggest,
};
use rattler_conda_types::{Channel, PackageName};

use crate::{
    Reading, codes,
    environment::{Dependency, EnvironmentFile},
    line::disjoint,
    manifest::Manifest,
};

/// A channel that is read, with the name that people gave it in the manifest, a file or an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedChannel {
    /// The name or address as given.
    pub name: String,
    /// The channel that it stands for.
    pub channel: Channel,
}

/// Merges the requests of a tier and its ancestors for a platform.
///
/// Equal requests become one with several origins; others stay side by side for the solver to intersect.
pub fn compose(
    manifest: &Manifest,
    files: &BTreeMap<TierName, EnvironmentFile>,
    tier: &TierName,
    platform: &Platform,
    channels: &[NamedChannel],
) -> Reading<RequestSet> {
    let mut merge = Merge::new(Some(tier.clone()), platform, channels);
    let Some(known) = manifest.tier(tier.as_str()) else {
        let names = manifest.tiers.iter().map(|tier| tier.name.as_str());
        let mut finding = Finding::new(codes::COMPOSE_TIER_MISSING, format!("`{tier}` is not a tier")).at(
            &manifest.source,
            Span::default(),
            "not in this manifest",
        );
        if let Some(near) = suggest::nearest(tier.as_str(), names) {
            finding = finding.help(format!("did you mean `{near}`?"));
        }
        return Reading::new(None, vec![finding]);
    };
    merge.set.tier = Some(known.name.clone());
    merge.set.exclude_newer = manifest.exclude_newer;
    merge.set.contains = known.contains.as_ref().map(|parent| parent.value.clone());
    for member in manifest.lineage(&known.name) {
        match files.get(&member.name) {
            Some(file) => merge.add(file, Some(&member.name)),
            None => merge.findings.push(
                Finding::new(
                    codes::COMPOSE_TIER_MISSING,
                    format!(
                        "the tier `{}` cannot be put together without the file of `{}`",
                        known.name, member.name
                    ),
                )
                .at(&manifest.source, member.spec.span, "not read"),
            ),
        }
    }
    merge.finish()
}

/// Returns the requests of a single file for a platform.
pub fn compose_single(
    file: &EnvironmentFile,
    platform: &Platform,
    channels: &[NamedChannel],
) -> Reading<RequestSet> {
    let mut merge = Merge::new(None, platform, channels);
    merge.add(file, None);
    merge.finish()
}

struct Merge<'p> {
    platform: &'p Platform,
    channels: &'p [NamedChannel],
    set: RequestSet,
    /// The text of each request as first written.
    texts: Vec<String>,
    by_spelling: HashMap<String, usize>,
    by_name: HashMap<PackageName, Vec<usize>>,
    pip_seen: HashSet<String>,
    variables: BTreeMap<String, (String, Origin)>,
    findings: Vec<Finding>,
}

impl<'p> Merge<'p> {
    fn new(tier: Option<TierName>, platform: &'p Platform, channels: &'p [NamedChannel]) -> Self {
        Self {
            platform,
            channels,
            texts: Vec::new(),
            set: RequestSet {
                tier,
                contains: None,
                platform: platform.clone(),
                channels: channels.iter().map(|known| known.channel.clone()).collect(),
                exclude_newer: None,
                requests: Vec::new(),
                pip: Vec::new(),
                variables: Vec::new(),
            },
            by_spelling: HashMap::new(),
            by_name: HashMap::new(),
            pip_seen: HashSet::new(),
            variables: BTreeMap::new(),
            findings: Vec::new(),
        }
    }

    fn add(&mut self, file: &EnvironmentFile, tier: Option<&TierName>) {
        let subdir = self.platform.subdir;
        if let Some(first) = file.platforms.first()
            && !file.platforms.iter().any(|known| known.value == subdir)
        {
            let message = format!(
                "`{}` does not list the subdir {}",
                file.source.name(),
                subdir.as_str()
            );
            let finding = Finding::new(codes::COMPOSE_PLATFORM_NOT_IN_FILE, message)
                .at(&file.source, first.span, "the list starts here")
                .help(format!("add `{}`, or take `platforms` out", subdir.as_str()));
            self.findings.push(finding);
        }
        let before = self.set.requests.len();
        for dependency in file.dependencies_on(subdir) {
            self.request(file, dependency, tier, before);
        }
        for line in file.pip_on(subdir) {
            if self.pip_seen.insert(line.text.clone()) {
                self.set.pip.push(PipRequest {
                    text: line.text.clone(),
                    tier: tier.cloned(),
                    origin: origin(file, line.span, "requested here"),
                });
            }
        }
        for (name, value) in &file.variables {
            self.variable(file, name, value);
        }
    }

    /// Adds a request; those before `foreign` come from other files, within one file the reader has judged.
    fn request(
        &mut self,
        file: &EnvironmentFile,
        dependency: &Dependency,
        tier: Option<&TierName>,
        foreign: usize,
    ) {
        let here = origin(file, dependency.span, "requested here");
        if let Some(same) = self.by_spelling.get(&dependency.canonical) {
            self.set.requests[*same].origins.push(here);
            return;
        }
        let namesakes = self.by_name.entry(dependency.name.clone()).or_default();
        let ancestors = namesakes
            .iter()
            .take_while(|place| **place < foreign)
            .map(|place| (&self.set.requests[*place], &self.texts[*place]));
        for (other, text) in ancestors.filter(|(other, _)| disjoint(&other.spec, &dependency.spec)) {
            self.findings
                .push(exclusion(other, text, dependency, tier, &here));
        }
        namesakes.push(self.set.requests.len());
        self.by_spelling
            .insert(dependency.canonical.clone(), self.set.requests.len());
        let mut spec = dependency.spec.clone();
        if let Some(wanted) = &spec.channel {
            match listed(self.channels, wanted) {
                Some(known) => spec.channel = Some(Arc::new(known.clone())),
                None => self
                    .findings
                    .push(not_listed(self.channels, wanted, file, dependency)),
            }
        }
        self.texts.push(dependency.text.clone());
        self.set.requests.push(Request {
            name: dependency.name.clone(),
            spec,
            canonical: dependency.canonical.clone(),
            tier: tier.cloned(),
            origins: vec![here],
        });
    }

    fn variable(&mut self, file: &EnvironmentFile, name: &Spanned<String>, value: &Spanned<String>) {
        let here = origin(file, value.span, "set here");
        let before = self
            .variables
            .insert(name.value.clone(), (value.value.clone(), here.clone()));
        if let Some((old, there)) = before
            && old != value.value
        {
            let message = format!("the variable `{}` is overridden", name.value);
            let mut finding = Finding::new(codes::COMPOSE_VARIABLE_OVERRIDDEN, message);
            finding.origins.push(here);
            finding.origins.push(Origin {
                label: "overridden".to_owned(),
                ..there
            });
            self.findings.push(finding);
        }
    }

    fn finish(mut self) -> Reading<RequestSet> {
        self.set.variables = self
            .variables
            .into_iter()
            .map(|(name, (value, _))| (name, value))
            .collect();
        Reading::in_order(Some(self.set), self.findings)
    }
}

/// Returns the listed channel that a request means: by the name given to it, else by address, else by its own name.
fn listed<'c>(channels: &'c [NamedChannel], wanted: &Channel) -> Option<&'c Channel> {
    let named = is_name(wanted);
    let by = |fits: &dyn Fn(&NamedChannel) -> bool| channels.iter().find(|known| fits(known));
    by(&|known| named && known.name == wanted.name())
        .or_else(|| by(&|known| known.channel.base_url == wanted.base_url))
        .or_else(|| by(&|known| named && known.channel.name() == wanted.name()))
        .map(|known| &known.channel)
}

/// Returns whether a request names a channel by a word, which the parser turns into an address below this one.
fn is_name(wanted: &Channel) -> bool {
    wanted
        .base_url
        .as_str()
        .starts_with("https://conda.anaconda.org/")
}

fn not_listed(
    channels: &[NamedChannel],
    wanted: &Channel,
    file: &EnvironmentFile,
    dependency: &Dependency,
) -> Finding {
    let name = if is_name(wanted) {
        wanted.name()
    } else {
        wanted.base_url.as_str()
    };
    let message = format!(
        "`{}` wants the channel `{name}`, which is not listed",
        dependency.text
    );
    let names = channels.iter().map(|known| known.name.as_str());
    let help = suggest::nearest(name, names.clone()).map_or_else(
        || {
            let list: Vec<String> = names.map(|name| format!("`{name}`")).collect();
            if list.is_empty() {
                "no channels are listed".to_owned()
            } else {
                format!("listed are {}", list.join(", "))
            }
        },
        |near| format!("did you mean `{near}`?"),
    );
    Finding::new(codes::COMPOSE_CHANNEL_NOT_LISTED, message)
        .at(&file.source, dependency.span, "requested here")
        .help(help)
}

/// Says that two requests of different files exclude each other, the nearer one first.
fn exclusion(
    other: &Request,
    text: &str,
    dependency: &Dependency,
    tier: Option<&TierName>,
    here: &Origin,
) -> Finding {
    let by = |tier: Option<&TierName>| tier.map_or_else(String::new, |tier| format!(" of the tier `{tier}`"));
    let message = format!(
        "`{}`{} and `{}`{} exclude each other",
        text,
        by(other.tier.as_ref()),
        dependency.text,
        by(tier)
    );
    let mut finding = Finding::new(codes::REQUESTS_DISJOINT, message);
    finding.origins.push(here.clone());
    finding.origins.extend(other.origins.iter().cloned());
    finding
}

fn origin(file: &EnvironmentFile, span: Span, label: &str) -> Origin {
    Origin {
        source: file.source.clone(),
        span,
        label: label.to_owned(),
    }
}
