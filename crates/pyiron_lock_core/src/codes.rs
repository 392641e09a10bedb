//! The codes of what can be wrong with any file that a person wrote, whatever it says.

crate::codes! {
    SPEC_FILE_TOO_LARGE = "spec-file-too-large", Error, "a file is too large to be a spec",
        "Files that people write are a few kilobytes long. Anything above 8 MiB is refused unread, so that a wrong \
         path or a hostile file cannot take the machine down. Point at the right file.";
    YAML_SYNTAX = "yaml-syntax", Error, "a file is not YAML",
        "The text cannot be read as one YAML document. Frequent causes: a tab as indentation, an operator such as \
         `>=` at the start of a value without quotes (`>` starts a block of text in YAML), `*` at the start of a \
         value (an alias), a blank missing after `:` or `-`. Put the value in quotes: `- \">=1.2\"`.";
    YAML_DUPLICATE_KEY = "yaml-duplicate-key", Error, "a key stands twice in one map",
        "YAML wants keys to be unique, yet some readers silently keep the last value, so half of the file would be \
         lost without a word. Merge the two into one.";
    YAML_WRONG_KIND = "yaml-wrong-kind", Error, "a value has the wrong kind",
        "A list, a map, a number or nothing stands where something else belongs. Numbers matter: an unquoted `3.10` \
         is the number 3.1 to most programs that read YAML. The finding says which kind belongs there.";
}
