//! `explain`: what a code means, why it matters, and what to do about it.

use pyiron_lock_conform::rules;
use pyiron_lock_core::Exit;
use serde_json::json;

use crate::{
    args::ExplainArgs,
    conformance::{all_codes, unknown_code},
    failure::Failure,
    render::wrapped,
    streams::Streams,
};

/// Explains one code.
pub(crate) fn execute(args: &ExplainArgs, streams: &Streams) -> Result<Exit, Failure> {
    let Some(code) = all_codes().find(|code| code.as_str() == args.code) else {
        return Err(unknown_code(&args.code));
    };
    let info = code.info();
    let rule = rules::rule(info.word);
    if args.json {
        let explained = json!({
            "code": info.word,
            "severity": info.severity.as_str(),
            "title": info.title,
            "docs": info.docs,
            "source": rule.map(|rule| rule.source),
            "example": rule.map(|rule| rule.example),
        });
        streams.json(explained);
        return Ok(Exit::Clean);
    }
    let mut text = format!(
        "{} ({})\n{}\n\n{}\n",
        info.word,
        info.severity.as_str(),
        info.title,
        wrapped(info.docs)
    );
    if let Some(rule) = rule {
        text.push_str(&format!("\nsource: {}\nexample: {}\n", rule.source, rule.example));
    }
    streams.result(&text);
    Ok(Exit::Clean)
}
