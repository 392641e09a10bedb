//! `pyiron-config`: the settings of one user of pyiron, with a database in a SQLite file, in PostgreSQL, or none. Holds no
//! password: pyiron reads it from a file of the user, for which there is a template.

#[cfg(test)]
mod tests;

use pyiron_lock_core::Finding;
use serde::Serialize;

use super::values::{kind_fault, listed_fault, path_fault, readers, user_fault};
use crate::{
    ExportError,
    codes::EXPORT_SETTING_REFUSED,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::Input,
    parameters::{Kind, Parameter},
    template::template,
};

const fn parameter(
    key: &'static str,
    what: &'static str,
    kind: Kind,
    default: Option<&'static str>,
) -> Parameter {
    Parameter {
        key,
        what,
        kind,
        default,
    }
}

pub(super) static FORMAT: Format = Format {
    name: "pyiron-config",
    group: Group::Services,
    title: "settings of pyiron for a user, and a template for the password of the database",
    needs: Needs::Lock,
    parameters: &[
        parameter(
            "database",
            "where pyiron keeps its table of jobs; none: it looks at the files alone",
            Kind::Word(&["sqlite", "postgres", "none"]),
            Some("sqlite"),
        ),
        parameter(
            "user",
            "the user: in the table of jobs, and of a PostgreSQL database",
            Kind::Name,
            None,
        ),
        parameter(
            "home",
            "the home of the user, below which the SQLite file or the password of PostgreSQL is",
            Kind::Path,
            None,
        ),
        parameter(
            "file",
            "the SQLite file, unless it is `pyiron.db` in the home",
            Kind::Path,
            None,
        ),
        parameter(
            "host",
            "the host of PostgreSQL, as compute nodes reach it",
            Kind::Name,
            None,
        ),
        parameter("port", "the port of PostgreSQL", Kind::Number, Some("5432")),
        parameter(
            "database-name",
            "the name of the PostgreSQL database",
            Kind::Name,
            Some("pyiron"),
        ),
        parameter(
            "projects",
            "folders below which projects may be, with `:` between; `~` is the home",
            Kind::Text,
            None,
        ),
        parameter(
            "project-check",
            "whether pyiron refuses projects elsewhere",
            Kind::Word(&["yes", "no"]),
            Some("no"),
        ),
        parameter(
            "resources",
            "folders of resources besides that of the environment, with `:` between",
            Kind::Text,
            None,
        ),
    ],
    proofs: &[Proof::Tested("pyiron_base")],
    export,
};

/// Where the password is, below the home.
const CREDENTIALS: &str = ".pyiron-credentials";

const UNKNOWN: &str = "to-be-filled-in";

#[derive(Serialize)]
struct Values<'a> {
    stamp: Vec<String>,
    database: &'a str,
    file: String,
    host: String,
    host_is_set: bool,
    name: &'a str,
    user: &'a str,
    user_is_wanted: bool,
    table: String,
    credentials: String,
    home_is_set: bool,
    projects: String,
    check: bool,
    resources: String,
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let set = |key| input.parameters.get(key);
    let database = set("database").unwrap_or("sqlite");
    let postgres = database == "postgres";
    let findings = refusals(input, database);
    if !findings.is_empty() {
        return Ok(Export {
            findings,
            ..Export::default()
        });
    }
    let (user, host) = (set("user"), set("host"));
    // pyiron ends a path at `,` on every system, and at `:` not on Windows.
    let listed = |key| set(key).unwrap_or_default().replace(':', ",");
    let home = home(input);
    let host_and_port = match input.parameters.number("port") {
        None | Some(5432) => host.unwrap_or("to-be-filled-in.invalid").to_owned(),
        Some(port) => format!("{}:{port}", host.unwrap_or("to-be-filled-in.invalid")),
    };
    let values = Values {
        stamp: input.stamp(),
        database,
        // Without a home the key is left out: pyiron expands its own default, and makes a folder named `~` of this one.
        file: match (set("file"), home) {
            (Some(file), _) => file.to_owned(),
            (None, Some(home)) => format!("{home}/pyiron.db"),
            (None, None) => String::new(),
        },
        host: host_and_port,
        host_is_set: host.is_some(),
        name: set("database-name").unwrap_or_default(),
        user: user.unwrap_or(if postgres { UNKNOWN } else { "" }),
        user_is_wanted: postgres && user.is_none(),
        table: format!("jobs_{}", user.unwrap_or(UNKNOWN)).replace(['.', '-'], "_"),
        credentials: format!("{}/{CREDENTIALS}", home.unwrap_or("/to-be-filled-in")),
        home_is_set: home.is_some(),
        projects: listed("projects"),
        check: set("project-check") == Some("yes"),
        resources: listed("resources"),
    };
    let mut export = Export::default();
    export
        .files
        .add(".pyiron", template!("services/pyiron.j2").fill(&values)?)?;
    export.findings = readers(input, &["pyiron_base"]);
    if postgres {
        let text = template!("services/pyiron-credentials.j2").fill(&values)?;
        export.files.add("pyiron-credentials.template", text)?;
        export.findings.extend(readers(input, &["psycopg2"]));
        let wanted = |key: &str| matches!(key, "user" | "host") || key == "home" && home.is_none();
        export.findings.extend(input.parameters.without(&FORMAT, wanted));
    }
    Ok(export)
}

/// Returns the home of the user: what was set, else that of the place.
fn home<'a>(input: &Input<'a>) -> Option<&'a str> {
    let place = input.place.and_then(|place| place.home.as_deref());
    input.parameters.get("home").or(place)
}

/// Returns what pyiron would refuse, or read as something else.
fn refusals(input: &Input<'_>, database: &str) -> Vec<Finding> {
    let set = |key| input.parameters.get(key);
    let mut refused = Vec::new();
    let mut refuse = |text: String| refused.push(Finding::new(EXPORT_SETTING_REFUSED, text));
    let mut held: Vec<(&str, &str, Option<&str>)> = Vec::new();
    for key in ["projects", "resources"] {
        let paths = set(key).into_iter().flat_map(|list| list.split(':'));
        held.extend(paths.map(|path| (key, path, listed_fault(path))));
    }
    let place = home(input).map(|path| ("home", path));
    let file = set("file").map(|path| ("file", path));
    match database {
        "sqlite" => {
            let ends = |path: &str| path.contains('?');
            let ended = |path| ends(path).then_some("holds `?`, at which the address of a SQLite file ends");
            let paths = place.into_iter().chain(file);
            held.extend(paths.map(|(key, path)| (key, path, path_fault(path).or_else(|| ended(path)))));
        }
        "postgres" => {
            held.extend(place.map(|(key, path)| (key, path, path_fault(path))));
            held.extend(set("user").map(|user| ("user", user, user_fault(user))));
            for key in ["host", "database-name"] {
                held.extend(set(key).map(|part| (key, part, kind_fault(part))));
            }
            let port = set("port").filter(|port| !matches!(port.parse(), Ok(1..=65535_u32)));
            held.extend(port.map(|port| ("port", port, Some("is no number from 1 to 65535"))));
        }
        _ if set("projects").is_some() || set("project-check") == Some("yes") => {
            refuse(
                "`projects` and `project-check` cannot be set: pyiron refuses both without a database"
                    .to_owned(),
            );
        }
        _ => {}
    }
    for (key, value, fault) in held {
        if let Some(why) = fault {
            refuse(format!("`{key}` cannot be `{}`: it {why}", value.escape_debug()));
        }
    }
    if set("project-check") == Some("yes") && set("projects").is_none() && database != "none" {
        refuse(
            "`project-check` cannot be `yes` without `projects`: pyiron would refuse every project"
                .to_owned(),
        );
    }
    refused
}
