// What a line editor needs to know about text and no editor should decide: how a new line is indented, where Up and Down
// go inside an input of several lines, how completions are listed. Offsets are bytes of UTF-8.

import CBKSyntax
import CBKTooling

package enum Indentation {
    /// The blanks at the start of a line that Return opens at the cursor: two for each bracket open there.
    package static func ofNewLine(after text: String, cursor: Int) -> String {
        let before = Array(text.utf8.prefix(cursor))
        let (tokens, _) = Lexer.tokens(of: SourceFile(name: "", bytes: before))
        var depth = 0
        for token in tokens {
            switch token.kind {
            case .leftParen, .leftBracket, .leftBrace, .questionBracket: depth += 1
            case .rightParen, .rightBracket, .rightBrace: depth = max(0, depth - 1)
            default: break
            }
        }
        return String(repeating: "  ", count: min(depth, 20))
    }

    /// Two blanks where Tab indents rather than completes: at the start of a line that is not the first.
    package static func ofTab(in text: String, cursor: Int) -> String? {
        let before = Array(text.utf8.prefix(cursor))
        guard let newline = before.lastIndex(of: 0x0A) else { return nil }
        return before[(newline + 1)...].allSatisfy { $0 == 0x20 || $0 == 0x09 } ? "  " : nil
    }
}

package enum PromptText {
    /// The prompt with its escapes between \x01 and \x02, so that they take no columns.
    package static func marked(_ prompt: String) -> String {
        var result = ""
        var isEscape = false
        for scalar in prompt.unicodeScalars {
            if scalar == "\u{1B}", !isEscape {
                isEscape = true
                result += "\u{01}"
            }
            result.unicodeScalars.append(scalar)
            if isEscape, scalar.properties.isAlphabetic {
                isEscape = false
                result += "\u{02}"
            }
        }
        return isEscape ? result + "\u{02}" : result
    }
}

package enum LineMoves {
    /// The offset in the line above that is as many characters from its start; nil in the first line.
    package static func above(_ text: String, cursor: Int) -> Int? {
        let bytes = Array(text.utf8)
        let start = lineStart(bytes, cursor)
        guard start > 0 else { return nil }
        return place(bytes, from: lineStart(bytes, start - 1), column: column(bytes, from: start, to: cursor))
    }

    package static func below(_ text: String, cursor: Int) -> Int? {
        let bytes = Array(text.utf8)
        guard cursor <= bytes.count, let end = bytes[cursor...].firstIndex(of: 0x0A) else { return nil }
        let start = lineStart(bytes, cursor)
        return place(bytes, from: end + 1, column: column(bytes, from: start, to: cursor))
    }

    private static func lineStart(_ bytes: [UInt8], _ offset: Int) -> Int {
        bytes[..<min(offset, bytes.count)].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    }

    /// Grapheme clusters, which is what a column looks like.
    private static func column(_ bytes: [UInt8], from start: Int, to end: Int) -> Int {
        String(decoding: bytes[start..<min(end, bytes.count)], as: UTF8.self).count
    }

    private static func place(_ bytes: [UInt8], from start: Int, column: Int) -> Int {
        let line = bytes[start...].prefix { $0 != 0x0A }
        return start + String(decoding: line, as: UTF8.self).prefix(column).utf8.count
    }
}

package enum CompletionText {
    /// The ways to go on, one a line with what each is, cut to half a screen; each line ended.
    package static func listing(_ list: CompletionList, width: Int, height: Int, palette: Palette) -> String {
        let width = max(20, width > 0 ? width : 80)
        let most = max(8, (height > 0 ? height : 24) / 2)
        let labels = list.items.map(label)
        // Without anything to say of them, several fit a line.
        if list.items.allSatisfy(\.summary.isEmpty) { return columns(labels, width: width, most: most, palette) }
        let shown = list.items.count > most ? most - 1 : list.items.count
        let wide = min(width / 2, labels.prefix(shown).map(DisplayWidth.of).max() ?? 0)
        var text = ""
        for (label, item) in zip(labels, list.items).prefix(shown) {
            let name = DisplayWidth.fitted(label, to: wide)
            let gap = String(repeating: " ", count: max(0, wide - DisplayWidth.of(name)) + 2)
            let summary = DisplayWidth.fitted(VisibleText.line(item.summary), to: max(0, width - wide - 5))
            text += "  \(name)" + (summary.isEmpty ? "" : gap + palette.paint(summary, .dim)) + "\n"
        }
        return text + rest(list.items.count - shown, palette)
    }

    private static func columns(_ labels: [String], width: Int, most: Int, _ palette: Palette) -> String {
        let wide = (labels.map(DisplayWidth.of).max() ?? 0) + 2
        let perLine = max(1, (width - 2) / wide)
        let shown = min(labels.count, perLine * most)
        var text = ""
        for start in stride(from: 0, to: shown, by: perLine) {
            let line = labels[start..<min(start + perLine, shown)].map { label in
                label + String(repeating: " ", count: max(0, wide - DisplayWidth.of(label)))
            }
            text += "  " + line.joined().trimmingBlanks + "\n"
        }
        return text + rest(labels.count - shown, palette)
    }

    private static func rest(_ count: Int, _ palette: Palette) -> String {
        count > 0 ? palette.paint("  … \(count) more", .dim) + "\n" : ""
    }

    /// A path shows its last part only.
    private static func label(_ item: Completion) -> String {
        guard item.kind == .file || item.kind == .folder else { return VisibleText.line(item.text) }
        let parts = item.text.split(separator: "/")
        return VisibleText.line((parts.last.map(String.init) ?? item.text) + (item.kind == .folder ? "/" : ""))
    }
}
