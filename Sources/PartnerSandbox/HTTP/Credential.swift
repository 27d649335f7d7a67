// The partner's credential at the door. Only its digest is held, and digests are compared in constant time, so neither
// a dump of memory nor the time of an answer tells it.
import Crypto
import PartnerAPI

struct Credential: Sendable {
    private let digest: SHA256.Digest

    init(_ secret: Secret) { digest = Self.digest(secret.reveal()) }

    /// The type's own comparison takes the same time whatever differs.
    func matches(_ secret: String) -> Bool { Self.digest(secret) == digest }

    private static func digest(_ text: String) -> SHA256.Digest {
        var text = text
        return text.withUTF8 { bytes in
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(bytes))
            return hash.finalize()
        }
    }

    /// What an Authorization header presents; nil without one, or for another scheme.
    static func bearer(_ header: String?) -> String? {
        guard let header, header.utf8.count > 7, header.prefix(7).lowercased() == "bearer " else { return nil }
        return String(header.dropFirst(7))
    }
}
