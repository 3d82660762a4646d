//! The tables that turn an HTTP status into an error: every status and stage, and no row too many.

use miptech_chat_protocol::{
    error::{ErrorCode, Stage},
    fault::Fault,
    request::Reply,
};

use crate::table;

const STAGES: [Stage; 9] = [
    Stage::Answer,
    Stage::Auth,
    Stage::Create,
    Stage::History,
    Stage::Join,
    Stage::Probe,
    Stage::Refresh,
    Stage::Send,
    Stage::Socket,
];

#[test]
fn every_status_and_stage_is_documented() {
    let rows: Vec<Row> = table(["Status", "Stage", "Error code", "Retryable"])
        .iter()
        .map(|[status, stage, code, retryable]| Row::read(status, stage, code, retryable))
        .collect();
    compare(&rows, r#"{"detail":"x"}"#);
}

#[test]
fn every_status_of_somebody_else_is_documented() {
    let rows: Vec<Row> = table(["Foreign status", "Error code", "Retryable"])
        .iter()
        .map(|[status, code, retryable]| Row::read(status, "any", code, retryable))
        .collect();
    for body in ["", "<html>", "[1]", r#"{"hello":"world"}"#] {
        compare(&rows, body);
    }
}

/// What one row says; the first row that fits counts.
struct Row {
    statuses: Vec<(u16, u16)>,
    stages: Vec<&'static str>,
    code: String,
    retryable: bool,
}

impl Row {
    fn read(status: &str, stage: &str, code: &str, retryable: &str) -> Self {
        let number = |text: &str| -> u16 { text.parse().unwrap_or_else(|_| panic!("{status}: no status")) };
        let statuses = match status {
            "any other" => vec![(100, 599)],
            _ => status
                .split(", ")
                .map(|part| part.split_once('–').unwrap_or((part, part)))
                .map(|(first, last)| (number(first), number(last)))
                .collect(),
        };
        let known = STAGES.map(Stage::as_str);
        let stages = match stage {
            "any" => known.into(),
            _ => {
                let one = |name: &str| known.into_iter().find(|stage| *stage == name);
                let all = stage.split(", ").map(one).collect::<Option<Vec<_>>>();
                all.unwrap_or_else(|| panic!("{stage}: no stage"))
            }
        };
        Self {
            statuses,
            stages,
            code: code.trim_matches('`').to_owned(),
            retryable: match retryable {
                "yes" => true,
                "no" => false,
                _ => panic!("{retryable}: neither yes nor no"),
            },
        }
    }

    fn fits(&self, status: u16, stage: &str) -> bool {
        self.stages.contains(&stage)
            && self
                .statuses
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&status))
    }
}

fn compare(rows: &[Row], body: &str) {
    let implemented: Vec<_> = (100..600)
        .flat_map(|status| STAGES.map(|stage| (status, stage)))
        .map(|(status, stage)| (status, stage, read(status, stage, body)))
        .collect();
    let differs = |left_out: Option<usize>| {
        implemented.iter().find(|(status, stage, (code, retryable))| {
            let row = rows
                .iter()
                .enumerate()
                .find(|(place, row)| Some(*place) != left_out && row.fits(*status, stage.as_str()));
            row.is_none_or(|(_, row)| row.code != code.as_str() || row.retryable != *retryable)
        })
    };
    assert_eq!(differs(None), None, "{body}");
    for (place, row) in rows.iter().enumerate() {
        assert!(
            differs(Some(place)).is_some(),
            "{:?} {}: nothing needs this row",
            row.statuses,
            row.code
        );
    }
}

fn read(status: u16, stage: Stage, body: &str) -> (ErrorCode, bool) {
    let reply = Reply {
        status,
        body: body.to_owned(),
        ..Reply::default()
    };
    let fault = Fault::from_reply(stage, &reply);
    (fault.code, fault.retryable)
}
