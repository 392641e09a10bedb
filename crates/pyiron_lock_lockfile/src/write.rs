//! A lock as text, in its one canonical form.

use pyiron_lock_core::Lock;
use rattler_lock::{CondaPackageData, LockFile, PlatformData, PlatformName};

use crate::{error::LockError, stamp::Stamp};

/// The name of the one environment.
pub(crate) const ENVIRONMENT: &str = "default";

/// Writes a lock; the same lock always gives the same bytes.
pub fn write(lock: &Lock) -> Result<String, LockError> {
    let failed = |error: &dyn std::fmt::Display| LockError::Records(error.to_string());
    let name = lock.platform.name.as_str();
    let platform = PlatformData {
        name: PlatformName::try_from(name).map_err(|error| failed(&error))?,
        subdir: lock.platform.subdir,
        virtual_packages: lock
            .platform
            .virtual_packages()
            .iter()
            .map(ToString::to_string)
            .collect(),
    };
    let mut builder = LockFile::builder()
        .with_platforms(vec![platform])
        .map_err(|error| failed(&error))?
        .with_channels(ENVIRONMENT, lock.channels.iter().cloned());
    builder
        .add_environment_platform(ENVIRONMENT, name)
        .map_err(|error| failed(&error))?;
    for record in &lock.records {
        builder
            .add_conda_package(ENVIRONMENT, name, CondaPackageData::from(record.clone()))
            .map_err(|error| failed(&error))?;
    }
    let records = builder
        .finish()
        .render_to_string()
        .map_err(|error| failed(&error))?;
    Stamp::append(lock, records)
}
