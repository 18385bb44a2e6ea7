-- Secrets and sessions. Nothing here is a record: see the package comment of identity/vault.
-- +goose Up
CREATE SCHEMA IF NOT EXISTS vault;

-- One row a person who has, or was given, a password. verifier is argon2id over the password. sealed is the person's
-- private key under another argon2id key of the same password; it is absent while the password is a first one-time one.
CREATE TABLE vault.credentials (
    person      text        COLLATE "C" PRIMARY KEY,
    salt        bytea       NOT NULL CHECK (octet_length(salt) = 16),
    verifier    bytea       NOT NULL CHECK (octet_length(verifier) = 32),
    one_time    boolean     NOT NULL,
    issuer      text        COLLATE "C" NOT NULL,
    expires     timestamptz,
    seal_salt   bytea,
    sealed      bytea,
    public      text        COLLATE "C",
    failures    integer     NOT NULL DEFAULT 0,
    locked_until timestamptz,
    CHECK ((sealed IS NULL) = (public IS NULL) AND (sealed IS NULL) = (seal_salt IS NULL)),
    CHECK (one_time OR sealed IS NOT NULL)
);

-- token is the SHA-256 of what the browser or program holds.
CREATE TABLE vault.sessions (
    token    bytea       PRIMARY KEY CHECK (octet_length(token) = 32),
    id       text        COLLATE "C" NOT NULL UNIQUE,
    person   text        COLLATE "C" NOT NULL,
    terminal text        NOT NULL,
    since    timestamptz NOT NULL,
    seen     timestamptz NOT NULL
);

-- What a session was shown under a nonce, until it is signed or too old.
CREATE TABLE vault.challenges (
    nonce   text        COLLATE "C" PRIMARY KEY,
    session text        COLLATE "C" NOT NULL,
    digest  bytea       NOT NULL CHECK (octet_length(digest) = 32),
    expires timestamptz NOT NULL
);
