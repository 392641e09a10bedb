//! What the weakest node of a target offers, asked in the words of virtual packages. Every question has three answers.

use pyiron_lock_core::{Origin, VirtualPackage};
use rattler_conda_types::{
    GenericVirtualPackage, Matches, PackageName, StringMatcher, Subdir, Version, package::BuildString,
};

use crate::data::{Known, Policy, Spec, Target};

/// An answer; what is not known is never a yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It does.
    Yes,
    /// It does not; what it has instead.
    No(String),
    /// Nobody knows, for want of this fact.
    Unknown(&'static str),
}

/// A target as a solver would see its weakest node.
#[derive(Debug)]
pub(crate) struct Machine<'t> {
    target: &'t Target,
    policy: &'t Policy,
    glibc: Known<Option<&'t Version>>,
    kernel: Known<Option<&'t Version>>,
    /// The CPUs of all node types; a level where only that is known.
    cpus: Known<Vec<&'t str>>,
    only_level: bool,
}

impl<'t> Machine<'t> {
    /// Gathers what a target and the table of operating systems say.
    pub(crate) fn new(target: &'t Target, policy: &'t Policy) -> Self {
        let glibc = match target.text("libc") {
            Known::Said("musl") => Known::Said(None),
            _ => from_os(target, policy, "glibc"),
        };
        let list = target.texts("archspec-list");
        let (cpus, only_level) = match (list.is_empty(), target.text("archspec-min")) {
            (false, _) => (
                Known::Said(list.iter().map(|cpu| cpu.value.as_str()).collect()),
                false,
            ),
            (true, Known::Said(level)) => (Known::Said(vec![level]), true),
            _ => (Known::Unknown, false),
        };
        Self {
            target,
            policy,
            glibc,
            kernel: from_os(target, policy, "kernel"),
            cpus,
            only_level,
        }
    }

    /// Returns whether every node keeps what a platform promised to the solver.
    pub(crate) fn keeps(&self, promise: &VirtualPackage) -> Answer {
        match promise.name() {
            "__unix" | "__win" => Answer::Yes,
            "__archspec" => self.reaches(promise.build()),
            name => match self.version(name) {
                None => Answer::Unknown(fact_of(name)),
                Some(Known::Said(Some(version))) => {
                    let promised = promise.to_generic().version;
                    if *version >= promised {
                        Answer::Yes
                    } else {
                        Answer::No(format!("{name} {version}"))
                    }
                }
                Some(Known::Said(None)) => Answer::No(format!("no {name}")),
                Some(_) => Answer::Unknown(self.missing(name)),
            },
        }
    }

    /// Returns whether every node satisfies what a record needs of a virtual package; `constrains` holds also where
    /// there is no such package.
    pub(crate) fn offers(&self, need: &Spec, constrains: bool) -> Answer {
        let name = need.name();
        if name == "__archspec" {
            return self.runs(need);
        }
        let bare = need.spec.version.is_none() && need.spec.build.is_none();
        let subdirs = self.target.subdirs();
        let lacks = |has: bool| match has || constrains {
            true => Answer::Yes,
            false => Answer::No(format!("no {name}")),
        };
        match name {
            "__unix" => return lacks(subdirs.iter().all(|subdir| subdir.is_unix())),
            "__win" => return lacks(subdirs.iter().all(|subdir| subdir.is_windows())),
            "__linux" if !subdirs.iter().any(|subdir| subdir.is_linux()) => return lacks(false),
            "__osx" if !subdirs.iter().any(|subdir| subdir.is_osx()) => return lacks(false),
            "__linux" | "__osx" if bare => return Answer::Yes,
            "__glibc" if bare && !matches!(self.glibc, Known::Said(None)) => return Answer::Yes,
            _ => {}
        }
        match self.version(name) {
            None => Answer::Unknown(fact_of(name)),
            Some(Known::Said(Some(version))) => {
                if need.spec.matches(&generic(name, version.clone(), "0")) {
                    Answer::Yes
                } else {
                    Answer::No(format!("{name} {version}"))
                }
            }
            Some(Known::Said(None)) => lacks(false),
            Some(_) => Answer::Unknown(self.missing(name)),
        }
    }

    /// Returns the place of the fact that an answer about a virtual package rests on.
    pub(crate) fn origins(&self, name: &str) -> Vec<Origin> {
        let key = self.key(name);
        let origin = self.target.origin(key, "the target offers no more than this");
        let os = self.target.text("os").said().filter(|_| key == "os");
        let row = os.and_then(|os| self.policy.entry("os", os));
        let row = row.map(|row| row.origin("which brings this"));
        origin.into_iter().chain(row).collect()
    }

    /// Returns a note where the fact that an answer rests on may not hold.
    pub(crate) fn doubt(&self, name: &str) -> Option<String> {
        self.target.doubt(self.key(name))
    }

    /// The fact that an answer about a virtual package rests on.
    fn key(&self, name: &str) -> &'static str {
        let key = match name {
            "__archspec" if self.only_level => "archspec-min",
            "__glibc" if self.target.text("libc") == Known::Said("musl") => "libc",
            name => fact_of(name),
        };
        let own = !matches!(self.target.fact(key), Known::Unsaid);
        if own || !matches!(key, "glibc" | "kernel") {
            key
        } else {
            "os"
        }
    }

    /// Whether every node type reaches a level, or is the CPU of that name.
    fn reaches(&self, wanted: &str) -> Answer {
        let Known::Said(cpus) = &self.cpus else {
            return Answer::Unknown("archspec-list");
        };
        if wanted == "0" {
            return Answer::Yes;
        }
        for cpu in cpus {
            if *cpu == wanted {
                continue;
            }
            let rank = |cpu: &str| self.policy.cpu_rank(self.policy.cpu_level(cpu)?);
            match (rank(cpu), self.policy.cpu_rank(wanted)) {
                (Some(has), Some(wanted)) if has >= wanted => {}
                (Some(_), Some(_)) => return Answer::No(format!("nodes of type {cpu}")),
                // A CPU by name is that CPU or another; a level says nothing of names.
                (Some(_), None) if self.only_level => return Answer::Unknown("archspec-list"),
                (Some(_), None) => return Answer::No(format!("nodes of type {cpu}")),
                (None, _) => return Answer::Unknown("archspec-list"),
            }
        }
        Answer::Yes
    }

    /// Whether a solver on every node type would take a record that asks for a CPU, by name or by pattern.
    fn runs(&self, need: &Spec) -> Answer {
        let Known::Said(cpus) = &self.cpus else {
            let open = need.spec.build.is_none() || matches!(need.spec.build, Some(StringMatcher::Any));
            return if open {
                Answer::Yes
            } else {
                Answer::Unknown("archspec-list")
            };
        };
        for cpu in cpus {
            let version = Version::major(1);
            if need.spec.matches(&generic("__archspec", version, cpu)) {
                continue;
            }
            let by_name = match &need.spec.build {
                Some(StringMatcher::Exact(name)) => self.policy.cpu_rank(name).is_none(),
                _ => false,
            };
            if self.only_level && by_name {
                return Answer::Unknown("archspec-list");
            }
            return Answer::No(match self.only_level {
                true => format!("nodes of level {cpu}"),
                false => format!("nodes of type {cpu}"),
            });
        }
        Answer::Yes
    }

    /// The version of a virtual package; `None` for one that no fact is about.
    fn version(&self, name: &str) -> Option<Known<Option<&'t Version>>> {
        Some(match name {
            "__glibc" => self.glibc,
            "__linux" => self.kernel,
            "__osx" => unknown_unless_said(self.target.version("osx")),
            "__cuda" => unknown_unless_said(self.target.version("cuda")),
            _ => return None,
        })
    }

    /// The fact that would have to be known.
    fn missing(&self, name: &str) -> &'static str {
        let fact = fact_of(name);
        let os = matches!(self.target.fact("os"), Known::Unknown)
            && !matches!(self.target.fact(fact), Known::Unknown);
        if os && matches!(fact, "glibc" | "kernel") {
            "os"
        } else {
            fact
        }
    }

    /// Returns the subdirs, the usual one first.
    pub(crate) fn subdirs(&self) -> &'t [Subdir] {
        self.target.subdirs()
    }
}

fn generic(name: &str, version: Version, build: &str) -> GenericVirtualPackage {
    GenericVirtualPackage {
        name: PackageName::new_unchecked(name),
        version,
        build_string: BuildString::new_unchecked(build),
    }
}

/// The version a target gives itself, or that of its operating system; nothing said is nothing known.
fn from_os<'t>(target: &'t Target, policy: &'t Policy, key: &str) -> Known<Option<&'t Version>> {
    if let Known::Said(version) = target.version(key) {
        return Known::Said(version);
    }
    let entry = target.text("os").said().and_then(|os| policy.entry("os", os));
    match entry.and_then(|entry| entry.version(key)) {
        Some(version) if !matches!(target.fact(key), Known::Unknown) => Known::Said(Some(version)),
        _ => Known::Unknown,
    }
}

fn unknown_unless_said<T>(known: Known<T>) -> Known<T> {
    match known {
        Known::Unsaid => Known::Unknown,
        known => known,
    }
}

fn fact_of(name: &str) -> &'static str {
    match name {
        "__glibc" => "glibc",
        "__linux" => "kernel",
        "__osx" => "osx",
        "__cuda" => "cuda",
        "__archspec" => "archspec-list",
        _ => "a virtual package of another kind",
    }
}
