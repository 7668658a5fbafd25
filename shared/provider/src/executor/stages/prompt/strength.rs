//! The least that is asked of a new password where no policy says more (NIST SP 800-63B §3.1.1.2).

/// The fewest characters.
const FEWEST: usize = 8;

/// Of what attackers try first, what is long enough. In lower case, in order.
const COMMON: [&str; 72] = [
    "00000000",
    "0123456789",
    "11111111",
    "12121212",
    "123123123",
    "12341234",
    "12345678",
    "123456789",
    "1234567890",
    "1234qwer",
    "123qweasd",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1qaz2wsx",
    "22222222",
    "55555555",
    "66666666",
    "77777777",
    "87654321",
    "88888888",
    "987654321",
    "99999999",
    "aa123456",
    "abc12345",
    "abcd1234",
    "abcdefgh",
    "admin123",
    "administrator",
    "asdfasdf",
    "asdfghjk",
    "asdfghjkl",
    "baseball",
    "changeme",
    "charlie1",
    "computer",
    "dragon123",
    "football",
    "football1",
    "fussball",
    "hallo123",
    "hallowelt",
    "iloveyou",
    "internet",
    "jennifer",
    "letmein1",
    "liverpool",
    "michelle",
    "monkey123",
    "p@ssw0rd",
    "p@ssword",
    "passw0rd",
    "password",
    "password!",
    "password1",
    "password12",
    "password123",
    "passwort",
    "passwort1",
    "passwort123",
    "princess",
    "q1w2e3r4",
    "qwer1234",
    "qwerty12",
    "qwerty123",
    "qwertyui",
    "qwertyuiop",
    "starwars",
    "sunshine",
    "superman",
    "trustno1",
    "welcome1",
    "whatever",
];

/// Why this is no good password for somebody with these names; `None` where it will do.
pub(super) fn weakness(password: &str, names: &[&str]) -> Option<&'static str> {
    if password.chars().count() < FEWEST {
        return Some("Use at least 8 characters.");
    }
    let lower = password.to_lowercase();
    let mut characters = lower.chars();
    let first = characters.next();
    let alike = characters.all(|c| Some(c) == first);
    if alike || COMMON.binary_search(&lower.as_str()).is_ok() {
        return Some("Many people use this password, so it is easily guessed. Choose another.");
    }
    let of_the_person = |name: &&str| {
        let name = name.to_lowercase();
        let local_part = name.split('@').next().unwrap_or_default();
        !name.is_empty() && (lower == name || lower == local_part)
    };
    if names.iter().any(of_the_person) {
        return Some("This is your own name, so it is easily guessed. Choose another password.");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_and_says_nothing_that_is_said_already() {
        assert!(COMMON.is_sorted());
        assert!(COMMON.iter().all(|password| password.len() >= FEWEST));
    }

    #[test]
    fn nist_800_63b_3_1_1_2_eight_characters_none_of_the_common_and_not_ones_own_name() {
        let names = ["anna-maria", "anna.maria.b@example.com", ""];
        for bad in [
            "",
            "seven77",
            "Password",
            "QWERTYUIOP",
            "zzzzzzzzz",
            "Anna-Maria",
            "anna.maria.b",
        ] {
            assert!(weakness(bad, &names).is_some(), "{bad}");
        }
        for good in [
            "correct horse",
            "ärger im büro",
            "anna-maria-2",
            "        x",
        ] {
            assert_eq!(weakness(good, &names), None, "{good}");
        }
    }
}
