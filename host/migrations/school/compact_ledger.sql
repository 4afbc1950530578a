-- Hashes of fields as bytes: for each field the length of its name (four bytes, the highest first), the name, the hash.
UPDATE ledger SET fields = coalesce((
    SELECT unhex(group_concat(
        printf('%08x', length(CAST(field.value ->> '$.name' AS BLOB))) || hex(field.value ->> '$.name')
            || (field.value ->> '$.hash'), ''))
    FROM json_each(ledger.fields) field
), x'');

-- Writes that are under way, and what the ledger says of their items if nobody gets to say more: a JSON list of entries
-- in doubt. A row goes when the ledger itself says how these items stand.
CREATE TABLE sending (
    ticket INTEGER PRIMARY KEY REFERENCES write (ticket),
    task TEXT NOT NULL,
    doubts TEXT NOT NULL
);
