//! Standard input: sent as it comes. It cannot be read again, so what is cut off is dropped.

use std::io::{Read, stdin};

use bytes::Bytes;
use futures::stream::FuturesUnordered;
use futures::{StreamExt as _, TryStreamExt as _};

use super::file::in_thread;
use super::pool::Lease;
use super::{Engine, read};
use crate::api::types::Arrived;
use crate::checksum::Crc;
use crate::failure::{Failure, Kind, Locally};
use crate::plan::parts::{MOST_PARTS, size_of_next};
use crate::s3::SentPart;

impl Engine {
    pub async fn send_stdin(&self, path: &str) -> Result<Arrived, Failure> {
        let first = self.next(1).await?;
        if first.is_last {
            let (size, crc) = (first.body.len() as u64, first.crc);
            let put = self.s3.put(path, first.body, crc).await.map_err(|trouble| trouble.failure(path))?;
            return Ok(sent(path, size, crc, put.version_id));
        }
        let upload = self.s3.begin(path).await.map_err(|trouble| trouble.failure(path))?;
        let result = self.stream(path, &upload, first).await;
        if result.is_err() {
            // Best effort: the bucket's lifecycle takes away what stays.
            let _ = self.s3.drop_parts(path, &upload).await;
        }
        result
    }

    async fn stream(&self, path: &str, upload: &str, first: Piece) -> Result<Arrived, Failure> {
        let mut going = FuturesUnordered::new();
        let mut parts: Vec<SentPart> = Vec::new();
        let (mut piece, mut number) = (first, 1);
        loop {
            let is_last = piece.is_last;
            if !piece.body.is_empty() {
                going.push(self.piece(path, upload, number, piece));
                number += 1;
            }
            if is_last {
                break;
            }
            if number > MOST_PARTS {
                return Err(Kind::Refused
                    .because("standard input is longer than 968 GiB, which is the most of a stream"));
            }
            // Memory is bounded by the pool: it gives no buffer while too many are on their way.
            let next = self.next(number);
            tokio::pin!(next);
            piece = loop {
                tokio::select! {
                    piece = &mut next => break piece?,
                    Some(sent) = going.next(), if !going.is_empty() => parts.push(sent?),
                }
            };
        }
        let rest: Vec<SentPart> = going.try_collect().await?;
        parts.extend(rest);
        parts.sort_by_key(|part| part.number);
        let whole = Crc::join(parts.iter().map(|part| (part.crc, part.length)));
        let size = parts.iter().map(|part| part.length).sum();
        let put = self.s3.join(path, upload, &parts, whole).await.map_err(|trouble| trouble.failure(path))?;
        Ok(sent(path, size, whole, put.version_id))
    }

    async fn piece(&self, path: &str, upload: &str, number: u64, piece: Piece) -> Result<SentPart, Failure> {
        let _slot = self.slots.acquire().await.locally(|| "the requests".into())?;
        let sent = self.s3.part(path, upload, number, piece.body, piece.crc).await;
        sent.map_err(|trouble| trouble.failure(&format!("{path}, part {number}")))
    }

    async fn next(&self, number: u64) -> Result<Piece, Failure> {
        let length = usize::try_from(size_of_next(number)).unwrap_or(usize::MAX);
        let lease = self.pool.take(length).await?;
        in_thread(move || read_piece(&mut stdin().lock(), lease).locally(|| "reading standard input".into()))
            .await
    }
}

struct Piece {
    body: Bytes,
    crc: Crc,
    is_last: bool,
}

fn read_piece(source: &mut impl Read, mut lease: Lease) -> std::io::Result<Piece> {
    let wanted = lease.as_ref().len();
    let (length, crc) = read::fill_from(source, lease.as_mut())?;
    lease.shorten(length);
    Ok(Piece { body: Bytes::from_owner(lease), crc, is_last: length < wanted })
}

fn sent(path: &str, size: u64, crc: Crc, version_id: Option<String>) -> Arrived {
    Arrived { path: path.to_owned(), size, checksum_crc64nvme: crc.to_string(), version_id }
}
