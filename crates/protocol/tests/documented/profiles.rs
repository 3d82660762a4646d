//! The table of profiles.

use miptech_chat_protocol::profile::{Creation, JoinTime, Profile, Rules, TextFrame};

use crate::table;

#[test]
fn the_profiles_are_documented_row_by_row() {
    let documented = table(["Profile", "Chat made by", "Join goes", "Text goes as"]);
    let implemented = Profile::ALL.map(|profile| {
        let Rules { creation, join, text } = profile.rules();
        let creation = match creation {
            Creation::Rest => "REST",
            Creation::Socket => "socket",
        };
        let join = match join {
            JoinTime::AtOpen => "at open",
            JoinTime::WhenReady => "when ready",
        };
        let text = match text {
            TextFrame::ChatMessage => "`chat_message`",
            TextFrame::UserMessage => "`user_message`",
        };
        let name = format!("`{}`", profile.as_str());
        [name, creation.to_owned(), join.to_owned(), text.to_owned()]
    });
    assert_eq!(documented, implemented);
    for profile in Profile::ALL {
        assert_eq!(Profile::parse(profile.as_str()), Some(profile));
    }
}
