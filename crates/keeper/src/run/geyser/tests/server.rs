//! A Geyser service that tells what the test wants told, and an RPC node without accounts.

use axum::routing::post;
use axum::Router;
use core::time::Duration;
use futures_util::stream::{unfold, BoxStream};
use futures_util::StreamExt;
use serde_json::{json, Value};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;
use yellowstone_grpc_proto::geyser::geyser_server::{Geyser, GeyserServer};
use yellowstone_grpc_proto::geyser::*;
use yellowstone_grpc_proto::tonic::transport::server::TcpIncoming;
use yellowstone_grpc_proto::tonic::{self, transport, Request, Response, Status, Streaming};

type Update = Result<SubscribeUpdate, Status>;

/// What a client said.
#[derive(Debug, PartialEq)]
pub enum Heard {
    /// The first request of a connection.
    Subscribed {
        token: Option<String>,
        request: Box<SubscribeRequest>,
    },
    /// Another on the same one.
    More(Box<SubscribeRequest>),
}

/// Both servers, on ports of their own.
pub struct Server {
    pub url: String,
    pub rpc_url: String,
    heard: mpsc::Receiver<Heard>,
    /// To the newest connection.
    telling: Arc<Mutex<Option<mpsc::Sender<Update>>>>,
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

impl Server {
    pub async fn start() -> Self {
        let (rpc, rpc_address) = listener().await;
        let answers = Router::new().route("/", post(answer));
        tokio::spawn(async move { axum::serve(rpc, answers).await.unwrap() });

        let (grpc, address) = listener().await;
        let (hearing, heard) = mpsc::channel(16);
        let telling = Arc::default();
        let service = Service {
            hearing,
            telling: Arc::clone(&telling),
        };
        let serving = transport::Server::builder().add_service(GeyserServer::new(service));
        tokio::spawn(serving.serve_with_incoming(TcpIncoming::from(grpc)));
        Self {
            url: format!("http://{address}"),
            rpc_url: format!("http://{rpc_address}"),
            heard,
            telling,
        }
    }

    pub async fn heard(&mut self) -> Heard {
        let heard = timeout(Duration::from_secs(20), self.heard.recv());
        heard.await.expect("nothing is heard").unwrap()
    }

    /// On the newest connection.
    pub async fn tell(&self, update: Update) {
        let to = self.telling.lock().unwrap().clone();
        // A client that has gone hears nothing.
        let _ = to.expect("nobody listens").send(update).await;
    }

    /// Ends the newest connection without a reason.
    pub fn hang_up(&self) {
        self.telling.lock().unwrap().take();
    }
}

async fn answer(question: String) -> String {
    let question: Value = serde_json::from_str(&question).unwrap();
    let result = match question["method"].as_str().unwrap() {
        "getSlot" => json!(7),
        "getProgramAccounts" => json!({"context": {"slot": 7}, "value": []}),
        "getMultipleAccounts" => json!({"context": {"slot": 7}, "value": [null]}),
        other => panic!("{other} is not asked for a picture"),
    };
    json!({"jsonrpc": "2.0", "id": question["id"], "result": result}).to_string()
}

struct Service {
    hearing: mpsc::Sender<Heard>,
    telling: Arc<Mutex<Option<mpsc::Sender<Update>>>>,
}

fn unused() -> Status {
    Status::unimplemented("the keeper does not use it")
}

#[tonic::async_trait]
impl Geyser for Service {
    type SubscribeStream = BoxStream<'static, Update>;
    type SubscribeDeshredStream = BoxStream<'static, Result<SubscribeUpdateDeshred, Status>>;
    type SubscribeGossipStream = BoxStream<'static, Result<SubscribeUpdateGossip, Status>>;

    async fn subscribe(
        &self,
        request: Request<Streaming<SubscribeRequest>>,
    ) -> Result<Response<Self::SubscribeStream>, Status> {
        let token = request.metadata().get("x-token");
        let token = token.map(|token| token.to_str().unwrap().to_owned());
        let (telling, told) = mpsc::channel(16);
        *self.telling.lock().unwrap() = Some(telling);
        let mut requests = request.into_inner();
        let hearing = self.hearing.clone();
        tokio::spawn(async move {
            let mut token = Some(token);
            while let Some(Ok(request)) = requests.next().await {
                let request = Box::new(request);
                let heard = match token.take() {
                    Some(token) => Heard::Subscribed { token, request },
                    None => Heard::More(request),
                };
                if hearing.send(heard).await.is_err() {
                    break;
                }
            }
        });
        let updates = unfold(told, |mut told| async { Some((told.recv().await?, told)) });
        Ok(Response::new(updates.boxed()))
    }

    async fn subscribe_deshred(
        &self,
        _: Request<Streaming<SubscribeDeshredRequest>>,
    ) -> Result<Response<Self::SubscribeDeshredStream>, Status> {
        Err(unused())
    }

    async fn subscribe_gossip(
        &self,
        _: Request<SubscribeGossipRequest>,
    ) -> Result<Response<Self::SubscribeGossipStream>, Status> {
        Err(unused())
    }

    async fn subscribe_replay_info(
        &self,
        _: Request<SubscribeReplayInfoRequest>,
    ) -> Result<Response<SubscribeReplayInfoResponse>, Status> {
        Err(unused())
    }

    async fn ping(&self, _: Request<PingRequest>) -> Result<Response<PongResponse>, Status> {
        Err(unused())
    }

    async fn get_latest_blockhash(
        &self,
        _: Request<GetLatestBlockhashRequest>,
    ) -> Result<Response<GetLatestBlockhashResponse>, Status> {
        Err(unused())
    }

    async fn get_block_height(
        &self,
        _: Request<GetBlockHeightRequest>,
    ) -> Result<Response<GetBlockHeightResponse>, Status> {
        Err(unused())
    }

    async fn get_slot(
        &self,
        _: Request<GetSlotRequest>,
    ) -> Result<Response<GetSlotResponse>, Status> {
        Err(unused())
    }

    async fn is_blockhash_valid(
        &self,
        _: Request<IsBlockhashValidRequest>,
    ) -> Result<Response<IsBlockhashValidResponse>, Status> {
        Err(unused())
    }

    async fn get_version(
        &self,
        _: Request<GetVersionRequest>,
    ) -> Result<Response<GetVersionResponse>, Status> {
        Err(unused())
    }
}
