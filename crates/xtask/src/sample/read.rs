//! Reads `recipes.yml`: unknown keys, words and dates are errors that name the line.

use pyiron_lock_core::{
    SourceRef, Span,
    yaml::{self, Entry, Node, Value},
};
use pyiron_lock_testkit::Format;
use rattler_conda_types::Subdir;

use super::{
    SUBDIRS,
    recipe::{Defaults, Kind, Line, Recipe, Recipes},
    value::{
        Problem, build_string, checked, file_name, get, known, map, module, number, text, texts, timestamp,
        word,
    },
};

const DEFAULT_KEYS: [&str; 5] = ["subdirs", "python", "python-min", "license", "date"];
const RECIPE_KEYS: [&str; 17] = [
    "kind",
    "version",
    "build",
    "number",
    "subdirs",
    "python",
    "depends",
    "constrains",
    "track-features",
    "glibc",
    "license",
    "date",
    "imports",
    "commands",
    "link-scripts",
    "format",
    "broken",
];
const FORMATS: [(&str, Format); 2] = [("conda", Format::Conda), ("tar.bz2", Format::TarBz2)];
const BOOLS: [(&str, bool); 2] = [("true", true), ("false", false)];

/// Reads every recipe, or names every recipe that cannot be read.
pub(crate) fn recipes(source: &SourceRef) -> Result<Recipes, Vec<String>> {
    let tell = |(span, message): Problem| {
        let line = source.position(span.start).line;
        format!("{}:{line}: {message}", source.name())
    };
    let document =
        yaml::read(source.text()).map_err(|error| vec![tell((error.span, error.message.clone()))])?;
    let root = document
        .root
        .ok_or_else(|| vec![format!("{}: no recipes", source.name())])?;
    let (defaults, packages) = top(&root).map_err(|problem| vec![tell(problem)])?;
    let mut recipes = Vec::new();
    let mut problems = Vec::new();
    for entry in packages {
        match variants(entry, &defaults) {
            Ok(found) => recipes.extend(found),
            Err(problem) => problems.push(tell(problem)),
        }
    }
    if problems.is_empty() {
        Ok(Recipes { defaults, recipes })
    } else {
        Err(problems)
    }
}

fn top(root: &Node) -> Result<(Defaults, &[Entry]), Problem> {
    let entries = map(root)?;
    known(entries, &["defaults", "packages"])?;
    let defaults = get(entries, "defaults").ok_or((root.span, "no `defaults`".to_owned()))?;
    let packages = get(entries, "packages").ok_or((root.span, "no `packages`".to_owned()))?;
    let fields = map(defaults)?;
    known(fields, &DEFAULT_KEYS)?;
    let need = |key| get(fields, key).ok_or_else(|| (defaults.span, format!("no default `{key}`")));
    let defaults = Defaults {
        subdirs: subdirs(need("subdirs")?)?,
        python: texts(need("python")?)?,
        python_min: text(need("python-min")?)?,
        license: text(need("license")?)?,
        timestamp: timestamp(need("date")?)?,
    };
    Ok((defaults, map(packages)?))
}

fn variants(entry: &Entry, defaults: &Defaults) -> Result<Vec<Recipe>, Problem> {
    let name = text(&entry.key)?;
    if !file_name(&name) {
        return Err((entry.key.span, format!("`{name}` is no package name")));
    }
    match &entry.value.value {
        Value::Sequence(items) => items
            .iter()
            .map(|item| recipe(&name, item.span, item, defaults))
            .collect(),
        _ => Ok(vec![recipe(&name, entry.key.span, &entry.value, defaults)?]),
    }
}

fn recipe(name: &str, span: Span, node: &Node, defaults: &Defaults) -> Result<Recipe, Problem> {
    let mut recipe = Recipe {
        name: name.to_owned(),
        span,
        kind: Kind::Pure,
        versions: Vec::new(),
        build: None,
        number: 0,
        subdirs: defaults.subdirs.clone(),
        python: defaults.python.clone(),
        depends: Vec::new(),
        constrains: Vec::new(),
        track_features: Vec::new(),
        glibc: None,
        license: defaults.license.clone(),
        timestamp: defaults.timestamp,
        imports: vec![name.to_lowercase().replace('-', "_")],
        commands: None,
        link_scripts: false,
        format: Format::Conda,
        broken: false,
    };
    if node.as_str().is_some() {
        recipe.versions = checked(node, file_name)?;
        return Ok(recipe);
    }
    let fields = map(node)?;
    known(fields, &RECIPE_KEYS)?;
    for entry in fields {
        field(&mut recipe, entry)?;
    }
    if recipe.versions.is_empty() {
        return Err((span, format!("`{name}` has no version")));
    }
    let in_python = matches!(recipe.kind, Kind::Pure | Kind::Extension);
    if in_python && recipe.imports.is_empty() && recipe.commands.is_some() {
        return Err((
            span,
            format!("`{name}` has commands and no module that could run them"),
        ));
    }
    Ok(recipe)
}

fn field(recipe: &mut Recipe, entry: &Entry) -> Result<(), Problem> {
    let value = &entry.value;
    match entry.key.as_str().unwrap_or_default() {
        "kind" => recipe.kind = word(value, &Kind::WORDS)?,
        "version" => recipe.versions = checked(value, file_name)?,
        "build" => recipe.build = checked(value, build_string)?.pop(),
        "number" => recipe.number = number(value)?,
        "subdirs" => recipe.subdirs = subdirs(value)?,
        "python" => recipe.python = texts(value)?,
        "depends" => recipe.depends = lines(value)?,
        "constrains" => recipe.constrains = lines(value)?,
        "track-features" => recipe.track_features = texts(value)?,
        "glibc" => recipe.glibc = Some(Some(text(value)?).filter(|version| version != "none")),
        "license" => recipe.license = text(value)?,
        "imports" => recipe.imports = checked(value, module)?,
        "commands" => recipe.commands = Some(checked(value, file_name)?),
        "link-scripts" => recipe.link_scripts = word(value, &BOOLS)?,
        "format" => recipe.format = word(value, &FORMATS)?,
        "broken" => recipe.broken = word(value, &BOOLS)?,
        _ => recipe.timestamp = timestamp(value)?,
    }
    Ok(())
}

/// Subdirs by name, or the words `linux`, `osx`, `win` and `unix` for all subdirs of a system.
fn subdirs(node: &Node) -> Result<Vec<Subdir>, Problem> {
    let mut found = Vec::new();
    for name in texts(node)? {
        found.extend(family(&name).ok_or_else(|| {
            let message = format!("`{name}` is no subdir of the sample channel");
            (node.span, message)
        })?);
    }
    Ok(found)
}

fn family(word: &str) -> Option<Vec<Subdir>> {
    let all = SUBDIRS.into_iter().filter(|subdir| *subdir != Subdir::NoArch);
    let found: Vec<Subdir> = all
        .filter(|subdir| match word {
            "linux" => subdir.is_linux(),
            "osx" => subdir.is_osx(),
            "win" => subdir.is_windows(),
            "unix" => subdir.is_unix(),
            name => subdir.as_str() == name,
        })
        .collect();
    (!found.is_empty()).then_some(found)
}

/// Specs, each as text or as `SUBDIR: spec` or `SUBDIR: [specs]`.
fn lines(node: &Node) -> Result<Vec<Line>, Problem> {
    let single = std::slice::from_ref(node);
    let items = match &node.value {
        Value::Sequence(items) => items,
        _ => single,
    };
    let mut found = Vec::new();
    for item in items {
        let Value::Mapping(entries) = &item.value else {
            found.push(Line {
                on: None,
                spec: text(item)?,
            });
            continue;
        };
        for entry in entries {
            let on = Some(subdirs(&entry.key)?);
            found.extend(
                texts(&entry.value)?
                    .into_iter()
                    .map(|spec| Line { on: on.clone(), spec }),
            );
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pyiron_lock_core::SourceFile;

    const HEAD: &str = "defaults: {subdirs: [linux, win], python: ['3.12'], python-min: '3.11', \
                        license: MIT, date: 2026-07-01}\npackages:\n";

    fn read(packages: &str) -> Result<Vec<Recipe>, Vec<String>> {
        recipes(&SourceFile::new("r.yml", format!("{HEAD}{packages}"))).map(|read| read.recipes)
    }

    #[test]
    fn short_and_long_forms_are_read() {
        let found = read(concat!(
            "  six: 1.17.0\n",
            "  zlib: {kind: native, version: [1.2, 1.3], depends: [a, linux: [b, c], win: d]}\n",
            "  two:\n    - {version: 1}\n    - {version: 2, subdirs: linux-64, glibc: none}\n",
        ))
        .unwrap();
        let names: Vec<&str> = found.iter().map(|recipe| recipe.name.as_str()).collect();
        assert_eq!(names, ["six", "zlib", "two", "two"]);
        assert_eq!(found[1].versions, ["1.2", "1.3"]);
        let on: Vec<usize> = found[1]
            .depends
            .iter()
            .map(|line| line.on.as_ref().map_or(0, Vec::len))
            .collect();
        assert_eq!(on, [0, 2, 2, 1]);
        assert_eq!(found[3].subdirs, [Subdir::Linux64]);
        assert_eq!(found[3].glibc, Some(None));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let cases = [
            (
                "  a: {versoin: 1}\n",
                "r.yml:3: unknown key `versoin`, did you mean `version`",
            ),
            (
                "  a: 1\n  b: {kind: python, version: 1}\n",
                "r.yml:4: `python` is none of pure, data, native, extension",
            ),
            (
                "  a: {version: 1, subdirs: osx-64}\n",
                "r.yml:3: `osx-64` is no subdir of the sample channel",
            ),
            (
                "  a: {version: 1, date: July}\n",
                "r.yml:3: a date is written YYYY-MM-DD",
            ),
            ("  a: {kind: pure}\n", "r.yml:3: `a` has no version"),
            (
                "  a: {version: 1, broken: yes}\n",
                "r.yml:3: `yes` is none of true, false",
            ),
            (
                "  a: {version: 1, imports: [a, ../b]}\n",
                "r.yml:3: `../b` cannot stand here",
            ),
            (
                "  a: {version: 1, commands: [b, b]}\n",
                "r.yml:3: `b` stands here twice",
            ),
            (
                "  a: {version: 1, commands: b, imports: []}\n",
                "r.yml:3: `a` has commands and no module that could run them",
            ),
            (
                "  a: {version: 1, commands: /bin/sh}\n",
                "r.yml:3: `/bin/sh` cannot stand here",
            ),
            (
                "  a: {version: 1, version: 2}\n",
                "r.yml:3: `version` stands here twice",
            ),
        ];
        for (packages, message) in cases {
            assert_eq!(read(packages), Err(vec![message.to_owned()]));
        }
    }
}
