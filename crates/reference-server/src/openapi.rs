//! `/openapi.json`: the REST surface as an OpenAPI 3.1 document, kept by hand.
//!
//! By hand, because the shapes are the contract's and not those of Rust types. A test holds it against
//! the routes: every routed method is described, and nothing else.

mod schemas;

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Map, Value, json};

use crate::{
    config::{Accounts, Config},
    platform::Platform,
    server,
};

/// `GET /openapi.json`.
pub(crate) async fn read(State(platform): State<Arc<Platform>>) -> Json<Value> {
    Json(document(&platform.config))
}

/// The document of a server with this configuration.
pub(crate) fn document(config: &Config) -> Value {
    let (creation, _) = server::creation_paths(config.slash);
    let accounts = match config.accounts {
        Accounts::Off => Vec::new(),
        Accounts::On => account_operations(),
    };
    let mut paths = Map::new();
    for operation in operations(creation).into_iter().chain(accounts) {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method] = operation.description;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "MIPTech AI Platform, reference server",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every call below /api/v1 needs X-Tenant-ID. Without it the answer is 500 \
                {\"error\":\"Tenant ID not found in request\"} without CORS headers.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "parameters": {
                "Tenant": {
                    "name": "X-Tenant-ID",
                    "in": "header",
                    "required": true,
                    "schema": {"type": "string", "minLength": 3, "maxLength": 50},
                },
                "ChatId": {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
                "MessageId": {
                    "name": "message_id",
                    "in": "path",
                    "required": true,
                    "schema": {"type": "string"},
                },
                "After": {"name": "after", "in": "query", "schema": {"type": "integer", "default": 0}},
                "Limit": {
                    "name": "limit",
                    "in": "query",
                    "schema": {"type": "integer", "minimum": 1, "maximum": 50, "default": 50},
                },
            },
            "responses": schemas::responses(),
            "schemas": schemas::all(),
        },
    })
}

/// One method of one path.
struct Operation {
    method: &'static str,
    path: String,
    description: Value,
}

impl Operation {
    fn new(method: &'static str, path: &str, summary: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            description: json!({"summary": summary, "parameters": [], "responses": {}}),
        }
    }

    /// Takes parameters that are described among the components.
    fn takes(mut self, names: &[&str]) -> Self {
        let references = names
            .iter()
            .map(|name| json!({"$ref": format!("#/components/parameters/{name}")}));
        self.description["parameters"] = references.collect();
        self
    }

    /// Reads a JSON body.
    fn reads(mut self, schema: &str) -> Self {
        self.description["requestBody"] = json!({"required": true, "content": content(schema)});
        self
    }

    /// Succeeds with a JSON body.
    fn answers(mut self, status: &str, schema: &str) -> Self {
        self.description["responses"][status] = json!({"description": "Success", "content": content(schema)});
        self
    }

    /// Succeeds without a body.
    fn answers_nothing(mut self, status: &str) -> Self {
        self.description["responses"][status] = json!({"description": "Success"});
        self
    }

    /// Refuses with the statuses given, and with those every call shares.
    fn refuses(mut self, statuses: &[&str]) -> Self {
        for status in statuses.iter().chain(&["404", "429", "500"]) {
            self.description["responses"][*status] =
                json!({"$ref": format!("#/components/responses/{status}")});
        }
        self
    }

    /// Heeds a token; none is needed unless the server demands one.
    fn heeds_token(mut self) -> Self {
        self.description["security"] = json!([{}, {"bearer": []}]);
        self
    }

    /// Cannot be called without a token.
    fn needs_token(mut self) -> Self {
        self.description["security"] = json!([{"bearer": []}]);
        self
    }
}

fn operations(creation: &str) -> Vec<Operation> {
    let tenant = ["Tenant"];
    let chat = ["Tenant", "ChatId"];
    let guarded = ["401", "403"];
    vec![
        Operation::new("get", "/healthz", "Alive").answers("200", "Health"),
        Operation::new("get", "/readyz", "Alive, without a body").answers_nothing("200"),
        Operation::new("get", "/openapi.json", "This document").answers("200", "Document"),
        Operation::new(
            "get",
            "/api/v1/health",
            "Alive, and whether the AI services are ready",
        )
        .takes(&tenant)
        .answers("200", "Health")
        .refuses(&[]),
        Operation::new("post", creation, "Create the chat of a session, or find it")
            .takes(&tenant)
            .reads("NewChat")
            .answers("200", "Chat")
            .answers("201", "Chat")
            .refuses(&["401", "403", "413", "422"])
            .heeds_token(),
        Operation::new(
            "get",
            "/api/v1/chat/config",
            "Limits and looks of the tenant's widget",
        )
        .takes(&tenant)
        .answers("200", "ChatConfig")
        .refuses(&guarded)
        .heeds_token(),
        Operation::new("get", "/api/v1/chat/{id}", "Whether a chat still exists")
            .takes(&chat)
            .answers("200", "Chat")
            .refuses(&guarded)
            .heeds_token(),
        Operation::new("delete", "/api/v1/chat/{id}", "Erase a chat with its messages")
            .takes(&chat)
            .answers_nothing("204")
            .refuses(&["401", "403", "405"])
            .heeds_token(),
        Operation::new("get", "/api/v1/chat/{id}/messages", "Earlier messages, ascending")
            .takes(&["Tenant", "ChatId", "After", "Limit"])
            .answers("200", "History")
            .refuses(&["401", "403", "422"])
            .heeds_token(),
        Operation::new(
            "post",
            "/api/v1/chat/{id}/messages/{message_id}/feedback",
            "Rate an answer; the last word counts",
        )
        .takes(&["Tenant", "ChatId", "MessageId"])
        .reads("Feedback")
        .answers_nothing("204")
        .refuses(&["401", "403", "422"])
        .heeds_token(),
    ]
}

fn account_operations() -> Vec<Operation> {
    let tenant = ["Tenant"];
    let guarded = ["401", "403"];
    vec![
        Operation::new("post", "/api/v1/auth/register", "Register and sign in")
            .takes(&tenant)
            .reads("Registration")
            .answers("201", "SignedIn")
            .refuses(&["403", "409", "422"]),
        Operation::new("post", "/api/v1/auth/login", "Sign in")
            .takes(&tenant)
            .reads("Credentials")
            .answers("200", "SignedIn")
            .refuses(&["401", "403", "422"]),
        Operation::new(
            "post",
            "/api/v1/auth/refresh",
            "Exchange a refresh token; without Authorization",
        )
        .takes(&tenant)
        .reads("RefreshRequest")
        .answers("200", "TokenPair")
        .refuses(&["401", "422"]),
        Operation::new("post", "/api/v1/auth/logout", "End the sign-in")
            .takes(&tenant)
            .answers_nothing("204")
            .refuses(&guarded)
            .needs_token(),
        Operation::new("get", "/api/v1/auth/me", "The user behind the token")
            .takes(&tenant)
            .answers("200", "User")
            .refuses(&guarded)
            .needs_token(),
    ]
}

fn content(schema: &str) -> Value {
    json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document(&Config::default());
        let text = document.to_string();
        let references: Vec<&str> = text
            .split("\"$ref\":\"#")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(references.len() > 50, "{}", references.len());
        for reference in references {
            assert!(document.pointer(reference).is_some(), "{reference}");
        }
    }
}
