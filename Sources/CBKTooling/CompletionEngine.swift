// What may come next at a cursor. Takes the text (as broken as it is while one types), the catalog and what the session
// knows; gives the ways to go on. A pure function over the lexer's tokens: nothing is parsed, run or asked.

import CBKCompiler
import CBKSyntax

/// - Parameters:
///   - text: the whole input; what is after the cursor does not matter but for one bracket.
///   - cursor: a byte offset, at the end of what is to be completed.
///   - live: the session's globals and recent ids; empty for a file.
///   - commands: the prompt's own, where there are any.
///   - files: looks into folders, for strings that are paths.
/// - Returns: what may replace the text from `start` to the cursor; empty where nothing is known.
package func complete(
    text: String, cursor: Int, catalog: Catalog, live: LiveNames = LiveNames(), commands: [CommandName] = [],
    files: FolderListing? = nil
) -> CompletionList {
    let bytes = Array(text.utf8)
    let cursor = max(0, min(cursor, bytes.count))
    if !commands.isEmpty, let list = completeCommand(bytes, cursor, catalog, live, commands, files) { return list }
    let engine = CompletionEngine(
        bytes: bytes, offset: 0, cursor: cursor, catalog: catalog, live: live, files: files)
    return engine.list()
}

struct CompletionEngine {
    let source: SourceFile
    let tokens: [Token]
    let catalog: Catalog
    let live: LiveNames
    let files: FolderListing?
    /// Where the source starts in the whole text.
    let offset: Int
    let cursor: Int
    /// A `(` follows already: none is added.
    let isCalled: Bool
    /// The cursor is in a comment.
    let isInComment: Bool

    init(
        bytes: [UInt8], offset: Int, cursor: Int, catalog: Catalog, live: LiveNames, files: FolderListing?
    ) {
        source = SourceFile(name: "", bytes: Array(bytes[offset..<cursor]))
        self.catalog = catalog
        self.live = live
        self.files = files
        self.offset = offset
        self.cursor = cursor
        isCalled = cursor < bytes.count && bytes[cursor] == UInt8(ascii: "(")
        let (read, _) = Lexer.tokens(of: source)
        let comments = read.last?.comments(in: source) ?? []
        isInComment = comments.last?.end == cursor - offset
        // Without the end, and the ends that the lexer makes up for strings with an open `${`.
        tokens = read.filter { $0.kind != .endOfFile && !($0.kind == .stringEnd && $0.span.start == $0.span.end) }
    }

    func text(_ token: Token) -> String { source.text(in: token.span) }

    /// The items that start with the word, without case if none does with it; sorted and each once.
    func list(_ items: [Completion], word: String, start: Int) -> CompletionList {
        var matching = items.filter { $0.text.hasPrefix(word) }
        if matching.isEmpty {
            let lower = word.lowercased()
            matching = items.filter { $0.text.lowercased().hasPrefix(lower) }
        }
        var seen: Set<String> = []
        let sorted = matching.filter { seen.insert($0.text).inserted }.sorted { left, right in
            (rank(left), left.text) < (rank(right), right.text)
        }
        return CompletionList(start: offset + start, items: sorted)
    }

    /// What fits the place best stands first.
    private func rank(_ item: Completion) -> Int {
        switch item.kind {
        case .argument, .field: 0
        case .variable, .value, .command: 1
        case .function, .module, .method, .folder, .file: 2
        case .keyword: 3
        }
    }

    func list() -> CompletionList {
        let nothing = CompletionList(start: cursor, items: [])
        guard !isInComment else { return nothing }
        guard let last = tokens.last else { return names(before: 0, word: "", start: cursor - offset) }
        let touches = last.span.end == cursor - offset
        if touches, last.isUnterminated { return last.kind == .regex ? nothing : insideString(tokens.count - 1) }
        if touches, last.kind.isWord {
            return names(before: tokens.count - 1, word: text(last), start: last.span.start)
        }
        if touches {
            switch last.kind {
            case .int, .float, .duration, .regex, .string, .stringEnd, .invalid: return nothing
            default: break
            }
        }
        return names(before: tokens.count, word: "", start: cursor - offset)
    }

    // MARK: Names

    /// What a word may be that follows the tokens up to `count`.
    private func names(before count: Int, word: String, start: Int) -> CompletionList {
        let previous = count > 0 ? tokens[count - 1] : nil
        switch previous?.kind {
        case .dot, .questionDot: return list(members(before: count - 1), word: word, start: start)
        case .let, .var, .fn, .param, .as, .for, .batch: return CompletionList(start: cursor, items: [])
        default: break
        }
        var items: [Completion] = []
        if let call = call(enclosing: count) {
            items = arguments(of: call)
            // A bare Tab asks what the call takes; all names of the program would bury it.
            if word.isEmpty, !items.isEmpty { return list(items, word: word, start: start) }
            if !word.isEmpty, items.contains(where: { $0.text.hasPrefix(word) }) {
                return list(items + variables(before: count), word: word, start: start)
            }
        }
        let begins = beginsStatement(count)
        if !begins, endsValue(previous) {
            return list(keywords(.afterValue), word: word, start: start)
        }
        items += variables(before: count) + builtins() + keywords(begins ? .statement : .value)
        return list(items, word: word, start: start)
    }

    /// Whether a statement may begin after the tokens up to `count`.
    private func beginsStatement(_ count: Int) -> Bool {
        guard count > 0 else { return true }
        switch tokens[count - 1].kind {
        case .semicolon: return true
        case .leftBrace: return !opensRecord(count - 1)
        case .rightBrace:
            return hasNewline(at: count) && !isInsideBrackets(count)
        default: return endsValue(tokens[count - 1]) && hasNewline(at: count) && !isInsideBrackets(count)
        }
    }

    private func hasNewline(at count: Int) -> Bool {
        if count < tokens.count { return tokens[count].hasNewlineBefore }
        let from = count > 0 ? tokens[count - 1].span.end : 0
        return source.bytes[from...].contains(0x0A)
    }

    private func isInsideBrackets(_ count: Int) -> Bool {
        guard let open = opening(before: count) else { return false }
        return tokens[open].kind != .leftBrace || opensRecord(open)
    }

    func endsValue(_ token: Token?) -> Bool {
        switch token?.kind {
        case .name, .true, .false, .null, .int, .float, .duration, .string, .stringEnd, .regex, .rightParen,
            .rightBracket, .rightBrace, .omit:
            true
        default: false
        }
    }

    private func keywords(_ place: KeywordPlace) -> [Completion] {
        Keyword.all.filter { $0.places.contains(place) }.map { Completion($0.word, $0.summary, kind: .keyword) }
    }

    func builtins() -> [Completion] {
        catalog.members(ofModule: "").compactMap { name in
            if let index = catalog.function(name) { return function(index, as: name, kind: .function) }
            let members = catalog.members(ofModule: name).joined(separator: ", ")
            return Completion(name, members, kind: .module)
        }
    }

    /// A function or method to be called: with its `(`, and `)` where it takes nothing.
    func function(_ index: Int, as name: String, kind: Completion.Kind) -> Completion? {
        let signature = catalog.signatures[index]
        guard !signature.isInternal else { return nil }
        let takesNothing = signature.parameters.isEmpty && signature.request == nil
        let brackets = isCalled ? "" : takesNothing ? "()" : "("
        return Completion(name + brackets, signature.summary, kind: kind)
    }

    private func variables(before count: Int) -> [Completion] {
        var items = live.globals.map { Completion($0.name, $0.summary, kind: .variable) }
        for place in 0..<count where tokens[place].kind == .name {
            guard let summary = declaration(at: place) else { continue }
            items.append(Completion(text(tokens[place]), summary, kind: .variable))
        }
        return items
    }

    /// How the name at that place is declared there; nil if it is used.
    func declaration(at place: Int) -> String? {
        let before = place > 0 ? tokens[place - 1].kind : nil
        switch before {
        case .let: return "let"
        case .var: return "var"
        case .fn: return "function"
        case .param: return "param"
        case .for: return "loop variable"
        case .batch: return "row of the batch"
        case .as: return "module"
        case .catch: return "error"
        default: break
        }
        guard place + 1 < tokens.count else { return nil }
        if tokens[place + 1].kind == .arrow { return "parameter" }
        // `for k, v in`, and the names between the brackets of `fn f(…)` and `(…) =>`.
        if before == .comma, place > 2, tokens[place - 3].kind == .for { return "loop variable" }
        guard before == .comma || before == .leftParen, let open = opening(before: place) else { return nil }
        guard tokens[open].kind == .leftParen else { return nil }
        if open > 1, tokens[open - 1].kind == .name, tokens[open - 2].kind == .fn { return "parameter" }
        guard let close = closing(of: open), close + 1 < tokens.count else { return nil }
        return tokens[close + 1].kind == .arrow ? "parameter" : nil
    }
}
