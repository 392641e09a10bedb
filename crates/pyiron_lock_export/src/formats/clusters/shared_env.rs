//! `shared-env`: a POSIX shell script that installs a release for many users of a shared file system, and the list that
//! it goes by. It does not know of schedulers.

#[cfg(test)]
mod tests;

use pyiron_lock_core::digest::Digest;
use serde::Serialize;

use super::installed::{ROOT, root};
use crate::{
    ExportError,
    files::Export,
    format::{Format, Group, Needs, Proof},
    formats::locks::explicit,
    input::Input,
    parameters::{Kind, Parameter},
    quote,
    template::template,
};

pub(super) static FORMAT: Format = Format {
    name: "shared-env",
    group: Group::Clusters,
    title: "script that installs a release for all users of a cluster",
    needs: Needs::LinuxAndTarget,
    parameters: &[
        ROOT,
        Parameter {
            key: "group",
            what: "the group of the files, empty for that of the installing user",
            kind: Kind::Name,
            default: None,
        },
        Parameter {
            key: "readers",
            what: "who may read: all, or the group only",
            kind: Kind::Word(&["all", "group"]),
            default: Some("all"),
        },
        Parameter {
            key: "keep",
            what: "how many finished releases stay",
            kind: Kind::Number,
            default: Some("3"),
        },
        Parameter {
            key: "kernels",
            what: "the folder of kernelspecs, none unless given",
            kind: Kind::Path,
            default: None,
        },
        Parameter {
            key: "modulefiles",
            what: "the folder of modulefiles, none unless given",
            kind: Kind::Path,
            default: None,
        },
    ],
    proofs: &[
        Proof::Tested("py-rattler"),
        Proof::Tested("shellcheck"),
        Proof::Tested("dash"),
    ],
    export,
};

#[derive(Serialize)]
struct Values<'a> {
    stamp: Vec<String>,
    tier: &'a str,
    release: &'a str,
    digest: &'a str,
    target: &'a str,
    list_sha256: String,
    subdir: &'a str,
    machine: &'a str,
    glibc: &'a str,
    cpu_level: &'a str,
    cpu_flags: String,
    python: String,
    archive_bytes: u64,
    estimated_bytes: u64,
    estimated_files: u64,
    root: String,
    group: &'a str,
    readers: &'a str,
    keep: u64,
    kernels: &'a str,
    modulefiles: &'a str,
    display_name: String,
    imports: &'a [String],
    commands: &'a [String],
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let own = input.own;
    let set = |key| input.parameters.get(key);
    let promised = |name, version: bool| {
        let package = own.platform().virtual_package(name);
        package.map_or("", |package| {
            if version {
                package.version()
            } else {
                package.build()
            }
        })
    };
    let subdir = own.platform().subdir.as_str();
    let list = explicit::list(input);
    let cpu_level = promised("__archspec", false);
    let root = root(input).unwrap_or_default();
    let place = input.place.map(|place| place.id.as_str()).unwrap_or_default();
    let group = set("group").or_else(|| input.place?.shared_group.as_deref());
    let kernel = own.packages.get("ipykernel").is_some();
    let values = Values {
        stamp: input.stamp(),
        tier: &own.tier.name,
        release: &own.release.id,
        digest: &own.release.digest,
        target: place,
        list_sha256: Digest::of(list.as_bytes()).to_string(),
        subdir,
        machine: machine(subdir),
        glibc: promised("__glibc", true),
        cpu_level,
        cpu_flags: flags(cpu_level).join(" "),
        python: own.packages.minor_version("python").unwrap_or_default(),
        archive_bytes: own.packages.archive_bytes(),
        estimated_bytes: own.packages.estimated_bytes(),
        estimated_files: own.packages.estimated_files(),
        group: group.unwrap_or_default(),
        readers: set("readers").unwrap_or("all"),
        // The release that is used, at least.
        keep: input.parameters.number("keep").unwrap_or(3).max(1),
        kernels: set("kernels").filter(|_| kernel).unwrap_or_default(),
        modulefiles: set("modulefiles").unwrap_or_default(),
        display_name: quote::json(own.tier.description.as_deref().unwrap_or(&own.tier.name)),
        imports: &own.tier.smoke.imports,
        commands: &own.tier.smoke.commands,
        root,
    };
    let mut export = Export::default();
    if values.root.is_empty() {
        let empty = input.parameters.empty(&FORMAT);
        export.findings = empty
            .into_iter()
            .filter(|finding| finding.help.iter().any(|help| help.contains("root=")))
            .collect();
    }
    export
        .files
        .add_executable("install.sh", template!("clusters/shared_env.sh.j2").fill(values)?)?;
    export.files.add("explicit.txt", list)?;
    Ok(export)
}

/// Returns what `uname -m` says where a subdir runs.
fn machine(subdir: &str) -> &str {
    match subdir.strip_prefix("linux-").unwrap_or(subdir) {
        "64" => "x86_64",
        "32" => "i686",
        other => other,
    }
}

/// Returns the flags of `/proc/cpuinfo` that a level of x86-64 asks for; none for what is no level.
fn flags(level: &str) -> Vec<&'static str> {
    let second = ["cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3"];
    let third = [
        "abm", "avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "xsave",
    ];
    let fourth = ["avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl"];
    let parts: &[&[&'static str]] = match level {
        "x86_64_v2" => &[&second],
        "x86_64_v3" => &[&second, &third],
        "x86_64_v4" => &[&second, &third, &fourth],
        _ => &[],
    };
    parts.concat()
}
