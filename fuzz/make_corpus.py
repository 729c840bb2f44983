#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seed corpora of the fuzz targets to corpus/<target>/, one file per seed, named by what it is.

The bytes are the worked examples of the unit tests. Run it after changing them; the result is committed.
"""
import hashlib
import pathlib

KEY_A, KEY_B = "0102030405060708", "1112131415161718"
DSN, ACK = "f5a101d3d29d6f73", "535beea38e087c8f"

OPTIONS = {
    "capable_syn": "1e040101",
    "capable_syn_checksum": "1e040181",
    "capable_syn_ack": "1e0c0101" + KEY_B,
    "capable_ack": "1e140101" + KEY_A + KEY_B,
    "capable_data": "1e160101" + KEY_A + KEY_B + "0004",
    "capable_data_checksum": "1e180181" + KEY_A + KEY_B + "000401ae",
    "join_syn": "1e0c1102ccad45acaabbccdd",
    "join_syn_ack": "1e1010003cf9fc7dd070c15d10203040",
    "join_ack": "1e181000ae0507dd6d0b48ebb1a1e2720a9aba214f4a2b79",
    "dss_map8_checksum": "1e14200c" + DSN + "00000001000ac164",
    "dss_map4_checksum": "1e102004d29d6f7300000001000ac164",
    "dss_ack8_map8_checksum": "1e1c200f" + ACK + DSN + "00000001000ac164",
    "dss_ack8_map8": "1e1a200f" + ACK + DSN + "00000001000a",
    "dss_ack4_map8": "1e16200d8e087c8f" + DSN + "00000001000a",
    "dss_ack4_map4": "1e1220058e087c8fd29d6f7300000001000a",
    "dss_ack8": "1e0c2003f5a101d3d29d6f7d",
    "dss_ack4": "1e082001d29d6f7d",
    "dss_fin": "1e12201cf5a101d3d29d6f7d000000000001",
    "dss_infinite": "1e12200cf5a101d3d29d6f7d0000000b0000",
    "add_addr4": "1e103002c000022122405bc9f152e4b7",
    "add_addr4_port": "1e123002c000022120fbfec342f6fa361f1e",
    "add_addr4_echo": "1e083102c0000221",
    "add_addr6": "1e1c300320010db8000000000000000000000077ed14d0cb0d325ada",
    "add_addr6_port": "1e1e300320010db800000000000000000000007701bbbef4efbdf7feade8",
    "add_addr6_port_echo": "1e16310320010db800000000000000000000007701bb",
    "remove_addr": "1e0640020307",
    "prio": "1e0351",
    "fail": "1e0c6000" + DSN,
    "fastclose": "1e0c7000" + KEY_B,
    "tcp_rst": "1e048102",
}

SYN = ("9c400050000003e800000000b002faf090ee0000" "020405b40402080a000000640000000001030308" "1e040101")
DATA = ("9c400050000003e900001389e01801f62b870000" "0101080a0000006500000200"
        "1e180181" + KEY_A + KEY_B + "000401ae" "61626364")
IP_SYN = "4500004000014000" "40064e7dc0000201c6336405" + SYN
IP6_DATA = "6000000000540000" "20010db8000000000000000000000001" "20010db8000000000000000000000077"
QUOTE = "450000400001400001060000c0000201c63364059c400050000003e8"
QUOTE6 = "6000000000140601" "20010db8000000000000000000000001" "20010db8000000000000000000000077" "9c400050000003e8"

# The first byte says as what segment_fuzz reads the rest.
PACKETS = {
    "segment_syn": "00" + SYN,
    "segment_data": "00" + DATA,
    "segment_data_checksum": "01" + DATA,
    "options_syn": "02" + "020405b40402080a0000006400000000010303081e0401012202" + "0101",
    "options_ts_dss": "02" + "0101080a0000006500000200" + OPTIONS["dss_ack8"] + "050a0000000100000002" + "0101",
    "options_sack": "02" + "0101051200000001000000020000000300000004",
    "ip4_syn": "03" + IP_SYN,
    "ip4_fixed_syn": "04" + IP_SYN,
    "ip6_extension": "03" + IP6_DATA.replace("00540000", "00380040", 1) + "0600010400000000" + SYN,
    "icmp4_too_big": "05" + "0304000000000578" + QUOTE,
    "icmp6_unreachable": "05" + "0104000000000000" + QUOTE6,
    "datagram": "06" + "e01801f6000003e900001389" + DATA[40:],
}


# endpoint_fuzz: the options of both sides, path endpoints, the state to begin in, then steps.
STATES = ["listen", "syn_sent", "fallback", "established", "exchanged", "window_in_flight", "window_lost", "half_closed"]


def steps(name, count=192):
    """Bytes that look random and are the same in every run."""
    return hashlib.shake_128(name.encode()).hexdigest(count)


ENDPOINTS = {}
for index, state in enumerate(STATES):
    ENDPOINTS[state] = "0000" "0000" "00" + f"{index:02x}" + steps(state)
    ENDPOINTS[state + "_paths_checksum"] = "0800" "0800" "21" + f"{index:02x}" + steps(state + "2")


def main():
    corpus = pathlib.Path(__file__).resolve().parent / "corpus"
    for target, seeds in {"options_fuzz": OPTIONS, "segment_fuzz": PACKETS, "endpoint_fuzz": ENDPOINTS}.items():
        folder = corpus / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in seeds.items():
            (folder / name).write_bytes(bytes.fromhex(text))


if __name__ == "__main__":
    main()
