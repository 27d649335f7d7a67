// Whether an input holds a credential, so that no file may keep it: by its tokens, so that broken input is judged, too.
// Rather keeps a harmless line out than a harmful one in.

import CBKSyntax

package enum SecretLines {
    /// Names of fields, arguments and variables whose written-out text is a credential.
    private static let names = ["token", "secret", "password", "passwd", "authorization", "apikey", "api_key", "credential"]

    /// Characters after `sk-` that make a credential rather than a word.
    private static let shortest = 8

    package static func holdsSecret(_ text: String) -> Bool {
        if holdsToken(Array(text.utf8)) { return true }
        let source = SourceFile(name: "history", text: text)
        let (tokens, _) = Lexer.tokens(of: source)
        for place in tokens.indices.dropLast(2) where isText(tokens[place + 2]) {
            let token = tokens[place]
            switch tokens[place + 1].kind {
            case .colon, .assign, .equal, .notEqual, .coalesce, .leftParen:
                // `token: "…"`, `let secret = "…"`, `secret("…")`, and an odd key in quotes.
                guard token.kind.isWord || token.kind == .string else { continue }
                if isSecretName(source.text(in: token.span)) { return true }
            default: continue
            }
        }
        return false
    }

    /// A string that is not blank: one with an expression in it counts as one.
    private static func isText(_ token: Token) -> Bool {
        switch token.kind {
        case .string: token.span.end - token.span.start > 2
        case .stringStart: token.span.end - token.span.start > 3
        default: false
        }
    }

    private static func isSecretName(_ name: String) -> Bool {
        let name = name.lowercased()
        return names.contains { name.contains($0) }
    }

    private static func holdsToken(_ bytes: [UInt8]) -> Bool {
        let mark = Array("sk-".utf8)
        var place = 0
        while place + mark.count + shortest <= bytes.count {
            defer { place += 1 }
            guard bytes[place] == mark[0], bytes[place..<place + mark.count].elementsEqual(mark) else { continue }
            // `task-…` is a word.
            if place > 0, isTokenByte(bytes[place - 1]) { continue }
            let rest = bytes[(place + mark.count)...].prefix(shortest)
            if rest.allSatisfy(isTokenByte) { return true }
        }
        return false
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
        default: false
        }
    }
}
