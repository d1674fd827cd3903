(import (chezscheme))
(define (combination n k)
  (if (or (fx= k 0) (fx= k n))
      1
      (fx+ (combination (fx- n 1) (fx- k 1)) (combination (fx- n 1) k))))
(printf "~a\n" (combination 33 16))
