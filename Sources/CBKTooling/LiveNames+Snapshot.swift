// What completion keeps of values and imported files: types, names of fields, ids and emails; never a value as such.

import CBKCompiler
import CBKRuntime

extension LiveNames {
    private static let mostTexts = 1_000
    private static let textFields: Set<String> = ["id", "email", "alias", "userId"]

    /// Notes the ids and emails of a result: those of a record, or of the first records of a list.
    package mutating func note(_ result: Snapshot) {
        var found: [String] = []
        switch result {
        case .record(let fields): LiveNames.collect(fields, into: &found)
        case .list(let items):
            for case .record(let fields) in items.prefix(LiveNames.mostTexts) { LiveNames.collect(fields, into: &found) }
        case .null, .bool, .int, .float, .string, .duration, .datetime, .secret, .opaque: break
        }
        guard !found.isEmpty else { return }
        let fresh = Set(found)
        recentTexts = Array((found + recentTexts.filter { !fresh.contains($0) }).prefix(LiveNames.mostTexts))
    }

    private static func collect(_ fields: [Snapshot.Field], into found: inout [String]) {
        for field in fields where textFields.contains(field.name) {
            if case .string(let text) = field.value, !text.isEmpty, text.utf8.count <= 200 { found.append(text) }
        }
    }
}

extension LiveNames.Global {
    /// How many items of a list are looked at for their fields.
    private static let mostItems = 50

    /// A global by its value.
    /// - Parameter kind: `let`, `var`, `fn` or nothing, as the declaration says.
    package init(_ name: String, kind: String, value: Snapshot) {
        let type = LiveNames.Global.typeName(of: value)
        var count = ""
        var names: [String] = []
        switch value {
        case .record(let fields): names = fields.map(\.name)
        case .list(let items):
            count = " of \(items.count)"
            names = LiveNames.Global.fieldNames(of: items)
        case .null, .bool, .int, .float, .string, .duration, .datetime, .secret, .opaque: break
        }
        self.init(name, summary: (kind.isEmpty ? "" : "\(kind) · ") + type + count, type: type, fields: names)
    }

    /// An imported file.
    package init(_ name: String, _ module: ModuleInterface) {
        self.init(name, summary: "import", type: "module")
        members = module.publicNames.map { name in
            let member = module.members[name]
            let isFunction = member?.kind == .function
            return LiveNames.Global(
                name, summary: isFunction ? "fn" : "let", type: isFunction ? "function" : nil,
                parameters: member?.parameters?.map(\.name) ?? [])
        }
    }

    private static func fieldNames(of items: [Snapshot]) -> [String] {
        var names: [String] = []
        var seen: Set<String> = []
        for case .record(let fields) in items.prefix(mostItems) {
            for field in fields where seen.insert(field.name).inserted { names.append(field.name) }
        }
        return names
    }

    /// As `type(x)` names it.
    private static func typeName(of value: Snapshot) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .int: "int"
        case .float: "float"
        case .string: "string"
        case .duration: "duration"
        case .datetime: "datetime"
        case .secret: "secret"
        case .list: "list"
        case .record: "record"
        case .opaque(let type, _): type
        }
    }
}
