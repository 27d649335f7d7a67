// What `cbk --help` and `cbk help COMMAND` print.

import CBKLibrary
import CBKSyntax

enum HelpText {
    static func text(_ topic: String?) throws(UsageError) -> String {
        switch topic {
        case nil: return overview
        case "import"?: return ImportCommand.help
        case "api"?: return APICommand.help
        case "check"?: return CheckCommand.help
        case "fmt"?: return FormatCommand.help
        case "explain"?: return ExplainCommand.help
        case "test"?: return TestCommand.help
        case "target"?: return TargetCommand.help
        case "serve"?: return ServeCommand.help
        case let topic?:
            let near = suggestion(for: topic, among: Invocation.commands).map { "; did you mean '\($0)'?" } ?? ""
            throw UsageError("there is no help on '\(topic)'\(near)")
        }
    }

    private static var overview: String {
        """
        cbk runs scripts over the sub-accounts of a partner account and their API tokens.

        usage:
          cbk                           open the REPL
          cbk [FLAGS] SCRIPT.cbk [ARGS] run a script; SCRIPT.cbk --help lists its parameters
          cbk -e 'CODE'                 run code and print its last value
          cbk -                         run what standard input holds
          cbk import FILE.csv           create a user for each row of a CSV file
          cbk api partner user …        send one operation from the shell
          cbk check FILE|FOLDER …       look for mistakes without running anything
          cbk fmt FILE|FOLDER …         lay scripts out in the one style there is
          cbk test [PATH …]             run the tests of scripts, each on an empty sandbox
          cbk target                    whom operations would reach, and where that is set
          cbk serve                     serve the sandbox over HTTP, for any client of the API
          cbk explain CODE              what an error's code means, with an example and its mend
          cbk help COMMAND              more on a command
          cbk --version

        flags of whatever runs, before or after the script's name:
        \(FlagParser(SharedFlags.all).helpText())
        exit codes:
          0  all well                      3  stopped by an error cap, a brake or a full plan
          1  some items or the script      4  the outcome of some writes is unknown
             failed                        5  fatal: not allowed, no subscription, disk full
          2  usage or a mistake in the     130, 143  interrupted
             script: nothing was sent

        Operations reach the embedded sandbox, a store in ~/.cbk (CBK_HOME names another folder), until a secret is set or a
        flag names an account: 'cbk target' shows which it is, 'cbk target --help' how to choose.

        """
    }
}
