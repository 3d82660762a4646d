CREATE TABLE tenants (
    id         TEXT PRIMARY KEY,
    created_at REAL NOT NULL
) STRICT;

CREATE TABLE users (
    id            TEXT PRIMARY KEY,
    tenant_id     TEXT NOT NULL REFERENCES tenants (id),
    email         TEXT NOT NULL,
    full_name     TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at    REAL NOT NULL,
    UNIQUE (tenant_id, email)
) STRICT;

CREATE TABLE tokens (
    token_hash TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES users (id),
    kind       TEXT NOT NULL CHECK (kind IN ('access', 'refresh')),
    created_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    used_at    REAL
) STRICT;

CREATE TABLE chats (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL REFERENCES tenants (id),
    session_id TEXT NOT NULL,
    visitor_id TEXT NOT NULL,
    title      TEXT,
    context    TEXT,
    created_at REAL NOT NULL,
    UNIQUE (tenant_id, session_id)
) STRICT;

CREATE TABLE messages (
    id                TEXT PRIMARY KEY,
    chat_id           TEXT NOT NULL REFERENCES chats (id),
    sequence_number   INTEGER NOT NULL,
    role              TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    content           TEXT NOT NULL,
    created_at        REAL NOT NULL,
    client_message_id TEXT,
    sources           TEXT,
    UNIQUE (chat_id, sequence_number)
) STRICT;

-- SQLite lets any number of NULLs into a unique index, so messages without an id never collide.
CREATE UNIQUE INDEX messages_client_message_id ON messages (chat_id, client_message_id);
