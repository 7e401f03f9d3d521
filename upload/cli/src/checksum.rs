//! CRC64NVME, the checksum that S3 keeps of a whole object, and of parts whose checksums can be joined:
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html>

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crc_fast::{CrcAlgorithm, Digest, checksum_combine};

const ALGORITHM: CrcAlgorithm = CrcAlgorithm::Crc64Nvme;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crc(u64);

impl Crc {
    /// Of what has these checksums and lengths, in this order.
    pub fn join(parts: impl IntoIterator<Item = (Self, u64)>) -> Self {
        let whole = |Self(before): Self, (Self(part), length): (Self, u64)| {
            Self(checksum_combine(ALGORITHM, before, part, length))
        };
        parts.into_iter().fold(Hasher::new().finish(), whole)
    }
}

/// As S3 writes it.
impl fmt::Display for Crc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(self.0.to_be_bytes()))
    }
}

pub struct Hasher(Digest);

impl Hasher {
    pub fn new() -> Self {
        Self(Digest::new(ALGORITHM))
    }

    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub fn finish(self) -> Crc {
        Crc(self.0.finalize())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn crc(bytes: &[u8]) -> Crc {
        let mut hasher = Hasher::new();
        hasher.add(bytes);
        hasher.finish()
    }

    #[test]
    fn it_is_the_checksum_of_the_catalogue() {
        // CRC-64/NVME's check value, https://reveng.sourceforge.io/crc-catalogue/all.htm
        assert_eq!(crc(b"123456789"), Crc(0xae8b_1486_0a79_9888));
        assert_eq!(crc(b"123456789").to_string(), "rosUhgp5mIg=");
        assert_eq!(crc(b"").to_string(), "AAAAAAAAAAA=");
    }

    proptest! {
        #[test]
        fn joined_checksums_of_parts_are_that_of_the_whole(parts in proptest::collection::vec(
            proptest::collection::vec(any::<u8>(), 0..3000), 0..6)) {
            let whole: Vec<u8> = parts.concat();
            let joined = Crc::join(parts.iter().map(|part| (crc(part), part.len() as u64)));
            prop_assert_eq!(joined, crc(&whole));
        }
    }
}
