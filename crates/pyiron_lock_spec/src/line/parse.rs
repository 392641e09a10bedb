//! Reads one request and names what is wrong with it. Lenient like conda, with a word where leniency changes the
//! meaning.

use pyiron_lock_core::Code;
use rattler_conda_types::{
    MatchSpec, PackageName, ParseMatchSpecError, ParseMatchSpecOptions, StringMatcher, VersionSpec,
};

use super::canonical;
use crate::{codes, selector};

const MAX_LENGTH: usize = 1_000;
const MAX_PARENTHESES: usize = 16;
const OPERATORS: [char; 5] = ['=', '<', '>', '!', '~'];

/// A request that was read.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) name: PackageName,
    pub(crate) spec: MatchSpec,
    pub(crate) canonical: String,
    /// What reads otherwise than it looks.
    pub(crate) warnings: Vec<Trouble>,
}

/// What is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

fn trouble(code: Code, message: impl Into<String>, help: impl Into<Option<String>>) -> Trouble {
    Trouble {
        code,
        message: message.into(),
        help: help.into(),
    }
}

/// Reads a request from its text, blanks around it removed.
pub(crate) fn parse(text: &str) -> Result<Line, Trouble> {
    shape(text)?;
    let spec =
        MatchSpec::from_str(text, ParseMatchSpecOptions::lenient()).map_err(|error| explain(text, &error))?;
    let Some(name) = spec.name.as_exact().cloned() else {
        return Err(name_pattern(text));
    };
    if spec.namespace.is_some() {
        let slip = text
            .split_once(':')
            .filter(|_| spec.channel.is_none() && !text.contains('['));
        let help = slip.map(|(name, version)| format!("write `{name} ={version}`"));
        let message = format!("`{text}` has a colon where an operator belongs");
        return Err(trouble(codes::SPEC_UNREADABLE, message, help));
    }
    let local = |url: &url::Url| url.scheme() == "file";
    if spec.url.as_ref().is_some_and(local) || spec.channel.as_ref().is_some_and(|c| local(c.base_url.url()))
    {
        return Err(local_path(text));
    }
    let odd = |c: char| !c.is_ascii_alphanumeric() && !"._/-+%:".contains(c);
    if spec
        .channel
        .as_ref()
        .is_some_and(|channel| channel.name().contains(odd))
    {
        return Err(trouble(
            codes::SPEC_UNREADABLE,
            format!("`{text}` cannot be read: the channel cannot be read"),
            None,
        ));
    }
    check_build(text, &spec)?;
    let mut warnings = warnings(text, &spec);
    let normal = name.as_normalized();
    if !normal.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
        let message = format!("`{text}` cannot be read: a name starts with a letter, a digit or `_`");
        return Err(trouble(codes::SPEC_UNREADABLE, message, None));
    }
    if normal.contains('.') && normal.chars().all(|c| c.is_ascii_digit() || c == '.') {
        let message = format!("`{text}` names a package `{normal}`, which looks like a version");
        warnings.push(trouble(codes::SPEC_ODD_NAME, message, None));
    }
    let spec = canonical::normalise(spec);
    let Some(canonical) = canonical::spelling(&spec) else {
        let message =
            format!("`{text}` cannot be read: it cannot be told apart from other requests once written down");
        return Err(trouble(codes::SPEC_UNREADABLE, message, None));
    };
    let name = PackageName::new_unchecked(normal);
    Ok(Line {
        name,
        spec,
        canonical,
        warnings,
    })
}

/// Refuses texts by their shape, before the parser proper sees them.
fn shape(text: &str) -> Result<(), Trouble> {
    if text.is_empty() {
        return Err(trouble(codes::SPEC_UNREADABLE, "a request is empty", None));
    }
    if text.len() > MAX_LENGTH || text.matches('(').count() > MAX_PARENTHESES {
        return Err(trouble(
            codes::SPEC_UNREADABLE,
            "a request is too long or nested too deep",
            None,
        ));
    }
    let is_url = text
        .split(['[', ' '])
        .next()
        .is_some_and(|head| head.contains("://"));
    if text.starts_with(['/', '.', '~', '\\']) {
        return Err(local_path(text));
    }
    if is_url {
        return Ok(());
    }
    brackets(text)?;
    let name = text.rsplit("::").next().unwrap_or(text);
    let name = name
        .split(|c: char| OPERATORS.contains(&c) || c.is_whitespace() || c == '[')
        .next()
        .unwrap_or(name);
    if name.contains('*') || name.starts_with('^') {
        return Err(name_pattern(text));
    }
    if name.is_empty() && text.starts_with(OPERATORS) {
        return Err(trouble(
            codes::SPEC_UNREADABLE,
            format!("`{text}` has no package name"),
            Some("put the name in front of the version".to_owned()),
        ));
    }
    Ok(())
}

fn local_path(text: &str) -> Trouble {
    trouble(
        codes::SPEC_LOCAL_PATH,
        format!("`{text}` points at a path of this machine"),
        None,
    )
}

fn name_pattern(text: &str) -> Trouble {
    trouble(
        codes::SPEC_NAME_PATTERN,
        format!("`{text}` asks for a pattern, not for a package"),
        None,
    )
}

/// Refuses brackets that do not hold `key=value` pairs: extras of pip, selectors of constructor.
fn brackets(text: &str) -> Result<(), Trouble> {
    let Some((before, rest)) = text.split_once('[') else {
        return Ok(());
    };
    let Some((inner, after)) = rest.split_once(']') else {
        return Ok(());
    };
    if inner.contains('=') || before.contains('#') {
        return Ok(());
    }
    let blank = before.ends_with(char::is_whitespace);
    if blank && after.trim().is_empty() && selector::looks_like_selector(inner) {
        return Err(trouble(
            codes::SELECTOR_WITHOUT_HASH,
            format!("`{text}` has a selector without `#`"),
            Some(format!("write `{}  # [{inner}]`", before.trim_end())),
        ));
    }
    Err(trouble(
        codes::SPEC_EXTRAS,
        format!("`{text}` has extras in brackets, which conda packages do not have"),
        None,
    ))
}

/// Says in plain words why a text is no request.
fn explain(text: &str, error: &ParseMatchSpecError) -> Trouble {
    let unreadable = |message: String, help: Option<String>| trouble(codes::SPEC_UNREADABLE, message, help);
    if let ParseMatchSpecError::OnlyExactPackageNameMatchersAllowedGlob(_)
    | ParseMatchSpecError::OnlyExactPackageNameMatchersAllowedRegex(_) = error
    {
        return name_pattern(text);
    }
    if text.ends_with(OPERATORS) || text.ends_with([',', '|']) {
        let bare = text.trim_end_matches(|c: char| OPERATORS.contains(&c) || ",| ".contains(c));
        return unreadable(
            format!("`{text}` ends where a version belongs"),
            Some(format!("write the version, or only `{bare}`")),
        );
    }
    for (wrong, right) in [
        ("=>", ">="),
        ("=<", "<="),
        ("<>", "!="),
        ("===", "=="),
        ("= =", "=="),
        ("> =", ">="),
        ("< =", "<="),
    ] {
        if text.contains(wrong) {
            return unreadable(
                format!("`{text}` has an operator `{wrong}`, which does not exist"),
                Some(format!("write `{}`", text.replacen(wrong, right, 1))),
            );
        }
    }
    if let Some((name, rest)) = text.split_once("=*")
        && !name.contains('=')
        && !rest.is_empty()
    {
        return unreadable(
            format!("`{text}` has a pattern where a version belongs"),
            Some(format!("for a build write `{}=*=*{rest}`", name.trim_end())),
        );
    }
    if text.contains(';') {
        return unreadable(
            format!("`{text}` has a marker after `;`, which belongs to pip"),
            None,
        );
    }
    let detail = match error {
        ParseMatchSpecError::MissingPackageName => "the package name is missing",
        ParseMatchSpecError::InvalidBracket | ParseMatchSpecError::MultipleBracketSectionsNotAllowed => {
            "the part in brackets is not `[key=value]`"
        }
        ParseMatchSpecError::InvalidBracketKey(_) => "the key in brackets is not known",
        ParseMatchSpecError::ParseChannelError(_) => "the channel cannot be read",
        ParseMatchSpecError::InvalidPackageNameMatcher(_) => {
            "the name has a character that names do not have"
        }
        ParseMatchSpecError::InvalidHashDigest => "the hash is not one",
        ParseMatchSpecError::InvalidVersionSpec(_) | ParseMatchSpecError::InvalidVersionAndBuild(_) => {
            "the version cannot be read"
        }
        _ => "it does not have the form `name version build`",
    };
    unreadable(format!("`{text}` cannot be read: {detail}"), None)
}

fn check_build(text: &str, spec: &MatchSpec) -> Result<(), Trouble> {
    let build = match &spec.build {
        Some(StringMatcher::Exact(build) | StringMatcher::Prefix(build) | StringMatcher::Suffix(build)) => {
            build.clone()
        }
        Some(StringMatcher::Glob(glob)) => glob.as_str().to_owned(),
        _ => return Ok(()),
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.+-*?!|[]()".contains(c);
    if build.chars().all(allowed) && !build.starts_with('!') && build != "." {
        return Ok(());
    }
    let help = if build.starts_with(['<', '>', '!', '~']) {
        Some("join two conditions with a comma".to_owned())
    } else {
        let inner = build.strip_prefix('=');
        inner.map(|inner| format!("write the build as `={}` without blanks around `=`", inner.trim()))
    };
    Err(trouble(
        codes::SPEC_BUILD,
        format!("`{text}` has `{build}` where a build string belongs"),
        help,
    ))
}

fn warnings(text: &str, spec: &MatchSpec) -> Vec<Trouble> {
    let mut warnings = Vec::new();
    if let (Some(range), Some(version)) = (range_with_star(text), &spec.version) {
        let message = format!("`{range}` is read as part of `{version}`");
        warnings.push(trouble(
            codes::SPEC_LENIENT,
            message,
            Some("write the bound that is meant, without `*`".to_owned()),
        ));
    }
    if let Some(version) = spec.version.as_ref().and_then(without_digit) {
        let message = format!("`{text}` asks for a version `{version}`, which has no digit");
        warnings.push(trouble(codes::SPEC_ODD_VERSION, message, None));
    }
    if let Some((head, _)) = text.split_once('[')
        && let Ok(head) = MatchSpec::from_str(head, ParseMatchSpecOptions::lenient())
        && (head.version.is_some() && head.version != spec.version
            || head.build.is_some() && head.build != spec.build)
    {
        let message = format!("`{text}` states one thing twice; what stands in brackets counts");
        warnings.push(trouble(codes::SPEC_GIVEN_TWICE, message, None));
    }
    warnings
}

/// Returns the first ordering that is followed by a version with `*`, as in `>1.2.*`.
fn range_with_star(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some(at) = rest.find(['<', '>', '~']) {
        let condition = &rest[at..];
        let skip = condition
            .find(|c: char| !OPERATORS.contains(&c) && c != ' ')
            .unwrap_or(condition.len());
        let end = condition[skip..]
            .find(|c: char| ",| )]'\"=".contains(c))
            .map_or(condition.len(), |end| skip + end);
        if condition[skip..end].contains('*') {
            return Some(&condition[..end]);
        }
        rest = &condition[end.max(1)..];
    }
    None
}

fn without_digit(spec: &VersionSpec) -> Option<String> {
    let version = match spec {
        VersionSpec::Exact(_, version) | VersionSpec::Range(_, version) => version.to_string(),
        VersionSpec::StrictRange(_, version) => version.to_string(),
        VersionSpec::Group(_, parts) => return parts.iter().find_map(without_digit),
        VersionSpec::Any | VersionSpec::None => return None,
    };
    (!version.contains(|c: char| c.is_ascii_digit())).then_some(version)
}
