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
         known. What is exported installs the conda packages only, and names the others in a comment where the format \
         has comments.";
}
