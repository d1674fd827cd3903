(import (chezscheme))
;; The sum of fixnums wraps at 61 bits, which leaves the lower 32 bits as they are.
(define (int32 n)
  (let ([low (fxlogand n #xffffffff)])
    (if (fx< low #x80000000) low (fx- low #x100000000))))
(define (loop i sum) (if (fx< i 2000000000) (loop (fx+ i 1) (fx+ sum i)) sum))
(printf "~a\n" (int32 (loop 0 0)))
