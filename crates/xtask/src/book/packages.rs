//! The portal: each pyiron package with its documentation, and the tiers that bring it. Reads `docs/data/packages.yml`.

use std::{fmt::Write as _, path::Path};

use serde::Deserialize;

use super::{Facts, text::cell};
use crate::standing::read;

const FILE: &str = "docs/data/packages.yml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Portal {
    places: Vec<Place>,
    groups: Vec<Group>,
}

/// A site of the project as a whole.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    title: String,
    address: String,
    what: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    title: String,
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Package {
    /// The name of the repository, and of the package unless `conda` says otherwise.
    name: String,
    what: String,
    /// The site with its documentation; none where the project names none.
    #[serde(default)]
    docs: Option<String>,
    /// Its name on conda-forge, where that is another.
    #[serde(default)]
    conda: Option<String>,
    /// Whether decision 26-003 counts its documentation among those that are done.
    #[serde(default)]
    decided: bool,
}

/// Writes the page.
pub(super) fn page(root: &Path, facts: &Facts) -> Result<String, String> {
    let portal: Portal =
        serde_yaml::from_str(&read(root, FILE)?).map_err(|error| format!("{FILE}: {error}"))?;
    let packages: Vec<&Package> = portal.groups.iter().flat_map(|group| &group.packages).collect();
    let with_site = packages.iter().filter(|package| package.docs.is_some()).count();
    let decided = packages.iter().filter(|package| package.decided).count();
    let mut text = format!(
        "# All documentation of pyiron\n\nOne page that leads to every other. {} of the {} packages below have a site \
         of their own; where there is none, the\nrepository is all there is. Decision 26-003 asks each package for a \
         README, an executed example notebook and API pages,\nand counts {decided} as done, marked ✓.\n\n## The \
         project\n\n| site | what is there |\n|---|---|\n",
        with_site,
        packages.len()
    );
    for place in &portal.places {
        let _ = writeln!(
            text,
            "| [{}]({}) | {} |",
            place.title,
            place.address,
            cell(&place.what)
        );
    }
    for group in &portal.groups {
        let _ = write!(
            text,
            "\n## {}\n\n| package | what it is | documentation | in the tiers |\n|---|---|---|---|\n",
            group.title
        );
        for package in &group.packages {
            let docs = match &package.docs {
                Some(address) => format!("[{}]({address})", short(address)),
                None => "none of its own".to_owned(),
            };
            let decided = if package.decided { " ✓" } else { "" };
            let _ = writeln!(
                text,
                "| [{0}](https://github.com/pyiron/{0}) | {1} | {docs}{decided} | {2} |",
                package.name,
                cell(&package.what),
                tiers(facts, package.conda.as_deref().unwrap_or(&package.name)).join(", ")
            );
        }
    }
    text.push_str(
        "\nSources: the organisation's profile page `pyiron/.github` (0054f43), decision 26-003 of \
         `pyiron/decisions` (a423822), and\nthe committed locks for the last column. A package or a site is added in \
         `docs/data/packages.yml`.\n",
    );
    Ok(text)
}

fn short(address: &str) -> &str {
    let rest = address.trim_start_matches("https://").trim_end_matches('/');
    rest.split("/en/").next().unwrap_or(rest)
}

/// Returns the tiers of which any lock holds the package.
fn tiers(facts: &Facts, package: &str) -> Vec<String> {
    let package = package.to_lowercase();
    let manifest = &facts.committed.manifest;
    let holds = |tier: &&pyiron_lock_spec::Tier| {
        let mut locks = facts
            .committed
            .locks
            .iter()
            .filter(|(_, facts)| facts.name == tier.name);
        locks.any(|(lock, _)| {
            let mut names = lock
                .entries
                .iter()
                .map(|entry| entry.record.package_record.name.as_normalized());
            names.any(|name| name == package)
        })
    };
    let tiers = manifest.tiers.iter().filter(holds);
    tiers
        .map(|tier| format!("[`{0}`](reference/tiers/{0}.md)", tier.name))
        .collect()
}
