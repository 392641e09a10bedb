//! Reads one request and names what is wrong with it. Lenient like conda, with a word where leniency changes the
//! meaning.

use pyiron_lock_core::Code;
use rattler_conda_types::{
    MatchSpec, PackageName, ParseMatchSpecError, ParseMatchSpecOptions, StringMatcher, Subdir, VersionSpec,
};

use super::{
    canonical,
    disjoint::unsatisfiable,
    shape::{self, local_path, name_pattern},
};
use crate::{channel, codes, selector};

pub(super) const OPERATORS: [char; 5] = ['=', '<', '>', '!', '~'];

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

pub(super) fn trouble(code: Code, message: impl Into<String>, help: impl Into<Option<String>>) -> Trouble {
    Trouble {
        code,
        message: message.into(),
        help: help.into(),
    }
}

/// Reads a request from its text, blanks around it removed.
pub(crate) fn parse(text: &str) -> Result<Line, Trouble> {
    shape::check(text)?;
    let spec =
        MatchSpec::from_str(text, ParseMatchSpecOptions::lenient()).map_err(|error| explain(text, &error))?;
    let Some(name) = spec.name.as_exact().cloned() else {
        return Err(name_pattern(text));
    };
    if spec.namespace.is_some() {
        let slip = text
            .split_once(':')
            .filter(|_| spec.channel.is_none() && !text.contains('['));
        let help =
            slip.map(|(name, version)| format!("write `{} ={}`", name.trim_end(), version.trim_start()));
        let message = format!("`{text}` has a colon where an operator belongs");
        return Err(trouble(codes::SPEC_UNREADABLE, message, help));
    }
    let local = |url: &url::Url| url.scheme() == "file";
    if spec.url.as_ref().is_some_and(local) || spec.channel.as_ref().is_some_and(|c| local(c.base_url.url()))
    {
        return Err(local_path(text));
    }
    let channel = spec.channel.as_ref().map(|channel| channel.base_url.as_str());
    let addresses = [channel, spec.url.as_ref().map(url::Url::as_str)];
    if let Some(fault) = addresses.into_iter().flatten().find_map(channel::credentials) {
        return Err(trouble(codes::CHANNEL_SECRET, fault.message, fault.help));
    }
    let odd = |c: char| !c.is_ascii_alphanumeric() && !"._/-+%:".contains(c);
    if spec
        .channel
        .as_ref()
        .is_some_and(|channel| channel.name().contains(odd))
    {
        return Err(trouble(
            codes::SPEC_UNREADABLE,
            format!("`{text}` has a channel that cannot be read"),
            None,
        ));
    }
    if let Some(subdir) = spec.subdir.as_ref().filter(|_| spec.url.is_none()) {
        return Err(subdir_named(text, subdir));
    }
    if spec.file_name.is_some() && spec.url.is_none() {
        let message =
            format!("`{text}` names a file; a lock would claim it without the solver looking at it");
        let help = "ask for the version and the build: `name =1.2=build`".to_owned();
        return Err(trouble(codes::SPEC_FILE, message, Some(help)));
    }
    check_build(text, &spec)?;
    if spec.version.as_ref().is_some_and(unsatisfiable) {
        let message = format!("`{text}` has conditions that exclude each other");
        return Err(trouble(codes::REQUESTS_DISJOINT, message, None));
    }
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

/// Says in plain words why a text is no request.
fn explain(text: &str, error: &ParseMatchSpecError) -> Trouble {
    let unreadable = |message: String, help: Option<String>| trouble(codes::SPEC_UNREADABLE, message, help);
    if let ParseMatchSpecError::OnlyExactPackageNameMatchersAllowedGlob(_)
    | ParseMatchSpecError::OnlyExactPackageNameMatchersAllowedRegex(_) = error
    {
        return name_pattern(text);
    }
    for (wrong, right) in [
        ("=>", ">="),
        ("=<", "<="),
        ("<>", "!="),
        ("===", "=="),
        ("= =", "=="),
        ("> =", ">="),
        ("< =", "<="),
        ("≥", ">="),
        ("≤", "<="),
        ("≠", "!="),
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
    let detail = match error {
        ParseMatchSpecError::MissingPackageName => "has no package name",
        ParseMatchSpecError::InvalidBracket | ParseMatchSpecError::MultipleBracketSectionsNotAllowed => {
            "has brackets that do not hold `key=value`"
        }
        ParseMatchSpecError::InvalidBracketKey(_) => "has a key in brackets that is not known",
        ParseMatchSpecError::ParseChannelError(_) => "has a channel that cannot be read",
        ParseMatchSpecError::InvalidPackageNameMatcher(_) => {
            "has a name with a character that names do not have"
        }
        ParseMatchSpecError::InvalidHashDigest => "has a hash that cannot be read",
        ParseMatchSpecError::InvalidVersionSpec(_) | ParseMatchSpecError::InvalidVersionAndBuild(_) => {
            "has a version that cannot be read"
        }
        _ => "does not have the form `name version build`",
    };
    unreadable(format!("`{text}` {detail}"), None)
}

fn subdir_named(text: &str, subdir: &str) -> Trouble {
    let help = match subdir.parse::<Subdir>() {
        Ok(Subdir::NoArch) | Err(_) => "take the subdir out".to_owned(),
        Ok(subdir) => format!(
            "take the subdir out; for a line that holds there only, add `# [{}]` behind it",
            selector::words_for(subdir)
        ),
    };
    trouble(
        codes::SPEC_SUBDIR,
        format!("`{text}` names the subdir `{subdir}`, which the platform decides"),
        help,
    )
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
        let part = if matches!(version, VersionSpec::Group(..)) {
            "part of "
        } else {
            ""
        };
        let message = format!("`{range}` is read as {part}`{version}`");
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
