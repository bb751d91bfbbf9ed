//! The pages in a real browser. What each page has to be, and the stories, are in tests/browser; here is the house that
//! they are told in.

use harness::site::play_alone;

#[tokio::test]
async fn each_check_refuses_what_it_looks_for() {
    play_alone("self.test.mjs").await;
}
