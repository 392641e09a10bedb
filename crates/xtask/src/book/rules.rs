//! The page of rules: what each looks for, where it comes from, and the cases that show it.

use std::{fmt::Write as _, fs, path::Path};

use pyiron_lock_conform::rules;

use super::text::{cell, counted, sentence, upper};

const REPOSITORY: &str = "https://github.com/pyiron/pyiron-lock/blob/main";

/// Writes the page.
pub(super) fn page(root: &Path) -> Result<String, String> {
    let cases = [names(root, "pass")?, names(root, "fail")?];
    let mut text = format!(
        "# Rules\n\nThe {} that `verify` asks of a lock at a target. Whether a lock is sound in itself and whether \
         configuration can be read\nis asked besides; [finding codes](codes.md) has those too. Data that rules go by, \
         such as what an operating system\nbrings, lies in [policies](conformance.md#policies), and each rule has a \
         case that passes and one that fails.\n\n| rule | weight | what is wrong |\n|---|---|---|\n",
        counted(rules::ALL.len(), "rule")
    );
    for rule in rules::ALL {
        let info = rule.code.info();
        let _ = writeln!(
            text,
            "| [`{0}`](#{0}) | {1} | {2} |",
            info.word,
            info.severity.as_str(),
            cell(info.title)
        );
    }
    for rule in rules::ALL {
        let info = rule.code.info();
        let _ = write!(
            text,
            "\n## `{}`\n\n{} *{}.*\n\n{}\n\n- Source: {}\n- Example: {}\n",
            info.word,
            sentence(info.title),
            upper(info.severity.as_str()),
            info.docs,
            rule.source,
            rule.example
        );
        for (kind, names) in [("pass", &cases[0]), ("fail", &cases[1])] {
            let own: Vec<String> = names
                .iter()
                .filter(|name| name.split_once("--").is_some_and(|(code, _)| code == info.word))
                .map(|name| {
                    let what = name.split_once("--").map_or("", |(_, what)| what);
                    let what = what.trim_end_matches(".yml").replace('-', " ");
                    format!("[{what}]({REPOSITORY}/conformance/cases/{kind}/{name})")
                })
                .collect();
            if !own.is_empty() {
                let _ = writeln!(text, "- Cases that {kind}: {}", own.join(", "));
            }
        }
    }
    Ok(text)
}

fn names(root: &Path, kind: &str) -> Result<Vec<String>, String> {
    let folder = root.join("conformance/cases").join(kind);
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    Ok(names)
}
