// Every script of Scripts/ as a test case of its own, and the runner itself: a false expectation must be found.

import TestSupport
import Testing

@Suite struct ConformanceTests {
    @Test(arguments: ConformanceScript.all)
    func script(_ script: ConformanceScript) throws {
        let differences = try script.differences()
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
    }

    @Test func thereAreManyAndEachIsShort() {
        #expect(ConformanceScript.all.count >= 300)
        for script in ConformanceScript.all {
            let lines = script.text.split(separator: "\n").count
            #expect(lines < 20, "\(script.name) has \(lines) lines: one behaviour a script")
        }
    }
}

/// Every code that `cbk explain` lists is given by a script.
@Suite struct CodeCoverageTests {
    /// Those that no script can give, with the reason.
    private static let unreachable = [
        "E0101": "a file that is no text; LexerTests",
        "E0299": "a build without the library",
        "E0399": "a library that does not compile",
        "E0506": "a signal; DurabilityTests",
        "E0604": "a file that is no text",
        "E0608": "a damaged store in cbk's folder",
        "E0612": "a terminal; AskingTests",
        "E0704": "the checker is first, with E0219",
    ]

    private static let given: Set<String> = {
        var codes: Set<String> = []
        for script in ConformanceScript.all {
            let expectations = script.diagnostics.map(\.head) + script.stderr + script.stdout
            for text in expectations { codes.formUnion(text.matches(of: /[EW]0[0-9]{3}/).map { String($0.output) }) }
        }
        return codes
    }()

    @Test func everyCodeHasAScript() throws {
        let listed = try BinaryRunner().run("explain").lines.map { String($0.prefix(5)) }
        #expect(listed.count > 100)
        let missing = Set(listed).subtracting(Self.given).subtracting(Self.unreachable.keys)
        #expect(missing.isEmpty, "no script gives \(missing.sorted())")
        let idle = Set(Self.unreachable.keys).filter { Self.given.contains($0) || !listed.contains($0) }
        #expect(idle.isEmpty, "these are no exceptions: \(idle.sorted())")
    }
}

@Suite struct ConformanceRunnerTests {
    private func differences(_ text: String) throws -> [String] {
        let folder = try BinaryRunner()
        let path = try folder.write(text, to: "tested.cbk")
        return try ConformanceScript(name: "tested", path: path, text: text).differences()
    }

    @Test func aTrueScriptHasNoDifferences() throws {
        #expect(try differences("print(1)\n# expect: 1\n").isEmpty)
    }

    @Test(arguments: [
        "print(1)\n# expect: 2\n",
        "print(1)\n# expect: 1\n# expect: 2\n",
        "print(1)\nprint(2)\n# expect: 1\n",
        "print(1)\n# expect: 1\n# exit: 1\n",
        "throw \"x\"\n# error[USER]: y\n# exit: 1\n",
        "throw \"x\"\n# error[E0301]: x\n# exit: 1\n",
        "print(1)\n# expect: 1\n# error[USER]: x\n",
        "let unused = 1\nprint(1)\n# expect: 1\n",
        "print(1)\n# expect: 1\n# stderr: surely not there\n",
        "print(1)\n# expect: 1\n# written out.csv: a\n",
        "let _quiet = 1\n",
    ])
    func aFalseExpectationIsFound(_ text: String) throws {
        #expect(try !differences(text).isEmpty)
    }
}
