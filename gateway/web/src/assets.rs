//! Style sheets, scripts and pictures, read once at the start. Their URL carries their digest, so a browser may keep them
//! for ever and a new release brings new ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use axum::body::Bytes;

/// One file with what a browser is told of it.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Bytes,
}

/// Every file, by its path below the folder.
#[derive(Debug, Default)]
pub struct Assets {
    files: BTreeMap<String, Asset>,
}

/// A folder of assets that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}; `make assets` makes them", .path.display())]
pub struct NoAssets {
    path: PathBuf,
    fault: std::io::Error,
}

impl Assets {
    /// Reads every file of a known kind below a folder.
    pub fn load(folder: &Path) -> Result<Self, NoAssets> {
        let mut assets = Self::default();
        assets.collect(folder, folder)?;
        Ok(assets)
    }

    fn collect(&mut self, root: &Path, folder: &Path) -> Result<(), NoAssets> {
        let named = |path: &Path| {
            let path = path.to_owned();
            move |fault| NoAssets { path, fault }
        };
        for entry in fs::read_dir(folder).map_err(named(folder))? {
            let path = entry.map_err(named(folder))?.path();
            if path.is_dir() {
                self.collect(root, &path)?;
                continue;
            }
            let Some(media_type) = path
                .extension()
                .and_then(|end| media_type(&end.to_string_lossy()))
            else {
                continue;
            };
            let bytes = Bytes::from(fs::read(&path).map_err(named(&path))?);
            let name = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            self.files.insert(name, Asset { media_type, bytes });
        }
        Ok(())
    }

    /// A file by its path.
    pub fn find(&self, path: &str) -> Option<&Asset> {
        self.files.get(path)
    }
}

fn media_type(end: &str) -> Option<&'static str> {
    Some(match end {
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" => "text/plain; charset=utf-8",
        _ => return None,
    })
}
