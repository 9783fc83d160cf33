<?php
// PHP's http stream wrapper under test. It connects for each request, and follows redirects.

echo json_encode(["version" => 1, "client" => "PHP streams (PHP " . PHP_VERSION . ")"]), "\n";

while (($line = fgets(STDIN)) !== false) {
    $request = json_decode($line, true);
    $outcome = ["id" => $request["id"]];
    $options = ["method" => $request["method"], "ignore_errors" => true];
    $options["header"] = array_map(fn ($field) => "$field[0]: $field[1]", $request["fields"]);
    if (isset($request["content"])) $options["content"] = base64_decode($request["content"]);
    error_clear_last();
    $http_response_header = [];
    $content = @file_get_contents($request["url"], false, stream_context_create(["http" => $options]));
    // A notice is no failure.
    $error = (error_get_last()["type"] ?? 0) === E_WARNING ? error_get_last() : null;
    // Lines of all responses: the last head counts.
    $last = 0;
    foreach ($http_response_header as $index => $text) if (str_starts_with($text, "HTTP/")) $last = $index;
    $head = array_slice($http_response_header, $last);
    $words = preg_split("/ /", $head[0] ?? "", 3);
    if ($content === false || $error !== null || !is_numeric($words[1] ?? "")) {
        $text = preg_replace("/^file_get_contents\([^)]*\): /", "", $error["message"] ?? "no status");
        $outcome["error"] = ["kind" => "warning", "text" => mb_scrub(trim($text))];
    } else {
        // -200 is no status.
        $outcome["status"] = max(0, (int) $words[1]);
        $outcome["reason"] = mb_convert_encoding($words[2] ?? "", "UTF-8", "ISO-8859-1");
        $outcome["fields"] = [];
        foreach (array_slice($head, 1) as $text) {
            [$name, $value] = explode(":", mb_convert_encoding($text, "UTF-8", "ISO-8859-1"), 2) + [1 => ""];
            $outcome["fields"][] = [$name, trim($value, " \t")];
        }
        $outcome["content"] = base64_encode($content);
    }
    echo json_encode($outcome, JSON_INVALID_UTF8_SUBSTITUTE), "\n";
}
