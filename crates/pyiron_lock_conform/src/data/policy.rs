//! Policies: tables that hold for every target, such as what an operating system brings or which channels are
//! refused. Judges nothing.

use std::collections::BTreeMap;

use pyiron_lock_core::{Finding, Origin, SourceFile, SourceRef, Span, Spanned, yaml::tree::Reader};
use rattler_conda_types::Version;

use super::{
    codes,
    evidence::{self, Evidence, check_keys, required, unknown_word},
    shape::{self, Fact, FactValue, FieldInfo, Shape, Spec},
    tables::{TABLES, Table},
};

/// One entry of a table.
#[derive(Debug, Clone)]
pub struct PolicyEntry {
    /// Its key.
    pub key: String,
    /// Where the key stands.
    pub span: Span,
    /// The file.
    pub source: SourceRef,
    /// Where it comes from.
    pub evidence: Evidence,
    facts: BTreeMap<&'static str, Fact>,
}

impl PolicyEntry {
    fn value(&self, key: &str) -> Option<&FactValue> {
        self.facts.get(key).map(|fact| &fact.value)
    }

    /// Returns a text.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.value(key)? {
            FactValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns a list of texts; empty where there is none.
    pub fn texts(&self, key: &str) -> &[Spanned<String>] {
        match self.value(key) {
            Some(FactValue::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// Returns a version.
    pub fn version(&self, key: &str) -> Option<&Version> {
        match self.value(key)? {
            FactValue::Version(version) => Some(version),
            _ => None,
        }
    }

    /// Returns a number.
    pub fn number(&self, key: &str) -> Option<u64> {
        match self.value(key)? {
            FactValue::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Returns whether a flag is set.
    pub fn flag(&self, key: &str) -> bool {
        matches!(self.value(key), Some(FactValue::Flag(true)))
    }

    /// Returns constraints; none where nothing is said.
    pub fn specs(&self, key: &str) -> &[Spec] {
        match self.value(key) {
            Some(FactValue::Specs(specs)) => specs,
            _ => &[],
        }
    }

    /// Returns subdirs; none where nothing is said.
    pub fn subdirs(&self, key: &str) -> &[rattler_conda_types::Subdir] {
        match self.value(key) {
            Some(FactValue::Subdirs(subdirs)) => subdirs,
            _ => &[],
        }
    }

    /// Returns its place.
    pub fn origin(&self, label: &str) -> Origin {
        Origin {
            source: self.source.clone(),
            span: self.span,
            label: label.to_owned(),
        }
    }

    /// Returns the reason it gives, or where it comes from.
    pub fn why(&self) -> &str {
        self.text("why").unwrap_or(&self.evidence.source)
    }
}

/// Every table, by the name of its file and then by key.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    tables: BTreeMap<&'static str, BTreeMap<String, PolicyEntry>>,
}

impl Policy {
    /// Reads the tables of the program, and over them those of a project, as (name, text); an entry of the project
    /// replaces one of the program that has the same key.
    pub fn read(project: &[(String, String)]) -> (Self, Vec<Finding>) {
        let mut policy = Self::default();
        let mut findings = Vec::new();
        let own = project.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        for (name, text) in super::embedded::POLICIES.iter().copied().chain(own) {
            policy.add(&SourceFile::new(name, text), &mut findings);
        }
        (policy, findings)
    }

    fn add(&mut self, source: &SourceRef, findings: &mut Vec<Finding>) {
        let mut reader = Reader::new(source);
        if let Some((table, entries)) = read(&mut reader) {
            self.tables.entry(table.name).or_default().extend(entries);
        }
        findings.append(&mut reader.findings);
    }

    /// Returns the entries of a table.
    pub fn table(&self, name: &str) -> impl Iterator<Item = &PolicyEntry> {
        self.tables.get(name).into_iter().flat_map(BTreeMap::values)
    }

    /// Returns one entry of a table.
    pub fn entry(&self, table: &str, key: &str) -> Option<&PolicyEntry> {
        self.tables.get(table)?.get(key)
    }

    /// Returns a number of `limits.yml` with its entry.
    pub fn limit(&self, key: &str) -> Option<(u64, &PolicyEntry)> {
        let entry = self.entry("limits", key)?;
        Some((entry.number("value")?, entry))
    }

    /// Returns the rank of a CPU level, from 1; higher levels hold lower ones.
    pub fn cpu_rank(&self, level: &str) -> Option<u64> {
        self.entry("cpu", level)?.number("rank")
    }

    /// Returns the level of a CPU, or of a level itself.
    pub fn cpu_level(&self, cpu: &str) -> Option<&str> {
        self.table("cpu")
            .find(|level| level.key == cpu || level.texts("names").iter().any(|name| name.value == cpu))
            .map(|level| level.key.as_str())
    }
}

fn read(reader: &mut Reader<'_>) -> Option<(&'static Table, BTreeMap<String, PolicyEntry>)> {
    let name = reader.source.name().to_owned();
    let file = name.rsplit('/').next().and_then(|file| file.strip_suffix(".yml"));
    let Some(table) = TABLES.iter().find(|table| Some(table.name) == file) else {
        let finding = reader.finding(
            codes::DATA_PLACE,
            Span::new(0, 0),
            format!("`{name}` is not a policy that is known"),
            "this file",
        );
        let known: Vec<String> = TABLES
            .iter()
            .map(|table| format!("`{}.yml`", table.name))
            .collect();
        reader.push(finding.help(format!("known are {}", known.join(", "))));
        return None;
    };
    let document = reader.document()?;
    let root = document.root.as_ref()?;
    let fields = reader.fields(root, "the policy")?;
    check_keys(reader, &fields, &["facts"], "the policy");
    let facts = required(reader, &fields, root, "facts", "the policy")?;
    let mut entries: BTreeMap<String, PolicyEntry> = BTreeMap::new();
    for block in evidence::blocks(reader, facts) {
        for field in &block.says {
            let what = format!("`{}`", field.key);
            let Some(parts) = reader.fields(field.value, &what) else {
                continue;
            };
            let mut facts = BTreeMap::new();
            for part in &parts {
                if let Some((key, fact)) = read_part(reader, table, part) {
                    facts.insert(key, fact);
                }
            }
            for info in table
                .fields
                .iter()
                .filter(|info| table.required.contains(&info.key))
            {
                if !parts.iter().any(|part| part.key == info.key) {
                    let message = format!("{what} has no `{}`", info.key);
                    let finding =
                        reader.finding(codes::DATA_MISSING_KEY, field.key_span, message, "this entry");
                    reader.push(finding);
                }
            }
            let entry = PolicyEntry {
                key: field.key.to_owned(),
                span: field.key_span,
                source: reader.source.clone(),
                evidence: block.evidence.clone(),
                facts,
            };
            if let Some(first) = entries.get(field.key) {
                let message = format!("{what} stands twice");
                let finding = reader
                    .finding(codes::DATA_DUPLICATE, field.key_span, message, "here again")
                    .at(reader.source, first.span, "here first");
                reader.push(finding);
            } else {
                entries.insert(field.key.to_owned(), entry);
            }
        }
    }
    Some((table, entries))
}

fn read_part(
    reader: &mut Reader<'_>,
    table: &Table,
    part: &pyiron_lock_core::yaml::tree::Field<'_>,
) -> Option<(&'static str, Fact)> {
    let Some(info) = table.fields.iter().find(|info| info.key == part.key) else {
        let known = table.fields.iter().map(|info| info.key);
        let finding = unknown_word(
            reader,
            part.key,
            part.key_span,
            known,
            "an entry has an unknown key",
        );
        reader.push(finding);
        return None;
    };
    let value = shape::read(reader, info, part)?;
    let span = shape::place(reader, part.value);
    Some((
        info.key,
        Fact {
            value,
            span,
            evidence: 0,
        },
    ))
}

/// A field with no more to it than key, shape and meaning.
pub(crate) const fn field(key: &'static str, shape: Shape, what: &'static str) -> FieldInfo {
    FieldInfo { key, shape, what }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_a_project_replaces_one_and_slips_are_named() {
        let file = |name: &str, text: &str| (format!("conformance/policy/{name}.yml"), text.to_owned());
        let limits = "facts:\n- source: us\n  says:\n    max-age-days: {value: 30, why: we say so}\n";
        let (policy, found) = Policy::read(&[file("limits", limits)]);
        assert!(found.is_empty());
        assert_eq!(policy.limit("max-age-days").map(|(days, _)| days), Some(30));
        assert!(policy.limit("shebang-line").is_some());
        assert_eq!(policy.cpu_level("zen3"), Some("x86_64_v3"));
        assert!(policy.cpu_rank("x86_64_v4") > policy.cpu_rank("x86_64_v3"));

        let (_, found) = Policy::read(&[
            file("limts", limits),
            file(
                "bans",
                "facts:\n- source: us\n  says:\n    x: {spec: [a], why: b}\n",
            ),
        ]);
        let said: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            said,
            [
                "`conformance/policy/limts.yml` is not a policy that is known",
                "an entry has an unknown key `spec`",
                "`x` has no `specs`",
            ]
        );
    }
}
