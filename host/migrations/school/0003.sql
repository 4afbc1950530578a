-- Hashes of fields were lists of sixteen numbers; hexadecimal digits take a third of the room.
UPDATE ledger SET fields = (
    SELECT json_group_array(json_object(
        'name', field.value ->> '$.name',
        'hash', (SELECT group_concat(printf('%02x', byte.value), '') FROM json_each(field.value, '$.hash') byte)
    ))
    FROM json_each(ledger.fields) field
);

-- What is not confirmed has no time to look for: an entry is written three times until it is.
DROP INDEX ledger_confirmed;
CREATE INDEX ledger_confirmed ON ledger (task, kind, confirmed) WHERE confirmed IS NOT NULL;
