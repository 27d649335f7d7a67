// The one error of this layer: why an item failed, or why a run stops. Everything below is converted into it once, at
// the gate; the library turns it into what a script sees.

import PartnerAPI
import PartnerClient

package struct BatchError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        /// The server refused.
        case api
        case network
        case timeout
        /// A write's answer was lost, or is none: it may have happened.
        case outcomeUnknown
        /// The answer to a read is not what is documented.
        case answer
        /// The call could not be made into a request.
        case invalidRequest
        case cancelled
        /// A budget is used up.
        case budget
        /// A file of the run could not be read or written.
        case io
        /// The item's data: its row or its key.
        case data
        /// Raised by the script.
        case script
    }

    /// What the error does beyond the call that failed.
    package enum Consequence: Sendable, Equatable {
        /// Its item fails, and a script may catch it.
        case item
        /// Its item fails, whatever the script would do.
        case itemForGood
        /// Its item ends as unknown.
        case doubt
        /// The run stops; its item stays pending.
        case stop(StopReason.Kind)
    }

    package var kind: Kind
    /// Such as `CONFLICT`; what results are grouped by.
    package var code: String
    package var message: String
    package var status: Int?
    /// Such as `users.create`.
    package var operation: String?
    /// The request's id, where the answer had one.
    package var requestID: String?
    package var consequence: Consequence

    package init(
        _ kind: Kind, code: String, _ message: String, status: Int? = nil, operation: String? = nil,
        requestID: String? = nil, consequence: Consequence = .item
    ) {
        self.kind = kind
        self.code = code
        self.message = message
        self.status = status
        self.operation = operation
        self.requestID = requestID
        self.consequence = consequence
    }

    /// Whether a script's `catch` may handle it inside a batch.
    package var isCatchable: Bool { consequence == .item && kind != .cancelled && kind != .budget }

    package var description: String { operation.map { "\($0): \(message)" } ?? message }
}

extension BatchError {
    /// What the client says, judged: 401 and 402 end a run, a full plan stops it, a lost write is in doubt.
    init(_ error: PartnerError, isWrite: Bool) {
        let kind: Kind =
            switch error.kind {
            case .api: .api
            case .network: .network
            case .timeout: .timeout
            case .outcomeUnknown: .outcomeUnknown
            case .answer: .answer
            case .invalidRequest: .invalidRequest
            case .cancelled: .cancelled
            }
        let consequence: Consequence =
            if error.kind == .outcomeUnknown {
                .doubt
            } else if error.effectiveStatus == 401 || error.effectiveStatus == 402 {
                .stop(.fatal)
            } else if isWrite, error.code == PartnerErrorCode.limitsReached.rawValue {
                .stop(.planFull)
            } else {
                .item
            }
        let message = error.attempts > 1 ? "\(error.message), after \(error.attempts) attempts" : error.message
        self.init(
            kind, code: error.code ?? Self.code(of: kind, status: error.status), message, status: error.status,
            operation: error.operation, requestID: error.requestID, consequence: consequence)
    }

    private static func code(of kind: Kind, status: Int?) -> String {
        if kind == .api, let status { return "HTTP_\(status)" }
        return switch kind {
        case .api: "API"
        case .network: "NETWORK"
        case .timeout: "TIMEOUT"
        case .outcomeUnknown: "OUTCOME_UNKNOWN"
        case .answer: "ANSWER"
        case .invalidRequest: "INVALID_REQUEST"
        case .cancelled: "CANCELLED"
        case .budget: "BUDGET"
        case .io: "IO"
        case .data: "DATA"
        case .script: "SCRIPT"
        }
    }

    /// Why a row of a file fails as an item; the row's own line stands beside the error wherever it is shown.
    package init(_ error: CSVRowError, rowLine: Int) {
        let place = error.line == rowLine ? "" : "line \(error.line): "
        self.init(.data, code: error.code.rawValue, place + error.message)
    }

    /// A file of the run that cannot be written: nothing may go on as if it had been.
    static func file(_ path: String, _ action: String, _ code: Int32) -> BatchError {
        BatchError(.io, code: "IO", "'\(path)' cannot be \(action): \(systemMessage(code))", consequence: .stop(.fatal))
    }

    /// The folder of a run's results, without which nothing is sent.
    static func runFolder(_ path: String, _ code: Int32) -> BatchError {
        var error = file(path, "made", code)
        error.message += "; --runs-dir names another folder for runs"
        return error
    }
}

/// Why a run starts nothing more.
package struct StopReason: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// `break`: the run is finished.
        case ended
        /// `--max-errors`.
        case errorCap
        /// LIMITS_REACHED on a write.
        case planFull
        /// 401, 402, five 403s or five times no connection in a row, a file that cannot be written.
        case fatal
        /// A budget of the script.
        case budget
        /// What its items come from gave an error, which the script may catch.
        case source
        case brake
        /// ^C, or SIGTERM.
        case interrupted
        case terminated
    }

    package var kind: Kind
    /// What the summary says of it.
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
