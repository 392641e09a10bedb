//! The server, asked over bare sockets.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::*;

const TEXT: &[u8] = b"0123456789";

/// Serves `/conda/a.json`, which holds ten digits, from the folder `served`; beside that stands the file `outside`.
fn server() -> (Server, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let served = dir.path().join("served");
    fs::create_dir_all(served.join("conda")).unwrap();
    fs::write(served.join("conda/a.json"), TEXT).unwrap();
    fs::write(dir.path().join("outside"), "secret").unwrap();
    (Server::start(&served), dir)
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Sends one request over a connection of its own, and reads until the server closes it.
fn ask(server: &Server, method: &str, path: &str, headers: &str) -> (String, Vec<u8>) {
    let mut stream = connect(server);
    let request = format!("{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let (head, body) = bytes.split_at(end.map_or(bytes.len(), |end| end + 4));
    (String::from_utf8(head.to_vec()).unwrap(), body.to_vec())
}

fn get(server: &Server, path: &str) -> (String, Vec<u8>) {
    ask(server, "GET", path, "")
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

fn status(head: &str) -> &str {
    head.split(' ').nth(1).unwrap_or("none")
}

#[test]
fn a_file_is_served_with_length_type_and_tag() {
    let (server, _dir) = server();
    let (head, body) = get(&server, "/conda/a%2Ejson?x=1");
    assert_eq!((status(&head), body.as_slice()), ("200", TEXT));
    assert_eq!(header(&head, "Content-Length"), Some("10"));
    assert_eq!(header(&head, "Content-Type"), Some("application/json"));
    let etag = header(&head, "ETag").unwrap();
    let (head, body) = ask(
        &server,
        "GET",
        "/conda/a.json",
        &format!("If-None-Match: {etag}\r\n"),
    );
    assert_eq!((status(&head), body.len()), ("304", 0));
    assert_eq!(header(&head, "ETag"), Some(etag));
    assert_eq!(header(&head, "Content-Length"), None);
    let (head, body) = ask(&server, "HEAD", "/conda/a.json", "");
    assert_eq!((status(&head), body.len()), ("200", 0));
    assert_eq!(header(&head, "Content-Length"), Some("10"));
    let log = server.log();
    let seen: Vec<_> = log
        .iter()
        .map(|exchange| (exchange.method.as_str(), exchange.status, exchange.bytes))
        .collect();
    assert_eq!(
        seen,
        [
            ("GET", Some(200), 10),
            ("GET", Some(304), 0),
            ("HEAD", Some(200), 0)
        ]
    );
    assert_eq!(log[0].path, "/conda/a%2Ejson?x=1");
    assert_eq!(log[1].header("If-None-Match"), Some(etag));
    assert_eq!(server.bytes(), 10);
    server.clear_log();
    assert!(server.log().is_empty());
}

#[test]
fn what_is_not_there_what_leads_out_and_what_writes_is_refused() {
    let (server, _dir) = server();
    for path in [
        "/conda",
        "/conda/",
        "/conda/b.json",
        "/../outside",
        "/conda/%2e%2e/%2E%2E/outside",
        "/%zz",
    ] {
        assert_eq!(status(&get(&server, path).0), "404", "{path}");
    }
    assert_eq!(
        status(&ask(&server, "PUT", "/conda/a.json", "Content-Length: 0\r\n").0),
        "405"
    );
    server.rule(Rule::all(Behaviour::CutChunked { after: 2 }).times(2));
    let (head, _) = ask(&server, "HEAD", "/conda/a.json", "");
    assert_eq!(status(&head), "200");
    let (head, body) = get(&server, "/conda/b.json");
    assert_eq!((status(&head), body.as_slice()), ("404", &b"2\r\nno\r\n"[..]));
    let mut stream = connect(&server);
    stream.write_all(b"what?\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert_eq!(status(&text), "400");
}

#[test]
fn several_requests_go_over_one_connection() {
    let (server, _dir) = server();
    let mut stream = connect(&server);
    for _ in 0..3 {
        stream
            .write_all(b"GET /conda/a.json HTTP/1.1\r\nHost: test\r\n\r\n")
            .unwrap();
        let mut bytes = Vec::new();
        while !bytes.ends_with(TEXT) {
            let mut piece = [0; 64];
            let count = stream.read(&mut piece).unwrap();
            assert_ne!(count, 0, "the server closed the connection");
            bytes.extend(&piece[..count]);
        }
    }
    assert_eq!(server.bytes(), 30);
}

#[test]
fn a_body_is_cut_at_the_byte_told() {
    let (server, _dir) = server();
    server.rule(Rule::ending(".json", Behaviour::Cut { after: 4 }).times(1));
    server.rule(Rule::ending(".json", Behaviour::CutChunked { after: 4 }).times(1));
    server.rule(Rule::ending(".json", Behaviour::HangUp).times(1));
    let (head, body) = get(&server, "/conda/a.json");
    assert_eq!(header(&head, "Content-Length"), Some("10"));
    assert_eq!(body, b"0123");
    let (head, body) = get(&server, "/conda/a.json");
    assert_eq!(header(&head, "Content-Length"), None);
    assert_eq!(header(&head, "Transfer-Encoding"), Some("chunked"));
    assert_eq!(body, b"4\r\n0123\r\n");
    assert_eq!(get(&server, "/conda/a.json"), (String::new(), Vec::new()));
    assert_eq!(get(&server, "/conda/a.json").1, TEXT);
    let sent: Vec<_> = server
        .log()
        .iter()
        .map(|exchange| (exchange.status, exchange.bytes))
        .collect();
    assert_eq!(sent, [(Some(200), 4), (Some(200), 4), (None, 0), (Some(200), 10)]);
}

#[test]
fn answers_can_be_anything() {
    let (server, _dir) = server();
    let once = |behaviour| Rule::holding("conda", behaviour).times(1);
    server.rule(once(Behaviour::Status(429)).header("Retry-After", "2"));
    server.rule(once(Behaviour::Redirect("/conda/a.json".to_owned())));
    server.rule(once(Behaviour::Mirror("http://127.0.0.1:1/other".to_owned())));
    server.rule(once(Behaviour::Page {
        content_type: "text/html".to_owned(),
        body: b"<p>log in</p>".to_vec(),
    }));
    server.rule(once(Behaviour::Body(b"others".to_vec())));
    server.rule(once(Behaviour::NoEtag));
    server.rule(once(Behaviour::Serve).header("etag", "\"own\""));
    let (head, _) = get(&server, "/conda/a.json");
    assert_eq!((status(&head), header(&head, "Retry-After")), ("429", Some("2")));
    let (head, _) = get(&server, "/conda/a.json?q");
    assert_eq!(
        (status(&head), header(&head, "Location")),
        ("302", Some("/conda/a.json"))
    );
    let (head, _) = get(&server, "/conda/a.json?q");
    assert_eq!(
        header(&head, "Location"),
        Some("http://127.0.0.1:1/other/conda/a.json?q")
    );
    let (head, body) = get(&server, "/conda/a.json");
    assert_eq!(
        (header(&head, "Content-Type"), body.as_slice()),
        (Some("text/html"), &b"<p>log in</p>"[..])
    );
    let (head, body) = get(&server, "/conda/a.json");
    assert_eq!(body, b"others");
    assert_eq!(header(&head, "Content-Length"), Some("6"));
    let (head, body) = ask(&server, "GET", "/conda/a.json", "If-None-Match: *\r\n");
    assert_eq!((header(&head, "ETag"), body.as_slice()), (None, TEXT));
    let (head, _) = get(&server, "/conda/a.json");
    assert_eq!(
        (header(&head, "etag"), header(&head, "ETag")),
        (Some("\"own\""), None)
    );
}

#[test]
fn slow_answers_arrive_whole() {
    let (server, _dir) = server();
    let (late, every) = (Duration::from_millis(60), Duration::from_millis(20));
    server.rule(Rule::all(Behaviour::Stall(late)).times(1));
    server.rule(Rule::all(Behaviour::Drip { bytes: 3, every }));
    let start = Instant::now();
    assert_eq!(get(&server, "/conda/a.json").1, TEXT);
    assert!(start.elapsed() >= late);
    let start = Instant::now();
    assert_eq!(get(&server, "/conda/a.json").1, TEXT);
    assert!(start.elapsed() >= every * 4);
}

#[test]
fn credentials_are_asked_for_and_the_rest_goes_on() {
    let (server, _dir) = server();
    server.rule(Rule::holding(
        "/t/",
        Behaviour::RequireTokenPath("abc".to_owned()),
    ));
    server.rule(
        Rule::all(Behaviour::RequireBasic {
            user: "me".to_owned(),
            password: "pass".to_owned(),
        })
        .times(1),
    );
    let (head, _) = get(&server, "/conda/a.json");
    assert_eq!(status(&head), "401");
    assert_eq!(header(&head, "WWW-Authenticate"), Some("Basic realm=\"test\""));
    assert_eq!(get(&server, "/t/abc/conda/a.json").1, TEXT);
    assert_eq!(status(&get(&server, "/t/abd/conda/a.json").0), "401");
    server.clear_rules();
    server.rule(Rule::all(Behaviour::RequireBearer("abc".to_owned())));
    let (_, body) = ask(&server, "GET", "/conda/a.json", "authorization: Bearer abc\r\n");
    assert_eq!(body, TEXT);
    let log = server.log();
    assert_eq!(log[3].header("Authorization"), Some("Bearer abc"));
}

#[test]
fn a_server_that_is_gone_refuses() {
    let (server, _dir) = server();
    let idle = connect(&server);
    server.rule(Rule::all(Behaviour::Gone));
    assert_eq!(get(&server, "/conda/a.json"), (String::new(), Vec::new()));
    assert!(TcpStream::connect(server.address).is_err());
    assert_eq!((&idle).read(&mut [0]).unwrap(), 0);
    server.stop();
    assert!(server.url().starts_with("http://127.0.0.1:"));
}

#[test]
fn a_stop_waits_for_no_client() {
    let (server, dir) = server();
    fs::write(dir.path().join("served/big"), vec![0; 32 << 20]).unwrap();
    server.rule(Rule::ending(".json", Behaviour::Stall(Duration::from_secs(600))));
    let _idle = connect(&server);
    let mut asking = Vec::new();
    for path in ["/conda/a.json", "/big"] {
        let mut stream = connect(&server);
        stream
            .write_all(format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes())
            .unwrap();
        asking.push(stream);
    }
    while server.log().len() < 2 {
        std::thread::yield_now();
    }
    let start = Instant::now();
    server.stop();
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(TcpStream::connect(server.address).is_err());
    server.stop();
}
