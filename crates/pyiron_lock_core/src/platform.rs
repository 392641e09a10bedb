//! A platform: a subdir plus the virtual packages that are promised to the solver.
//!
//! Virtual packages follow CEP 30; nothing here looks at the machine that runs.

use std::{fmt, str::FromStr};

use rattler_conda_types::{GenericVirtualPackage, PackageName, Subdir, Version, package::BuildString};

use crate::names::PlatformName;

/// One promised virtual package, as `name=version[=build]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VirtualPackage {
    name: String,
    version: String,
    build: String,
}

/// A virtual package that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VirtualPackageError {
    /// The name does not start with two underscores or has other characters.
    #[error("`{0}` is not a virtual package: names start with `__`, as in `__glibc`")]
    Name(String),
    /// The version does not parse.
    #[error("`{0}` has no version that can be read: write `NAME=VERSION[=BUILD]`")]
    Version(String),
}

impl VirtualPackage {
    /// Creates a virtual package from its name and the text `VERSION[=BUILD]`.
    pub fn new(name: &str, version_and_build: &str) -> Result<Self, VirtualPackageError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
        if !name.starts_with("__") || name.len() < 3 || !name.chars().all(plain) {
            return Err(VirtualPackageError::Name(name.to_owned()));
        }
        let (version, build) = version_and_build
            .split_once('=')
            .unwrap_or((version_and_build, "0"));
        Version::from_str(version).map_err(|_| VirtualPackageError::Version(version.to_owned()))?;
        if build.is_empty()
            || !build
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_.+-".contains(c))
        {
            return Err(VirtualPackageError::Version(version_and_build.to_owned()));
        }
        Ok(Self {
            name: name.to_owned(),
            version: version.to_owned(),
            build: build.to_owned(),
        })
    }

    /// Returns the name, with its two underscores.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the version as written.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns the build string, `0` unless written.
    pub fn build(&self) -> &str {
        &self.build
    }

    /// Returns the form the solver takes.
    pub fn to_generic(&self) -> GenericVirtualPackage {
        GenericVirtualPackage {
            name: PackageName::new_unchecked(self.name.clone()),
            version: Version::from_str(&self.version).expect("checked when created"),
            build_string: BuildString::new_unchecked(self.build.clone()),
        }
    }
}

impl fmt::Display for VirtualPackage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.version)?;
        if self.build != "0" {
            write!(f, "={}", self.build)?;
        }
        Ok(())
    }
}

impl FromStr for VirtualPackage {
    type Err = VirtualPackageError;

    fn from_str(text: &str) -> Result<Self, VirtualPackageError> {
        let (name, rest) = text
            .split_once('=')
            .ok_or_else(|| VirtualPackageError::Version(text.to_owned()))?;
        Self::new(name, rest)
    }
}

/// A named platform of the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// The name that locks and options use.
    pub name: PlatformName,
    /// The bare conda platform.
    pub subdir: Subdir,
    virtual_packages: Vec<VirtualPackage>,
}

impl Platform {
    /// Creates a platform; the packages that the subdir implies (`__unix`, `__win`) are added, the list is
    /// sorted, and the last of two entries for one name wins.
    pub fn new(
        name: PlatformName,
        subdir: Subdir,
        promised: impl IntoIterator<Item = VirtualPackage>,
    ) -> Self {
        let mut virtual_packages: Vec<VirtualPackage> = Vec::new();
        for package in implied(subdir).into_iter().chain(promised) {
            virtual_packages.retain(|known| known.name != package.name);
            virtual_packages.push(package);
        }
        virtual_packages.sort();
        Self {
            name,
            subdir,
            virtual_packages,
        }
    }

    /// Returns the virtual packages, sorted by name, those implied by the subdir included.
    pub fn virtual_packages(&self) -> &[VirtualPackage] {
        &self.virtual_packages
    }

    /// Returns the virtual package of that name, if promised.
    pub fn virtual_package(&self, name: &str) -> Option<&VirtualPackage> {
        self.virtual_packages.iter().find(|package| package.name == name)
    }

    /// Returns the names that a platform of this subdir has to promise.
    pub fn required_names(subdir: Subdir) -> &'static [&'static str] {
        if subdir.is_linux() {
            &["__glibc", "__linux"]
        } else if subdir.is_osx() {
            &["__osx"]
        } else {
            &[]
        }
    }
}

fn implied(subdir: Subdir) -> Vec<VirtualPackage> {
    let name = if subdir.is_windows() {
        "__win"
    } else if subdir.is_unix() {
        "__unix"
    } else {
        return Vec::new();
    };
    vec![VirtualPackage {
        name: name.to_owned(),
        version: "0".to_owned(),
        build: "0".to_owned(),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subdir_implies_unix_or_win_and_nothing_else() {
        let names = |subdir| {
            Platform::new("p".parse().unwrap(), subdir, [])
                .virtual_packages()
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(Subdir::Linux64), ["__unix=0"]);
        assert_eq!(names(Subdir::Win64), ["__win=0"]);
        assert_eq!(names(Subdir::NoArch), [""; 0]);
    }

    #[test]
    fn text_form_round_trips() {
        for text in ["__glibc=2.28", "__archspec=1=x86_64_v3", "__unix=0"] {
            assert_eq!(text.parse::<VirtualPackage>().unwrap().to_string(), text);
        }
        for bad in ["glibc=2.28", "__glibc=abc def", "__", "__a=1=b c", "__../x=1"] {
            assert!(bad.parse::<VirtualPackage>().is_err(), "{bad}");
        }
    }
}
