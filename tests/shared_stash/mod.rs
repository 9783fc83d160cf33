//! A stash on a real Redis server, which several wireserve processes share.

mod load_balancer;
mod locks;
mod outages;
mod queues;
mod redis;
mod values;
