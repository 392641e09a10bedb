//! Reads the platforms: a subdir and the virtual packages promised on it. Looks at no machine.

use pyiron_lock_core::{
    Platform, PlatformName, VirtualPackage,
    yaml::{Node, Value},
};
use rattler_conda_types::Subdir;

use super::{ManifestPlatform, read};
use crate::{
    codes,
    tree::{Field, Reader, did_you_mean, helped},
};

pub(super) const PLATFORM_KEYS: &[&str] = &["subdir", "virtual-packages"];

/// Reads `platforms`.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Vec<ManifestPlatform> {
    let Some(fields) = reader.fields(node, "`platforms`") else {
        return Vec::new();
    };
    let help = "name a platform, for instance `osx-arm64`, with its `virtual-packages`";
    read::check_filled(reader, node, "`platforms`", help);
    fields
        .iter()
        .filter_map(|field| platform(reader, field))
        .collect()
}

fn platform(reader: &mut Reader<'_>, entry: &Field<'_>) -> Option<ManifestPlatform> {
    let name = match entry.key.parse::<PlatformName>() {
        Ok(name) => name,
        Err(error) => {
            let finding = reader.finding(codes::TIERS_NAME, entry.key_span, error.to_string(), "named here");
            reader.push(finding);
            return None;
        }
    };
    let what = format!("the platform `{name}`");
    let fields = if entry.value.is_null() {
        Vec::new()
    } else {
        reader.fields(entry.value, &what)?
    };
    read::check_keys(reader, &fields, PLATFORM_KEYS, &what);
    let value = |key: &str| {
        fields
            .iter()
            .find(|field| field.key == key)
            .map(|field| field.value)
    };
    let subdir = subdir(reader, entry, value("subdir"))?;
    if let Ok(other) = entry.key.parse::<Subdir>()
        && other != subdir
    {
        let message =
            format!("the platform `{name}` has the name of another subdir than its own, `{subdir}`");
        let finding = reader
            .finding(
                codes::TIERS_PLATFORM_SUBDIR,
                entry.key_span,
                message,
                "named here",
            )
            .help(format!("name it after what it promises, such as `{subdir}-old`"));
        reader.push(finding);
        return None;
    }
    let promised = value("virtual-packages")
        .map(|node| promises(reader, node, subdir))
        .unwrap_or_default();
    let written: Vec<&str> = match value("virtual-packages").map(|node| &node.value) {
        Some(Value::Mapping(entries)) => entries.iter().filter_map(|entry| entry.key.as_str()).collect(),
        _ => Vec::new(),
    };
    for required in Platform::required_names(subdir) {
        if !written.contains(required) && !promised.iter().any(|package| package.name() == *required) {
            let message = format!("{what} does not promise `{required}`");
            let finding = reader
                .finding(
                    codes::TIERS_VIRTUAL_PACKAGE_MISSING,
                    entry.key_span,
                    message,
                    "the solver needs it",
                )
                .help(format!(
                    "add `{required}` with the version of the oldest machine to `virtual-packages`"
                ));
            reader.push(finding);
        }
    }
    Some(ManifestPlatform {
        platform: Platform::new(name, subdir, promised),
        span: entry.key_span,
    })
}

fn subdir(reader: &mut Reader<'_>, entry: &Field<'_>, node: Option<&Node>) -> Option<Subdir> {
    let (text, span) = match node {
        Some(node) => {
            let text = reader.text(node, "`subdir`")?;
            (text.value, text.span)
        }
        None => (entry.key.to_owned(), entry.key_span),
    };
    match text.parse::<Subdir>() {
        Ok(subdir) if subdir != Subdir::NoArch => return Some(subdir),
        _ => {}
    }
    let message = if node.is_some() {
        format!("`{text}` is not a subdir that packages run on")
    } else {
        format!("the platform `{text}` has no subdir, and its name is none")
    };
    let finding = reader.finding(
        codes::TIERS_PLATFORM_SUBDIR,
        span,
        message,
        "a subdir such as linux-64 belongs here",
    );
    let known: Vec<&str> = Subdir::all()
        .filter(|subdir| *subdir != Subdir::NoArch)
        .map(Subdir::as_str)
        .collect();
    let start = known
        .iter()
        .filter(|known| text.starts_with(**known))
        .max_by_key(|known| known.len());
    let help = match start {
        Some(start) if node.is_none() => Some(format!("add `subdir: {start}`")),
        _ => did_you_mean(&text, known),
    };
    reader.push(helped(finding, help));
    None
}

fn promises(reader: &mut Reader<'_>, node: &Node, subdir: Subdir) -> Vec<VirtualPackage> {
    let mut promised = Vec::new();
    if node.is_null() {
        return promised;
    }
    for field in reader.fields(node, "`virtual-packages`").unwrap_or_default() {
        let text = match field.value.as_str() {
            Some(text) if !field.value.is_null() && field.value.kind() != "a boolean" => text,
            _ => {
                reader.wrong_kind(field.value, &format!("the version of `{}`", field.key), "text");
                continue;
            }
        };
        if let Some(family) = family(field.key)
            && !on(family, subdir)
        {
            let message = format!("`{}` does not exist on {}", field.key, subdir.as_str());
            let finding = reader.finding(
                codes::TIERS_VIRTUAL_PACKAGE,
                field.key_span,
                message,
                "promised here",
            );
            reader.push(finding);
            continue;
        }
        match VirtualPackage::new(field.key, text) {
            Ok(package) => promised.push(package),
            Err(error) => {
                let finding = reader.finding(
                    codes::TIERS_VIRTUAL_PACKAGE,
                    field.key_span,
                    error.to_string(),
                    "promised here",
                );
                let known = [
                    "__glibc",
                    "__linux",
                    "__osx",
                    "__cuda",
                    "__archspec",
                    "__unix",
                    "__win",
                ];
                let bare = format!("__{}", field.key);
                let help = known
                    .contains(&bare.as_str())
                    .then(|| format!("write `{bare}`"))
                    .or_else(|| Some("write it as `VERSION` or `VERSION=BUILD`".to_owned()));
                reader.push(helped(finding, help));
            }
        }
    }
    promised
}

fn family(name: &str) -> Option<&'static str> {
    match name {
        "__linux" | "__glibc" | "__musl" => Some("linux"),
        "__osx" => Some("osx"),
        "__win" => Some("win"),
        "__unix" => Some("unix"),
        _ => None,
    }
}

fn on(family: &str, subdir: Subdir) -> bool {
    match family {
        "linux" => subdir.is_linux(),
        "osx" => subdir.is_osx(),
        "win" => subdir.is_windows(),
        _ => subdir.is_unix(),
    }
}
