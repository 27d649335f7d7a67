// The fields of a user that a column can fill, and the names by which spreadsheets call them.

package enum ImportField: Hashable, Sendable, CustomStringConvertible {
    case name
    /// With `lastName` a part of the name.
    case firstName
    case lastName
    case email
    case alias
    case about
    case image
    /// The whole of meta: a cell of JSON, or an expression.
    case meta
    /// One value in meta, by the way to it.
    case metaKey([String])
    /// All limits, by an expression only.
    case limits
    /// One limit, by the way to it, such as `["database", "records"]`.
    case limit([String])

    /// As `--map` and `--set` name it.
    package var description: String {
        switch self {
        case .name: "name"
        case .firstName: "firstName"
        case .lastName: "lastName"
        case .email: "email"
        case .alias: "alias"
        case .about: "description"
        case .image: "image"
        case .meta: "meta"
        case .metaKey(let path): "meta." + path.joined(separator: ".")
        case .limits: "limits"
        case .limit(let path): "limits." + path.joined(separator: ".")
        }
    }

    static let limitPaths: [[String]] = [
        ["tokens"], ["conversations"], ["messages"], ["database", "datasets"], ["database", "records"],
        ["database", "skillsets"], ["database", "abilities"], ["database", "files"],
    ]

    /// The names that stand for one field each; `meta.KEY` comes on top.
    static let names: [String] =
        ["name", "firstName", "lastName", "email", "alias", "description", "image", "meta", "limits"]
        + limitPaths.map { ImportField.limit($0).description }

    /// Reads the name of a field as `--map` and `--set` take it.
    static func named(_ text: String) -> ImportField? {
        switch text.lowercased() {
        case "name": return .name
        case "firstname": return .firstName
        case "lastname": return .lastName
        case "email": return .email
        case "alias": return .alias
        case "description": return .about
        case "image": return .image
        case "meta": return .meta
        case "limits": return .limits
        default: return nested(text)
        }
    }

    /// The field that a header means, by its name or a synonym; nil if it means none.
    static func matching(header: String) -> ImportField? {
        if let nested = nested(header) { return nested }
        switch plain(header) {
        case "email", "emailaddress", "mail", "mailaddress", "emailid", "useremail", "useremailaddress", "primaryemail",
            "contactemail", "workemail", "customeremail":
            return .email
        case "name", "fullname", "displayname", "customername", "contactname", "clientname": return .name
        case "firstname", "first", "givenname", "forename": return .firstName
        case "lastname", "last", "surname", "familyname", "secondname": return .lastName
        case "alias", "username", "handle", "nickname", "login", "slug": return .alias
        case "description", "desc", "note", "notes", "comment", "comments", "about", "bio": return .about
        case "image", "imageurl", "avatar", "avatarurl", "picture", "pictureurl", "photo", "photourl", "profilepicture",
            "profileimage":
            return .image
        case "meta", "metadata": return .meta
        default: return nil
        }
    }

    /// Headers nearby which a typing mistake lands.
    static let commonHeaders = [
        "name", "full name", "first name", "last name", "email", "e-mail", "email address", "alias", "username",
        "description", "notes", "image", "avatar", "meta",
    ]

    /// A header without case, blanks and punctuation.
    static func plain(_ header: String) -> String {
        String(
            String.UnicodeScalarView(
                header.lowercased().unicodeScalars.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) }))
    }

    /// `meta.x.y` and `limits.database.records`, the first word without case.
    private static func nested(_ text: String) -> ImportField? {
        let parts = trimmed(text).split(separator: ".", omittingEmptySubsequences: false).map(trimmed)
        guard parts.count > 1, !parts.contains("") else { return nil }
        let path = Array(parts.dropFirst())
        switch parts[0].lowercased() {
        case "meta": return .metaKey(path)
        case "limits":
            let lowered = path.map { $0.lowercased() }
            return limitPaths.contains(lowered) ? .limit(lowered) : nil
        default: return nil
        }
    }
}

/// Text without the white space around it.
func trimmed(_ text: some StringProtocol) -> String {
    let text = String(text)
    // Most cells have none: two bytes tell.
    if let first = text.utf8.first, let last = text.utf8.last, (0x21..<0x7F).contains(first), (0x21..<0x7F).contains(last) {
        return text
    }
    var scalars = text.unicodeScalars[...]
    while let first = scalars.first, isBlank(first) { scalars.removeFirst() }
    while let last = scalars.last, isBlank(last) { scalars.removeLast() }
    return String(String.UnicodeScalarView(scalars))
}

func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x80 ? scalar.value == 0x20 || (0x09...0x0D).contains(scalar.value) : scalar.properties.isWhitespace
}
