//! The page: installing what builds it, building it where its sources changed, and its tests in a real browser.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::SystemTime;

use crate::steps::{cargo, complain, is_installed, must, root, run, say};

/// Builds the page where it is older than its sources. Without npm the program is built without it, and says so.
pub(crate) fn build() -> Result<(), String> {
    if !is_installed("npm") {
        complain("SKIPPED: npm is not installed (Node 20.19 or newer); the program is built without its page");
        return Ok(());
    }
    let web = root().join("web");
    let built = modified(&web.join("dist/page/index.html"));
    let sources = ["src", "public", "scripts", "index.html", "package-lock.json", "vite.config.ts", "svelte.config.js"];
    let newest = sources.iter().filter_map(|name| newest(&web.join(name))).max();
    if built.is_some() && built >= newest {
        return Ok(());
    }
    install(&web)?;
    must("building the page", npm(&web).args(["run", "--silent", "build", "--", "--logLevel", "warn"]))
}

/// Checks the page's types, and runs its tests in a real browser on the demonstration's nodes.
pub(crate) fn e2e(rest: &[&str]) -> Result<ExitCode, String> {
    let Some(chromium) = browser() else {
        complain("SKIPPED: there is no Chromium and it could not be installed (CHROMIUM names one); the page was not tested");
        return Ok(ExitCode::SUCCESS);
    };
    let web = prepared()?;
    must("checking the page's types", npm(&web).args(["run", "--silent", "check"]))?;
    run(npm(&web).args(["exec", "--", "playwright", "test"]).args(rest).env("CHROMIUM", chromium))
}

/// Draws every page, light and dark, wide and narrow, into `web/screenshots`.
pub(crate) fn screenshots(rest: &[&str]) -> Result<ExitCode, String> {
    run(npm(&prepared()?).args(["exec", "--", "playwright", "test", "--config", "screenshots.config.ts"]).args(rest))
}

/// The page's folder, with everything built that the browser meets.
fn prepared() -> Result<PathBuf, String> {
    let web = root().join("web");
    build()?;
    install(&web)?;
    must("building", &mut cargo(["build", "--quiet", "--workspace"]))?;
    Ok(web)
}

/// Installs what the lock file names, where that was not done since it changed.
fn install(web: &Path) -> Result<(), String> {
    let installed = modified(&web.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= modified(&web.join("package-lock.json")) {
        return Ok(());
    }
    let arguments = ["ci", "--no-audit", "--no-fund", "--loglevel", "error"];
    if must("npm ci", npm(web).args(arguments)).is_ok() {
        return Ok(());
    }
    // npm 10 does not install what Vite needs for every platform; npm 11 does.
    complain("npm ci failed; trying again with npm 11");
    must("npm ci", npm(web).args(["exec", "--yes", "--package", "npm@11", "--", "npm"]).args(arguments))
}

/// The browser of the tests: the one that `CHROMIUM` names, the machine's own, or Debian's, installed now where that is allowed.
fn browser() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let known = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].map(PathBuf::from);
    let found = || named.iter().chain(&known).find(|path| path.exists()).cloned();
    found().or_else(|| {
        say("Chromium is not there; installing Debian's ...");
        let apt = |arguments: &[&str]| {
            must("apt-get", Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
        };
        apt(&["update", "-qq"]).and_then(|()| apt(&["install", "-y", "-qq", "--no-install-recommends", "chromium"])).ok()?;
        found()
    })
}

fn npm(web: &Path) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(web);
    command
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

/// When the file, or anything below the folder, changed last.
fn newest(path: &Path) -> Option<SystemTime> {
    if !path.is_dir() {
        return modified(path);
    }
    let entries = std::fs::read_dir(path).ok()?;
    entries.filter_map(|entry| newest(&entry.ok()?.path())).max()
}
