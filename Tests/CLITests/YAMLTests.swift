// `--output yaml`: values, a batch's rows, and that no text becomes a number, a truth or a date for another reader.

import CBKBatch
import JSONBytes
import TestSupport
import Testing

@testable import cbk

struct YAMLTests {
    @Test func valuesAreADocument() throws {
        let runner = try BinaryRunner()
        let code = "[{ a: 1, b: \"x, y\", c: [true, null, 1.5], d: {}, e: [] }, { a: -2, b: \"no\", c: { k: \"two\\nlines\" } }]"
        let result = try runner.run("-e", code, "--output", "yaml")
        #expect(
            result.stdout == """
                - a: 1
                  b: x, y
                  c:
                  - true
                  - null
                  - 1.5
                  d: {}
                  e: []
                - a: -2
                  b: 'no'
                  c:
                    k: |-
                      two
                      lines

                """, "\(result)")
        #expect(try runner.run("-e", "\"\"", "--output", "yaml").stdout == "''\n")
    }

    @Test func rowsAreItemsOfOneList() throws {
        let runner = try BinaryRunner()
        let batch = "batch n in 1..3 by n { emit { no: n, name: \"u${n}\" } }"
        #expect(try runner.run("-e", batch, "--output", "yaml").stdout == "- 'no': 1\n  name: u1\n- 'no': 2\n  name: u2\n")
        let none = "batch n in 1..3 by n { if n > 9 { emit { n } } }"
        #expect(try runner.run("-e", none, "--output", "yaml").stdout == "[]\n")
    }

    @Test(arguments: [
        "", " ", "no", "Yes", "y", "TRUE", "null", "~", "1", "-1", "1.5", "1e3", "0x1f", "0o17", "12:30:45", "2026-01-01", ".inf",
        ".nan",
        "=", "<<", "- a", "a: b", "# c", "a # b", "*a", "&a", "!a", "%a", "@a", "`a", "'q'", "\"q\"", "a\tb", "a\nb\n",
        "trailing ",
        "ünïcode", "日本", "👩‍👧", "[x]", "{x}", "a, b", "--- a", "...",
    ])
    func aTextStaysThatText(_ text: String) throws {
        let yaml = YAMLText.text(.object([text: .array([.string(text)])]))
        let read = try readYAML(yaml)
        #expect(read.key == text && read.item == text && read.areStrings, "\(yaml)")
    }
}
