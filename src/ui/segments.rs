//! Where a text may be taken apart, as people read it: the browser's segmenter knows every language.

use js_sys::{Array, JsString, Object, Reflect, RegExp};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type Segmenter;

    #[wasm_bindgen(catch, constructor, js_namespace = Intl)]
    fn new(language: &str, options: &Object) -> Result<Segmenter, JsValue>;

    #[wasm_bindgen(method)]
    fn segment(this: &Segmenter, text: &str) -> JsValue;
}

/// How much of a text are sentences that something follows already.
pub(super) fn whole_sentences(text: &str, language: &str) -> usize {
    let options = Object::new();
    // Setting a field of a fresh plain object cannot fail.
    let _always_set = Reflect::set(&options, &"granularity".into(), &"sentence".into());
    let units = match Segmenter::new(language, &options) {
        Ok(segmenter) => {
            let last = Array::from(&segmenter.segment(text)).pop();
            let index = Reflect::get(&last, &"index".into()).ok();
            index.and_then(|index| index.as_f64()).unwrap_or_default() as u32
        }
        Err(_) => {
            let whole = JsString::from(text).match_(&RegExp::new(SENTENCES, ""));
            whole.map_or(0, |whole| JsString::from(Array::from(&whole).get(0)).length())
        }
    };
    let mut left = units as usize;
    let next = text.char_indices().find(|(_, character)| {
        let is_next = left == 0;
        left = left.saturating_sub(character.len_utf16());
        is_next
    });
    next.map_or(0, |(at, _)| at)
}

/// Sentences for a browser without a segmenter: they end with a line, or with a mark and white space.
const SENTENCES: &str = "^[^]*(?:[.!?…。！？]\\s+|\\n)(?=\\S)";
