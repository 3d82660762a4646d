//! One call by `fetch`; dropping it aborts it.
//!
//! This is a binding of its own because the body of a refusal must not be read without end, and because three kinds of
//! calls need no general one (`docs/decisions/0007-own-fetch-binding.md`).

use js_sys::{Reflect, Uint8Array};
use miptech_chat_session::{HttpOutcome, Reply, Request};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, AbortSignal, ReadableStreamDefaultReader, RequestInit, Response};

use super::plain::Plain;

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

async fn fetch(request: &Request, signal: Option<&AbortSignal>) -> Option<Reply> {
    let window = web_sys::window()?;
    let answered = window.fetch_with_str_and_init(&request.url, &settings(request, signal));
    let answer: Response = JsFuture::from(answered).await.ok()?.unchecked_into();
    let headers = answer.headers();
    let header = |name| headers.get(name).ok().flatten();
    let status = answer.status();
    let body = if status < 400 {
        whole(&answer).await
    } else {
        beginning(&answer).await
    };
    Some(Reply {
        status,
        status_text: answer.status_text(),
        retry_after: header("retry-after"),
        request_id: header("x-request-id"),
        date: header("date"),
        // A body that breaks off is as good as none; the status still says something.
        body: body.unwrap_or_default(),
    })
}

fn settings(request: &Request, signal: Option<&AbortSignal>) -> RequestInit {
    let headers = request
        .headers()
        .fold(Plain::new(), |headers, (name, value)| headers.text(name, value));
    let settings = Plain::new()
        .text("method", request.method.as_str())
        .text("credentials", "omit")
        .text("cache", "no-store")
        .text("redirect", "error")
        .text("referrerPolicy", "no-referrer")
        .value("headers", &headers.end())
        .maybe_text("body", request.body.as_deref());
    match signal {
        Some(signal) => settings.value("signal", signal),
        None => settings,
    }
    .end()
    .unchecked_into()
}

async fn whole(answer: &Response) -> Option<String> {
    JsFuture::from(answer.text().ok()?).await.ok()?.as_string()
}

/// What a refusal begins with; its end, if it ever has one, is not waited for.
///
/// The stream is left where it is: the call is dropped when its outcome is known, and that ends the download.
async fn beginning(answer: &Response) -> Option<String> {
    let reader: ReadableStreamDefaultReader = answer.body()?.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    while bytes.len() < REFUSAL_BYTES {
        let read = JsFuture::from(reader.read()).await.ok()?;
        let chunk = Reflect::get(&read, &JsValue::from_str("value")).ok()?;
        // At the end of the body there is no chunk.
        let Ok(chunk) = chunk.dyn_into::<Uint8Array>() else {
            break;
        };
        let room = u32::try_from(REFUSAL_BYTES - bytes.len()).unwrap_or(u32::MAX);
        bytes.extend(chunk.subarray(0, room).to_vec());
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// How much of a refusal's body is read (row N9).
const REFUSAL_BYTES: usize = 64 * 1024;
