;;; A session of Emacs' dap-mode: starts `dlvx dap`, stops at a breakpoint, and
;;; prints the frames of the goroutine that stopped, as JSON.
;;;
;;; emacs --batch --load dap-mode.el DLVX FOLDER FILE LINE EXECUTABLE-TO-BUILD

(require 'package)
(package-initialize)
(require 'json)
(require 'dap-mode)
(require 'dap-ui)

(pcase-let* ((`(,dlvx ,folder ,file ,line ,output) command-line-args-left)
             (port (dap--find-available-port))
             (session nil)
             (frames nil))
  (setq command-line-args-left nil
        dap-breakpoints-file (concat output ".breakpoints")
        dap-auto-configure-features nil)
  (find-file file)
  (forward-line (1- (string-to-number line)))
  (dap-breakpoint-add)
  (dap-start-debugging-noexpand
   (list :type "go" :request "launch" :name "dlvx" :mode "debug"
         :program folder :cwd folder :output output
         :host "127.0.0.1" :debugServer port
         :program-to-start (format "%s dap --listen=127.0.0.1:%d" (shell-quote-argument dlvx) port)))
  (setq session (dap--cur-session))
  ;; What dap-mode itself shows of the thread that has stopped.
  (with-timeout (120 (error "No stack came"))
    (while (not frames)
      (accept-process-output nil 0.05)
      (setq frames (gethash (dap--debug-session-thread-id session)
                            (dap--debug-session-thread-stack-frames session)))))
  (princ (json-encode frames))
  (dap-request session "disconnect" :terminateDebuggee t))
