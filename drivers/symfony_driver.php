<?php
// Symfony's NativeHttpClient under test, which uses PHP's streams, and follows redirects. All statuses are results.

require_once "Symfony/Component/HttpClient/autoload.php";
$version = trim(shell_exec("dpkg-query --show --showformat '\${Version}' php-symfony-http-client") ?? "");
echo json_encode(["version" => 1, "client" => "Symfony NativeHttpClient $version"]), "\n";
$client = new Symfony\Component\HttpClient\NativeHttpClient();

while (($line = fgets(STDIN)) !== false) {
    $request = json_decode($line, true);
    $outcome = ["id" => $request["id"]];
    $options = ["headers" => array_map(fn ($field) => "$field[0]: $field[1]", $request["fields"])];
    if (isset($request["content"])) $options["body"] = base64_decode($request["content"]);
    if (isset($request["credentials"])) $options["auth_basic"] = $request["credentials"];
    try {
        $response = $client->request($request["method"], $request["url"], $options);
        $outcome["content"] = base64_encode($response->getContent(false));
        $outcome["status"] = $response->getStatusCode();
        $outcome["fields"] = [];
        foreach ($response->getHeaders(false) as $name => $values) {
            foreach ($values as $value) $outcome["fields"][] = [(string) $name, mb_convert_encoding($value, "UTF-8", "ISO-8859-1")];
        }
    } catch (Throwable $error) {
        $outcome = ["id" => $request["id"], "error" => ["kind" => get_class($error), "text" => mb_scrub($error->getMessage())]];
    }
    echo json_encode($outcome, JSON_INVALID_UTF8_SUBSTITUTE), "\n";
}
