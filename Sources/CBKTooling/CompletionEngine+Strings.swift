// Inside a string: paths where the call takes one, else ids and emails of the last results. And the prompt's commands,
// whose arguments are names, expressions, words or files.

import CBKCompiler
import CBKSyntax

extension CompletionEngine {
    private static let mostTexts = 100

    /// The string token at that place is open at the cursor.
    func insideString(_ place: Int) -> CompletionList {
        let token = tokens[place]
        let start = token.span.start + 1
        let written = String(decoding: source.bytes[min(start, source.bytes.count)...], as: UTF8.self)
        if token.kind == .string, let files, isPath(place) {
            return paths(written, start: start, files)
        }
        guard !written.isEmpty || call(isAround: place) else { return CompletionList(start: cursor, items: []) }
        // The session may know very many; the newest that fit are enough.
        let fitting = Array(live.recentTexts.lazy.filter { $0.hasPrefix(written) }.prefix(CompletionEngine.mostTexts))
        let items = fitting.map { Completion($0, "seen in a result", kind: .value) }
        return list(items, word: written, start: start)
    }

    private func call(isAround place: Int) -> Bool {
        guard let open = opening(before: place) else { return false }
        return tokens[open].kind == .leftParen
    }

    /// Whether the string names a file: after `import`, or as an argument called so.
    private func isPath(_ place: Int) -> Bool {
        guard place > 0 else { return false }
        if tokens[place - 1].kind == .import { return true }
        guard let open = opening(before: place), tokens[open].kind == .leftParen,
            case .builtin(let index) = callee(of: open)
        else { return false }
        let parameters = catalog.signatures[index].parameters
        if tokens[place - 1].kind == .colon, place > 1 {
            return isPathName(text(tokens[place - 2]))
        }
        let position = tokens[open + 1..<place].filter { $0.kind == .comma }.count
        return position < parameters.count && isPathName(parameters[position].name)
    }

    private func isPathName(_ name: String) -> Bool { name == "path" || name == "file" }

    func paths(_ written: String, start: Int, _ files: FolderListing) -> CompletionList {
        var folder = ""
        var part = written
        if let slash = written.lastIndex(of: "/") {
            folder = String(written[..<slash])
            part = String(written[written.index(after: slash)...])
        }
        let lead = folder.isEmpty && !written.hasPrefix("/") ? "" : folder + "/"
        let looked = written.hasPrefix("/") && folder.isEmpty ? "/" : folder
        let items = files(looked).compactMap { entry -> Completion? in
            // Hidden files only for those who ask.
            guard entry.name.hasPrefix(part), part.hasPrefix(".") || !entry.name.hasPrefix(".") else { return nil }
            let isPlain = entry.name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\"" && $0 != "\\" && $0 != "$" }
            guard isPlain else { return nil }
            return Completion(lead + entry.name + (entry.isFolder ? "/" : ""), "", kind: entry.isFolder ? .folder : .file)
        }
        return list(items, word: written, start: start)
    }
}

/// Completes an input that begins with a colon; nil for any other.
func completeCommand(
    _ bytes: [UInt8], _ cursor: Int, _ catalog: Catalog, _ live: LiveNames, _ commands: [CommandName],
    _ files: FolderListing?
) -> CompletionList? {
    guard let start = bytes[..<cursor].firstIndex(where: { $0 > 0x20 }), bytes[start] == UInt8(ascii: ":") else { return nil }
    let word = bytes[start..<cursor].prefix { $0 > 0x20 }
    let name = String(decoding: word, as: UTF8.self)
    guard word.endIndex < cursor else {
        let items = commands.filter { $0.name.hasPrefix(name) }.map {
            Completion($0.name, ($0.argument.isEmpty ? "" : $0.argument + " — ") + $0.summary, kind: .command)
        }
        return CompletionList(start: start, items: items)
    }
    let rest = bytes[word.endIndex..<cursor].firstIndex { $0 > 0x20 } ?? cursor
    let written = String(decoding: bytes[rest..<cursor], as: UTF8.self)
    guard let command = commands.first(where: { $0.name == name }) else { return CompletionList(start: cursor, items: []) }
    let engine = CompletionEngine(bytes: bytes, offset: rest, cursor: cursor, catalog: catalog, live: live, files: files)
    switch command.argument {
    case "FILE":
        guard let files else { return CompletionList(start: cursor, items: []) }
        return engine.paths(written, start: 0, files)
    case "[NAME]":
        let functions = catalog.signatures.filter { !$0.isInternal }
        var items = functions.map { Completion($0.name, $0.summary, kind: $0.receivers.isEmpty ? .function : .method) }
        items += catalog.members(ofModule: "").filter { catalog.isModule($0) }.map { Completion($0, "", kind: .module) }
        items += commands.map { Completion($0.name, $0.summary, kind: .command) }
        return engine.list(items, word: written, start: 0)
    case "EXPRESSION": return engine.list()
    default:
        let words = command.argument.split { "[]|".contains($0) }.map { Completion(String($0), "", kind: .value) }
        return engine.list(words, word: written, start: 0)
    }
}
