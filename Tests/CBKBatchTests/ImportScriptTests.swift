import CBKBatch
import Testing

@Suite struct ImportScriptTests {
    private func script(
        _ header: [String], _ mapping: MappingOptions = MappingOptions(),
        _ options: ImportScript.Options = ImportScript.Options(file: "users.csv")
    ) throws -> String {
        ImportScript.text(mapping: try ColumnMapping(header: header, options: mapping), options: options)
    }

    @Test func aSimpleFile() throws {
        #expect(
            try script(["Full name", "email", "alias"]) == """
                # Creates a user for each row of a CSV file.

                # The file to read.
                param file: path = "users.csv"

                batch row in csv.read(file, unguard: true) by row.email parallel 64 {
                  let user = users.create(
                    name: row["Full name"].trim().or(omit),
                    email: row.email.trim().lower().or(omit),
                    alias: row.alias.trim().or(omit),
                  )
                  emit { id: user.id, email: row.email, alias: row.alias, name: row["Full name"] }
                }

                """)
    }

    @Test func nestedFieldsAreLeftOutWhenBlank() throws {
        let text = try script(["email", "meta.plan", "meta.crm.id", "limits.messages", "limits.database.records"])
        #expect(
            text.contains(
                """
                  let meta_crm = { id: row["meta.crm.id"].or(omit) }
                  let meta = { plan: row["meta.plan"].or(omit), crm: match len(meta_crm) { 0 => omit, _ => meta_crm } }
                  let limits_database = { records: match row["limits.database.records"].trim() { "" => omit, text => int(text) } }
                  let limits = { messages: match row["limits.messages"].trim() { "" => omit, text => int(text) }, database: match len(limits_database) { 0 => omit, _ => limits_database } }
                  let user = users.create(
                    email: row.email.trim().lower().or(omit),
                    meta: match len(meta) { 0 => omit, _ => meta },
                    limits: match len(limits) { 0 => omit, _ => limits },
                  )
                """))
    }

    @Test func aNameOfTwoParts() throws {
        #expect(
            try script(["First name", "last", "email"]).contains(
                "name: (row[\"First name\"].trim() + \" \" + row.last.trim()).trim().or(omit)"))
        #expect(try script(["First name"]).contains("users.create(name: row[\"First name\"].trim().or(omit))"))
    }

    @Test func metaAsJSON() throws {
        #expect(try script(["email", "meta"]).contains("meta: match row.meta.trim() { \"\" => omit, text => json.parse(text) }"))
        let both = try script(["email", "meta", "meta.plan"])
        #expect(both.contains("let whole_meta = match row.meta.trim() { \"\" => {}, text => json.parse(text) }"))
        #expect(both.contains("let meta = { ...whole_meta, plan: row[\"meta.plan\"].or(omit) }"))
    }

    @Test func keys() throws {
        #expect(try script(["alias", "name"]).contains(" by row.alias parallel"))
        #expect(try script(["name"]).contains("csv.read(file, unguard: true) parallel"))
    }

    @Test func options() throws {
        let text = try script(
            ["email", "Firma"], MappingOptions(set: ["name='x ' + row.Firma", "limits={ messages: 5 }"], metaRest: true),
            ImportScript.Options(
                file: "a \"b\".csv", parallel: 8, tokenName: "first $token", skipRows: 2, maxRows: 10, keepsQuotes: true,
                delimiter: ";", encoding: .latin1))
        #expect(text.contains("param file: path = \"a \\\"b\\\".csv\"\n"))
        #expect(
            text.contains(
                "batch row in csv.read(file, delimiter: \";\", encoding: \"latin1\", skip: 2, take: 10) by row.email parallel 8 {"
            ))
        #expect(text.contains("name: 'x ' + row.Firma"))
        #expect(text.contains("limits: { messages: 5 }"))
        #expect(text.contains("let meta = { Firma: row.Firma.or(omit) }"))
        #expect(text.contains("let token = users.token.create(user.id, name: \"first \\$token\")"))
        #expect(text.contains("emit { id: user.id, email: row.email, token_id: token.id }"))
    }

    @Test func theClearToken() throws {
        let text = try script(["email", "Notes"], MappingOptions(clearToken: "#N/A"))
        #expect(text.contains("fn cell(text) { if text.trim() == \"#N/A\" { \"\" } else { text } }"))
        #expect(text.contains("description: cell(row.Notes).or(omit)"))
        #expect(text.contains("by cell(row.email)"))
    }

    @Test func hostileHeadersStayText() throws {
        let header = "x\"].y\n# ${z} \\ \u{202E}"
        let text = try script(["email", header], MappingOptions(metaRest: true))
        let literal = "\"x\\\"].y\\n# \\${z} \\\\ \\u{202E}\""
        #expect(text.contains("row[\(literal)].or(omit)"))
        #expect(text.split(separator: "\n").allSatisfy { !$0.hasPrefix("# $") })
    }

    @Test func namesOfVariablesDoNotClash() throws {
        let text = try script(["email", "meta.a-b.x", "meta.a b.y"])
        #expect(text.contains("let meta_a_b = { x:"))
        #expect(text.contains("let meta_a_b_2 = { y:"))
    }
}
