//! What conda-forge calls the packages of PyPI, and the other way round, where the names differ. Does not know what any
//! channel or PyPI has.

use std::{collections::BTreeMap, sync::LazyLock};

/// The table of [`conda_names`], by the normalised name on PyPI.
static NAMES: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    rows()
        .map(|(name, names)| (name, names.split(' ').collect()))
        .collect()
});

fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("pypi_names.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
}

/// Returns what conda-forge calls a package of PyPI, best first; nothing where the names are the same.
pub fn conda_names(name: &str) -> &'static [&'static str] {
    NAMES.get(normalised(name).as_str()).map_or(&[], Vec::as_slice)
}

/// Names of conda-forge whose packages on PyPI are all named after a way to build them: the plain one.
const PLAIN: &[(&str, &str)] = &[("opencv", "opencv-python"), ("py-opencv", "opencv-python")];

/// Returns what PyPI calls a Python package of conda-forge, normalised: the name itself where no other is known.
pub fn pypi_name(conda: &str) -> String {
    let own = normalised(conda);
    if let Some((_, plain)) = PLAIN.iter().find(|(name, _)| *name == own) {
        return (*plain).to_owned();
    }
    // `psycopg2-binary` and `rdkit-pypi` are other builds of what has the name of the conda package there too.
    let other_build = |name: &str| {
        name.strip_prefix(own.as_str())
            .is_some_and(|rest| rest.starts_with('-'))
    };
    let mut rows = NAMES.iter();
    rows.find(|(name, names)| !other_build(name) && names.iter().any(|name| normalised(name) == own))
        .map_or(own.clone(), |(name, _)| (*name).to_owned())
}

/// Returns a name as PyPI compares it: in lower case, with one `-` for every run of `-`, `_` and `.`.
pub fn normalised(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let parts: Vec<&str> = lower
        .split(['-', '_', '.'])
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_every_spelling() {
        for name in [
            "opencv-python",
            "opencv_python",
            "OpenCV.Python",
            "opencv--python",
        ] {
            assert_eq!(conda_names(name), ["opencv", "py-opencv"], "{name}");
        }
        assert_eq!(conda_names("torch"), ["pytorch"]);
        assert_eq!(conda_names("numpy"), [""; 0]);
    }

    #[test]
    fn a_name_of_conda_forge_has_one_on_pypi() {
        for (conda, pypi) in [
            ("pytorch", "torch"),
            ("matplotlib-base", "matplotlib"),
            ("python-graphviz", "graphviz"),
            ("pytables", "tables"),
            ("pyiron_workflow", "pyiron-workflow"),
            ("psycopg2", "psycopg2"),
            ("rdkit", "rdkit"),
            ("py-opencv", "opencv-python"),
            ("numpy", "numpy"),
        ] {
            assert_eq!(pypi_name(conda), pypi);
        }
    }

    #[test]
    fn the_table_is_sorted_and_says_only_what_is_not_plain() {
        let rows: Vec<(&str, &str)> = rows().collect();
        let lines = include_str!("pypi_names.tsv").lines();
        assert_eq!(rows.len(), lines.filter(|line| !line.starts_with('#')).count());
        assert!(
            rows.windows(2).all(|pair| pair[0].0 < pair[1].0),
            "not sorted, or a name stands twice"
        );
        for (name, names) in rows {
            assert_eq!(normalised(name), name);
            for conda in names.split(' ') {
                let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
                assert!(!conda.is_empty() && conda.chars().all(plain), "{name}: `{conda}`");
                assert_ne!(normalised(conda), name, "differs in separators only");
            }
        }
    }
}
