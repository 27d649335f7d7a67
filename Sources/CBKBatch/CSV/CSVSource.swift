// Where a CSV file's bytes come from, and what turns them into UTF-8. Takes a descriptor or bytes; gives blocks.
// What is malformed in the file's encoding leaves as the byte FF, which UTF-8 never has, so that its row is refused.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The character encodings that are read.
package enum CSVEncoding: String, Sendable, CaseIterable {
    case utf8 = "utf-8"
    case utf16le = "utf-16le"
    case utf16be = "utf-16be"
    /// Read as Windows-1252, which is what files called Latin-1 are in practice.
    case latin1 = "latin1"

    /// `utf8`, `UTF-16LE`, `iso-8859-1`, `windows-1252` and the like; nil for a name that is none of them.
    package init?(name: String) {
        switch name.lowercased().filter({ $0.isLetter || $0.isNumber }) {
        case "utf8": self = .utf8
        case "utf16le", "utf16": self = .utf16le
        case "utf16be": self = .utf16be
        case "latin1", "iso88591", "windows1252", "cp1252": self = .latin1
        default: return nil
        }
    }
}

/// A pull source of bytes, used by one thread at a time.
protocol CSVByteSource: Sendable {
    /// Reads up to the buffer's size; 0 is the end.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(CSVError) -> Int
    mutating func close()
}

struct CSVFileSource: CSVByteSource {
    private var descriptor: Int32
    private let closesDescriptor: Bool
    private let name: String

    init(path: String) throws(CSVError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CSVError(.unreadable, "'\(path)' cannot be opened: \(systemMessage(errno))")
        }
        self.init(descriptor: descriptor, name: path, closesDescriptor: true)
    }

    init(descriptor: Int32, name: String, closesDescriptor: Bool) {
        self.descriptor = descriptor
        self.name = name
        self.closesDescriptor = closesDescriptor
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(CSVError) -> Int {
        guard descriptor >= 0 else { return 0 }
        while true {
            #if canImport(Darwin)
                let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
            #elseif canImport(Musl)
                let count = Musl.read(descriptor, buffer.baseAddress, buffer.count)
            #else
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            #endif
            if count >= 0 { return count }
            let code = errno
            if code != EINTR { throw CSVError(.unreadable, "'\(name)' cannot be read: \(systemMessage(code))") }
        }
    }

    mutating func close() {
        guard descriptor >= 0 else { return }
        if closesDescriptor { closeDescriptor(descriptor) }
        descriptor = -1
    }
}

struct CSVMemorySource: CSVByteSource {
    private let bytes: [UInt8]
    private let blockSize: Int
    private var position = 0

    /// - Parameter blockSize: the most bytes that one read gives.
    init(bytes: [UInt8], blockSize: Int) {
        self.bytes = bytes
        self.blockSize = max(1, blockSize)
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(CSVError) -> Int {
        let count = min(buffer.count, blockSize, bytes.count - position)
        buffer.copyBytes(from: bytes[position..<(position + count)])
        position += count
        return count
    }

    mutating func close() { position = bytes.count }
}

/// Turns blocks of UTF-16 or Latin-1 into UTF-8, keeping what a block's end cuts in two.
struct CSVTranscoder: Sendable {
    private let encoding: CSVEncoding
    /// The first byte of a unit whose second is in the next block.
    private var halfUnit: UInt8?
    private var highSurrogate: UInt16?

    init(_ encoding: CSVEncoding) { self.encoding = encoding }

    mutating func append(_ input: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        switch encoding {
        case .utf8: output.append(contentsOf: input)
        case .latin1:
            for byte in input { appendScalar(windows1252(byte), to: &output) }
        case .utf16le, .utf16be:
            for byte in input {
                guard let first = halfUnit else {
                    halfUnit = byte
                    continue
                }
                halfUnit = nil
                let (high, low) = encoding == .utf16be ? (first, byte) : (byte, first)
                append(unit: UInt16(high) << 8 | UInt16(low), to: &output)
            }
        }
    }

    /// Says that no more comes.
    mutating func finish(into output: inout [UInt8]) {
        if halfUnit != nil || highSurrogate != nil { output.append(0xFF) }
        halfUnit = nil
        highSurrogate = nil
    }

    private mutating func append(unit: UInt16, to output: inout [UInt8]) {
        if let high = highSurrogate {
            highSurrogate = nil
            if unit & 0xFC00 == 0xDC00 {
                appendScalar(0x10000 + (UInt32(high & 0x3FF) << 10 | UInt32(unit & 0x3FF)), to: &output)
                return
            }
            output.append(0xFF)
        }
        switch unit & 0xFC00 {
        case 0xD800: highSurrogate = unit
        case 0xDC00: output.append(0xFF)
        default: appendScalar(UInt32(unit), to: &output)
        }
    }

    private func appendScalar(_ scalar: UInt32, to output: inout [UInt8]) {
        if scalar < 0x80 {
            output.append(UInt8(scalar))
        } else if scalar < 0x800 {
            output.append(UInt8(0xC0 | scalar >> 6))
            output.append(UInt8(0x80 | scalar & 0x3F))
        } else if scalar < 0x10000 {
            output.append(UInt8(0xE0 | scalar >> 12))
            output.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            output.append(UInt8(0x80 | scalar & 0x3F))
        } else {
            output.append(UInt8(0xF0 | scalar >> 18))
            output.append(UInt8(0x80 | scalar >> 12 & 0x3F))
            output.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            output.append(UInt8(0x80 | scalar & 0x3F))
        }
    }

    /// The scalar of a byte; the five bytes that Windows-1252 leaves undefined stay control characters.
    private func windows1252(_ byte: UInt8) -> UInt32 {
        guard byte & 0xE0 == 0x80 else { return UInt32(byte) }
        return Self.windows1252High[Int(byte & 0x1F)]
    }

    private static let windows1252High: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]
}
