//! The bindings to `page.js`, which says what each does.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{Element, EventTarget};

#[wasm_bindgen(module = "/tests/browser/page.js")]
extern "C" {
    pub(crate) fn open() -> Element;
    pub(crate) fn close();
    #[wasm_bindgen(js_name = refuseCalls)]
    pub(crate) fn refuse_calls();
    #[wasm_bindgen(js_name = answerWithoutEnd)]
    pub(crate) fn answer_without_end();
    #[wasm_bindgen(js_name = bytesRead)]
    pub(crate) fn bytes_read() -> usize;
    pub(crate) fn answer(path: &str, status: u16, body: &str);
    #[wasm_bindgen(js_name = answerNext)]
    pub(crate) fn answer_next(path: &str, status: u16, body: &str);
    #[wasm_bindgen(js_name = answerBusy)]
    pub(crate) fn answer_busy(path: &str, seconds: u32);
    #[wasm_bindgen(js_name = forgetAnswer)]
    pub(crate) fn forget_answer(path: &str);
    #[wasm_bindgen(js_name = bodyOf)]
    pub(crate) fn body_of(path: &str) -> Option<String>;
    pub(crate) fn calls() -> Vec<String>;
    #[wasm_bindgen(js_name = settingsOfCalls)]
    pub(crate) fn settings_of_calls() -> Vec<String>;
    pub(crate) fn heard() -> Vec<String>;
    pub(crate) fn faults() -> Vec<String>;
    pub(crate) fn warnings() -> Vec<String>;
    pub(crate) fn macrotask() -> Promise;
    pub(crate) fn frame() -> Promise;
    pub(crate) fn peek(promise: &Promise) -> Promise;
    pub(crate) fn json(value: &JsValue) -> Option<String>;
    pub(crate) fn key(target: &EventTarget, name: &str, init: &str) -> bool;
    #[wasm_bindgen(js_name = type)]
    pub(crate) fn type_into(field: &Element, text: &str);
    pub(crate) fn watch();
    #[wasm_bindgen(js_name = aliveNow)]
    pub(crate) fn alive_now() -> Vec<String>;
    #[wasm_bindgen(js_name = stopClock)]
    pub(crate) fn stop_clock();
    pub(crate) fn now() -> f64;
    pub(crate) fn pass(milliseconds: f64);
    #[wasm_bindgen(js_name = nextTimer)]
    pub(crate) fn next_timer();
    #[wasm_bindgen(js_name = forbidMarkup)]
    pub(crate) fn forbid_markup();
    pub(crate) fn markup() -> Vec<String>;
    #[wasm_bindgen(js_name = forbidStorage)]
    pub(crate) fn forbid_storage();
    #[wasm_bindgen(js_name = fillStorage)]
    pub(crate) fn fill_storage();
    #[wasm_bindgen(js_name = failStorage)]
    pub(crate) fn fail_storage(name: &str, number: Option<u32>);
    pub(crate) fn reads() -> Array;
    pub(crate) fn hide(is_hidden: bool);
    pub(crate) fn happens(name: &str);
    pub(crate) fn forbids(directive: &str, blocked: &str, disposition: &str);
    pub(crate) fn touch(target: &EventTarget);
    #[wasm_bindgen(js_name = takeCopies)]
    pub(crate) fn take_copies();
    #[wasm_bindgen(js_name = forbidClipboard)]
    pub(crate) fn forbid_clipboard();
    pub(crate) fn copies() -> Vec<String>;
    pub(crate) fn pollute(name: &str, value: &JsValue);
    #[wasm_bindgen(js_name = optionsThatThrow)]
    pub(crate) fn options_that_throw() -> JsValue;
}
