(* OCaml's cohttp under test, over Lwt, with its defaults: it connects for each request, and follows no redirects. *)

open Lwt.Infix

(* A byte becomes a character of ISO 8859-1. *)
let text bytes =
  let out = Buffer.create (String.length bytes) in
  String.iter (fun byte -> Buffer.add_utf_8_uchar out (Uchar.of_char byte)) bytes;
  Buffer.contents out

let say value =
  print_endline (Yojson.Safe.to_string value);
  flush stdout

let ask request =
  let open Yojson.Safe.Util in
  let field name = request |> member name |> to_string in
  let pair field = match to_list field with [ name; value ] -> (to_string name, to_string value) | _ -> failwith "a pair" in
  let headers = Cohttp.Header.of_list (request |> member "fields" |> to_list |> List.map pair) in
  let body =
    match request |> member "content" |> to_string_option with
    | Some content -> Some (Cohttp_lwt.Body.of_string (Base64.decode_exn content))
    | None -> None
  in
  let meth = Cohttp.Code.method_of_string (field "method") in
  Cohttp_lwt_unix.Client.call ~headers ?body meth (Uri.of_string (field "url")) >>= fun (response, body) ->
  Cohttp_lwt.Body.to_string body >|= fun content ->
  let shown = Cohttp.Header.to_list (Cohttp.Response.headers response) in
  [
    ("status", `Int (max 0 (Cohttp.Code.code_of_status (Cohttp.Response.status response))));
    ("fields", `List (List.map (fun (name, value) -> `List [ `String (text name); `String (text value) ]) shown));
    ("content", `String (Base64.encode_string content));
  ]

let outcome request =
  Lwt.catch
    (fun () -> ask request)
    (fun error -> Lwt.return [ ("error", `Assoc [ ("kind", `String "exception"); ("text", `String (text (Printexc.to_string error))) ]) ])

let () =
  say (`Assoc [ ("version", `Int 1); ("client", `String ("cohttp " ^ Sys.argv.(1))) ]);
  let rec loop () =
    Lwt_io.read_line_opt Lwt_io.stdin >>= function
    | None -> Lwt.return_unit
    | Some line ->
        let request = Yojson.Safe.from_string line in
        outcome request >>= fun found ->
        say (`Assoc (("id", Yojson.Safe.Util.member "id" request) :: found));
        loop ()
  in
  Lwt_main.run (loop ())
