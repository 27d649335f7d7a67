# Sorting: a million pseudo-random numbers, by a key function.
def main():
    numbers = []
    x = 42
    for i in range(1_000_000):
        x = (x * 1103515245 + 12345) % 2147483648
        numbers.append(x)
    numbers.sort(key=lambda n: n)
    return numbers[500_000]


print(main())
