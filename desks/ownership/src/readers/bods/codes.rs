//! The closed code lists of BODS 0.4, as its schema has them.

pub(super) const RECORD_TYPE: &[&str] = &["entity", "person", "relationship"];

pub(super) const RECORD_STATUS: &[&str] = &["new", "updated", "closed"];

pub(super) const ENTITY_TYPE: &[&str] =
    &["registeredEntity", "legalEntity", "arrangement", "anonymousEntity", "unknownEntity", "state", "stateBody"];

pub(super) const ENTITY_SUBTYPE: &[&str] = &["governmentDepartment", "stateAgency", "other", "trust", "nomination"];

/// The subtypes each entity type may have.
pub(super) fn subtypes_of(entity_type: &str) -> &'static [&'static str] {
    match entity_type {
        "arrangement" => &["trust", "nomination", "other"],
        "legalEntity" => &["trust", "other"],
        "stateBody" => &["governmentDepartment", "stateAgency", "other"],
        _ => &["other"],
    }
}

pub(super) const PERSON_TYPE: &[&str] = &["anonymousPerson", "unknownPerson", "knownPerson"];

pub(super) const INTEREST_TYPE: &[&str] = &[
    "shareholding",
    "votingRights",
    "appointmentOfBoard",
    "otherInfluenceOrControl",
    "seniorManagingOfficial",
    "settlor",
    "trustee",
    "protector",
    "beneficiaryOfLegalArrangement",
    "rightsToSurplusAssetsOnDissolution",
    "rightsToProfitOrIncome",
    "rightsGrantedByContract",
    "conditionalRightsGrantedByContract",
    "controlViaCompanyRulesOrArticles",
    "controlByLegalFramework",
    "boardMember",
    "boardChair",
    "unknownInterest",
    "unpublishedInterest",
    "enjoymentAndUseOfAssets",
    "rightToProfitOrIncomeFromAssets",
    "nominee",
    "nominator",
];

pub(super) const DIRECTNESS: &[&str] = &["direct", "indirect", "unknown"];

pub(super) const UNSPECIFIED_REASON: &[&str] = &[
    "noBeneficialOwners",
    "subjectUnableToConfirmOrIdentifyBeneficialOwner",
    "interestedPartyHasNotProvidedInformation",
    "subjectExemptFromDisclosure",
    "interestedPartyExemptFromDisclosure",
    "unknown",
    "informationUnknownToPublisher",
];

pub(super) const ENTITY_ADDRESS_TYPE: &[&str] = &["registered", "business", "alternative"];

pub(super) const PERSON_ADDRESS_TYPE: &[&str] = &["residence", "service", "alternative"];

pub(super) const BIRTH_PLACE_ADDRESS_TYPE: &[&str] = &["placeOfBirth"];

pub(super) const NAME_TYPE: &[&str] = &["legal", "translation", "transliteration", "former", "alternative", "birth"];

pub(super) const POLITICAL_EXPOSURE: &[&str] = &["isPep", "isNotPep", "unknown"];

pub(super) const SOURCE_TYPE: &[&str] = &["selfDeclaration", "officialRegister", "thirdParty", "primaryResearch", "verified"];

pub(super) const ANNOTATION_MOTIVATION: &[&str] = &["commenting", "correcting", "identifying", "linking", "transformation"];

pub(super) const SECURITIES_SCHEME: &[&str] = &["isin", "figi", "cusip", "cins"];
