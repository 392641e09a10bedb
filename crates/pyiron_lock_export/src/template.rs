//! Fills in templates. A text that no filter quoted is let through only where no grammar could misread it; anything
//! else is an error, so that a forgotten filter cannot become a hole.

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value, escape_formatter,
    syntax::SyntaxConfig,
    value::{Serde, ValueKind},
};
use serde::Serialize;

use crate::{error::ExportError, quote::QUOTES};

/// A template with the name that messages use: its path in `src/templates`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Template {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
}

/// Names a file of `src/templates` as a template.
macro_rules! template {
    ($path:literal) => {
        $crate::template::Template {
            name: $path,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/templates/", $path)),
        }
    };
}
pub(crate) use template;

impl Template {
    /// Fills the template in.
    pub(crate) fn fill(self, values: impl Serialize) -> Result<String, ExportError> {
        let engine = engine();
        engine
            .template_from_named_str(self.name, self.text)
            .and_then(|template| template.render(Serde(values)))
            .map_err(|error| ExportError::Template {
                name: self.name,
                why: format!("{error:#}"),
            })
    }
}

fn engine() -> Environment<'static> {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_syntax(
        SyntaxConfig::builder()
            .keep_trailing_newline(true)
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .expect("the usual delimiters differ"),
    );
    engine.set_auto_escape_callback(|_| AutoEscape::None);
    engine.set_formatter(write_plain);
    for (name, quote) in QUOTES {
        engine.add_filter(*name, move |text: String| Value::from_safe_string(quote(&text)));
    }
    engine
}

/// Writes what a filter quoted, numbers, and texts of harmless letters; refuses anything else.
fn write_plain(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let harmless = |letter: char| letter.is_ascii_alphanumeric() || "_./:+@=-".contains(letter);
    let fits = match value.kind() {
        ValueKind::Number => true,
        ValueKind::String => {
            value.is_safe()
                || value
                    .as_str()
                    .is_some_and(|text| !text.starts_with('-') && text.chars().all(harmless))
        }
        _ => false,
    };
    if !fits {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("{value:?} has to go through a filter that quotes"),
        ));
    }
    escape_formatter(out, state, value)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn filled(text: &'static str, value: &str) -> Result<String, ExportError> {
        Template { name: "x", text }.fill(BTreeMap::from([("value", value)]))
    }

    #[test]
    fn a_forgotten_filter_is_an_error_and_no_hole() {
        assert_eq!(filled("{{ value }}", "py312_0").unwrap(), "py312_0");
        for hostile in [
            "a b", "$(x)", "a;b", "'", "\"", "a\nb", "-rf", "é", "`x`", "#a", "{a}", "*",
        ] {
            assert!(filled("{{ value }}", hostile).is_err(), "{hostile}");
            assert!(filled("{{ value | sh }}", hostile).is_ok());
        }
    }

    #[test]
    fn what_nobody_said_is_an_error() {
        assert!(filled("{{ other }}", "x").is_err());
    }
}
