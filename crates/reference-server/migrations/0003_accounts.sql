-- Sign-in. The tokens of the first version were never written, so nothing is lost with them.
DROP TABLE tokens;

-- What only this database knows, such as the key that signs its tokens: sign-ins outlive a restart.
CREATE TABLE secrets (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

-- One sign-in. Everything refreshed from it shares its end.
CREATE TABLE sign_ins (
    id         TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES users (id),
    created_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    revoked_at REAL
) STRICT;

-- One pair of tokens. Neither token is in it: the access token is signed again from its id and its
-- time, and the refresh token that follows is derived from the one before.
CREATE TABLE tokens (
    refresh_hash      TEXT PRIMARY KEY,
    access_id         TEXT NOT NULL UNIQUE,
    sign_in_id        TEXT NOT NULL REFERENCES sign_ins (id),
    issued_at         REAL NOT NULL,
    access_expires_at REAL NOT NULL,
    used_at           REAL,
    successor_hash    TEXT
) STRICT;

-- Chats get an owner and messages their extensions. SQLite cannot drop a UNIQUE constraint, and a
-- table that is referred to cannot be dropped, so both are made anew and take the old names.
CREATE TABLE new_chats (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL REFERENCES tenants (id),
    session_id TEXT NOT NULL,
    visitor_id TEXT NOT NULL,
    title      TEXT,
    context    TEXT,
    created_at REAL NOT NULL,
    user_id    TEXT REFERENCES users (id)
) STRICT;

INSERT INTO new_chats (id, tenant_id, session_id, visitor_id, title, context, created_at)
SELECT id, tenant_id, session_id, visitor_id, title, context, created_at FROM chats;

CREATE TABLE new_messages (
    id                TEXT PRIMARY KEY,
    chat_id           TEXT NOT NULL REFERENCES new_chats (id) ON DELETE CASCADE,
    sequence_number   INTEGER NOT NULL,
    role              TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    content           TEXT NOT NULL,
    created_at        REAL NOT NULL,
    client_message_id TEXT,
    sources           TEXT,
    stopped           INTEGER NOT NULL DEFAULT 0,
    UNIQUE (chat_id, sequence_number)
) STRICT;

INSERT INTO new_messages (id, chat_id, sequence_number, role, content, created_at, client_message_id, sources)
SELECT id, chat_id, sequence_number, role, content, created_at, client_message_id, sources FROM messages;

DROP TABLE messages;
DROP TABLE chats;
ALTER TABLE new_chats RENAME TO chats;
ALTER TABLE new_messages RENAME TO messages;

-- The same session signed in and signed out are two chats, so that signing out ends the reading.
CREATE UNIQUE INDEX chats_session ON chats (tenant_id, session_id, COALESCE(user_id, ''));
CREATE UNIQUE INDEX messages_client_message_id ON messages (chat_id, client_message_id);

CREATE TABLE feedback (
    message_id TEXT PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    value      TEXT NOT NULL CHECK (value IN ('up', 'down')),
    reason     TEXT,
    created_at REAL NOT NULL
) STRICT;
