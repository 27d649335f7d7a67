// A transport whose answers are set: for tests of what the client makes of them.
import PartnerAPI
import Synchronization

/// Answers from a script, and keeps what was asked.
final class ScriptedTransport: Transport {
    private let answers: Mutex<[Result<WireResponse, any Error>]>
    private let sent = Mutex<[WireRequest]>([])

    init(_ answers: [Result<WireResponse, any Error>]) { self.answers = Mutex(answers) }

    convenience init(_ status: Int, _ body: String, headers: WireHeaders = [:]) {
        self.init([.success(WireResponse(status: status, headers: headers, body: .bytes(Array(body.utf8))))])
    }

    var requests: [WireRequest] { sent.withLock { $0 } }

    func send(_ request: WireRequest) async throws -> WireResponse {
        sent.withLock { $0.append(request) }
        let answer = answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        return try answer.get()
    }
}

/// An answer of the API.
func answer(_ status: Int, _ body: String, headers: WireHeaders = [:]) -> Result<WireResponse, any Error> {
    .success(WireResponse(status: status, headers: headers, body: .bytes(Array(body.utf8))))
}

func noAnswer(_ kind: TransportError.Kind) -> Result<WireResponse, any Error> { .failure(TransportError(kind, "gone")) }
