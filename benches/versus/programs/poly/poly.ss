(import (chezscheme))
(define (square side) (fx* side side))
(define (circle radius) (fxquotient (fx* radius radius 355) 113))
(define (triangle side) (fxquotient (fx* side side 433) 1000))
(define (areas shapes n sum)
  (if (fx= n 0)
      sum
      (areas (cdr shapes) (fx- n 1)
             (fxremainder (fx+ sum ((car shapes) (fxremainder n 1000))) 1000003))))
(define (cycle n shapes)
  (if (fx= n 0) shapes (cycle (fx- n 1) (cons* square circle triangle shapes))))
(define (cycles times shapes sum)
  (if (fx= times 0) sum (cycles (fx- times 1) shapes (areas shapes 3000 sum))))

;; There is no `==` for all three; this is what a dynamic language has to ask.
(define (same a b)
  (if (cond
        [(fixnum? a) (eq? a b)]
        [(string? a) (string=? a b)]
        [else (eq? a b)])
      1
      0))
(define (compare n sum)
  (if (fx= n 0)
      sum
      (let ([ints (same (fxremainder n 5) 3)]
            [bools (same (fx= (fxremainder n 2) 0) (fx= (fxremainder n 3) 0))]
            [texts (same (if (fx< (fxremainder n 7) 4) "few" "many") "few")])
        (compare (fx- n 1) (fx+ sum ints bools texts)))))

(define (fold f n state) (if (fx= n 0) state (fold f (fx- n 1) (f state n))))
(define (remainder3 a b) (fxremainder (fx+ a b) 1000003))
(define (joined n start)
  (let-values ([(port text) (open-string-output-port)])
    (put-string port start)
    (fold (lambda (port n) (put-string port (number->string n)) port) n port)
    (text)))

(printf "~a\n" (cycles 15000 (cycle 1000 '()) 0))
(printf "~a\n" (compare 20000000 0))
(printf "~a\n" (fold remainder3 30000000 0))
(printf "~a\n" (if (string=? (joined 300000 "") (joined 299999 "300000")) "true" "false"))
(let ([count (fold (lambda (pair n) (cons (cdr pair) (fx+ (car pair) (fxremainder n 3))))
                   20000000
                   (cons 0 0))])
  (printf "(~a, ~a)\n" (car count) (cdr count)))
