;;; Common Lisp's Drakma under test, with its defaults: it connects for each request, and follows redirects.

(require :asdf)
(let ((*standard-output* (make-broadcast-stream)) (*error-output* (make-broadcast-stream)))
  (mapc #'asdf:load-system '(:drakma :yason :cl-base64 :flexi-streams)))

(defun say (table)
  (yason:encode table *standard-output*)
  (terpri)
  (finish-output))

(defun table (&rest pairs)
  (let ((table (make-hash-table :test #'equal)))
    (loop for (name value) on pairs by #'cddr do (setf (gethash name table) value))
    table))

(defun ask (request)
  (let ((content (gethash "content" request)))
    (multiple-value-bind (body status fields uri stream must-close reason)
        (apply #'drakma:http-request (gethash "url" request)
               :method (intern (gethash "method" request) :keyword)
               :additional-headers (mapcar (lambda (field) (cons (first field) (second field))) (gethash "fields" request))
               :force-binary t
               (when content
                 (list :content (cl-base64:base64-string-to-usb8-array content)
                       :content-type "application/octet-stream")))
      (declare (ignore uri stream must-close))
      (table "status" (max 0 status)
             "reason" reason
             "fields" (mapcar (lambda (field) (list (string (car field)) (princ-to-string (cdr field)))) fields)
             "content" (cl-base64:usb8-array-to-base64-string (or body (make-array 0 :element-type '(unsigned-byte 8))))))))

(setf sb-impl::*default-external-format* :utf-8)
(say (table "version" 1 "client" (format nil "Drakma ~a" (asdf:component-version (asdf:find-system :drakma)))))
(loop for line = (read-line *standard-input* nil)
      while line
      do (let* ((request (yason:parse line))
                (outcome (handler-case (ask request)
                           (error (condition)
                             (table "error" (table "kind" (string (type-of condition))
                                                   "text" (remove #\Newline (princ-to-string condition))))))))
           (setf (gethash "id" outcome) (gethash "id" request))
           (say outcome)))
