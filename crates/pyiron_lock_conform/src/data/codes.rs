//! The codes of what can be wrong with the files of targets, policies and waivers.

pyiron_lock_core::codes! {
    DATA_UNKNOWN_KEY = "data-unknown-key", Error, "a file of targets, policies or waivers has an unknown key",
        "A misspelt fact would be a fact that nobody has, and rules would silently leave it out. The finding names the \
         nearest key that is known.";
    DATA_MISSING_KEY = "data-missing-key", Error, "a file of targets, policies or waivers lacks a key",
        "Facts stand in blocks that say where they come from: `source`, where it is known `commit` and `date`, and \
         `says` with the facts. A waiver says its `code`, `owner`, `reason` and `until`.";
    DATA_WRONG_VALUE = "data-wrong-value", Error, "a fact has a value that cannot be",
        "The value is not a version, not a number, or not one of the words that this fact can have. The finding says \
         what belongs there. A fact that is not known is left out, or named under `unknown` with what is missing.";
    DATA_DUPLICATE = "data-duplicate", Error, "one fact or one id is given twice",
        "Two blocks of a file give the same fact, or two files the same target. Nobody could tell which holds. A file \
         of your project replaces a target of the program that has the same id, as a whole.";
    DATA_PLACE = "data-place", Error, "a file lies where its kind cannot be told",
        "Targets lie in `conformance/targets/hpc`, `container`, `jupyter` or `service`, policies in \
         `conformance/policy` under the names that the program knows.";
}
