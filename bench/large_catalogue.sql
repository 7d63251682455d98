-- ids that Python computes in the same way, and the sizes that `large_database.fill` sets
CREATE FUNCTION pg_temp.id_of(kind text, number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
    RETURN (kind || '0000-0000-4000-8000-' || lpad(to_hex(number), 12, '0'))::uuid;
CREATE FUNCTION pg_temp.size(name text) RETURNS bigint LANGUAGE sql STABLE
    RETURN current_setting('bench.' || name)::bigint;
INSERT INTO axes SELECT pg_temp.id_of('a5e5', n), 1, 'Axe ' || n, 'Accueillir.', n FROM generate_series(0, 3) n;
INSERT INTO accounts (id, version, first_name, last_name, is_staff, disabled)
    SELECT pg_temp.id_of('70a1', n), 1, 'Nadia', 'Roux', false, false
        FROM generate_series(0, pg_temp.size('trainers') - 1) n
    UNION ALL SELECT pg_temp.id_of('57af', 0), 1, 'Zoé', 'Agence', true, false;
INSERT INTO trainings (id, version, axis_id, title, kind, members_only,
        summary, objectives, content, audience, prerequisites, state)
    SELECT pg_temp.id_of('7777', n), 1, pg_temp.id_of('a5e5', n % 4), 'Formation ' || n,
        CASE WHEN n % 5 = 0 THEN 'other_action' ELSE 'training' END, n % 3 = 0,
        CASE WHEN n % (pg_temp.size('sessions') / 40) = 0 THEN 'Lire le braille.' ELSE 'Deux jours.' END, 'Mener un entretien.', 'Cadre.', 'Conseillers.', 'Aucun.', 'published'
    FROM generate_series(0, pg_temp.size('sessions') / 2) n;
INSERT INTO sessions (id, version, training_id, capacity, place, town, opens_at, closes_at,
        slot_ids, slot_starts, slot_ends, trainer_ids, state)
    SELECT pg_temp.id_of('8888', n), 1, pg_temp.id_of('7777', n / 2), 12, 'Limoges', CASE WHEN n % 4 = 0 THEN 'Brive' ELSE 'Limoges' END,
        starts - interval '90 days', starts - interval '5 days',
        ARRAY[gen_random_uuid()], ARRAY[starts], ARRAY[starts + interval '7 hours'],
        ARRAY[pg_temp.id_of('70a1', n % pg_temp.size('trainers'))], 'scheduled'
    FROM (SELECT n, now() - interval '1000 days' + n::float8 / pg_temp.size('sessions') * interval '2190 days' AS starts
        FROM generate_series(0, pg_temp.size('sessions') - 1) n) planned;
INSERT INTO occupancy
    SELECT pg_temp.id_of('8888', n), 1, CASE WHEN n % 6 = 0 THEN 12 ELSE 4 END, 0
    FROM generate_series(0, pg_temp.size('sessions') - 1) n;
