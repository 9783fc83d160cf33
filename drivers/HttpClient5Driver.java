// Apache HttpClient 5 under test: one default client. Its classes, those of HttpCore, SLF4J and Gson must be on the class
// path.

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Base64;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.util.VersionInfo;

class HttpClient5Driver {
    static final CloseableHttpClient CLIENT = HttpClients.createDefault();
    static final String VERSION =
        VersionInfo.loadVersionInfo("org.apache.hc.client5", CLIENT.getClass().getClassLoader()).getRelease();

    static JsonObject ask(JsonObject request) throws Exception {
        var url = java.net.URI.create(request.get("url").getAsString());
        var asked = new HttpUriRequestBase(request.get("method").getAsString(), url);
        for (var field : request.getAsJsonArray("fields")) {
            asked.addHeader(field.getAsJsonArray().get(0).getAsString(), field.getAsJsonArray().get(1).getAsString());
        }
        var content = request.get("content");
        if (content != null) asked.setEntity(new ByteArrayEntity(Base64.getDecoder().decode(content.getAsString()), null));
        try (var response = CLIENT.execute(asked)) {
            var entity = response.getEntity();
            var body = entity == null ? new byte[0] : EntityUtils.toByteArray(entity);
            var fields = new JsonArray();
            for (var field : response.getHeaders()) add(fields, field.getName(), field.getValue());
            return outcome(response.getCode(), response.getReasonPhrase(), fields, body);
        }
    }

    static final Gson GSON = new Gson();

    public static void main(String[] arguments) throws Exception {
        var greeting = new JsonObject();
        greeting.addProperty("version", 1);
        greeting.addProperty("client", "Apache HttpClient " + VERSION);
        say(greeting);
        var lines = new BufferedReader(new InputStreamReader(System.in));
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            var request = JsonParser.parseString(line).getAsJsonObject();
            JsonObject outcome;
            try {
                outcome = ask(request);
            } catch (Exception error) {
                outcome = new JsonObject();
                var words = new JsonObject();
                words.addProperty("kind", error.getClass().getName());
                words.addProperty("text", text(error));
                outcome.add("error", words);
            }
            outcome.add("id", request.get("id"));
            say(outcome);
        }
    }

    static void say(JsonObject value) {
        System.out.println(GSON.toJson(value));
        System.out.flush();
    }

    static String text(Throwable error) {
        var cause = error.getCause();
        return error.getMessage() + (cause == null ? "" : ": " + text(cause));
    }

    static JsonObject outcome(int status, String reason, JsonArray fields, byte[] content) {
        var outcome = new JsonObject();
        outcome.addProperty("status", status);
        outcome.addProperty("reason", reason);
        outcome.add("fields", fields);
        outcome.addProperty("content", Base64.getEncoder().encodeToString(content));
        return outcome;
    }

    static void add(JsonArray fields, String name, String value) {
        var pair = new JsonArray();
        pair.add(name);
        pair.add(value == null ? "" : value);
        fields.add(pair);
    }
}
