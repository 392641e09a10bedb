//! The text of a channel index, in one fixed layout: sorted keys, a filled list on a line of its own, the
//! other fields of a record together.

use std::fmt::Write as _;

use rattler_conda_types::Subdir;
use serde_json::{Map, Value, json};

/// Writes one subdir's index from its entries by file name, whatever their order.
pub fn repodata(subdir: Subdir, entries: impl IntoIterator<Item = (String, Map<String, Value>)>) -> String {
    let mut entries: Vec<_> = entries.into_iter().collect();
    entries.sort_by(|left, right| left.0.cmp(&right.0));
    let mut text = format!(
        "{{\n  \"info\": {{\"subdir\": {}}},\n  \"packages\": {{}},\n  \"packages.conda\": {{",
        json!(subdir.as_str())
    );
    for (index, (file_name, entry)) in entries.iter().enumerate() {
        let separator = if index == 0 { "" } else { "," };
        let _ = write!(
            text,
            "{separator}\n    {}: {{\n{}    }}",
            json!(file_name),
            record(entry)
        );
    }
    if !entries.is_empty() {
        text.push_str("\n  ");
    }
    text.push_str("},\n  \"repodata_version\": 1\n}\n");
    text
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

fn inline(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
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
        let text = repodata(Subdir::Linux64, [entry("z"), entry("a")]);
        assert_eq!(text, repodata(Subdir::Linux64, [entry("a"), entry("z")]));
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
        let value: Value = serde_json::from_str(&repodata(Subdir::NoArch, [])).unwrap();
        assert_eq!(value["packages.conda"], json!({}));
        assert_eq!(value["repodata_version"], json!(1));
    }
}
