//! The allowed dependency arrows, as a table, and the check of `cargo metadata` against it.

use std::path::Path;

use serde_json::Value;

/// A member of the workspace and what its manifest asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// The package name.
    pub(crate) name: String,
    /// Its manifest, relative to the root.
    pub(crate) manifest: String,
    /// Its dependencies, all kinds.
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a manifest.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// The package name.
    pub(crate) name: String,
    /// The name that the manifest gives it, where that is another.
    pub(crate) rename: Option<String>,
    /// Whether only tests use it.
    pub(crate) dev: bool,
}

impl Dependency {
    /// Returns the name that sources use.
    pub(crate) fn library(&self) -> String {
        if self.name == CLI {
            "pyiron_lock_cli".to_owned()
        } else {
            self.rename.as_ref().unwrap_or(&self.name).replace('-', "_")
        }
    }
}

/// What a room may use of the other rooms.
enum Allowed {
    Any,
    Only(&'static [&'static str]),
}

const CORE: &str = "pyiron_lock_core";
const LOCKFILE: &str = "pyiron_lock_lockfile";
const CLI: &str = "pyiron-lock";
const GATEWAY: &str = "pyiron_lock_gateway";
const HOST: &str = "pyiron_lock_host";
const TESTKIT: &str = "pyiron_lock_testkit";
const XTASK: &str = "xtask";

/// Left may use right. The same table is drawn in `crates/README.md`.
const ROOMS: &[(&str, Allowed)] = &[
    (CORE, Allowed::Only(&[])),
    ("pyiron_lock_spec", Allowed::Only(&[CORE])),
    (LOCKFILE, Allowed::Only(&[CORE])),
    ("pyiron_lock_solve", Allowed::Only(&[CORE])),
    (GATEWAY, Allowed::Only(&[CORE])),
    ("pyiron_lock_conform", Allowed::Only(&[LOCKFILE, CORE])),
    ("pyiron_lock_export", Allowed::Only(&[LOCKFILE, CORE])),
    (HOST, Allowed::Only(&[CORE])),
    (CLI, Allowed::Any),
    (TESTKIT, Allowed::Only(&[CORE])),
    (XTASK, Allowed::Any),
    ("pyiron_lock_tests", Allowed::Any),
];

/// A crate from outside and the only rooms that may use it outside of tests.
const RESTRICTED: &[(&str, &[&str])] = &[
    ("clap", &[CLI]),
    ("clap_complete", &[CLI]),
    ("ctrlc", &[CLI]),
    ("indicatif", &[CLI]),
    ("astral-reqwest-middleware", &[GATEWAY]),
    ("rattler_networking", &[GATEWAY]),
    ("rattler_repodata_gateway", &[GATEWAY]),
    ("reqwest", &[GATEWAY]),
    ("rustls", &[GATEWAY]),
    ("tokio", &[GATEWAY]),
    ("rattler", &[HOST]),
    ("insta", &[]),
    ("proptest", &[]),
    (TESTKIT, &[XTASK]),
];

/// Reads the members out of what `cargo metadata --no-deps` says.
pub(crate) fn members(root: &Path, metadata: &Value) -> Result<Vec<Member>, String> {
    let packages = metadata["packages"]
        .as_array()
        .ok_or("cargo metadata lists no packages")?;
    packages.iter().map(|package| member(root, package)).collect()
}

fn member(root: &Path, package: &Value) -> Result<Member, String> {
    let text = |value: &Value, key: &str| {
        let found = value[key].as_str().map(str::to_owned);
        found.ok_or_else(|| format!("cargo metadata holds an entry without `{key}`"))
    };
    let manifest = text(package, "manifest_path")?;
    let dependencies = package["dependencies"].as_array().map_or(&[][..], Vec::as_slice);
    Ok(Member {
        name: text(package, "name")?,
        manifest: match Path::new(&manifest).strip_prefix(root) {
            Ok(relative) => relative.display().to_string(),
            Err(_) => manifest,
        },
        dependencies: dependencies
            .iter()
            .map(|dependency| {
                Ok(Dependency {
                    name: text(dependency, "name")?,
                    rename: dependency["rename"].as_str().map(str::to_owned),
                    dev: dependency["kind"] == "dev",
                })
            })
            .collect::<Result<_, String>>()?,
    })
}

/// Names every arrow the table does not allow, with its manifest and a way out.
pub(crate) fn check(members: &[Member]) -> Vec<String> {
    let mut problems = Vec::new();
    for member in members {
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == member.name) else {
            problems.push(format!(
                "{}: no row for `{}` among the rooms; add it to crates/xtask/src/layers/arrows.rs and crates/README.md",
                member.manifest, member.name
            ));
            continue;
        };
        for dependency in member.dependencies.iter().filter(|dependency| !dependency.dev) {
            problems.extend(arrow(member, dependency, allowed, members));
            problems.extend(restricted(member, dependency));
        }
    }
    problems
}

fn arrow(member: &Member, dependency: &Dependency, allowed: &Allowed, members: &[Member]) -> Option<String> {
    let Allowed::Only(rooms) = allowed else {
        return None;
    };
    // The testkit has its own row among the restricted crates.
    let inside = members.iter().any(|other| other.name == dependency.name) && dependency.name != TESTKIT;
    if !inside || rooms.contains(&dependency.name.as_str()) {
        return None;
    }
    let may = if rooms.is_empty() {
        "no other room".to_owned()
    } else {
        format!("only {}", rooms.join(", "))
    };
    Some(format!(
        "{}: `{} -> {}` is not an arrow of the design, the room may use {may}; \
         move what is shared to {CORE}, or pass it in from {CLI}",
        member.manifest, member.name, dependency.name
    ))
}

fn restricted(member: &Member, dependency: &Dependency) -> Option<String> {
    let (_, rooms) = RESTRICTED.iter().find(|(name, _)| *name == dependency.name)?;
    if rooms.contains(&member.name.as_str()) {
        return None;
    }
    let way_out = if rooms.is_empty() || dependency.name == TESTKIT {
        "put it under [dev-dependencies]".to_owned()
    } else {
        format!("leave its work to {}", rooms.join(", "))
    };
    Some(format!(
        "{}: `{}` may not use `{}`; {way_out}",
        member.manifest, member.name, dependency.name
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A workspace of the rooms named, the first of which has the dependencies given as (name, kind).
    fn problems(room: &str, others: &[&str], dependencies: &[(&str, Option<&str>)]) -> Vec<String> {
        let dependencies: Vec<Value> = dependencies
            .iter()
            .map(|(name, kind)| json!({"name": name, "kind": kind}))
            .collect();
        let mut packages = vec![json!({
            "name": room,
            "manifest_path": "/repo/crates/room/Cargo.toml",
            "dependencies": dependencies,
        })];
        packages.extend(others.iter().map(|name| {
            json!({"name": name, "manifest_path": "/repo/crates/other/Cargo.toml", "dependencies": []})
        }));
        check(&members(Path::new("/repo"), &json!({ "packages": packages })).unwrap())
    }

    #[test]
    fn an_arrow_of_the_design_passes() {
        let passes = |room, other| {
            assert_eq!(
                problems(room, &[other], &[(other, None)]),
                [""; 0],
                "{room} -> {other}"
            );
        };
        passes("pyiron_lock_solve", CORE);
        passes("pyiron_lock_conform", LOCKFILE);
        passes(CLI, GATEWAY);
        passes(XTASK, TESTKIT);
    }

    #[test]
    fn an_arrow_outside_the_design_names_file_and_way_out() {
        let found = problems("pyiron_lock_solve", &[GATEWAY], &[(GATEWAY, None)]);
        assert_eq!(
            found,
            [
                "crates/room/Cargo.toml: `pyiron_lock_solve -> pyiron_lock_gateway` is not an arrow of the design, the \
                 room may use only pyiron_lock_core; move what is shared to pyiron_lock_core, or pass it in from \
                 pyiron-lock"
            ]
        );
        assert_eq!(problems(CORE, &[LOCKFILE], &[(LOCKFILE, Some("build"))]).len(), 1);
    }

    #[test]
    fn edge_crates_stay_in_their_room() {
        for (crate_name, room) in [
            ("clap", XTASK),
            ("rattler_repodata_gateway", CLI),
            ("rattler", GATEWAY),
            ("tokio", "pyiron_lock_solve"),
        ] {
            let found = problems(room, &[], &[(crate_name, None)]);
            assert_eq!(found.len(), 1, "{room} -> {crate_name}");
            assert!(found[0].contains("leave its work to"), "{found:?}");
        }
        assert_eq!(problems(GATEWAY, &[], &[("tokio", None)]), [""; 0]);
    }

    #[test]
    fn test_tools_are_for_tests_only() {
        for name in ["insta", "proptest", TESTKIT] {
            let found = problems("pyiron_lock_spec", &[TESTKIT], &[(name, None)]);
            assert_eq!(
                found,
                [format!(
                    "crates/room/Cargo.toml: `pyiron_lock_spec` may not use `{name}`; put it under [dev-dependencies]"
                )]
            );
            assert_eq!(
                problems("pyiron_lock_spec", &[TESTKIT], &[(name, Some("dev"))]),
                [""; 0]
            );
        }
    }

    #[test]
    fn a_new_room_needs_a_row() {
        assert!(problems("pyiron_lock_new", &[], &[])[0].contains("no row for `pyiron_lock_new`"));
    }
}
