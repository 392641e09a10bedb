//! The one spelling of a request: equal for every way of writing the same thing. Does not judge it.

use rattler_conda_types::{
    MatchSpec, PackageName, PackageNameMatcher, ParseMatchSpecOptions, StringMatcher, VersionSpec,
    version_spec::LogicalOperator,
};

/// Returns the request with parts that say nothing removed and groups in a fixed order.
pub(super) fn normalise(mut spec: MatchSpec) -> MatchSpec {
    if let PackageNameMatcher::Exact(name) = &spec.name {
        spec.name = PackageNameMatcher::Exact(PackageName::new_unchecked(name.as_normalized()));
    }
    spec.version = spec
        .version
        .map(order)
        .filter(|version| *version != VersionSpec::Any);
    spec.build = spec.build.filter(|build| *build != StringMatcher::Any);
    spec
}

fn order(version: VersionSpec) -> VersionSpec {
    let VersionSpec::Group(operator, parts) = version else {
        return version;
    };
    let mut flat = Vec::new();
    for part in parts.into_iter().map(order) {
        match part {
            VersionSpec::Group(inner, parts) if inner == operator => flat.extend(parts),
            part => flat.push(part),
        }
    }
    let always = flat.contains(&VersionSpec::Any);
    match operator {
        LogicalOperator::Or if always => return VersionSpec::Any,
        LogicalOperator::And => flat.retain(|part| *part != VersionSpec::Any),
        LogicalOperator::Or => {}
    }
    flat.sort_by_cached_key(ToString::to_string);
    flat.dedup_by_key(|part| part.to_string());
    if flat.len() > 1 {
        return VersionSpec::Group(operator, flat);
    }
    flat.pop().unwrap_or(VersionSpec::Any)
}

/// Returns the canonical spelling of a normalised request; `None` when none reads back as itself.
///
/// It is the short form where that reads back as the same request, else the form with everything in brackets,
/// which also leaves out credentials.
pub(super) fn spelling(spec: &MatchSpec) -> Option<String> {
    let short = spec.to_string();
    let by_name = spec.url.is_none() && !short.contains("://");
    let read = |text: &str| {
        MatchSpec::from_str(text, ParseMatchSpecOptions::lenient())
            .map(normalise)
            .ok()
    };
    if by_name && read(&short).as_ref() == Some(spec) {
        return Some(short);
    }
    let long = spec.to_canonical_string().ok()?;
    let again = read(&long)?.to_canonical_string().ok()?;
    (again == long).then_some(long)
}

#[cfg(test)]
mod tests {
    use crate::line::parse;

    fn canonical(text: &str) -> String {
        parse(text)
            .unwrap_or_else(|trouble| panic!("{text}: {trouble:?}"))
            .canonical
    }

    #[test]
    fn every_way_of_writing_gives_one_spelling() {
        for (wanted, ways) in [
            (
                "name 1.2.*",
                &[
                    "name =1.2",
                    "name = 1.2",
                    "name=1.2",
                    "name 1.2.*",
                    "Name=1.2.*",
                    "name[version='1.2.*']",
                    "name==1.2.*",
                    "name 1.2*",
                ][..],
            ),
            (
                "name ==1.2",
                &[
                    "name ==1.2",
                    "name 1.2",
                    "name==1.2",
                    "name[version='==1.2']",
                    "name[version=1.2]",
                ],
            ),
            (
                "name ==1.2 *openmpi*",
                &[
                    "name =1.2=*openmpi*",
                    "name=1.2=*openmpi*",
                    "name 1.2 *openmpi*",
                    "name==1.2=*openmpi*",
                ],
            ),
            (
                "name",
                &["name", "name *", "name=*", "name * *", "name[version='*']"],
            ),
            (
                "name <2,>1.20",
                &[
                    "name >1.20,<2",
                    "name <2,>1.20",
                    "name > 1.20 , < 2",
                    "name >1.20,<2,<2",
                ],
            ),
            ("name 0.9.20000.*", &["name = 0.9.20000"]),
            ("name >=0.5.0", &["name >=0.5.0", "name>=0.5.0", "name >= 0.5.0"]),
            (
                "name[build=\"*_42\"]",
                &["name=*=*_42", "name * *_42", "name[build='*_42']"],
            ),
            (
                "conda-forge::name 1.2.*",
                &[
                    "conda-forge::name=1.2",
                    "name=1.2[channel=conda-forge]",
                    "https://conda.anaconda.org/conda-forge::name =1.2",
                ],
            ),
            ("name 1.*|2.*", &["name 1.*|2.*", "name 2.*|1.*"]),
        ] {
            for way in ways {
                assert_eq!(canonical(way), wanted, "{way}");
            }
        }
    }

    #[test]
    fn spellings_read_back_as_themselves() {
        for text in [
            "name",
            "name =1.2",
            "name ==1.2",
            "name =1.2=*openmpi*",
            "name >1.20,<2",
            "name=*=*_42",
            "conda-forge::name",
            "name >=1,<2|>3",
            "name !=1.2.*",
            "name[build_number='>=3']",
            "https://h.org/c::name >=1",
            "name ~=1.2",
            "https://h.org/c/linux-64/name-1.2-0.conda",
            "name 1!2.0",
            "name 1.2+cuda",
            "name=1.2=^h.*$",
        ] {
            let once = canonical(text);
            assert_eq!(canonical(&once), once, "{text}");
        }
    }

    #[test]
    fn credentials_are_refused_and_not_repeated() {
        for text in [
            "https://user:secret@h.org/c::name",
            "https://h.org/t/secret/c::name",
            "https://user:secret@h.org/c/linux-64/name-1.2-0.conda",
            "name[channel='https://user:secret@h.org/c']",
            "name[url='https://user:secret@h.org/c/linux-64/name-1.2-0.conda']",
        ] {
            let trouble = parse(text).unwrap_err();
            assert_eq!(trouble.code.as_str(), "channel-secret", "{text}");
            assert!(!format!("{trouble:?}").contains("secret@"), "{trouble:?}");
            assert!(!format!("{trouble:?}").contains("secret/"), "{trouble:?}");
        }
    }
}
