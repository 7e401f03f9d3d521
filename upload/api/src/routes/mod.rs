//! The paths of the API.

mod body;
mod guard;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde_json::{Value, json};

use crate::api::{Api, Caller};
use crate::problem::{Problem, Reason};
use crate::upload;
pub use guard::Peer;

type Answer = Result<Response<Body>, Problem>;
type Shared = State<Arc<Api>>;
type Who = Extension<Caller>;

const OPENAPI: &str = include_str!("../../openapi.json");

pub fn router(api: Arc<Api>) -> Router {
    let own = Router::new()
        .route("/v1/buckets", get(buckets))
        .route("/v1/uploads", get(list).post(open))
        .route("/v1/uploads/{id}", get(status).delete(abort))
        .route("/v1/uploads/{id}/credentials", post(renew))
        .route("/v1/uploads/{id}/complete", post(complete))
        .layer(from_fn_with_state(api.clone(), guard::identify));
    Router::new()
        .merge(own)
        .route("/v1/keys", get(keys))
        .route("/v1/discovery", get(discovery))
        .route("/openapi.json", get(|| async { ([(CONTENT_TYPE, "application/json")], OPENAPI) }))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .fallback(async || {
            Problem::new(Reason::NoSuchPath, "GET /openapi.json lists the paths that there are.")
        })
        .method_not_allowed_fallback(async || {
            Problem::new(Reason::MethodNotAllowed, "GET /openapi.json lists what each path takes.")
        })
        .layer(from_fn_with_state(api.clone(), guard::witness))
        .layer(from_fn(guard::harden))
        .with_state(api)
}

/// Metrics and health, for the cluster.
pub fn inner(api: Arc<Api>) -> Router {
    Router::new()
        .route("/metrics", get(async |State(api): Shared| api.metrics.render()))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .with_state(api)
}

async fn ready(State(api): Shared) -> (StatusCode, &'static str) {
    let why_not = if !api.issuer.has_keys() {
        "the identity provider's keys have not been fetched"
    } else if !api.serving.load(Ordering::Relaxed) {
        "who may upload where is not known yet"
    } else {
        return (StatusCode::OK, "ok");
    };
    (StatusCode::SERVICE_UNAVAILABLE, why_not)
}

async fn keys(State(api): Shared) -> Response<Body> {
    answer(StatusCode::OK, &json!(api.signer.public()))
}

/// What the command line tool needs to log in.
async fn discovery(State(api): Shared) -> Response<Body> {
    let (rules, options) = (&api.issuer.rules, &api.options);
    answer(
        StatusCode::OK,
        &json!({
            "issuer": rules.issuer, "audience": rules.audience, "clientId": options.client_id,
            "scopes": options.scopes, "deviceAuthorization": true,
        }),
    )
}

async fn buckets(State(api): Shared, Extension(caller): Who) -> Response<Body> {
    let places = api.declared.places(&caller.user);
    let shown: Vec<Value> =
        places.iter().map(|place| json!({ "tenant": place.tenant, "bucket": place.bucket })).collect();
    answer(StatusCode::OK, &json!({ "buckets": shown }))
}

async fn open(State(api): Shared, Extension(caller): Who, headers: HeaderMap, body: Body) -> Answer {
    let body = body::small(&headers, body).await?;
    // The SDK's futures are many kilobytes, and it joins two of them.
    Ok(answer(StatusCode::CREATED, &Box::pin(upload::open(&api, &caller, &body)).await?))
}

async fn renew(
    State(api): Shared,
    Extension(caller): Who,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let body = body::small(&headers, body).await?;
    Ok(answer(StatusCode::OK, &upload::renew(&api, &caller, &id, &body).await?))
}

async fn complete(
    State(api): Shared,
    Extension(caller): Who,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let body = body::large(&headers, body).await?;
    Ok(answer(StatusCode::OK, &upload::complete(&api, &caller, &id, &body).await?))
}

async fn status(State(api): Shared, Extension(caller): Who, Path(id): Path<String>) -> Answer {
    Ok(answer(StatusCode::OK, &upload::status(&api, &caller, &id).await?))
}

async fn abort(State(api): Shared, Extension(caller): Who, Path(id): Path<String>) -> Answer {
    Ok(answer(StatusCode::OK, &upload::abort(&api, &caller, &id).await?))
}

async fn list(State(api): Shared, Extension(caller): Who, RawQuery(query): RawQuery) -> Answer {
    Ok(answer(StatusCode::OK, &upload::list(&api, &caller, &query.unwrap_or_default()).await?))
}

fn answer(status: StatusCode, value: &Value) -> Response<Body> {
    let mut answer = (status, value.to_string()).into_response();
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
