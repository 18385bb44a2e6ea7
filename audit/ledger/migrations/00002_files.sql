-- Files that entries name by their SHA-256, such as the scan of a paper blank. A row is what its name says, or it is refused.
-- +goose Up
CREATE TABLE audit.files (
    sha256 bytea PRIMARY KEY,
    bytes  bytea NOT NULL CHECK (octet_length(bytes) > 0),
    CONSTRAINT files_content CHECK (sha256(bytes) = sha256)
);
-- What is scanned is compressed already.
ALTER TABLE audit.files ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.files
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
ALTER TABLE audit.files ENABLE ALWAYS TRIGGER only_grows;
