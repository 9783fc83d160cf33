//! A Redis server on a Unix socket, and servers that keep their stash there.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;
use wireserve::stash::RedisStash;

use crate::support::client::Client;
use crate::support::process::Process;
use crate::support::wait::eventually;

/// A handler that does with the stash what the query says.
pub const ACT: &str = r#"
import json

KEY = "2b3e5a0c-7d1f-4c58-9a63-0f4e8d2c1b7a"


def main(request, response):
    stash = request.server.stash
    action = request.GET.first(b"do").decode()
    value = request.GET.first(b"value", b"").decode()
    if action == "put":
        stash.put(KEY, json.loads(value), path="/shared")
        return "put"
    if action == "take":
        return json.dumps(stash.take(KEY, path="/shared"))
    if action == "count":
        with stash.lock:
            count = stash.take(KEY, path="/count") or 0
            stash.put(KEY, count + 1, path="/count")
        return str(count)
    if action == "hold":
        stash.lock.acquire()
        return "held"
    if action == "release":
        stash.lock.release()
        return "released"
    if action == "new queue":
        stash.put(KEY, stash.get_queue(), path="/queue")
        return "new"
    with stash.lock:
        queue = stash.take(KEY, path="/queue")
        stash.put(KEY, queue, path="/queue")
    if action == "enqueue":
        queue.put(json.loads(value))
        return str(queue.qsize())
    if action == "dequeue":
        return json.dumps(queue.get(timeout=float(value or 20)))
    if action == "done":
        queue.task_done()
        return "done"
    if action == "join":
        queue.join()
        return "joined"
"#;

/// A Redis server with an empty database, and a doc root.
pub struct Redis {
    folder: TempDir,
    process: Option<Process>,
    password: Option<&'static str>,
}

impl Redis {
    pub fn start() -> Self {
        Self::start_with(None)
    }

    pub fn start_with(password: Option<&'static str>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("site")).expect("a folder");
        fs::write(folder.path().join("site/act.py"), ACT).expect("a file");
        let mut redis = Self {
            folder,
            process: None,
            password,
        };
        redis.restart();
        redis
    }

    /// How many clients wait for an item of a list.
    pub fn waiting(&self) -> usize {
        let mut client = UnixStream::connect(self.socket()).expect("a connection");
        client
            .write_all(b"CLIENT LIST\r\nQUIT\r\n")
            .expect("commands");
        let mut list = String::new();
        client.read_to_string(&mut list).expect("a list");
        list.matches(" cmd=blpop ").count()
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("redis.sock")
    }

    /// Kills the server, as a crash would.
    pub fn kill(&mut self) {
        drop(self.process.take());
    }

    /// Starts the server again, with what it had written to its log.
    pub fn restart(&mut self) {
        self.kill();
        let mut command = Command::new("redis-server");
        command.current_dir(self.folder.path());
        command.args(["--port", "0", "--unixsocket", "redis.sock", "--save", ""]);
        command.args(["--appendonly", "yes", "--appendfsync", "always"]);
        if let Some(password) = self.password {
            command.args(["--requirepass", password]);
        }
        self.process = Some(Process::spawn(&mut command));
        let stash = RedisStash::new(&self.url("")).expect("a URL");
        eventually("Redis answers", || stash.check().is_ok());
    }

    /// The URL of the stash, with more of a query.
    pub fn url(&self, more: &str) -> String {
        let password = self.password.map(|password| format!("pass={password}&"));
        let password = password.unwrap_or_default();
        format!("unix://{}?{password}{more}", self.socket().display())
    }

    /// A wireserve process that keeps its stash here.
    pub fn wireserve(&self) -> Process {
        self.wireserve_with("")
    }

    pub fn wireserve_with(&self, options: &str) -> Process {
        let url = self.url(options);
        let site = self.folder.path().join("site");
        Process::wireserve(&site, ["--stash", url.as_str()])
    }
}

/// What the handler answers; 500 if it raised.
pub fn act(server: &Process, action: &str) -> String {
    let mut client = Client::connect(server.addr());
    let target = format!("/act.py?do={}", action.replace(' ', "%20"));
    client.ask("GET", &target).text().to_owned()
}
