//! `conda-lock`: a conda-lock.yml of one platform (CEP 37), for conda-lock, mamba, micromamba and pixi.

use std::collections::BTreeMap;

use pyiron_lock_core::records_digest;

use super::names::{by_name, channels};
use crate::{
    ExportError,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::{Input, Package},
    quote::{comment, yaml, yaml_word},
};

pub(super) static FORMAT: Format = Format {
    name: "conda-lock",
    group: Group::Locks,
    title: "conda-lock.yml with the hashes of each record, for conda-lock and mamba (CEP 37)",
    needs: Needs::Lock,
    parameters: &[],
    proofs: &[Proof::Tested("conda-lock")],
    export,
};

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let mut export = Export::default();
    export.files.add("conda-lock.yml", text(input)?)?;
    Ok(export)
}

fn text(input: &Input<'_>) -> Result<String, ExportError> {
    let subdir = input.own.platform().subdir.as_str();
    let records = input.own.lock.entries.iter().map(|entry| &entry.record);
    let mut text = String::new();
    for line in input.stamp() {
        text.push_str(&format!("# {}\n", comment(&line)));
    }
    text.push_str(&format!(
        "version: 1\nmetadata:\n  content_hash:\n    {subdir}: {}\n  channels:\n",
        yaml(&records_digest(records).to_string())
    ));
    for channel in channels(input)? {
        text.push_str(&format!(
            "  - url: {}\n    used_env_vars: []\n",
            yaml_word(&channel)
        ));
    }
    text.push_str(&format!(
        "  platforms:\n  - {subdir}\n  sources: []\n  time_metadata:\n    created_at: {}\n  custom_metadata:\n",
        yaml(&input.own.release.created)
    ));
    let lines = input.stamp();
    for (key, line) in ["stamp", "channel"].iter().zip(&lines) {
        text.push_str(&format!("    {key}: {}\n", yaml(line)));
    }
    text.push_str("package:\n");
    for package in by_name(input.own.packages.iter().copied()) {
        push(&mut text, &package, subdir);
    }
    Ok(text)
}

fn push(text: &mut String, package: &Package<'_>, subdir: &str) {
    text.push_str(&format!(
        "- name: {}\n  version: {}\n  manager: conda\n  platform: {subdir}\n",
        yaml_word(package.name()),
        yaml(&package.version())
    ));
    let depends = constraints(&package.record().depends);
    text.push_str(if depends.is_empty() {
        "  dependencies: {}\n"
    } else {
        "  dependencies:\n"
    });
    for (name, constraint) in &depends {
        text.push_str(&format!("    {}: {}\n", yaml_word(name), yaml(constraint)));
    }
    text.push_str(&format!("  url: {}\n  hash:\n", yaml(package.url().as_str())));
    if let Some(md5) = package.md5() {
        text.push_str(&format!("    md5: {}\n", yaml(&md5)));
    }
    text.push_str(&format!(
        "    sha256: {}\n  build: {}\n  category: main\n  optional: false\n",
        yaml(&package.sha256()),
        yaml(package.build())
    ));
}

/// Returns what a record depends on by name. The format has one constraint a name: versions of two are joined, and a
/// build stands after them.
fn constraints(depends: &[String]) -> BTreeMap<String, String> {
    let mut by_name: BTreeMap<String, (Vec<String>, Option<String>)> = BTreeMap::new();
    for depend in depends {
        let end = depend
            .find([' ', '=', '<', '>', '!', '~', '['])
            .unwrap_or(depend.len());
        let (name, rest) = depend.split_at(end);
        let (version, build) = match rest.trim().split_once(' ') {
            Some((version, build)) if !rest.contains('[') => (version, Some(build.trim().to_owned())),
            _ => (rest.trim(), None),
        };
        let (versions, builds) = by_name.entry(name.to_owned()).or_default();
        if !version.is_empty() && !versions.iter().any(|known| known == version) {
            versions.push(version.to_owned());
        }
        *builds = builds.take().or(build);
    }
    by_name
        .into_iter()
        .map(|(name, (mut versions, build))| {
            // Any version says nothing beside another constraint.
            if versions.len() > 1 {
                versions.retain(|version| version != "*");
            }
            if versions.is_empty() && build.is_some() {
                versions.push("*".to_owned());
            }
            let version = versions.join(",");
            (
                name,
                match build {
                    Some(build) => format!("{version} {build}"),
                    None => version,
                },
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::locks::samples::{LOCK, made};

    #[test]
    fn two_constraints_of_a_name_are_both_kept() {
        let depends = [
            "python >=3.10",
            "python",
            "python <3.13",
            "python_abi 3.12.* *_cp312",
            "a *",
            "a >=1",
            "b * *_openblas",
            "c[version='>=1']",
            "d>=2",
        ];
        let found = constraints(&depends.map(str::to_owned));
        let expected = [
            ("a", ">=1"),
            ("b", "* *_openblas"),
            ("c", "[version='>=1']"),
            ("d", ">=2"),
            ("python", ">=3.10,<3.13"),
            ("python_abi", "3.12.* *_cp312"),
        ];
        assert_eq!(
            found,
            expected
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .into()
        );
    }

    #[test]
    fn versions_stay_texts_and_every_record_has_its_sha256() {
        let export = made(&FORMAT, LOCK, "x", &[]);
        let text = &export.files.get("conda-lock.yml").unwrap().text;
        assert!(text.contains("  version: \"1.10\"\n"), "{text}");
        assert_eq!(
            text.matches("    sha256: ").count(),
            text.matches("- name: ").count()
        );
        assert!(text.starts_with("# made by pyiron-lock"));
    }

    #[test]
    fn a_name_of_a_tier_ends_no_comment() {
        let export = made(&FORMAT, LOCK, "x\nversion: 2\u{2028}'\"$(id)`é", &[]);
        let text = &export.files.get("conda-lock.yml").unwrap().text;
        assert!(!text.lines().any(|line| line.starts_with("version: 2")), "{text}");
    }
}
