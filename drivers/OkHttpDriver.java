// OkHttp under test: one OkHttpClient. Its classes, those of Okio and Gson must be on the class path.

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Base64;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.internal.Version;
import okhttp3.internal.http.HttpMethod;

class OkHttpDriver {
    static final OkHttpClient CLIENT = new OkHttpClient();
    static final String VERSION = Version.userAgent().replaceAll("[^0-9.]", "");

    static JsonObject ask(JsonObject request) throws Exception {
        var method = request.get("method").getAsString();
        var content = request.get("content");
        var bytes = content == null ? new byte[0] : Base64.getDecoder().decode(content.getAsString());
        var hasBody = content != null || HttpMethod.requiresRequestBody(method);
        var body = hasBody ? RequestBody.create(null, bytes) : null;
        var asked = new Request.Builder().url(request.get("url").getAsString()).method(method, body);
        for (var field : request.getAsJsonArray("fields")) {
            asked.addHeader(field.getAsJsonArray().get(0).getAsString(), field.getAsJsonArray().get(1).getAsString());
        }
        try (var response = CLIENT.newCall(asked.build()).execute()) {
            var fields = new JsonArray();
            var shown = response.headers();
            for (int index = 0; index < shown.size(); index++) add(fields, shown.name(index), shown.value(index));
            return outcome(response.code(), response.message(), fields, response.body().bytes());
        }
    }

    static final Gson GSON = new Gson();

    public static void main(String[] arguments) throws Exception {
        var greeting = new JsonObject();
        greeting.addProperty("version", 1);
        greeting.addProperty("client", "OkHttp " + VERSION);
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
