(import (chezscheme))
(define (ackermann m n)
  (cond
    [(fx= m 0) (fx+ n 1)]
    [(fx= n 0) (ackermann (fx- m 1) 1)]
    [else (ackermann (fx- m 1) (ackermann m (fx- n 1)))]))
(printf "~a\n" (ackermann 3 12))
