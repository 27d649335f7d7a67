import CBKBatch
import Testing

@Suite struct ColumnMappingTests {
    private func uses(_ header: [String], _ options: MappingOptions = MappingOptions()) throws -> [ColumnMapping.Use] {
        try ColumnMapping(header: header, options: options).columns.map(\.use)
    }

    private func problems(_ header: [String], _ options: MappingOptions = MappingOptions()) -> [String] {
        do throws(ImportError) {
            _ = try ColumnMapping(header: header, options: options)
            return []
        } catch {
            return error.messages
        }
    }

    @Test(arguments: [
        ("E-mail", ImportField.email), ("EMAIL", .email), ("Email address", .email), ("e_mail", .email), ("Mail", .email),
        ("Full name", .name), ("NAME", .name), (" Name ", .name), ("Display Name", .name), ("First name", .firstName),
        ("given_name", .firstName), ("Surname", .lastName), ("LastName", .lastName), ("Alias", .alias), ("User name", .alias),
        ("Handle", .alias), ("Description", .about), ("Notes", .about), ("Avatar URL", .image), ("image", .image),
        ("Meta", .meta), ("meta.plan", .metaKey(["plan"])), ("Meta.Billing.Plan", .metaKey(["Billing", "Plan"])),
        ("limits.messages", .limit(["messages"])), ("LIMITS.Database.Records", .limit(["database", "records"])),
    ])
    func synonyms(_ header: String, _ field: ImportField) throws {
        #expect(try uses([header]) == [.field(field)])
    }

    @Test func serverFieldsAndOurOwnColumnsAreIgnored() throws {
        let header = ["id", "email", "createdAt", "Updated At", "error_code", "error", "line", "cbk_run", "cbk_key"]
        let found = try uses(header)
        #expect(found[1] == .field(.email))
        #expect(found[0] == .ignored("set by the server"))
        #expect(found[3] == .ignored("set by the server"))
        #expect(found[4...].allSatisfy { $0 == .ignored("written by cbk") })
    }

    @Test func ourOwnColumnsAreNeverMapped() {
        #expect(
            problems(["email", "error"], MappingOptions(map: ["description=error"])) == [
                "--map description='error': that column is cbk's own and is never imported"
            ])
        #expect(problems(["email", "error"], MappingOptions(metaRest: true)).isEmpty)
    }

    @Test func aColumnThatMapsNowhereNamesTheChoices() {
        #expect(
            problems(["email", "Company", "Naem"]) == [
                "2 columns map nowhere: 'Company', 'Naem' (did you mean 'name'? --map name='Naem'); say --map FIELD=COLUMN, "
                    + "--meta-rest to keep what is left in meta, or --ignore COLUMN"
            ])
    }

    @Test func metaRestKeepsThem() throws {
        #expect(
            try uses(["email", "Company", "Cost center"], MappingOptions(metaRest: true)) == [
                .field(.email), .rest(key: "Company"), .rest(key: "Cost center"),
            ])
    }

    @Test func ignoreLeavesThemOut() throws {
        #expect(try uses(["email", "Company"], MappingOptions(ignore: ["company"])) == [.field(.email), .ignored("--ignore")])
        #expect(
            problems(["email", "Company"], MappingOptions(ignore: ["Comapny", "Company"])) == [
                "--ignore: no column 'Comapny'; did you mean 'Company'?"
            ])
    }

    @Test func mapWins() throws {
        #expect(
            try uses(["email", "Firma"], MappingOptions(map: ["name=firma", "meta.crm.id=email"]))
                == [.field(.metaKey(["crm", "id"])), .field(.name)])
    }

    @Test func aColumnThatMapDisplacesMustGoSomewhere() throws {
        let found = problems(["Name", "Company"], MappingOptions(map: ["name=Company"]))
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("a column maps nowhere: 'Name' (--map gives name to 'Company');") == true)
        #expect(
            try uses(["Name", "Company"], MappingOptions(map: ["name=Company"], ignore: ["Name"])) == [
                .ignored("--ignore"), .field(.name),
            ])
        #expect(
            try uses(["First name", "Company"], MappingOptions(map: ["name=Company"], metaRest: true)) == [
                .rest(key: "First name"), .field(.name),
            ])
    }

    @Test func twoColumnsForOneFieldAreRefused() {
        #expect(
            problems(["Email", "E-mail"]) == [
                "columns 'Email' and 'E-mail' are both for email; choose with --map email=COLUMN and --ignore COLUMN"
            ])
        #expect(
            problems(["Name", "First name", "Last name"]) == [
                "columns 'Name' and 'First name' are both for name; leave one out with --ignore COLUMN"
            ])
        #expect(
            problems(["meta.a", "meta.a.b", "email"]) == ["meta.a and meta.a.b cannot stand together: one is inside the other"])
        #expect(problems(["a", "email", "meta.a"], MappingOptions(metaRest: true)) == ["two columns are both for meta.a"])
    }

    @Test(arguments: [
        ("emial=E-mail", "--map: no field 'emial'; did you mean 'email'?"),
        ("email", "--map takes FIELD=COLUMN, not 'email'"), ("email=", "--map email= says nothing behind the equals sign"),
        ("email=Mailx", "--map email: no column 'Mailx'; the columns are 'E-mail', 'Other'"),
        ("limits=Other", "--map limits: a column holds one limit, such as limits.messages"),
        ("limits.mesages=Other", "--map: no field 'limits.mesages'; did you mean 'limits.messages'?"),
    ])
    func mapsThatAreWrong(_ map: String, _ message: String) {
        #expect(problems(["E-mail", "Other"], MappingOptions(map: [map], ignore: ["Other"])).contains(message))
    }

    @Test func setTakesAFieldFromItsColumn() throws {
        let mapping = try ColumnMapping(
            header: ["First name", "Last name", "email"], options: MappingOptions(set: ["name=row.email", "meta.source='fair'"]))
        #expect(mapping.columns.map(\.use) == [.ignored("--set name"), .ignored("--set name"), .field(.email)])
        #expect(mapping.expression(for: .name)?.code == "row.email")
        #expect(mapping.expression(for: .metaKey(["source"]))?.code == "'fair'")
    }

    @Test func setIsChecked() {
        #expect(
            problems(["email"], MappingOptions(set: ["firstName=1"])) == [
                "--set firstName: set name instead, which both parts make"
            ])
        #expect(problems(["email"], MappingOptions(set: ["name=1", "name=2"])) == ["--set name is given twice"])
        #expect(
            problems(["email", "x"], MappingOptions(map: ["name=x"], set: ["name=1"])).first
                == "'name' is both in --map and in --set; one is enough")
    }

    @Test func privateMetaKeysAreRefused() {
        #expect(problems(["email", "meta._x"]) == ["meta._x: a key of meta must not start with _"])
        #expect(problems(["email", "_x"], MappingOptions(metaRest: true)) == ["meta._x: a key of meta must not start with _"])
    }

    @Test func nothingMapped() {
        #expect(
            problems(["id", "error"]) == ["no column maps to a field of a user; say --map FIELD=COLUMN, such as --map email='id'"]
        )
    }

    @Test func allProblemsAtOnce() {
        #expect(problems(["Email", "E-mail", "Foo"], MappingOptions(map: ["x=y"])).count == 3)
    }

    @Test func theTable() throws {
        let mapping = try ColumnMapping(
            header: ["First name", "Last name", "E-mail", "id", "Firma", "meta.plan"],
            options: MappingOptions(set: ["alias=row.id"], metaRest: true))
        #expect(
            mapping.table == """
                First name  → name, first part
                Last name   → name, second part
                E-mail      → email
                id          → not imported: set by the server
                Firma       → meta.Firma
                meta.plan   → meta.plan
                --set       → alias = row.id

                """)
    }
}
