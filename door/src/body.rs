//! Bodies of any origin under one type.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use cloister_identity::Complaint;
use futures::StreamExt as _;
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, BodyStream, Full, StreamBody};
use hyper::body::Incoming;
use tokio::time::timeout;

pub type Body = UnsyncBoxBody<Bytes, Complaint>;

/// A body that does not move for so long has come to an end.
const MOVES: Duration = Duration::from_mins(1);

/// What the door itself reads at most, and for how long.
const SMALL: usize = 64 * 1024;
const ARRIVES: Duration = Duration::from_secs(10);
/// What is longer is read on for so long: whoever still sends would not read why it is refused.
const DRAINED: usize = 1024 * 1024;

/// A short body, whole; none if it is too long or does not come.
pub async fn small(body: Incoming) -> Option<Bytes> {
    timeout(ARRIVES, collected(body)).await.ok()?
}

async fn collected(mut body: Incoming) -> Option<Bytes> {
    let (mut kept, mut length) = (BytesMut::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.ok()?.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length > DRAINED {
            return None;
        }
        if length <= SMALL {
            kept.extend_from_slice(&data);
        }
    }
    (length <= SMALL).then(|| kept.freeze())
}

pub fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

#[must_use]
pub fn empty() -> Body {
    whole(Bytes::new())
}

/// What passes through, without trailers, as it comes; its length stays known where it was.
#[must_use]
pub fn passing(body: Incoming) -> Body {
    if http_body::Body::is_end_stream(&body) {
        return empty();
    }
    let frames = futures::stream::unfold(Some(BodyStream::new(body)), |body| async {
        let mut body = body?;
        match timeout(MOVES, body.next()).await {
            Ok(None) => None,
            Ok(Some(Ok(frame))) => Some((Ok(frame), Some(body))),
            Ok(Some(Err(error))) => Some((Err(Complaint::from(error)), None)),
            Err(_) => Some((Err(Complaint::from("the body does not move")), None)),
        }
    });
    let data = frames.filter_map(|frame: Result<Frame<Bytes>, Complaint>| async {
        frame.map(|frame| frame.into_data().ok().map(Frame::data)).transpose()
    });
    StreamBody::new(data).boxed_unsync()
}
