(import (except (chezscheme) filter append merge list))
(define (numbers count seed)
  (if (fx= count 0)
      '()
      (cons seed (numbers (fx- count 1) (fxremainder (fx+ (fx* seed 1309) 13849) 1000003)))))
(define (map1 f list) (if (null? list) '() (cons (f (car list)) (map1 f (cdr list)))))
(define (filter keep list)
  (cond
    [(null? list) '()]
    [(keep (car list)) (cons (car list) (filter keep (cdr list)))]
    [else (filter keep (cdr list))]))
(define (fold f state list)
  (if (null? list) state (fold f (f state (car list)) (cdr list))))
(define (append a b) (if (null? a) b (cons (car a) (append (cdr a) b))))
(define (quicksort list)
  (if (null? list)
      '()
      (let* ([pivot (car list)]
             [smaller (quicksort (filter (lambda (x) (fx< x pivot)) (cdr list)))]
             [others (quicksort (filter (lambda (x) (fx>= x pivot)) (cdr list)))])
        (append smaller (cons pivot others)))))
(define (split list left right)
  (if (null? list) (cons left right) (split (cdr list) right (cons (car list) left))))
(define (merge a b)
  (cond
    [(null? a) b]
    [(null? b) a]
    [(fx< (car a) (car b)) (cons (car a) (merge (cdr a) b))]
    [else (cons (car b) (merge a (cdr b)))]))
(define (merge-sort list)
  (if (or (null? list) (null? (cdr list)))
      list
      (let ([halves (split list '() '())])
        (merge (merge-sort (car halves)) (merge-sort (cdr halves))))))
(define (checksum list)
  (fold (lambda (sum x) (fxremainder (fx+ (fx* sum 31) x) 1000003)) 7 list))
(define list (numbers 1000000 42))
(printf "~a\n" (checksum (map1 (lambda (x) (fxremainder (fx* x 2) 1000)) list)))
(printf "~a\n"
        (checksum (filter (lambda (x) (fx= (fxremainder x 3) 0)) (append list list))))
(printf "~a\n" (checksum (quicksort list)))
(printf "~a\n" (checksum (merge-sort list)))
