// Which argument of a call belongs to which parameter. Takes the arguments as written and what the
// callee declares; gives the match, or every way in which they do not fit. A call with a spread is not
// matched here, as its names are known only when it runs; what does not fit whatever they are is found all the same.

import CBKSyntax

/// A call whose arguments fit its callee.
package struct ArgumentMatch: Sendable, Equatable {
    package enum Slot: Sendable, Equatable {
        /// The parameter takes its default.
        case leftOut
        /// The argument at this index of the call.
        case argument(Int)
        /// What a variadic parameter collects, in order; may be empty.
        case rest([Int])
    }

    /// By parameter.
    package var parameters: [Slot]
    /// The arguments whose labels are fields of the request, in the order of the call.
    package var requestFields: [Int]
    /// The positional argument that is the request as one record.
    package var requestRecord: Int?

    package init(parameters: [Slot], requestFields: [Int] = [], requestRecord: Int? = nil) {
        self.parameters = parameters
        self.requestFields = requestFields
        self.requestRecord = requestRecord
    }
}

/// One way in which arguments do not fit.
package enum ArgumentProblem: Sendable, Equatable {
    /// The label at `argument` is none of `known`.
    case unknownLabel(argument: Int, known: [String])
    /// The parameter or field is given already, by an earlier argument.
    case duplicate(argument: Int, name: String)
    /// A required parameter has no argument.
    case missing(name: String)
    /// One positional argument more than the callee takes; given once, for the first.
    case tooMany(argument: Int, limit: Int)
    /// A positional argument where only this name may be given.
    case namedOnly(argument: Int, name: String)
    /// Fields of the request by name beside the request as a record.
    case recordAndFields(argument: Int, field: String)
}

package enum ArgumentMatching: Sendable, Equatable {
    case matched(ArgumentMatch)
    case mismatched([ArgumentProblem])
}

/// Matches a call of a built-in; nil if it has a spread argument and nothing else is wrong.
package func match(_ arguments: [Argument], to signature: Signature) -> ArgumentMatching? {
    var matcher = ArgumentMatcher(
        names: signature.parameters.map(\.name), requestFields: signature.request.map { $0.map(\.name) })
    matcher.isVariadic = signature.parameters.map(\.isVariadic)
    matcher.isNamedOnly = signature.parameters.map(\.isNamedOnly)
    return matcher.match(arguments) { signature.parameters[$0].isRequired }
}

/// Matches a call of a declared function; nil if it has a spread argument and nothing else is wrong.
package func match(
    _ arguments: [Argument], parameterNames: [String], hasDefault: [Bool]
) -> ArgumentMatching? {
    var matcher = ArgumentMatcher(names: parameterNames, requestFields: nil)
    return matcher.match(arguments) { !(hasDefault.indices.contains($0) && hasDefault[$0]) }
}

private struct ArgumentMatcher {
    let names: [String]
    let requestFields: [String]?
    var isVariadic: [Bool]
    var isNamedOnly: [Bool]
    private var result: ArgumentMatch
    private var problems: [ArgumentProblem] = []
    private var nextPositional = 0
    private var rest: [Int] = []
    private var hasTooMany = false

    init(names: [String], requestFields: [String]?) {
        self.names = names
        self.requestFields = requestFields
        isVariadic = Array(repeating: false, count: names.count)
        isNamedOnly = isVariadic
        result = ArgumentMatch(
            parameters: Array(repeating: .leftOut, count: names.count), requestFields: [], requestRecord: nil)
    }

    mutating func match(_ arguments: [Argument], isRequired: (Int) -> Bool) -> ArgumentMatching? {
        for (index, argument) in arguments.enumerated() where !argument.isSpread {
            if let label = argument.label {
                takeNamed(index, label.text, earlier: arguments)
            } else {
                takePositional(index)
            }
        }
        if arguments.contains(where: \.isSpread) { return problems.isEmpty ? nil : .mismatched(problems) }
        for index in names.indices where isVariadic[index] { result.parameters[index] = .rest(rest) }
        for index in names.indices where isRequired(index) && result.parameters[index] == .leftOut {
            problems.append(.missing(name: names[index]))
        }
        if let record = result.requestRecord, let field = result.requestFields.first, let label = arguments[field].label {
            problems.append(.recordAndFields(argument: max(record, field), field: label.text))
        }
        return problems.isEmpty ? .matched(result) : .mismatched(problems)
    }

    private mutating func takePositional(_ argument: Int) {
        while nextPositional < names.count, isNamedOnly[nextPositional] { nextPositional += 1 }
        if nextPositional < names.count {
            if isVariadic[nextPositional] {
                rest.append(argument)
            } else {
                result.parameters[nextPositional] = .argument(argument)
                nextPositional += 1
            }
        } else if requestFields != nil, result.requestRecord == nil {
            result.requestRecord = argument
        } else if !hasTooMany {
            hasTooMany = true
            if requestFields == nil, let name = names.indices.first(where: { isNamedOnly[$0] }).map({ names[$0] }) {
                problems.append(.namedOnly(argument: argument, name: name))
            } else {
                let limit = isNamedOnly.filter { !$0 }.count + (requestFields == nil ? 0 : 1)
                problems.append(.tooMany(argument: argument, limit: limit))
            }
        }
    }

    private mutating func takeNamed(_ argument: Int, _ label: String, earlier arguments: [Argument]) {
        if let index = names.firstIndex(of: label), !isVariadic[index] {
            if result.parameters[index] != .leftOut {
                problems.append(.duplicate(argument: argument, name: label))
            }
            result.parameters[index] = .argument(argument)
        } else if let requestFields, requestFields.contains(label) {
            if result.requestFields.contains(where: { arguments[$0].label?.text == label }) {
                problems.append(.duplicate(argument: argument, name: label))
            } else {
                result.requestFields.append(argument)
            }
        } else {
            let known = names.indices.filter { !isVariadic[$0] }.map { names[$0] } + (requestFields ?? [])
            problems.append(.unknownLabel(argument: argument, known: known))
        }
    }
}
