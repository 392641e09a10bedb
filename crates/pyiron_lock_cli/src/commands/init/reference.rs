//! The reference tiers inside the program, and the choice of some of them. Writes nothing.

use std::collections::BTreeSet;

use pyiron_lock_core::{PlatformName, SourceFile, TierName, suggest};
use pyiron_lock_spec::{Manifest, Tier, read_manifest};

use crate::{failure::Failure, render::folded};

/// Makes the table of environment files from the names of their folders.
macro_rules! specs {
    ($($tier:literal),+ $(,)?) => {
        &[$(($tier, include_str!(concat!("../../../../../specs/", $tier, "/environment.yml")))),+]
    };
}

/// The environment file of each reference tier; a tier is added by its name.
const SPECS: &[(&str, &str)] = specs![
    "minimal",
    "advanced",
    "recommended",
    "rdm",
    "workshop",
    "base",
    "md",
    "pyiron",
    "potentialworkshop",
    "mpie_cmti",
];

const MANIFEST: &str = include_str!("../../../../../specs/tiers.yml");

/// The schema that editors check a manifest with.
pub(super) const SCHEMA: &str = include_str!("../../../../../specs/tiers.schema.json");

/// The tiers and platforms that a project starts with.
pub(super) struct Choice {
    /// Tiers with all they build on, in the order of the manifest.
    pub(super) tiers: Vec<TierName>,
    /// Platforms, in the order of the manifest.
    pub(super) platforms: Vec<PlatformName>,
}

/// Returns the names of the reference tiers, as the help shows them.
pub(crate) fn offered() -> String {
    let names: Vec<&str> = SPECS.iter().map(|(name, _)| *name).collect();
    format!("Reference tiers: {}", names.join(", "))
}

/// Reads the reference manifest.
pub(super) fn manifest() -> Manifest {
    read_manifest(&SourceFile::new("specs/tiers.yml", MANIFEST))
        .value
        .expect("a test reads the same text")
}

/// Returns the environment file of a tier.
pub(super) fn spec(tier: &Tier) -> &'static str {
    SPECS
        .iter()
        .find(|(name, _)| tier.spec.value == format!("{name}/environment.yml"))
        .map(|(_, text)| *text)
        .expect("a test compares the table with the manifest")
}

/// Settles what was asked for by name: tiers bring what they build on, and platforms those that their tiers have.
pub(super) fn choose(manifest: &Manifest, tiers: &[String], platforms: &[String]) -> Result<Choice, Failure> {
    let asked: Vec<&Tier> = tiers
        .iter()
        .map(|name| manifest.tier(name).ok_or_else(|| unknown_tier(manifest, name)))
        .collect::<Result<_, _>>()?;
    let known: Vec<&str> = manifest
        .platforms
        .iter()
        .map(|entry| entry.platform.name.as_str())
        .collect();
    for name in platforms {
        if !known.contains(&name.as_str()) {
            return Err(unknown("platform", name, &known, &known));
        }
    }
    let wanted = |name: &str| platforms.is_empty() || platforms.iter().any(|platform| platform == name);
    for tier in &asked {
        if !tier.platforms.iter().any(|platform| wanted(platform.as_str())) {
            return Err(apart(&[tier], platforms));
        }
    }
    if let Some(idle) = platforms.iter().find(|name| {
        let has = |tier: &&Tier| tier.platforms.iter().any(|platform| platform.as_str() == *name);
        !asked.iter().any(has)
    }) {
        return Err(apart(&asked, std::slice::from_ref(idle)));
    }
    let brought: BTreeSet<&TierName> = asked
        .iter()
        .flat_map(|tier| manifest.lineage(&tier.name))
        .map(|tier| &tier.name)
        .collect();
    let chosen = manifest.tiers.iter().filter(|tier| brought.contains(&tier.name));
    let used: BTreeSet<&PlatformName> = chosen.clone().flat_map(|tier| &tier.platforms).collect();
    Ok(Choice {
        tiers: chosen.map(|tier| tier.name.clone()).collect(),
        platforms: manifest
            .platforms
            .iter()
            .map(|entry| &entry.platform.name)
            .filter(|name| used.contains(name) && wanted(name.as_str()))
            .cloned()
            .collect(),
    })
}

/// Says that tiers are on none of the platforms, and on which they are.
fn apart(tiers: &[&Tier], platforms: &[String]) -> Failure {
    let names: Vec<String> = tiers.iter().map(|tier| format!("`{}`", tier.name)).collect();
    let (noun, verb) = if tiers.len() == 1 {
        ("tier", "is")
    } else {
        ("tiers", "are")
    };
    let on: BTreeSet<&str> = tiers
        .iter()
        .flat_map(|tier| &tier.platforms)
        .map(PlatformName::as_str)
        .collect();
    let on: Vec<&str> = on.into_iter().collect();
    Failure::bad_input(format!(
        "the {noun} {} {verb} not on {}",
        names.join(", "),
        platforms.join(", ")
    ))
    .help(format!("choose among: {}", folded(&on)))
}

fn unknown_tier(manifest: &Manifest, name: &str) -> Failure {
    let names = |tier: &Tier| {
        let aliases = tier.aliases.iter().map(|alias| alias.value.to_string());
        std::iter::once(tier.name.to_string())
            .chain(aliases)
            .collect::<Vec<_>>()
    };
    let known: Vec<String> = manifest.tiers.iter().flat_map(names).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let shown: Vec<String> = manifest
        .tiers
        .iter()
        .map(|tier| match names(tier).as_slice() {
            [name, aliases @ ..] if !aliases.is_empty() => format!("{name} ({})", aliases.join(", ")),
            names => names.concat(),
        })
        .collect();
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    unknown("tier", name, &known, &shown)
}

fn unknown(what: &str, name: &str, known: &[&str], shown: &[&str]) -> Failure {
    let all = format!("choose among: {}", shown.join(", "));
    Failure::bad_input(format!("there is no reference {what} `{name}`")).help(
        match suggest::nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? Otherwise {all}"),
            None => all,
        },
    )
}
