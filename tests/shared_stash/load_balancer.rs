//! Two servers that nginx distributes requests to: clients see one stash, whichever of them answers.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::thread;

use super::redis::Redis;
use crate::support::client::Client;
use crate::support::process::Process;
use crate::support::unused::unused_address;
use crate::support::wait::eventually;

/// nginx in front of these servers, and the folder with its files.
fn balanced(servers: &[Process]) -> (Process, SocketAddr, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    // nginx cannot choose a free port itself.
    let address = unused_address();
    let servers = servers.iter();
    let servers: String = servers
        .map(|server| format!("server {} max_fails=0;", server.addr()))
        .collect();
    let configuration = format!(
        "daemon off; pid nginx.pid; error_log stderr; master_process off;
        events {{ worker_connections 256; }}
        http {{
            access_log off; client_body_temp_path body; proxy_temp_path proxy;
            fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
            upstream servers {{ {servers} }}
            server {{
                listen {address};
                location / {{ proxy_pass http://servers; proxy_next_upstream off; proxy_read_timeout 60s; }}
            }}
        }}"
    );
    let path = folder.path().join("nginx.conf");
    fs::write(&path, configuration).expect("a file");
    let mut command = Command::new("nginx");
    // Debian has it where only root's PATH leads.
    let path_of_root = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin";
    command.env("PATH", path_of_root);
    command.arg("-p").arg(folder.path()).arg("-c").arg(&path);
    let nginx = Process::spawn(&mut command);
    eventually("nginx listens", || TcpStream::connect(address).is_ok());
    (nginx, address, folder)
}

#[test]
fn clients_see_one_stash() {
    let redis = Redis::start();
    let servers = [redis.wireserve(), redis.wireserve()];
    let (_nginx, address, _folder) = balanced(&servers);
    let act = |action: &str| {
        let mut client = Client::connect(address);
        let target = format!("/act.py?do={}", action.replace(' ', "%20"));
        client.ask("GET", &target).text().to_owned()
    };
    for round in 0..6 {
        assert_eq!(act(&format!("put&value={round}")), "put");
        assert_eq!(act("take"), round.to_string());
        assert_eq!(act("take"), "null");
        act("take");
    }
    assert_eq!(act("new queue"), "new");
    thread::scope(|scope| {
        let wait = scope.spawn(|| act("dequeue"));
        act("enqueue&value=5");
        assert_eq!(wait.join().expect("no panic"), "5");
    });
    let mut counts: Vec<usize> = thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let counts = (0..10).map(|_| act("count").parse().expect("a number"));
                    counts.collect::<Vec<_>>()
                })
            })
            .collect();
        let counts = clients.into_iter().map(|one| one.join().expect("no panic"));
        counts.flatten().collect()
    });
    counts.sort_unstable();
    assert_eq!(counts, (0..40).collect::<Vec<_>>());
    for server in &servers {
        assert!(server.stderr().contains("/act.py"), "both answer");
    }
}
