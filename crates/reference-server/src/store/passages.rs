//! The full-text index over the sections of the knowledge folder.

use sqlx::{Row as _, sqlite::SqliteRow};

use super::Store;

/// One section of one Markdown file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Passage {
    /// The file, relative to the knowledge folder, with `/` between folders.
    pub(crate) file: String,
    /// The heading as a link fragment.
    pub(crate) anchor: String,
    /// Where the section stands in its file, from 0.
    pub(crate) position: i64,
    /// The section's own heading.
    pub(crate) heading: String,
    /// The headings above it, outermost first.
    pub(crate) trail: String,
    /// Everything between this heading and the next.
    pub(crate) body: String,
}

impl Passage {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            file: row.try_get("file")?,
            anchor: row.try_get("anchor")?,
            position: row.try_get("position")?,
            heading: row.try_get("heading")?,
            trail: row.try_get("trail")?,
            body: row.try_get("body")?,
        })
    }
}

/// A place in a file, to look around from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) file: &'a str,
    pub(crate) position: i64,
}

impl Store {
    /// Replaces the whole index.
    pub(crate) async fn replace_passages(&self, passages: &[Passage]) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("DELETE FROM passages")
            .execute(&mut *transaction)
            .await?;
        for passage in passages {
            sqlx::query(
                "INSERT INTO passages (file, anchor, position, heading, trail, body) \
                 VALUES (?, ?, ?, ?, ?, ?)",
            )
            .bind(&passage.file)
            .bind(&passage.anchor)
            .bind(passage.position)
            .bind(&passage.heading)
            .bind(&passage.trail)
            .bind(&passage.body)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await
    }

    /// Finds the passages that match an FTS5 expression, best first.
    ///
    /// The weights (heading 6, trail 2, body 1) are a guess: a question mostly names a heading.
    pub(crate) async fn matching_passages(
        &self,
        expression: &str,
        limit: i64,
    ) -> Result<Vec<Passage>, sqlx::Error> {
        sqlx::query(
            "SELECT * FROM passages WHERE passages MATCH ? \
             ORDER BY bm25(passages, 0, 0, 0, 6, 2, 1) LIMIT ?",
        )
        .bind(expression)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(Passage::from_row)
        .collect()
    }

    /// Reads up to `limit` headings around a place, nearest first and the following before the preceding.
    pub(crate) async fn neighbouring_headings(
        &self,
        place: Place<'_>,
        limit: i64,
    ) -> Result<Vec<String>, sqlx::Error> {
        sqlx::query_scalar(
            "SELECT heading FROM passages WHERE file = ?1 AND position <> ?2 \
             ORDER BY abs(position - ?2), position DESC LIMIT ?3",
        )
        .bind(place.file)
        .bind(place.position)
        .bind(limit)
        .fetch_all(&self.pool)
        .await
    }
}
