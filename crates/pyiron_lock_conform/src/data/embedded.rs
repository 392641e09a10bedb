//! The targets and policies that come with the program, so that it can judge outside of a checkout.

macro_rules! files {
    ($($path:literal)+) => {
        &[$(($path, include_str!(concat!("../../../../", $path)))),+]
    };
}

/// The targets, as (path, text).
pub const TARGETS: &[(&str, &str)] = files! {
    "conformance/targets/hpc/air-gapped.yml"
    "conformance/targets/hpc/cmti.yml"
    "conformance/targets/hpc/flux-rhel-8.yml"
    "conformance/targets/hpc/flux-rhel-9.yml"
    "conformance/targets/hpc/flux-sles-15-sp4.yml"
    "conformance/targets/hpc/flux-sles-15-sp6.yml"
    "conformance/targets/hpc/lrz-cm4.yml"
    "conformance/targets/hpc/lsf-rhel-8.yml"
    "conformance/targets/hpc/lsf-rhel-9.yml"
    "conformance/targets/hpc/lsf-sles-15-sp4.yml"
    "conformance/targets/hpc/lsf-sles-15-sp6.yml"
    "conformance/targets/hpc/mpcdf-physics.yml"
    "conformance/targets/hpc/mpcdf-raven.yml"
    "conformance/targets/hpc/mpcdf-viper.yml"
    "conformance/targets/hpc/pbs-rhel-8.yml"
    "conformance/targets/hpc/pbs-rhel-9.yml"
    "conformance/targets/hpc/pbs-sles-15-sp4.yml"
    "conformance/targets/hpc/pbs-sles-15-sp6.yml"
    "conformance/targets/hpc/sge-rhel-8.yml"
    "conformance/targets/hpc/sge-rhel-9.yml"
    "conformance/targets/hpc/sge-sles-15-sp4.yml"
    "conformance/targets/hpc/sge-sles-15-sp6.yml"
    "conformance/targets/hpc/slurm-rhel-8.yml"
    "conformance/targets/hpc/slurm-rhel-9.yml"
    "conformance/targets/hpc/slurm-sles-15-sp4.yml"
    "conformance/targets/hpc/slurm-sles-15-sp6.yml"
    "conformance/targets/container/apptainer.yml"
    "conformance/targets/container/charliecloud.yml"
    "conformance/targets/container/docker.yml"
    "conformance/targets/container/enroot-pyxis.yml"
    "conformance/targets/container/kata.yml"
    "conformance/targets/container/kubernetes.yml"
    "conformance/targets/container/podman.yml"
    "conformance/targets/jupyter/hub-on-slurm.yml"
    "conformance/targets/jupyter/jupyterhub.yml"
    "conformance/targets/jupyter/mpcdf-binder.yml"
    "conformance/targets/jupyter/mpcdf-hub.yml"
    "conformance/targets/jupyter/mybinder.yml"
    "conformance/targets/jupyter/pmd-s.yml"
    "conformance/targets/service/ckan.yml"
    "conformance/targets/service/openbis.yml"
    "conformance/targets/service/postgresql.yml"
};

/// The policies, as (path, text).
pub const POLICIES: &[(&str, &str)] = files! {
    "conformance/policy/bans.yml"
    "conformance/policy/channels.yml"
    "conformance/policy/companions.yml"
    "conformance/policy/cpu.yml"
    "conformance/policy/licences.yml"
    "conformance/policy/limits.yml"
    "conformance/policy/needs.yml"
    "conformance/policy/os.yml"
    "conformance/policy/same.yml"
    "conformance/policy/security.yml"
};
