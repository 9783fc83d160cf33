// Java's HttpURLConnection under test, with its defaults. Run it with `java HttpUrlConnectionDriver.java`.

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.ProtocolException;
import java.net.URI;
import java.util.Base64;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

class HttpUrlConnectionDriver {
    public static void main(String[] arguments) throws Exception {
        var version = quoted("HttpURLConnection (Java " + System.getProperty("java.version") + ")");
        System.out.println("{\"version\": 1, \"client\": " + version + "}");
        var lines = new BufferedReader(new InputStreamReader(System.in));
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println("{\"id\": " + value(line, "\"id\": ?(\\d+)") + ", " + outcome(line) + "}");
            System.out.flush();
        }
    }

    static String outcome(String line) {
        try {
            var url = URI.create(value(line, "\"url\": ?\"([^\"]*)\"")).toURL();
            var connection = (HttpURLConnection) url.openConnection();
            try {
                connection.setRequestMethod(value(line, "\"method\": ?\"([^\"]*)\""));
            } catch (ProtocolException error) {
                return "\"unable\": " + quoted(error.getMessage());
            }
            var fields = value(line, "\"fields\": ?\\[(.*?)\\](?=,\")");
            var field = Pattern.compile("\\[\"([^\"]*)\", ?\"([^\"]*)\"\\]").matcher(fields == null ? "" : fields);
            while (field.find()) connection.addRequestProperty(field.group(1), field.group(2));
            var content = value(line, "\"content\": ?\"([^\"]*)\"");
            if (content != null) {
                connection.setDoOutput(true);
                try (var out = connection.getOutputStream()) {
                    out.write(Base64.getDecoder().decode(content));
                }
            }
            var status = connection.getResponseCode();
            // Content of a response with a status from 400 on comes from the other stream, if there is any.
            var stream = status >= 400 ? connection.getErrorStream() : connection.getInputStream();
            var body = stream == null ? new byte[0] : stream.readAllBytes();
            var pairs = new StringJoiner(", ", "[", "]");
            for (int index = 1; connection.getHeaderField(index) != null; index++) {
                var name = connection.getHeaderFieldKey(index);
                pairs.add("[" + quoted(name == null ? "" : name) + ", " + quoted(connection.getHeaderField(index)) + "]");
            }
            if (status < 0) throw new IOException("no status");
            var shown = Base64.getEncoder().encodeToString(body);
            return "\"status\": " + status + ", \"fields\": " + pairs + ", \"content\": \"" + shown + "\"";
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
