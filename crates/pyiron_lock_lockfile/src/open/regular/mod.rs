//! Rattler locks of versions 6 and 7 exactly as tools write them, read line by line: many times faster than a parser of
//! YAML, and the places come with it.
//!
//! Any line that is not known exactly ends the attempt, without a word on what is wrong with it: the parser, which
//! has to give the same where this answers, reads such a text. So packages of PyPI, packages built from source,
//! URLs of files and words of other alphabets are not for this one.

mod archive;
mod lines;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use rattler_conda_types::Subdir;

use self::lines::{Lines, plain};
pub(crate) use archive::Archive;

/// What a text says.
pub(crate) struct Regular<'t> {
    /// The version of the format.
    pub(crate) version: u16,
    /// Each environment on each platform, by these names.
    pub(crate) listings: Vec<Listing<'t>>,
    /// The archives, each listed by any number of listings.
    pub(crate) archives: Vec<Archive>,
}

/// One environment on one platform.
pub(crate) struct Listing<'t> {
    pub(crate) environment: &'t str,
    pub(crate) channels: Vec<&'t str>,
    pub(crate) platform: Platform<'t>,
    /// Where its archives are among those of the text, by URL.
    pub(crate) archives: Vec<usize>,
}

/// A platform and what is promised there.
#[derive(Clone)]
pub(crate) struct Platform<'t> {
    pub(crate) name: &'t str,
    pub(crate) subdir: Subdir,
    pub(crate) promised: Vec<&'t str>,
}

/// Reads a text whose block, if it has one, was read before; `None` is no judgement.
pub(crate) fn read(text: &str) -> Option<Regular<'_>> {
    let records = match text.rfind("\npyiron-lock:\n") {
        Some(newline) if harmless(&text[newline + 1..]) => &text[..=newline],
        Some(_) => return None,
        None => text,
    };
    let mut lines = Lines::new(records)?;
    let (version, platforms) = match lines.after("version: ")? {
        "7" => (7, Some(platforms(&mut lines)?)),
        "6" => (6, None),
        _ => return None,
    };
    let mut wanted = environments(&mut lines, platforms.as_deref())?;
    lines.exactly("packages:")?;
    let mut archives = Vec::new();
    let mut known = HashMap::new();
    while !lines.at_end() {
        let (url, archive) = archive::read(&mut lines)?;
        if known.insert(url, archives.len()).is_some() {
            return None;
        }
        archives.push(archive);
    }
    let mut listings = Vec::new();
    wanted.sort_unstable_by_key(|(listing, _)| (listing.environment, listing.platform.name));
    for (mut listing, mut urls) in wanted {
        urls.sort_unstable();
        let before = urls.len();
        urls.dedup();
        if urls.len() < before {
            return None;
        }
        for url in urls {
            listing.archives.push(*known.get(url)?);
        }
        listings.push(listing);
    }
    Some(Regular {
        version,
        listings,
        archives,
    })
}

/// Returns whether a block, readable in itself, can say nothing about the records or against the rest of the text.
///
/// Two variables of one name are an error for one reader of YAML and not for another.
fn harmless(block: &str) -> bool {
    // Other bytes may end a line as well.
    let plain_lines = Lines::new(block).is_some();
    plain_lines
        && block.lines().skip(1).all(|line| line.starts_with("  "))
        && !block.contains("variables")
        && !block.contains('\\')
}

fn platforms<'t>(lines: &mut Lines<'t>) -> Option<Vec<Platform<'t>>> {
    lines.exactly("platforms:")?;
    let mut platforms: Vec<Platform<'t>> = Vec::new();
    while let Some(name) = lines.after("- name: ") {
        let name = plain(name)?;
        let subdir = lines.after("  subdir: ").map_or(Some(name), plain)?;
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if !name.bytes().all(letter) || platforms.iter().any(|known| known.name == name) {
            return None;
        }
        platforms.push(Platform {
            name,
            subdir: subdir.parse().ok()?,
            promised: lines.list("  virtual-packages:", "  - ")?,
        });
    }
    Some(platforms)
}

/// Returns what each environment lists on each platform, with the URLs.
fn environments<'t>(
    lines: &mut Lines<'t>,
    platforms: Option<&[Platform<'t>]>,
) -> Option<Vec<(Listing<'t>, Vec<&'t str>)>> {
    lines.exactly("environments:")?;
    let mut listings = Vec::new();
    let mut names = Vec::new();
    while let Some(environment) = lines.after("  ") {
        let environment = plain(environment.strip_suffix(':')?)?;
        if names.contains(&environment) {
            return None;
        }
        names.push(environment);
        let channels = lines.list("    channels:", "    - url: ")?;
        lines.exactly("    packages:")?;
        let before = listings.len();
        while let Some(name) = lines.after("      ") {
            let name = plain(name.strip_suffix(':')?)?;
            let platform = match platforms {
                Some(platforms) => platforms.iter().find(|platform| platform.name == name)?.clone(),
                None => Platform {
                    name,
                    subdir: name.parse().ok()?,
                    promised: Vec::new(),
                },
            };
            let mut urls = Vec::new();
            while let Some(url) = lines.after("      - conda: ") {
                urls.push(plain(url)?);
            }
            let twice = listings[before..]
                .iter()
                .any(|(known, _): &(Listing<'_>, _)| known.platform.name == name);
            if twice || channels.is_empty() || urls.is_empty() {
                return None;
            }
            let listing = Listing {
                environment,
                channels: channels.clone(),
                platform,
                archives: Vec::new(),
            };
            listings.push((listing, urls));
        }
        if listings.len() == before {
            return None;
        }
    }
    Some(listings)
}
