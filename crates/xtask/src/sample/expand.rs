//! Turns recipes into builds: one for `noarch`, one a subdir, or one a subdir and Python version, with the
//! dependencies that every build of its kind has.

use std::{borrow::Cow, collections::BTreeSet};

use pyiron_lock_core::{SourceRef, index::dependency_name};
use pyiron_lock_testkit::Package;
use rattler_conda_types::Subdir;

use super::{
    contents::{self, Build},
    recipe::{Defaults, Kind, Line, Recipe, Recipes},
};

/// The oldest glibc that compiled packages of linux-64 ask for unless the recipe says otherwise.
const GLIBC: &str = "2.17";

/// Expands every recipe; two builds of one file name in one subdir are a problem.
pub(crate) fn packages(source: &SourceRef, read: &Recipes) -> Result<Vec<Package>, Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut packages = Vec::new();
    let mut problems = Vec::new();
    let context = Context {
        defaults: &read.defaults,
        distributions: distributions(&read.recipes),
    };
    for recipe in &read.recipes {
        for package in builds(recipe, &context) {
            if !seen.insert((package.home(), package.file_name())) {
                problems.push(format!(
                    "{}:{}: {}/{} comes from two recipes",
                    source.name(),
                    source.position(recipe.span.start).line,
                    package.home(),
                    package.file_name()
                ));
            }
            packages.push(package);
        }
    }
    if problems.is_empty() {
        Ok(packages)
    } else {
        Err(problems)
    }
}

/// What every build of every recipe may look at.
struct Context<'r> {
    defaults: &'r Defaults,
    distributions: BTreeSet<&'r str>,
}

fn distributions(recipes: &[Recipe]) -> BTreeSet<&str> {
    recipes
        .iter()
        .filter(|recipe| matches!(recipe.kind, Kind::Pure | Kind::Extension))
        .map(|recipe| recipe.name.as_str())
        .collect()
}

fn builds(recipe: &Recipe, context: &Context) -> Vec<Package> {
    let mut found = Vec::new();
    for version in &recipe.versions {
        match recipe.kind {
            Kind::Pure | Kind::Data => found.push(build(recipe, context, version, Subdir::NoArch, None)),
            Kind::Native => {
                for subdir in &recipe.subdirs {
                    found.push(build(recipe, context, version, *subdir, None));
                }
            }
            Kind::Extension => {
                for subdir in &recipe.subdirs {
                    for python in &recipe.python {
                        found.push(build(recipe, context, version, *subdir, Some(python)));
                    }
                }
            }
        }
    }
    found
}

fn build(recipe: &Recipe, context: &Context, version: &str, subdir: Subdir, python: Option<&str>) -> Package {
    let usual = match recipe.kind {
        Kind::Pure => "pyh_$(n)",
        Kind::Data | Kind::Native => "h_$(n)",
        Kind::Extension => "py$(py)_$(n)",
    };
    let fill = |text: &str| {
        text.replace("$(version)", version)
            .replace("$(py)", &python.unwrap_or_default().replace('.', ""))
            .replace("$(n)", &recipe.number.to_string())
    };
    let here = |lines: &[Line]| -> Vec<String> {
        lines
            .iter()
            .filter(|line| line.on.as_ref().is_none_or(|on| on.contains(&subdir)))
            .map(|line| fill(&line.spec))
            .collect()
    };
    let mut depends = here(&recipe.depends);
    let said: BTreeSet<String> = depends
        .iter()
        .map(|spec| dependency_name(spec))
        .map(Cow::into_owned)
        .collect();
    let implied = implied(recipe, context.defaults, subdir, python);
    depends.extend(implied.into_iter().filter(|spec| {
        let name = dependency_name(spec);
        name != recipe.name && !said.contains(&*name)
    }));
    depends.sort();
    let build = fill(recipe.build.as_deref().unwrap_or(usual));
    let mut package = Package::new(&format!("{} {version} {build}", recipe.name)).subdir(subdir);
    if recipe.kind == Kind::Pure {
        package = package.noarch_python();
    }
    if recipe.broken {
        package = package.broken();
    }
    let contents = contents::of(&Build {
        recipe,
        version,
        subdir,
        python,
        depends: &depends,
        distributions: &context.distributions,
    });
    package
        .contents(contents)
        .packed(recipe.format)
        .depends(depends)
        .constrains(here(&recipe.constrains))
        .track_features(recipe.track_features.clone())
        .license(recipe.license.clone())
        .timestamp(recipe.timestamp)
}

/// What every build of a kind asks for.
fn implied(recipe: &Recipe, defaults: &Defaults, subdir: Subdir, python: Option<&str>) -> Vec<String> {
    let mut specs = Vec::new();
    if recipe.kind == Kind::Pure {
        specs.push(format!("python >={}", defaults.python_min));
    }
    if matches!(recipe.kind, Kind::Native | Kind::Extension) {
        let floor = match &recipe.glibc {
            Some(said) => said.as_deref(),
            None => (subdir == Subdir::Linux64).then_some(GLIBC),
        };
        if let Some(floor) = floor.filter(|_| subdir.is_linux()) {
            specs.push(format!("__glibc >={floor},<3.0.a0"));
        }
        if subdir.is_osx() {
            specs.push("__osx >=11.0".to_owned());
        }
    }
    if let Some(python) = python {
        let runtime: &[&str] = if subdir.is_linux() {
            &["libgcc >=14", "libstdcxx >=14"]
        } else if subdir.is_osx() {
            &["libcxx >=19"]
        } else {
            &["ucrt >=10.0.20348.0"]
        };
        specs.extend(runtime.iter().map(ToString::to_string));
        specs.push(format!("python >={python},<{}.0a0", next_minor(python)));
        specs.push(format!("python_abi {python}.* *_cp{}", python.replace('.', "")));
    }
    specs
}

/// `3.12` gives `3.13`; what is no such version stays as it is.
fn next_minor(python: &str) -> String {
    match python.split_once('.') {
        Some((major, minor)) => match minor.parse::<u32>() {
            Ok(minor) => format!("{major}.{}", minor + 1),
            Err(_) => python.to_owned(),
        },
        None => python.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use pyiron_lock_core::SourceFile;

    fn expand(packages_text: &str) -> Result<Vec<Package>, Vec<String>> {
        let head = "defaults: {subdirs: [linux, win-64], python: ['3.12', '3.13'], python-min: '3.11', \
                    license: MIT, date: 2026-07-01}\npackages:\n";
        let source = SourceFile::new("r.yml", format!("{head}{packages_text}"));
        packages(&source, &read::recipes(&source).unwrap())
    }

    fn depends(package: &Package) -> Vec<&str> {
        package.dependencies().iter().map(String::as_str).collect()
    }

    #[test]
    fn a_pure_package_is_one_noarch_build() {
        let found = expand("  six: 1.17.0\n").unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].home(), Subdir::NoArch);
        assert_eq!(found[0].file_name(), "six-1.17.0-pyh_0.conda");
        assert_eq!(depends(&found[0]), ["python >=3.11"]);
    }

    #[test]
    fn an_extension_is_built_for_every_subdir_and_python() {
        let found =
            expand("  numpy: {kind: extension, version: 2.3.5, number: 1, depends: [win: vc]}\n").unwrap();
        let names: BTreeSet<String> = found.iter().map(Package::file_name).collect();
        assert_eq!(found.len(), 6);
        assert_eq!(
            names.into_iter().collect::<Vec<_>>(),
            ["numpy-2.3.5-py312_1.conda", "numpy-2.3.5-py313_1.conda"]
        );
        assert_eq!(
            depends(&found[0]),
            [
                "__glibc >=2.17,<3.0.a0",
                "libgcc >=14",
                "libstdcxx >=14",
                "python >=3.12,<3.13.0a0",
                "python_abi 3.12.* *_cp312"
            ]
        );
        assert_eq!(
            depends(&found[5]),
            [
                "python >=3.13,<3.14.0a0",
                "python_abi 3.13.* *_cp313",
                "ucrt >=10.0.20348.0",
                "vc"
            ]
        );
    }

    #[test]
    fn what_a_recipe_says_replaces_what_its_kind_implies() {
        let found = expand("  a: {kind: native, version: 1, subdirs: linux, glibc: '2.34'}\n").unwrap();
        assert_eq!(depends(&found[1]), ["__glibc >=2.34,<3.0.a0"]);
        let found = expand("  a: {kind: native, version: 1, glibc: none, build: cp_$(n)}\n").unwrap();
        assert_eq!(depends(&found[0]), [""; 0]);
        assert_eq!(found[0].file_name(), "a-1-cp_0.conda");
        let found = expand("  a: {version: 1, depends: ['python >=3.12', 'b ==$(version)']}\n").unwrap();
        assert_eq!(depends(&found[0]), ["b ==1", "python >=3.12"]);
    }

    #[test]
    fn two_builds_of_one_file_name_are_a_problem() {
        let found = expand("  a:\n    - {version: 1}\n    - {version: 1}\n");
        assert_eq!(
            found,
            Err(vec![
                "r.yml:5: noarch/a-1-pyh_0.conda comes from two recipes".to_owned()
            ])
        );
    }
}
