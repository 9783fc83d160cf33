//! A method of the writer that a script replaces is the one that is called, by the script, by the
//! other methods and by the server.

use crate::support::raw_site::{ask, serve};

#[test]
fn a_replaced_method_is_called_instead_of_the_original() {
    let server = serve();
    for (method, act, expected) in [
        (
            "write",
            "everything",
            "<write HTTP/1.1 200 OK~><write a><write : ><write 1><write ~><write ~><write content>",
        ),
        (
            "write",
            "whole",
            "<write HTTP/1.1 200 OK~><write x><write : ><write y><write ~><write ~><write content>",
        ),
        (
            "write",
            "nothing",
            "<write HTTP/1.1 200 OK~><write x><write : ><write y><write ~><write ~><write content>",
        ),
        ("write_status", "header", "<write_status 200>a: b\r\n"),
        (
            "write_status",
            "status_headers",
            // What was replaced wrote none that the writer knows of, so it is asked again.
            "<write_status 200 None><write_status 200>x: y\r\n\r\n",
        ),
        (
            "write_header",
            "defaults",
            "<write_header Server *><write_header Date *><write_header Content-Length 4>\r\n",
        ),
        (
            "write_header",
            "status_headers",
            "HTTP/1.1 200 OK\r\n<write_header x y>\r\n",
        ),
        (
            "write_default_headers",
            "defaults",
            "<write_default_headers >\r\n",
        ),
        (
            "end_headers",
            "content",
            "HTTP/1.1 200 OK\r\n<end_headers >content",
        ),
        (
            "end_headers",
            "status_headers",
            "HTTP/1.1 200 OK\r\nx: y\r\n<end_headers >",
        ),
        (
            "end_headers",
            "nothing",
            // For the same reason.
            "HTTP/1.1 200 OK\r\nx: y\r\n<end_headers ><end_headers >content",
        ),
        (
            "write_raw_content",
            "content",
            "HTTP/1.1 200 OK\r\n\r\n<write_raw_content content>",
        ),
        (
            "write_content",
            "whole",
            "HTTP/1.1 200 OK\r\nx: y\r\n\r\n<write_content content>",
        ),
    ] {
        let target = format!("/replaced.py?method={method}&act={act}");
        let seen = ask(&server, &target).read_until_close();
        let seen = masked(&String::from_utf8_lossy(&seen));
        assert_eq!(seen, expected, "{method}, {act}");
    }
}

/// Without the values of the fields that the server adds.
fn masked(text: &str) -> String {
    let mut text = text.to_owned();
    for name in ["Server", "Date"] {
        let mark = format!("<write_header {name} ");
        if let Some(start) = text.find(&mark).map(|start| start + mark.len()) {
            let end = text[start..].find('>').expect("it is closed") + start;
            text.replace_range(start..end, "*");
        }
    }
    text
}
