//! `modulefile`: what `module load` reads, for Lmod and for Environment Modules. It changes nothing that it does not take
//! back when it is unloaded, and sources no set-up of conda.

use serde::Serialize;

use super::installed::{self, PATH, ROOT};
use crate::{
    ExportError,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::Input,
    parameters::{Kind, Parameter},
    template::template,
};

pub(super) static FORMAT: Format = Format {
    name: "modulefile",
    group: Group::Clusters,
    title: "modulefiles for Lmod and Environment Modules",
    needs: Needs::Linux,
    parameters: &[
        ROOT,
        PATH,
        Parameter {
            key: "conflicts",
            what: "modules that cannot be loaded beside it, such as other Pythons of the site; none unless given",
            kind: Kind::Names,
            default: None,
        },
        Parameter {
            key: "pyiron-config",
            what: "the file of settings that pyiron takes, that of each user unless given",
            kind: Kind::Path,
            default: None,
        },
    ],
    proofs: &[Proof::Tested("Lmod"), Proof::Tested("Environment Modules")],
    export,
};

#[derive(Serialize)]
struct Values<'a> {
    stamp: Vec<String>,
    tier: &'a str,
    version: &'a str,
    title: String,
    help: String,
    /// Empty where nobody said it.
    prefix: String,
    absent: String,
    conflicts: Vec<&'a str>,
    pyiron_config: &'a str,
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let own = input.own;
    let tier = own.tier.name.as_str();
    let version = installed::version(input);
    let prefix = installed::prefix(&FORMAT, input)?.unwrap_or_default();
    let title = match own.tier.description.as_deref() {
        Some(description) => format!("{tier}: {description}"),
        None => tier.to_owned(),
    };
    let values = Values {
        stamp: input.stamp(),
        tier,
        version,
        help: format!(
            "{title}\n\nRelease {}. It is shared and not to be changed; make an environment of your own for other packages.",
            own.release.id
        ),
        absent: match prefix.as_str() {
            "" => "this modulefile does not say where the environment lies: its administrator has to fill that in".to_owned(),
            prefix => format!("{prefix} is not there: the release was removed, or this machine does not see it"),
        },
        title,
        prefix,
        conflicts: input.parameters.list("conflicts"),
        // Any other variable of pyiron would switch off the file of every user.
        pyiron_config: input.parameters.get("pyiron-config").unwrap_or_default(),
    };
    let mut export = Export::default();
    export.files.add(
        &format!("lmod/{tier}/{version}.lua"),
        template!("clusters/module.lua.j2").fill(&values)?,
    )?;
    export.files.add(
        &format!("tcl/{tier}/{version}"),
        template!("clusters/module.tcl.j2").fill(&values)?,
    )?;
    export.findings = installed::empty(&FORMAT, input, &[ROOT.key]);
    Ok(export)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Place, Tier,
        testing::{lock, made},
    };

    fn export(description: &str, set: &[(&str, &str)]) -> Result<Export, ExportError> {
        let tier = Tier {
            name: "demo".to_owned(),
            description: Some(description.to_owned()),
            ..Tier::default()
        };
        let place = Place::default();
        made(&FORMAT, &lock(&["noarch/a-1-0.conda"]), tier, Some(&place), set)
    }

    fn texts(export: &Export) -> Vec<String> {
        export.files.iter().map(|(_, file)| file.text.clone()).collect()
    }

    #[test]
    fn a_description_is_no_program() {
        let hostile = "\"]] .. os.execute('id') $env(HOME) [exec id] } \\ é\nputs x";
        let [lua, tcl] = &texts(&export(hostile, &[("root", "/soft")]).unwrap())[..] else {
            panic!("two files");
        };
        assert!(lua.contains("\nwhatis(\"Description: demo: \\\"]] .. os.execute('id') $env(HOME) [exec id] } \\\\ \\195\\169\\010puts x\")\n"));
        assert!(tcl.contains("\nmodule-whatis \"demo: \\\"\\]\\] .. os.execute('id') \\$env(HOME) \\[exec id\\] \\} \\\\ \\u00e9\\u000aputs x\"\n"));
    }

    #[test]
    fn the_path_is_that_of_the_shared_installation() {
        let made = export("x", &[("root", "/soft/")]).unwrap();
        let names: Vec<_> = made.files.iter().map(|(path, _)| path.to_string()).collect();
        let release = names[1].strip_prefix("tcl/demo/").unwrap();
        assert_eq!(names[0], format!("lmod/demo/{release}.lua"));
        assert!(made.findings.is_empty());
        for text in texts(&made) {
            assert!(text.contains(&format!("\"/soft/demo/{release}\"")), "{text}");
        }
        let made = export("x", &[("root", "/soft"), ("path", "current")]).unwrap();
        assert!(
            made.files
                .get("tcl/demo/current")
                .unwrap()
                .text
                .contains("\"/soft/demo/current\"")
        );
    }

    #[test]
    fn a_place_that_nobody_said_is_marked_and_one_that_breaks_scripts_is_refused() {
        let made = export("x", &[]).unwrap();
        assert_eq!(made.findings.len(), 1);
        assert!(
            texts(&made)
                .iter()
                .all(|text| text.contains("has to fill that in"))
        );
        assert!(export("x", &[("root", "/it's")]).is_err());
    }
}
