//! The codes of what can be wrong with configuration that a user has.

pyiron_lock_core::codes! {
    CONFIG_SECRET_EXPOSED = "config-secret-exposed", Error, "others can read a file with a secret",
        "The file holds a password or token, and its mode lets the group or everybody at it. pyiron warns only for the \
         file that `CREDENTIALS_FILE` names; here every such file counts. Take the rights away with `chmod 600`, and \
         change the secret where others could have read it. Source: the documentation of pyiron_base, made stricter.";
    PYIRON_FILE_BROKEN = "pyiron-file-broken", Error, "a `.pyiron` file cannot be read",
        "pyiron reads the file with `ConfigParser` of Python. A first line without a section such as `[DEFAULT]`, a \
         line without `=`, a section or key that stands twice make the import of pyiron fail. Source: \
         pyiron/pyiron_base `pyiron_base/state/settings.py`.";
    PYIRON_FILE_IGNORED = "pyiron-file-ignored", Warning, "a variable switches the file of settings off",
        "As soon as one variable of pyiron but `PYIRONCONFIG` is set, the file is ignored as a whole; nothing is \
         merged. Set no variable but `PYIRONCONFIG`, or all settings that are needed; without `PYIRONCONFIG` this is a note. \
         Source: pyiron/pyiron_base \
         `pyiron_base/state/settings.py`.";
    PYIRON_KEY_UNKNOWN = "pyiron-key-unknown", Warning, "pyiron does not know a setting",
        "Unknown keys and variables are ignored without a word, so a misspelt setting keeps its default. The variable \
         of the database host is spelt `PYIRONSQHOST`. Source: pyiron/pyiron_base `pyiron_base/state/settings.py`.";
    PYIRON_KEY_DEAD = "pyiron-key-dead", Warning, "a setting is documented but not read",
        "The settings of a second user who only reads (`VIEWERUSER`, `VIEWERPASSWD`, `VIEWER_TABLE` and variables \
         that begin with `PYIRONSQLVIEW`) are described in documentation and no longer read. Source: \
         pyiron/pyiron_base, its documentation against its code.";
    PYIRON_KEY_TWICE = "pyiron-key-twice", Warning, "a setting is given twice",
        "Sections have no meaning and some keys have two names (`PROJECT_PATHS` and `TOP_LEVEL_DIRS`, `FILE` and \
         `DATABASE_FILE`). What is read last counts. Keep one. Source: pyiron/pyiron_base \
         `pyiron_base/state/settings.py`.";
    PYIRON_BOOLEAN = "pyiron-boolean", Error, "a boolean is not `True` or `False`",
        "`DISABLE_DATABASE` and `PROJECT_CHECK_ENABLED` are read as literals of Python. With `true`, `yes` or `1` the \
         import of pyiron fails. Source: pyiron/pyiron_base `pyiron_base/state/settings.py`.";
    PYIRON_BOOLEAN_TEXT = "pyiron-boolean-text", Warning, "a setting that should be off counts as on",
        "`WRITE_WORK_DIR_WARNINGS` and `CONFIG_FILE_PERMISSIONS_WARNING` are not converted, and every text but the \
         empty one counts as yes, `False` too. Source: pyiron/pyiron_base `pyiron_base/state/settings.py`.";
    PYIRON_NUMBER = "pyiron-number", Error, "a setting is not a number",
        "`CONNECTION_TIMEOUT` is a whole number of seconds; with anything else the import of pyiron fails. Source: \
         pyiron/pyiron_base `pyiron_base/state/settings.py`.";
    PYIRON_SEMICOLON = "pyiron-semicolon", Error, "a `;` does not separate paths",
        "On Linux paths are separated by `,` or `:`. `a;b` is one path that does not exist, and after a blank `;` \
         starts a comment, so the rest of the list is lost. Some pages of the documentation show `;`. Source: \
         pyiron/pyiron_base `pyiron_base/state/settings.py`, pyiron/pyiron `docs/source/installation_hpc_config.rst`.";
    PYIRON_PATH_VARIABLE = "pyiron-path-variable", Error, "a path holds a variable",
        "Of paths only `~` is expanded. `${CONDA_PREFIX}/share/pyiron` stays as it is written, below the current \
         directory. That folder of the environment is found without being named. Source: pyiron/pyiron_base \
         `pyiron_base/state/settings.py`.";
    PYIRON_PATH_EMPTY = "pyiron-path-empty", Warning, "an empty path is the current directory",
        "`PROJECT_PATHS =` or a separator too many gives a path of no letters, which becomes the directory where \
         Python was started. Source: pyiron/pyiron_base `pyiron_base/state/settings.py`.";
    PYIRON_DATABASE_TYPE = "pyiron-database-type", Error, "a kind of database is not known",
        "`TYPE` is `SQLite`, `Postgres`, `MySQL` or `SQLalchemy`, upper and lower case as written here. Source: \
         pyiron/pyiron_base `pyiron_base/state/settings.py`.";
    PYIRON_DATABASE_INCOMPLETE = "pyiron-database-incomplete", Error, "a database lacks settings",
        "`Postgres` and `MySQL` need `USER`, `PASSWD`, `HOST` and `NAME` in the same source, `SQLalchemy` needs \
         `CONNECTION`. The password may come from `CREDENTIALS_FILE`. Source: pyiron/pyiron_base \
         `pyiron_base/state/settings.py`.";
    PYIRON_DATABASE_CONTRADICTS = "pyiron-database-contradicts", Error, "settings do not go without a database",
        "With `DISABLE_DATABASE = True` pyiron refuses `PROJECT_CHECK_ENABLED = True` and every `PROJECT_PATHS` that \
         holds something. The example for clusters in the documentation of pyiron combines them and cannot be loaded. \
         Source: pyiron/pyiron_base `pyiron_base/state/settings.py`.";
    PYIRON_SQLITE_SHARED = "pyiron-sqlite-shared", Warning, "several nodes share one SQLite file",
        "Locks on shared file systems do not keep an SQLite file whole when several nodes write. Use Postgres, or \
         `DISABLE_DATABASE = True`. Source: the documentation of pyiron_base.";
    PYIRON_DATABASE_LOCAL = "pyiron-database-local", Warning, "compute nodes cannot reach a database",
        "`localhost` is another machine on each compute node. Every node that runs jobs has to reach the database. \
         Whether another name can be reached is not known here. Source: pyiron/pyiron \
         `docs/source/installation_hpc_config.rst`.";
    PYIRON_DRIVER_MISSING = "pyiron-driver-missing", Error, "the driver of a database is not locked",
        "`TYPE = Postgres` needs `psycopg2` in the environment. Source: the environments of pyiron, which pin it.";
    QUEUE_TYPE_UNKNOWN = "queue-type-unknown", Error, "pysqa does not know a kind of queue",
        "`queue_type` is one of the words that pysqa knows, in capitals. PBS Pro, HTCondor and OAR are not among them. \
         Source: pyiron/pysqa `src/pysqa/base/core.py`.";
    QUEUE_KEY_MISSING = "queue-key-missing", Error, "a queue directory lacks a key",
        "A file of queues has `queue_type` and `queues`, a `clusters.yaml` has `cluster`. A REMOTE queue \
         needs the keys that its documentation lists; `ssh_key` may be left out where a password is asked for. Source: pyiron/pysqa `docs/queue.md`, `src/pysqa/base/models.py`.";
    QUEUE_KEY_NEAR_MISS = "queue-key-near-miss", Warning, "a key of a queue is probably misspelt",
        "pysqa accepts every key and ignores those it does not know. One of its keys has an `n` less than English has: \
         `ssh_continous_connection`. Source: pyiron/pysqa `src/pysqa/base/models.py`.";
    QUEUE_VALUE_WRONG = "queue-value-wrong", Error, "a limit of a queue cannot be",
        "Cores are whole numbers, `run_time_max` is a whole number of seconds, `memory_max` a number of bytes or a \
         size such as `4G`; without a letter a text counts as megabytes. Requests are moved into the limits in \
         silence. Source: pyiron/pysqa `src/pysqa/base/models.py`, `src/pysqa/base/validate.py`.";
    QUEUE_PRIMARY_MISSING = "queue-primary-missing", Warning, "there is no default queue or cluster",
        "Without `queue_primary` or `cluster_primary` a job that names no queue cannot be submitted. Source: \
         pyiron/pysqa `src/pysqa/base/config.py`.";
    QUEUE_PRIMARY_UNKNOWN = "queue-primary-unknown", Error, "the default queue or cluster does not exist",
        "`queue_primary` names one of `queues`, `cluster_primary` one of `cluster`. Otherwise submitting without a \
         name fails. Source: pyiron/pysqa `src/pysqa/base/config.py`.";
    QUEUE_FILE_MISSING = "queue-file-missing", Error, "a file that a queue names is not there",
        "Scripts and the files of clusters lie in the directory of the file that names them; pysqa opens them when it \
         starts. Source: pyiron/pysqa `src/pysqa/base/config.py`.";
    QUEUE_FILE_OUTSIDE = "queue-file-outside", Error, "a queue names a file outside its directory",
        "A `script` and the file of a cluster are names of files in the directory of the file that names them, so that \
         the directory can be copied to a cluster as a whole. Paths and links that lead out of it are not followed and \
         what they lead to is not checked. Source: pyiron/pysqa `docs/queue.md`.";
    QUEUE_FILE_UNREAD = "queue-file-unread", Error, "a file that a queue names cannot be read",
        "Scripts are UTF-8 texts of a few kilobytes. Folders, devices, other encodings and files above 256 KiB are left \
         unread, so that nothing is known of them. Source: this program.";
    QUEUE_YAML_WINS = "queue-yaml-wins", Warning, "a `queue.yaml` hides `clusters.yaml`",
        "Where both lie in one directory only `queue.yaml` is read. Source: pyiron/pyiron_base \
         `pyiron_base/state/queue_adapter.py`.";
    QUEUE_CLUSTER_FILE_NAME = "queue-cluster-file-name", Error, "the file of a cluster is named `queue.yaml`",
        "`queue.yaml` is taken for the whole directory, so the other clusters would be lost. Name it after the cluster. \
         Source: pyiron/pyiron `docs/source/installation_hpc_config.rst`.";
    QUEUE_SCRIPT_BUILT_IN = "queue-script-built-in", Warning, "a queue relies on a built-in template",
        "The templates inside pysqa name partitions, queues, projects and licences of one site, and their time limits \
         are wrong for some schedulers. Give every queue its own `script`. Source: pyiron/pysqa `docs/queue.md`.";
    QUEUE_SCRIPT_BROKEN = "queue-script-broken", Error, "a script is not a template",
        "Scripts are templates of Jinja2. A bracket or block that is never closed stops pysqa when it starts. Only \
         brackets, blocks and names are looked at here, not filters and the grammar of expressions. Source: \
         pyiron/pysqa `src/pysqa/base/config.py`.";
    QUEUE_VARIABLE_UNKNOWN = "queue-variable-unknown", Error, "a script uses a variable that nobody sets",
        "pysqa hands over `job_name`, `working_directory`, `cores`, `memory_max`, `run_time_max`, `command`, \
         `dependency_list` and what a caller adds. Another variable stays empty in silence. Guard it with \
         `{% if name %}` or `| default(...)`, or declare it as a key of the queue. Templates with imports, inheritance or \
         macros are not judged. Source: pyiron/pysqa `src/pysqa/base/core.py`.";
    QUEUE_TIME_UNIT = "queue-time-unit", Error, "a script hands over a time in a wrong unit",
        "`run_time_max` is in seconds. Slurm, Flux and LSF read a bare number as minutes, Grid Engine and Torque as \
         seconds. Jobs wait for 60 times their time, are refused, or are killed too early. Only products and \
         quotients are judged. Source: pyiron/pysqa `docs/queue.md`.";
    QUEUE_OPTION_OBSOLETE = "queue-option-obsolete", Error, "a script uses an option that is gone",
        "`--workdir` of sbatch is now `--chdir`. Source: pyiron/pyiron `docs/source/installation_hpc_config.rst`, \
         which still shows it.";
    QUEUE_SCHEDULER_DIFFERS = "queue-scheduler-differs", Error, "a queue is for another scheduler",
        "The commands of the queue do not exist at the target. Source: pyiron/pysqa `src/pysqa/wrapper`, and the facts \
         of the target.";
    QUEUE_PACKAGE_MISSING = "queue-package-missing", Error, "a package that a queue needs is not locked",
        "A queue directory is read by `pysqa`; `ssh_authenticator_service` is answered by `pyauthenticator`. Source: \
         pyiron/pysqa `docs/queue.md`.";
    QUEUE_SECRET_IN_FILE = "queue-secret-in-file", Warning, "a password of SSH lies in a file",
        "`ssh_password` and `ssh_key_passphrase` stand in plain text. Use an agent, or `ssh_ask_for_password`. Source: \
         pyiron/pysqa `docs/queue.md`.";
    QUEUE_KEY_REFUSED = "queue-key-refused", Error, "a target refuses the SSH key of a queue",
        "The site accepts no keys. Use a second factor with `ssh_authenticator_service`, or run pyiron there. Source: \
         the facts of the target.";
    QUEUE_SECOND_FACTOR = "queue-second-factor", Error, "a queue has no second factor for its target",
        "Without one nobody gets in. `ssh_two_factor_authentication` asks for it, `ssh_authenticator_service` gives it \
         by itself. Source: pyiron/pysqa `docs/queue.md`, and the facts of the target.";
    KERNEL_NOT_JSON = "kernel-not-json", Error, "a `kernel.json` is not JSON",
        "Jupyter leaves the kernel out. Commas after the last item and comments are not JSON. Source: \
         jupyter/jupyter_client `docs/kernels.rst`.";
    KERNEL_KEY_MISSING = "kernel-key-missing", Error, "a kernel lacks a key",
        "A kernel has `argv`, a list, and the texts `display_name` and `language`. Source: jupyter/jupyter_client \
         `docs/kernels.rst`.";
    KERNEL_CONNECTION_FILE = "kernel-connection-file", Error, "a kernel is not told where to connect",
        "`{connection_file}` stands once in `argv`; Jupyter puts the name of the file there. Source: \
         jupyter/jupyter_client `docs/kernels.rst`.";
    KERNEL_LANGUAGE = "kernel-language", Warning, "a kernel does not say `python`",
        "Notebooks are matched with kernels by the language. Source: jupyter/jupyter_client `docs/kernels.rst`.";
    KERNEL_INTERRUPT_MODE = "kernel-interrupt-mode", Error, "a kernel is interrupted in an unknown way",
        "`interrupt_mode` is `signal` or `message`. Source: jupyter/jupyter_client `docs/kernels.rst`.";
    KERNEL_NAME = "kernel-name", Error, "a kernel lies in a directory with a wrong name",
        "Names of kernels are ASCII letters, digits, `-`, `.` and `_`. Source: jupyter/jupyter_client \
         `docs/kernels.rst`.";
    KERNEL_PYTHON_RELATIVE = "kernel-python-relative", Error, "a kernel does not say which Python",
        "A bare `python` is the first on the `PATH` of the server, which for a shared environment is another one. \
         Source: jupyter/jupyter_client `docs/kernels.rst`.";
    KERNEL_PREFIX_MISSING = "kernel-prefix-missing", Warning, "a kernel does not set `CONDA_PREFIX`",
        "Python started by its path runs no activation. pyiron looks for resources in `share/pyiron` under \
         `CONDA_PREFIX`, and some executables need it too. Set it under `env`, or start a wrapper that activates. Source: \
         pyiron/pyiron_base `pyiron_base/state/settings.py`, pyiron/pyiron-resources.";
    KERNEL_PREFIX_DIFFERS = "kernel-prefix-differs", Error, "a kernel mixes two environments",
        "Python is of one environment and `CONDA_PREFIX` of another, so resources and programs do not fit. A kernel \
         that lies in another environment than its Python is a warning. Source: pyiron/pyiron_base \
         `pyiron_base/state/settings.py`.";
    KERNEL_PATH_ORDER = "kernel-path-order", Warning, "a kernel finds programs of others first",
        "The `bin` of the environment comes first on `PATH`, as activation would put it. Source: \
         conda/conda, what activation does.";
    KERNEL_USER_SITE = "kernel-user-site", Note, "a kernel takes packages from users' homes",
        "What users installed with pip below their homes wins over the shared environment. `PYTHONNOUSERSITE` keeps \
         it out. Source: a recommendation of this program, after the documentation of Python.";
    KERNEL_SECRET = "kernel-secret", Error, "a kernel passes a secret on",
        "Everybody who can read the kernel, or whose code runs in it, gets the password or token under `env` or \
         `argv`. `${VAR}` takes over a variable of the server. Source: jupyter/jupyter_client `docs/kernels.rst`.";
    KERNEL_PACKAGE_MISSING = "kernel-package-missing", Error, "a package that a kernel starts is not locked",
        "The kernel starts `ipykernel`, and under Flux `flux-core`. Source: jupyter/jupyter_client \
         `docs/kernels.rst`, pyiron/executorlib `docs/installation.md`.";
    JUPYTER_ENV_PATH_FIRST = "jupyter-env-path-first", Warning, "a shared environment hides users' kernels",
        "In a hub with a shared environment `JUPYTER_PREFER_ENV_PATH=0` lets kernels and extensions of users win. \
         Source: jupyterhub/jupyterhub `config-user-env.md`.";
    JUPYTERHUB_ADDRESS_LOCAL = "jupyterhub-address-local", Error, "compute nodes cannot reach the hub",
        "A server started by batchspawner runs on a compute node, where `localhost` is the node. The hub needs an \
         address that nodes can reach. Source: jupyterhub/batchspawner `README.md`.";
    JUPYTERHUB_VARIABLE_MISSING = "jupyterhub-variable-missing", Warning, "a variable of a hub got lost",
        "A batch job has to hand over the variables that the hub sets for a server. Where some arrived and the token, \
         the address of the hub, the client or the user did not, the server cannot log anybody in. Source: \
         jupyterhub/jupyterhub `jupyterhub/spawner.py`, jupyterhub/batchspawner `README.md`.";
}
