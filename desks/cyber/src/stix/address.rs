//! Networks of IP addresses.

use std::net::IpAddr;

/// An IP address with the length of its prefix; an address alone is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Cidr {
    /// The address's bits from the highest on; IPv4 in the upper 32.
    bits: u128,
    is_v6: bool,
    prefix_bits: u8,
}

impl Cidr {
    /// Reads `203.0.113.0/24`, `2001:db8::/32` or an address. Bits beyond the prefix do not count. IPv4 mapped into IPv6 is IPv4.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.trim().parse().ok()?;
        let address = if prefix.is_none() { address.to_canonical() } else { address };
        let (bits, is_v6, width) = match address {
            IpAddr::V4(address) => (u128::from(address.to_bits()) << 96, false, 32),
            IpAddr::V6(address) => (address.to_bits(), true, 128),
        };
        let prefix_bits = prefix.map_or(Some(width), |prefix| prefix.trim().parse().ok()).filter(|bits| *bits <= width)?;
        Some(Self { bits, is_v6, prefix_bits }.cut(prefix_bits))
    }

    /// The network of so many bits that holds this one.
    fn cut(self, prefix_bits: u8) -> Self {
        let kept = u128::MAX.checked_shl(128 - u32::from(prefix_bits)).unwrap_or(0);
        Self { bits: self.bits & kept, prefix_bits, ..self }
    }

    /// How long the prefix is.
    pub(crate) const fn prefix_bits(self) -> u8 {
        self.prefix_bits
    }

    /// Whether the other lies in it.
    pub(crate) fn contains(self, other: Self) -> bool {
        self.is_v6 == other.is_v6 && self.prefix_bits <= other.prefix_bits && other.cut(self.prefix_bits) == self
    }

    /// All networks that hold it, itself first.
    pub(crate) fn holders(self) -> impl Iterator<Item = Self> {
        (0..=self.prefix_bits).rev().map(move |prefix_bits| self.cut(prefix_bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn network(text: &str) -> Cidr {
        Cidr::parse(text).unwrap()
    }

    #[test]
    fn networks_hold_addresses_of_their_kind() {
        assert!(network("203.0.113.0/24").contains(network("203.0.113.44")));
        assert!(!network("203.0.113.0/24").contains(network("203.0.114.1")));
        assert!(network("0.0.0.0/0").contains(network("203.0.113.0/24")) && !network("0.0.0.0/0").contains(network("::1")));
        assert!(network("2001:db8::/32").contains(network("2001:db8::1")));
        assert_eq!(network("203.0.113.44/24"), network("203.0.113.0/24"));
        assert_eq!(network("::ffff:203.0.113.44"), network("203.0.113.44"));
        for wrong in ["", "/8", "203.0.113/24", "203.0.113.0/33", "::/129", "203.0.113.0/-1", "a"] {
            assert!(Cidr::parse(wrong).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn the_holders_of_an_address_are_the_networks_that_contain_it(address: u32, other: u32, prefix in 0u8..=32) {
            let address = Cidr::parse(&std::net::Ipv4Addr::from(address).to_string()).unwrap();
            let network = Cidr::parse(&format!("{}/{prefix}", std::net::Ipv4Addr::from(other))).unwrap();
            prop_assert_eq!(address.holders().any(|holder| holder == network), network.contains(address));
            prop_assert!(address.holders().all(|holder| holder.contains(address)));
        }
    }
}
