"""What `keep_request.py` and `keep_response.py` keep from one request to another."""
