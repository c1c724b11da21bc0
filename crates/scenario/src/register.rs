//! The Austrian register of companies and their owners, `at/register.json`: the story's parent and its two branches among thousands
//! of companies, chains, holdings, and one nominee that holds hundreds.

use crate::bods::{Interest, Publication, Registered, StatementFile};
use crate::cast::{CAST_NUMBERS, Cast, Company, lei_of};
use crate::fleet::Fleet;
use crate::output::Folder;
use crate::truth::FileTruth;
use crate::{ScenarioError, ScenarioOptions, names, random::Random};

/// LEIs of register companies are numbered from here; ship owners lie below.
const REGISTER_NUMBERS: u64 = CAST_NUMBERS + 10_000;
/// Foreign holding companies that each own several.
const HOLDINGS: usize = 20;
/// The share of companies that the nominee holds.
const NOMINEE_SHARE: f64 = 0.14;
/// How persons split a company, in percent. None lies just below a step of screening law (10, 25, 50).
const SPLITS: [&[f64]; 7] =
    [&[100.0], &[50.0, 50.0], &[60.0, 40.0], &[70.0, 30.0], &[34.0, 33.0, 33.0], &[55.0, 45.0], &[80.0, 20.0]];
/// What a company holds in another, in percent.
const STAKES: [f64; 8] = [51.0, 60.0, 80.0, 100.0, 100.0, 33.4, 30.0, 15.0];

/// An owner.
#[derive(Debug, Clone, Copy)]
enum Party {
    Company(usize),
    Person(usize),
}

/// What a party holds in a company.
#[derive(Debug, Clone)]
struct Holding {
    owner: Party,
    owned: usize,
    percent: Option<f64>,
    /// Days before day zero.
    since_days: i64,
}

/// A company in the register.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) company: Company,
    founded_days: i64,
    is_state_body: bool,
}

/// The register.
pub(crate) struct Register {
    entries: Vec<Entry>,
    first_background: usize,
    persons: usize,
    holdings: Vec<Holding>,
    random: Random,
}

impl Register {
    pub(crate) fn new(options: &ScenarioOptions, cast: &Cast, fleet: &Fleet) -> Self {
        let random = Random::new(options.seed, "register of companies", 0);
        let mut register = Self { entries: Vec::new(), first_background: 0, persons: 0, holdings: Vec::new(), random };
        register.tell_the_story(cast);
        let nominee = register.add(&cast.nominee, 6_000);
        register.split_among_persons(nominee);
        // Owners of background ships stand in the register too; the nominee holds some, which links nobody to anything.
        for (number, owner) in fleet.owners.iter().skip(2).take(12).enumerate() {
            let owner = register.add(owner, 4_000);
            if number < 4 {
                register.hold(Party::Company(nominee), owner, 100.0, 2_000)
            } else {
                register.split_among_persons(owner)
            }
        }
        register.fill(options, nominee);
        register
    }

    /// The parent above both branches, and the two decoys' owners, who are related to nobody.
    fn tell_the_story(&mut self, cast: &Cast) {
        let fund = self.add(&cast.state_fund, 9_000);
        self.entries[fund].is_state_body = true;
        let meridian = self.add(&cast.meridian, 2_400);
        self.hold(Party::Company(fund), meridian, 60.0, 2_400);
        let branches = [
            (&cast.calder_intermediate, [Some(&cast.calder), None]),
            (&cast.tarn_intermediate, [Some(&cast.tarn_shipping), Some(&cast.tarn_logistics)]),
        ];
        for (intermediate, owned) in branches {
            let intermediate = self.add(intermediate, 1_300);
            self.hold(Party::Company(meridian), intermediate, 100.0, 1_300);
            for company in owned.into_iter().flatten() {
                let company = self.add(company, 900);
                self.hold(Party::Company(intermediate), company, 100.0, 900);
            }
        }
        for target in [&cast.danuva, &cast.honest_target, &cast.ferry_owner] {
            let target = self.add(target, 5_000);
            self.split_among_persons(target);
        }
        let parent = self.add(&cast.honest_parent, 8_000);
        self.split_among_persons(parent);
        let buyer = self.add(&cast.honest_buyer, 7_000);
        self.hold(Party::Company(parent), buyer, 80.0, 7_000);
        let person = self.new_person();
        self.hold(person, buyer, 20.0, 7_000);
    }

    fn fill(&mut self, options: &ScenarioOptions, nominee: usize) {
        let holdings: Vec<usize> = (0..HOLDINGS).map(|number| self.add_background(options, number, true)).collect();
        for holding in &holdings {
            self.split_among_persons(*holding);
        }
        self.first_background = self.entries.len();
        while self.entries.len() < options.companies {
            let number = self.entries.len();
            let company = self.add_background(options, number, false);
            let chance = self.random.unit();
            if chance < NOMINEE_SHARE {
                self.hold(Party::Company(nominee), company, 100.0, 1_500);
            } else if chance < 0.40 && company > self.first_background {
                self.held_by_an_older_one(company);
            } else if chance < 0.46 {
                let holding = *self.random.pick(&holdings);
                self.hold(Party::Company(holding), company, 100.0, 1_000);
            } else {
                self.split_among_persons(company);
            }
        }
    }

    fn held_by_an_older_one(&mut self, company: usize) {
        let owner = self.first_background + self.random.below(company - self.first_background);
        let percent = *self.random.pick(&STAKES);
        self.hold(Party::Company(owner), company, percent, 800);
        if percent < 100.0 {
            let person = self.new_person();
            self.hold(person, company, 100.0 - percent, 800);
        }
    }

    fn add(&mut self, company: &Company, founded_days: i64) -> usize {
        self.entries.push(Entry { company: company.clone(), founded_days, is_state_body: false });
        self.entries.len() - 1
    }

    fn add_background(&mut self, options: &ScenarioOptions, number: usize, foreign: bool) -> usize {
        let country = if foreign { *self.random.pick(&["DE", "NL", "LU", "CZ", "SE"]) } else { "AT" };
        let name = if foreign { format!("{} Holding", names::company(2_000_000 + number)) } else { names::company(number) };
        // Two in three companies have an LEI.
        let has_lei = foreign || self.random.chance(0.66);
        let lei = if has_lei { lei_of(options, REGISTER_NUMBERS + self.entries.len() as u64) } else { String::new() };
        let founded_days = 1_600 + self.random.below(6_000) as i64;
        let key = format!("{}-{number}", if foreign { "holding" } else { "company" });
        self.add(&Company { key, name, lei, country }, founded_days)
    }

    fn hold(&mut self, owner: Party, owned: usize, percent: f64, since_days: i64) {
        self.holdings.push(Holding { owner, owned, percent: Some(percent), since_days });
    }

    fn new_person(&mut self) -> Party {
        self.persons += 1;
        Party::Person(self.persons - 1)
    }

    /// Persons hold all of it; one in two companies also has one of them on its board.
    fn split_among_persons(&mut self, company: usize) {
        let shares = *self.random.pick(&SPLITS);
        let since_days = self.entries[company].founded_days.min(400 + self.random.below(4_000) as i64);
        for (place, percent) in shares.iter().enumerate() {
            let person = self.new_person();
            self.hold(person, company, *percent, since_days);
            if place == 0 && self.random.chance(0.5) {
                self.holdings.push(Holding { owner: person, owned: company, percent: None, since_days });
            }
        }
    }

    /// Background companies with an LEI: buyers and targets of ordinary deals.
    pub(crate) fn background_with_lei(&self) -> Vec<&Company> {
        let background = self.entries[self.first_background..].iter();
        background.map(|entry| &entry.company).filter(|company| !company.lei.is_empty()).collect()
    }

    /// Writes `at/register.json`: companies, then persons, then what they hold.
    pub(crate) fn write(&self, folder: &Folder, options: &ScenarioOptions) -> Result<FileTruth, ScenarioError> {
        let path = "at/register.json";
        let publication = Publication {
            salt: format!("register|{}", options.seed),
            publisher: "Register of companies and beneficial owners (fictional)",
            source: "officialRegister",
            description: "Public register of companies; fictional data of a scenario",
            date: options.date(126),
        };
        let mut file = StatementFile::create(folder, path)?;
        for (number, entry) in self.entries.iter().enumerate() {
            let company = &entry.company;
            let founded = options.date(entry.founded_days);
            let registered = Registered {
                number: (company.country == "AT").then(|| format!("{:06}{}", 100_000 + number, check_letter(number))),
                founded: Some(founded.clone()),
                is_state_body: entry.is_state_body,
            };
            file.push(&publication.entity(&company_record(company), company, &founded, &registered))?;
        }
        let mut births = Random::new(options.seed, "births", 0);
        for person in 0..self.persons {
            let (given, family) = names::person(person);
            let birth_date = options.date(9_000 + births.below(20_000) as i64);
            file.push(&publication.person(&person_record(person), &given, &family, &birth_date, &options.date(400)))?;
        }
        for (number, holding) in self.holdings.iter().enumerate() {
            let is_person = matches!(holding.owner, Party::Person(_));
            let interest = Interest {
                kind: if holding.percent.is_some() { "shareholding" } else { "boardMember" },
                percent: holding.percent,
                since: options.date(holding.since_days),
                beneficial: is_person && holding.percent.is_some_and(|percent| percent > 25.0),
                details: None,
            };
            let owner = match holding.owner {
                Party::Company(owner) => company_record(&self.entries[owner].company),
                Party::Person(person) => person_record(person),
            };
            let owned = company_record(&self.entries[holding.owned].company);
            file.push(&publication.relationship(&format!("holding-{number}"), &owner, &owned, &interest))?;
        }
        let (count, hash) = file.finish()?;
        Ok(FileTruth::new(path, "at", "ownership", "bods", count, hash))
    }
}

fn company_record(company: &Company) -> String {
    format!("at-register-{}", company.key)
}

fn person_record(person: usize) -> String {
    format!("at-register-person-{person}")
}

/// Company numbers end with a letter; which one means nothing here.
fn check_letter(number: usize) -> char {
    char::from(b'a' + (number % 26) as u8)
}
