// YAML for `--output yaml`: values as one document, a batch's rows as items of one list, written as they come. Text that another
// reader could take for a number, a truth or a date is quoted.

import CBKBatch
import JSONBytes
import Yams

enum YAMLText {
    /// Ends in a newline.
    static func text(_ value: JSONValue) -> String {
        // What cannot be laid out is still YAML as JSON.
        (try? Yams.serialize(node: node(value), width: -1, allowUnicode: true)) ?? value.description + "\n"
    }

    private static func node(_ value: JSONValue) -> Node {
        switch value {
        case .string(let text): scalar(text, isPlain: isPlain(text))
        case .array(let items): .sequence(.init(items.map(node), Tag(.seq), items.isEmpty ? .flow : .block))
        case .object(let object):
            .mapping(
                .init(
                    object.members.map { (scalar($0.key, isPlain: isPlain($0.key)), node($0.value)) }, Tag(.map),
                    object.count == 0 ? .flow : .block))
        case .null, .bool, .int, .float: scalar(value.description, isPlain: true)
        }
    }

    /// With its tag said, nothing has to be guessed.
    private static func scalar(_ text: String, isPlain: Bool) -> Node {
        .scalar(.init(text, Tag(.str), text.utf8.contains(0x0A) ? .literal : isPlain ? .any : .singleQuoted))
    }

    private static let words: Set<String> = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]

    /// What begins with a letter is no number, date or sign; the emitter itself quotes what would break the layout.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, first | 0x20 >= UInt8(ascii: "a"), first | 0x20 <= UInt8(ascii: "z") else {
            return false
        }
        return !words.contains(text.lowercased())
    }
}

struct YAMLRowSink: RowSink {
    private var output: any ByteSink
    private var isEmpty = true

    init(output: any ByteSink) { self.output = output }

    mutating func begin(columns: [String]) throws(BatchError) {}

    mutating func row(_ row: JSONObject) throws(BatchError) {
        isEmpty = false
        try output.write(Array(YAMLText.text(.array([.object(row)])).utf8))
    }

    mutating func end() throws(BatchError) {
        if isEmpty { try output.write(Array("[]\n".utf8)) }
        try output.close()
    }
}
