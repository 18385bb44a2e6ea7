-- The site's log. Rows are added and never changed: see the package comment of audit/ledger.
-- +goose Up
CREATE SCHEMA IF NOT EXISTS audit;

-- One row: whose log this is. A log without it has not been founded.
CREATE TABLE audit.site (
    one     boolean     PRIMARY KEY DEFAULT true CHECK (one),
    origin  text        NOT NULL CHECK (origin <> ''),
    key     text        NOT NULL, -- the site's verifier key, as a C2SP note writes it
    founded timestamptz NOT NULL
);

-- One row an entry. bytes is what was hashed; the other columns repeat members of it, for finding, and are compared
-- with it at every verification. nodes holds the tree's hashes above the leaf that this leaf completes, lowest first,
-- 32 bytes each: node (level l, place n) stands in the row of leaf ((n+1) << l) - 1 as the l-th.
CREATE TABLE audit.entries (
    index    bigint      PRIMARY KEY CHECK (index >= 0),
    stream   text        COLLATE "C" NOT NULL,
    version  bigint      NOT NULL CHECK (version >= 1),
    previous bytea       NOT NULL CHECK (octet_length(previous) = 32),
    leaf     bytea       NOT NULL CHECK (octet_length(leaf) = 32),
    kind     text        COLLATE "C" NOT NULL,
    time     timestamptz NOT NULL,
    bytes    bytea       NOT NULL,
    nodes    bytea       NOT NULL CHECK (octet_length(nodes) % 32 = 0),
    CONSTRAINT entries_stream_version UNIQUE (stream, version)
);
-- Canonical JSON of this size gains little from compression, and the sequencer's time is dear.
ALTER TABLE audit.entries ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- What the commitments of an entry hold. May be withheld from a reader without harm to any proof.
CREATE TABLE audit.openings (
    index bigint NOT NULL,
    name  text   COLLATE "C" NOT NULL,
    salt  bytea  NOT NULL CHECK (octet_length(salt) = 32),
    value text   NOT NULL,
    PRIMARY KEY (index, name)
);

-- Every append, so that a command sent again is answered with the first answer. The rows tile the log: each begins
-- where the one before it ended. key is absent where the caller gave none.
CREATE TABLE audit.commands (
    first  bigint NOT NULL CHECK (first >= 0),
    count  bigint NOT NULL CHECK (count >= 1),
    key    text   COLLATE "C",
    digest bytea  NOT NULL CHECK (octet_length(digest) = 32),
    CONSTRAINT commands_key UNIQUE (key)
);

-- Signed notes, numbered from 1 without a gap.
CREATE TABLE audit.checkpoints (
    number bigint      PRIMARY KEY CHECK (number >= 1),
    size   bigint      NOT NULL UNIQUE CHECK (size >= 0),
    root   bytea       NOT NULL CHECK (octet_length(root) = 32),
    time   timestamptz NOT NULL,
    note   bytea       NOT NULL
);

-- +goose StatementBegin
CREATE FUNCTION audit.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog
AS $$
BEGIN
    RAISE EXCEPTION 'the log only grows: % on %.% is refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION audit.refuse_change() FROM PUBLIC;

-- +goose StatementBegin
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['site', 'entries', 'openings', 'commands', 'checkpoints'] LOOP
        EXECUTE format('CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.%I
            FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()', name);
        EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER only_grows', name);
    END LOOP;
END
$$;
-- +goose StatementEnd
