-- ids that Python computes in the same way, and the sizes that `large_database.fill` sets
CREATE FUNCTION pg_temp.id_of(kind text, number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
    RETURN (kind || '0000-0000-4000-8000-' || lpad(to_hex(number), 12, '0'))::uuid;
CREATE FUNCTION pg_temp.size(name text) RETURNS bigint LANGUAGE sql STABLE
    RETURN current_setting('bench.' || name)::bigint;
INSERT INTO structures (id, version, name, is_member)
    SELECT pg_temp.id_of('5555', n), 1, 'Structure ' || n, true FROM generate_series(0, 1999) n;
INSERT INTO accounts (id, version, first_name, last_name, is_staff, disabled)
    SELECT pg_temp.id_of('aaaa', n), 1, CASE WHEN n < pg_temp.size('people') / 20 THEN 'Inès' ELSE 'Lou' END,
            CASE WHEN n % (pg_temp.size('people') / 10) = 8 THEN 'Lenoir ' ELSE 'Faure ' END || n, false, false
        FROM generate_series(0, pg_temp.size('people') - 1) n
    UNION ALL SELECT pg_temp.id_of('e0e0', n), 1, 'Ana', 'Petit', false, false FROM generate_series(0, 1999) n
    UNION ALL SELECT pg_temp.id_of('70a1', n), 1, 'Nadia', 'Roux', false, false
        FROM generate_series(0, pg_temp.size('trainers') - 1) n
    UNION ALL SELECT pg_temp.id_of('57af', 0), 1, 'Zoé', 'Agence', true, false;
INSERT INTO attachments
    SELECT gen_random_uuid(), 1, pg_temp.id_of('e0e0', n), pg_temp.id_of('5555', n), 'active', '{employer}'
    FROM generate_series(0, 1999) n;
INSERT INTO trainings (id, version, title, kind, members_only, state)
    SELECT pg_temp.id_of('7777', n), 1,
            CASE WHEN n % (pg_temp.size('sessions') / 40) = 0 THEN 'Lire le braille ' ELSE 'Formation ' END || n,
            'training', false, 'published'
    FROM generate_series(0, pg_temp.size('sessions') / 2) n;
INSERT INTO sessions (id, version, training_id, title, place, capacity, opens_at, closes_at, starts_at, ends_at,
        slots, trainer_ids, state, held, last_queue_number)
    SELECT pg_temp.id_of('8888', n), 1, pg_temp.id_of('7777', n / 2), 'Formation', 'Limoges', 12,
        starts - interval '60 days', starts - interval '5 days', starts, starts + interval '7 hours', '[]',
        ARRAY[pg_temp.id_of('70a1', n % pg_temp.size('trainers'))], 'scheduled', 4, 10
    FROM (SELECT n,
            now() - interval '2130 days' + n::float8 / pg_temp.size('sessions') * interval '2190 days' AS starts
        FROM generate_series(0, pg_temp.size('sessions') - 1) n) planned;
INSERT INTO enrollments (id, version, account_id, structure_id, training_id, session_id, motivation, requested_at,
        employer_asked_at, approval, seat, queue_number, late, attendance, attended)
    SELECT pg_temp.id_of('eeee', n), 2, pg_temp.id_of('aaaa', person), pg_temp.id_of('5555', structure),
        pg_temp.id_of('7777', session / 2), pg_temp.id_of('8888', session), 'Parce que.',
        requested_at, requested_at, approval, CASE approval WHEN 'validated' THEN 'held' ELSE 'none' END,
        CASE approval WHEN 'validated' THEN n % 10 + 1 END, false,
        CASE approval WHEN 'validated'
            THEN '[{"slot_id": "51070000-0000-4000-8000-000000000000", "present": true}]'::jsonb END,
        CASE approval WHEN 'validated' THEN true END
    FROM (
        SELECT n, n / 10 AS session, person, structure,
            now() - interval '2190 days' + n::float8 / pg_temp.size('requests') * interval '2190 days' AS requested_at,
            CASE WHEN structure = 0 THEN
                    CASE WHEN n < 300 THEN 'awaiting_employer' WHEN n < 3000 THEN 'validated' ELSE 'refused' END
                WHEN n % 100 < 3 THEN 'awaiting_employer' WHEN n % 10 < 5 THEN 'validated'
                WHEN n % 10 < 7 THEN 'refused' ELSE 'withdrawn' END AS approval
        FROM (SELECT n, n % pg_temp.size('people') AS person,
                CASE WHEN n % 10 = 9 THEN 0 ELSE n % pg_temp.size('structures') + 1 END AS structure
            FROM generate_series(0, pg_temp.size('requests') - 1) n) numbered
    ) made;
INSERT INTO enrollment_history
    SELECT id, 2, CASE approval WHEN 'refused' THEN 'refuse' ELSE 'accept' END, 'awaiting_employer', approval, 'none', seat,
        overlay(structure_id::text placing 'e0e0' from 1 for 4)::uuid, 'employer', requested_at + interval '1 day', NULL
    FROM enrollments WHERE approval <> 'awaiting_employer';
INSERT INTO employer_decisions (enrollment_id, version, structure_id, at, waited)
    SELECT h.aggregate_id, h.version, e.structure_id, h.at, h.at - e.requested_at
    FROM enrollment_history h JOIN enrollments e ON e.id = h.aggregate_id;
