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
