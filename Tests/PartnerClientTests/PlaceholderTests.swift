import PartnerClient
import Testing

@Test func placeholder() { #expect(PartnerClientOptions().secret == nil) }
