//! Makes the widget's sheet from the files in `src/ui` and its words from the catalogues in `src/ui/strings`.

mod build {
    pub(crate) mod sheet;
    pub(crate) mod words;
}

use std::{env, error::Error, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    let is_alone = env::var_os("CARGO_FEATURE_ALONE").is_some();
    build::sheet::write(&folder, is_alone)?;
    build::words::write(&folder)
}
