// Ids and creation times. Times never go back, ids never either: within one millisecond a counter in the id
// grows. So the order by creation time, then id, is the order of creation, however fast and whatever the clock.
import Synchronization

/// Where in the order an item stands. Its id tells: 24 of a-z and 0-9: `c`, 8 of the time, 5 of the counter, 10 of chance.
struct Position: Sendable, Comparable {
    /// Milliseconds since the epoch.
    var createdAt: Int64
    var counter: Int64

    static func < (left: Position, right: Position) -> Bool {
        (left.createdAt, left.counter) < (right.createdAt, right.counter)
    }
}

extension Position {
    private static let timeDigits = 8
    private static let counterDigits = 5
    private static let chanceDigits = 10

    /// Reads the position from an id; nil for a text that is none.
    init?(id: String) {
        let bytes = Array(id.utf8)
        guard bytes.count == 1 + Self.timeDigits + Self.counterDigits + Self.chanceDigits, bytes[0] == UInt8(ascii: "c"),
            let time = Self.number(bytes[1..<1 + Self.timeDigits]),
            let counter = Self.number(bytes[1 + Self.timeDigits..<1 + Self.timeDigits + Self.counterDigits]),
            Self.number(bytes[(1 + Self.timeDigits + Self.counterDigits)...]) != nil
        else { return nil }
        self.init(createdAt: time, counter: counter)
    }

    func id(chance: UInt64) -> String {
        var bytes = [UInt8(ascii: "c")]
        bytes.reserveCapacity(24)
        Self.append(UInt64(createdAt), Self.timeDigits, to: &bytes)
        Self.append(UInt64(counter), Self.counterDigits, to: &bytes)
        Self.append(chance, Self.chanceDigits, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func append(_ number: UInt64, _ count: Int, to bytes: inout [UInt8]) {
        var rest = number
        let start = bytes.count
        for _ in 0..<count {
            let digit = UInt8(truncatingIfNeeded: rest % 36)
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            rest /= 36
        }
        bytes[start...].reverse()
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var number: Int64 = 0
        for byte in digits {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number * 36 + Int64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "z"): number = number * 36 + Int64(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }
}

/// Gives positions in order. Shared by all jobs of a store, and used by one at a time.
final class PositionSequence: Sendable {
    private let last = Mutex(Position(createdAt: 0, counter: 0))

    /// Takes note of a position that the file holds: another process may have gone further.
    func advance(past position: Position) {
        last.withLock { $0 = max($0, position) }
    }

    func next(now: Int64) -> Position {
        last.withLock { last in
            last =
                now > last.createdAt
                ? Position(createdAt: now, counter: 0)
                : Position(createdAt: last.createdAt, counter: last.counter + 1)
            return last
        }
    }
}
