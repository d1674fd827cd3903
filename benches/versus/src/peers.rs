//! The table of peers: what each is called, what must be installed, how a program is built and
//! run.
//!
//! Words in braces are filled in by [`crate::prepare`]: `{galo}`; `{source}`, the program as it
//! stands in the repository; `{copy}`, the same in the folder of what is built, `{folder}`, for
//! compilers that write beside their input; `{binary}`; `{class}`, the name with a capital;
//! `{flags}`, what the program's first line asks for.

use std::env;
use std::ffi::OsStr;

/// A way to run programs.
#[derive(Debug)]
pub struct Peer {
    /// Its name on the command line and in files of results.
    pub id: &'static str,
    /// Its name in tables.
    pub title: &'static str,
    /// The program that must be there.
    pub tool: &'static str,
    /// The Debian package that has it.
    pub package: &'static str,
    /// What its programs' file names end in.
    pub extension: &'static str,
    /// The compiler's command line, and what it reads from its standard input.
    pub build: Option<(&'static [&'static str], &'static str)>,
    /// How to run a program.
    pub run: &'static [&'static str],
    /// How to ask for the version.
    pub version: &'static [&'static str],
    /// Not for `--quick`, because it takes many times as long as the others.
    pub is_slow: bool,
}

/// galo as it is by default. Everything else is compared with this row.
pub const GALO: &str = "galo";
/// galo without sharing the results of equal calls.
pub const NO_SHARE: &str = "galo-no-share";
/// galo's interpreter alone.
pub const INTERP: &str = "galo-interp";
/// Another galo.
pub const BASE: &str = "base";
/// The option that the row without sharing needs.
pub const NO_SHARE_OPTION: &str = "--no-share-calls";

const PROTOTYPE: Peer = Peer {
    id: "",
    title: "",
    tool: "",
    package: "",
    extension: "",
    build: None,
    run: &[],
    version: &[],
    is_slow: false,
};

const GALO_PROTOTYPE: Peer =
    Peer { tool: GALO, extension: "rinha", version: &["{galo}", "--version"], ..PROTOTYPE };

/// All of them, in the order in which they run and stand in tables.
pub const PEERS: &[Peer] = &[
    Peer { id: GALO, title: "galo", run: &["{galo}", "run", "{source}"], ..GALO_PROTOTYPE },
    Peer {
        id: NO_SHARE,
        title: "galo --no-share-calls",
        run: &["{galo}", "run", NO_SHARE_OPTION, "{source}"],
        ..GALO_PROTOTYPE
    },
    Peer {
        id: INTERP,
        title: "galo --tier=interp",
        run: &["{galo}", "run", "--tier=interp", "{source}"],
        is_slow: true,
        ..GALO_PROTOTYPE
    },
    Peer {
        id: BASE,
        title: "galo (base)",
        run: &["{base}", "run", "{source}"],
        version: &["{base}", "--version"],
        ..GALO_PROTOTYPE
    },
    Peer {
        id: "gcc-O2",
        title: "gcc -O2",
        tool: "gcc",
        package: "gcc",
        extension: "c",
        build: Some((&["gcc", "-O2", "-o", "{binary}", "{source}"], "")),
        run: &["{binary}"],
        version: &["gcc", "--version"],
        ..PROTOTYPE
    },
    Peer {
        id: "gcc-O1",
        title: "gcc -O1",
        tool: "gcc",
        package: "gcc",
        extension: "c",
        build: Some((&["gcc", "-O1", "-o", "{binary}", "{source}"], "")),
        run: &["{binary}"],
        version: &["gcc", "--version"],
        ..PROTOTYPE
    },
    Peer {
        id: "clang-O2",
        title: "clang -O2",
        tool: "clang",
        package: "clang",
        extension: "c",
        build: Some((&["clang", "-O2", "-o", "{binary}", "{source}"], "")),
        run: &["{binary}"],
        version: &["clang", "--version"],
        ..PROTOTYPE
    },
    Peer {
        id: "rustc",
        title: "rustc -O",
        tool: "rustc",
        package: "rustc",
        extension: "rs",
        build: Some((&["rustc", "-O", "--edition=2021", "-o", "{binary}", "{source}"], "")),
        run: &["{binary}"],
        version: &["rustc", "--version"],
        ..PROTOTYPE
    },
    Peer {
        // A compiler without flambda ignores `-O3`, and says nothing.
        id: "ocamlopt",
        title: "ocamlopt",
        tool: "ocamlopt",
        package: "ocaml-nox",
        extension: "ml",
        build: Some((
            &["ocamlopt", "-O3", "-unsafe", "-inline", "200", "-o", "{binary}", "{copy}"],
            "",
        )),
        run: &["{binary}"],
        version: &["ocamlopt", "-version"],
        ..PROTOTYPE
    },
    Peer {
        id: "chez",
        title: "Chez Scheme",
        tool: "scheme",
        package: "chezscheme",
        extension: "ss",
        build: Some((
            &["scheme", "-q"],
            "(optimize-level 3) (enable-cross-library-optimization #t) \
             (generate-inspector-information #f) (compile-program \"{copy}\" \"{binary}\")",
        )),
        run: &["scheme", "--program", "{binary}"],
        version: &["scheme", "--version"],
        ..PROTOTYPE
    },
    Peer {
        id: "node",
        title: "Node",
        tool: "node",
        package: "nodejs",
        extension: "js",
        run: &["node", "{flags}", "{source}"],
        version: &["node", "--version"],
        ..PROTOTYPE
    },
    Peer {
        id: "luajit",
        title: "LuaJIT",
        tool: "luajit",
        package: "luajit",
        extension: "lua",
        run: &["luajit", "{source}"],
        version: &["luajit", "-v"],
        ..PROTOTYPE
    },
    Peer {
        id: "luajit-joff",
        title: "LuaJIT -joff",
        tool: "luajit",
        package: "luajit",
        extension: "lua",
        run: &["luajit", "-joff", "{source}"],
        version: &["luajit", "-v"],
        is_slow: true,
        ..PROTOTYPE
    },
    Peer {
        id: "java",
        title: "Java",
        tool: "javac",
        package: "default-jdk-headless",
        extension: "java",
        build: Some((&["javac", "-d", "{folder}", "{source}"], "")),
        run: &["java", "-cp", "{folder}", "{class}"],
        version: &["java", "-version"],
        ..PROTOTYPE
    },
    Peer {
        id: "pypy",
        title: "PyPy",
        tool: "pypy3",
        package: "pypy3",
        extension: "py",
        run: &["pypy3", "{source}"],
        version: &["pypy3", "--version"],
        is_slow: true,
        ..PROTOTYPE
    },
    Peer {
        id: "python",
        title: "Python",
        tool: "python3",
        package: "python3",
        extension: "py",
        run: &["python3", "{source}"],
        version: &["python3", "--version"],
        is_slow: true,
        ..PROTOTYPE
    },
];

impl Peer {
    /// The peer of that name.
    pub fn of(id: &str) -> Option<&'static Peer> {
        PEERS.iter().find(|peer| peer.id == id)
    }

    /// Whether it is a galo, which is not searched in `PATH`.
    pub fn is_galo(&self) -> bool {
        self.tool == GALO
    }

    /// What to say when it is not installed.
    pub fn how_to_install(&self) -> String {
        format!(
            "{} is left out: no `{}`; `apt-get install {}`",
            self.title, self.tool, self.package
        )
    }
}

/// The name for tables of a row in a file of results, which may come from another version.
pub fn title(id: &str) -> &str {
    Peer::of(id).map_or(id, |peer| peer.title)
}

/// Whether a program of that name is in one of the folders of `PATH`.
pub fn is_installed(tool: &str, path: Option<&OsStr>) -> bool {
    path.is_some_and(|path| env::split_paths(path).any(|folder| folder.join(tool).is_file()))
}
