use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cloister_identity::{Complaint, Document, Published};
use http_body_util::Full;
use hyper::Request;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde::Deserialize;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::state::State;
use crate::config::SignIn;

#[derive(Debug)]
pub enum Failure {
    /// It says that the code is not good.
    Refused,
    /// It does not work now, which is nobody's attempt.
    Away(Complaint),
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

/// A code for an ID token.
pub async fn exchange(
    code: &str,
    state: &State,
    redirect: &str,
    sign_in: &SignIn,
    published: &Published,
    document: &Document,
) -> Result<String, Failure> {
    let request = request(code, state, redirect, sign_in, document).await.map_err(Failure::Away)?;
    let answer = published.send(request).await.map_err(Failure::Away)?;
    let status = answer.status();
    if matches!(status.as_u16(), 400 | 403) {
        return Err(Failure::Refused);
    }
    if !status.is_success() {
        // 401 among them: it does not take our secret.
        return Err(Failure::Away(format!("the token endpoint answered {status}").into()));
    }
    let tokens: Tokens = serde_json::from_slice(answer.body())
        .map_err(|_| Failure::Away("the token endpoint answered no ID token".into()))?;
    Ok(tokens.id_token)
}

async fn request(
    code: &str,
    state: &State,
    redirect: &str,
    sign_in: &SignIn,
    document: &Document,
) -> Result<Request<Full<Bytes>>, Complaint> {
    let at = document.token_endpoint.as_deref().ok_or("the provider names no token endpoint")?;
    // Read each time, since it may be renewed.
    let secret = tokio::fs::read_to_string(&sign_in.client_secret_file).await;
    let secret = secret.map_err(|error| format!("{}: {error}", sign_in.client_secret_file.display()))?;
    let secret = secret.trim_end_matches(['\r', '\n']);
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code").append_pair("code", code);
    form.append_pair("redirect_uri", redirect).append_pair("code_verifier", &state.verifier);
    let mut request = Request::post(at)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(ACCEPT, "application/json");
    // Where a provider does not say, it takes the first.
    let methods = document.token_endpoint_auth_methods_supported.as_ref();
    if methods.is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic")) {
        let escaped = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", escaped(&sign_in.client_id), escaped(secret));
        request = request.header(AUTHORIZATION, format!("Basic {}", STANDARD.encode(pair)));
    } else {
        form.append_pair("client_id", &sign_in.client_id).append_pair("client_secret", secret);
    }
    Ok(request.body(Full::from(form.finish()))?)
}
