;;; Emacs's url library under test, with its defaults: it keeps connections, and follows redirects.  -*- lexical-binding: t -*-

(require 'url)
(require 'json)

(setq url-cookie-storage nil url-cookie-secure-storage nil url-privacy-level 'none)

(defun driver-say (value)
  (let ((text (decode-coding-string (json-serialize value) 'utf-8)))
    (princ (replace-regexp-in-string "[^\0-\177]" (lambda (one) (format "\\u%04x" (aref one 0))) text t t))
    (terpri)))

;; An error in the filter or the sentinel of a process would end an Emacs without a display.
(defvar driver-failure nil)
(dolist (name '(url-http-generic-filter url-http-end-of-document-sentinel))
  (advice-add name :around
              (lambda (run &rest arguments)
                (condition-case failure
                    (apply run arguments)
                  (error (setq driver-failure failure))))))

(defun driver-latin-1 (bytes)
  (decode-coding-string (encode-coding-string bytes 'raw-text) 'latin-1))

(defun driver-ask (request)
  (setq url-cookie-storage nil driver-failure nil)
  (let* ((content (gethash "content" request))
         (url-request-method (gethash "method" request))
         (url-request-data (and content (base64-decode-string content)))
         (url-request-extra-headers
          (mapcar (lambda (field) (cons (aref field 0) (aref field 1))) (gethash "fields" request)))
         (failure nil)
         (buffer (let ((done nil) (found nil))
                   (url-retrieve (gethash "url" request)
                                 (lambda (status)
                                   (setq failure (plist-get status :error) found (current-buffer) done t))
                                 nil t t)
                   (while (not (or done driver-failure)) (accept-process-output nil 0.05))
                   (when (and driver-failure (not done)) (signal (car driver-failure) (cdr driver-failure)))
                   found)))
    (with-current-buffer buffer
      (goto-char (point-min))
      (let ((is-http (eq (nth 1 failure) 'http)))
        (if (or (and failure (not is-http)) (not (looking-at "HTTP/[0-9.]+ +\\([0-9]+\\) ?\\(.*\\)")))
            (list :error (list :kind "error" :text (driver-latin-1 (format "%s" (or failure "no status line")))))
          (let ((status (string-to-number (match-string 1)))
                (fields nil))
            (forward-line 1)
            (while (and (not (eobp)) (not (looking-at "\r?$")))
              (when (looking-at "\\([^:\r\n]*\\):[ \t]*\\([^\r\n]*\\)")
                (push (vector (driver-latin-1 (match-string 1)) (driver-latin-1 (match-string 2))) fields))
              (forward-line 1))
            (forward-line 1)
            (let ((body (buffer-substring-no-properties (point) (point-max))))
              (list :status status :fields (vconcat (nreverse fields))
                    :content (base64-encode-string (encode-coding-string body 'raw-text) t)))))))))

(let ((inhibit-message t) line)
  (driver-say (list :version 1 :client (concat "url.el (Emacs " emacs-version ")")))
  (while (setq line (ignore-errors (read-from-minibuffer "")))
    (let* ((request (json-parse-string line))
           (outcome (condition-case failure
                        (driver-ask request)
                      (error (list :error (list :kind (symbol-name (car failure))
                                                :text (format "%s" (cdr failure))))))))
      (driver-say (append (list :id (gethash "id" request)) outcome)))))
