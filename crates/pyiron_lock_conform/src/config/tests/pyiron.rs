//! Texts for settings of pyiron.

use super::{Input, Pair, input};
use crate::config::{ConfigKind, codes::*};

fn file(lines: &str) -> Input {
    input(ConfigKind::Pyiron, ".pyiron", format!("[DEFAULT]\n{lines}\n"))
}

fn env(lines: &str) -> Input {
    input(ConfigKind::Environment, "a.env", format!("{lines}\n"))
}

fn postgres(host: &str) -> Input {
    file(&format!(
        "TYPE = Postgres\nUSER = a\nPASSWD = b\nNAME = c\nHOST = {host}"
    ))
}

pub(super) fn pairs() -> Vec<Pair> {
    let pair = |code, fails, passes| Pair { code, fails, passes };
    let slurm = "scheduler: slurm";
    let hub = "JUPYTERHUB_USER=a\nJUPYTER_PREFER_ENV_PATH=";
    let missing: &[&str] = &["/b"];
    vec![
        pair(
            CONFIG_FILE_TOO_LARGE,
            file(&"# a\n".repeat(70_000)),
            file(&"# a\n".repeat(100)),
        ),
        pair(
            CONFIG_SECRET_EXPOSED,
            postgres("h").mode(0o640),
            postgres("h").mode(0o600),
        ),
        pair(
            CONFIG_SECRET_EXPOSED,
            env("API_TOKEN=a").mode(0o644),
            env("API_TOKEN=a"),
        ),
        pair(
            CONFIG_SECRET_EXPOSED,
            file("CONNECTION=p://a:b@c").mode(0o644),
            file("CONNECTION=p:///a").mode(0o644),
        ),
        pair(PYIRON_FILE_BROKEN, file("USER"), file("USER = a")),
        pair(
            PYIRON_FILE_IGNORED,
            env("PYIRONUSER=a"),
            env("PYIRONCONFIG=/a\nPYIRON_CORES=2"),
        ),
        pair(PYIRON_KEY_UNKNOWN, env("PYIRONSQLHOST=a"), env("PYIRONSQHOST=a")),
        pair(
            PYIRON_KEY_UNKNOWN,
            file("RESOURCE_PATH = /a"),
            file("resource_paths = /a"),
        ),
        pair(PYIRON_KEY_DEAD, file("VIEWERUSER = a"), file("USER = a")),
        pair(PYIRON_KEY_DEAD, env("PYIRONSQLVIEWUSER=a"), env("PYIRONUSER=a")),
        pair(
            PYIRON_KEY_TWICE,
            file("FILE = a\n[x]\nFILE = b"),
            file("FILE = a\n[x]\nUSER = b"),
        ),
        pair(
            PYIRON_KEY_TWICE,
            file("FILE = a\nDATABASE_FILE = a"),
            file("FILE = a\n[x]\nNAME = b\n[y]\nUSER = b"),
        ),
        pair(
            PYIRON_BOOLEAN,
            file("DISABLE_DATABASE = true"),
            file("DISABLE_DATABASE = True ; on the cluster"),
        ),
        pair(PYIRON_BOOLEAN, env("PYIRONDISABLE=1"), env("PYIRONDISABLE=False")),
        pair(
            PYIRON_BOOLEAN_TEXT,
            file("WRITE_WORK_DIR_WARNINGS = False"),
            file("WRITE_WORK_DIR_WARNINGS ="),
        ),
        pair(
            PYIRON_NUMBER,
            file("CONNECTION_TIMEOUT = 60s"),
            file("CONNECTION_TIMEOUT = 60"),
        ),
        pair(
            PYIRON_SEMICOLON,
            file("RESOURCE_PATHS = ~/a;~/b"),
            file("RESOURCE_PATHS = ~/a:~/b"),
        ),
        pair(
            PYIRON_SEMICOLON,
            file("RESOURCE_PATHS = ~/a ;~/b"),
            file("RESOURCE_PATHS = ~/a ; mine"),
        ),
        pair(PYIRON_PATH_VARIABLE, file("FILE = $HOME/a"), file("FILE = ~/a")),
        pair(
            PYIRON_PATH_EMPTY,
            file("PROJECT_PATHS ="),
            file("PROJECT_PATHS = /a"),
        ),
        pair(
            PYIRON_PATH_EMPTY,
            file("PROJECT_PATHS = /a,"),
            file("PROJECT_PATHS = /a, /b"),
        ),
        pair(
            PYIRON_PATH_MISSING,
            file("RESOURCE_PATHS = /a:/b").missing(missing),
            file("FILE = /b").missing(missing),
        ),
        pair(
            PYIRON_PATH_MISSING,
            env("PYIRONCONFIG=/b").missing(missing),
            env("PYIRONCONFIG=/b"),
        ),
        pair(
            PYIRON_DATABASE_TYPE,
            file("TYPE = postgres"),
            file("TYPE = SQLite"),
        ),
        pair(
            PYIRON_DATABASE_INCOMPLETE,
            file("TYPE = MySQL\nUSER = a"),
            postgres("h"),
        ),
        pair(
            PYIRON_DATABASE_INCOMPLETE,
            file("TYPE = SQLalchemy"),
            file("TYPE = SQLalchemy\nCONNECTION = a"),
        ),
        pair(
            PYIRON_DATABASE_INCOMPLETE,
            env("PYIRONSQLTYPE=Postgres"),
            file("TYPE=Postgres\nUSER=a\nHOST=b\nNAME=c\nCREDENTIALS_FILE=d"),
        ),
        pair(
            PYIRON_DATABASE_CONTRADICTS,
            file("DISABLE_DATABASE = True\nPROJECT_CHECK_ENABLED = True"),
            file("DISABLE_DATABASE = True\nPROJECT_CHECK_ENABLED = False"),
        ),
        pair(
            PYIRON_DATABASE_CONTRADICTS,
            env("PYIRONDISABLE=True\nPYIRONPROJECTPATHS=/a"),
            env("PYIRONDISABLE=True\nPYIRONPROJECTPATHS="),
        ),
        pair(
            PYIRON_SQLITE_SHARED,
            file("FILE = ~/a.db").at(slurm),
            file("DISABLE_DATABASE = True").at(slurm),
        ),
        pair(
            PYIRON_DATABASE_LOCAL,
            postgres("localhost").at(slurm),
            postgres("db.site.org").at(slurm),
        ),
        pair(
            PYIRON_DRIVER_MISSING,
            postgres("h").locked(&["python 3.12"]),
            postgres("h").locked(&["psycopg2 2.9.11"]),
        ),
        pair(
            JUPYTER_ENV_PATH_FIRST,
            env(&format!("{hub}1")),
            env(&format!("{hub}0")),
        ),
        pair(
            JUPYTERHUB_ADDRESS_LOCAL,
            env("JUPYTERHUB_API_URL=http://127.0.0.1:8081/hub/api").at("spawner: batchspawner"),
            env("JUPYTERHUB_API_URL=http://hub.site.org:8081/hub/api").at("spawner: batchspawner"),
        ),
    ]
}

#[test]
fn the_file_of_a_workshop_is_accepted_with_two_names_for_one_key() {
    let text = "TOP_LEVEL_DIRs = /home/jovyan\nPROJECT_PATHS = /home/jovyan\n\
                RESOURCE_PATHS = /srv/share/pyiron:/home/jovyan/resources\nDATABASE_FILE = /home/jovyan/pyiron.db";
    assert_eq!(file(text).seen(), ["3: pyiron-key-twice"]);
}

#[test]
fn what_is_given_and_what_counts_are_named() {
    let text =
        "DISABLE_DATABASE = yes\nTOP_LEVEL_DIRS = /a\nPROJECT_PATHS = /b\nRESOURCE_PATHES=/a\nPYIRONSQHOST=h";
    let found = file(text).check();
    let line = |judged: &crate::Judged| {
        let help = judged.finding.help.as_deref().unwrap_or("");
        format!("{} ({help})", judged.finding.message)
    };
    assert_eq!(
        found.iter().map(line).collect::<Vec<_>>(),
        [
            "pyiron knows no `RESOURCE_PATHES` and ignores it (did you mean `RESOURCE_PATHS`?)",
            "pyiron knows no `PYIRONSQHOST` and ignores it (did you mean `HOST`?)",
            "`DISABLE_DATABASE` is `yes`, and pyiron reads `True` and `False` only (write `True`)",
            "`TOP_LEVEL_DIRS` and `PROJECT_PATHS` are two names for one key, and line 4 counts ()",
        ]
    );
}

#[test]
fn the_place_of_one_path_in_a_list_is_shown() {
    let found = file("RESOURCE_PATHS = /a, /b").missing(&["/b"]).check();
    let origin = &found[0].finding.origins[0];
    assert_eq!(origin.source.slice(origin.span), "/b");
}
