//! What was observable in a run, one line per event: the only thing the checker reads.

use std::fmt;

/// Everything that was observable in one run, in order.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The events.
    pub records: Vec<Record>,
}

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Virtual milliseconds since the run began; no clock of a machine.
    pub at_ms: u64,
    /// The tab and the page in it, where a page is concerned; a reload gives a tab a new page.
    pub who: Option<Who>,
    /// What happened.
    pub what: Happening,
}

/// A page in a tab.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Who {
    /// The tab.
    pub tab: usize,
    /// The page; never used twice.
    pub page: usize,
}

/// What a run is about; the promises differ by it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Setting {
    /// The tenant of every page.
    pub tenant: String,
    /// Whether the platform applies one client message id once (B+).
    pub dedup: bool,
    /// Whether earlier messages can be read.
    pub history: bool,
    /// Whether the browser has locks.
    pub locks: bool,
    /// For how long a rotated refresh token still gets its successor.
    pub grace_ms: u64,
    /// Whether a closed widget connects as well (option `connect: "load"`).
    pub connects_closed: bool,
}

/// Who wrote a line of the screen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum By {
    /// The visitor.
    Visitor,
    /// The platform.
    Platform,
}

/// Where a line of the screen was put.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Spot {
    /// Behind the line of this number.
    Behind(u64),
    /// Behind everything.
    End,
    /// In front of everything.
    Start,
}

/// How a page ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Doom {
    /// The visitor closed the tab.
    Closed,
    /// The widget panicked.
    Crashed,
    /// The browser threw the page away.
    Discarded,
    /// The process died.
    Killed,
    /// The page was reloaded.
    Reloaded,
}

/// Something that happened. Texts are hashes, tokens are numbers of sign-ins.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// The run begins.
    Begin(Setting),
    /// A message left the composer, under the chat and by the person the screen showed.
    Typed {
        /// Its id.
        id: String,
        /// Its text.
        hash: u64,
        /// Who was signed in.
        subject: Option<String>,
        /// The chat, where one was shown.
        chat: Option<String>,
    },
    /// The composer's text changed.
    Drafted {
        /// The text.
        hash: u64,
    },
    /// The visitor deleted a message.
    Deleted {
        /// Which.
        id: String,
    },
    /// The visitor sent a message again.
    Again {
        /// Which.
        id: String,
    },
    /// The visitor asked what became of a message.
    Checked {
        /// Which.
        id: String,
    },
    /// The visitor did something else.
    Clicked(Click),
    /// A page of ours was opened; what it shows at once comes before [`Happening::Booted`].
    Opened {
        /// Whether it is seen.
        is_visible: bool,
        /// Whether it can read storage.
        reads_storage: bool,
    },
    /// A page of ours has shown what it was opened with.
    Booted {
        /// Who is signed in, as shown.
        user: Option<String>,
    },
    /// A page is no more.
    Gone(Doom),
    /// The page's life went on.
    Page(Life),
    /// A line entered the screen.
    Added {
        /// Names the line on this page.
        row: u64,
        /// Where.
        spot: Spot,
        /// Who wrote it.
        by: By,
        /// Our id.
        id: Option<String>,
        /// The platform's id.
        message: Option<String>,
        /// Its state.
        status: String,
        /// Its text.
        hash: u64,
        /// The length of the text in bytes.
        bytes: usize,
        /// Whether it holds text of another conversation.
        is_foreign: bool,
    },
    /// The state of a line changed.
    Shown {
        /// Which line.
        row: u64,
        /// Its state.
        status: String,
        /// The platform's id, where it became known.
        message: Option<String>,
    },
    /// The text of an answer changed.
    AnswerText {
        /// Which line.
        row: u64,
        /// The whole text.
        hash: u64,
        /// Its length in bytes.
        bytes: usize,
        /// Whether it holds text of another conversation.
        is_foreign: bool,
        /// Whether it was replaced and did not only grow.
        is_replaced: bool,
    },
    /// A line stands elsewhere.
    Moved {
        /// Which line.
        row: u64,
        /// The line it stands right behind now.
        behind: u64,
    },
    /// A line left the screen.
    Removed {
        /// Which line.
        row: u64,
    },
    /// The screen says that the conversation ended and another follows.
    Broken,
    /// The screen's conversation has this chat.
    ChatShown {
        /// The chat.
        chat: String,
    },
    /// The composer was filled.
    DraftShown {
        /// The text.
        hash: u64,
    },
    /// The notice bar says something else: its kind and code, and the length of the platform's own words; or nothing.
    NoticeShown(Option<(String, String, usize)>),
    /// The connection's state as shown, and when it is tried again.
    PhaseShown {
        /// The state.
        connection: String,
        /// In how many milliseconds.
        retry_in_ms: Option<u64>,
    },
    /// Who is signed in, as shown.
    AuthShown {
        /// The state.
        state: String,
    },
    /// The host page was told of an error.
    ErrorTold {
        /// Its code.
        code: String,
        /// The length of the platform's own words.
        chars: usize,
    },
    /// A value was written.
    Stored {
        /// The key.
        key: String,
        /// The bytes of key and value.
        bytes: usize,
        /// The tenant whose key it is, where it is one.
        tenant: Option<String>,
        /// The bytes of all our keys of the tenant afterwards.
        total: usize,
        /// What is in it.
        holds: Holds,
    },
    /// A value was taken away.
    Unstored {
        /// The key.
        key: String,
        /// What was in it.
        held: Holds,
    },
    /// The browser refused a write.
    StoreRefused {
        /// The key.
        key: String,
        /// What would have been in it.
        holds: Holds,
    },
    /// The host page cleared storage.
    Cleared,
    /// Somebody else wrote under a key of ours.
    Meddled {
        /// The key.
        key: String,
    },
    /// A page heard that a key changed, or that storage was cleared.
    Heard {
        /// The key.
        key: Option<String>,
    },
    /// A lock was asked for.
    LockAsked {
        /// Its name.
        lock: String,
    },
    /// A lock was granted.
    LockHeld {
        /// Its name.
        lock: String,
    },
    /// A lock, or the wish for it, was given up; also where there is none.
    LockFreed {
        /// Its name.
        lock: String,
    },
    /// A call was made.
    Called {
        /// Names the call.
        call: usize,
        /// The method.
        method: String,
        /// The URL.
        url: String,
        /// The tenant it names.
        tenant: String,
        /// The refresh token in it.
        refresh: Option<u64>,
    },
    /// A call came back, from the platform or from somebody on the way.
    Answered {
        /// Which.
        call: usize,
        /// The status, where one came.
        status: Option<u16>,
        /// Whether the platform itself spoke.
        is_ours: bool,
        /// How long the platform asked to wait.
        wait_ms: Option<u64>,
        /// The messages of a history page, by our ids.
        history: Vec<String>,
    },
    /// A call was given up.
    Aborted {
        /// Which.
        call: usize,
    },
    /// A socket was asked for.
    Dialled {
        /// Names the socket.
        socket: usize,
        /// The tenant in its URL.
        tenant: String,
    },
    /// A socket opened.
    Connected {
        /// Which.
        socket: usize,
    },
    /// A socket ended, as the page heard.
    Ended {
        /// Which.
        socket: usize,
        /// The close code.
        code: u16,
        /// How long the platform asked to wait.
        wait_ms: Option<u64>,
    },
    /// The page closed a socket.
    Abandoned {
        /// Which.
        socket: usize,
        /// The close code.
        code: u16,
    },
    /// A socket the page had closed said something; how much the page did about it.
    Late {
        /// Which.
        socket: usize,
        /// Effects and events.
        outputs: usize,
    },
    /// A frame left that is no message.
    FrameSent {
        /// On which socket.
        socket: usize,
        /// Its type.
        kind: String,
        /// The tenant it names.
        tenant: Option<String>,
    },
    /// A message was handed over.
    Handed {
        /// Which.
        id: String,
        /// On which socket.
        socket: usize,
        /// Its text.
        hash: u64,
        /// The tenant the frame names.
        tenant: Option<String>,
    },
    /// A sound frame came.
    FrameCame {
        /// On which socket.
        socket: usize,
        /// Its type.
        kind: String,
        /// How long the platform asked to wait.
        wait_ms: Option<u64>,
    },
    /// The page heard that the platform has a message.
    Acked {
        /// Which.
        id: String,
    },
    /// The page heard that the platform will not apply a message it was handed.
    Rejected {
        /// Which.
        id: String,
    },
    /// The platform received a message.
    SrvReceived {
        /// Which.
        id: String,
    },
    /// The platform applied a message.
    SrvApplied {
        /// Which.
        id: String,
        /// Its place in the chat.
        seq: u64,
        /// The tenant.
        tenant: String,
        /// The chat.
        chat: String,
        /// Who joined the chat.
        subject: Option<String>,
    },
    /// The platform's last word on an answer.
    SrvAnswer {
        /// The answer's id.
        message: String,
        /// The text.
        hash: u64,
    },
    /// A token, or a piece of one, was seen where none may be.
    TokenSeen {
        /// Where.
        place: String,
    },
    /// A page asks to be woken again and again without an end.
    Spinning {
        /// Why.
        reason: String,
    },
    /// A fault began or struck.
    Fault(String),
    /// T0: no fault strikes from here on; the page concerned is visible, online and open.
    Calm {
        /// The longest wait that was in force.
        longest_wait_ms: u64,
        /// How long storage says that the platform wants patience.
        hold_ms: u64,
    },
    /// The run is over.
    End {
        /// Whether the refresh token in storage would be taken; none where there is none.
        is_pair_valid: Option<bool>,
    },
}

/// What the visitor did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Click {
    /// Closed the panel.
    Close,
    /// Took the notice away.
    Dismiss,
    /// Began a new conversation.
    NewConversation,
    /// Opened the panel.
    Open,
    /// "Retry now".
    Retry,
    /// Signed in.
    SignIn,
    /// Signed out.
    SignOut,
    /// Stopped an answer.
    Stop,
}

/// What a page went through.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Life {
    /// It was frozen.
    Frozen,
    /// It was hidden.
    Hidden,
    /// It was left for the back-forward cache.
    Left,
    /// The browser claims to have no network.
    Offline,
    /// The browser claims to have a network.
    Online,
    /// It came back from the back-forward cache.
    Returned,
    /// It goes on.
    Thawed,
    /// It is seen, or touched.
    Visible,
}

/// What is in a value of storage.
#[derive(Clone, Debug, PartialEq)]
pub enum Holds {
    /// The composer's text.
    Draft(u64),
    /// A message that waits, or what is left of one.
    Message {
        /// Its id.
        id: String,
        /// Its state.
        state: String,
        /// The length of its text.
        bytes: usize,
        /// Who wrote it, where somebody was signed in.
        owner: Option<String>,
        /// The name of the conversation it was meant for.
        session: String,
    },
    /// That nothing has worked for a while, so that the others leave one page to try.
    Failing,
    /// Something else.
    Other,
    /// The name of the conversation.
    Session(String),
    /// A token.
    Token {
        /// Its sign-in.
        family: u64,
        /// Its number among all of the run: a later one is newer.
        number: u64,
    },
    /// The conversation.
    Transcript {
        /// Its name.
        session: String,
        /// Whose it is, where somebody is signed in.
        owner: Option<String>,
        /// Our ids of the messages in it.
        ids: Vec<String>,
    },
}

impl Happening {
    /// Whether a page asks the platform for a chat.
    pub(crate) fn asks_for_chat(&self) -> bool {
        matches!(self, Self::Called { method, url, .. } if method == "POST" && url.trim_end_matches('/').ends_with("/chat"))
    }

    /// Whether a page whose sockets fail asks for its chat (row N14).
    pub(crate) fn asks_for_reason(&self) -> bool {
        matches!(self, Self::Called { method, url, .. } if method == "GET" && url.contains("/chat/") && !url.contains("/messages"))
    }
}

impl History {
    /// Adds an event.
    pub(crate) fn add(&mut self, at_ms: u64, who: Option<Who>, what: Happening) {
        self.records.push(Record { at_ms, who, what });
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.records.iter().try_for_each(|record| writeln!(f, "{record}"))
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>9} ", self.at_ms)?;
        match self.who {
            Some(who) => write!(f, "t{}p{} ", who.tab, who.page)?,
            None => write!(f, "-    ")?,
        }
        write!(f, "{:?}", self.what)
    }
}
