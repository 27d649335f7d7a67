// What tells two secrets apart without showing either.

import PartnerAPI

extension Secret {
    /// Eight hexadecimal digits of a digest.
    package var fingerprint: String { String(KeyDigest("cbk secret " + reveal()).description.prefix(8)) }
}
