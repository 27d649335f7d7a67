# A plain loop: 50 million steps of integer arithmetic with a branch.
def main():
    total = 0
    for i in range(50_000_000):
        if i % 3 == 0:
            total += i
        else:
            total -= 1
    return total


print(main())
