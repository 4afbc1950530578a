-- An invented school as version 1 of the program left it.
UPDATE meta SET value = 7 WHERE name = 'fence';
INSERT INTO record (type, id, json, hash, class_id) VALUES
    ('pupil', 'p1', '{"id":"p1","last_name":"Тестов","class_id":"c1","guardian_ids":["g1"]}', x'00', 'c1');
INSERT INTO guardian_of VALUES ('p1', 'g1');
INSERT INTO ledger VALUES
    ('dnevnik', 'class', 'c1', 'c1', '5-А', NULL, '1000', '[]', '[]',
     '[{"name":"title","hash":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,255]}]', '"created"', '"confirmed"', '"report"',
     NULL, NULL, 1780000000000),
    ('dnevnik', 'person', 'p1', 'c1', '5-А', '{"record_type":"pupil","id":"p1"}', NULL, '[]',
     '[{"kind":"class","key":"c1"}]', '[]', '"created"', '"in-doubt"', '"report"', NULL,
     '{"action":"create","token":"t","sent":1780000000000,"until":1780000030000}', NULL);
INSERT INTO run VALUES
    (1, 'dnevnik', 1780000000000, 1780000001000, '"not-confirmed"', NULL, NULL, 'aa', '{"groups":[],"persons":[]}',
     '{"applied":1,"accepted":0,"unchanged":0,"adopted":0,"removed":0,"told":0,"rejected":0,"waiting":0,"decisions":0,"in_doubt":1,"not_confirmed":0,"failed":0,"left_out":0}');
INSERT INTO outcome VALUES (1, 'person', 'p1', '5-А', NULL, '"in-doubt"', '"create"', '[]');
INSERT INTO write VALUES (1, 'dnevnik', 1, 'add-persons', 1780000000000, 1780000030000, NULL, NULL);
INSERT INTO write_item VALUES (1, 'person', 'p1');
INSERT INTO decision (task, kind, key, scope, question, candidates, asked) VALUES
    ('dnevnik', 'person', 'p2', 'c1', '"which"', '[{"handle":"77","evidence":[],"link":null}]', 1780000000000);
