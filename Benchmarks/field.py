# Fields: 20 million rounds of reading and writing an object's fields.
class Point:
    __slots__ = ("x", "y", "z")


def main():
    point = Point()
    point.x, point.y, point.z = 0, 0, 1
    for i in range(20_000_000):
        point.x += i
        point.y = point.x - point.z
    return point.y


print(main())
