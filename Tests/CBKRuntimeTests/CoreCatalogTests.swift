// What help and the reference print for the core built-ins: each has a summary and an example that runs.

import CBKCompiler
import CBKSyntax
import Testing

@testable import CBKRuntime

@Suite struct CoreCatalogTests {
    static let documented = CoreBuiltins.all.filter { !$0.signature.isInternal }

    @Test(arguments: documented.map(\.signature.name))
    func everyEntryIsDocumented(name: String) {
        for builtin in CoreCatalogTests.documented where builtin.signature.name == name {
            #expect(builtin.signature.summary.hasSuffix("."), "\(name)")
            #expect(builtin.signature.example.contains(name), "\(name)")
        }
    }

    /// Those that need the API run in CBKLibrary's tests.
    @Test(arguments: Set(documented.map(\.signature.example)).filter { !$0.contains("users.") }.sorted())
    func everyExampleRuns(example: String) async {
        let result = await outcome(of: example)
        #expect(!result.hasPrefix("E0") && result != "null", "\(example) gives \(result)")
    }

    @Test(arguments: DiagnosticCode.core.filter { $0.example?.contains("users.") == false }.map(\.code))
    func everyCodeHasItsExample(code: String) async {
        for entry in DiagnosticCode.core where entry.code == code {
            #expect(await outcome(of: entry.example ?? "") == code)
            #expect(await !outcome(of: entry.mend).hasPrefix("E"))
            #expect(entry.title.first?.isLowercase == true && entry.explanation.hasSuffix("."))
        }
    }

    @Test func foreignNamesLeadToThoseThatThereAre() {
        let catalog = Catalog(CoreBuiltins.all.map(\.signature))
        for (foreign, own) in ForeignNames.methods {
            #expect(!catalog.methods(named: own).isEmpty && catalog.methodNumber(foreign) == nil, "\(foreign): \(own)")
        }
        // `print` is none of the core.
        for (foreign, own) in ForeignNames.functions where own != "print" {
            #expect(catalog.function(own) != nil && catalog.function(foreign) == nil, "\(foreign): \(own)")
        }
    }

    @Test func codesAreDistinct() {
        #expect(Set(DiagnosticCode.core.map(\.code)).count == DiagnosticCode.core.count)
    }

    @Test func noMethodIsGivenTwice() {
        var seen: Set<String> = []
        for builtin in CoreBuiltins.all {
            for type in builtin.signature.receivers {
                #expect(seen.insert("\(type.rawValue).\(builtin.signature.name)").inserted, "\(type).\(builtin.signature.name)")
            }
            if builtin.signature.receivers.isEmpty {
                #expect(seen.insert(builtin.signature.name).inserted, "\(builtin.signature.name)")
            }
        }
    }

    /// What a list can, a stream can, apart from what needs places or changes the list.
    @Test func listsAndStreamsHaveTheSamePipelines() {
        let names = { (type: ValueType) in
            Set(CoreCatalogTests.documented.filter { $0.signature.receivers.contains(type) }.map(\.signature.name))
        }
        let onlyLists: Set = [
            "push", "pop", "insert", "remove", "clear", "reverse", "contains", "index_of", "concat", "flatten", "zip", "slice",
        ]
        #expect(names(.list).subtracting(names(.stream)) == onlyLists)
        #expect(names(.stream).subtracting(names(.list)).isEmpty)
    }

    @Test func everyMemberIsThere() async {
        let values: [ValueType: String] = [
            .string: "\"a\"", .error: "error(\"m\")", .datetime: "datetime(0)", .duration: "5s",
        ]
        for member in CoreBuiltins.members {
            guard let value = values[member.type] else {
                Issue.record("no value of type \(member.type) to try")
                continue
            }
            let result = await outcome(of: "\(value).\(member.name)")
            #expect(!result.hasPrefix("E0"), "\(value).\(member.name) gives \(result)")
        }
    }
}
