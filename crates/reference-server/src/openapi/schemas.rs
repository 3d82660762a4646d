//! The bodies of the document, named.

use serde_json::{Value, json};

/// The refusals that calls share, by status.
pub(super) fn responses() -> Value {
    let refusal = |description: &str, schema: &str| {
        json!({
            "description": description,
            "content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}},
        })
    };
    json!({
        "401": refusal("auth_required, invalid_token, invalid_grant or invalid_credentials", "Code"),
        "403": refusal("tenant_mismatch, tenant_denied or insufficient_scope", "Refusal"),
        "404": refusal("TENANT_NOT_FOUND, CHAT_NOT_FOUND, or an unknown path", "Refusal"),
        "405": refusal("Another method is offered", "Refusal"),
        "409": refusal("email_taken", "Code"),
        "413": refusal("The body is too large", "Refusal"),
        "422": refusal("Fields that are missing or wrong", "Fields"),
        "429": {
            "description": "RATE_LIMIT_EXCEEDED",
            "headers": {
                "Retry-After": {"description": "Seconds", "schema": {"type": "integer"}},
                "X-RateLimit-Limit": {"schema": {"type": "integer"}},
                "X-RateLimit-Remaining": {"schema": {"type": "integer"}},
                "X-RateLimit-Reset": {"description": "Seconds since 1970", "schema": {"type": "integer"}},
            },
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Envelope"}}},
        },
        "500": refusal("The tenant is missing, or the server failed", "Refusal"),
    })
}

/// All bodies.
pub(super) fn all() -> Value {
    let text = json!({"type": "string"});
    let number = json!({"type": "number"});
    let integer = json!({"type": "integer"});
    let identifier = |at_least: u32| json!({"type": "string", "minLength": at_least, "maxLength": 100, "pattern": "^[A-Za-z0-9_-]+$"});
    json!({
        "Chat": object(&["chat_id", "session_id", "tenant_id", "created_at", "status"], &json!({
            "chat_id": text,
            "session_id": text,
            "tenant_id": text,
            "title": text,
            "created_at": number,
            "status": text,
            "capabilities": {"type": "array", "items": text},
        })),
        "ChatConfig": object(&["tenant_id", "features", "ui", "limits"], &json!({
            "tenant_id": text,
            "features": {"type": "object", "additionalProperties": {"type": "boolean"}},
            "ui": {"type": "object"},
            "limits": {"type": "object", "additionalProperties": integer},
        })),
        "Code": object(&["code", "message"], &json!({"code": text, "message": text})),
        "Credentials": object(&["email", "password", "tenant_id"], &json!({
            "email": text,
            "password": text,
            "tenant_id": text,
        })),
        "Detail": object(&["detail"], &json!({"detail": text})),
        "Document": {"type": "object"},
        "Envelope": object(&["success", "message", "errors", "error_code", "details"], &json!({
            "success": {"const": false},
            "message": text,
            "errors": {"type": "array", "items": text},
            "error_code": text,
            "details": {"type": "object"},
        })),
        "Feedback": object(&["value"], &json!({"value": {"enum": ["up", "down"]}, "reason": text})),
        "Fields": object(&["detail"], &json!({
            "detail": {"type": "array", "items": object(&["loc", "msg", "type"], &json!({
                "loc": {"type": "array", "items": text},
                "msg": text,
                "type": text,
            }))},
        })),
        "Health": object(&["status", "version"], &json!({
            "status": text,
            "ai_services_ready": {"type": "boolean"},
            "timestamp": number,
            "version": text,
        })),
        "History": object(&["items"], &json!({
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Message"}},
            "next": integer,
        })),
        "Message": object(&["id", "role", "content", "created_at", "sequence_number"], &json!({
            "id": text,
            "role": {"enum": ["user", "assistant"]},
            "content": text,
            "created_at": number,
            "sequence_number": integer,
            "client_message_id": text,
            "sources": {"type": "array", "items": {"type": "object"}},
            "stopped": {"type": "boolean"},
            "author_kind": {"enum": ["ai", "human", "system"]},
        })),
        "MissingTenant": object(&["error"], &json!({"error": text})),
        "NewChat": object(&["session_id", "visitor_id", "tenant_id"], &json!({
            "session_id": identifier(8),
            "visitor_id": identifier(1),
            "tenant_id": text,
            "title": {"type": "string", "maxLength": 255},
            "context": {"type": "object"},
        })),
        "RefreshRequest": object(&["refresh_token"], &json!({"refresh_token": text})),
        "Refusal": {"anyOf": [
            {"$ref": "#/components/schemas/Envelope"},
            {"$ref": "#/components/schemas/Code"},
            {"$ref": "#/components/schemas/Detail"},
            {"$ref": "#/components/schemas/MissingTenant"},
        ]},
        "Registration": object(&["email", "password", "full_name", "tenant_id"], &json!({
            "email": text,
            "password": text,
            "full_name": text,
            "tenant_id": text,
        })),
        "SignedIn": {"allOf": [
            {"$ref": "#/components/schemas/TokenPair"},
            object(&["user"], &json!({"user": {"$ref": "#/components/schemas/User"}})),
        ]},
        "TokenPair": object(&["access_token", "refresh_token", "token_type", "expires_in"], &json!({
            "access_token": text,
            "refresh_token": text,
            "token_type": {"const": "Bearer"},
            "expires_in": integer,
        })),
        "User": object(&["id", "email", "name", "full_name", "tenant_id", "created_at"], &json!({
            "id": text,
            "email": text,
            "name": text,
            "full_name": text,
            "tenant_id": text,
            "created_at": number,
        })),
    })
}

fn object(required: &[&str], properties: &Value) -> Value {
    json!({"type": "object", "required": required, "properties": properties})
}
