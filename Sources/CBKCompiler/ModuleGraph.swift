// The files of a program: takes its own text and a loader, gives each file that is imported once, parsed, in an order in
// which every file stands after those that it imports. Refuses what cannot be loaded and cycles, at the import's path.

import CBKSyntax

struct ModuleGraph {
    struct Import {
        let path: String
        let span: Span
        /// A file's place in `files`; nil once it has been refused.
        var target: Int?
    }

    struct File {
        let id: String?
        let source: SourceFile
        let parsed: ParseResult
        var imports: [Import] = []
        /// What is wrong with its imports.
        var diagnostics: [Diagnostic] = []
    }

    /// More than people write, and few enough to be held in memory.
    static let mostFiles = 1000

    /// The program's own text is the first.
    private(set) var files: [File]
    /// Places in `files`: what is imported before what imports it, so the first file comes last.
    private(set) var order: [Int] = []
    private var places: [String: Int] = [:]

    /// - Parameter isRepl: the program's own text is an input at a prompt.
    init(_ source: SourceFile, isRepl: Bool, loader: any SourceLoader) {
        files = [File(id: loader.programID, source: source, parsed: parse(source, interactive: isRepl))]
        if let id = loader.programID { places[id] = 0 }
        var next = 0
        while next < files.count {
            loadImports(of: next, loader)
            next += 1
        }
        sort()
    }

    private mutating func loadImports(of index: Int, _ loader: any SourceLoader) {
        for statement in files[index].parsed.tree.statements {
            guard case .import(let path, let span, _) = statement.kind else { continue }
            var target: Int?
            do throws(ImportError) {
                target = try place(of: path, from: files[index].id, loader)
            } catch {
                let code: CheckerCode =
                    switch error.kind {
                    case .unreadable: .importUnreadable
                    case .outside: .importOutside
                    }
                files[index].diagnostics.append(
                    Diagnostic(
                        code: code.rawValue, message: "cannot import '\(path)': \(error.message)", span: span, hint: error.hint))
            }
            files[index].imports.append(Import(path: path, span: span, target: target))
        }
    }

    private mutating func place(of path: String, from importer: String?, _ loader: any SourceLoader) throws(ImportError) -> Int {
        let location = try loader.locate(path, from: importer)
        if let known = places[location.id] { return known }
        guard files.count < ModuleGraph.mostFiles else {
            throw ImportError(.unreadable, "a program has \(ModuleGraph.mostFiles) files at most")
        }
        let bytes = try loader.read(location)
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw ImportError(.unreadable, "it is not UTF-8 text", hint: "save it as UTF-8")
        }
        let source = SourceFile(name: location.name, bytes: bytes)
        places[location.id] = files.count
        files.append(File(id: location.id, source: source, parsed: parse(source)))
        return files.count - 1
    }

    /// Depth first, without recursion: a chain of imports may be long.
    private mutating func sort() {
        var isDone = Array(repeating: false, count: files.count)
        var path: [(file: Int, next: Int)] = [(0, 0)]
        while let (file, next) = path.last {
            guard next < files[file].imports.count else {
                isDone[file] = true
                order.append(file)
                path.removeLast()
                continue
            }
            path[path.count - 1].next += 1
            guard let target = files[file].imports[next].target, !isDone[target] else { continue }
            if let start = path.firstIndex(where: { $0.file == target }) {
                refuseCycle(path[start...].map(\.file), file, next)
            } else {
                path.append((target, 0))
            }
        }
    }

    private mutating func refuseCycle(_ cycle: [Int], _ file: Int, _ index: Int) {
        files[file].imports[index].target = nil
        let chain = (cycle + cycle.prefix(1)).map { files[$0].source.name }.joined(separator: " → ")
        files[file].diagnostics.append(
            Diagnostic(
                code: CheckerCode.importCycle.rawValue, message: "files import each other in a cycle: \(chain)",
                span: files[file].imports[index].span, hint: "move what both need into a file of its own"))
    }
}
