// Java's java.net.http under test: one HttpClient for HTTP/1.1. Run it with `java HttpClientDriver.java`.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

class HttpClientDriver {
    static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    public static void main(String[] arguments) throws Exception {
        var version = quoted("java.net.http (Java " + System.getProperty("java.version") + ")");
        System.out.println("{\"version\": 1, \"client\": " + version + "}");
        var lines = new BufferedReader(new InputStreamReader(System.in));
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println("{\"id\": " + value(line, "\"id\": ?(\\d+)") + ", " + outcome(line) + "}");
            System.out.flush();
        }
    }

    static String outcome(String line) {
        try {
            var content = value(line, "\"content\": ?\"([^\"]*)\"");
            var bytes = content == null ? null : Base64.getDecoder().decode(content);
            var body = bytes == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(bytes);
            var request = HttpRequest.newBuilder(URI.create(value(line, "\"url\": ?\"([^\"]*)\"")));
            request.method(value(line, "\"method\": ?\"([^\"]*)\""), body);
            var fields = value(line, "\"fields\": ?\\[(.*?)\\](?=,\")");
            var field = Pattern.compile("\\[\"([^\"]*)\", ?\"([^\"]*)\"\\]").matcher(fields == null ? "" : fields);
            while (field.find()) {
                if (field.group(1).equals("Expect")) request.expectContinue(true);
                else request.header(field.group(1), field.group(2));
            }
            var response = CLIENT.send(request.build(), BodyHandlers.ofInputStream());
            var limit = value(line, "\"drop_after\": ?(\\d+)");
            byte[] read;
            try (var stream = response.body()) {
                read = limit == null ? stream.readAllBytes() : stream.readNBytes(Integer.parseInt(limit));
            }
            var pairs = new StringJoiner(", ", "[", "]");
            response.headers().map().forEach((name, values) ->
                values.forEach(value -> pairs.add("[" + quoted(name) + ", " + quoted(value) + "]")));
            var shown = Base64.getEncoder().encodeToString(read);
            var status = "\"status\": " + response.statusCode();
            var url = ", \"url\": " + quoted(response.uri().toString());
            return status + url + ", \"fields\": " + pairs + ", \"content\": \"" + shown + "\"";
        } catch (Exception error) {
            var text = quoted(String.valueOf(error.getMessage()));
            return "\"error\": {\"kind\": " + quoted(error.getClass().getName()) + ", \"text\": " + text + "}";
        }
    }

    static String value(String line, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(line);
        return found.find() ? found.group(1) : null;
    }

    static String quoted(String text) {
        var out = new StringBuilder("\"");
        for (char one : text.toCharArray()) {
            if (one < ' ' || one > '~' || one == '"' || one == '\\') out.append(String.format("\\u%04x", (int) one));
            else out.append(one);
        }
        return out.append('"').toString();
    }
}
