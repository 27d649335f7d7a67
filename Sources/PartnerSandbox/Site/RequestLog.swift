// The last requests and how many there were in each of the last seconds, for the page. A request is named by its method and path
// alone: queries, bodies and credentials are not kept.
import JSONBytes
import Synchronization

/// A class: all connections write into it.
final class RequestLog: Sendable {
    struct Entry: Sendable {
        /// Milliseconds since the epoch.
        var at: Int64
        var method: String
        var path: String
        /// 0 where the connection closed without an answer.
        var status: Int
        var took: Duration
        var id: String
    }

    private struct State {
        var entries: [Entry] = []
        /// Where the next entry goes, once there are as many as are kept.
        var next = 0
        var seconds: [Second] = Array(repeating: Second(), count: RequestLog.secondsKept)
    }

    private struct Second {
        var time: Int64 = -1
        var count = 0
        var failed = 0
    }

    private static let entriesKept = 40
    private static let secondsKept = 60
    private let state = Mutex(State())

    func note(_ entry: Entry) {
        state.withLock { state in
            if state.entries.count < Self.entriesKept {
                state.entries.append(entry)
            } else {
                state.entries[state.next] = entry
                state.next = (state.next + 1) % Self.entriesKept
            }
            let time = entry.at / 1000
            let slot = Int(time % Int64(Self.secondsKept))
            if state.seconds[slot].time != time { state.seconds[slot] = Second(time: time) }
            state.seconds[slot].count += 1
            if !(200..<400).contains(entry.status) { state.seconds[slot].failed += 1 }
        }
    }

    /// Writes the entries, newest first, and the counts of the seconds up to a time, oldest first.
    func write(to writer: inout JSONWriter, now: Int64) {
        let (entries, seconds) = state.withLock { state in
            (Array(state.entries[state.next...] + state.entries[..<state.next]), state.seconds)
        }
        writer.key("requests")
        writer.beginArray()
        for entry in entries.reversed() {
            writer.beginObject()
            writer.key("at")
            writer.int(entry.at)
            for (key, text) in [("method", entry.method), ("path", entry.path), ("id", entry.id)] {
                writer.key(key)
                writer.string(text)
            }
            writer.key("status")
            writer.int(Int64(entry.status))
            writer.key("milliseconds")
            writer.float(entry.took / .milliseconds(1))
            writer.endObject()
        }
        writer.endArray()
        writer.key("seconds")
        writer.beginArray()
        for time in (now / 1000 - Int64(Self.secondsKept) + 1)...(now / 1000) {
            let second = seconds[Int(time % Int64(Self.secondsKept))]
            let isKnown = second.time == time
            writer.beginArray()
            writer.int(isKnown ? Int64(second.count) : 0)
            writer.int(isKnown ? Int64(second.failed) : 0)
            writer.endArray()
        }
        writer.endArray()
    }
}
