// The words of the language, with what completion says of each and where it may stand.

enum KeywordPlace {
    /// At the start of a statement.
    case statement
    /// Where a value is expected.
    case value
    /// After a value.
    case afterValue
}

struct Keyword {
    var word: String
    var summary: String
    var places: [KeywordPlace]

    static let all: [Keyword] = [
        Keyword(word: "let", summary: "a name for a value", places: [.statement]),
        Keyword(word: "var", summary: "a name whose value may change", places: [.statement]),
        Keyword(word: "fn", summary: "a function", places: [.statement]),
        Keyword(word: "return", summary: "leaves the function with a value", places: [.statement]),
        Keyword(word: "if", summary: "if condition { } else { }", places: [.statement, .value]),
        Keyword(word: "else", summary: "what happens otherwise", places: [.afterValue]),
        Keyword(word: "while", summary: "while condition { }", places: [.statement]),
        Keyword(word: "for", summary: "for x in list { }", places: [.statement]),
        Keyword(word: "in", summary: "x in list", places: [.afterValue]),
        Keyword(word: "break", summary: "leaves the loop", places: [.statement]),
        Keyword(word: "continue", summary: "goes on with the next turn", places: [.statement]),
        Keyword(word: "batch", summary: "batch row in rows by key parallel n { }", places: [.statement, .value]),
        Keyword(word: "try", summary: "try { } catch e { }", places: [.statement]),
        Keyword(word: "catch", summary: "what to do on an error", places: [.afterValue]),
        Keyword(word: "throw", summary: "raises an error", places: [.statement, .value]),
        Keyword(word: "match", summary: "match value { pattern => value }", places: [.statement, .value]),
        Keyword(word: "import", summary: "import \"file.cbk\" as name", places: [.statement]),
        Keyword(word: "pub", summary: "visible to those who import this file", places: [.statement]),
        Keyword(word: "param", summary: "param name: type = default, a flag of the script", places: [.statement]),
        Keyword(word: "true", summary: "", places: [.statement, .value]),
        Keyword(word: "false", summary: "", places: [.statement, .value]),
        Keyword(word: "null", summary: "no value", places: [.statement, .value]),
        Keyword(word: "by", summary: "the key of a batch's item", places: [.afterValue]),
        Keyword(word: "parallel", summary: "how many items at a time, 1 to 256", places: [.afterValue]),
        Keyword(word: "emit", summary: "gives a row of the batch", places: [.statement]),
        Keyword(word: "skip", summary: "ends the item as skipped", places: [.statement]),
        Keyword(word: "as", summary: "the name of an import", places: [.afterValue]),
        Keyword(word: "omit", summary: "drops the field or argument", places: [.value]),
    ]
}
