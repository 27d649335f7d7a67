// What other languages call what this one has. Takes a name that is not there, gives the language's own, for hints: no
// letters of `filter` are near those of `where`.

package enum ForeignNames {
    /// As they are written: in other letters they may be anybody's variables.
    static let values = [
        "nil": "null", "None": "null", "undefined": "null", "NULL": "null", "True": "true", "False": "false",
    ]

    package static let functions = [
        "str": "string", "tostring": "string", "length": "len", "size": "len", "count": "len", "puts": "print", "echo": "print",
    ]

    package static let methods = [
        "filter": "where", "findall": "where", "orderby": "sort_by", "uniq": "distinct", "unique": "distinct",
        "length": "count", "len": "count", "size": "count", "append": "push", "add": "push", "extend": "concat",
        "delete": "remove", "reduce": "fold", "inject": "fold", "some": "any", "every": "all", "average": "avg", "mean": "avg",
        "limit": "take", "head": "take", "drop": "skip", "offset": "skip", "toarray": "to_list", "collect": "to_list",
        "uppercase": "upper", "touppercase": "upper", "upcase": "upper", "lowercase": "lower", "tolowercase": "lower",
        "downcase": "lower", "strip": "trim", "includes": "contains", "substring": "slice", "substr": "slice", "haskey": "has",
        "items": "entries",
    ]

    /// Others join words differently.
    fileprivate static func key(_ name: String) -> String { name.lowercased().filter { $0 != "_" } }
}

extension Catalog {
    /// The function that is `name` elsewhere.
    package func ownFunction(of name: String) -> String? {
        ForeignNames.functions[ForeignNames.key(name)].flatMap { function($0) == nil ? nil : $0 }
    }

    /// The method of that type which is `name` elsewhere.
    package func ownMethod(of name: String, on type: ValueType) -> String? {
        ForeignNames.methods[ForeignNames.key(name)].flatMap { methods(named: $0)[type] == nil ? nil : $0 }
    }
}
