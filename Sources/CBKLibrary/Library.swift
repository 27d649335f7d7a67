// All built-ins, joined: the core ones of the runtime and this library's. Built once; the order is the bytecode's.

import CBKCompiler
import CBKRuntime

package enum Library {
    package static let builtins: [Builtin] =
        CoreBuiltins.all + SystemBuiltins.all + AskingBuiltins.all + FileBuiltins.all + CSVBuiltins.all + JSONBuiltins.all
        + APIBuiltins.all + BatchBuiltins.all
    package static let catalog = Catalog(builtins.map(\.signature))
}
