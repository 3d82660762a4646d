//! Randomness from the browser; `crypto.randomUUID` is missing on unencrypted pages, so ids are made here.

/// A seed for jitter.
pub(crate) fn seed() -> u64 {
    u64::from_le_bytes(bytes())
}

/// A version 4 UUID in its hyphenated form.
pub(crate) fn uuid() -> String {
    let mut raw: [u8; 16] = bytes();
    raw[6] = raw[6] & 0x0f | 0x40;
    raw[8] = raw[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (place, byte) in raw.into_iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for nibble in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(nibble), 16));
        }
    }
    text
}

fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let filled = web_sys::window()
        .and_then(|window| window.crypto().ok())
        .map(|crypto| crypto.get_random_values_with_u8_array(&mut bytes));
    if !matches!(filled, Some(Ok(_))) {
        // Every browser that runs WebAssembly has `crypto`; a page that removed it still gets ids that differ.
        bytes.fill_with(|| (js_sys::Math::random() * 256.0) as u8);
    }
    bytes
}
