//! Connections: accepts them, each in a thread of its own, and answers one request after the other.

use std::{
    io::{self, BufReader},
    net::{Shutdown, TcpListener, TcpStream},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{Shared, answer::Answer, lock, request::Request, sending::Sending};

/// Accepts connections until the gate closes, drops the listener, and returns the threads that are left.
pub(super) fn accept(listener: TcpListener, shared: &Arc<Shared>) -> Vec<JoinHandle<()>> {
    let mut workers: Vec<JoinHandle<()>> = Vec::new();
    for number in 0_u64.. {
        let accepted = listener.accept();
        if !shared.gate.is_open() {
            break;
        }
        let Ok((stream, _)) = accepted else {
            shared.gate.nap(Duration::from_millis(5));
            continue;
        };
        workers.retain(|worker| !worker.is_finished());
        // A connection that cannot be served is dropped, which the client notices.
        workers.extend(serve(stream, number, shared));
    }
    drop(listener);
    shared.gate.closed();
    workers
}

/// Serves one connection in a thread of its own.
fn serve(stream: TcpStream, number: u64, shared: &Arc<Shared>) -> io::Result<JoinHandle<()>> {
    stream.set_nodelay(true)?;
    lock(&shared.open).insert(number, stream.try_clone()?);
    let own = Arc::clone(shared);
    let worker = thread::Builder::new().spawn(move || {
        // A client that goes away in the middle is no trouble of the server.
        let _ = converse(&stream, &own);
        let _ = stream.shutdown(Shutdown::Both);
        lock(&own.open).remove(&number);
    });
    if worker.is_err() {
        lock(&shared.open).remove(&number);
    }
    worker
}

/// Answers requests until one side has enough.
fn converse(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    while shared.gate.is_open() {
        let request = match Request::read(&mut reader) {
            Ok(Some(request)) => request,
            Ok(None) => break,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Request::default(),
            Err(error) => return Err(error),
        };
        let number = shared.journal.begin(&request);
        let answer = if request.method.is_empty() {
            Answer::text(400, "not a request\n")
        } else {
            let decision = lock(&shared.rules).decide(&request);
            Answer::new(&shared.folder, &request, decision)
        };
        if !Sending::new(stream, shared, number).send(&request, &answer)? {
            break;
        }
    }
    Ok(())
}
