// swift-tools-version: 6.2
// The package: targets in the order in which data flows through them. docs/architecture.md
// says what each takes and gives; scripts/check compares that page with this file.
import PackageDescription

// CBK_CORE=1 leaves the language targets and their tests alone, without dependencies:
// sanitizers and fuzzing use that, in a scratch path of their own.
let coreOnly = Context.environment["CBK_CORE"] != nil
let isDeveloping = Context.environment["CBK_DEV"] != nil

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let httpServer = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let httpParts = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let coreTargets: [Target] = [
    .target(name: "CBKSyntax"),
    .target(name: "CBKCompiler", dependencies: ["CBKSyntax"]),
    .target(name: "JSONBytes"),
    .target(
        name: "CBKRuntime", dependencies: ["CBKCompiler", "CBKSyntax", "JSONBytes"],
        // Each instruction ends with a jump of its own to the next: docs/decisions/0006-loop-and-values.md.
        swiftSettings: [
            .unsafeFlags(["-Xllvm", "-tail-dup-pred-size=500"], .when(platforms: [.linux], configuration: .release))
        ]),
    .target(name: "SyntaxWalk", dependencies: ["CBKSyntax"], path: "Tests/SyntaxWalk"),
    .testTarget(name: "CBKSyntaxTests", dependencies: ["CBKSyntax", "SyntaxWalk"]),
    .testTarget(name: "CBKCompilerTests", dependencies: ["CBKCompiler", "CBKSyntax"]),
    .testTarget(name: "CBKRuntimeTests", dependencies: ["CBKRuntime", "CBKCompiler", "CBKSyntax"]),
    .testTarget(name: "JSONBytesTests", dependencies: ["JSONBytes"]),
]

/// CBK_DEV=1 beside CBK_CORE=1 adds the fuzzers. CSV is then a target without the rest of its module, as that needs SQLite.
let fuzzTargets: [Target] = [
    .target(name: "CBKBatch", path: "Sources/CBKBatch", exclude: ["Import", "Journal", "Run"]),
    .executableTarget(
        name: "Fuzz", dependencies: ["CBKSyntax", "CBKCompiler", "CBKRuntime", "JSONBytes", "CBKBatch", "SyntaxWalk"],
        path: "Fuzz/Targets"),
]

let fullTargets: [Target] = [
    .target(name: "PartnerAPI", dependencies: ["JSONBytes"]),
    .target(name: "PartnerClient", dependencies: ["PartnerAPI", "JSONBytes", httpClient, nio, nioHTTP, nioPosix, logging]),
    .target(name: "CSQLiteSettings", linkerSettings: [.linkedLibrary("sqlite3")]),
    .target(name: "GroupCommit", dependencies: ["CSQLiteSettings", grdb]),
    .target(
        name: "PartnerSandbox",
        dependencies: [
            "PartnerAPI", "JSONBytes", "GroupCommit", grdb, crypto, httpServer, httpTypes, httpParts, nio, nioPosix,
            logging,
        ]),
    .target(name: "CBKBatch", dependencies: ["PartnerClient", "PartnerAPI", "JSONBytes", "GroupCommit", grdb, crypto]),
    .target(
        name: "CBKLibrary",
        dependencies: [
            "CBKRuntime", "CBKCompiler", "CBKSyntax", "CBKBatch", "PartnerClient", "PartnerAPI", "JSONBytes", crypto,
        ]),
    .target(
        name: "CBKTooling",
        dependencies: ["CBKLibrary", "CBKRuntime", "CBKCompiler", "CBKSyntax", "JSONBytes"]),
    .target(
        name: "CBKTerminal",
        dependencies: ["CBKTooling", "CBKRuntime", "CBKCompiler", "CBKBatch", "CBKSyntax"]),
    .systemLibrary(name: "CReadline", providers: [.apt(["libreadline-dev"]), .brew(["readline"])]),
    .target(name: "CSignals"),
    .target(name: "CBKReadline", dependencies: ["CBKTerminal", "CReadline", "CSignals"]),
    .executableTarget(
        name: "cbk",
        dependencies: [
            "CBKSyntax", "CBKCompiler", "CBKRuntime", "JSONBytes", "PartnerAPI", "PartnerClient", "GroupCommit",
            "PartnerSandbox", "CBKBatch", "CBKLibrary", "CBKTooling", "CBKTerminal", "CSignals", yams,
            .target(name: "CBKReadline", condition: .when(traits: ["Readline"])),
        ]),
    .testTarget(
        name: "PartnerSandboxTests",
        dependencies: [
            "PartnerSandbox", "PartnerClient", "PartnerAPI", "GroupCommit", "JSONBytes", grdb, nio, nioPosix,
        ]),
    .testTarget(
        name: "PartnerClientTests",
        dependencies: ["PartnerClient", "PartnerSandbox", "PartnerAPI", "JSONBytes", "TestSupport", nio, nioEmbedded, nioPosix]),
    .testTarget(name: "CBKBatchTests", dependencies: ["CBKBatch", "PartnerSandbox"]),
    .testTarget(name: "CBKTerminalTests", dependencies: ["CBKTerminal", "CBKTooling"]),
    .target(name: "TestSupport", path: "Tests/Support"),
    .testTarget(
        name: "ConformanceTests", dependencies: ["cbk", "TestSupport"], path: "Tests/Conformance", exclude: ["Scripts"]),
    .testTarget(name: "CLITests", dependencies: ["cbk", "CBKLibrary", "CBKBatch", "JSONBytes", "TestSupport", yams]),
]

/// CBK_DEV=1 alone adds what only measuring needs.
let benchmarkTargets: [Target] = [
    .executableTarget(
        name: "HelloServer", dependencies: [.product(name: "Hummingbird", package: "hummingbird"), logging],
        path: "Benchmarks/HelloServer"),
    .executableTarget(name: "BenchClient", dependencies: ["PartnerClient", "PartnerAPI"], path: "Benchmarks/http/Client"),
]

let package = Package(
    name: "cbk",
    platforms: [.macOS(.v15)],
    products: coreOnly
        ? []
        : [
            .executable(name: "cbk", targets: ["cbk"]),
            .library(name: "PartnerClient", targets: ["PartnerClient", "PartnerAPI"]),
        ],
    traits: [
        .default(enabledTraits: ["Readline"]),
        .trait(name: "Readline", description: "The REPL's line editor is GNU readline (GPL-3); without it, a plain one."),
    ],
    dependencies: coreOnly
        ? []
        : [
            .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
            .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
            .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
            .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
            .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
            .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.34.1"),
            .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
            .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
            .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        ],
    targets: coreTargets + (coreOnly ? isDeveloping ? fuzzTargets : [] : fullTargets + (isDeveloping ? benchmarkTargets : [])),
    swiftLanguageModes: [.v6]
)
