// The fuzzers' entry: hands the target that CBK_FUZZ_TARGET names to libFuzzer, which has the command line. A target
// is a function of bytes that returns if all is well. scripts/fuzz builds and runs it.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

private let targets: [String: @Sendable ([UInt8]) -> Void] = [
    "lexer": fuzzLexer, "parser": fuzzParser, "formatter": fuzzFormatter, "run": fuzzRun, "program": fuzzProgram,
    "regex": fuzzRegex, "csv": fuzzCSV, "json": fuzzJSON,
]

private let target = chosenTarget()

private func chosenTarget() -> @Sendable ([UInt8]) -> Void {
    let name = getenv("CBK_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = targets[name] else {
        print("CBK_FUZZ_TARGET names no target; there are \(targets.keys.sorted().joined(separator: " "))")
        exit(2)
    }
    return target
}

/// What libFuzzer, whose `main` this program has, calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

/// Ends the process where something does not hold, so that libFuzzer keeps the input.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    guard condition else { fatalError(message()) }
}
