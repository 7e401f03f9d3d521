//! How much of an instance pods get, before there is a node that says so.

use super::Resources;

/// What DescribeInstanceTypes tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub vcpus: u64,
    pub mebibytes: u64,
    pub interfaces: u64,
    pub addresses: u64,
}

const MEBIBYTE: u64 = 1024 * 1024;
/// nodeadm reserves 255 MiB and 11 for each pod, kubelet evicts at 100, DaemonSets of the system want some.
const RESERVED_MEBIBYTES: u64 = 255 + 11 * 110 + 100 + 256;
/// Of DaemonSets.
const RESERVED_CPU: u64 = 150;

/// Rather too little than too much: a pod that is thought to fit and does not would have nodes launched in vain.
/// <https://github.com/awslabs/amazon-eks-ami/blob/main/nodeadm/internal/kubelet/config.go>
#[must_use]
pub fn allocatable(figures: Figures) -> Resources {
    // Of the first core 6 %, of the second 1 %, of the next two half a percent, of others a quarter.
    let quarters = (0..figures.vcpus).map(|core| match core {
        0 => 240,
        1 => 40,
        2 | 3 => 20,
        _ => 10,
    });
    let reserved = quarters.sum::<u64>().div_ceil(4);
    // Firmware and kernel take a little over 3 %.
    let seen = figures.mebibytes * 965 / 1000;
    Resources {
        cpu: (figures.vcpus * 1000).saturating_sub(reserved + RESERVED_CPU),
        memory: seen.saturating_sub(RESERVED_MEBIBYTES) * MEBIBYTE,
        // Each interface keeps one address to itself; two pods use the host's.
        pods: (figures.interfaces * figures.addresses.saturating_sub(1) + 2).min(110),
    }
}

/// For people.
pub(super) fn spell(resources: Resources) -> String {
    format!("{}m CPU and {} MiB", resources.cpu, resources.memory.div_ceil(MEBIBYTE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_has_two_cores_less_what_the_system_takes() {
        let large = allocatable(Figures { vcpus: 2, mebibytes: 8192, interfaces: 3, addresses: 10 });
        assert_eq!((large.cpu, large.pods), (2000 - 70 - 150, 29));
        assert_eq!(large.memory / MEBIBYTE, 7905 - RESERVED_MEBIBYTES);
    }
}
