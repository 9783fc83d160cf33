// Mono's HttpWebRequest under test, with its defaults: it keeps connections and follows redirects.

using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

static class WebRequestDriver
{
    static void Main()
    {
        var runtime = Type.GetType("Mono.Runtime").GetMethod("GetDisplayName",
            System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static);
        var version = ((string)runtime.Invoke(null, null)).Split(' ')[0];
        Say("{\"version\": 1, \"client\": " + Quoted("HttpWebRequest (Mono " + version + ")") + "}");
        for (var line = Console.In.ReadLine(); line != null; line = Console.In.ReadLine())
        {
            string outcome;
            try
            {
                outcome = Ask(line);
            }
            catch (Exception error)
            {
                var kind = error is WebException ? ((WebException)error).Status.ToString() : error.GetType().Name;
                outcome = "\"error\": {\"kind\": " + Quoted(kind) + ", \"text\": " + Quoted(error.Message) + "}";
            }
            Say("{\"id\": " + Value(line, "\"id\": ?(\\d+)") + ", " + outcome + "}");
        }
    }

    static string Ask(string line)
    {
        var request = (HttpWebRequest)WebRequest.Create(Value(line, "\"url\": ?\"([^\"]*)\""));
        request.Method = Value(line, "\"method\": ?\"([^\"]*)\"");
        var fields = Value(line, "\"fields\": ?\\[(.*?)\\](?=,\")") ?? "";
        foreach (Match field in Regex.Matches(fields, "\\[\"([^\"]*)\", ?\"([^\"]*)\"\\]"))
        {
            var name = field.Groups[1].Value;
            // Some fields are properties.
            if (name == "Expect" || name == "Connection" || name == "Range") return "\"unable\": " + Quoted("it does not send " + name);
            request.Headers.Add(name, field.Groups[2].Value);
        }
        var content = Value(line, "\"content\": ?\"([^\"]*)\"");
        if (content != null)
        {
            var bytes = Convert.FromBase64String(content);
            request.ContentLength = bytes.Length;
            using (var stream = request.GetRequestStream()) stream.Write(bytes, 0, bytes.Length);
        }
        HttpWebResponse response;
        try
        {
            response = (HttpWebResponse)request.GetResponse();
        }
        catch (WebException error)
        {
            // Statuses from 400 on are results.
            if (error.Status != WebExceptionStatus.ProtocolError) throw;
            response = (HttpWebResponse)error.Response;
        }
        using (response)
        {
            var body = new MemoryStream();
            response.GetResponseStream().CopyTo(body);
            var pairs = new List<string>();
            foreach (var name in response.Headers.AllKeys)
                foreach (var value in response.Headers.GetValues(name)) pairs.Add("[" + Quoted(name) + ", " + Quoted(value) + "]");
            return "\"status\": " + (int)response.StatusCode + ", \"reason\": " + Quoted(response.StatusDescription ?? "")
                + ", \"fields\": [" + string.Join(", ", pairs) + "], \"content\": \"" + Convert.ToBase64String(body.ToArray()) + "\"";
        }
    }

    static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    static string Value(string line, string pattern)
    {
        var found = Regex.Match(line, pattern);
        return found.Success ? found.Groups[1].Value : null;
    }

    static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var one in text)
            if (one < ' ' || one > '~' || one == '"' || one == '\\') quoted.AppendFormat("\\u{0:x4}", (int)one);
            else quoted.Append(one);
        return quoted.Append('"').ToString();
    }
}
