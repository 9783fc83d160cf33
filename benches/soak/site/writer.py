def main(request, response):
    writer = response.writer
    writer.write_status(200)
    writer.write_header("Transfer-Encoding", "chunked")
    writer.end_headers()
    for piece in range(int(request.GET[b"pieces"])):
        text = b"piece %d\n" % piece
        writer.write(b"%x\r\n%s\r\n" % (len(text), text))
    writer.write(b"0\r\n\r\n")
