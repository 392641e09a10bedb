//! The pages of tiers: what each asks for, and what its locks hold on each platform.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use pyiron_lock_lockfile::AnyLock;
use pyiron_lock_spec::Tier;

use super::{
    Facts,
    text::{cell, sentence},
};

/// Writes a page for each tier, and one that lists them.
pub(super) fn pages(facts: &Facts) -> Vec<(String, String)> {
    let mut pages = vec![("index".to_owned(), index(facts))];
    for tier in &facts.committed.manifest.tiers {
        pages.push((tier.name.to_string(), page(facts, tier)));
    }
    pages
}

fn index(facts: &Facts) -> String {
    let mut text = String::from(
        "# Tiers and their packages\n\nA tier is a named `environment.yml` that may build on others. The locks of this \
         repository are made from its sample\nchannel, whose packages have the names, versions and dependencies of \
         those on conda-forge but hold nothing: versions here\nshow what the specs ask for, sizes mean nothing.\n\n\
         | tier | for | platforms | packages |\n|---|---|---|---|\n",
    );
    for tier in &facts.committed.manifest.tiers {
        let locks = locks(facts, tier);
        let most = locks.iter().map(|lock| lock.entries.len()).max().unwrap_or(0);
        let platforms: Vec<String> = tier.platforms.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(
            text,
            "| [`{0}`]({0}.md){1} | {2} | {3} | {most} |",
            tier.name,
            aliases(tier),
            cell(tier.description.as_deref().unwrap_or_default()),
            platforms.join(", "),
        );
    }
    text
}

fn aliases(tier: &Tier) -> String {
    let names: Vec<String> = tier
        .aliases
        .iter()
        .map(|name| format!(", `{}`", name.value))
        .collect();
    names.concat()
}

fn page(facts: &Facts, tier: &Tier) -> String {
    let locks = locks(facts, tier);
    let mut text = format!(
        "# Tier `{}`\n\n{}\n",
        tier.name,
        sentence(tier.description.as_deref().unwrap_or_default())
    );
    relations(&mut text, tier);
    let asked: BTreeSet<&str> = locks
        .iter()
        .flat_map(|lock| lock.stamp.iter().flat_map(|stamp| &stamp.requests))
        .map(|request| request.spec.split([' ', '[']).next().unwrap_or_default())
        .collect();
    let versions = versions(&locks);
    let (direct, rest): (Vec<_>, Vec<_>) = versions
        .iter()
        .partition(|(name, _)| asked.contains(name.as_str()));
    text.push_str(
        "\n## What is asked for\n\nThe version that each lock holds; — where a platform goes without.\n\n",
    );
    table(&mut text, &locks, &direct);
    let _ = write!(
        text,
        "\n## What comes with it\n\n<details><summary>{} more packages</summary>\n\n",
        rest.len()
    );
    table(&mut text, &locks, &rest);
    text.push_str("\n</details>\n\n## What shows that it works\n\n");
    let list = |words: &[pyiron_lock_core::Spanned<String>]| {
        let words: Vec<String> = words.iter().map(|word| format!("`{}`", word.value)).collect();
        words.join(", ")
    };
    if !tier.smoke.imports.is_empty() {
        let _ = writeln!(text, "- Imports: {}", list(&tier.smoke.imports));
    }
    if !tier.smoke.commands.is_empty() {
        let _ = writeln!(text, "- Commands: {}", list(&tier.smoke.commands));
    }
    text
}

fn relations(text: &mut String, tier: &Tier) {
    let link = |name: &str| format!("[`{name}`]({name}.md)");
    if let Some(parent) = &tier.contains {
        let _ = writeln!(
            text,
            "\n- Contains {}: its locks hold every record of that tier, as an image built from it does",
            link(parent.value.as_str())
        );
    }
    if !tier.extends.is_empty() {
        let parents: Vec<String> = tier
            .extends
            .iter()
            .map(|name| link(name.value.as_str()))
            .collect();
        let _ = writeln!(text, "\n- Builds on {}", parents.join(", "));
    }
    let spec = &tier.spec.value;
    let gap = if tier.contains.is_some() || !tier.extends.is_empty() {
        ""
    } else {
        "\n"
    };
    let _ = writeln!(
        text,
        "{gap}- Written in [`specs/{spec}`](https://github.com/pyiron/pyiron-lock/blob/main/specs/{spec})"
    );
    let meant: Vec<String> = tier
        .targets
        .iter()
        .map(|target| format!("[`{0}`](../support.md#{0}--{1})", target.value, tier.name))
        .collect();
    let _ = writeln!(text, "- Meant for {}", meant.join(", "));
}

fn locks<'f>(facts: &'f Facts, tier: &Tier) -> Vec<&'f AnyLock> {
    let own = facts
        .committed
        .locks
        .iter()
        .filter(|(_, facts)| facts.name == tier.name);
    own.map(|(lock, _)| lock).collect()
}

/// The version and build of each package in each lock, by name.
type Versions = BTreeMap<String, Vec<Option<String>>>;

fn versions(locks: &[&AnyLock]) -> Versions {
    let mut versions = Versions::new();
    for (index, lock) in locks.iter().enumerate() {
        for entry in &lock.entries {
            let record = &entry.record.package_record;
            let name = record.name.as_normalized().to_owned();
            versions.entry(name).or_insert_with(|| vec![None; locks.len()])[index] =
                Some(record.version.to_string());
        }
    }
    versions
}

fn table(text: &mut String, locks: &[&AnyLock], rows: &[(&String, &Vec<Option<String>>)]) {
    text.push_str("| package |");
    for lock in locks {
        let _ = write!(text, " {} |", lock.platform.name);
    }
    let _ = write!(text, "\n|---|{}\n", "---|".repeat(locks.len()));
    for (name, versions) in rows {
        let _ = write!(text, "| `{name}` |");
        for version in *versions {
            let _ = write!(text, " {} |", version.as_deref().unwrap_or("—"));
        }
        text.push('\n');
    }
}
