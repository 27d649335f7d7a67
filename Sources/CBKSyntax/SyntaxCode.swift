// The codes of what the lexer and the parser refuse. Titles, causes and examples are in DiagnosticCodes+Syntax.swift.

// ORDER: SyntaxCode
package enum SyntaxCode: String, Sendable, CaseIterable {
    case invalidUTF8 = "E0101"
    case unexpectedCharacter = "E0102"
    case unterminatedString = "E0103"
    case unknownEscape = "E0104"
    case malformedNumber = "E0105"
    case numberOutOfRange = "E0106"
    case malformedRegex = "E0107"
    case slashComment = "E0108"
    case expected = "E0110"
    case expectedExpression = "E0111"
    case expectedStatementEnd = "E0112"
    case unbalancedBracket = "E0113"
    case reservedWord = "E0114"
    case chainedComparison = "E0115"
    case invalidTarget = "E0116"
    case misplacedAssignment = "E0117"
    case argumentOrder = "E0118"
    case bareInHeader = "E0119"
    case tooDeep = "E0120"
    case misplacedJump = "E0121"
    case misplacedArrow = "E0122"
    case invalidPattern = "E0123"
    case strayClause = "E0124"
    case unknownParameterType = "E0125"
    case misplacedPub = "E0126"
    case missingCatch = "E0127"
    case repeatedClause = "E0128"
    case regexUnsupported = "E0129"
    case regexTooLarge = "E0130"
}

extension SyntaxCode {
    init(of kind: RegexError.Kind) {
        switch kind {
        case .malformed: self = .malformedRegex
        case .unsupported: self = .regexUnsupported
        case .tooLarge: self = .regexTooLarge
        }
    }
}
