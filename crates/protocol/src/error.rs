//! The closed union of error codes and what each one advises (`javascript-api.md` section 5).

/// A stable code; its text may be matched by host pages, so it never changes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ErrorCode {
    /// The answer was cut off.
    AnswerInterrupted,
    /// No frame of an awaited answer came.
    AnswerTimeout,
    /// An answer's frame was larger than the widget accepts.
    AnswerTooLarge,
    /// The stored token is no longer accepted.
    AuthExpired,
    /// Signed in, but not allowed.
    AuthForbidden,
    /// E-mail or password wrong.
    AuthInvalidCredentials,
    /// The platform wants a token.
    AuthRequired,
    /// The chat could not be created.
    ChatCreateFailed,
    /// The chat no longer exists.
    ChatGone,
    /// The platform refused the creation body.
    ChatInvalidRequest,
    /// An unencrypted base on an encrypted page.
    ConfigInsecureUrl,
    /// An option has a wrong value.
    ConfigInvalid,
    /// No tenant is configured.
    ConfigTenantMissing,
    /// A callback of the host page threw.
    HostCallbackThrew,
    /// The widget crashed.
    InternalPanic,
    /// The page's policy forbids WebAssembly.
    LoadCspWasm,
    /// The widget could not be fetched.
    LoadNetwork,
    /// The browser has no WebAssembly.
    LoadNoWasm,
    /// The server answered something that is not the widget.
    LoadNotWasm,
    /// Nothing but white space.
    MessageEmpty,
    /// The platform refused the message.
    MessageRejected,
    /// Longer than the limit.
    MessageTooLong,
    /// Handed over, never acknowledged.
    MessageUnconfirmed,
    /// The page's policy forbids the connection.
    NetworkBlockedByCsp,
    /// Something other than the platform answered.
    NetworkCaptivePortal,
    /// The browser is offline.
    NetworkOffline,
    /// A request failed without a status.
    NetworkUnreachableOrCors,
    /// The platform failed.
    PlatformError,
    /// The platform is starting up.
    PlatformStarting,
    /// Too many requests.
    RateLimited,
    /// The connection was lost.
    SocketDropped,
    /// The join was not acknowledged in time.
    SocketJoinTimeout,
    /// The socket never opened.
    SocketNeverOpened,
    /// The platform closed the socket with a reason of its own.
    SocketRejected,
    /// The browser keeps nothing for this page.
    StorageBlocked,
    /// The browser's store is full.
    StorageQuota,
    /// The tenant may not be used here.
    TenantDenied,
    /// The platform saw no tenant.
    TenantMissingHeader,
    /// The platform does not know the tenant.
    TenantNotFound,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 39] = [
        Self::AnswerInterrupted,
        Self::AnswerTimeout,
        Self::AnswerTooLarge,
        Self::AuthExpired,
        Self::AuthForbidden,
        Self::AuthInvalidCredentials,
        Self::AuthRequired,
        Self::ChatCreateFailed,
        Self::ChatGone,
        Self::ChatInvalidRequest,
        Self::ConfigInsecureUrl,
        Self::ConfigInvalid,
        Self::ConfigTenantMissing,
        Self::HostCallbackThrew,
        Self::InternalPanic,
        Self::LoadCspWasm,
        Self::LoadNetwork,
        Self::LoadNoWasm,
        Self::LoadNotWasm,
        Self::MessageEmpty,
        Self::MessageRejected,
        Self::MessageTooLong,
        Self::MessageUnconfirmed,
        Self::NetworkBlockedByCsp,
        Self::NetworkCaptivePortal,
        Self::NetworkOffline,
        Self::NetworkUnreachableOrCors,
        Self::PlatformError,
        Self::PlatformStarting,
        Self::RateLimited,
        Self::SocketDropped,
        Self::SocketJoinTimeout,
        Self::SocketNeverOpened,
        Self::SocketRejected,
        Self::StorageBlocked,
        Self::StorageQuota,
        Self::TenantDenied,
        Self::TenantMissingHeader,
        Self::TenantNotFound,
    ];

    /// The stable text of the code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AnswerInterrupted => "answer/interrupted",
            Self::AnswerTimeout => "answer/timeout",
            Self::AnswerTooLarge => "answer/too-large",
            Self::AuthExpired => "auth/expired",
            Self::AuthForbidden => "auth/forbidden",
            Self::AuthInvalidCredentials => "auth/invalid-credentials",
            Self::AuthRequired => "auth/required",
            Self::ChatCreateFailed => "chat/create-failed",
            Self::ChatGone => "chat/gone",
            Self::ChatInvalidRequest => "chat/invalid-request",
            Self::ConfigInsecureUrl => "config/insecure-url",
            Self::ConfigInvalid => "config/invalid",
            Self::ConfigTenantMissing => "config/tenant-missing",
            Self::HostCallbackThrew => "host/callback-threw",
            Self::InternalPanic => "internal/panic",
            Self::LoadCspWasm => "load/csp-wasm",
            Self::LoadNetwork => "load/network",
            Self::LoadNoWasm => "load/no-wasm",
            Self::LoadNotWasm => "load/not-wasm",
            Self::MessageEmpty => "message/empty",
            Self::MessageRejected => "message/rejected",
            Self::MessageTooLong => "message/too-long",
            Self::MessageUnconfirmed => "message/unconfirmed",
            Self::NetworkBlockedByCsp => "network/blocked-by-csp",
            Self::NetworkCaptivePortal => "network/captive-portal",
            Self::NetworkOffline => "network/offline",
            Self::NetworkUnreachableOrCors => "network/unreachable-or-cors",
            Self::PlatformError => "platform/error",
            Self::PlatformStarting => "platform/starting",
            Self::RateLimited => "rate/limited",
            Self::SocketDropped => "socket/dropped",
            Self::SocketJoinTimeout => "socket/join-timeout",
            Self::SocketNeverOpened => "socket/never-opened",
            Self::SocketRejected => "socket/rejected",
            Self::StorageBlocked => "storage/blocked",
            Self::StorageQuota => "storage/quota",
            Self::TenantDenied => "tenant/denied",
            Self::TenantMissingHeader => "tenant/missing-header",
            Self::TenantNotFound => "tenant/not-found",
        }
    }

    /// What the integrator should look at or change; one English sentence or two.
    #[must_use]
    pub const fn help(self) -> &'static str {
        match self {
            Self::AnswerInterrupted => "The connection ended; ask again.",
            Self::AnswerTimeout => "The message was not answered; look at the platform's model service.",
            Self::AnswerTooLarge => "A frame was above 256 KiB; stream answers in smaller ones.",
            Self::AuthExpired => "Sign in again or return a fresh token from getToken.",
            Self::AuthForbidden => "The token lacks the scopes chat:create and chat:send.",
            Self::AuthInvalidCredentials => "The platform refused e-mail or password.",
            Self::AuthRequired => "Pass getToken or let the visitor sign in.",
            Self::ChatCreateFailed => "POST /chat failed; status and text say why.",
            Self::ChatGone => "The platform no longer knows this chat.",
            Self::ChatInvalidRequest => "The platform refused the creation body; its text names fields.",
            Self::ConfigInsecureUrl => "Use https:// and wss:// on an encrypted page.",
            Self::ConfigInvalid => "Correct the named option.",
            Self::ConfigTenantMissing => "Set tenantId.",
            Self::HostCallbackThrew => "A listener of the page threw; see the console.",
            Self::InternalPanic => "The widget crashed; report this with the build id.",
            Self::LoadCspWasm => "Add 'wasm-unsafe-eval' to the page's script-src.",
            Self::LoadNetwork => "Check the address of the widget's files.",
            Self::LoadNoWasm => "The browser cannot run WebAssembly.",
            Self::LoadNotWasm => "The .wasm address answered something else.",
            Self::MessageEmpty => "Send text that is more than white space.",
            Self::MessageRejected => "The platform refused the message; its text says why.",
            Self::MessageTooLong => "Shorten the message: limits.messageChars, and 16 KiB of UTF-8.",
            Self::MessageUnconfirmed => "The message may have arrived, or not.",
            Self::NetworkBlockedByCsp => {
                "Add the platform's https and wss origins to the page's connect-src."
            }
            Self::NetworkCaptivePortal => "Something else answered; sign in to the network, or check apiUrl.",
            Self::NetworkOffline => "The browser reports no network.",
            Self::NetworkUnreachableOrCors => {
                "The request failed without a status: the platform was unreachable or failed before it could add CORS headers \
                 (X-Tenant-ID missing?), or this page's origin is not in the platform's list of allowed origins."
            }
            Self::PlatformError => "The platform failed or broke its protocol; its logs hold the cause.",
            Self::PlatformStarting => "The platform is starting; the widget keeps trying.",
            Self::RateLimited => "Too many requests; the widget waits as asked.",
            Self::SocketDropped => "The widget reconnects by itself.",
            Self::SocketJoinTimeout => "join_chat was not acknowledged within ten seconds.",
            Self::SocketNeverOpened => {
                "The upgrade was refused or blocked: check wsUrl, proxies that drop Upgrade, and the platform's origin list."
            }
            Self::SocketRejected => "The platform closed the socket for good; the code says why.",
            Self::StorageBlocked => "The browser blocks storage here.",
            Self::StorageQuota => "The browser's store for this site is full.",
            Self::TenantDenied => "Access denied for tenant. Please check your permissions.",
            Self::TenantMissingHeader => {
                "Missing tenant ID in request headers. Please ensure the X-Tenant-ID header is included and reaches the platform, \
                 and that tenantId is set correctly."
            }
            Self::TenantNotFound => {
                "Tenant not found in platform database. Please verify your tenant configuration (tenantId)."
            }
        }
    }
}

/// The step of a conversation an error belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// An answer is awaited or running.
    Answer,
    /// The visitor signs in or registers.
    Auth,
    /// The chat is being created.
    Create,
    /// Earlier messages are being read.
    History,
    /// The chat is being bound to the socket.
    Join,
    /// The readiness probe.
    Probe,
    /// A token is renewed, or its user asked for.
    Refresh,
    /// A message of the visitor is on its way.
    Send,
    /// The socket itself.
    Socket,
}

impl Stage {
    /// The stable text of the stage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Auth => "auth",
            Self::Create => "create",
            Self::History => "history",
            Self::Join => "join",
            Self::Probe => "probe",
            Self::Refresh => "refresh",
            Self::Send => "send",
            Self::Socket => "socket",
        }
    }
}
