//! What a tier asks for on one platform, after selectors and inheritance: the input of a solve.

use rattler_conda_types::{Channel, MatchSpec, PackageName};

use crate::{
    cut_off::CutOff,
    digest::{Digest, DigestBuilder},
    finding::Origin,
    names::TierName,
    platform::Platform,
};

/// One line of a person's file that asks for a package.
#[derive(Debug, Clone)]
pub struct Request {
    /// The name asked for; globs never get here.
    pub name: PackageName,
    /// The constraint.
    pub spec: MatchSpec,
    /// The constraint in canonical spelling, the same for every way of writing it.
    pub canonical: String,
    /// The tier whose file says it; `None` for a file without a project.
    pub tier: Option<TierName>,
    /// Every line that says exactly this; the first is the one to show.
    pub origins: Vec<Origin>,
}

impl Request {
    /// Returns the text as the person wrote it.
    pub fn text(&self) -> &str {
        self.origins
            .first()
            .map_or(&self.canonical, |origin| origin.source.slice(origin.span))
    }
}

/// A pip requirement: kept and recorded, never resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipRequest {
    /// The requirement as written.
    pub text: String,
    /// The tier whose file says it.
    pub tier: Option<TierName>,
    /// Where.
    pub origin: Origin,
}

/// Everything a tier asks for on one platform.
#[derive(Debug, Clone)]
pub struct RequestSet {
    /// The tier; `None` for a file without a project.
    pub tier: Option<TierName>,
    /// The tier on the same platform whose records the lock has to hold exactly.
    pub contains: Option<TierName>,
    /// The platform.
    pub platform: Platform,
    /// Channels in order of priority, canonical.
    pub channels: Vec<Channel>,
    /// The last moment whose builds count.
    pub exclude_newer: Option<CutOff>,
    /// The requests, ancestors first, in the order written; no two are equal.
    pub requests: Vec<Request>,
    /// Pip requirements, not resolved.
    pub pip: Vec<PipRequest>,
    /// Environment variables the specs set, sorted by name.
    pub variables: Vec<(String, String)>,
}

impl RequestSet {
    /// Computes the request digest: equal for equal demands, however they are written and ordered.
    ///
    /// It covers tier, contained tier, platform, channels in order, cut-off, requests with the tier each comes from, pip lines and
    /// variables. Comments, spans, file names and the order of requests do not count.
    pub fn digest(&self) -> Digest {
        let tier = |tier: &Option<TierName>| tier.as_ref().map_or("", TierName::as_str).to_owned();
        let mut builder = DigestBuilder::new("pyiron-lock request 1");
        builder.field(&tier(&self.tier));
        builder.field(&tier(&self.contains));
        builder.field(self.platform.name.as_str());
        builder.field(self.platform.subdir.as_str());
        let promised: Vec<String> = self
            .platform
            .virtual_packages()
            .iter()
            .map(ToString::to_string)
            .collect();
        builder.list(&promised);
        let channels: Vec<&str> = self
            .channels
            .iter()
            .map(|channel| channel.base_url.as_str())
            .collect();
        builder.list(&channels);
        let cut_off = self.exclude_newer.map(|cut_off| cut_off.to_string());
        builder.field(&cut_off.unwrap_or_default());
        let mut requests: Vec<String> = self
            .requests
            .iter()
            .map(|request| format!("{}\n{}", request.canonical, tier(&request.tier)))
            .collect();
        requests.sort();
        builder.list(&requests);
        let pip: Vec<String> = self
            .pip
            .iter()
            .map(|pip| format!("{}\n{}", pip.text, tier(&pip.tier)))
            .collect();
        builder.list(&pip);
        let variables: Vec<String> = self
            .variables
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        builder.list(&variables);
        builder.finish()
    }
}
