//! Reading a file at a place, hashing what is read while it is still in the processor's cache.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};

use crate::checksum::{Crc, Hasher};

const CHUNK: usize = 256 << 10;

/// Fills the buffer; an end before that is an error.
pub fn fill(file: &File, offset: u64, buffer: &mut [u8]) -> Result<Crc> {
    let mut hasher = Hasher::new();
    let mut at = offset;
    for chunk in buffer.chunks_mut(CHUNK) {
        read_exact_at(file, at, chunk)?;
        hasher.add(chunk);
        at += chunk.len() as u64;
    }
    Ok(hasher.finish())
}

/// From a stream, until the buffer is full or the stream ends.
pub fn fill_from(source: &mut impl Read, buffer: &mut [u8]) -> Result<(usize, Crc)> {
    let mut hasher = Hasher::new();
    let mut length = 0;
    while length < buffer.len() {
        match source.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(count) => {
                hasher.add(&buffer[length..length + count]);
                length += count;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok((length, hasher.finish()))
}

/// Of a whole file or a piece of it, without keeping it.
pub fn checksum(file: &File, offset: u64, length: u64) -> Result<Crc> {
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; CHUNK];
    let (mut at, end) = (offset, offset + length);
    while at < end {
        let count = usize::try_from(end - at).unwrap_or(CHUNK).min(CHUNK);
        read_exact_at(file, at, &mut buffer[..count])?;
        hasher.add(&buffer[..count]);
        at += count as u64;
    }
    Ok(hasher.finish())
}

fn read_exact_at(file: &File, mut offset: u64, mut buffer: &mut [u8]) -> Result<()> {
    while !buffer.is_empty() {
        match read_at(file, offset, buffer) {
            Ok(0) => return Err(Error::new(ErrorKind::UnexpectedEof, "the file is shorter than it was")),
            Ok(count) => {
                buffer = &mut buffer[count..];
                offset += count as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(unix)]
fn read_at(file: &File, offset: u64, buffer: &mut [u8]) -> Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, offset: u64, buffer: &mut [u8]) -> Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
