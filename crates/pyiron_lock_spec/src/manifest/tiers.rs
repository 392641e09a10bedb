//! Reads the tiers and lets children inherit. Does not read their environment files.

use std::collections::BTreeMap;

use pyiron_lock_core::{
    Finding, PlatformName, Span, Spanned, TierName,
    yaml::{Node, Value},
};

use super::{ManifestPlatform, Smoke, Tier, graph::Parents, read};
use crate::{
    codes,
    tree::{Field, Reader, did_you_mean, helped},
};

pub(super) const TIER_KEYS: &[&str] = &[
    "spec",
    "description",
    "extends",
    "contains",
    "aliases",
    "platforms",
    "targets",
    "smoke",
];
pub(super) const SMOKE_KEYS: &[&str] = &["imports", "commands"];

type Texts = Vec<Spanned<String>>;

/// A tier as written, before names are looked up and lists inherited.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    name: Spanned<TierName>,
    description: Option<String>,
    spec: Spanned<String>,
    contains: Option<Spanned<String>>,
    extends: Texts,
    aliases: Vec<Spanned<TierName>>,
    platforms: Option<Texts>,
    targets: Option<Texts>,
    imports: Option<Texts>,
    commands: Option<Texts>,
}

impl Draft {
    /// Returns what it builds on, with the word that says so.
    fn parents(&self) -> impl Iterator<Item = (&'static str, &Spanned<String>)> {
        let contains = self.contains.iter().map(|parent| ("contains", parent));
        contains.chain(self.extends.iter().map(|parent| ("extends", parent)))
    }
}

/// Reads `tiers`; `None` when one of them could not be read.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Draft>> {
    let fields = reader.fields(node, "`tiers`")?;
    if !read::check_filled(
        reader,
        node,
        "`tiers`",
        "name a tier, with the `spec` that it is made of",
    ) {
        return None;
    }
    let drafts: Vec<Draft> = fields.iter().filter_map(|field| draft(reader, field)).collect();
    let unique = check_names(reader, &drafts);
    (unique && drafts.len() == fields.len()).then_some(drafts)
}

fn draft(reader: &mut Reader<'_>, entry: &Field<'_>) -> Option<Draft> {
    let name = tier_name(reader, &Spanned::new(entry.key.to_owned(), entry.key_span))?;
    let what = format!("the tier `{name}`");
    let fields = reader.fields(entry.value, &what)?;
    read::check_keys(reader, &fields, TIER_KEYS, &what);
    let value = |key: &str| {
        fields
            .iter()
            .find(|field| field.key == key)
            .map(|field| field.value)
    };
    let mut list = |key: &str| value(key).and_then(|node| reader.texts(node, &format!("`{key}` of {what}")));
    let extends = list("extends").unwrap_or_default();
    let aliases = list("aliases").unwrap_or_default();
    let platforms = list("platforms");
    let targets = list("targets");
    let stated = value("platforms").filter(|_| platforms.is_some());
    let filled = stated.is_none_or(|node| {
        let help = "name a platform, or take the key out to have those of the parents";
        read::check_filled(reader, node, &format!("`platforms` of {what}"), help)
    });
    let platforms = platforms.filter(|_| filled);
    let aliases = aliases
        .iter()
        .filter_map(|alias| Some(Spanned::new(tier_name(reader, alias)?, alias.span)))
        .collect();
    let contains = match value("contains") {
        Some(node) => Some(contained(reader, node, &what)?),
        None => None,
    };
    let description =
        value("description").and_then(|node| reader.text(node, &format!("`description` of {what}")));
    let smoke = value("smoke")
        .and_then(|node| reader.fields(node, &format!("`smoke` of {what}")))
        .unwrap_or_default();
    read::check_keys(reader, &smoke, SMOKE_KEYS, &format!("`smoke` of {what}"));
    let mut smoke_list = |key: &str| {
        let field = smoke.iter().find(|field| field.key == key)?;
        reader.texts(field.value, &format!("`{key}` of {what}"))
    };
    let imports = smoke_list("imports");
    let commands = smoke_list("commands");
    let node = fields
        .iter()
        .find(|field| field.key == "spec")
        .map(|field| field.value);
    let Some(node) = node else {
        let finding = reader
            .finding(
                codes::TIERS_MISSING_KEY,
                entry.key_span,
                format!("{what} has no `spec`"),
                "named here",
            )
            .help(format!("add `spec: {name}/environment.yml`"));
        reader.push(finding);
        return None;
    };
    let spec = spec_path(reader, node)?;
    let name = Spanned::new(name, entry.key_span);
    Some(Draft {
        name,
        description: description.map(|text| text.value),
        spec,
        contains,
        extends,
        aliases,
        platforms,
        targets,
        imports,
        commands,
    })
}

/// Reads the one tier that another contains.
fn contained(reader: &mut Reader<'_>, node: &Node, what: &str) -> Option<Spanned<String>> {
    if let Value::Sequence(_) = &node.value {
        let message = format!("`contains` of {what} is a list");
        let finding = reader.finding(
            codes::TIERS_CONTAINS_ONE,
            node.span,
            message,
            "a single name belongs here",
        );
        reader.push(
            finding
                .help("an image is built from one other; name that one, and merge the rest with `extends`"),
        );
        return None;
    }
    reader.text(node, &format!("`contains` of {what}"))
}

fn tier_name(reader: &mut Reader<'_>, text: &Spanned<String>) -> Option<TierName> {
    text.value
        .parse()
        .map_err(|error: pyiron_lock_core::NameError| {
            reader.push(reader.finding(codes::TIERS_NAME, text.span, error.to_string(), "named here"));
        })
        .ok()
}

fn spec_path(reader: &mut Reader<'_>, node: &Node) -> Option<Spanned<String>> {
    let spec = reader.text(node, "`spec`")?;
    let path = spec.value.as_str();
    let wrong = if path.starts_with(['/', '~']) || path.as_bytes().get(1) == Some(&b':') {
        "is absolute"
    } else if path.contains('\\') {
        "has `\\` between its parts"
    } else if path.split('/').any(|part| part == "..") {
        "has `..` in it"
    } else if path.chars().any(char::is_control) || path.ends_with('/') || path.contains("://") {
        "is not the path of a file"
    } else {
        return Some(spec);
    };
    let message = format!("the path `{path}` {wrong}");
    let finding = reader
        .finding(
            codes::TIERS_SPEC_PATH,
            spec.span,
            message,
            "a path below the manifest belongs here",
        )
        .help("write a path relative to the manifest, for instance `minimal/environment.yml`");
    reader.push(finding);
    None
}

fn check_names(reader: &mut Reader<'_>, drafts: &[Draft]) -> bool {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    let mut unique = true;
    let names = drafts.iter().map(|draft| &draft.name);
    for name in names.chain(drafts.iter().flat_map(|draft| &draft.aliases)) {
        if let Some(first) = seen.insert(name.value.as_str(), name.span) {
            duplicate(reader, name.value.as_str(), name.span, first);
            unique = false;
        }
    }
    unique
}

fn duplicate(reader: &mut Reader<'_>, name: &str, span: Span, first: Span) {
    let finding = reader
        .finding(
            codes::TIERS_DUPLICATE,
            span,
            format!("`{name}` is used twice"),
            "used here again",
        )
        .at(reader.source, first, "used here first");
    reader.push(finding);
}

/// Looks up what each tier builds on, the contained tier first; `None` when a name is unknown.
pub(super) fn resolve_parents(reader: &mut Reader<'_>, drafts: &[Draft]) -> Option<Parents> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, draft) in drafts.iter().enumerate() {
        places.insert(draft.name.value.as_str(), place);
        places.extend(draft.aliases.iter().map(|alias| (alias.value.as_str(), place)));
    }
    let mut known = true;
    let mut all = Vec::new();
    for draft in drafts {
        let mut parents: Vec<(usize, Span)> = Vec::new();
        for (verb, parent) in draft.parents() {
            match places.get(parent.value.as_str()) {
                Some(place) => match parents.iter().find(|(before, _)| before == place) {
                    Some((_, first)) => {
                        duplicate(reader, &parent.value, parent.span, *first);
                        known = false;
                    }
                    None => parents.push((*place, parent.span)),
                },
                None => {
                    let message = format!(
                        "the tier `{}` {verb} `{}`, which is not a tier",
                        draft.name.value, parent.value
                    );
                    let finding =
                        reader.finding(codes::TIERS_UNKNOWN_PARENT, parent.span, message, "named here");
                    reader.push(helped(
                        finding,
                        did_you_mean(&parent.value, places.keys().copied()),
                    ));
                    known = false;
                }
            }
        }
        all.push(parents.into_iter().map(|(place, _)| place).collect());
    }
    known.then_some(all)
}

/// Reports a circle with every `extends` or `contains` that is part of it.
pub(super) fn report_cycle(reader: &mut Reader<'_>, drafts: &[Draft], parents: &Parents, cycle: &[usize]) {
    let name = |place: usize| drafts[place].name.value.as_str();
    let mut path: Vec<&str> = cycle.iter().map(|place| name(*place)).collect();
    path.push(path[0]);
    let mut finding = Finding::new(
        codes::TIERS_CYCLE,
        format!("tiers build on each other in a circle: {}", path.join(" > ")),
    );
    for (index, place) in cycle.iter().enumerate() {
        let parent = cycle[(index + 1) % cycle.len()];
        let position = parents[*place].iter().position(|candidate| *candidate == parent);
        if let Some((verb, entry)) = position.and_then(|position| drafts[*place].parents().nth(position)) {
            let label = format!("`{}` {verb} `{}`", name(*place), name(parent));
            finding = finding.at(reader.source, entry.span, label);
        }
    }
    reader.push(finding.help("take one of these away"));
}

/// Fills in what children inherit, parents first; `None` when a tier does not fit its parents.
pub(super) fn inherit(
    reader: &mut Reader<'_>,
    drafts: &[Draft],
    parents_of: &Parents,
    levels: &[usize],
    platforms: &[ManifestPlatform],
) -> Option<Vec<Tier>> {
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by_key(|place| (levels[*place], *place));
    let mut tiers: BTreeMap<usize, Tier> = BTreeMap::new();
    for place in order {
        let parents: Vec<&Tier> = parents_of[place]
            .iter()
            .filter_map(|parent| tiers.get(parent))
            .collect();
        let tier = grow(reader, &drafts[place], &parents, platforms);
        tiers.insert(place, tier);
    }
    Some(tiers.into_values().collect())
}

fn grow(reader: &mut Reader<'_>, draft: &Draft, parents: &[&Tier], platforms: &[ManifestPlatform]) -> Tier {
    let inherited = |own: &Option<Texts>, of: fn(&Tier) -> &Texts| match own {
        Some(own) => own.clone(),
        None => {
            let mut all: Texts = Vec::new();
            for item in parents.iter().flat_map(|parent| of(parent)) {
                if !all.iter().any(|known| known.value == item.value) {
                    all.push(item.clone());
                }
            }
            all
        }
    };
    let mut named = draft
        .parents()
        .zip(parents)
        .map(|((_, written), parent)| Spanned::new(parent.name.clone(), written.span));
    Tier {
        name: draft.name.value.clone(),
        span: draft.name.span,
        description: draft.description.clone(),
        spec: draft.spec.clone(),
        contains: draft.contains.is_some().then(|| named.next()).flatten(),
        extends: named.collect(),
        aliases: draft.aliases.clone(),
        platforms: tier_platforms(reader, draft, parents, platforms),
        targets: inherited(&draft.targets, |tier| &tier.targets),
        smoke: Smoke {
            imports: inherited(&draft.imports, |tier| &tier.smoke.imports),
            commands: inherited(&draft.commands, |tier| &tier.smoke.commands),
        },
    }
}

fn tier_platforms(
    reader: &mut Reader<'_>,
    draft: &Draft,
    parents: &[&Tier],
    platforms: &[ManifestPlatform],
) -> Vec<PlatformName> {
    let all = || platforms.iter().map(|entry| &entry.platform.name);
    let Some(stated) = &draft.platforms else {
        let shared: Vec<PlatformName> = all()
            .filter(|name| parents.iter().all(|parent| parent.platforms.contains(name)))
            .cloned()
            .collect();
        if shared.is_empty() && !platforms.is_empty() && parents.len() > 1 {
            let message = format!(
                "the parents of the tier `{}` have no platform in common",
                draft.name.value
            );
            let finding = reader.finding(
                codes::TIERS_PLATFORM_NOT_IN_PARENT,
                draft.name.span,
                message,
                "builds on them all",
            );
            reader.push(finding);
        }
        return shared;
    };
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for item in stated {
        let name = item.value.as_str();
        if let Some(first) = seen.insert(name, item.span) {
            duplicate(reader, name, item.span, first);
        } else if !all().any(|known| known.as_str() == name) {
            let message = format!(
                "the tier `{}` names the platform `{name}`, which is not defined",
                draft.name.value
            );
            let finding = reader.finding(codes::TIERS_PLATFORM_UNKNOWN, item.span, message, "named here");
            reader.push(helped(
                finding,
                did_you_mean(name, all().map(PlatformName::as_str)),
            ));
        } else if let Some(parent) = parents
            .iter()
            .find(|parent| !parent.platforms.iter().any(|known| known.as_str() == name))
        {
            let message = format!(
                "the tier `{}` is for the platform `{name}`, but `{}`, which it builds on, is not",
                draft.name.value, parent.name
            );
            let finding = reader
                .finding(
                    codes::TIERS_PLATFORM_NOT_IN_PARENT,
                    item.span,
                    message,
                    "named here",
                )
                .at(reader.source, parent.span, "does not have it");
            reader.push(finding);
        }
    }
    all()
        .filter(|name| seen.contains_key(name.as_str()))
        .cloned()
        .collect()
}
