// One request of the contract and what must come of it, as data. `$mark` is this run's own word, so that runs side by side do
// not meet; `$user` and the like are what an earlier step kept.
import JSONBytes
import PartnerAPI

struct ContractStep: Sendable {
    var name: String
    var method: WireMethod
    /// Below the base.
    var path: String
    var query: [QueryItem] = []
    var headers: WireHeaders = [:]
    var body: String?
    var status = 200
    var code: PartnerErrorCode?
    /// What the answer has, beside other things; "…" stands for anything.
    var has: JSONValue?
    /// What stands somewhere in the answer, whatever its format.
    var contains: [String] = []
    var lacks: [String] = []
    /// Names for fields of the answer.
    var keeps: [String: String] = [:]
    /// Answered by whoever listens; within the process nobody asks who calls.
    var needsListener = false
    /// A limit or rule that is only known of the sandbox.
    var isSandboxOnly = false

    static func get(_ name: String, _ path: String, _ query: KeyValuePairs<String, String> = [:]) -> ContractStep {
        ContractStep(name: name, method: .get, path: path, query: query.map { QueryItem($0.key, $0.value) })
    }

    static func post(_ name: String, _ path: String, _ body: String = "{}") -> ContractStep {
        ContractStep(name: name, method: .post, path: path, body: body)
    }

    func accepting(_ type: String) -> ContractStep { with { $0.headers["Accept"] = type } }
    func header(_ name: String, _ value: String) -> ContractStep { with { $0.headers[name] = value } }
    func having(_ json: JSONValue) -> ContractStep { with { $0.has = json } }
    func containing(_ texts: String...) -> ContractStep { with { $0.contains = texts } }
    func lacking(_ texts: String...) -> ContractStep { with { $0.lacks = texts } }
    func keeping(_ name: String, _ field: String = "id") -> ContractStep { with { $0.keeps[name] = field } }
    func refused(_ code: PartnerErrorCode) -> ContractStep { with { ($0.status, $0.code) = (code.status, code) } }
    var byListener: ContractStep { with { $0.needsListener = true } }
    var ofSandbox: ContractStep { with { $0.isSandboxOnly = true } }

    func with(_ change: (inout ContractStep) -> Void) -> ContractStep {
        var step = self
        change(&step)
        return step
    }
}
