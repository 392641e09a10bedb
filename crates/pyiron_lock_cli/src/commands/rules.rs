//! `rules`: what locks and configuration are checked by, with the weight that findings have.

use pyiron_lock_conform::{config, rules, sound};
use pyiron_lock_core::{Code, Exit};
use serde_json::{Value, json};

use crate::{args::RulesArgs, codes::LOCK_STALE, streams::Streams};

/// Lists the rules.
pub(crate) fn execute(args: &RulesArgs, streams: &Streams) -> Exit {
    let groups: [(&str, &[Code]); 5] = [
        ("sound", sound::codes::ALL),
        ("current", &[LOCK_STALE]),
        ("fit", rules::CODES),
        ("config", config::codes::ALL),
        ("there", pyiron_lock_host::codes::ALL),
    ];
    if args.json {
        let of_group = |(group, codes): &(&str, &[Code])| -> Vec<Value> {
            let row = |code: &Code| {
                let info = code.info();
                let severity = info.severity.as_str();
                json!({"group": group, "code": info.word, "severity": severity, "title": info.title})
            };
            codes.iter().map(row).collect()
        };
        let all: Vec<Value> = groups.iter().flat_map(of_group).collect();
        streams.json(json!({ "rules": all }));
        return Exit::Clean;
    }
    let codes = || groups.iter().flat_map(|(_, codes)| codes.iter());
    let width = codes().map(|code| code.as_str().len()).max().unwrap_or(0);
    let mut text = String::new();
    for (group, codes) in groups {
        text.push_str(&format!("{group}\n"));
        for code in codes {
            let info = code.info();
            text.push_str(&format!(
                "  {:width$}  {:7}  {}\n",
                info.word,
                info.severity.as_str(),
                info.title
            ));
        }
        text.push('\n');
    }
    text.push_str("`pyiron-lock explain CODE` says what one means and what to do about it\n");
    streams.result(&text);
    Exit::Clean
}
