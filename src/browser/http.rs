//! One call by `fetch`; dropping it aborts it.

use gloo_net::http::RequestBuilder;
use miptech_chat_session::{HttpOutcome, Method, Reply, Request};
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    AbortController, AbortSignal, ReferrerPolicy, RequestCache, RequestCredentials, RequestRedirect,
};

/// A call under way.
#[must_use = "dropping a call aborts it"]
pub(crate) struct Call {
    abort: Option<AbortController>,
}

impl Call {
    /// Makes the call: no cookies, no cache, no redirect followed, no referrer.
    ///
    /// `done` is called once, later, unless the call is dropped before.
    pub(crate) fn start(request: Request, done: impl FnOnce(HttpOutcome) + 'static) -> Self {
        let abort = AbortController::new().ok();
        let signal = abort.as_ref().map(AbortController::signal);
        spawn_local(async move {
            let outcome = fetch(&request, signal.as_ref())
                .await
                .map_or(HttpOutcome::Failed, HttpOutcome::Reply);
            if !signal.is_some_and(|signal| signal.aborted()) {
                done(outcome);
            }
        });
        Self { abort }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(abort) = &self.abort {
            abort.abort();
        }
    }
}

async fn fetch(request: &Request, signal: Option<&AbortSignal>) -> Result<Reply, gloo_net::Error> {
    let method = match request.method {
        Method::Get => gloo_net::http::Method::GET,
        Method::Post => gloo_net::http::Method::POST,
    };
    let mut builder = RequestBuilder::new(&request.url)
        .method(method)
        .credentials(RequestCredentials::Omit)
        .cache(RequestCache::NoStore)
        .redirect(RequestRedirect::Error)
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .abort_signal(signal);
    for (name, value) in request.headers() {
        builder = builder.header(name, value);
    }
    let sent = match &request.body {
        Some(body) => builder.body(body.as_str())?.send().await?,
        None => builder.send().await?,
    };
    let headers = sent.headers();
    Ok(Reply {
        status: sent.status(),
        status_text: sent.status_text(),
        retry_after: headers.get("retry-after"),
        request_id: headers.get("x-request-id"),
        // A body that breaks off is as good as none; the status still says something.
        body: sent.text().await.unwrap_or_default(),
    })
}
