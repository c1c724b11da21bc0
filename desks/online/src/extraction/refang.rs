//! Addresses written so that nobody follows them by accident, as analysts and sellers do: `hxxp`, `[.]`, `(at)`.

/// What is written and what is meant.
const DEFANGED: [(&str, &str); 17] = [
    ("hxxp", "http"),
    ("hXXp", "http"),
    ("[://]", "://"),
    ("[:]", ":"),
    (" [dot] ", "."),
    (" (dot) ", "."),
    (" [at] ", "@"),
    (" (at) ", "@"),
    ("[.]", "."),
    ("(.)", "."),
    ("{.}", "."),
    ("[dot]", "."),
    ("(dot)", "."),
    ("[@]", "@"),
    ("(@)", "@"),
    ("[at]", "@"),
    ("(at)", "@"),
];

/// The text as it was meant.
pub(crate) fn refang(text: &str) -> String {
    DEFANGED
        .iter()
        .fold(text.to_owned(), |text, (written, meant)| if text.contains(written) { text.replace(written, meant) } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_spellings() {
        assert_eq!(refang("hxxps[://]shop[.]example and anna[at]mail(dot)example"), "https://shop.example and anna@mail.example");
        assert_eq!(refang("bob (at) mail [dot] example"), "bob@mail.example");
        assert_eq!(refang("a plain text (atlas) [dotted]"), "a plain text (atlas) [dotted]");
    }
}
