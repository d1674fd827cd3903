(import (chezscheme))
(define (collatz n steps)
  (cond
    [(fx= n 1) steps]
    [(fx= (fxremainder n 2) 0) (collatz (fxquotient n 2) (fx+ steps 1))]
    [else (collatz (fx+ (fx* 3 n) 1) (fx+ steps 1))]))
(define (below n limit steps)
  (if (fx= n limit) steps (below (fx+ n 1) limit (collatz n steps))))
(define (rounds count steps)
  (if (fx= count 0) steps (rounds (fx- count 1) (below 1 110000 steps))))
(printf "~a\n" (rounds 50 0))
