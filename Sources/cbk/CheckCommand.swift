// `cbk check FILE|FOLDER…`: every mistake of every file and of what it imports, each once, and nothing runs. As text for
// people on standard error, or as one JSON object a line on standard output, for editors.

import CBKCompiler
import CBKLibrary
import CBKSyntax
import CBKTerminal
import Foundation
import JSONBytes

enum CheckCommand {
    static let flags = [
        Flag(
            "format", .choice(["text", "json"]), "FORMAT", "text, or json: one object a line on standard output",
            defaultText: "text"),
        Flag("bytecode", .toggle, "", "print the machine's code, for who works on cbk itself"),
        Flag("help", short: "h", .toggle, "", "this text"),
    ]

    /// Of a file.
    private static let most = 1000

    static let help = """
        cbk check FILE|FOLDER … looks for mistakes without running anything, in files and in all .cbk files below folders.

        It prints every error and warning with its place, those in imported files, too, and exits with 2 when there are
        errors.

        \(FlagParser(flags).helpText())
        An object of --format json has file, code, severity (error or warning), message, line, column, endLine and
        endColumn (from 1; columns count Unicode scalars, and the end is behind the last), hint where there is one, and
        fix: the text to put there instead, where that is sure. Of a file with over \(most) mistakes the first are shown.

        """

    static func run(_ words: [String], _ console: Console) throws(UsageError) -> Int32 {
        let parsed = try FlagParser(flags).parse(words)
        if parsed.has("help") {
            console.print(help)
            return 0
        }
        guard !parsed.words.isEmpty else { throw UsageError("'check' needs a file: cbk check FILE.cbk") }
        let isJSON = parsed.text("format") == "json"
        let paths = try ScriptFiles.found(in: parsed.words)
        var errors = 0
        for file in try files(paths) {
            let shown = file.diagnostics.prefix(most)
            if isJSON {
                for diagnostic in shown { console.print(line(diagnostic, in: file.source)) }
            } else if !shown.isEmpty {
                console.note(rendered(Array(shown), in: file.source, color: console.errPalette.isOn) + "\n")
            }
            let rest = file.diagnostics.count - shown.count
            if rest > 0 { console.note("and \(rest) more in \(file.source.name)\n") }
            if parsed.has("bytecode"), let chunk = file.chunk { console.print(chunk.disassembly() + "\n") }
            errors += file.diagnostics.count { $0.severity == .error }
        }
        if errors == 0, !isJSON { console.note(paths.count == 1 ? "no mistakes\n" : "no mistakes in \(paths.count) files\n") }
        return errors == 0 ? 0 : 2
    }

    /// The files that the paths name and all that they import, each once: as a module, if one of the others imports it.
    private static func files(_ paths: [String]) throws(UsageError) -> [CompiledFile] {
        var compilations: [Compilation] = []
        for path in paths {
            let source = try ScriptFiles.read(path)
            let kind = TestFiles.kind(of: path)
            let isShared = kind == .test || offersNames(source)
            compilations.append(
                Compilation(
                    source, catalog: Library.catalog, kind: kind,
                    loader: isShared ? SourceFolder.around(path) : SourceFolder(script: path)))
        }
        var seen = Set(compilations.flatMap { $0.modules.map(\.source.name) })
        let own = compilations.compactMap { seen.insert($0.source.name).inserted ? $0.files.last : nil }
        var modules: Set<String> = []
        return compilations.flatMap { $0.modules.filter { modules.insert($0.source.name).inserted } } + own
    }

    /// Whether other files can import something from it. Most have no `pub` anywhere, and are not parsed for this.
    private static func offersNames(_ source: SourceFile) -> Bool {
        let word = Array("pub".utf8)
        let mayOffer = source.bytes.indices.contains { source.bytes[$0] == word[0] && source.bytes[$0...].starts(with: word) }
        return mayOffer && parse(source).tree.statements.contains(where: \.isPublic)
    }

    private static func line(_ diagnostic: Diagnostic, in source: SourceFile) -> String {
        let start = source.position(of: diagnostic.span.start)
        let end = source.position(of: diagnostic.span.end)
        var writer = JSONWriter()
        writer.beginObject()
        for (key, value) in [
            ("file", source.name), ("code", diagnostic.code), ("severity", diagnostic.severity.rawValue),
            ("message", diagnostic.message),
        ] {
            writer.key(key)
            writer.string(value)
        }
        for (key, value) in [
            ("line", start.line), ("column", start.column), ("endLine", end.line), ("endColumn", end.column),
        ] {
            writer.key(key)
            writer.int(Int64(value))
        }
        for case (let key, let value?) in [("hint", diagnostic.hint), ("fix", diagnostic.fix(in: source))] {
            writer.key(key)
            writer.string(value)
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self) + "\n"
    }
}
