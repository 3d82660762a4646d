-- Refilled from the knowledge folder at every start.
CREATE VIRTUAL TABLE passages USING fts5 (
    file UNINDEXED,
    anchor UNINDEXED,
    position UNINDEXED,
    heading,
    trail,
    body,
    tokenize = 'porter unicode61'
);
