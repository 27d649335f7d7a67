// YAML as another program reads it. A file of its own: the macros of tests do not go with the names of the reader.

import Yams

/// A mapping's one key and the one item of the list that is its value.
func readYAML(_ text: String) throws -> (key: String?, item: String?, areStrings: Bool) {
    guard let (key, value) = try Yams.compose(yaml: text)?.mapping?.first else { return (nil, nil, false) }
    let item = value.sequence?.first
    return (key.string, item?.string, isString(key) && item.map(isString) == true)
}

/// What is in quotes is a string whatever it looks like.
private func isString(_ node: Node) -> Bool {
    guard let scalar = node.scalar else { return false }
    return scalar.style != .plain || Resolver.default.resolveTag(of: node) == .str
}
