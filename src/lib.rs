//! The chat widget: everything that exists only in a browser.
