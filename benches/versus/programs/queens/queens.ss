(import (chezscheme))
(define (safe? column distance placed)
  (or (null? placed)
      (let ([other (car placed)])
        (and (not (fx= other column))
             (not (fx= (fx+ other distance) column))
             (not (fx= (fx- other distance) column))
             (safe? column (fx+ distance 1) (cdr placed))))))
(define (place size row column placed)
  (if (fx= column size)
      0
      (let ([others (place size row (fx+ column 1) placed)])
        (cond
          [(not (safe? column 1 placed)) others]
          [(fx= (fx+ row 1) size) (fx+ others 1)]
          [else (fx+ others (place size (fx+ row 1) 0 (cons column placed)))]))))
(printf "~a\n" (place 13 0 0 '()))
