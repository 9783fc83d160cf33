//! Interim responses before the final one (RFC 9110 §15.2).

use crate::response_fuzz::draft::Draft;
use crate::response_fuzz::mutation::Reaction::{self, Accept, Either};
use crate::response_fuzz::mutation::{Mutation, Place};
use crate::response_fuzz::random::Random;

const fn mutation(
    name: &'static str,
    reaction: Reaction,
    what: &'static str,
    rule: &'static str,
    apply: fn(&mut Draft, &mut Random) -> Option<()>,
) -> Mutation {
    Mutation::new(Place::Interim, name, reaction, what, rule, apply)
}

pub(super) static MUTATIONS: [Mutation; 6] = [
    mutation(
        "interim",
        Accept,
        "an interim response comes first that the client did not ask for",
        "RFC 9110 §15.2: a client must be able to read them, asked for or not",
        |draft, random| {
            let responses = [
                "HTTP/1.1 100 Continue\r\n\r\n",
                "HTTP/1.1 100 \r\n\r\n",
                "HTTP/1.1 102 Processing\r\n\r\n",
                "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n",
                "HTTP/1.1 199 Nobody Knows\r\nX-Interim: 1\r\n\r\n",
            ];
            draft
                .interim
                .extend_from_slice(random.pick(&responses).as_bytes());
            Some(())
        },
    ),
    mutation(
        "many-interim",
        Accept,
        "several interim responses come first",
        "RFC 9110 §15.2: a client must be able to read one or more",
        |draft, random| {
            for number in 0..random.between(2, 20) {
                let response = match random.below(2) {
                    0 => "HTTP/1.1 100 Continue\r\n\r\n".to_owned(),
                    _ => format!("HTTP/1.1 103 Early Hints\r\nLink: </{number}.css>\r\n\r\n"),
                };
                draft.interim.extend_from_slice(response.as_bytes());
            }
            Some(())
        },
    ),
    mutation(
        "interim-with-length",
        Accept,
        "an interim response comes first, with `Content-Length` or `Transfer-Encoding`",
        "RFC 9112 §6.3: a 1xx ends with its head, whatever its fields say",
        |draft, random| {
            let fields = ["Content-Length: 5", "Transfer-Encoding: chunked"];
            let field = random.pick(&fields);
            let response = format!("HTTP/1.1 103 Early Hints\r\n{field}\r\n\r\n");
            draft.interim.extend_from_slice(response.as_bytes());
            Some(())
        },
    ),
    mutation(
        "interim-of-old-version",
        Either,
        "an interim response of HTTP/1.0 comes first, a version without interim responses",
        "RFC 9110 §15.2: a server must not send a 1xx to a client of HTTP/1.0",
        |draft, _| {
            draft
                .interim
                .extend_from_slice(b"HTTP/1.0 100 Continue\r\n\r\n");
            Some(())
        },
    ),
    mutation(
        "malformed-interim",
        Either,
        "an interim response comes first that has bare LF, a malformed field line or no space after its code",
        "RFC 9112 §2.2, §4, §5: as for any response",
        |draft, random| {
            let responses = [
                "HTTP/1.1 100 Continue\n\n",
                "HTTP/1.1 100\r\n\r\n",
                "HTTP/1.1 103 Early Hints\r\nLink : </a>\r\n\r\n",
                "HTTP/1.1 103 Early Hints\r\nno colon\r\n\r\n",
            ];
            draft
                .interim
                .extend_from_slice(random.pick(&responses).as_bytes());
            Some(())
        },
    ),
    // A client that switches protocols reads no content that could be judged.
    Mutation::new(
        Place::Whole,
        "switching-unasked",
        Either,
        "101 comes first, and the client has asked for no other protocol",
        "RFC 9110 §15.2.2: a server must not switch unasked; the final response behind it is HTTP/1.1",
        |draft, random| {
            let fields = ["Upgrade: websocket\r\nConnection: Upgrade\r\n", ""];
            let response = format!(
                "HTTP/1.1 101 Switching Protocols\r\n{}\r\n",
                random.pick(&fields)
            );
            draft.interim = response.into_bytes();
            Some(())
        },
    ),
];
