//! Italian.

use miptech_chat_session::{ErrorCode, SendError};

use super::Strings;

pub(super) static ITALIAN: Strings = Strings {
    tag: "it",
    answer_complete: "Risposta completa",
    answer_cut: "La risposta si è interrotta.",
    answer_silent: "Ci sto ancora lavorando…",
    answer_thinking: "Sto pensando",
    answer_too_long: "La risposta era troppo lunga per mostrarla tutta.",
    busy_until: "La chat è molto richiesta. Riprova dopo le ",
    cancel: "Annulla",
    check: "Controlla",
    close_chat: "Chiudi la chat",
    code_block: "Blocco di codice",
    code_copy: "Copia il codice",
    conversation_break: "Qui inizia una nuova conversazione",
    copied: "Copiato",
    copy: "Copia",
    create_account: "Crea account",
    delete: "Elimina",
    disclosure: "Stai parlando con un'IA. Può sbagliare.",
    dismiss: "Chiudi avviso",
    email: "Email",
    empty_line: "Fai una domanda. La risposta arriva con le sue fonti.",
    expired: "È passato troppo tempo: non parte da solo.",
    fill_in: "Compila questo campo.",
    full: " messaggi sono in attesa. Il tuo resta qui finché uno di loro non è partito.",
    full_name: "Nome e cognome",
    go_on_without: "Continua senza accedere",
    greeting: "Come possiamo aiutarti?",
    helpful: "Utile",
    image: "Immagine",
    image_blocked: " (bloccata)",
    image_from: "da",
    input: "Messaggio",
    link_leads: "Questo link porta a",
    new_answer: "Nuova risposta",
    no_account: "Non è stato possibile creare l'account.",
    no_sign_in: "L'invio non è riuscito. Riprova.",
    not_helpful: "Non utile",
    not_sent: "Non inviato.",
    open_chat: "Apri la chat",
    open_link: "Apri il link",
    password: "Password",
    placeholder: "Scrivi un messaggio",
    reason: "Che cosa non andava?",
    reason_send: "Invia il motivo",
    reason_told: "Grazie.",
    retry: "Riprova",
    retry_in: "Prossimo tentativo tra",
    retry_now: "Riprova ora",
    send: "Invia",
    send_again: "Invia di nuovo",
    sending: "Invio in corso",
    show_rest: "Mostra il resto come testo",
    sign_in: "Accedi",
    source: "Fonte",
    source_missing: "Fonte mancante",
    sources: "Fonti",
    sources_all: "Tutte le fonti",
    sources_many: "fonti",
    sources_one: "fonte",
    start_new: "Inizia una nuova conversazione",
    status_answering: "Sta rispondendo…",
    status_connecting: "Connessione…",
    status_idle: "Risponde in pochi secondi",
    status_offline: "Offline",
    status_reconnecting: "Riconnessione…",
    status_signed_out: "Non hai effettuato l'accesso",
    status_unavailable: "Non disponibile",
    title: "Assistente IA",
    transcript: "Conversazione",
    try_again: "Riprova",
    unconfirmed: "Non sappiamo se il messaggio è arrivato.",
    unread: "nuovi",
    waiting: "In attesa di invio",
    you: "Tu",
    error,
    refusal,
};

const fn error(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::AnswerInterrupted => "La risposta si è interrotta. Ripeti la domanda per averla intera.",
        ErrorCode::AnswerTimeout => {
            "La risposta non è arrivata. Il messaggio sì: se vuoi, ripeti la domanda."
        }
        ErrorCode::AnswerTooLarge => {
            "La risposta era troppo grande da mostrare. Puoi chiederne una più breve."
        }
        ErrorCode::AuthExpired => "La sessione è scaduta. Il testo resta qui.",
        ErrorCode::AuthForbidden => "Non hai il permesso di usare questa chat.",
        ErrorCode::AuthInvalidCredentials => "Email o password non corretta.",
        ErrorCode::AuthRequired => "Per questa chat serve l'accesso. Il testo resta qui.",
        ErrorCode::ChatCreateFailed => "Non è stato possibile avviare la chat. Il testo resta qui.",
        ErrorCode::ChatGone => "Questa conversazione è finita. Il testo resta qui.",
        ErrorCode::ChatInvalidRequest => "La chat non è configurata bene su questo sito. Il testo resta qui.",
        ErrorCode::ConfigInsecureUrl | ErrorCode::ConfigInvalid | ErrorCode::ConfigTenantMissing => {
            "La chat non è configurata bene su questo sito."
        }
        ErrorCode::HostCallbackThrew => "Una parte della pagina ha avuto un errore. La chat continua.",
        // The loader says in its own words why nothing could be loaded.
        ErrorCode::InternalPanic
        | ErrorCode::LoadCspWasm
        | ErrorCode::LoadNetwork
        | ErrorCode::LoadNoWasm
        | ErrorCode::LoadNotWasm => "La chat ha smesso di funzionare. Ricarica la pagina.",
        ErrorCode::MessageEmpty => "Prima scrivi qualcosa.",
        ErrorCode::MessageRejected => "Il messaggio non è stato accettato.",
        ErrorCode::MessageTooLong => "Il messaggio è troppo lungo.",
        ErrorCode::MessageUnconfirmed => "Non sappiamo se il messaggio è arrivato.",
        ErrorCode::NetworkBlockedByCsp => "La chat non è disponibile su questa pagina.",
        ErrorCode::NetworkCaptivePortal => "Forse questa rete chiede prima di accedere. Il testo resta qui.",
        ErrorCode::NetworkOffline => "Sei offline. Il messaggio resta qui e parte appena torni in rete.",
        ErrorCode::NetworkUnreachableOrCors => {
            "La chat non è raggiungibile. Il testo resta qui e continuiamo a provare."
        }
        ErrorCode::PlatformError => "Qualcosa è andato storto dall'altra parte. La conversazione continua.",
        ErrorCode::PlatformStarting => "La chat si sta avviando. Il testo resta qui.",
        ErrorCode::RateLimited => "La chat è molto richiesta. Il messaggio resta qui e parte tra poco.",
        ErrorCode::SocketDropped => "La connessione è caduta. Il testo resta qui e ci stiamo ricollegando.",
        ErrorCode::SocketJoinTimeout => {
            "La chat non risponde ancora. Il testo resta qui e continuiamo a provare."
        }
        ErrorCode::SocketNeverOpened => {
            "Le risposte non riescono ancora a passare. Il testo resta qui e continuiamo a provare."
        }
        ErrorCode::SocketRejected => "La chat ha rifiutato la connessione. Il testo resta qui.",
        ErrorCode::StorageBlocked => "Questa chat non sarà ricordata quando esci.",
        ErrorCode::StorageQuota => "Tieni aperta questa scheda finché il messaggio non è inviato.",
        ErrorCode::TenantDenied => "Questa chat non può essere usata qui. Il testo resta qui.",
        ErrorCode::TenantMissingHeader | ErrorCode::TenantNotFound => {
            "La chat non è configurata bene su questo sito. Il testo resta qui."
        }
    }
}

const fn refusal(error: &SendError) -> &'static str {
    match error {
        SendError::Empty => "Prima scrivi qualcosa.",
        SendError::Ended => "La chat è finita.",
        // Said with their number.
        SendError::OutboxFull { .. } => "",
        SendError::Repeated => "Questo messaggio è già partito.",
        SendError::TooLong { .. } => "Il messaggio è troppo lungo.",
    }
}
