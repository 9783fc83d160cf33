//! Routes that clients put, by name. They win over the site, and of several that match, the one that was added
//! last answers.

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer_keys::AnswerKeys;
use super::ask::Ask;
use super::keys::Keys;
use super::reply::{Refusal, Reply};
use super::route_keys::RouteKeys;
use super::state::{NamedRoute, Put, State, check_room};

/// Characters of the name of a route.
const MAX_ID: usize = 64;

pub(super) fn list(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let routes: Vec<_> = state.routes().iter().map(shown).collect();
    Reply::json(&json!({"routes": routes}))
}

pub(super) fn show(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    Reply::json(&shown(&state.route(&ask.group("id")?)?))
}

pub(super) fn add(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let definition: Value = ask.json()?;
    let route = keys(&definition)?.route(state)?;
    let added = state.add(route, definition)?;
    Reply::json_with(201, &shown(&added))
}

pub(super) fn put(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let id = ask.group("id")?;
    check_id(&id)?;
    let definition: Value = ask.json()?;
    let route = keys(&definition)?.route(state)?;
    let (put, route) = state.put(id, route, definition)?;
    let status = match put {
        Put::Added => 201,
        Put::Replaced => 200,
    };
    Reply::json_with(status, &shown(&route))
}

pub(super) fn remove(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    state.remove(&ask.group("id")?)?;
    Ok(Reply::Nothing)
}

pub(super) fn clear(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    state.clear();
    Ok(Reply::Nothing)
}

/// Queues an answer for the next request that the route takes.
pub(super) fn enqueue(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let NamedRoute { route, .. } = state.route(&ask.group("id")?)?;
    let answer = ask.json::<AnswerKeys>()?.prepare_once(state)?;
    check_room(route.queued(), "answers")?;
    route.enqueue(answer.make());
    Reply::json_with(201, &json!({"queued": route.queued()}))
}

/// From the JSON of a client, which is kept to be shown.
fn keys(definition: &Value) -> Result<RouteKeys, Refusal> {
    let keys = Keys::<RouteKeys>::deserialize(definition);
    keys.map(|keys| keys.0)
        .map_err(|error| Refusal::of_json(&error))
}

fn shown(named: &NamedRoute) -> Value {
    json!({
        "id": named.id,
        "taken": named.route.taken(),
        "queued": named.route.queued(),
        "met": named.route.is_met(),
        "definition": named.definition,
    })
}

fn check_id(id: &str) -> Result<(), Refusal> {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "_.-".contains(character);
    match (1..=MAX_ID).contains(&id.len()) && id.chars().all(is_plain) {
        true => Ok(()),
        false => Err(Refusal::bad(format!(
            "expected the name of a route from 1 to {MAX_ID} letters, digits, `_`, `.` and `-`, found {id:?}"
        ))),
    }
}
