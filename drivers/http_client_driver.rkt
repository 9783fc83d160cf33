#lang racket/base
;; Racket's net/http-client under test: one http-conn for each origin, which it keeps alive.
(require json net/base64 net/http-client net/url racket/port racket/string)

(define (say value)
  (write-json value)
  (newline)
  (flush-output))

(define connections (make-hash))

(define (connection host port)
  (define key (cons host port))
  (define conn (hash-ref! connections key (lambda () (http-conn-open host #:port port #:auto-reconnect? #t))))
  (unless (http-conn-live? conn)
    (http-conn-open! conn host #:port port #:auto-reconnect? #t))
  conn)

(define (ask request)
  (define asked (string->url (hash-ref request 'url)))
  (define target (url->string (struct-copy url asked [scheme #f] [host #f] [port #f] [fragment #f])))
  (define content (hash-ref request 'content #f))
  (define-values (status fields body)
    (http-conn-sendrecv! (connection (url-host asked) (or (url-port asked) 80))
                         target
                         #:method (hash-ref request 'method)
                         #:headers (for/list ([field (hash-ref request 'fields)])
                                     (format "~a: ~a" (car field) (cadr field)))
                         #:data (and content (base64-decode (string->bytes/utf-8 content)))))
  (define words (regexp-match #px#"^HTTP/\\S+ ([0-9]{3})(?: (.*))?" status))
  (define text (lambda (bytes) (bytes->string/latin-1 bytes)))
  (define shown
    (for/list ([field fields])
      (define parts (regexp-match #rx#"^([^:]*):[ \t]*(.*)$" field))
      (if parts (list (text (cadr parts)) (text (caddr parts))) (list (text field) ""))))
  (hasheq 'status (string->number (text (cadr words)))
          'reason (text (or (caddr words) #""))
          'fields shown
          'content (bytes->string/latin-1 (base64-encode (port->bytes body) #""))))

(say (hasheq 'version 1 'client (string-append "net/http-client (Racket " (version) ")")))
(for ([line (in-lines)])
  (define request (string->jsexpr line))
  (define outcome
    (with-handlers ([exn:fail? (lambda (error)
                                 (hash-clear! connections)
                                 (hasheq 'error (hasheq 'kind "raised" 'text (exn-message error))))])
      (ask request)))
  (say (hash-set outcome 'id (hash-ref request 'id))))
