// Regular expressions: a pattern, a line break, and a text. Both engines agree, whatever is found lies in the text, and
// the steps stay within what is linear.

import CBKRuntime
import CBKSyntax

func fuzzRegex(_ bytes: [UInt8]) {
    guard let end = bytes.firstIndex(of: 0x0A), let pattern = String(validating: bytes[..<end], as: UTF8.self) else { return }
    _ = try? RegexProgram(pattern, ignoresCase: true)
    guard (try? RegexProgram(pattern, ignoresCase: false)) != nil else { return }
    let scalars = String(decoding: bytes[(end + 1)...], as: UTF8.self).unicodeScalars
    let text = scalars.map { "\\u{\(String($0.value, radix: 16))}" }.joined()
    let script = """
        let text = "\(text)"
        let found = text.captures(/\(pattern)/)
        let whole = if found == null { null } else if type(found) == "list" { found[0] } else { "" }
        [text.matches(/\(pattern)/) == (found != null), whole == null || whole in text,
          text.replace(/\(pattern)/, "") == text.split(/\(pattern)/).join("")]
        """
    // A pattern with a '/' that ends the literal is another program.
    guard !pattern.replacing("\\/", with: "").contains("/"), let program = Program(Array(script.utf8)) else { return }
    switch program.run() {
    case .value(let value): require(value == .list([.bool(true), .bool(true), .bool(true)]), "\(value)\n\(script)")
    case .error(let kind, let code, let message):
        require(kind == "limit", "\(code ?? kind): \(message)\n\(script)")
    }
}
