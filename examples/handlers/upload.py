"""A form upload: the name, filename and size of each posted file."""

import json


def utf8(name):
    """Form names arrive with one character per byte; browsers send UTF-8."""
    data = name if isinstance(name, bytes) else name.encode("latin-1")
    return data.decode("utf-8", "replace")


def main(request, response):
    fields = []
    for name, values in request.POST.items():  # a list per name, since names may repeat
        for value in values:
            if hasattr(value, "filename"):  # a file: value.file is open for reading
                size = len(value.file.read())
                fields.append(
                    {"name": utf8(name), "filename": utf8(value.filename), "size": size}
                )
            else:  # a plain field: its bytes
                fields.append({"name": utf8(name), "value": utf8(value)})

    fields.sort(key=lambda field: field["name"])
    content = json.dumps(fields, indent=2, ensure_ascii=False) + "\n"
    return [("Content-Type", "application/json")], content
