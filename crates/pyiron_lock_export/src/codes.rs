//! The codes of what a person should know of an export.

pyiron_lock_core::codes! {
    EXPORT_SAMPLE_CHANNEL = "export-sample-channel", Note, "what was exported installs nothing real",
        "The lock was made from the sample channel, whose packages are made up so that everything works offline. Its \
         exports show how things fit together and are stamped so. For software that runs, make the lock from \
         conda-forge.";
    EXPORT_PARAMETER_EMPTY = "export-parameter-empty", Warning, "an export needs something that only you know",
        "Names of accounts, hosts and queues, and digests of images are facts of your site that nobody publishes. They \
         are never made up: the file has a marked place for each, and does not work before it is filled in. Give the \
         value with `--set KEY=VALUE`; `pyiron-lock export --list` shows all keys.";
    EXPORT_PIP_UNLOCKED = "export-pip-unlocked", Warning, "pip requirements are not in an export",
        "The environment file asks pip for packages, which are recorded in the lock and not locked: no hash of them is \
         known. What is exported installs the conda packages only; `environment` hands the others on to pip as they \
         were asked for, and `sbom` names them.";
    BASE_NOT_PINNED = "base-not-pinned", Warning, "an image is built from a tag and not from a digest",
        "A tag of an image can be moved, so that two builds of one recipe may start from different systems. The digest \
         of the image is published by its registry only: look it up there, for the platform of the lock, and give it \
         with `--set base-digest=sha256:...`.";
    EXPORT_CHAIN_APART = "export-chain-apart", Error, "a lock does not contain the lock its image is built from",
        "The image of a tier is built from the image of the tier it contains, and adds only records. Here the lower \
         image would bring records that the lock does not have, so that the image would not be what is locked. Lock both \
         tiers together, or build from the base image with `--set from=base`.";
    EXPORT_BINDER_REFUSED = "export-binder-refused", Error, "binder could not make an image of a lock",
        "What is known of binder says that the build would fail, or give something else than was asked for: the image \
         is too large, which is an estimate from the number of packages and the sizes of their archives; repo2docker \
         has no base for the Python; a package that binder starts is missing; a tag or ref moves. No file is made. \
         The message names the reason.";
    EXPORT_RECORD_LEFT_OUT = "export-record-left-out", Note, "a record of the lock is not in an export",
        "The reader of the format cannot take the record: conda does not read the regular expression by which builds of \
         `_x86_64-microarch-level` are told apart, and PyPI does not have what is no Python package. What is left out \
         is named. Formats that are installed without solving hold every record.";
    EXPORT_FORMAT_LEFT_OUT = "export-format-left-out", Note, "a format is not in a release",
        "A release holds every format that can be made from the locks of a tier. This one cannot, for the reason in the \
         message, which is in `index.json` too: it is for linux, depends on a target that is not named, or refuses the \
         lock. All others are there.";
    EXPORT_PACKAGE_MISSING = "export-package-missing", Error, "a lock lacks a package that an export starts",
        "What is exported starts a program that no package of the lock brings: a kernelspec starts ipykernel, a hub the \
         single-user server of JupyterHub, and as a job of a batch system batchspawner. Add the package to the tier and \
         lock again. Where it is a warning, the program may come from elsewhere, such as the image below.";
    EXPORT_SETTING_REFUSED = "export-setting-refused", Error, "a setting would be refused, or read as something else",
        "What was set is a plain text, and the program that reads the export would cut it, expand it, take it for two, or \
         stop at it: a `;` or a variable in a path of `.pyiron`, a name that PostgreSQL keeps for itself. Such grammars \
         have no quotes to prevent it. No file is made. The message names the value and the reason.";
    EXPORT_READER_MISSING = "export-reader-missing", Warning, "a lock lacks the package that reads an export",
        "The export is whole, and nothing in the environment of this lock reads it: settings of pyiron need \
         `pyiron_base`, a PostgreSQL database also `psycopg2`, and openBIS needs `pybis`. Add the package to the tier, or \
         use the files with another environment.";
    EXPORT_HUB_APART = "export-hub-apart", Error, "a hub and the servers of a lock are of two major versions of JupyterHub",
        "A hub starts a server and lets it log in. Across two major versions that fails with redirects in a circle, of \
         which the log says little. Lock the tier with the major version that the target states as `hub-version`, or \
         renew the hub first. What is exported stops a hub of another major version, too.";
}
