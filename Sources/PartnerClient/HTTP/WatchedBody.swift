// The body of a request, which notes when it is first asked for: until then nothing has left that a server could act on.
import NIOCore
import Synchronization

/// Whether a request's body was asked for, which happens right after its head was written. A class: the transport looks at
/// what the connection has noted.
final class Departure: Sendable {
    private let flag = Atomic(false)

    var hasHappened: Bool { flag.load(ordering: .relaxed) }
    func note() { flag.store(true, ordering: .relaxed) }
}

/// A long body in chunks. The connection takes them as they leave, so that a server that refuses early, and reads no further, is
/// still heard; a body that is handed over whole would fail with the rest of it.
struct WatchedChunks: AsyncSequence, Sendable {
    static let size = 64 << 10

    let bytes: [UInt8]
    let departure: Departure

    func makeAsyncIterator() -> Iterator { Iterator(body: self) }

    struct Iterator: AsyncIteratorProtocol {
        let body: WatchedChunks
        var place = 0

        mutating func next() async -> ByteBuffer? {
            body.departure.note()
            guard place < body.bytes.count else { return nil }
            let end = Swift.min(place + WatchedChunks.size, body.bytes.count)
            defer { place = end }
            return ByteBuffer(bytes: body.bytes[place..<end])
        }
    }
}
