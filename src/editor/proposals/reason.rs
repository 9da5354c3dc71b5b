//! The reason on a card: the move's sentence, or as much of it as there is room for. Nothing is cut off inside a clause; the
//! whole sentence stays in the status line and for screen readers.

use crate::assistant::Move;

/// Between two sentences; a full stop inside a number has no space after it.
const STOP: &str = ". ";

/// The reason, long first: all of it; without the clause that says again what the title says; of that ever fewer sentences.
pub fn reasons(proposed: &Move) -> Vec<String> {
    let short = without_title(&proposed.sentence, &proposed.title);
    let sentences: Vec<&str> = short.split_inclusive(STOP).collect();
    let fewer = (1..sentences.len()).rev().map(|count| sentences[..count].concat().trim_end().to_owned());
    [proposed.sentence.clone(), short.clone()].into_iter().chain(fewer).collect()
}

/// The sentence without the clause that begins as the title does: what is set stands above it, what that does below.
fn without_title(sentence: &str, title: &str) -> String {
    let set = title.split(", ").next().filter(|set| !set.is_empty());
    let clause =
        set.and_then(|set| ["; ", ": "].into_iter().find_map(|separator| sentence.find(&format!("{separator}{set}"))));
    let Some(start) = clause else { return sentence.to_owned() };
    let rest = &sentence[start..];
    let after = rest.find(STOP).map_or("", |end| &rest[end..]);
    if after.is_empty() { format!("{}.", &sentence[..start]) } else { format!("{}{after}", &sentence[..start]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_that_repeats_the_title_goes_first() {
        assert_eq!(
            without_title(
                "5.6\u{2013}14 kHz is 12.5 dB louder than expected: \u{2212}10.9 dB above 5.6 kHz brings 12.5 dB to 6.7.",
                "\u{2212}10.9 dB above 5.6 kHz"
            ),
            "5.6\u{2013}14 kHz is 12.5 dB louder than expected."
        );
        assert_eq!(
            without_title(
                "\u{2212}16.2 LUFS is 2.2 LU below; +2.2 dB into the limiter reaches \u{2212}14.0 LUFS. It takes 1.4 dB.",
                "+2.2 dB, ceiling \u{2212}1.0 dBTP"
            ),
            "\u{2212}16.2 LUFS is 2.2 LU below. It takes 1.4 dB."
        );
        assert_eq!(without_title("Low mids 3.1 dB above.", "\u{2212}1.2 dB at 240 Hz"), "Low mids 3.1 dB above.");
    }
}
