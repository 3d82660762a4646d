//! English.

use miptech_chat_session::{ErrorCode, SendError};

use super::Strings;

pub(super) static ENGLISH: Strings = Strings {
    tag: "en",
    answer_complete: "Answer complete",
    answer_cut: "The answer was cut off.",
    answer_silent: "Still working…",
    answer_thinking: "Thinking",
    answer_too_long: "The answer was too long to show in full.",
    busy_until: "The chat is busy. Try again after ",
    cancel: "Cancel",
    check: "Check",
    close_chat: "Close chat",
    code_block: "Code block",
    code_copy: "Copy code",
    conversation_break: "A new conversation begins here",
    copied: "Copied",
    copy: "Copy",
    create_account: "Create account",
    delete: "Delete",
    disclosure: "You are talking to an AI. It can be wrong.",
    dismiss: "Dismiss",
    email: "Email",
    empty_line: "Ask a question. The answer comes with its sources.",
    expired: "Too old to be sent by itself.",
    fill_in: "Fill this in.",
    full: " messages are waiting. Yours stays here until one of them is gone.",
    full_name: "Full name",
    go_on_without: "Go on without signing in",
    greeting: "How can we help?",
    helpful: "Helpful",
    image: "Image",
    image_blocked: " (blocked)",
    image_from: "from",
    input: "Message",
    link_leads: "This link leads to",
    new_answer: "New answer",
    no_account: "The account could not be made.",
    no_sign_in: "That did not get through. Please try again.",
    not_helpful: "Not helpful",
    not_sent: "Not sent.",
    open_chat: "Open chat",
    open_link: "Open link",
    password: "Password",
    placeholder: "Write a message",
    reason: "What was wrong?",
    reason_send: "Submit",
    reason_told: "Thank you.",
    retry: "Retry",
    retry_in: "Next try in",
    retry_now: "Retry now",
    send: "Send",
    send_again: "Send again",
    sending: "Sending",
    show_rest: "Show rest as text",
    sign_in: "Sign in",
    source: "Source",
    source_missing: "Source missing",
    sources: "Sources",
    sources_all: "All sources",
    sources_many: "sources",
    sources_one: "source",
    start_new: "Start a new conversation",
    status_answering: "Answering…",
    status_connecting: "Connecting…",
    status_idle: "Answers in seconds",
    status_offline: "Offline",
    status_reconnecting: "Reconnecting…",
    status_signed_out: "Signed out",
    status_unavailable: "Not available",
    title: "AI Assistant",
    transcript: "Conversation",
    try_again: "Try again",
    unconfirmed: "We could not confirm this was delivered.",
    unread: "new",
    waiting: "Waiting to be sent",
    you: "You",
    error,
    refusal,
};

const fn error(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::AnswerInterrupted => "The answer was cut off. Ask again to get it in full.",
        ErrorCode::AnswerTimeout => "No answer came. Your message arrived; ask again if you like.",
        ErrorCode::AnswerTooLarge => "The answer was too large to show. You can ask for a shorter one.",
        ErrorCode::AuthExpired => "Your session ended. Your text is kept.",
        ErrorCode::AuthForbidden => "You are not allowed to chat here.",
        ErrorCode::AuthInvalidCredentials => "Email or password is wrong.",
        ErrorCode::AuthRequired => "This chat asks you to sign in first. Your text is kept.",
        ErrorCode::ChatCreateFailed => "The chat could not be started. Your text is kept.",
        ErrorCode::ChatGone => "This conversation ended. Your text is kept.",
        ErrorCode::ChatInvalidRequest => "The chat is not set up correctly here. Your text is kept.",
        ErrorCode::ConfigInsecureUrl | ErrorCode::ConfigInvalid | ErrorCode::ConfigTenantMissing => {
            "The chat is not set up correctly here."
        }
        ErrorCode::HostCallbackThrew => "A part of this page failed. The chat goes on.",
        // The loader says in its own words why nothing could be loaded.
        ErrorCode::InternalPanic
        | ErrorCode::LoadCspWasm
        | ErrorCode::LoadNetwork
        | ErrorCode::LoadNoWasm
        | ErrorCode::LoadNotWasm => "The chat stopped working. Please reload the page.",
        ErrorCode::MessageEmpty => "Write something first.",
        ErrorCode::MessageRejected => "The message was not accepted.",
        ErrorCode::MessageTooLong => "The message is too long.",
        ErrorCode::MessageUnconfirmed => "We could not confirm that your message was delivered.",
        ErrorCode::NetworkBlockedByCsp => "Chat is unavailable on this page.",
        ErrorCode::NetworkCaptivePortal => "This network may ask you to sign in first. Your text is kept.",
        ErrorCode::NetworkOffline => {
            "You're offline. Your message is kept and will be sent when you're back."
        }
        ErrorCode::NetworkUnreachableOrCors => "Can't reach the chat. Your text is kept, and we keep trying.",
        ErrorCode::PlatformError => "Something went wrong on the other side. The conversation goes on.",
        ErrorCode::PlatformStarting => "The chat is starting up. Your text is kept.",
        ErrorCode::RateLimited => "The chat is busy. Your message is kept and goes out in a moment.",
        ErrorCode::SocketDropped => "The connection was lost. Your text is kept, and we are reconnecting.",
        ErrorCode::SocketJoinTimeout => {
            "The chat does not respond yet. Your text is kept, and we keep trying."
        }
        ErrorCode::SocketNeverOpened => {
            "Live answers can't get through yet. Your text is kept, and we keep trying."
        }
        ErrorCode::SocketRejected => "The chat refused the connection. Your text is kept.",
        ErrorCode::StorageBlocked => "This chat won't be remembered after you leave.",
        ErrorCode::StorageQuota => "Keep this tab open until your message is sent.",
        ErrorCode::TenantDenied => "This chat may not be used here. Your text is kept.",
        ErrorCode::TenantMissingHeader | ErrorCode::TenantNotFound => {
            "The chat is not set up correctly here. Your text is kept."
        }
    }
}

const fn refusal(error: &SendError) -> &'static str {
    match error {
        SendError::Empty => "Write something first.",
        SendError::Ended => "The chat has ended.",
        // Said with their number.
        SendError::OutboxFull { .. } => "",
        SendError::Repeated => "This message was sent already.",
        SendError::TooLong { .. } => "The message is too long.",
    }
}
