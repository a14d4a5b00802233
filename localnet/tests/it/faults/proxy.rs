//! A faulty wire between a keeper and its node, and a count of what goes over it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{json, Value};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// A late notice waits so long for its successor.
const LATE: Duration = Duration::from_millis(1_500);

/// What becomes of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Http {
    Pass,
    /// The connection is closed without an answer.
    Cut,
    /// Nothing is answered.
    Hang,
    /// This status and no content.
    Status(u16),
    /// This JSON-RPC error.
    Error(i64),
    /// The node hears these, and its answer is lost.
    Lose(&'static str),
    /// Every simulation ends with this error of the program.
    Refuse(u32),
}

/// What becomes of a WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Socket {
    Pass,
    Refuse,
    /// It stays open and tells nothing.
    Silent,
    /// Every notice of an account comes twice.
    Twice,
    /// Every notice of an account comes after its successor in a later slot.
    Late,
}

struct Shared {
    http: watch::Sender<Http>,
    socket: watch::Sender<Socket>,
    cuts: watch::Sender<u64>,
    counts: Mutex<BTreeMap<String, usize>>,
    open: Mutex<[usize; 2]>,
    late: Mutex<usize>,
}

/// Counts a connection as long as it lives: 0 for HTTP, 1 for WebSocket.
struct Open(Arc<Shared>, usize);

impl Open {
    fn new(shared: &Arc<Shared>, kind: usize) -> Self {
        shared.open.lock().unwrap()[kind] += 1;
        Self(shared.clone(), kind)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.lock().unwrap()[self.1] -= 1;
    }
}

pub struct Proxy {
    shared: Arc<Shared>,
    pub rpc_url: String,
    pub ws_url: String,
    _runtime: Runtime,
}

impl Proxy {
    /// In front of a node's two addresses.
    pub fn new(rpc_url: &str, ws_url: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let shared = Arc::new(Shared {
            http: watch::Sender::new(Http::Pass),
            socket: watch::Sender::new(Socket::Pass),
            cuts: watch::Sender::new(0),
            counts: Mutex::default(),
            open: Mutex::default(),
            late: Mutex::default(),
        });
        let listen = || runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let (http, socket) = (listen(), listen());
        let proxy = Self {
            rpc_url: format!("http://{}", http.local_addr().unwrap()),
            ws_url: format!("ws://{}", socket.local_addr().unwrap()),
            shared: shared.clone(),
            _runtime: runtime,
        };
        let runtime = &proxy._runtime;
        let (upstream, of) = (rpc_url.to_owned(), shared.clone());
        runtime.spawn(async move {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            while let Ok((stream, _)) = http.accept().await {
                let (of, upstream, client) = (of.clone(), upstream.clone(), client.clone());
                tokio::spawn(async move {
                    let _open = Open::new(&of, 0);
                    let mut cuts = of.cuts.subscribe();
                    tokio::select! {
                        _ = cuts.changed() => {}
                        _ = requests(&of, stream, &upstream, &client) => {}
                    }
                });
            }
        });
        let upstream = ws_url.trim_start_matches("ws://").to_owned();
        runtime.spawn(async move {
            while let Ok((stream, _)) = socket.accept().await {
                let (of, upstream) = (shared.clone(), upstream.clone());
                if *of.socket.borrow() == Socket::Refuse {
                    continue;
                }
                tokio::spawn(async move {
                    let _open = Open::new(&of, 1);
                    let mut cuts = of.cuts.subscribe();
                    tokio::select! {
                        _ = cuts.changed() => {}
                        _ = notices(&of, stream, &upstream) => {}
                    }
                });
            }
        });
        proxy
    }

    pub fn http(&self, what: Http) {
        self.shared.http.send_replace(what);
    }

    pub fn socket(&self, what: Socket) {
        self.shared.socket.send_replace(what);
    }

    /// Closes every connection there is.
    pub fn cut(&self) {
        self.shared.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Requests of a method so far.
    pub fn count(&self, method: &str) -> usize {
        let counts = self.shared.counts.lock().unwrap();
        counts.get(method).copied().unwrap_or(0)
    }

    /// Requests so far.
    pub fn requests(&self) -> usize {
        self.shared.counts.lock().unwrap().values().sum()
    }

    /// Open connections: HTTP, WebSocket.
    pub fn open(&self) -> [usize; 2] {
        *self.shared.open.lock().unwrap()
    }

    /// Notices that were delivered after their successor.
    pub fn late(&self) -> usize {
        *self.shared.late.lock().unwrap()
    }
}

async fn requests(
    shared: &Shared,
    stream: TcpStream,
    upstream: &str,
    client: &reqwest::Client,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let body = request(&mut stream).await?;
        let asked: Value = serde_json::from_slice(&body).ok()?;
        let method = asked["method"].as_str()?.to_owned();
        *shared
            .counts
            .lock()
            .unwrap()
            .entry(method.clone())
            .or_default() += 1;
        let how = *shared.http.borrow();
        let (status, answer) = match how {
            Http::Cut => return None,
            Http::Hang => {
                let mut changes = shared.http.subscribe();
                tokio::select! {
                    _ = changes.changed() => {}
                    _ = stream.fill_buf() => {}
                }
                return None;
            }
            Http::Status(status) => (status, Vec::new()),
            Http::Error(code) => {
                let error = json!({"code": code, "message": "a fault of the test"});
                let answer = json!({"jsonrpc": "2.0", "id": asked["id"], "error": error});
                (200, answer.to_string().into_bytes())
            }
            Http::Refuse(code) if method == "simulateTransaction" => {
                // The keeper's price and its two limits come first.
                let error = json!({"InstructionError": [3, {"Custom": code}]});
                let value = json!({
                    "err": error, "logs": [], "accounts": null, "unitsConsumed": 0, "returnData": null
                });
                let result = json!({"context": {"slot": 1}, "value": value});
                let answer = json!({"jsonrpc": "2.0", "id": asked["id"], "result": result});
                (200, answer.to_string().into_bytes())
            }
            _ => {
                let sent = client.post(upstream).body(body);
                let sent = sent.header("content-type", "application/json").send();
                let answer = sent.await.ok()?;
                (
                    answer.status().as_u16(),
                    answer.bytes().await.ok()?.to_vec(),
                )
            }
        };
        if how == Http::Pass || !matches!(how, Http::Lose(lost) if lost == method) {
            let head = format!(
                "HTTP/1.1 {status} .\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                answer.len()
            );
            let answer = [head.as_bytes(), &answer].concat();
            stream.get_mut().write_all(&answer).await.ok()?;
        } else {
            return None;
        }
    }
}

/// The body of one request.
async fn request(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(body)
}

async fn notices(shared: &Shared, client: TcpStream, upstream: &str) -> Option<()> {
    let node = TcpStream::connect(upstream).await.ok()?;
    let (mut from_client, mut to_client) = client.into_split();
    let (from_node, mut to_node) = node.into_split();
    let (frames, mut told) = mpsc::channel(1_024);
    let reading = async {
        let mut from_node = BufReader::new(from_node);
        frames.send(greeting(&mut from_node).await?).await.ok()?;
        while let Some(frame) = frame(&mut from_node).await {
            frames.send(frame).await.ok()?;
        }
        Some(())
    };
    let telling = async {
        let mut held: HashMap<String, (u64, Instant, Vec<u8>)> = HashMap::new();
        let mut tick = tokio::time::interval(LATE / 4);
        let mut newest = 0;
        loop {
            let frame = tokio::select! {
                frame = told.recv() => Some(frame?),
                _ = tick.tick() => None,
            };
            let mut out = Vec::new();
            let how = *shared.socket.borrow();
            if let Some(slot) = frame.as_deref().and_then(begun) {
                newest = slot;
            }
            match (how, frame) {
                (Socket::Silent, _) | (_, None) => {}
                (Socket::Twice, Some(frame)) => {
                    let twice = about(&frame).is_some();
                    out.extend_from_slice(&frame);
                    if twice {
                        out.extend_from_slice(&frame);
                    }
                }
                (Socket::Late, Some(frame)) => match about(&frame) {
                    None => out = frame,
                    Some(name) => match held.remove(&name) {
                        Some((before, _, late)) if before < newest => {
                            *shared.late.lock().unwrap() += 1;
                            out.extend(dated(&frame, newest));
                            out.extend(late);
                        }
                        before => {
                            out.extend(before.map(|(_, _, frame)| frame).unwrap_or_default());
                            let frame = dated(&frame, newest);
                            held.insert(name, (newest, Instant::now(), frame));
                        }
                    },
                },
                (_, Some(frame)) => out = frame,
            }
            held.retain(|_, (_, since, frame)| {
                let stays = how == Socket::Late && since.elapsed() < LATE;
                if !stays {
                    out.append(frame);
                }
                stays
            });
            to_client.write_all(&out).await.ok()?;
        }
        #[allow(unreachable_code)]
        Some(())
    };
    tokio::select! {
        _ = tokio::io::copy(&mut from_client, &mut to_node) => {}
        _ = reading => {}
        _ = telling => {}
    }
    Some(())
}

/// What the node answers to the request for a WebSocket.
async fn greeting(stream: &mut BufReader<OwnedReadHalf>) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    while !all.ends_with(b"\r\n\r\n") {
        if stream.read_until(b'\n', &mut all).await.ok()? == 0 {
            return None;
        }
    }
    Some(all)
}

/// A frame as it is: a node does not mask.
async fn frame(stream: &mut BufReader<OwnedReadHalf>) -> Option<Vec<u8>> {
    let mut all = vec![0; 2];
    stream.read_exact(&mut all).await.ok()?;
    let mut length = u64::from(all[1] & 0x7f);
    let more = match length {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    if more > 0 {
        let mut bytes = vec![0; more];
        stream.read_exact(&mut bytes).await.ok()?;
        length = bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        all.extend(bytes);
    }
    let head = all.len();
    all.resize(head + usize::try_from(length).ok()?, 0);
    stream.read_exact(&mut all[head..]).await.ok()?;
    Some(all)
}

fn told(frame: &[u8]) -> Option<Value> {
    let start = frame.iter().position(|byte| *byte == b'{')?;
    serde_json::from_slice(&frame[start..]).ok()
}

/// The slot whose beginning a frame tells.
fn begun(frame: &[u8]) -> Option<u64> {
    told(frame)?["params"]["result"]["slot"].as_u64()
}

/// The account that a frame is a notice of, by subscription and address.
fn about(frame: &[u8]) -> Option<String> {
    let params = told(frame)?["params"].take();
    let result = &params["result"];
    result["context"]["slot"].as_u64()?;
    let address = &result["value"]["pubkey"];
    Some(format!("{} {address}", params["subscription"]))
}

/// A notice with the slot of its write, as nodes tell it, where Surfpool tells that of the
/// subscription.
fn dated(frame: &[u8], slot: u64) -> Vec<u8> {
    let mut notice = told(frame).unwrap();
    notice["params"]["result"]["context"]["slot"] = slot.into();
    let text = notice.to_string().into_bytes();
    let mut all = vec![frame[0], 127];
    all.extend((text.len() as u64).to_be_bytes());
    all.extend(text);
    all
}
