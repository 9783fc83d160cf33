#!/usr/bin/env escript
%% Erlang's httpc under test: the default profile, which keeps connections and follows redirects.
-mode(compile).

main(_) ->
    {ok, _} = application:ensure_all_started(inets),
    %% It would write to standard output.
    ok = logger:set_primary_config(level, none),
    {ok, Version} = application:get_key(inets, vsn),
    Release = erlang:system_info(otp_release),
    Client = iolist_to_binary(["httpc ", Version, " (OTP ", Release, ")"]),
    io:setopts([binary, {encoding, latin1}]),
    print({[{version, 1}, {client, Client}]}),
    loop().

loop() ->
    case io:get_line("") of
        eof -> ok;
        Line ->
            {Request} = jiffy:decode(Line),
            Id = proplists:get_value(<<"id">>, Request),
            Outcome = try ask(Request) catch Class:Reason -> failed(Class, Reason) end,
            print({[{id, Id} | Outcome]}),
            loop()
    end.

ask(Request) ->
    Get = fun(Name) -> proplists:get_value(Name, Request) end,
    Url = binary_to_list(Get(<<"url">>)),
    Method = method(Get(<<"method">>)),
    Fields = [{binary_to_list(Name), binary_to_list(Value)} || [Name, Value] <- Get(<<"fields">>)],
    Asked = case Get(<<"content">>) of
        undefined -> {Url, Fields};
        Content -> {Url, Fields, "application/octet-stream", base64:decode(Content)}
    end,
    case httpc:request(Method, Asked, [], [{body_format, binary}]) of
        {ok, {{_, Status, Reason}, Shown, Body}} ->
            [{status, max(0, Status)}, {reason, text(Reason)},
             {fields, [[text(Name), text(Value)] || {Name, Value} <- Shown]},
             {content, base64:encode(Body)}];
        {error, Reason} -> failed(error, Reason)
    end.

method(Name) ->
    case Name of
        <<"GET">> -> get;
        <<"HEAD">> -> head;
        <<"POST">> -> post;
        <<"PUT">> -> put;
        <<"DELETE">> -> delete;
        <<"OPTIONS">> -> options;
        <<"PATCH">> -> patch;
        <<"TRACE">> -> trace
    end.

failed(Class, Reason) ->
    Text = unicode:characters_to_binary(io_lib:format("~0p", [Reason]), latin1),
    [{error, {[{kind, atom_to_binary(Class)}, {text, binary:part(Text, 0, min(400, byte_size(Text)))}]}}].

text(List) -> unicode:characters_to_binary(List, latin1).

print(Value) -> io:put_chars([jiffy:encode(Value, [force_utf8, uescape]), "\n"]).
