//! What stands in the remarks of the classic files, piece by piece: `DOB 14 Jun 1975; POB Leningrad, Russia; Passport 7176
//! (Russia).` Weak aliases are there too, in single quotes, as OFAC's answers on weak aliases say.

use crate::readers::countries;

/// A piece of the remarks.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Remark<'r> {
    BirthDate(&'r str),
    Nationality(&'r str),
    BirthCountry(&'r str),
    WeakAlias(&'r str),
    LinkedTo(&'r str),
    /// A number, an address or the like, and the property it is.
    Number(&'static str, &'r str),
    /// Text.
    Other,
}

/// Beginnings of pieces, and the property of what follows. Longer ones stand before shorter ones that they begin with.
const NUMBERS: &[(&str, &str)] = &[
    ("Vessel Registration Identification IMO", "imo"),
    ("MMSI", "mmsi"),
    ("SWIFT/BIC", "bic"),
    ("Email Address", "email"),
    ("Website", "website"),
    ("Telephone", "phone"),
    ("Phone Number", "phone"),
    ("Company Number IMO", "imo_company"),
    ("Passport", "document_number"),
    ("Diplomatic Passport", "document_number"),
    ("Stateless Person Passport", "document_number"),
    ("National ID No.", "document_number"),
    ("National Foreign ID Number", "document_number"),
    ("Cedula No.", "document_number"),
    ("Cedula de Ciudadania", "document_number"),
    ("Cedula de Residencia", "document_number"),
    ("SSN", "document_number"),
    ("C.U.R.P.", "document_number"),
    ("D.N.I.", "document_number"),
    ("C.U.I.", "document_number"),
    ("Identification Number", "document_number"),
    ("Personal ID Card", "document_number"),
    ("Electoral Registry No.", "document_number"),
    ("Driver's License No.", "document_number"),
    ("Birth Certificate Number", "document_number"),
    ("Residency Number", "document_number"),
    ("Travel Document Number", "document_number"),
    ("Turkish Identification Number", "document_number"),
    ("Cartilla de Servicio Militar Nacional", "document_number"),
    ("I.F.E.", "document_number"),
    ("LE Number", "document_number"),
    ("Tax ID No.", "tax_number"),
    ("NIT #", "tax_number"),
    ("R.F.C.", "tax_number"),
    ("RUC #", "tax_number"),
    ("RIF #", "tax_number"),
    ("RTN", "tax_number"),
    ("V.A.T. Number", "tax_number"),
    ("Italian Fiscal Code", "tax_number"),
    ("Fiscal Code", "tax_number"),
    ("C.U.I.T.", "tax_number"),
    ("Registration ID", "registration_number"),
    ("Registration Number", "registration_number"),
    ("UK Company Number", "registration_number"),
    ("Company Number", "registration_number"),
    ("Business Registration Document #", "registration_number"),
    ("Business Registration Number", "registration_number"),
    ("Business Number", "registration_number"),
    ("Commercial Registry Number", "registration_number"),
    ("Public Registration Number", "registration_number"),
    ("Chamber of Commerce Number", "registration_number"),
    ("Matricula Mercantil No", "registration_number"),
    ("Folio Mercantil No.", "registration_number"),
    ("Trade License No.", "registration_number"),
    ("Enterprise Number", "registration_number"),
    ("D-U-N-S Number", "registration_number"),
    ("Government Gazette Number", "registration_number"),
    ("Unified Social Credit Code (USCC)", "registration_number"),
    ("Aircraft Construction Number (also called L/N or S/N or F/N)", "registration_number"),
    ("Aircraft Manufacturer's Serial Number (MSN)", "registration_number"),
    ("Aircraft Tail Number", "registration_number"),
];

/// The pieces of a text of remarks.
pub(super) fn pieces(remarks: &str) -> impl Iterator<Item = Remark<'_>> {
    remarks.trim().trim_end_matches('.').split(';').map(piece)
}

fn piece(text: &str) -> Remark<'_> {
    let text = text.trim();
    let text = text.strip_prefix("alt. ").unwrap_or(text);
    let after = |word: &str| text.strip_prefix(word).map(str::trim).filter(|rest| !rest.is_empty());
    if let Some(date) = after("DOB ") {
        return Remark::BirthDate(date);
    }
    if let Some(country) = after("nationality ").or_else(|| after("citizen ")) {
        return Remark::Nationality(country);
    }
    if let Some(place) = after("POB ") {
        return country_of(place).map_or(Remark::Other, Remark::BirthCountry);
    }
    if let Some(name) = after("a.k.a. ").or_else(|| after("f.k.a. ")).or_else(|| after("n.k.a. ")) {
        let quoted = name.strip_prefix('\'').and_then(|name| name.strip_suffix('\''));
        return quoted.filter(|name| !name.is_empty()).map_or(Remark::Other, Remark::WeakAlias);
    }
    if let Some(name) = after("Linked To:") {
        return Remark::LinkedTo(name);
    }
    if let Some(currency) = after("Digital Currency Address - ") {
        return currency.split_once(' ').map_or(Remark::Other, |(_, address)| Remark::Number("wallet", number_in(address)));
    }
    NUMBERS.iter().find_map(|(word, property)| numbered(text, word, property)).unwrap_or(Remark::Other)
}

fn numbered<'r>(text: &'r str, word: &str, property: &'static str) -> Option<Remark<'r>> {
    let rest = text.strip_prefix(word)?;
    let number = number_in(rest.strip_prefix(' ')?);
    // A telephone number may begin with a bracket.
    let number = if property == "phone" || number.is_empty() { rest.trim() } else { number };
    (!number.is_empty()).then_some(Remark::Number(property, number))
}

/// A number without the country, the days of issue and expiry, and the issuer that may follow it.
fn number_in(text: &str) -> &str {
    let end = [" (", " issued ", " expires ", " Issued ", " Expires "].iter().filter_map(|mark| text.find(mark)).min();
    text[..end.unwrap_or(text.len())].trim()
}

/// The property that a type of identification in the XML form is.
pub(super) fn property_of(id_type: &str) -> Option<&'static str> {
    if let Some(rest) = id_type.strip_prefix("Digital Currency Address") {
        return rest.starts_with(" - ").then_some("wallet");
    }
    let id_type = id_type.trim();
    // The XML form says Vessel Registration Identification and has IMO in the number.
    if id_type.starts_with("Vessel Registration Identification") {
        return Some("imo");
    }
    NUMBERS.iter().find(|(word, _)| word.eq_ignore_ascii_case(id_type)).map(|(_, property)| *property)
}

/// The country at the end of a place: after the last comma, or the last two where the name has one, as `Korea, North`.
fn country_of(place: &str) -> Option<&str> {
    let commas: Vec<usize> = place.match_indices(',').map(|(at, _)| at).collect();
    let tails = commas.iter().rev().take(2).rev().map(|at| place[at + 1..].trim());
    let mut found = tails.chain([place]).filter(|tail| countries::code(tail).is_some());
    found.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_are_taken_apart() {
        let text = "DOB 14 Jun 1975; alt. DOB circa 1976; POB Leningrad, Russia; alt. POB Pyongyang, Korea, North; nationality Russia; \
            Gender Male; Passport 717637093 (Russia) issued 16 Jun 2016 expires 23 Apr 2021; National ID No. 781005202108; \
            a.k.a. 'PACHO'; Linked To: USA REALLY; Digital Currency Address - XBT 12Qt (x); Vessel Registration Identification IMO 9305219; \
            Company Number IMO 5987860; Former Minister of Justice.";
        let pieces: Vec<Remark<'_>> = pieces(text).collect();
        assert_eq!(
            pieces,
            [
                Remark::BirthDate("14 Jun 1975"),
                Remark::BirthDate("circa 1976"),
                Remark::BirthCountry("Russia"),
                Remark::BirthCountry("Korea, North"),
                Remark::Nationality("Russia"),
                Remark::Other,
                Remark::Number("document_number", "717637093"),
                Remark::Number("document_number", "781005202108"),
                Remark::WeakAlias("PACHO"),
                Remark::LinkedTo("USA REALLY"),
                Remark::Number("wallet", "12Qt"),
                Remark::Number("imo", "9305219"),
                Remark::Number("imo_company", "5987860"),
                Remark::Other,
            ]
        );
    }

    #[test]
    fn hostile_remarks_are_text() {
        for text in
            ["", ";;;", "DOB", "a.k.a. '", "a.k.a. ''", "POB", "Linked To:", "Passport", "Digital Currency Address - é", "'"]
        {
            assert!(pieces(text).all(|piece| piece == Remark::Other), "{text}");
        }
    }

    #[test]
    fn types_of_the_xml_form() {
        assert_eq!(property_of("Passport"), Some("document_number"));
        assert_eq!(property_of("Digital Currency Address - XBT"), Some("wallet"));
        assert_eq!(property_of("Gender"), None);
    }
}
