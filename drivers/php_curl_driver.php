<?php
// PHP's curl extension under test, which is libcurl: one handle, which keeps its connections.

$libcurl = curl_version()["version"];
echo json_encode(["version" => 1, "client" => "PHP curl (PHP " . PHP_VERSION . ", libcurl $libcurl)"]), "\n";
$handle = curl_init();

while (($line = fgets(STDIN)) !== false) {
    $request = json_decode($line, true);
    $outcome = ["id" => $request["id"]];
    $lines = [];
    curl_reset($handle);
    curl_setopt_array($handle, [
        CURLOPT_URL => $request["url"],
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_ENCODING => "",
        CURLOPT_NOBODY => $request["method"] === "HEAD",
        CURLOPT_HTTPHEADER => array_map(fn ($field) => "$field[0]: $field[1]", $request["fields"]),
        CURLOPT_HEADERFUNCTION => function ($handle, $text) use (&$lines) {
            $lines[] = rtrim($text, "\r\n");
            return strlen($text);
        },
    ]);
    if (isset($request["content"])) curl_setopt($handle, CURLOPT_POSTFIELDS, base64_decode($request["content"]));
    if ($request["method"] !== "HEAD") curl_setopt($handle, CURLOPT_CUSTOMREQUEST, $request["method"]);
    if (isset($request["credentials"])) {
        curl_setopt($handle, CURLOPT_HTTPAUTH, CURLAUTH_ANY);
        curl_setopt($handle, CURLOPT_USERPWD, implode(":", $request["credentials"]));
    }
    $content = curl_exec($handle);
    if ($content === false) {
        $outcome["error"] = ["kind" => "error " . curl_errno($handle), "text" => mb_scrub(curl_error($handle))];
    } else {
        $outcome["status"] = curl_getinfo($handle, CURLINFO_RESPONSE_CODE);
        $outcome["content"] = base64_encode($content);
        $fields = [];
        $is_head = false;
        foreach ($lines as $text) {
            // The last head counts, and trailer fields follow its empty line.
            if (str_starts_with($text, "HTTP/")) {
                [$fields, $is_head] = [[], true];
            } elseif ($text === "") {
                $is_head = false;
            } elseif ($is_head) {
                [$name, $value] = explode(":", mb_convert_encoding($text, "UTF-8", "ISO-8859-1"), 2) + [1 => ""];
                $fields[] = [$name, trim($value, " \t")];
            }
        }
        $outcome["fields"] = $fields;
    }
    echo json_encode($outcome, JSON_INVALID_UTF8_SUBSTITUTE), "\n";
}
