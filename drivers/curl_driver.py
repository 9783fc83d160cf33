"""The command curl under test: a run of curl for each request, so that it keeps no connections."""

import base64
import json
import re
import subprocess
import sys
import tempfile

version = subprocess.run(["curl", "--version"], capture_output=True, text=True).stdout.split()[:2]
print(json.dumps({"version": 1, "client": " ".join(version)}), flush=True)

for line in sys.stdin:
    request = json.loads(line)
    if "drop_after" in request:
        print(json.dumps({"id": request["id"], "unable": "curl reads a response whole"}), flush=True)
        continue
    with tempfile.NamedTemporaryFile() as head:
        method = ["--head"] if request["method"] == "HEAD" else ["--request", request["method"]]
        fields = [part for name, value in request["fields"] for part in ("--header", f"{name}: {value}")]
        data = ["--data-binary", "@-"] if request.get("content") is not None else []
        user = ["--anyauth", "--user", ":".join(request["credentials"])] if "credentials" in request else []
        output = [] if request["method"] != "HEAD" else ["--output", "/dev/null"]
        command = ["curl", "-sS", "--dump-header", head.name, *method, *fields, *data, *user, *output, request["url"]]
        content = base64.b64decode(request.get("content") or "")
        run = subprocess.run(command, input=content, capture_output=True)
        blocks = head.read().decode("latin-1").replace("\r\n\r\n", "\n\n").strip().split("\n\n")
    # Interim responses come before the last head, trailer fields after it.
    heads = [index for index, block in enumerate(blocks) if block.startswith("HTTP/")]
    # curl writes heads as they came: folded lines are one field.
    lines = re.sub("\r?\n[ \t]+", " ", blocks[heads[-1]]).replace("\r\n", "\n").split("\n") if heads else []
    outcome = {"id": request["id"], "content": base64.b64encode(run.stdout).decode()}
    if lines and len(lines[0].split()) > 1 and lines[0].split()[1].isdigit():
        outcome["status"] = int(lines[0].split()[1])
        outcome["fields"] = [
            [part.strip(" \t\r") for part in field.split(":", 1)] for field in lines[1:] if ":" in field
        ]
    if run.returncode or "status" not in outcome:
        text = run.stderr.decode(errors="replace").strip()
        outcome["error"] = {"kind": f"exit status {run.returncode}", "text": text}
    print(json.dumps(outcome), flush=True)
