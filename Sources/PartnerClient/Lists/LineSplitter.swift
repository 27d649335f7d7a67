// Lines out of chunks that end anywhere, even within a character: bytes are only looked at once their line is whole. Refuses
// a line beyond the limit, so that an answer without line breaks fills no memory.

struct LineSplitter {
    /// More than any record of the API takes.
    static let mostBytes = 8 << 20

    struct TooLong: Error {}

    private var bytes: [UInt8] = []
    /// Where the first line that was not given yet begins, and up to where no line break was found.
    private var start = 0
    private var searched = 0
    private let limit: Int

    init(limit: Int = mostBytes) { self.limit = limit }

    mutating func append(_ chunk: [UInt8]) {
        if start > 0 {
            bytes.removeFirst(start)
            searched -= start
            start = 0
        }
        bytes.append(contentsOf: chunk)
    }

    /// The next whole line without its line break; nil where another chunk is needed.
    mutating func next() throws(TooLong) -> ArraySlice<UInt8>? {
        guard let end = bytes[searched...].firstIndex(of: 0x0A) else {
            searched = bytes.count
            if searched - start > limit { throw TooLong() }
            return nil
        }
        defer {
            start = end + 1
            searched = start
        }
        guard end - start <= limit else { throw TooLong() }
        return end > start && bytes[end - 1] == 0x0D ? bytes[start..<end - 1] : bytes[start..<end]
    }

    /// What follows the last line break.
    var rest: ArraySlice<UInt8> { bytes[start...] }
}
