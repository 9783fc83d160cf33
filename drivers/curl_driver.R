# R's package curl under test, which is libcurl: one handle, which keeps its connections and follows redirects.

library(curl)
library(jsonlite)

say <- function(value) cat(toJSON(value, auto_unbox = TRUE, null = "null"), "\n", sep = "")

# A byte becomes a character of ISO 8859-1.
text <- function(bytes) {
  Encoding(bytes) <- "latin1"
  enc2utf8(bytes)
}

version <- paste0("R curl ", packageVersion("curl"), " (libcurl ", curl_version()$version, ")")
say(list(version = 1, client = version))
handle <- new_handle()
input <- file("stdin", "r")

ask <- function(request) {
  handle_reset(handle)
  handle_setopt(handle, customrequest = request$method, nobody = request$method == "HEAD", cookielist = "ALL")
  if (length(request$fields)) {
    handle_setheaders(handle, .list = setNames(lapply(request$fields, `[[`, 2), sapply(request$fields, `[[`, 1)))
  }
  if (!is.null(request$content)) {
    content <- base64_dec(request$content)
    handle_setopt(handle, copypostfields = content, postfieldsize = length(content))
  }
  response <- curl_fetch_memory(request$url, handle)
  lines <- parse_headers(response$headers)
  start <- max(grep("^HTTP/", lines))
  lines <- text(lines[-seq_len(start)])
  lines <- lines[grepl(":", lines, fixed = TRUE)]
  fields <- lapply(lines, function(line) list(sub(":.*", "", line), trimws(sub("^[^:]*:", "", line), whitespace = "[ \t]")))
  list(status = response$status_code, fields = fields, content = gsub("\n", "", base64_enc(response$content)))
}

while (length(line <- readLines(input, 1))) {
  request <- fromJSON(line, simplifyVector = FALSE)
  outcome <- tryCatch(ask(request), error = function(error) {
    list(error = list(kind = "error", text = conditionMessage(error)))
  })
  outcome$id <- request$id
  say(outcome)
}
