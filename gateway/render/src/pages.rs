//! The pages that staff, advisers and victims see in a browser: plain strict templates, without the walls that messages
//! need, since whoever writes a page also writes the program.

use std::fs;
use std::path::{Path, PathBuf};

use handlebars::Handlebars;
use serde::Serialize;

/// The deepest folder below `templates/pages`.
const DEPTH_MAX: usize = 4;

/// Why pages cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// A file cannot be read.
    #[error("{}: {fault}", .path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        fault: std::io::Error,
    },
    /// A template that is none.
    #[error("{}: {fault}", .path.display())]
    Template {
        /// The file.
        path: PathBuf,
        /// Why.
        fault: String,
    },
    /// A page could not be made of what it was given. The engine's reason names fields of ours and no values.
    #[error("page {page}: {fault}")]
    Page {
        /// The page.
        page: String,
        /// Why.
        fault: String,
    },
}

/// Every page, by its path below the folder without `.hbs`.
pub struct Pages {
    engine: Handlebars<'static>,
}

impl Pages {
    /// Reads every `.hbs` below a folder.
    pub fn load(folder: &Path) -> Result<Self, PageError> {
        let mut engine = Handlebars::new();
        engine.set_strict_mode(true);
        let mut files = Vec::new();
        collect(folder, DEPTH_MAX, &mut files)?;
        for path in files {
            let text = fs::read_to_string(&path).map_err(|fault| PageError::Read {
                path: path.clone(),
                fault,
            })?;
            let name = path.strip_prefix(folder).unwrap_or(&path).with_extension("");
            let name = name.to_string_lossy().into_owned();
            engine
                .register_template_string(&name, text)
                .map_err(|fault| PageError::Template {
                    path,
                    fault: fault.to_string(),
                })?;
        }
        Ok(Self { engine })
    }

    /// One page as HTML. What it misses in `data` is an error and no gap.
    pub fn render(&self, page: &str, data: &impl Serialize) -> Result<String, PageError> {
        self.engine.render(page, data).map_err(|fault| PageError::Page {
            page: page.to_owned(),
            fault: fault.reason().to_string(),
        })
    }
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), PageError> {
    let read = |fault| PageError::Read {
        path: folder.to_owned(),
        fault,
    };
    for entry in fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        if path.is_dir() && depth > 0 {
            collect(&path, depth - 1, files)?;
        } else if path.extension().is_some_and(|end| end == "hbs") {
            files.push(path);
        }
    }
    Ok(())
}
