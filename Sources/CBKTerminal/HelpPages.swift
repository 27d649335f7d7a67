// What `:help` shows: functions, methods and modules from the catalog, and a page on each construct of the language.

import CBKCompiler
import CBKSyntax
import CBKTooling

enum HelpPages {
    /// The page of a function, method, module or topic; nil where there is none.
    static func page(_ name: String, _ catalog: Catalog, _ palette: Palette) -> String? {
        if let index = catalog.function(name), !catalog.signatures[index].isInternal {
            return titled(SignatureText.page(catalog.signatures[index]), palette)
        }
        if catalog.isModule(name) { return module(name, catalog, palette) }
        if let method = methods(name, catalog, palette) { return method }
        return HelpTopic.named(name).map { titled($0.page, palette) }
    }

    /// A name that has a page, near the one written.
    static func nearest(to name: String, _ catalog: Catalog) -> String? {
        let functions = catalog.signatures.filter { !$0.isInternal }.map(\.name)
        return suggestion(for: name, among: functions + HelpTopic.all.map(\.name))
    }

    static func overview(_ catalog: Catalog, width: Int, _ palette: Palette) -> String {
        let top = catalog.members(ofModule: "")
        let modules = top.filter { catalog.isModule($0) }
        let functions = top.filter { name in
            catalog.function(name).map { !catalog.signatures[$0].isInternal } ?? false
        }
        var types: [ValueType] = []
        for type in ValueType.allCases where catalog.signatures.contains(where: { !$0.isInternal && $0.receivers.contains(type) })
        {
            types.append(type)
        }
        var text = ""
        let groups = [
            ("Modules", modules), ("Functions", functions), ("Methods, by type", types.map(\.rawValue)),
            ("Topics", HelpTopic.all.map(\.name)),
        ]
        for (title, names) in groups where !names.isEmpty {
            text += palette.paint(title, .bold) + "  :help NAME\n" + wrapped(names, width: width)
        }
        return text
    }

    private static func module(_ name: String, _ catalog: Catalog, _ palette: Palette) -> String {
        var rows: [(String, String)] = []
        for member in catalog.members(ofModule: name) {
            let full = "\(name).\(member)"
            if let index = catalog.function(full), !catalog.signatures[index].isInternal {
                rows.append((full, catalog.signatures[index].summary))
            }
            if catalog.isModule(full) {
                rows.append((full + ".", catalog.members(ofModule: full).joined(separator: ", ")))
            }
        }
        let gap = min(32, (rows.map(\.0.count).max() ?? 0) + 2)
        return palette.paint(name, .bold) + "\n"
            + rows.map { "  \($0.0)\(String(repeating: " ", count: max(1, gap - $0.0.count)))\($0.1)\n" }.joined()
    }

    /// The methods of that name, `where` or `list.where`; or all methods of a type.
    private static func methods(_ name: String, _ catalog: Catalog, _ palette: Palette) -> String? {
        if let type = ValueType(rawValue: name) {
            let signatures = catalog.signatures.filter { !$0.isInternal && $0.receivers.contains(type) }
            guard !signatures.isEmpty else { return nil }
            let rows = signatures.sorted { $0.name < $1.name }.map { signature in
                "  \(signature.name)\(String(repeating: " ", count: max(1, 16 - signature.name.count)))\(signature.summary)\n"
            }
            let topic = HelpTopic.named(name).map { titled($0.page, palette) + "\n" } ?? ""
            return topic + palette.paint("Methods of a \(name)", .bold) + "\n" + rows.joined()
        }
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        let receiver = parts.count == 2 ? ValueType(rawValue: parts[0]) : nil
        let word = receiver == nil ? name : parts[1]
        var seen: Set<Int> = []
        let indexes = catalog.methods(named: word).filter { receiver == nil || $0.key == receiver }.values.sorted()
            .filter { seen.insert($0).inserted && !catalog.signatures[$0].isInternal }
        guard !indexes.isEmpty else { return nil }
        return indexes.map { titled(SignatureText.page(catalog.signatures[$0]), palette) }.joined(separator: "\n")
    }

    /// The page with its first line bold.
    private static func titled(_ page: String, _ palette: Palette) -> String {
        guard let end = page.firstIndex(of: "\n") else { return palette.paint(page, .bold) }
        return palette.paint(String(page[..<end]), .bold) + page[end...]
    }

    private static func wrapped(_ names: [String], width: Int) -> String {
        var lines: [String] = []
        var line = " "
        for name in names {
            if line.count + name.count + 1 > width, line.count > 1 {
                lines.append(line)
                line = " "
            }
            line += " " + name
        }
        lines.append(line)
        return lines.map { $0 + "\n" }.joined()
    }
}

/// One construct of the language, in a few lines.
struct HelpTopic {
    var name: String
    var text: String

    var page: String { "\(name)\n" + text.split(separator: "\n").map { "  \($0)\n" }.joined() }

    static func named(_ name: String) -> HelpTopic? {
        let aliases = [
            "var": "let", "else": "if", "while": "for", "in": "for", "catch": "try", "throw": "try", "emit": "batch",
            "skip": "batch", "parallel": "batch", "by": "batch", "streams": "stream", "records": "record",
            "strings": "string", "secrets": "secret", "return": "fn", "functions": "fn", "omit": "record",
            "errors": "try", "error": "try", "pub": "import", "lists": "list",
        ]
        let word = aliases[name] ?? name
        return all.first { $0.name == word }
    }

    static let all: [HelpTopic] = [
        HelpTopic(
            name: "let",
            text: """
                let plan = "free"      a name for a value, for good
                var n = 0              a name whose value may change: n += 1
                Lists and records are values: assignment copies.
                """),
        HelpTopic(
            name: "fn",
            text: """
                fn full(user, mark = "") { "${user.name} <${user.email}>${mark}" }
                let short = user => user.name
                The last expression is the value; 'return' leaves early.
                """),
        HelpTopic(
            name: "if",
            text: """
                if n > 10 { print("many") } else { print("few") }
                A condition is true or false and nothing else: write n != 0, or name != "".
                """),
        HelpTopic(
            name: "match",
            text: """
                let limits = match plan {
                  "free" => { messages: 1_000 }
                  _      => throw "unknown plan '${plan}'"
                }
                """),
        HelpTopic(
            name: "for",
            text: """
                for user in users.list() { print(user.email) }
                for key, value in record { }    for i in 0..10 { }    while n < 3 { n += 1 }
                """),
        HelpTopic(
            name: "try",
            text: """
                try { users.fetch("nobody") } catch e { print(e.code) }
                users.fetch("nobody") catch null        a fallback in one expression
                throw "message"                         raises an error
                """),
        HelpTopic(
            name: "batch",
            text: """
                batch row in csv.read("users.csv") by row.email parallel 16 {
                  if row.email == "" { skip "no email" }
                  let user = users.create(name: row.name, email: row.email)
                  emit { email: row.email, id: user.id }
                }
                One item per row, many at a time; an error ends its item, not the run.
                """),
        HelpTopic(
            name: "string",
            text: """
                "Hello, ${name}\\n"      with escapes and expressions        'C:\\raw'   as it stands
                name.or("nobody") is the other one where name is blank.
                """),
        HelpTopic(
            name: "list",
            text: """
                [1, 2, ...more]        xs[0]   xs[-1]   xs[1..3]
                xs.where(x => x > 1).map(x => x * 2)
                """),
        HelpTopic(
            name: "record",
            text: """
                { name: "Ann", "odd key": 1, email, ...row, alias: omit }
                r.name raises where there is no such field; r?.name gives null; 'omit' drops a field.
                """),
        HelpTopic(
            name: "stream",
            text: """
                csv.read and users.list give streams: one page at a time, whatever the size.
                .where(…), .map(…) and .take(n) give streams again; .to_list(), .count() and .first() use them up.
                """),
        HelpTopic(
            name: "secret",
            text: """
                Tokens are secrets: they print masked, and any minted one is kept in the run's secrets file.
                token.token.reveal() is the text itself.
                """),
        HelpTopic(
            name: "import",
            text: """
                import "lib/plans.cbk" as plans        plans.limits("free")
                Only names marked 'pub' show: pub fn limits(plan) { … }
                """),
        HelpTopic(
            name: "param",
            text: """
                # The customers to create.
                param file: path = "users.csv"
                At the top of a script: 'cbk onboard.cbk --file spring.csv' sets it, '--help' tells of it.
                """),
    ]
}
