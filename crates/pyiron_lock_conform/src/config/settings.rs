//! The settings of pyiron_base, under their names in files and variables, and what has to hold between them.

use std::collections::BTreeSet;

use pyiron_lock_core::{Finding, SourceRef, Span, suggest};

use super::{
    case::{Case, one_line},
    codes, secrets,
};
use crate::data::{Kind, Target};

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    Path,
    Paths,
    /// Read as a literal of Python.
    Flag,
    /// Meant as a flag, yet left a text, so that every value but an empty one counts as yes.
    FlagText,
    Number,
    Database,
}

/// A setting.
#[derive(Debug)]
pub(super) struct Key {
    /// The names in a file, the usual one first.
    pub(super) names: &'static [&'static str],
    /// The name of the variable.
    pub(super) variable: &'static str,
    shape: Shape,
}

const fn key(names: &'static [&'static str], variable: &'static str, shape: Shape) -> Key {
    Key {
        names,
        variable,
        shape,
    }
}

/// Every setting that pyiron_base reads.
pub(super) static KEYS: [Key; 16] = [
    key(&["USER"], "PYIRONUSER", Shape::Text),
    key(&["RESOURCE_PATHS"], "PYIRONRESOURCEPATHS", Shape::Paths),
    key(
        &["PROJECT_PATHS", "TOP_LEVEL_DIRS"],
        "PYIRONPROJECTPATHS",
        Shape::Paths,
    ),
    key(
        &["PROJECT_CHECK_ENABLED"],
        "PYIRONPROJECTCHECKENABLED",
        Shape::Flag,
    ),
    key(&["CONNECTION_TIMEOUT"], "PYIRONCONNECTIONTIMEOUT", Shape::Number),
    key(&["CONNECTION"], "PYIRONSQLCONNECTIONSTRING", Shape::Text),
    key(&["TYPE"], "PYIRONSQLTYPE", Shape::Database),
    key(&["FILE", "DATABASE_FILE"], "PYIRONSQLFILE", Shape::Path),
    key(&["HOST"], "PYIRONSQHOST", Shape::Text),
    key(&["NAME"], "PYIRONSQLDATABASE", Shape::Text),
    key(&["PASSWD"], "PYIRONSQLUSERKEY", Shape::Text),
    key(&["JOB_TABLE"], "PYIRONSQLTABLENAME", Shape::Text),
    key(&["DISABLE_DATABASE"], "PYIRONDISABLE", Shape::Flag),
    key(&["CREDENTIALS_FILE"], "PYIRONCREDENTIALSFILE", Shape::Path),
    key(
        &["WRITE_WORK_DIR_WARNINGS"],
        "PYIRONWRITEWORKDIRWARNINGS",
        Shape::FlagText,
    ),
    key(
        &["CONFIG_FILE_PERMISSIONS_WARNING"],
        "PYIRONCONFIGFILEPERMISSIONSWARNING",
        Shape::FlagText,
    ),
];

/// Names that the documentation lists and the code does not read.
pub(super) const DEAD: [&str; 7] = [
    "VIEWERUSER",
    "VIEWERPASSWD",
    "VIEWER_TABLE",
    "PYIRONSQLVIEWCONNECTIONSTRING",
    "PYIRONSQLVIEWTABLENAME",
    "PYIRONSQLVIEWUSER",
    "PYIRONSQLVIEWUSERKEY",
];

const DATABASES: [&str; 4] = ["SQLite", "Postgres", "MySQL", "SQLalchemy"];

/// A setting as it is given.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) key: &'static Key,
    /// The name as written.
    pub(super) written: String,
    pub(super) key_span: Span,
    pub(super) value: String,
    pub(super) span: Span,
    /// The comment that ends the line.
    pub(super) comment: Option<Span>,
}

/// Settings of one source in the order in which they are taken over.
pub(super) struct Settings<'s> {
    pub(super) source: &'s SourceRef,
    pub(super) given: Vec<Given>,
}

impl Settings<'_> {
    /// Returns what counts of a setting, by its usual name.
    fn get(&self, name: &str) -> Option<&Given> {
        self.given.iter().rev().find(|given| given.key.names[0] == name)
    }

    fn is_true(&self, name: &str) -> Option<&Given> {
        self.get(name).filter(|given| given.value == "True")
    }

    fn finding(&self, code: pyiron_lock_core::Code, given: &Given, message: String, label: &str) -> Finding {
        let span = if given.value.is_empty() {
            given.key_span
        } else {
            given.span
        };
        Finding::new(code, message).at(self.source, one_line(self.source, span), label)
    }

    /// Checks all of them.
    pub(super) fn check(&self, case: &mut Case<'_>) {
        let mut seen = BTreeSet::new();
        for given in &self.given {
            if !seen.insert(given.key_span) {
                continue;
            }
            let is_secret =
                given.key.variable == "PYIRONSQLUSERKEY" || secrets::is_secret_address(&given.value);
            if is_secret {
                case.hide(self.source, given.span);
            }
            self.value(case, given);
        }
        for key in &KEYS {
            self.twice(case, key);
        }
        self.database(case);
        self.without_database(case);
        self.at_target(case);
    }

    /// Reports a setting that stands in more than one place, once.
    fn twice(&self, case: &mut Case<'_>, key: &Key) {
        let mut given = self
            .given
            .iter()
            .filter(|given| given.key.variable == key.variable);
        let Some(first) = given.next() else { return };
        let Some(other) = given.find(|given| given.key_span != first.key_span) else {
            return;
        };
        let counts = self.get(key.names[0]).unwrap_or(other);
        let line = self.source.position(counts.key_span.start).line;
        let message = match first.written == other.written {
            true => format!(
                "`{}` stands in more than one place, and line {line} counts",
                other.written
            ),
            false => format!(
                "`{}` and `{}` are two names for one key, and line {line} counts",
                first.written, other.written
            ),
        };
        let finding = Finding::new(codes::PYIRON_KEY_TWICE, message)
            .at(self.source, other.key_span, "given here")
            .at(self.source, first.key_span, "and here");
        case.push(finding);
    }

    fn value(&self, case: &mut Case<'_>, given: &Given) {
        let (name, value) = (&given.written, &given.value);
        match given.key.shape {
            Shape::Text => {}
            Shape::Flag if matches!(value.as_str(), "True" | "False") => {}
            Shape::Flag => {
                let message = format!("`{name}` is `{value}`, and pyiron reads `True` and `False` only");
                let finding = self.finding(codes::PYIRON_BOOLEAN, given, message, "not a boolean of Python");
                case.push(match value.to_ascii_lowercase().as_str() {
                    "true" | "yes" | "on" | "1" => finding.help("write `True`"),
                    "false" | "no" | "off" | "0" => finding.help("write `False`"),
                    _ => finding,
                });
            }
            Shape::FlagText => {
                if matches!(value.to_ascii_lowercase().as_str(), "false" | "no" | "off" | "0") {
                    let message = format!("`{name}` is left a text, and the text `{value}` counts as yes");
                    let finding = self.finding(codes::PYIRON_BOOLEAN_TEXT, given, message, "counts as yes");
                    case.push(finding.help("leave the value empty, which counts as no"));
                }
            }
            Shape::Number => {
                if value.trim().parse::<i64>().is_err() {
                    let message = format!("`{name}` is `{value}`, not a whole number of seconds");
                    case.push(self.finding(codes::PYIRON_NUMBER, given, message, "seconds belong here"));
                }
            }
            Shape::Database => {
                if !DATABASES.contains(&value.as_str()) {
                    let message = format!("`{name}` is `{value}`, which is no kind of database");
                    let finding = self.finding(codes::PYIRON_DATABASE_TYPE, given, message, "not known");
                    case.push(match suggest::nearest(value, DATABASES) {
                        Some(near) => finding.help(format!("did you mean `{near}`?")),
                        None => finding.note(format!("known are {}", DATABASES.join(", "))),
                    });
                }
            }
            Shape::Path | Shape::Paths => self.paths(case, given),
        }
    }

    fn paths(&self, case: &mut Case<'_>, given: &Given) {
        let name = &given.written;
        let is_list = given.key.shape == Shape::Paths;
        if given.value.contains(';') {
            let message = match is_list {
                true => format!("`{name}` holds `;`, which separates nothing on Linux: this is one path"),
                false => format!("`{name}` holds `;`, which becomes part of the path"),
            };
            let finding = self.finding(codes::PYIRON_SEMICOLON, given, message, "`;` in a path");
            case.push(if is_list {
                finding.help("separate paths by `,`")
            } else {
                finding
            });
        }
        let comment = given
            .comment
            .filter(|span| is_list && cut_path(self.source.slice(*span)));
        if let Some(comment) = comment {
            let message = format!("`{name}` ends at ` ;`, which starts a comment: what follows is lost");
            let finding =
                Finding::new(codes::PYIRON_SEMICOLON, message).at(self.source, comment, "never read");
            case.push(finding.help("separate paths by `,`"));
        }
        let mut offset = 0;
        let separators: &[char] = if is_list { &[',', ':'] } else { &[] };
        for item in given.value.split(separators) {
            let from = given.span.start + offset + (item.len() - item.trim_start().len());
            let at = Span::new(from, from + item.trim().len());
            offset += item.len() + 1;
            // A value of several lines lies elsewhere in the text than in the value.
            let at = if self.source.slice(at) == item.trim() {
                at
            } else {
                given.span
            };
            self.path(case, given, item.trim(), at);
        }
    }

    fn path(&self, case: &mut Case<'_>, given: &Given, path: &str, at: Span) {
        let name = &given.written;
        if path.is_empty() {
            let message = format!("an empty path in `{name}` becomes the current directory");
            let finding = self.finding(codes::PYIRON_PATH_EMPTY, given, message, "empty");
            let alone = given.value.is_empty();
            case.push(if alone {
                finding.help("leave the key out instead")
            } else {
                finding
            });
        } else if path.contains('$') {
            let message = format!("`{name}` holds a variable, and pyiron expands `~` only");
            let finding = Finding::new(codes::PYIRON_PATH_VARIABLE, message);
            let finding = finding.at(self.source, one_line(self.source, at), "taken literally");
            case.push(finding.help("write the path out"));
        }
    }

    fn database(&self, case: &mut Case<'_>) {
        let Some(kind) = self.get("TYPE") else { return };
        let needed: &[&str] = match kind.value.as_str() {
            "Postgres" | "MySQL" => &["USER", "PASSWD", "HOST", "NAME"],
            "SQLalchemy" => &["CONNECTION"],
            _ => &[],
        };
        let credentials = self.get("CREDENTIALS_FILE").is_some();
        let lacks = |name: &&&str| self.get(name).is_none() && !(credentials && **name == "PASSWD");
        let missing: Vec<String> = needed
            .iter()
            .filter(lacks)
            .map(|name| called(kind, name))
            .collect();
        if !missing.is_empty() {
            let message = format!(
                "`{} = {}` needs {} beside it",
                kind.written,
                kind.value,
                missing.join(", ")
            );
            case.push(self.finding(codes::PYIRON_DATABASE_INCOMPLETE, kind, message, "asks for it"));
        }
        if kind.value == "Postgres" {
            let code = codes::PYIRON_DRIVER_MISSING;
            case.need(code, self.source, kind.span, "psycopg2", "a Postgres database");
        }
    }

    fn without_database(&self, case: &mut Case<'_>) {
        let Some(disabled) = self.is_true("DISABLE_DATABASE") else {
            return;
        };
        let paths = self.get("PROJECT_PATHS");
        for other in self.is_true("PROJECT_CHECK_ENABLED").into_iter().chain(paths) {
            if other.value.is_empty() {
                // An empty text counts as no paths at this point of pyiron.
                continue;
            }
            let message = format!(
                "pyiron refuses `{} = True` together with `{}`",
                disabled.written, other.written
            );
            let finding = self.finding(codes::PYIRON_DATABASE_CONTRADICTS, other, message, "refused");
            let finding = finding.at(self.source, disabled.span, "because of this");
            case.push(finding.help(format!("leave out `{}`, or keep the database", other.written)));
        }
    }

    fn at_target(&self, case: &mut Case<'_>) {
        if self.is_true("DISABLE_DATABASE").is_some() {
            return;
        }
        for target in case.targets.iter().filter(|target| target.kind == Kind::Hpc) {
            self.at_cluster(case, target);
        }
    }

    fn at_cluster(&self, case: &mut Case<'_>, target: &Target) {
        let kind = self.get("TYPE");
        let is_lite = kind.is_none_or(|kind| kind.value == "SQLite");
        if let (true, Some(place)) = (is_lite, self.get("FILE").or(kind).or(self.given.last())) {
            let message = format!("jobs on the nodes of `{}` would share one SQLite file", target.id);
            let finding = self.finding(codes::PYIRON_SQLITE_SHARED, place, message, "in this source");
            case.push_at_target(finding, target, "scheduler", "runs jobs on its nodes");
        }
        let Some(host) = self.get("HOST").filter(|host| !is_lite && is_local(&host.value)) else {
            return;
        };
        let message = format!(
            "on a compute node of `{}`, `{}` is the node itself",
            target.id, host.value
        );
        let finding = self.finding(
            codes::PYIRON_DATABASE_LOCAL,
            host,
            message,
            "another machine for each job",
        );
        case.push_at_target(finding, target, "scheduler", "runs jobs on its nodes");
    }
}

/// Returns the name of a setting in the manner of another.
fn called(like: &Given, name: &str) -> String {
    let key = KEYS.iter().find(|key| key.names[0] == name);
    let variable = key.filter(|_| like.written == like.key.variable);
    format!("`{}`", variable.map_or(name, |key| key.variable))
}

/// Returns whether a host name means the machine itself.
pub(super) fn is_local(host: &str) -> bool {
    host == "localhost" || host.starts_with("127.") || host == "::1"
}

/// Returns whether a comment looks like the rest of a list of paths.
fn cut_path(comment: &str) -> bool {
    let text = comment.trim_start_matches(';').trim();
    text.starts_with(['/', '~', '$']) || text.starts_with("./")
}
