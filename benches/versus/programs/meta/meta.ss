(import (chezscheme))
;; Kinds: 0 number, 1 variable by its distance, 2 function, 3 call, 4 +, 5 -, 6 *, 7 <, 8 if.
(define (number n) (cons 0 n))
(define (variable distance) (cons 1 distance))
(define (function body) (cons 2 body))
(define (call f argument) (cons 3 (cons f argument)))
(define (add a b) (cons 4 (cons a b)))
(define (subtract a b) (cons 5 (cons a b)))
(define (multiply a b) (cons 6 (cons a b)))
(define (less a b) (cons 7 (cons a b)))
(define (choose test then otherwise) (cons 8 (cons test (cons then otherwise))))

(define (lookup environment distance)
  (if (fx= distance 0)
      (car environment)
      (lookup (cdr environment) (fx- distance 1))))

(define (evaluate expression environment)
  (let ([kind (car expression)] [parts (cdr expression)])
    (case kind
      [(0) parts]
      [(1) (lookup environment parts)]
      [(2) (cons parts environment)]
      [(8) (if (evaluate (car parts) environment)
               (evaluate (cadr parts) environment)
               (evaluate (cddr parts) environment))]
      [else
       (let* ([a (evaluate (car parts) environment)]
              [b (evaluate (cdr parts) environment)])
         (case kind
           [(3) (evaluate (car a) (cons b (cons a (cdr a))))]
           [(4) (fx+ a b)]
           [(5) (fx- a b)]
           [(6) (fx* a b)]
           [else (fx< a b)]))])))

(define n (variable 0))
(define self (variable 1))
(define (previous distance) (call self (subtract n (number distance))))
(define factorial
  (function (choose (less n (number 1)) (number 1) (multiply n (previous 1)))))
(define fib (function (choose (less n (number 2)) n (add (previous 1) (previous 2)))))

(define (repeat times sum)
  (if (fx= times 0)
      sum
      (let ([value (evaluate (call factorial (number (fxremainder times 13))) '())])
        (repeat (fx- times 1) (fxremainder (fx+ sum value) 4000003)))))
(printf "~a\n" (repeat 400000 0))
(printf "~a\n" (evaluate (call fib (number 35)) '()))
