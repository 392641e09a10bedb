//! The manifest: channels, platforms and tiers of a project, as data. Knows no environment file; it says where
//! they are and how they build on each other.

mod channels;
mod graph;
mod platforms;
mod read;
#[cfg(test)]
mod tests;
mod tiers;

use std::collections::BTreeMap;

use pyiron_lock_core::{CutOff, Platform, PlatformName, SourceRef, Span, Spanned, TierName};
use url::Url;

use crate::selector::Dialect;

pub use read::read_manifest;

/// The manifest of a project, read and found to be consistent.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The text it was read from.
    pub source: SourceRef,
    /// The channels in order of priority; empty when the files decide.
    pub channels: Vec<Spanned<String>>,
    /// Where channels with an address of their own are.
    pub channel_sources: BTreeMap<String, ChannelSource>,
    /// The platforms in the order written.
    pub platforms: Vec<ManifestPlatform>,
    /// The tiers in the order written.
    pub tiers: Vec<Tier>,
    /// The last moment whose builds count.
    pub exclude_newer: Option<CutOff>,
    /// The words that comment selectors use, CEP 24 when `None`.
    pub selector_dialect: Option<Dialect>,
    levels: Vec<usize>,
}

/// The address of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelSource {
    /// The address that locks hold, where it is not that of the name.
    pub url: Option<Url>,
    /// The address to read from instead.
    pub mirror: Option<Url>,
    /// A folder that stands in for it, relative to the manifest.
    pub path: Option<String>,
    /// Where it is named.
    pub span: Span,
}

/// A platform with its place in the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestPlatform {
    /// The platform.
    pub platform: Platform,
    /// Where it is named.
    pub span: Span,
}

/// A named environment file that may build on others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// The name.
    pub name: TierName,
    /// Where it is named.
    pub span: Span,
    /// What it is for, in a few words.
    pub description: Option<String>,
    /// The environment file, relative to the manifest, with `/` between parts.
    pub spec: Spanned<String>,
    /// The tier whose records its locks hold exactly, alias resolved.
    pub contains: Option<Spanned<TierName>>,
    /// The tiers whose requests it takes over, aliases resolved.
    pub extends: Vec<Spanned<TierName>>,
    /// Other names of it.
    pub aliases: Vec<Spanned<TierName>>,
    /// The platforms it is locked for, inherited unless stated, in the order of the manifest.
    pub platforms: Vec<PlatformName>,
    /// The targets it is meant for, inherited unless stated.
    pub targets: Vec<Spanned<String>>,
    /// What shows that an installed environment works, each list inherited unless stated.
    pub smoke: Smoke,
}

/// What shows that an installed environment works.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Smoke {
    /// Python modules that can be imported.
    pub imports: Vec<Spanned<String>>,
    /// Commands that end well.
    pub commands: Vec<Spanned<String>>,
}

impl Manifest {
    /// Returns the tier of that name or alias.
    pub fn tier(&self, name_or_alias: &str) -> Option<&Tier> {
        self.index_of(name_or_alias).map(|index| &self.tiers[index])
    }

    /// Returns the platform of that name.
    pub fn platform(&self, name: &str) -> Option<&Platform> {
        self.platforms
            .iter()
            .map(|entry| &entry.platform)
            .find(|platform| platform.name.as_str() == name)
    }

    /// Returns a tier with all it builds on: ancestors first, each once, the tier itself last.
    ///
    /// Tiers of one layer follow the order of the manifest. Empty for an unknown name.
    pub fn lineage(&self, tier: &TierName) -> Vec<&Tier> {
        let Some(start) = self.index_of(tier.as_str()) else {
            return Vec::new();
        };
        let mut found = vec![start];
        let mut next = 0;
        while let Some(index) = found.get(next).copied() {
            for parent in self.parents(index) {
                if !found.contains(&parent) {
                    found.push(parent);
                }
            }
            next += 1;
        }
        found.sort_by_key(|index| (self.levels[*index], *index));
        found.into_iter().map(|index| &self.tiers[index]).collect()
    }

    /// Returns the tiers in layers: each builds only on earlier ones; inside a layer in the order written.
    pub fn layers(&self) -> Vec<Vec<&Tier>> {
        let mut layers: Vec<Vec<&Tier>> = Vec::new();
        for (tier, level) in self.tiers.iter().zip(&self.levels) {
            if layers.len() <= *level {
                layers.resize(level + 1, Vec::new());
            }
            layers[*level].push(tier);
        }
        layers
    }

    /// Returns the tiers whose locks are made together with that of a tier, itself among them: all that it contains,
    /// and all that contain any of these. In the order written; empty for an unknown name.
    pub fn family(&self, tier: &TierName) -> Vec<&Tier> {
        let root = |tier: &TierName| {
            let mut at = self.tier(tier.as_str());
            while let Some(parent) = at.and_then(|tier| tier.contains.as_ref()) {
                at = self.tier(parent.value.as_str());
            }
            at.map(|tier| &tier.name)
        };
        match root(tier) {
            Some(wanted) => {
                let same = |member: &&Tier| root(&member.name) == Some(wanted);
                self.tiers.iter().filter(same).collect()
            }
            None => Vec::new(),
        }
    }

    fn parents(&self, index: usize) -> impl Iterator<Item = usize> {
        let tier = &self.tiers[index];
        tier.contains
            .iter()
            .chain(&tier.extends)
            .filter_map(|parent| self.index_of(parent.value.as_str()))
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        self.tiers.iter().position(|tier| {
            tier.name.as_str() == name || tier.aliases.iter().any(|alias| alias.value.as_str() == name)
        })
    }
}
