//! Where a text may be taken apart, as people read it: the browser's segmenter knows every language.

use js_sys::{Array, JsString, Object, Reflect, RegExp};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type Segmenter;

    #[wasm_bindgen(catch, constructor, js_namespace = Intl)]
    fn new(language: &str, options: &Object) -> Result<Segmenter, JsValue>;

    #[wasm_bindgen(method)]
    fn segment(this: &Segmenter, text: &str) -> Segments;

    type Segments;

    #[wasm_bindgen(method)]
    fn containing(this: &Segments, unit: u32) -> JsValue;
}

enum Granularity {
    Grapheme,
    Sentence,
}

/// `None` where the browser has no segmenter.
fn segmenter(language: &str, granularity: Granularity) -> Option<Segmenter> {
    let granularity = match granularity {
        Granularity::Grapheme => "grapheme",
        Granularity::Sentence => "sentence",
    };
    let options = Object::new();
    // Setting a field of a fresh plain object cannot fail.
    let _always_set = Reflect::set(&options, &"granularity".into(), &granularity.into());
    Segmenter::new(language, &options).ok()
}

/// Where a segment begins, in UTF-16 units.
fn start(segment: &JsValue) -> u32 {
    let index = Reflect::get(segment, &"index".into()).ok();
    index.and_then(|index| index.as_f64()).unwrap_or_default() as u32
}

/// How many characters, as people count them, have to go from the end of a text for it to be `limit` UTF-16 units long.
/// A family of four in one picture is one of them.
pub(super) fn graphemes_beyond(text: &str, limit: u32, language: &str) -> usize {
    match segmenter(language, Granularity::Grapheme) {
        Some(segmenter) => {
            // The one that begins before the limit and ends behind it goes whole.
            let first = start(&segmenter.segment(text).containing(limit));
            let rest = String::from(JsString::from(text).slice(first, u32::MAX));
            Array::from(&segmenter.segment(&rest)).length() as usize
        }
        None => {
            let mut units = 0;
            let fits = |character: &char| {
                units += character.len_utf16() as u32;
                units <= limit
            };
            text.chars().skip_while(fits).count()
        }
    }
}

/// How much of a text are sentences that something follows already.
pub(super) fn whole_sentences(text: &str, language: &str) -> usize {
    let units = match segmenter(language, Granularity::Sentence) {
        Some(segmenter) => start(&Array::from(&segmenter.segment(text)).pop()),
        None => {
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
