//! Which addresses are out in the world, and which are inside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 that is nobody's out there (IANA's special-purpose registry, RFC 6890), as network and prefix length.
const NOT_PUBLIC_V4: [(Ipv4Addr, u32); 17] = [
    (Ipv4Addr::UNSPECIFIED, 8),            // this network (RFC 791)
    (Ipv4Addr::new(10, 0, 0, 0), 8),       // private (RFC 1918)
    (Ipv4Addr::new(100, 64, 0, 0), 10),    // shared, carrier-grade NAT (RFC 6598)
    (Ipv4Addr::new(127, 0, 0, 0), 8),      // loopback (RFC 1122)
    (Ipv4Addr::new(168, 63, 129, 16), 32), // Azure's host, which answers for metadata
    (Ipv4Addr::new(169, 254, 0, 0), 16),   // link-local (RFC 3927): metadata of AWS, ECS, GCP
    (Ipv4Addr::new(172, 16, 0, 0), 12),    // private (RFC 1918)
    (Ipv4Addr::new(192, 0, 0, 0), 24),     // protocol assignments (RFC 6890): metadata of Oracle
    (Ipv4Addr::new(192, 0, 2, 0), 24),     // documentation (RFC 5737)
    (Ipv4Addr::new(192, 88, 99, 0), 24),   // 6to4 relays (RFC 7526)
    (Ipv4Addr::new(192, 168, 0, 0), 16),   // private (RFC 1918)
    (Ipv4Addr::new(198, 18, 0, 0), 15),    // benchmarks (RFC 2544)
    (Ipv4Addr::new(198, 51, 100, 0), 24),  // documentation (RFC 5737)
    (Ipv4Addr::new(203, 0, 113, 0), 24),   // documentation (RFC 5737)
    (Ipv4Addr::new(224, 0, 0, 0), 4),      // multicast (RFC 5771)
    (Ipv4Addr::new(240, 0, 0, 0), 4),      // reserved (RFC 1112)
    (Ipv4Addr::BROADCAST, 32),             // broadcast (RFC 919)
];

/// IPv6 is public in here only (RFC 4291 §2.4). Outside are loopback, unique-local and link-local addresses,
/// multicast, IPv4 in IPv6 (`::ffff:0:0/96`) and NAT64 (`64:ff9b::/96`, `64:ff9b:1::/48`), which would lead to
/// IPv4 past the table above.
const PUBLIC_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// And not there.
const NOT_PUBLIC_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments (RFC 2928): Teredo, benchmarks
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation (RFC 3849)
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4 (RFC 3056): has an IPv4 address in it
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation (RFC 9637)
];

/// Whether the address is one that anybody may reach from anywhere.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !NOT_PUBLIC_V4.iter().any(|network| in_v4(address, *network)),
        IpAddr::V6(address) => {
            in_v6(address, PUBLIC_V6)
                && !NOT_PUBLIC_V6.iter().any(|network| in_v6(address, *network))
        }
    }
}

/// Whether the address is on this machine or in a private network: what `--allow-fetch` may open. Link-local
/// addresses, and metadata with them, are never opened.
pub(crate) fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

fn in_v4(address: Ipv4Addr, (network, prefix): (Ipv4Addr, u32)) -> bool {
    let mask = u32::MAX << (32 - prefix);
    (address.to_bits() ^ network.to_bits()) & mask == 0
}

fn in_v6(address: Ipv6Addr, (network, prefix): (Ipv6Addr, u32)) -> bool {
    let mask = u128::MAX << (128 - prefix);
    (address.to_bits() ^ network.to_bits()) & mask == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap())
    }

    #[test]
    fn addresses_inside_are_not_public() {
        for inside in [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "169.254.170.2",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
        ] {
            assert!(!public(inside), "{inside}");
        }
        for inside in [
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::8.8.8.8",
            "64:ff9b::8.8.8.8",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:808:808::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ] {
            assert!(!public(inside), "{inside}");
        }
    }

    #[test]
    fn addresses_out_there_are_public() {
        for outside in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "168.63.129.15",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2600:1f18::1",
            "2a00:1450::1",
            "3ffe::1",
        ] {
            assert!(public(outside), "{outside}");
        }
    }

    #[test]
    fn allowing_a_host_opens_this_machine_and_private_networks_and_no_metadata() {
        let inside = |text: &str| is_inside(text.parse().unwrap());
        for text in [
            "127.0.0.1",
            "::1",
            "10.1.2.3",
            "172.17.0.2",
            "192.168.1.1",
            "fd12::1",
        ] {
            assert!(inside(text), "{text}");
        }
        for text in [
            "169.254.169.254",
            "fe80::1",
            "0.0.0.0",
            "::",
            "224.0.0.1",
            "100.64.0.1",
            "::ffff:127.0.0.1",
        ] {
            assert!(!inside(text), "{text}");
        }
    }

    /// What the standard library calls one of its special kinds.
    fn special(address: Ipv4Addr) -> bool {
        address.is_loopback()
            || address.is_private()
            || address.is_link_local()
            || address.is_multicast()
            || address.is_broadcast()
            || address.is_documentation()
            || address.is_unspecified()
    }

    proptest! {
        #[test]
        fn what_the_standard_library_calls_special_is_not_public(bits: u32) {
            let address = Ipv4Addr::from_bits(bits);
            prop_assert!(!(special(address) && is_public(address.into())));
        }

        #[test]
        fn no_ipv4_address_is_reached_in_the_clothes_of_ipv6(bits: u32) {
            let v4 = Ipv4Addr::from_bits(bits);
            let [a, b, c, d] = v4.octets().map(u16::from);
            let (high, low) = (a << 8 | b, c << 8 | d);
            for v6 in [
                v4.to_ipv6_mapped(),
                v4.to_ipv6_compatible(),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
                Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, !high, !low),
            ] {
                prop_assert!(!is_public(v6.into()), "{v6}");
            }
        }

        #[test]
        fn nothing_is_both_public_and_inside(bits: u128) {
            let address = IpAddr::V6(Ipv6Addr::from_bits(bits));
            prop_assert!(!(is_public(address) && is_inside(address)));
        }
    }
}
