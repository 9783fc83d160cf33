<?php
// PHP's Guzzle under test, with its handler for streams: it follows redirects. All statuses are results.

foreach (["GuzzleHttp/autoload.php", "GuzzleHttp/Psr7/autoload.php"] as $file) require_once $file;
$version = trim(shell_exec("dpkg-query --show --showformat '\${Version}' php-guzzlehttp-guzzle") ?? "");
echo json_encode(["version" => 1, "client" => "Guzzle $version (streams)"]), "\n";
$handler = GuzzleHttp\HandlerStack::create(new GuzzleHttp\Handler\StreamHandler());
$client = new GuzzleHttp\Client(["handler" => $handler, "http_errors" => false]);

while (($line = fgets(STDIN)) !== false) {
    $request = json_decode($line, true);
    $outcome = ["id" => $request["id"]];
    $headers = [];
    foreach ($request["fields"] as [$name, $value]) $headers[$name][] = $value;
    $options = ["headers" => $headers];
    if (isset($request["content"])) $options["body"] = base64_decode($request["content"]);
    if (isset($request["credentials"])) $options["auth"] = $request["credentials"];
    try {
        $response = $client->request($request["method"], $request["url"], $options);
        $outcome["status"] = $response->getStatusCode();
        $outcome["reason"] = mb_convert_encoding($response->getReasonPhrase(), "UTF-8", "ISO-8859-1");
        $outcome["fields"] = [];
        foreach ($response->getHeaders() as $name => $values) {
            foreach ($values as $value) $outcome["fields"][] = [(string) $name, mb_convert_encoding($value, "UTF-8", "ISO-8859-1")];
        }
        $outcome["content"] = base64_encode((string) $response->getBody());
    } catch (Throwable $error) {
        $outcome = ["id" => $request["id"], "error" => ["kind" => get_class($error), "text" => mb_scrub($error->getMessage())]];
    }
    echo json_encode($outcome, JSON_INVALID_UTF8_SUBSTITUTE), "\n";
}
