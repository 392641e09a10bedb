//! `postgres`: what the administrator of a PostgreSQL server runs once for pyiron and the hub: roles, databases, and for
//! each user a schema that nobody else reads. Sets no password and opens no network.

use pyiron_lock_core::Finding;
use serde::Serialize;

use super::values::{name_fault, user_fault};
use crate::{
    ExportError,
    codes::EXPORT_SETTING_REFUSED,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::Input,
    parameters::{Kind, Parameter},
    template::template,
};

pub(super) static FORMAT: Format = Format {
    name: "postgres",
    group: Group::Services,
    title: "script for psql: a database of pyiron with a private schema for each user, and that of a hub",
    needs: Needs::Lock,
    parameters: &[
        Parameter {
            key: "users",
            what: "the users of the database, with `,` between",
            kind: Kind::Text,
            default: None,
        },
        Parameter {
            key: "database-name",
            what: "the name of the database of pyiron",
            kind: Kind::Name,
            default: Some("pyiron"),
        },
        Parameter {
            key: "group",
            what: "the role that all users are in, which may connect",
            kind: Kind::Name,
            default: Some("pyiron_users"),
        },
        Parameter {
            key: "hub",
            what: "the name of the database of the hub and of its role; without it, none is made",
            kind: Kind::Name,
            default: None,
        },
    ],
    proofs: &[Proof::Tested("psql"), Proof::Tested("pyiron_base")],
    export,
};

#[derive(Serialize)]
struct Values<'a> {
    stamp: Vec<String>,
    users: &'a [&'a str],
    database: &'a str,
    group: &'a str,
    hub: &'a str,
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let set = |key| input.parameters.get(key);
    let mut users: Vec<&str> = set("users")
        .unwrap_or_default()
        .split([',', ' '])
        .filter(|user| !user.is_empty())
        .collect();
    users.sort_unstable();
    users.dedup();
    let values = Values {
        stamp: input.stamp(),
        users: &users,
        database: set("database-name").unwrap_or_default(),
        group: set("group").unwrap_or_default(),
        hub: set("hub").unwrap_or_default(),
    };
    let mut export = Export {
        findings: refusals(&values),
        ..Export::default()
    };
    if export.findings.is_empty() {
        let text = template!("services/postgres.sql.j2").fill(&values)?;
        export.files.add("postgres.sql", text)?;
        let wanted = |key: &str| key == "users" && users.is_empty();
        export.findings = input.parameters.without(&FORMAT, wanted);
    }
    Ok(export)
}

/// Returns the names that the server or pyiron would refuse, and those that would be two things at once.
fn refusals(values: &Values<'_>) -> Vec<Finding> {
    let mut refused = Vec::new();
    let mut refuse = |text: String| refused.push(Finding::new(EXPORT_SETTING_REFUSED, text));
    for user in values.users {
        let plain = user
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter));
        let odd = !plain || user.starts_with('-');
        let odd = odd.then_some("has other letters than letters, digits, `.`, `_` and `-`");
        if let Some(why) = odd.or_else(|| user_fault(user)) {
            refuse(format!("`users` cannot hold `{}`: it {why}", user.escape_debug()));
        }
    }
    let named = [
        ("database-name", values.database),
        ("group", values.group),
        ("hub", values.hub),
    ];
    for (key, name) in named {
        if let Some(why) = name_fault(name) {
            refuse(format!("`{key}` cannot be `{name}`: it {why}"));
        }
    }
    let is_user = |name: &&str| values.users.contains(name);
    for (key, name) in [("group", values.group), ("hub", values.hub)] {
        if is_user(&name) {
            refuse(format!("`{key}` cannot be `{name}`: that is one of the users"));
        }
    }
    for (key, name) in [("database-name", values.database), ("group", values.group)] {
        if name == values.hub {
            refuse(format!("`hub` cannot be `{name}`: that is `{key}`"));
        }
    }
    refused
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{input::Tier, testing};

    fn made(set: &[(&str, &str)]) -> Export {
        let lock = testing::lock(&["noarch/pyiron_base-0.15.20-pyh_0.conda"]);
        let tier = Tier {
            name: "x'; DROP\n\\! id\nDATABASE \"p\" $$ :a; --".to_owned(),
            ..Tier::default()
        };
        testing::made(&FORMAT, &lock, tier, None, set).unwrap()
    }

    fn script(set: &[(&str, &str)]) -> String {
        made(set).files.get("postgres.sql").unwrap().text.clone()
    }

    #[test]
    fn a_name_is_quoted_as_what_it_is() {
        let script = script(&[("users", "Order b.c-d"), ("hub", "jupyter-hub")]);
        for line in [
            "GRANT \"pyiron_users\" TO \"Order\";",
            "CREATE SCHEMA IF NOT EXISTS \"b.c-d\" AUTHORIZATION \"b.c-d\";",
            "ALTER ROLE \"b.c-d\" IN DATABASE \"pyiron\" SET search_path = \"b.c-d\";",
            "REVOKE ALL ON DATABASE \"jupyter-hub\" FROM PUBLIC;",
            "\\connect \"pyiron\"",
        ] {
            assert_eq!(script.matches(line).count(), 1, "{line}\n{script}");
        }
        // The stamp stays a comment, whatever a tier is called.
        let commands = script.lines().filter(|line| !line.starts_with("--"));
        assert!(commands.clone().count() > 10);
        assert!(
            !commands
                .clone()
                .any(|line| line.contains("DROP") || line.contains("! id"))
        );
    }

    #[test]
    fn users_are_made_once_in_any_order_and_nobody_gets_a_password() {
        assert_eq!(script(&[("users", "b, a,b")]), script(&[("users", "a b")]));
        let commands = script(&[("users", "a b"), ("hub", "hub")]);
        let commands = commands.lines().filter(|line| !line.starts_with("--"));
        assert!(
            !commands
                .clone()
                .any(|line| line.to_lowercase().contains("password"))
        );
    }

    #[test]
    fn without_users_there_is_a_place_for_them_and_without_a_hub_nothing_of_it() {
        let export = made(&[]);
        assert_eq!(export.findings.len(), 1);
        let text = script(&[]);
        assert!(
            text.contains("to be filled in") && !text.contains("OWNER"),
            "{text}"
        );
    }

    #[test]
    fn a_name_that_would_be_another_thing_is_refused() {
        for set in [
            ("users", "anna pg_bob"),
            ("users", "o'neil"),
            ("users", "-rf"),
            ("users", "a\"b"),
            ("users", "a23456789012345678901"),
            ("users", "public"),
            ("users", "pyiron_users"),
            ("database-name", "template1"),
            ("database-name", "mysqlite"),
            ("group", "pg_monitor"),
            ("hub", "pyiron"),
            ("hub", "pyiron_users"),
        ] {
            let export = made(&[set]);
            assert!(export.files.is_empty(), "{set:?}");
            assert_eq!(export.findings[0].code, EXPORT_SETTING_REFUSED, "{set:?}");
        }
    }
}
