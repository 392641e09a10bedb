//! Requirements of Python distributions against those that are there, as `pip check` has them. Pure.

use std::{collections::HashMap, str::FromStr};

use pep440_rs::Version;
use pep508_rs::{MarkerEnvironment, MarkerEnvironmentBuilder, Requirement, VerbatimUrl, VersionOrUrl};

use super::python::{Dist, minor, normalised};

/// A requirement that is not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// The distribution that requires.
    pub of: String,
    /// What it requires, as written.
    pub wanted: String,
    /// The version that is there instead.
    pub there: Option<String>,
}

/// The Python of a prefix, as markers ask for it.
pub(super) fn markers(python: &str, subdir: &str) -> Option<MarkerEnvironment> {
    let (system, machine) = subdir.split_once('-').unwrap_or((subdir, ""));
    let (os, platform, name) = match system {
        "osx" => ("posix", "darwin", "Darwin"),
        "win" => ("nt", "win32", "Windows"),
        _ => ("posix", "linux", "Linux"),
    };
    let machine = match (system, machine) {
        ("win", "64") => "AMD64",
        (_, "64") => "x86_64",
        (_, machine) => machine,
    };
    let minor = minor(python);
    let environment = MarkerEnvironmentBuilder {
        implementation_name: "cpython",
        implementation_version: python,
        os_name: os,
        platform_machine: machine,
        platform_python_implementation: "CPython",
        platform_release: "",
        platform_system: name,
        platform_version: "",
        python_full_version: python,
        python_version: &minor,
        sys_platform: platform,
    };
    MarkerEnvironment::try_from(environment).ok()
}

/// Returns what is required and not there, in the order of the distributions; what cannot be read is left out, as are
/// extras, which nobody asked for.
pub(super) fn unmet(
    dists: &[Dist],
    there: &HashMap<String, &Dist>,
    markers: &MarkerEnvironment,
) -> Vec<Unmet> {
    let mut found = Vec::new();
    for dist in dists {
        for text in &dist.requires {
            let Ok(requirement) = Requirement::<VerbatimUrl>::from_str(text) else {
                continue;
            };
            if !requirement.evaluate_markers(markers, &[]) {
                continue;
            }
            let own = there.get(&normalised(requirement.name.as_ref()));
            let fits =
                own.is_some_and(
                    |own| match (&requirement.version_or_url, Version::from_str(&own.version)) {
                        (Some(VersionOrUrl::VersionSpecifier(wanted)), Ok(version)) => {
                            wanted.contains(&version)
                        }
                        _ => true,
                    },
                );
            if !fits {
                found.push(Unmet {
                    of: format!("{} {}", dist.name, dist.version),
                    wanted: text.clone(),
                    there: own.map(|own| own.version.clone()),
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{super::python::versions, *};

    fn dist(name: &str, version: &str, requires: &[&str]) -> Dist {
        Dist {
            name: name.to_owned(),
            version: version.to_owned(),
            folder: String::new(),
            installer: None,
            of_conda: true,
            origin: None,
            editable: false,
            requires: requires.iter().map(|text| (*text).to_owned()).collect(),
            files: Vec::new(),
            outside: Vec::new(),
        }
    }

    #[test]
    fn what_is_required_has_to_be_there() {
        let wants = [
            "tqdm>=4.68.4",
            "Py_Yaml>=6",
            "absent",
            "colorama; sys_platform == 'win32'",
            "ruff; extra == 'dev'",
            "tomli>=1; python_version < '3.11'",
            "direct @ https://host.invalid/direct.whl",
            "what is this",
        ];
        let dists = [
            dist("wheel", "1.0", &wants),
            dist("tqdm", "4.67.3", &[]),
            dist("py.yaml", "6.0.2", &[]),
            dist("direct", "0", &[]),
        ];
        let markers = markers("3.12.4", "linux-64").unwrap();
        let found = unmet(&dists, &versions(&dists), &markers);
        let told: Vec<(&str, Option<&str>)> = found
            .iter()
            .map(|unmet| (unmet.wanted.as_str(), unmet.there.as_deref()))
            .collect();
        assert_eq!(told, [("tqdm>=4.68.4", Some("4.67.3")), ("absent", None)]);
    }
}
