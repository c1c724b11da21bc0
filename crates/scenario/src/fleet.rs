//! The ships: who they are and who owns them. `fi/vessel_register.csv` says it; their AIS says part of it.

use crate::cast::{CAST_NUMBERS, Cast, Company, FERRY, PETREL, lei_of};
use crate::identifiers::{imo, mmsi};
use crate::output::Folder;
use crate::truth::FileTruth;
use crate::{ScenarioError, ScenarioOptions, VesselTruth, names, random::Random};

/// What a ship does all day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trade {
    /// *Grey Petrel*: a cargo ship, but for event 5.
    Petrel,
    /// The ferry that stops once for repairs.
    RepairedFerry,
    Ferry,
    Cargo,
    Tanker,
    /// Waits for days at the anchorage between port calls.
    Waiting,
    Fishing,
    Pleasure,
}

impl Trade {
    /// Type of ship and cargo (ITU-R M.1371 table 53).
    pub(crate) const fn ship_type(self) -> u8 {
        match self {
            Self::Petrel | Self::Cargo | Self::Waiting => 70,
            Self::Tanker => 80,
            Self::RepairedFerry | Self::Ferry => 60,
            Self::Fishing => 30,
            Self::Pleasure => 37,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Petrel | Self::Cargo | Self::Waiting => "general cargo",
            Self::Tanker => "tanker",
            Self::RepairedFerry | Self::Ferry => "passenger ferry",
            Self::Fishing => "fishing vessel",
            Self::Pleasure => "pleasure craft",
        }
    }
}

/// One ship.
#[derive(Debug, Clone)]
pub(crate) struct Vessel {
    pub(crate) number: usize,
    pub(crate) trade: Trade,
    pub(crate) mmsi: u32,
    /// Ships with class B transponders have none here.
    pub(crate) imo: Option<u32>,
    pub(crate) name: String,
    pub(crate) call_sign: String,
    pub(crate) flag: &'static str,
    /// Whether its transponder is class B.
    pub(crate) class_b: bool,
    pub(crate) length_m: u16,
    pub(crate) beam_m: u8,
    /// Position in the fleet's owners.
    owner: usize,
}

/// All ships with their owners.
pub(crate) struct Fleet {
    pub(crate) vessels: Vec<Vessel>,
    pub(crate) owners: Vec<Company>,
}

const FLAGS: [&str; 8] = ["FI", "EE", "SE", "DE", "LV", "DK", "PL", "NL"];

impl Fleet {
    pub(crate) fn new(options: &ScenarioOptions, cast: &Cast) -> Self {
        let mut owners = vec![cast.tarn_shipping.clone(), cast.ferry_owner.clone()];
        owners.extend((0..options.vessels / 3).map(|number| Company {
            key: format!("shipowner-{number}"),
            name: names::ship_owner(number),
            lei: lei_of(options, CAST_NUMBERS + number as u64),
            country: FLAGS[number % FLAGS.len()],
        }));
        let vessels = (0..options.vessels).map(|number| Vessel::new(options, number, owners.len())).collect();
        Self { vessels, owners }
    }

    /// *Grey Petrel*.
    pub(crate) fn petrel(&self) -> &Vessel {
        &self.vessels[0]
    }

    /// The ferry that stops for repairs.
    pub(crate) fn ferry(&self) -> &Vessel {
        &self.vessels[1]
    }

    pub(crate) fn truth(&self, vessel: &Vessel) -> VesselTruth {
        VesselTruth {
            name: vessel.name.clone(),
            mmsi: vessel.mmsi.to_string(),
            imo: vessel.imo.map(|imo| imo.to_string()),
            owner: self.owners[vessel.owner].truth(),
        }
    }

    /// Writes `fi/vessel_register.csv`: one row per ship and period of ownership.
    pub(crate) fn write_register(&self, folder: &Folder, options: &ScenarioOptions) -> Result<FileTruth, ScenarioError> {
        let path = "fi/vessel_register.csv";
        let mut rows = vec![HEADER.map(str::to_owned)];
        for vessel in &self.vessels {
            rows.extend(self.register_rows(vessel, options));
        }
        let mut table = csv::Writer::from_writer(Vec::new());
        let failed = |problem: String| ScenarioError::Write { path: path.into(), source: std::io::Error::other(problem) };
        for row in &rows {
            table.write_record(row).map_err(|error| failed(error.to_string()))?;
        }
        let text = table.into_inner().map_err(|error| failed(error.to_string()))?;
        let mut file = folder.create(path)?;
        file.write(&text)?;
        Ok(FileTruth::new(path, "fi", "sea", "vessel-register", rows.len() as u64 - 1, file.finish()?))
    }

    fn register_rows(&self, vessel: &Vessel, options: &ScenarioOptions) -> Vec<[String; 11]> {
        let mut random = Random::new(options.seed, "register of ships", vessel.number as u64);
        let bought = options.date(DAYS_OF_OWNERSHIP + random.below(3_000) as i64);
        let owner = &self.owners[vessel.owner];
        // Every tenth background owner has no LEI in the register of ships.
        let lei = if vessel.owner >= 2 && vessel.owner.is_multiple_of(10) { String::new() } else { owner.lei.clone() };
        let row = |name: &str, owner: [&str; 3], from: &str, to: &str| {
            let imo = vessel.imo.map(|imo| imo.to_string()).unwrap_or_default();
            let (mmsi, call_sign) = (vessel.mmsi.to_string(), vessel.call_sign.clone());
            let (flag, kind) = (vessel.flag.to_owned(), vessel.trade.words().to_owned());
            let [owner, lei, country] = owner.map(str::to_owned);
            [imo, mmsi, name.to_owned(), call_sign, flag, kind, owner, lei, country, from.to_owned(), to.to_owned()]
        };
        let now = row(&vessel.name, [&owner.name, &lei, owner.country], &bought, "");
        // Every sixth ship, and *Grey Petrel*, sailed for somebody else before.
        if !vessel.number.is_multiple_of(6) {
            return vec![now];
        }
        let before = &self.owners[2 + vessel.number % (self.owners.len() - 2)];
        let built = options.date(DAYS_OF_OWNERSHIP + 3_000 + random.below(3_000) as i64);
        let former_name = format!("EX {}", names::vessel(1_300 + vessel.number).to_uppercase());
        vec![row(&former_name, [&before.name, &before.lei, before.country], &built, &bought), now]
    }
}

/// Nobody bought a ship within the last half year.
const DAYS_OF_OWNERSHIP: i64 = 180;

const HEADER: [&str; 11] = [
    "imo",
    "mmsi",
    "name",
    "call_sign",
    "flag",
    "ship_type",
    "owner_name",
    "owner_lei",
    "owner_country",
    "valid_from",
    "valid_to",
];

impl Vessel {
    fn new(options: &ScenarioOptions, number: usize, owners: usize) -> Self {
        let mut random = Random::new(options.seed, "vessel", number as u64);
        let trade = trade(number);
        let class_b = trade == Trade::Pleasure || (trade == Trade::Fishing && number.is_multiple_of(2));
        // Numbers of different seeds overlap only after forty seeds; within one seed they never do.
        let unique = ((options.seed % 40) * 2_000) as u32 + number as u32;
        let (low, high) = match trade {
            Trade::Pleasure => (8.0, 16.0),
            Trade::Fishing => (14.0, 38.0),
            Trade::RepairedFerry | Trade::Ferry => (110.0, 190.0),
            Trade::Petrel | Trade::Cargo | Trade::Tanker | Trade::Waiting => (85.0, 220.0),
        };
        let length = random.between(low, high);
        let (name, flag, owner) = match trade {
            Trade::Petrel => (PETREL.to_owned(), "XY", 0),
            Trade::RepairedFerry => (FERRY.to_owned(), "FI", 1),
            _ => (names::vessel(number).to_uppercase(), *random.pick(&FLAGS), 2 + random.below(owners - 2)),
        };
        Self {
            number,
            trade,
            mmsi: mmsi(unique),
            imo: (!class_b).then(|| imo(unique)),
            name,
            call_sign: format!("X{}{:04}", ["A", "K", "Q", "Z"][number % 4], unique % 10_000),
            flag,
            class_b,
            length_m: length as u16,
            beam_m: (length / 6.5).clamp(3.0, 60.0) as u8,
            owner,
        }
    }
}

/// The trade of ship `number`: of twenty background ships, eleven carry cargo, four fish, two are ferries, two pleasure craft, one waits.
fn trade(number: usize) -> Trade {
    match number {
        0 => Trade::Petrel,
        1 => Trade::RepairedFerry,
        _ => match number % 20 {
            2..=8 => Trade::Cargo,
            9..=12 => Trade::Tanker,
            13..=16 => Trade::Fishing,
            17 | 18 => Trade::Ferry,
            19 => Trade::Waiting,
            _ => Trade::Pleasure,
        },
    }
}
