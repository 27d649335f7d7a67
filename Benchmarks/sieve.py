# A list by index: the sieve of Eratosthenes up to 5 million.
def main():
    n = 5_000_000
    is_prime = []
    for i in range(n + 1):
        is_prime.append(True)
    i = 2
    while i * i <= n:
        if is_prime[i]:
            j = i * i
            while j <= n:
                is_prime[j] = False
                j += i
        i += 1
    count = 0
    for k in range(2, n + 1):
        if is_prime[k]:
            count += 1
    return count


print(main())
