//! The static side: demo pages, the same pages under a strict policy, the built widget, the knowledge folder.

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderValue, Uri, header},
    middleware::{self, Next},
    response::Response,
};
use tower_http::services::ServeDir;

use crate::config::Config;

/// The policy of every page below `/strict/`: what a careful customer's page sends.
pub const STRICT_POLICY: &str = "default-src 'none'; connect-src 'self'; img-src 'self'; \
    require-trusted-types-for 'script'; trusted-types 'none'; style-src 'self'; \
    script-src 'self' 'wasm-unsafe-eval'";

/// Routes to the folders named in the configuration; missing files are 404.
pub(crate) fn router<S>(config: &Config) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    Router::new()
        .nest_service("/dist", ServeDir::new(&config.dist))
        .nest_service("/knowledge", ServeDir::new(&config.knowledge))
        .nest_service("/strict", ServeDir::new(&config.pages))
        .fallback_service(ServeDir::new(&config.pages))
        .layer(middleware::from_fn(describe))
}

/// Adds what a file server cannot know: charset, caching, policy.
async fn describe(request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    let mut response = next.run(request).await;
    if response.status().is_success() || response.status().is_redirection() {
        let headers = response.headers_mut();
        add_charset(headers);
        headers.insert(header::CACHE_CONTROL, caching(&uri));
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        if uri.path().starts_with("/strict") {
            headers.insert(
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static(STRICT_POLICY),
            );
        }
    }
    response
}

fn add_charset(headers: &mut HeaderMap) {
    for text in ["text/html", "text/markdown", "text/javascript", "text/css"] {
        if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == text)
            && let Ok(kind) = HeaderValue::from_str(&format!("{text}; charset=utf-8"))
        {
            headers.insert(header::CONTENT_TYPE, kind);
        }
    }
}

fn caching(uri: &Uri) -> HeaderValue {
    let immutable = uri
        .path()
        .strip_prefix("/dist/")
        .is_some_and(|path| path.rsplit('/').next().is_some_and(has_content_hash));
    HeaderValue::from_static(if immutable {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    })
}

/// Whether a file name holds `-` and at least eight hexadecimal digits before a dot.
fn has_content_hash(name: &str) -> bool {
    name.split('.').rev().skip(1).any(|part| {
        part.rsplit_once('-').is_some_and(|(_, hash)| {
            hash.len() >= 8 && hash.chars().all(|digit| matches!(digit, '0'..='9' | 'a'..='f'))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::has_content_hash;

    #[test]
    fn only_hashed_names_are_immutable() {
        assert!(has_content_hash("chat-0123abcd.js"));
        assert!(has_content_hash("chat_bg-0123abcdef.wasm.br"));
        assert!(!has_content_hash("chat.js"));
        assert!(!has_content_hash("chat-0123abc.js"));
        assert!(!has_content_hash("chat-launcher.js"));
    }
}
