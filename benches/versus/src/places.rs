//! Where things are in the repository.

use std::env;
use std::path::{Path, PathBuf};

/// The folders that the harness works in.
#[derive(Clone, Debug)]
pub struct Places {
    /// The repository; processes run here, so that recorded commands have short paths.
    pub root: PathBuf,
    /// Cargo's folder for what is built, relative to the root where it lies below.
    pub target: PathBuf,
}

impl Places {
    /// As this crate was compiled, and as cargo is told in the environment.
    pub fn find() -> Places {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let root = root.canonicalize().unwrap_or(root);
        let target = env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
        Places { root, target }
    }

    /// The programs, a folder for each benchmark.
    pub fn programs(&self) -> PathBuf {
        "benches/versus/programs".into()
    }

    /// Where peers are built.
    pub fn built(&self) -> PathBuf {
        self.target.join("versus")
    }

    /// The release build of galo.
    pub fn galo(&self) -> PathBuf {
        self.target.join("release/galo")
    }

    /// Where results of that name are, without an extension.
    pub fn results(&self, name: &str) -> PathBuf {
        self.root.join("benches/results").join(name)
    }

    /// The page that shows them.
    pub fn readme(&self) -> PathBuf {
        self.root.join("README.md")
    }
}
