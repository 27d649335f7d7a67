// Which argument goes to which parameter, as the checker and the emitter both see it.

import CBKCompiler
import CBKSyntax
import Testing

@Suite struct ArgumentMatchingTests {
    private func arguments(of call: String) throws -> [Argument] {
        let tree = parse(SourceFile(name: "test", text: call)).tree
        guard case .expression(let expression)? = tree.statements.first?.kind, case .call(_, let arguments) = expression.kind
        else { throw NoCall() }
        return arguments
    }

    private struct NoCall: Error {}

    private let update = Signature(
        "update", [.init("user"), .init("note", default: "null")], request: [.init("name", .any), .init("email", .any)],
        "Updates.")
    private let print = Signature(
        "print", [.init("first"), .init("rest", isVariadic: true), .init("end", default: "\"\"", isNamedOnly: true)], "Prints.")

    @Test func fieldsOfTheRequestStandApart() throws {
        let match = match(try arguments(of: "f(1, email: 2, name: 3)"), to: update)
        #expect(
            match == .matched(ArgumentMatch(parameters: [.argument(0), .leftOut], requestFields: [1, 2], requestRecord: nil)))
    }

    @Test func aRecordAfterTheParametersIsTheRequest() throws {
        let match = match(try arguments(of: "f(1, 2, { name: 3 })"), to: update)
        #expect(match == .matched(ArgumentMatch(parameters: [.argument(0), .argument(1)], requestFields: [], requestRecord: 2)))
    }

    @Test func variadicParametersCollect() throws {
        let match = match(try arguments(of: "f(1, 2, 3, end: 4)"), to: print)
        #expect(
            match
                == .matched(
                    ArgumentMatch(
                        parameters: [.argument(0), .rest([1, 2]), .argument(3)], requestFields: [], requestRecord: nil)))
    }

    @Test func spreadsAreNotMatched() throws {
        #expect(match(try arguments(of: "f(...r)"), to: update) == nil)
        #expect(match(try arguments(of: "f(1, ...r)"), parameterNames: ["a"], hasDefault: [false]) == nil)
    }

    @Test func allProblemsAreGiven() throws {
        let match = match(
            try arguments(of: "f(1, 2, 3, a: 4, z: 5)"), parameterNames: ["a", "b", "c", "d"],
            hasDefault: [false, false, true, false])
        #expect(
            match
                == .mismatched([
                    .duplicate(argument: 3, name: "a"), .unknownLabel(argument: 4, known: ["a", "b", "c", "d"]),
                    .missing(name: "d"),
                ]))
    }
}
