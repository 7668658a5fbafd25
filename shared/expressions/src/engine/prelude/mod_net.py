_ak_module(
    "ipaddress",
    ip_address=ip_address,
    ip_network=ip_network,
    IPv4Address=lambda address: _ak_ip_of(address, 4),
    IPv6Address=lambda address: _ak_ip_of(address, 6),
    IPv4Network=lambda address, strict=True: _ak_net_of(address, 4, strict),
    IPv6Network=lambda address, strict=True: _ak_net_of(address, 6, strict),
    AddressValueError=ValueError,
    NetmaskValueError=ValueError,
)
