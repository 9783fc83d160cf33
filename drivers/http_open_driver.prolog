% SWI-Prolog's library(http/http_open) under test, with its defaults: it connects for each request, and follows redirects.

:- use_module(library(http/http_open)).
% Registers the coding chunked, which http_open does not load itself.
:- use_module(library(http/http_stream)).
:- use_module(library(http/json)).
:- use_module(library(base64)).
:- use_module(library(readutil)).
:- initialization(main, main).

main :-
    set_stream(user_output, encoding(utf8)),
    current_prolog_flag(version, Number),
    Major is Number // 10000, Minor is Number // 100 mod 100, Patch is Number mod 100,
    format(atom(Client), 'http_open (SWI-Prolog ~d.~d.~d)', [Major, Minor, Patch]),
    say(_{version: 1, client: Client}),
    loop.

loop :-
    read_line_to_string(user_input, Line),
    (   Line == end_of_file
    ->  true
    ;   atom_json_dict(Line, Request, []),
        (   catch(ask(Request, Outcome), Error, failed(Error, Outcome))
        ->  true
        ;   Outcome = _{error: _{kind: "failure", text: "http_open fails without an exception"}}
        ),
        say(Outcome.put(id, Request.id)),
        loop
    ).

% Fields are not shown: http_open fails at a redirect if it is asked for them.
ask(Request, _{status: Code, content: Content}) :-
    string_lower(Request.method, Lower),
    atom_string(Method, Lower),
    findall(request_header(Name=Value), (member([N, V], Request.fields), atom_string(Name, N), atom_string(Value, V)), Asked),
    (   get_dict(content, Request, Encoded)
    ->  base64(Plain, Encoded), string_codes(Plain, Codes), Body = [post(codes('application/octet-stream', Codes))]
    ;   Body = []
    ),
    append([Asked, Body, [method(Method), status_code(Status)]], Options),
    setup_call_cleanup(
        http_open(Request.url, Stream, Options),
        ( set_stream(Stream, encoding(octet)), read_string(Stream, _, Bytes) ),
        close(Stream, [force(true)])),
    % A response without a status line has no status.
    (   integer(Status) -> Code = Status ; Code = 0 ),
    base64(Bytes, Content).

failed(Error, _{error: _{kind: error, text: Text}}) :-
    message_to_codes(Error, Text).

message_to_codes(Error, Text) :-
    format(string(Text), '~p', [Error]).

say(Dict) :-
    json_write_dict(user_output, Dict, [width(0)]),
    nl(user_output),
    flush_output(user_output).
