content_types: dict[str, str]
response_codes: dict[int, tuple[str, str]]
h2_headers: list[str]
