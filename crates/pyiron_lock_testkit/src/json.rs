//! The text of a channel index, in one fixed layout: sorted keys, a filled list on a line of its own, the
//! other fields of a record together.

use std::fmt::Write as _;

use rattler_conda_types::Subdir;
use serde_json::{Map, Value, json};

/// Writes one subdir's index from its entries by file name and the files that were removed, whatever their order.
pub(crate) fn repodata(
    subdir: Subdir,
    entries: impl IntoIterator<Item = (String, Map<String, Value>)>,
    mut removed: Vec<String>,
) -> String {
    let (old, new): (Vec<_>, Vec<_>) = entries
        .into_iter()
        .partition(|(file_name, _)| file_name.ends_with(".tar.bz2"));
    removed.sort();
    let mut text = format!("{{\n  \"info\": {{\"subdir\": {}}},\n", json!(subdir.as_str()));
    let _ = writeln!(text, "  \"packages\": {},", section(old));
    let _ = writeln!(text, "  \"packages.conda\": {},", section(new));
    if !removed.is_empty() {
        let _ = writeln!(text, "  \"removed\": {},", inline(&json!(removed)));
    }
    text.push_str("  \"repodata_version\": 1\n}\n");
    text
}

fn section(mut entries: Vec<(String, Map<String, Value>)>) -> String {
    entries.sort_by(|left, right| left.0.cmp(&right.0));
    let entries: Vec<String> = entries
        .iter()
        .map(|(file_name, entry)| format!("\n    {}: {{\n{}    }}", json!(file_name), record(entry)))
        .collect();
    let end = if entries.is_empty() { "" } else { "\n  " };
    format!("{{{}{end}}}", entries.join(","))
}

fn record(entry: &Map<String, Value>) -> String {
    let mut keys: Vec<&String> = entry.keys().collect();
    keys.sort();
    let mut lines: Vec<Vec<String>> = vec![Vec::new()];
    for key in keys {
        let value = &entry[key];
        let field = format!("{}: {}", json!(key), inline(value));
        let alone = value.as_array().is_some_and(|items| !items.is_empty());
        if alone {
            lines.extend([vec![field], Vec::new()]);
        } else if let Some(line) = lines.last_mut() {
            line.push(field);
        }
    }
    lines.retain(|line| !line.is_empty());
    let lines: Vec<String> = lines
        .iter()
        .map(|fields| format!("      {}", fields.join(", ")))
        .collect();
    format!("{}\n", lines.join(",\n"))
}

/// Writes a value on one line, with sorted keys.
pub(crate) fn inline(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let entries: Vec<String> = entries
                .into_iter()
                .map(|(key, value)| format!("{}: {}", json!(key), inline(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> (String, Map<String, Value>) {
        let Value::Object(map) =
            json!({"name": name, "build": "0", "depends": ["b", "c >=1"], "constrains": []})
        else {
            unreachable!()
        };
        (format!("{name}-1-0.conda"), map)
    }

    #[test]
    fn the_layout_is_fixed_and_the_order_of_entries_does_not_count() {
        let text = repodata(Subdir::Linux64, [entry("z"), entry("a")], Vec::new());
        assert_eq!(
            text,
            repodata(Subdir::Linux64, [entry("a"), entry("z")], Vec::new())
        );
        assert!(text.starts_with("{\n  \"info\": {\"subdir\": \"linux-64\"},\n  \"packages\": {},\n"));
        assert!(text.contains(concat!(
            "    \"a-1-0.conda\": {\n",
            "      \"build\": \"0\", \"constrains\": [],\n",
            "      \"depends\": [\"b\", \"c >=1\"],\n",
            "      \"name\": \"a\"\n",
            "    },\n    \"z-1-0.conda\"",
        )));
        assert!(serde_json::from_str::<Value>(&text).is_ok());
    }

    #[test]
    fn an_empty_index_is_valid() {
        let value: Value = serde_json::from_str(&repodata(Subdir::NoArch, [], Vec::new())).unwrap();
        assert_eq!(value["packages.conda"], json!({}));
        assert_eq!(value["repodata_version"], json!(1));
    }

    #[test]
    fn old_archives_and_removed_files_have_places_of_their_own() {
        let (_, record) = entry("old");
        let removed = vec!["z-1-0.conda".to_owned(), "b-1-0.conda".to_owned()];
        let text = repodata(Subdir::Linux64, [("old-1-0.tar.bz2".to_owned(), record)], removed);
        assert!(
            text.contains("  \"packages.conda\": {},\n  \"removed\": [\"b-1-0.conda\", \"z-1-0.conda\"],\n")
        );
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["packages"]["old-1-0.tar.bz2"]["name"], json!("old"));
    }
}
